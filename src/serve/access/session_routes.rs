//! `/v1/session`: a browser trades a key for a cookie, asks what it may see, and signs out.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse as _, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::at_once::{LEFT, POLICY};
use super::credentials::{self, COOKIE};
use super::sessions::LASTS_MS;
use super::{Access, Caller, sign_ins, unknown_key};
use crate::serve::problem::Problem;
use crate::wire::keys::{Accounts, Session};

/// The path that signs in, out, and tells what may be seen.
pub(in crate::serve) const PATH: &str = "/v1/session";
/// More than a key and what stands around it; what is larger is no sign-in.
const LARGEST_BODY: usize = 4 << 10;

/// Of which accounts of these anything is known, sorted; where there are too many to choose from, the first of them.
pub type Known = Arc<dyn Fn(&Accounts) -> Vec<Arc<str>> + Send + Sync>;

/// The routes of sessions, which belong behind the guard like all others.
pub fn routes(access: Arc<Access>, known: Known) -> Router {
    Router::new().route(PATH, get(show).post(sign_in).delete(sign_out)).with_state(Shared { access, known })
}

/// What the routes share.
#[derive(Clone)]
struct Shared {
    access: Arc<Access>,
    known: Known,
}

/// What somebody signs in with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    key: String,
}

/// What the caller may see. Who asks by a session has had its cookie made anew by the guard.
async fn show(State(shared): State<Shared>, Extension(caller): Extension<Caller>) -> Response {
    (no_store(), Json(shared.rights(&caller))).into_response()
}

async fn sign_in(State(shared): State<Shared>, request: Request) -> Result<Response, Response> {
    let (access, address) = (&shared.access, address(request.extensions()));
    access.sign_ins.attempt(address).map_err(too_often)?;
    let before = access.session(request.headers());
    let sign_in = body(request).await.map_err(Problem::into_response)?;
    if access.is_open() {
        return Ok((no_store(), Json(shared.rights(&Caller::everything()))).into_response());
    }
    let key = access.key(&sign_in.key).ok_or_else(|| unknown_key().into_response())?;
    let random = (access.random)().ok_or_else(|| Problem::internal().into_response())?;
    // Who signs in anew has one session, not two.
    before.iter().for_each(|session| access.sessions.end(session, access.now()));
    let token = access.sessions.begin(&key, random, access.now());
    let token = token.ok_or_else(|| Problem::internal().into_response())?;
    let cookie = [(header::SET_COOKIE, access.cookie(&token, LASTS_MS / 1_000))];
    Ok((no_store(), AppendHeaders(cookie), Json(shared.rights(&Caller::of_key(key)))).into_response())
}

async fn sign_out(State(Shared { access, .. }): State<Shared>, headers: HeaderMap) -> Response {
    if let Some(session) = access.session(&headers) {
        access.sessions.end(&session, access.now());
    }
    (StatusCode::NO_CONTENT, no_store(), AppendHeaders([(header::SET_COOKIE, access.cookie("", 0))])).into_response()
}

impl Access {
    /// The session that a browser has, if it goes on.
    fn session(&self, headers: &HeaderMap) -> Option<Session> {
        self.session_of(self.keyring.as_ref()?, credentials::session(headers)?).map(|(_, session)| session)
    }

    /// No script reads the cookie, no other site sends it, and other machines get it over TLS alone.
    pub(super) fn cookie(&self, token: &str, seconds: i64) -> String {
        let secure = if self.secure_cookies { "; Secure" } else { "" };
        format!("{COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
    }
}

impl Shared {
    /// What a caller may see, as JSON: `"*"` or a list of accounts, those of them that are known, and whether private text.
    fn rights(&self, caller: &Caller) -> Value {
        let accounts = match caller.accounts() {
            Accounts::Every => json!("*"),
            Accounts::Listed(ids) => json!(ids),
        };
        let known: Vec<Value> = (self.known)(caller.accounts()).iter().map(|id| json!(**id)).collect();
        json!({"accounts": accounts, "known": known, "private": caller.may_see_private()})
    }
}

async fn body(request: Request) -> Result<SignIn, Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    // A form of another site could send any kind that needs no leave of its own, but not this one.
    if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
        return Err(Problem::wrong_media_type("application/json"));
    }
    let body = axum::body::to_bytes(request.into_body(), LARGEST_BODY).await;
    let body = body.map_err(|_| Problem::too_large(LARGEST_BODY))?;
    // What is wrong with it is not told, since that could be a part of a key.
    serde_json::from_slice(&body).map_err(|_| Problem::malformed_body("right would be {\"key\":\"cxp_…\"}"))
}

/// Where a request comes from. Without knowing all have one limit together.
fn address(extensions: &Extensions) -> IpAddr {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip())
}

fn too_often(wait: std::time::Duration) -> Response {
    let what = "too many attempts to sign in come from this address";
    let mut answer = Problem::too_many(what, wait).into_response();
    let seconds = wait.as_millis().div_ceil(1_000).max(1);
    for (name, value) in [(POLICY, sign_ins::POLICY.to_owned()), (LEFT, format!("\"sign-in\";r=0;t={seconds}"))] {
        answer.headers_mut().insert(name, HeaderValue::try_from(value).expect("ASCII"));
    }
    answer
}

fn no_store() -> [(header::HeaderName, &'static str); 1] {
    [(header::CACHE_CONTROL, "no-store")]
}
