//! LivePerson's real-time messaging metrics, so that clients written for them need only another host and key.
//!
//! Two methods have the same shapes: `msgcsatdistribution` tells what customers answered, `msgconversation` how conversations
//! were resolved. A parameter that LivePerson's clients send beside those that are known here changes nothing. Which host has
//! the methods is what most clients ask first (`domains`).

mod body;
pub(super) mod domains;
mod leaf;
mod request;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};

use super::access::Caller;
use super::asking::Asking;
use super::problem::Problem;
use crate::domain::answers::questions::results::{BySide, Results};
use crate::domain::day::view::View;

pub use body::SkillsKey;
use leaf::{Conversations, Csat, Leaf as _};
pub use request::Request;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Answers by score.
    CsatDistribution,
    /// Resolved conversations and their times.
    Conversation,
}

impl Method {
    /// Its name in the address.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CsatDistribution => "msgcsatdistribution",
            Self::Conversation => "msgconversation",
        }
    }

    /// The answer to a request from a view of the account, as JSON.
    #[must_use]
    pub fn answer(self, view: &View, request: &Request, key: SkillsKey) -> String {
        match self {
            Self::CsatDistribution => body::answer::<Csat>(view, request, key),
            Self::Conversation => body::answer::<Conversations>(view, request, key),
        }
    }
}

/// The numbers of a few answers or resolutions, as a method writes them.
pub(super) fn example_leaf(method: Method) -> Vec<u8> {
    let resolved = BySide { agent: 21, customer: 4, system: 2 };
    let resolution_ms = BySide { agent: 12_600_000, customer: 2_400_000, system: 900_000 };
    let results = Results { answers: [1, 0, 2, 5, 9], closes: 30, resolved, resolution_ms };
    let written = match method {
        Method::CsatDistribution => serde_json::to_vec(&Csat::of(&results)),
        Method::Conversation => serde_json::to_vec(&Conversations::of(&results)),
    };
    written.expect("numbers are JSON")
}

/// Both methods, by GET and by POST, and where they are; `key` is what the block of skills is called. LivePerson's own examples end some
/// addresses with a slash, before the question mark.
pub(super) fn routes(asking: &Arc<Asking>, key: SkillsKey) -> Router {
    [Method::CsatDistribution, Method::Conversation].into_iter().fold(domains::routes(), |router, method| {
        let path = format!("/operations/api/account/{{account}}/{}", method.name());
        let answer = get(answer).post(answer).with_state((asking.clone(), method, key));
        router.route(&path, answer.clone()).route(&format!("{path}/"), answer)
    })
}

async fn answer(
    State((asking, method, key)): State<(Arc<Asking>, Method, SkillsKey)>,
    Extension(caller): Extension<Caller>,
    Path(account): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let (desk, request) = (asking.operations_desk(&caller, &account)?, asked(&query, &headers, &body)?);
    asking.answer(move || Ok(method.answer(&desk.view().0, &request, key).into_bytes())).await
}

/// What is asked for, by the parameters of an address and of a body, where there is one. Some clients have `v` in both:
/// what is the same there is said once.
///
/// # Errors
/// Whatever SPEC §8 refuses, naming the parameter.
pub fn asked(query: &[(String, String)], headers: &HeaderMap, body: &Bytes) -> Result<Request, Problem> {
    let mut parameters = query.to_vec();
    if !body.is_empty() {
        parameters.extend(request::of_body(headers, body)?.into_iter().filter(|said| !query.contains(said)));
    }
    Request::read(&parameters)
}
