//! The HTTP server: metrics, probes, and the list of addresses.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;

use super::flows::Flows;
use super::health::Health;
use super::pages;
use crate::board::Board;
use crate::domain::event::Millis;

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
    /// How many series of one scope a page may carry.
    pub series_cap: usize,
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

async fn metrics(State(serving): State<Arc<Serving>>) -> impl IntoResponse {
    exposition(move || pages::metrics(&serving)).await
}

async fn agent_metrics(State(serving): State<Arc<Serving>>) -> impl IntoResponse {
    exposition(move || pages::agent_metrics(&serving)).await
}

async fn readyz(State(serving): State<Arc<Serving>>) -> impl IntoResponse {
    if serving.health.is_ready() {
        return (StatusCode::OK, plain("ready\n".to_owned()));
    }
    let answer = "not ready: what was there at the start is still to be read (cxpulse_restore_progress_ratio)\n";
    (StatusCode::SERVICE_UNAVAILABLE, plain(answer.to_owned()))
}

/// Renders beside the tasks that answer others: a large board takes tens of milliseconds.
async fn exposition(render: impl FnOnce() -> String + Send + 'static) -> impl IntoResponse {
    match tokio::task::spawn_blocking(render).await {
        Ok(text) => (StatusCode::OK, [(header::CONTENT_TYPE, EXPOSITION)], text),
        Err(error) => {
            tracing::error!("metrics could not be rendered: {error}");
            (StatusCode::INTERNAL_SERVER_ERROR, [(header::CONTENT_TYPE, EXPOSITION)], String::new())
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
