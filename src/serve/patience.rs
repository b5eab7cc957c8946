//! A connection that does not wait for ever until its client reads.
//!
//! A client that asks and does not read the answer would keep the answer, and its descriptor, for as long as it likes:
//! the HTTP library bounds reading alone.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

use super::traffic::{Refused, Traffic};

/// Whether a connection's client has had its answer and asked nothing since. Then it may end without a word.
#[derive(Debug, Clone, Default)]
pub(super) struct AtRest(Arc<AtomicBool>);

impl AtRest {
    pub(super) fn is(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self, at_rest: bool) {
        self.0.store(at_rest, Ordering::Relaxed);
    }
}

/// The connection `inner`, of which a write fails that the client does not take in time.
#[derive(Debug)]
pub(super) struct Patient<S> {
    inner: S,
    time_to_write: Duration,
    /// Runs while something is to be written that the client has not taken; whoever reads a byte now and then gets no
    /// more time by it.
    until: Option<Pin<Box<Sleep>>>,
    /// Whether something was written since the last flush: the library flushes also where there is nothing to flush.
    wrote: bool,
    at_rest: AtRest,
    traffic: Arc<Traffic>,
}

impl<S> Patient<S> {
    pub(super) fn new(inner: S, time_to_write: Duration, traffic: Arc<Traffic>) -> Self {
        Self { inner, time_to_write, until: None, wrote: false, at_rest: AtRest::default(), traffic }
    }

    pub(super) fn at_rest(&self) -> AtRest {
        self.at_rest.clone()
    }

    /// Fails once the time is over; otherwise the client is waited for.
    fn wait<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        let until = self.until.get_or_insert_with(|| Box::pin(tokio::time::sleep(self.time_to_write)));
        ready!(until.as_mut().poll(cx));
        self.traffic.refuse(Refused::SlowReader);
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = ready!(Pin::new(&mut self.inner).poll_read(cx, buf));
        if buf.filled().len() > before {
            self.at_rest.set(false);
        }
        Poll::Ready(read)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.wrote = true;
        match Pin::new(&mut self.inner).poll_write(cx, buf) {
            Poll::Pending => self.wait(cx),
            written => written,
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.wrote = true;
        match Pin::new(&mut self.inner).poll_write_vectored(cx, bufs) {
            Poll::Pending => self.wait(cx),
            written => written,
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    /// Asked for once everything so far is written.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.inner).poll_flush(cx) {
            Poll::Pending => self.wait(cx),
            Poll::Ready(flushed) => {
                self.until = None;
                if std::mem::take(&mut self.wrote) {
                    self.at_rest.set(true);
                }
                Poll::Ready(flushed)
            }
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
