//! What endpoints answer when they cannot do what they are asked: one answer for each status, with an example that the
//! program itself would give.

use std::time::Duration;

use utoipa::openapi::header::Header;
use utoipa::openapi::{ContentBuilder, RefOr, Response, ResponseBuilder};

use super::schemas::{Members as _, Named, component, named, object, parsed, text, whole};
use crate::serve::problem::{self, Problem};

/// Problems that may be answered in many places.
const PROBLEM: &str = "Problem";

/// The component of a problem's status.
pub(super) fn problem_name(status: u16) -> String {
    format!("problem_{status}")
}

/// The schema of all of them (RFC 9457).
pub(super) fn schemas() -> Vec<Named> {
    let problem = object("Why there is no answer (RFC 9457).")
        .has("type", text("Which kind of problem it is; it does not change."))
        .has("title", text("The same for people."))
        .has("status", whole("The status of the answer."))
        .has("detail", text("What is wrong with this request."))
        .may_have("parameter", text("The parameter or header that is to blame."))
        .may_have("value", text("What it was, cut where it is long."))
        .may_have("allowed", text("What would be right."));
    vec![component(PROBLEM, problem)]
}

/// The answers by name.
pub(super) fn problems() -> Vec<(String, RefOr<Response>)> {
    examples()
        .into_iter()
        .map(|(about, problem)| (problem_name(problem.status().as_u16()), answer(about, &problem)))
        .collect()
}

fn answer(about: &str, problem: &Problem) -> RefOr<Response> {
    let content = ContentBuilder::new().schema(Some(named(PROBLEM))).example(Some(parsed(problem.body()))).build();
    let answer = ResponseBuilder::new().description(about).content(problem::MEDIA_TYPE, content);
    let answer = match problem.status().as_u16() {
        401 => answer.header("WWW-Authenticate", Header::new(text("How to say who asks."))),
        429 | 503 => answer.header("Retry-After", Header::new(whole("In how many seconds to ask again."))),
        _ => answer,
    };
    RefOr::T(answer.build())
}

fn examples() -> Vec<(&'static str, Problem)> {
    let window = "minutes from 1m to 1440m or hours from 1h to 24h";
    vec![
        (
            "A parameter is wrong, unknown, repeated or missing, or the body cannot be read.",
            Problem::invalid_parameter("window", "25h", "there is no such window", window),
        ),
        (
            "No key was sent, or one that is not known.",
            Problem::unauthorized("the key is not known; it may have been revoked", "Bearer"),
        ),
        (
            "The key does not allow it; or there are no keys, and the request comes from elsewhere.",
            Problem::forbidden("the key does not allow to ask of this account; GET /v1/session tells which it allows"),
        ),
        ("Nothing is known under this id.", Problem::unknown_id("account", "globex")),
        ("The header `Accept` excludes what there is.", Problem::not_acceptable("text/csv")),
        ("The body did not come in time.", Problem::slow_body()),
        ("The page is of a revision that is not kept any more.", Problem::page_gone()),
        ("The body is too large.", Problem::too_large(65_536)),
        ("The address is too long.", Problem::too_long(8_192)),
        ("The body is of a kind that is not read here.", Problem::wrong_media_type("application/json")),
        (
            "Too many requests are under way, or too many attempts to sign in were made.",
            Problem::too_many("as many questions are being answered as may be at once", Duration::from_secs(1)),
        ),
        ("A bug of ours.", Problem::internal()),
        ("The server is not ready yet, or busy with others.", Problem::not_ready()),
    ]
}
