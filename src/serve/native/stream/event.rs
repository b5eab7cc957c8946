//! The events of a stream as bytes (HTML standard, server-sent events), and a body made of them.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use hyper::body::Frame;

use super::client::Client;

/// After how long a browser connects again, in milliseconds.
const RETRY_MS: u32 = 1_000;

/// What an event is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Hello,
    Snapshot,
    Update,
    Heartbeat,
    Bye,
}

/// An event with its data, which is JSON and so has no line's end.
pub(super) fn event(kind: Kind, id: Option<u64>, data: &[u8]) -> Bytes {
    let name = match kind {
        Kind::Hello => "hello",
        Kind::Snapshot => "snapshot",
        Kind::Update => "update",
        Kind::Heartbeat => "heartbeat",
        Kind::Bye => "bye",
    };
    let mut bytes = Vec::with_capacity(data.len() + 64);
    if kind == Kind::Hello {
        bytes.extend_from_slice(format!("retry: {RETRY_MS}\n").as_bytes());
    }
    bytes.extend_from_slice(format!("event: {name}\n").as_bytes());
    if let Some(id) = id {
        bytes.extend_from_slice(format!("id: {id}\n").as_bytes());
    }
    bytes.extend_from_slice(b"data: ");
    bytes.extend_from_slice(data);
    bytes.extend_from_slice(b"\n\n");
    bytes.into()
}

/// The answer that tells a client all there is, until one of the two goes.
pub(super) fn answer(client: Client) -> Response {
    // Servers in between that gather an answer before they pass it on would hold events up.
    let head = [(header::CONTENT_TYPE.as_str(), "text/event-stream"), ("x-accel-buffering", "no")];
    (head, Body::new(Events(Some(next(client))))).into_response()
}

/// The events of a client, one after the other. The next is looked for when the connection has room for it.
struct Events(Option<Next>);

type Next = Pin<Box<dyn Future<Output = Option<(Bytes, Client)>> + Send>>;

fn next(mut client: Client) -> Next {
    Box::pin(async move { client.next().await.map(|event| (event, client)) })
}

impl HttpBody for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(coming) = &mut self.0 else { return Poll::Ready(None) };
        let came = ready!(coming.as_mut().poll(cx));
        let (event, client) = came.unzip();
        self.0 = client.map(next);
        Poll::Ready(event.map(|event| Ok(Frame::data(event))))
    }
}
