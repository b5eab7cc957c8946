//! The id of each request, and the one line that the log has of it.
//!
//! The line has what an operator needs to find a request and nothing that anybody asked in confidence: parameters by name
//! alone, since a search or a contact's id may be a person's name, and never a key.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use axum::middleware::Next;
use axum::response::Response;

use super::Access;
use super::asked::decoded;
use crate::domain::event::Millis;
use crate::wire::keys::may_be_key;
use crate::wire::text::is_id;

/// The header that an id comes in, if the client has one, and goes back in.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST_ID: usize = 128;
const LONGEST_PATH: usize = 256;
/// A name of a parameter; whatever else stands there may be anything.
const LONGEST_NAME: usize = 24;

/// The request's id, for endpoints that log something of their own.
#[derive(Debug, Clone)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// Visible ASCII characters, 128 at the most.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

/// Ids for requests that bring none.
pub(super) struct Numbering {
    prefix: String,
    next: AtomicU64,
}

impl Numbering {
    /// They begin so that no two processes have the same.
    pub(super) fn new(random: [u8; 32]) -> Self {
        let prefix = random[..6].iter().map(|byte| format!("{byte:02x}")).collect();
        Self { prefix, next: AtomicU64::new(1) }
    }

    fn id_of(&self, headers: &HeaderMap) -> RequestId {
        let sane =
            |id: &&HeaderValue| (1..=LONGEST_ID).contains(&id.len()) && id.as_bytes().iter().all(u8::is_ascii_graphic);
        RequestId(headers.get(REQUEST_ID).filter(sane).cloned().unwrap_or_else(|| {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            HeaderValue::try_from(format!("{}-{number}", self.prefix)).expect("digits and a hyphen")
        }))
    }
}

/// Who asked of what, as the guard found out; it travels with the answer.
#[derive(Debug, Clone, Default)]
pub(super) struct Noted {
    pub(super) account: Option<String>,
    pub(super) key: Option<String>,
}

impl Noted {
    /// Of an account, unless somebody put something else in its place.
    pub(super) fn of(account: Option<&str>) -> Self {
        let account = account.filter(|id| is_id(id) && !may_be_key(id));
        Self { account: account.map(str::to_owned), key: None }
    }
}

/// Gives a request its id, and writes its line at the end.
pub(super) async fn note(State(access): State<Arc<Access>>, mut request: Request, next: Next) -> Response {
    let id = access.requests.id_of(request.headers());
    let mut line = Line::of(&access, &request, id.clone());
    request.extensions_mut().insert(id.clone());
    let mut answer = next.run(request).await;
    answer.headers_mut().insert(REQUEST_ID, id.0);
    line.status = answer.status().as_u16();
    line.noted = answer.extensions_mut().remove().unwrap_or_default();
    answer
}

/// Written when it is dropped, so that a request is in the log too whose client left or whose time was over.
struct Line<'a> {
    access: &'a Access,
    began: Millis,
    id: RequestId,
    method: Method,
    path: String,
    query: String,
    /// 0 where no answer was made.
    status: u16,
    noted: Noted,
}

impl<'a> Line<'a> {
    fn of(access: &'a Access, request: &Request, id: RequestId) -> Self {
        let (method, address) = (request.method().clone(), request.uri());
        let (path, query) = (path(address), names(address));
        Self { access, began: access.now(), id, method, path, query, status: 0, noted: Noted::default() }
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        tracing::info!(
            target: "cxpulse::access",
            method = self.method.as_str(),
            path = self.path,
            query = self.query,
            status = self.status,
            ms = (self.access.now() - self.began).max(0),
            request_id = self.id.as_str(),
            account = self.noted.account,
            key = self.noted.key,
        );
    }
}

/// The path, without what looks like a key.
fn path(address: &Uri) -> String {
    let is_secret = |part: &str| may_be_key(part) || decoded(part).as_deref().is_some_and(may_be_key);
    let parts = address.path().split('/').map(|part| if is_secret(part) { "…" } else { part });
    let path = parts.collect::<Vec<_>>().join("/");
    path.chars().filter(|c| !c.is_control()).take(LONGEST_PATH).collect()
}

/// The names of the parameters. What is none, such as a value that lacks its name, may be a key.
fn names(address: &Uri) -> String {
    let is_name = |name: &str| {
        (1..=LONGEST_NAME).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphabetic() || c == '_')
    };
    let name = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if is_name(name) => name.to_owned(),
        _ => "…".to_owned(),
    };
    let pairs = address.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    pairs.take(LONGEST_ID).map(name).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Uri {
        text.parse().expect("an address")
    }

    #[test]
    fn an_id_is_taken_if_it_is_sane_and_made_otherwise() {
        let numbering = Numbering::new([0xab; 32]);
        let id = |text: &[u8]| {
            let value = HeaderValue::from_bytes(text).expect("a header takes it");
            numbering.id_of(&[(REQUEST_ID, value)].into_iter().collect()).as_str().to_owned()
        };
        assert_eq!(id(b"trace-1/a:b"), "trace-1/a:b");
        assert_eq!(id(b"two words"), "abababababab-1");
        assert_eq!(id("ünlü".as_bytes()), "abababababab-2");
        assert_eq!(id(&[b'x'; 128]).len(), 128);
        assert_eq!(id(&[b'x'; 129]), "abababababab-3");
        assert_eq!(id(b""), "abababababab-4");
    }

    #[test]
    fn parameters_are_logged_by_name_alone_and_nothing_that_may_be_a_key() {
        assert_eq!(names(&address("/v1?search=Lily&contact=c%201&page=")), "search,contact,page");
        assert_eq!(names(&address("/v1?cxp_abcdefghijklmnopqrstuvwxyz=1&Lily&=x&a%20b=1")), "…,…,…,…");
        assert_eq!(names(&address("/v1")), "");
        assert_eq!(path(&address("/v1/accounts/acme/cxp_abc")), "/v1/accounts/acme/…");
        assert_eq!(path(&address("/v1/accounts/%63xp_abc/live")), "/v1/accounts/…/live");
        assert_eq!(path(&address(&format!("/{}", "x".repeat(1_000)))).len(), 256);
    }
}
