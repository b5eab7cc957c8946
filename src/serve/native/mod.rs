//! The API under `/v1`: questions about an account, answered from one view as of one moment.
//!
//! An endpoint reads its parameters, asks at the account's reception, and writes JSON.

mod agents;
pub(super) mod asked;
pub(super) mod catalogue;
mod conditional;
pub(super) mod conversations;
mod explain;
pub(super) mod exports;
mod live;
mod lives;
pub(super) mod metrics;
mod order;
pub(super) mod paging;
mod parameters;
mod ratings;
mod rows;
pub mod stream;

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use axum::{Extension, Router, middleware};

use self::exports::Export;
use self::stream::Streams;
use super::accept;
use super::access::Caller;
use super::asking::{Asking, Desk, json};
use super::problem::Problem;
pub(super) use conditional::is_known;
use paging::{Answered, Pages};
use parameters::Parameters;

/// Where the catalogue is.
pub(super) const CATALOGUE: &str = "/v1/metrics";

/// The parameters of an address, in their order.
type Pairs = Query<Vec<(String, String)>>;

/// Makes something of the parameters of an address.
type Make<T> = fn(&Desk, &[(String, String)]) -> T;

/// An endpoint with rows.
#[derive(Clone, Copy)]
struct Endpoint {
    name: &'static str,
    /// Makes its answer.
    ask: Make<Result<Answered, Problem>>,
    /// The same, if that takes no longer than a moment.
    ask_at_once: Make<Option<Answered>>,
}

/// What all endpoints share.
struct Shared {
    asking: Arc<Asking>,
    pages: Pages,
}

/// Every path of it.
pub fn routes(asking: Arc<Asking>, streams: Arc<Streams>) -> Router {
    let exports = Router::new()
        .route("/v1/accounts/{account}/export/facts.csv", exported(Export::Facts))
        .route("/v1/accounts/{account}/export/buckets.csv", exported(Export::Buckets))
        .with_state(asking.clone());
    let shared = Arc::new(Shared { asking, pages: Pages::default() });
    let of_rows = [
        Endpoint { name: "metrics", ask: metrics::ask, ask_at_once: metrics::ask_at_once },
        Endpoint { name: "explain", ask: explain::ask, ask_at_once: |_, _| None },
        Endpoint { name: "ratings", ask: ratings::ask, ask_at_once: |_, _| None },
        Endpoint { name: "conversations", ask: conversations::ask, ask_at_once: |_, _| None },
        Endpoint { name: "agents", ask: agents::ask, ask_at_once: |_, _| None },
    ];
    let others = Router::new()
        .route(CATALOGUE, get(catalogue))
        .route("/v1/accounts/{account}/live", get(live))
        .route("/v1/accounts/{account}/conversations/{conversation}", get(lives));
    let router = of_rows.into_iter().fold(others, |router, endpoint| {
        let answer = get(move |state, caller, path, pairs| in_pages(state, caller, path, pairs, endpoint));
        router.route(&format!("/v1/accounts/{{account}}/{}", endpoint.name), answer)
    });
    let router = router.with_state(shared).merge(exports).merge(stream::routes(streams));
    router.layer(middleware::from_fn(conditional::keep))
}

async fn catalogue(Query(pairs): Pairs) -> Result<Response, Problem> {
    Parameters::read(&pairs, &[])?;
    Ok(json(catalogue::json()))
}

/// An answer of rows, a page of them at a time.
async fn in_pages(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Path(account): Path<String>,
    Query(pairs): Pairs,
    Endpoint { name, ask, ask_at_once }: Endpoint,
) -> Result<Response, Problem> {
    let desk = shared.asking.desk(&caller, &account)?;
    // Another thread would take longer to begin than such an answer does to be made.
    if let Some(answered) = ask_at_once(&desk, &pairs) {
        return shared.pages.answer(&desk, name, &pairs, || Ok(answered)).map(json);
    }
    let of_all = shared.clone();
    let answer = move || of_all.pages.answer(&desk, name, &pairs, || ask(&desk, &pairs));
    shared.asking.answer(answer).await
}

async fn lives(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Path((account, conversation)): Path<(String, String)>,
    Query(pairs): Pairs,
) -> Result<Response, Problem> {
    let desk = shared.asking.desk(&caller, &account)?;
    let of_all = shared.clone();
    let answer = move || {
        let endpoint = format!("conversations/{conversation}");
        of_all.pages.answer(&desk, &endpoint, &pairs, || lives::ask(&desk, &conversation, &pairs))
    };
    shared.asking.answer(answer).await
}

async fn live(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Path(account): Path<String>,
    Query(pairs): Pairs,
) -> Result<Response, Problem> {
    let desk = shared.asking.desk(&caller, &account)?;
    shared.asking.answer(move || live::answer(&desk, &pairs)).await
}

/// A file that is sent while it is made.
fn exported(export: Export) -> MethodRouter<Arc<Asking>> {
    let answer = move |State(asking): State<Arc<Asking>>,
                       Extension(caller): Extension<Caller>,
                       Path(account): Path<String>,
                       Query(pairs): Pairs,
                       headers: HeaderMap| async move {
        let desk = asking.desk(&caller, &account)?;
        accept::takes(&headers, exports::KIND)?;
        export.answer(&asking, &desk, &pairs)
    };
    get(answer)
}
