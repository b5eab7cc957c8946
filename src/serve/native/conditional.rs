//! What every answer under `/v1` keeps to: it has the form that the client takes, and is not sent again unchanged.
//!
//! An answer is marked by its own bytes, less the moment it is of and how far behind the source is: the same numbers a
//! second later are the same answer, and what grows by itself is another one.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use xxhash_rust::xxh3::xxh3_128;

use crate::serve::accept;
use crate::serve::problem::Problem;

const JSON: &str = "application/json";

/// Stands around the endpoints.
pub(super) async fn keep(request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let answer = next.run(request).await;
    if answer.status() != StatusCode::OK {
        return answer;
    }
    let form = answer.headers().get(header::CONTENT_TYPE).and_then(|form| form.to_str().ok()).unwrap_or(JSON);
    if let Err(refused) = accept::takes(&headers, form.split(';').next().unwrap_or(form)) {
        return refused.into_response();
    }
    if form == JSON { unless_known(&headers, answer).await } else { answer }
}

/// The answer with its mark, or that nothing has changed since the client had it.
async fn unless_known(headers: &HeaderMap, answer: Response) -> Response {
    let (mut head, body) = answer.into_parts();
    // It is in memory already: an endpoint hands it over whole.
    let Ok(body) = to_bytes(body, usize::MAX).await else { return Problem::internal().into_response() };
    let mark = mark(&body);
    head.headers.insert(header::ETAG, HeaderValue::try_from(&mark).expect("digits in quotes"));
    if is_known(headers, &mark) {
        head.status = StatusCode::NOT_MODIFIED;
        head.headers.remove(header::CONTENT_TYPE);
        return Response::from_parts(head, Body::empty());
    }
    Response::from_parts(head, Body::from(body))
}

/// Weak: what it leaves out may differ.
fn mark(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let lasting = lasting(&text);
    format!("W/\"{:032x}\"", xxh3_128(lasting.as_deref().unwrap_or(&text).as_bytes()))
}

/// The body without its moment, wherever that stands, and without how far behind the source is.
fn lasting(body: &str) -> Option<String> {
    let as_of = body.split_once("\"as_of\":")?.1.split(',').next()?;
    let (before, after) = body.split_once("\"stale_ms\":")?;
    let after = after.trim_start_matches(|digit: char| digit.is_ascii_digit());
    Some([before, after].concat().replace(as_of, ""))
}

/// Whether a client says that it has what bears this mark.
pub(in crate::serve) fn is_known(headers: &HeaderMap, mark: &str) -> bool {
    let values = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let opaque = |mark: &str| mark.trim().trim_start_matches("W/").to_owned();
    values.flat_map(|value| value.split(',')).any(|known| known.trim() == "*" || opaque(known) == opaque(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn the_same_numbers_a_second_later_have_the_same_mark() {
        let body = |second: u32, revision: u32, stale: u32, closed: u32| {
            let as_of = format!("\"2026-03-01T13:00:0{second}.000Z\"");
            let head = format!(r#"{{"account_id":"a","as_of":{as_of},"revision":{revision},"stale_ms":{stale},"#);
            mark(format!(r#"{head}"from":"2026-03-01T12:00:00.000Z","to":{as_of},"closed":{closed}}}"#).as_bytes())
        };
        let first = body(1, 7, 0, 3);
        assert_eq!(body(2, 7, 250, 3), first);
        assert_ne!(body(1, 8, 0, 3), first);
        assert_ne!(body(1, 7, 0, 4), first);
        assert!(first.starts_with("W/\""));
        assert_ne!(mark(b"{\"metrics\":[]}"), mark(b"{\"metrics\":[1]}"));
    }

    #[test]
    fn a_client_that_has_it_says_so_in_any_form_of_the_header() {
        let known = |value| is_known(&with(header::IF_NONE_MATCH, value), "W/\"7\"");
        assert!(["W/\"7\"", "\"7\"", "\"3\", W/\"7\"", "*"].into_iter().all(known));
        assert!(!known("\"77\"") && !is_known(&HeaderMap::new(), "W/\"7\""));
    }
}
