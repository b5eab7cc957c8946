//! An answer that is made while it is sent: a thread makes it chunk by chunk, and is never more than some chunks ahead of its
//! client.
//!
//! Who takes nothing is cut off by the connection ([`super::patience`]), and then the thread ends at its next chunk. A
//! client that got all of it knows: a body that ends early breaks its connection.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::Frame;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// How many chunks may wait for a client.
const AHEAD: usize = 2;
/// How large a chunk is at least, but for the last one.
const CHUNK_BYTES: usize = 64 << 10;

/// Where the chunks of an answer go.
#[derive(Debug)]
pub(super) struct Chunks(Sender<Chunk>);

#[derive(Debug)]
enum Chunk {
    Some(Bytes),
    /// There is no more.
    End,
}

/// The client went away: nobody wants the rest.
#[derive(Debug)]
pub(super) struct Gone;

/// Where chunks go, and the body that they come out of.
pub(super) fn streamed() -> (Chunks, Body) {
    let (to, from) = channel(AHEAD);
    (Chunks(to), Body::new(Streamed { from, is_whole: false }))
}

impl Chunks {
    /// Whether what was written so far is a chunk, which is to be sent before more is written.
    pub(super) fn is_chunk(bytes: usize) -> bool {
        bytes >= CHUNK_BYTES
    }

    /// Sends a chunk, once the client has taken those before. Waits, so it is for threads on which one may.
    ///
    /// # Errors
    /// Where the client went away.
    pub(super) fn send(&self, chunk: Vec<u8>) -> Result<(), Gone> {
        if chunk.is_empty() {
            return self.look();
        }
        self.0.blocking_send(Chunk::Some(chunk.into())).map_err(|_| Gone)
    }

    /// Looks whether the client is still there, where nothing is to be sent for a while.
    ///
    /// # Errors
    /// Where it is not.
    pub(super) fn look(&self) -> Result<(), Gone> {
        if self.0.is_closed() { Err(Gone) } else { Ok(()) }
    }

    /// Sends what is left, and says that there is no more.
    ///
    /// # Errors
    /// Where the client went away.
    pub(super) fn end(self, last: Vec<u8>) -> Result<(), Gone> {
        self.send(last)?;
        self.0.blocking_send(Chunk::End).map_err(|_| Gone)
    }
}

/// What comes out.
struct Streamed {
    from: Receiver<Chunk>,
    is_whole: bool,
}

impl HttpBody for Streamed {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if self.is_whole {
            return Poll::Ready(None);
        }
        Poll::Ready(match ready!(self.from.poll_recv(cx)) {
            Some(Chunk::Some(bytes)) => Some(Ok(Frame::data(bytes))),
            Some(Chunk::End) => {
                self.is_whole = true;
                None
            }
            None => {
                self.is_whole = true;
                Some(Err(Cut))
            }
        })
    }
}

/// Why a client does not get the rest.
#[derive(Debug, thiserror::Error)]
#[error("the answer could not be made to its end")]
struct Cut;

#[cfg(test)]
mod tests {
    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().build().expect("a runtime")
    }

    #[test]
    fn an_answer_comes_out_whole_or_is_known_to_be_cut() {
        let (chunks, body) = streamed();
        let maker = std::thread::scope(|scope| {
            let maker = scope.spawn(|| {
                (0..5).try_for_each(|_| chunks.send(b"abc".to_vec()))?;
                chunks.end(b"d".to_vec())
            });
            let whole = runtime().block_on(axum::body::to_bytes(body, 100)).expect("it is whole");
            assert_eq!(&whole[..], b"abcabcabcabcabcd");
            maker.join().expect("it does not fail")
        });
        assert!(maker.is_ok());
        let (chunks, body) = streamed();
        chunks.send(b"abc".to_vec()).expect("the client is there");
        drop(chunks);
        assert!(runtime().block_on(axum::body::to_bytes(body, 100)).is_err());
    }

    #[test]
    fn nothing_more_is_made_for_a_client_that_went_away() {
        let (chunks, body) = streamed();
        chunks.look().expect("the client is there");
        drop(body);
        assert!(chunks.look().is_err() && chunks.send(Vec::new()).is_err() && chunks.end(b"d".to_vec()).is_err());
    }
}
