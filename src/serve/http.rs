//! The HTTP server: metrics, probes, the API and the wallboard.

use std::any::Any;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;

use super::access::{self, Access};
use super::asking::Asking;
use super::compression;
use super::flows::Flows;
use super::health::Health;
use super::limits::Limits;
use super::liveperson::{self, SkillsKey};
use super::native;
use super::native::stream::Streams;
use super::openapi;
use super::pages;
use super::problem::Problem;
use super::renderings::{NoPage, Renderings};
use super::selection::Selection;
use super::server;
use super::traffic::Traffic;
use super::wallboard;
use crate::board::Board;
use crate::domain::event::Millis;
use crate::wire::keys::Accounts;

pub use super::pages::{Said, Shown};

/// What Prometheus calls this format.
pub(super) const EXPOSITION: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Everything that is served.
pub struct Serving {
    /// The business's numbers.
    pub board: Arc<Board>,
    /// What this process stated since it was ready.
    pub flows: Arc<Flows>,
    /// Whether it is ready.
    pub health: Arc<Health>,
    /// How many clients there are, and what they were refused.
    pub traffic: Arc<Traffic>,
    /// Renders the engine's own metrics.
    pub engine: Box<dyn Fn() -> String + Send + Sync>,
    /// What a page shows, and how much.
    pub shown: Shown,
    /// What the log has been told of the cap.
    pub said: Said,
    /// Who may ask the API, and how much at once.
    pub access: Arc<Access>,
    /// How accounts are asked.
    pub asking: Arc<Asking>,
    /// What goes on being told.
    pub streams: Arc<Streams>,
    /// What LivePerson's clients find skills under.
    pub skills_key: SkillsKey,
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

/// Serves until `stop` ends, then lets answers under way finish, and ends those that would go on for ever.
pub async fn serve(listener: TcpListener, serving: Arc<Serving>, limits: Limits, stop: impl Future<Output = ()>) {
    wallboard::note();
    let (traffic, streams) = (serving.traffic.clone(), serving.streams.clone());
    let stop = async move {
        stop.await;
        streams.end();
    };
    server::serve(listener, router(serving, &limits), limits, traffic, stop).await;
}

/// Every path.
fn router(serving: Arc<Serving>, limits: &Limits) -> Router {
    let asking = serving.asking.clone();
    let known = Arc::new(move |accounts: &Accounts| asking.known(accounts));
    let api = access::routes(serving.access.clone(), known)
        .merge(native::routes(serving.asking.clone(), serving.streams.clone()))
        .merge(liveperson::routes(&serving.asking, serving.skills_key))
        .merge(openapi::routes());
    let api = access::guard(api, serving.access.clone());
    let all = Router::new()
        .route("/metrics", get(metrics))
        .route("/metrics/agents", get(agent_metrics))
        .route("/livez", get(|| async { plain("alive\n".to_owned()) }))
        .route("/readyz", get(readyz))
        .merge(wallboard::routes())
        .fallback(|| async { Problem::no_such_path() })
        .method_not_allowed_fallback(|| async { Problem::wrong_method() })
        .with_state(Arc::new(Site::new(serving, limits)))
        .merge(api);
    with_panics_told(all)
}

/// A panic while a request is answered is told as a problem: neither its connection nor anything else ends.
fn with_panics_told(router: Router) -> Router {
    router.layer(CatchPanicLayer::custom(|_panic: Box<dyn Any + Send>| Problem::internal().into_response()))
}

/// What is served, and the pages being rendered.
struct Site {
    serving: Arc<Serving>,
    /// Those that have everything: a handful, which nobody can hold up by asking for others.
    whole: Renderings<Asked>,
    /// Those that addresses narrow, as many as there are addresses.
    narrowed: Renderings<Asked>,
}

impl Site {
    fn new(serving: Arc<Serving>, limits: &Limits) -> Self {
        let renderings = || Renderings::new(limits.waiting_bytes / 2);
        Self { serving, whole: renderings(), narrowed: renderings() }
    }
}

/// What a scrape asks for: who asks for the same gets the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Asked {
    page: Page,
    selection: Selection,
    gzip: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Page {
    Metrics,
    Agents,
}

impl Asked {
    fn render(&self, serving: &Serving) -> Vec<u8> {
        let text = match self.page {
            Page::Metrics => pages::metrics(serving, &self.selection),
            Page::Agents => pages::agent_metrics(serving, &self.selection),
        };
        if self.gzip { compression::gzip(&text) } else { text.into_bytes() }
    }
}

/// The parameters of an address, in their order.
type Parameters = Query<Vec<(String, String)>>;

async fn metrics(State(site): State<Arc<Site>>, parameters: Parameters, headers: HeaderMap) -> Response {
    render(&site, Page::Metrics, parameters, &headers).await
}

async fn agent_metrics(State(site): State<Arc<Site>>, parameters: Parameters, headers: HeaderMap) -> Response {
    render(&site, Page::Agents, parameters, &headers).await
}

async fn readyz(State(site): State<Arc<Site>>) -> impl IntoResponse {
    if site.serving.health.is_ready() {
        return (StatusCode::OK, plain("ready\n".to_owned()));
    }
    let answer = "not ready: what was there at the start is still to be read (cxpulse_restore_progress_ratio)\n";
    (StatusCode::SERVICE_UNAVAILABLE, plain(answer.to_owned()))
}

async fn render(site: &Site, page: Page, Query(parameters): Parameters, headers: &HeaderMap) -> Response {
    let selection = match Selection::parse(&parameters, site.serving.board.windows()) {
        Ok(selection) => selection,
        Err(unknown) => return (StatusCode::BAD_REQUEST, plain(format!("{unknown}\n"))).into_response(),
    };
    let gzip = compression::is_asked_for(&headers.get_all(header::ACCEPT_ENCODING));
    let renderings = if selection == Selection::default() { &site.whole } else { &site.narrowed };
    let asked = Asked { page, selection, gzip };
    let (serving, question) = (site.serving.clone(), asked.clone());
    let head = [(header::CONTENT_TYPE, EXPOSITION), (header::VARY, "accept-encoding")];
    match renderings.page(question, move || asked.render(&serving)).await {
        Ok(page) if gzip => (head, [(header::CONTENT_ENCODING, "gzip")], page).into_response(),
        Ok(page) => (head, page).into_response(),
        Err(NoPage::NoRoom) => Problem::busy().into_response(),
        Err(NoPage::Failed) => Problem::internal().into_response(),
    }
}

fn plain(text: String) -> ([(HeaderName, &'static str); 1], String) {
    ([(header::CONTENT_TYPE, pages::PLAIN)], text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::native::stream::StreamSettings;
    use super::*;

    fn serving() -> Serving {
        let board = Arc::new(Board::new(&[60]));
        let shown = Shown { series_cap: 1, agent_windows: vec![60], agent_families: Default::default() };
        let (asking, access) =
            (Asking::new(board.clone(), Arc::default(), Box::new(|| 0), 1), Arc::new(Access::open()));
        let asking = Arc::new(asking);
        let streams = Arc::new(Streams::new(asking.clone(), access.clone(), StreamSettings::default()));
        Serving {
            asking,
            board,
            streams,
            flows: Arc::default(),
            health: Arc::default(),
            traffic: Arc::default(),
            engine: Box::new(String::new),
            shown,
            said: Said::default(),
            access,
            skills_key: SkillsKey::default(),
            clock: || 0,
        }
    }

    #[test]
    fn a_panic_in_an_answer_is_an_internal_error() {
        let router = with_panics_told(Router::new().route("/", get(|| async { panic!("a fault") as &'static str })));
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let request = axum::extract::Request::new(axum::body::Body::empty());
        let service = hyper_util::service::TowerToHyperService::new(router);
        let answer = runtime.block_on(hyper::service::Service::call(&service, request)).expect("an answer");
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[test]
    fn every_path_is_described_and_nothing_else() {
        // A router tells its paths to nobody, but for who debugs it.
        let shown = format!("{:?}", router(Arc::new(serving()), &Limits::default()));
        let texts = shown.split('"').filter(|text| text.starts_with('/') && !text.contains("{*"));
        // A slash at the end of an address is no other one.
        let without = |path: &str| if path == "/" { path.to_owned() } else { path.trim_end_matches('/').to_owned() };
        let paths: BTreeSet<String> = texts.map(without).collect();
        assert_eq!(paths, openapi::paths());
    }
}
