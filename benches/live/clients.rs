//! HTTP clients that are a burden: many that say half of what they want, and many that want the page at once.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use cxpulse::clock;

use super::program::get;

const EVERY: Duration = Duration::from_secs(1);

/// One page that was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scrape {
    pub(crate) took_ms: i64,
    /// It came, with status 200.
    pub(crate) is_whole: bool,
}

/// Holds so many connections open, each with half a request, until nobody holds the other end. Each second every one of
/// them says a little more and reads nothing; one that was closed is opened anew.
pub(crate) fn hold_slow_clients(address: SocketAddr, clients: usize, stop: &Receiver<()>) {
    let mut open: Vec<TcpStream> = Vec::new();
    while let Err(RecvTimeoutError::Timeout) = stop.recv_timeout(EVERY) {
        open.retain_mut(|stream| stream.write_all(b"X-Slow: ").is_ok());
        let missing = clients - open.len();
        open.extend((0..missing).map_while(|_| open_slowly(address)));
    }
}

fn open_slowly(address: SocketAddr) -> Option<TcpStream> {
    let mut stream = TcpStream::connect_timeout(&address, EVERY).ok()?;
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nX-Half: ").ok()?;
    Some(stream)
}

/// Asks for so many pages at once, again and again, until nobody holds the other end.
pub(crate) fn scrape_at_once(address: SocketAddr, scrapes: usize, stop: &Receiver<()>) -> Vec<Scrape> {
    let mut all = Vec::new();
    while let Err(RecvTimeoutError::Timeout) = stop.recv_timeout(EVERY) {
        thread::scope(|scope| {
            let asked: Vec<_> = (0..scrapes).map(|_| scope.spawn(move || scrape(address))).collect();
            all.extend(asked.into_iter().map(|one| one.join().expect("a scrape does not panic")));
        });
    }
    all
}

fn scrape(address: SocketAddr) -> Scrape {
    let began = clock::now();
    let is_whole = get(address, "/metrics").is_some();
    Scrape { took_ms: clock::now() - began, is_whole }
}
