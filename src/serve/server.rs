//! Connections: taken, bounded in number and in time, and ended in order.
//!
//! The HTTP library leaves this to its users: by itself it takes every connection there is, and waits for every client.

use std::future::Future;
use std::io::{self, Read as _, Write as _};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::HttpBody as _;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower_layer::Layer as _;

use super::addresses::Addresses;
use super::limits::Limits;
use super::patience::{AtRest, Patient};
use super::problem::{self, Problem};
use super::traffic::{Refused, Traffic};

/// Above what one connection too many is told.
const TURNED_AWAY: &str = "retry-after: 1\r\nconnection: close\r\ncontent-type: application/problem+json\r\n\r\n";

/// Until the system is asked again for a connection that it could not give.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` ends, then lets answers under way finish.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    traffic: Arc<Traffic>,
    stop: impl Future<Output = ()>,
) {
    let ending = limits.ending;
    let router = bounded(router, &limits, traffic.clone());
    let (connections, ended, addresses) = (JoinSet::new(), GracefulShutdown::new(), Addresses::default());
    let mut server = Server { router, limits, traffic, addresses, connections, ended };
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            (stream, client) = accept(&listener, &server.traffic) => server.take(stream, client),
        }
    }
    drop(listener);
    // What has not ended by then is cut.
    let _cut = tokio::time::timeout(ending, server.ended.shutdown()).await.is_err();
}

/// The router behind what every request has to keep to.
fn bounded(router: Router, limits: &Limits, traffic: Arc<Traffic>) -> Router {
    let Limits { address_bytes, body_bytes, answer, .. } = *limits;
    let bounds = Bounds { address_bytes, body_bytes, answer, traffic };
    let body = DefaultBodyLimit::max(body_bytes);
    router.layer(body).layer(middleware::from_fn_with_state(bounds, keep_bounds))
}

#[derive(Clone)]
struct Bounds {
    address_bytes: usize,
    body_bytes: usize,
    answer: Duration,
    traffic: Arc<Traffic>,
}

async fn keep_bounds(State(bounds): State<Bounds>, request: Request, next: Next) -> Response {
    let address_bytes = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
    let body = request.body().size_hint();
    let has_body = body.upper() != Some(0);
    let answer = if address_bytes > bounds.address_bytes {
        Problem::too_long(bounds.address_bytes).into_response()
    } else if body.lower() > bounds.body_bytes as u64 {
        // It says so itself: nobody has to wait for it.
        Problem::too_large(bounds.body_bytes).into_response()
    } else {
        match tokio::time::timeout(bounds.answer, next.run(request)).await {
            Ok(answer) if is_too_large(&answer) => Problem::too_large(bounds.body_bytes).into_response(),
            Ok(answer) => answer,
            // Where there is a body, it is what we waited for.
            Err(_) if has_body => Problem::slow_body().into_response(),
            Err(_) => Problem::busy().into_response(),
        }
    };
    if let Some(reason) = refusal(&answer) {
        bounds.traffic.refuse(reason);
    }
    answer
}

/// Which of the bounds an answer tells of.
fn refusal(answer: &Response) -> Option<Refused> {
    match answer.status() {
        StatusCode::REQUEST_TIMEOUT => Some(Refused::SlowRequest),
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::URI_TOO_LONG => Some(Refused::TooLarge),
        _ => answer.extensions().get::<Refused>().copied(),
    }
}

/// Whether an endpoint found only as it read that a body is too large; the library says so in plain text.
fn is_too_large(answer: &Response) -> bool {
    let is_problem = answer.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == problem::MEDIA_TYPE);
    answer.status() == StatusCode::PAYLOAD_TOO_LARGE && !is_problem
}

/// The next connection. Without a descriptor for it there is a pause: the system would refuse it again at once.
async fn accept(listener: &TcpListener, traffic: &Traffic) -> (TcpStream, SocketAddr) {
    let mut said = false;
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            // The client's trouble, not ours.
            Err(error) if is_of_the_client(&error) => {}
            Err(error) => {
                traffic.refuse(Refused::Descriptors);
                if !std::mem::replace(&mut said, true) {
                    tracing::warn!("no HTTP connection can be taken until some end: {error}");
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

struct Server {
    router: Router,
    limits: Limits,
    traffic: Arc<Traffic>,
    addresses: Addresses,
    connections: JoinSet<()>,
    ended: GracefulShutdown,
}

impl Server {
    fn take(&mut self, stream: TcpStream, client: SocketAddr) {
        while self.connections.try_join_next().is_some() {}
        if self.connections.len() >= self.limits.connections {
            return self.refuse(stream, Refused::Connections, &Problem::full());
        }
        let Some(from) = self.addresses.enter(client.ip(), self.limits.of_one_address) else {
            return self.refuse(stream, Refused::TooMany, &Problem::too_many_of_address(self.limits.of_one_address));
        };
        // Answers are written whole: nothing is gained by waiting for more. A failure costs milliseconds alone.
        let _slower = stream.set_nodelay(true).is_err();
        let stream = Patient::new(stream, self.limits.write, self.traffic.clone());
        let at_rest = stream.at_rest();
        let service = TowerToHyperService::new(Extension(ConnectInfo(client)).layer(self.router.clone()));
        let connection = self.ended.watch(self.protocol().serve_connection(TokioIo::new(stream), service));
        let open = Open::new(self.traffic.clone());
        self.connections.spawn(async move {
            if let Err(error) = connection.await {
                open.note(&error, &at_rest);
            }
            drop(from);
        });
    }

    /// A client is told why if it can be told at once; nobody waits for it.
    fn refuse(&self, stream: TcpStream, reason: Refused, problem: &Problem) {
        self.traffic.refuse(reason);
        let _untold = turn_away(stream, problem).is_err();
    }

    fn protocol(&self) -> http1::Builder {
        let mut protocol = http1::Builder::new();
        protocol
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.head)
            .max_header_size(self.limits.head_bytes)
            .max_headers(self.limits.head_lines);
        protocol
    }
}

/// Says why, and takes what was asked so far, so that closing does not read as a failure to the client.
fn turn_away(stream: TcpStream, problem: &Problem) -> io::Result<()> {
    let mut stream = stream.into_std()?;
    stream.write_all(format!("HTTP/1.1 {}\r\n{TURNED_AWAY}{}", problem.status(), problem.body()).as_bytes())?;
    let _asked = stream.read(&mut [0; 4_096])?;
    Ok(())
}

/// A connection, counted as long as it is open.
struct Open(Arc<Traffic>);

impl Open {
    fn new(traffic: Arc<Traffic>) -> Self {
        traffic.connect();
        Self(traffic)
    }

    /// Counts why it ended. A client that went away, or asked nothing more after its answer, was refused nothing; one
    /// that did not read is counted where that was found.
    fn note(&self, error: &hyper::Error, at_rest: &AtRest) {
        if error.is_parse() {
            self.0.refuse(if error.is_parse_too_large() { Refused::TooLarge } else { Refused::Malformed });
        } else if error.is_timeout() && !at_rest.is() {
            self.0.refuse(Refused::SlowRequest);
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.disconnect();
    }
}
