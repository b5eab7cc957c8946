//! How many requests of an account are under way: no account can take the whole server.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderName, HeaderValue, Response, header};
use hyper::body::{Frame, SizeHint};

/// What clients are told of a limit, and of how much of it is left.
pub(super) const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
pub(super) const LEFT: HeaderName = HeaderName::from_static("ratelimit");

/// Requests by account; one that has none takes no room.
#[derive(Debug)]
pub(in crate::serve) struct AtOnce {
    most: usize,
    under_way: Mutex<HashMap<String, usize>>,
}

/// One request under way, until it is dropped.
#[derive(Debug)]
pub(in crate::serve) struct Permit {
    of: Arc<AtOnce>,
    account: String,
    /// How many more there might have been beside it.
    pub(super) left: usize,
}

impl AtOnce {
    pub(in crate::serve) fn new(most: usize) -> Self {
        Self { most, under_way: Mutex::default() }
    }

    /// One more, unless there are as many as there may be.
    pub(in crate::serve) fn enter(self: &Arc<Self>, account: &str) -> Option<Permit> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let count = under_way.get(account).copied().unwrap_or(0);
        let left = self.most.checked_sub(count + 1)?;
        under_way.insert(account.to_owned(), count + 1);
        Some(Permit { of: self.clone(), account: account.to_owned(), left })
    }

    pub(in crate::serve) fn most(&self) -> usize {
        self.most
    }

    /// Tells a client the limit, in the form of the IETF's draft on `RateLimit` headers.
    pub(super) fn tell<B>(&self, answer: &mut Response<B>, left: usize) {
        let policy = format!("\"account\";q={};qu=\"concurrent-requests\"", self.most);
        for (name, value) in [(POLICY, policy), (LEFT, format!("\"account\";r={left}"))] {
            answer.headers_mut().insert(name, HeaderValue::try_from(value).expect("ASCII"));
        }
    }
}

impl Permit {
    /// Keeps it until the client has taken the answer. A stream of events goes on for hours and has a limit of its own.
    pub(super) fn until_taken(self, answer: Response<Body>) -> Response<Body> {
        let kind = answer.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
        if kind.is_some_and(|kind| kind.starts_with(b"text/event-stream")) {
            return answer;
        }
        answer.map(|body| Body::new(Held { body, permit: Some(self) }))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut under_way = self.of.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = under_way.get_mut(&self.account) {
            *count -= 1;
            if *count == 0 {
                under_way.remove(&self.account);
            }
        }
    }
}

/// A body that holds a permit up to its end.
struct Held {
    body: Body,
    permit: Option<Permit>,
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if frame.is_none() {
            self.permit = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_so_many_requests_under_way_and_another_its_own() {
        let at_once = Arc::new(AtOnce::new(2));
        let first = at_once.enter("acme").expect("there is room");
        let second = at_once.enter("acme").expect("there is room");
        assert_eq!((first.left, second.left), (1, 0));
        assert!(at_once.enter("acme").is_none());
        assert!(at_once.enter("globex").is_some());
        drop(first);
        assert!(at_once.enter("acme").is_some());
        drop(second);
        assert_eq!(at_once.under_way.lock().expect("nobody fails").len(), 0, "nothing is kept of who asks nothing");
    }
}
