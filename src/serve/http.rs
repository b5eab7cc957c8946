//! The HTTP server: metrics, probes, and the list of addresses.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;

use super::compression;
use super::flows::Flows;
use super::health::Health;
use super::pages;
use super::selection::Selection;
use crate::board::Board;
use crate::domain::event::Millis;

pub use super::pages::{Said, Shown};

/// What Prometheus calls this format.
const EXPOSITION: &str = "text/plain; version=0.0.4; charset=utf-8";

/// After how long a connection that does not end is cut at shutdown.
const GRACE: Duration = Duration::from_secs(3);

/// Everything that is served.
pub struct Serving {
    /// The business's numbers.
    pub board: Arc<Board>,
    /// What this process stated since it was ready.
    pub flows: Arc<Flows>,
    /// Whether it is ready.
    pub health: Arc<Health>,
    /// Renders the engine's own metrics.
    pub engine: Box<dyn Fn() -> String + Send + Sync>,
    /// What a page shows, and how much.
    pub shown: Shown,
    /// What the log has been told of the cap.
    pub said: Said,
    /// The wall clock: every number of a page is as of the moment it is asked for.
    pub clock: fn() -> Millis,
}

impl std::fmt::Debug for Serving {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Serving").field("health", &self.health).finish_non_exhaustive()
    }
}

/// Why nothing can be served at an address.
#[derive(Debug, thiserror::Error)]
#[error(
    "listen = \"{address}\": {source}; right would be a free address of this machine, such as 127.0.0.1:0 for any free port"
)]
pub struct CannotListen {
    address: SocketAddr,
    source: std::io::Error,
}

/// Takes the address; what connects from now on is answered once [`serve`] runs.
///
/// # Errors
/// When it is taken, or not of this machine.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, CannotListen> {
    TcpListener::bind(address).await.map_err(|source| CannotListen { address, source })
}

/// Serves until `stop` ends, then lets answers under way finish.
///
/// # Errors
/// When the system gives up accepting connections.
pub async fn serve(
    listener: TcpListener,
    serving: Arc<Serving>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (stopping, stopped) = tokio::sync::oneshot::channel();
    let signal = async move {
        stop.await;
        // The receiver is gone only where the server has ended already.
        let _ended_before = stopping.send(());
    };
    let server = axum::serve(listener, router(serving)).with_graceful_shutdown(signal);
    tokio::select! {
        ended = server.into_future() => ended,
        () = cut_after(stopped) => Ok(()),
    }
}

/// Every path.
pub fn router(serving: Arc<Serving>) -> Router {
    Router::new()
        .route("/", get(|| async { plain(pages::INDEX.to_owned()) }))
        .route("/metrics", get(metrics))
        .route("/metrics/agents", get(agent_metrics))
        .route("/livez", get(|| async { plain("alive\n".to_owned()) }))
        .route("/readyz", get(readyz))
        .fallback(|| async { (StatusCode::NOT_FOUND, plain(format!("There is nothing here.\n\n{}", pages::INDEX))) })
        .with_state(serving)
}

/// The parameters of an address, in their order.
type Parameters = Query<Vec<(String, String)>>;

async fn metrics(State(serving): State<Arc<Serving>>, parameters: Parameters, headers: HeaderMap) -> Response {
    exposition(serving, parameters, &headers, pages::metrics).await
}

async fn agent_metrics(State(serving): State<Arc<Serving>>, parameters: Parameters, headers: HeaderMap) -> Response {
    exposition(serving, parameters, &headers, pages::agent_metrics).await
}

async fn readyz(State(serving): State<Arc<Serving>>) -> impl IntoResponse {
    if serving.health.is_ready() {
        return (StatusCode::OK, plain("ready\n".to_owned()));
    }
    let answer = "not ready: what was there at the start is still to be read (cxpulse_restore_progress_ratio)\n";
    (StatusCode::SERVICE_UNAVAILABLE, plain(answer.to_owned()))
}

/// Renders beside the tasks that answer others: a large board takes tens of milliseconds.
async fn exposition(
    serving: Arc<Serving>,
    Query(parameters): Parameters,
    headers: &HeaderMap,
    render: fn(&Serving, &Selection) -> String,
) -> Response {
    let selection = match Selection::parse(&parameters, serving.board.windows()) {
        Ok(selection) => selection,
        Err(unknown) => return (StatusCode::BAD_REQUEST, plain(format!("{unknown}\n"))).into_response(),
    };
    let gzip = compression::is_asked_for(&headers.get_all(header::ACCEPT_ENCODING));
    let page = move || {
        let text = render(&serving, &selection);
        if gzip { compression::gzip(&text) } else { text.into_bytes() }
    };
    let head = [(header::CONTENT_TYPE, EXPOSITION), (header::VARY, "accept-encoding")];
    match tokio::task::spawn_blocking(page).await {
        Ok(page) if gzip => (head, [(header::CONTENT_ENCODING, "gzip")], page).into_response(),
        Ok(page) => (head, page).into_response(),
        Err(error) => {
            tracing::error!("metrics could not be rendered: {error}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn plain(text: String) -> ([(HeaderName, &'static str); 1], String) {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text)
}

/// Ends some time after the server was told to stop; never if it was not.
async fn cut_after(stopped: tokio::sync::oneshot::Receiver<()>) {
    match stopped.await {
        Ok(()) => tokio::time::sleep(GRACE).await,
        Err(_never_told) => std::future::pending().await,
    }
}
