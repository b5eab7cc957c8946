//! The layers around every endpoint of the API, from the outside in: the request's id and its line in the log, web pages
//! from elsewhere, compression, who asks, and how much at once.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::asked::Asked;
use super::at_once::{LEFT, POLICY, Permit};
use super::credentials::{API_KEY, Presented};
use super::request_log::{self, Noted, REQUEST_ID};
use super::{Access, Caller, account, operations_account};
use crate::serve::problem::Problem;

/// Smaller answers would grow.
const COMPRESSED_FROM: u64 = 512;
/// How long a browser may remember what a page from elsewhere may ask.
const PREFLIGHT_LASTS: Duration = Duration::from_secs(3_600);

/// Stands around a router of endpoints: lets in who may ask, gives endpoints `Extension<Caller>` and
/// `Extension<RequestId>`, and answers what is no endpoint under `/v1` and `/operations` with a problem. The router must
/// have no fallback of its own.
pub fn guard(router: Router, access: Arc<Access>) -> Router {
    let router = router
        .route("/v1/{*rest}", any(|| async { Problem::no_such_path() }))
        .route("/operations/{*rest}", any(|| async { Problem::no_such_path() }))
        .method_not_allowed_fallback(|| async { Problem::wrong_method() })
        .layer(middleware::from_fn_with_state(access.clone(), admit))
        .layer(compression());
    let router = if access.origins.is_empty() { router } else { router.layer(cross_origin(&access)) };
    router.layer(middleware::from_fn_with_state(access, request_log::note))
}

/// Streams are left as they are: an event must not wait for more of them to be compressed with.
fn compression() -> CompressionLayer<impl Predicate> {
    let when = SizeAbove::new(COMPRESSED_FROM).and(NotForContentType::const_new("text/event-stream"));
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(when)
}

/// Pages of the origins that the settings list may ask with a key of their own; cookies are not for them.
fn cross_origin(access: &Access) -> CorsLayer {
    let headers = [header::AUTHORIZATION, API_KEY, header::CONTENT_TYPE, header::IF_NONE_MATCH, REQUEST_ID];
    let last_event = HeaderName::from_static("last-event-id");
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(access.origins.iter().cloned()))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(headers.into_iter().chain([last_event]).collect::<Vec<_>>())
        .expose_headers([header::ETAG, header::RETRY_AFTER, REQUEST_ID, POLICY, LEFT])
        .max_age(PREFLIGHT_LASTS)
}

/// Finds out who asks and whether they may, and goes on to the endpoint.
async fn admit(State(access): State<Arc<Access>>, mut request: Request, next: Next) -> Response {
    let asked = Asked::of(request.uri());
    let mut noted = Noted::of(asked.account());
    let mut answer = match access.admit(&asked, request.method(), request.headers()) {
        Ok(admitted) => {
            noted.key = admitted.caller.as_ref().and_then(Caller::key_id).map(str::to_owned);
            let Admitted { caller, permit } = admitted;
            // Who asks what they may see has the cookie anew each time, everybody else now and then.
            let always = matches!(asked, Asked::Session);
            let renewed = caller.as_ref().and_then(|caller| access.renewed(caller, always));
            let (caller, cookie) = match renewed {
                Some((caller, cookie)) => (Some(caller), Some(cookie)),
                None => (caller, None),
            };
            if let Some(caller) = caller {
                request.extensions_mut().insert(caller);
            }
            let answer = match asked.unreadable(request.uri()) {
                Some(problem) => problem.into_response(),
                None => next.run(request).await,
            };
            finish(&access, permit, cookie, answer)
        }
        Err(refused) => {
            noted.key = refused.key;
            let mut answer = refused.problem.into_response();
            if refused.is_full {
                access.at_once.tell(&mut answer, 0);
            }
            answer
        }
    };
    answer.extensions_mut().insert(noted);
    answer
}

fn finish(access: &Access, permit: Option<Permit>, cookie: Option<HeaderValue>, mut answer: Response) -> Response {
    // Answers differ from key to key: what stands between must not keep them for others.
    let private = HeaderValue::from_static("private, no-cache");
    answer.headers_mut().entry(header::CACHE_CONTROL).or_insert(private);
    if let Some(cookie) = cookie {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    match permit {
        Some(permit) => {
            access.at_once.tell(&mut answer, permit.left);
            permit.until_taken(answer)
        }
        None => answer,
    }
}

/// Who was let in.
struct Admitted {
    /// None where nobody needs to be known.
    caller: Option<Caller>,
    permit: Option<Permit>,
}

/// Who was not.
struct Refused {
    problem: Problem,
    key: Option<String>,
    /// Whether the account has as many requests under way as it may have.
    is_full: bool,
}

impl Access {
    fn admit(&self, asked: &Asked, method: &Method, headers: &HeaderMap) -> Result<Admitted, Refused> {
        let is_for_all = match asked {
            Asked::Description => true,
            // Who signs in or out need not be known.
            Asked::Session => !matches!(*method, Method::GET | Method::HEAD),
            Asked::Operations { .. } | Asked::Native { .. } => false,
        };
        self.is_asked_here(headers)?;
        if is_for_all {
            return Ok(Admitted { caller: None, permit: None });
        }
        let caller = self.caller(&Presented::of(headers))?;
        let refused = |problem, is_full| Refused { problem, is_full, key: caller.key_id().map(str::to_owned) };
        may(&caller, asked).map_err(|problem| refused(problem, false))?;
        let permit = asked.account().map(|account| self.at_once.enter(account).ok_or_else(|| self.too_many()));
        let permit = permit.transpose().map_err(|problem| refused(problem, true))?;
        Ok(Admitted { caller: Some(caller), permit })
    }

    /// Without keys, what counts is that the client is on this machine. A web page whose name was made to lead here is
    /// not, though the browser is: its requests have its own name in `Host`, which has a dot.
    fn is_asked_here(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        if !self.is_open() || is_of_this_machine(host) {
            return Ok(());
        }
        let what = "without a keys_file only this machine may ask, by an address such as 127.0.0.1 or localhost";
        Err(Problem::forbidden(what))
    }

    fn too_many(&self) -> Problem {
        let what = format!(
            "{} requests of this account are under way, which is as many as there may be (requests_at_once)",
            self.at_once.most()
        );
        Problem::too_many(what, Duration::from_secs(1))
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self { problem, key: None, is_full: false }
    }
}

fn may(caller: &Caller, asked: &Asked) -> Result<(), Problem> {
    match asked {
        Asked::Operations { account: Some(id) } => operations_account(caller, id),
        Asked::Native { account: Some(id) } => account(caller, id),
        _ => Ok(()),
    }
}

/// Whether `Host` has an address or a name that only this machine gives itself.
fn is_of_this_machine(host: &str) -> bool {
    let Ok(address) = format!("http://{host}/").parse::<Uri>() else { return host.is_empty() };
    let name = address.host().unwrap_or_default().trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase();
    match name.parse::<std::net::IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => !name.contains('.') || name.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_a_machine_gives_itself_are_of_this_machine() {
        for host in
            ["127.0.0.1:8080", "127.0.0.9", "[::1]:8080", "localhost:1", "LOCALHOST.", "a.localhost", "desk", ""]
        {
            assert!(is_of_this_machine(host), "{host}");
        }
        for host in ["wall.example.com", "wall.example.com.:8080", "192.0.2.1", "[2001:db8::1]:80", "127.0.0.1.nip.io"]
        {
            assert!(!is_of_this_machine(host), "{host}");
        }
    }
}
