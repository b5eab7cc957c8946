//! Where LivePerson's services are: clients ask before anything else which host has theirs.
//!
//! Here it is always this one, under the name by which it was asked. Nothing in the answer is anybody's, so no key is
//! needed, as LivePerson needs none; an account that there is not is answered as one that there is.

use axum::Router;
use axum::extract::Path;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;

use crate::serve::asking::json;
use crate::serve::problem::Problem;

/// Of one service, whichever.
pub(in crate::serve) const ONE: &str = "/api/account/{account}/service/{service}/baseURI.json";
/// Of all that there are here.
pub(in crate::serve) const ALL: &str = "/api/account/{account}/service/baseURI.json";
/// What has the methods that are compatible.
pub(in crate::serve) const REPORTING: &str = "leDataReporting";

/// The host of one service.
#[derive(Debug, PartialEq, Serialize)]
pub(in crate::serve) struct Domain<'a> {
    pub(in crate::serve) service: &'a str,
    pub(in crate::serve) account: &'a str,
    #[serde(rename = "baseURI")]
    pub(in crate::serve) base_uri: &'a str,
}

pub(super) fn routes() -> Router {
    Router::new().route(ONE, get(one)).route(ALL, get(all))
}

async fn one(Path((account, service)): Path<(String, String)>, headers: HeaderMap) -> Result<Response, Problem> {
    let domain = Domain { service: &service, account: &account, base_uri: &host(&headers)? };
    Ok(json(serde_json::to_vec(&domain).expect("texts are JSON")))
}

async fn all(Path(account): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let domain = Domain { service: REPORTING, account: &account, base_uri: &host(&headers)? };
    Ok(json(serde_json::to_vec(&serde_json::json!({"baseURIs": [domain]})).expect("texts are JSON")))
}

/// The name by which the client asks: a host, and perhaps a port.
fn host(headers: &HeaderMap) -> Result<String, Problem> {
    let said = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_host = said.parse::<Authority>().is_ok() && !said.contains('@');
    let wrong = || Problem::invalid_parameter("Host", said, "the header names no host", "the name of this host");
    is_host.then(|| said.to_owned()).ok_or_else(wrong)
}
