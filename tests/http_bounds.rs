//! What HTTP clients cannot do: keep a connection, hold up others, or the fold.
//!
//! The clients are real sockets. Nobody waits for a length of time: limits are short where their end is waited for.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use cxpulse::board::Board;
use cxpulse::domain::event::Millis;
use cxpulse::domain::policy::PolicyBook;
use cxpulse::fold::outcomes::Outcomes;
use cxpulse::fold::pass::{PassSettings, Passes};
use cxpulse::fold::{Fold, FoldSettings};
use cxpulse::serve::access::Access;
use cxpulse::serve::asking::Asking;
use cxpulse::serve::http::{self, Said, Serving, Shown};
use cxpulse::serve::limits::Limits;
use cxpulse::serve::liveperson::SkillsKey;
use cxpulse::serve::native::stream::{StreamSettings, Streams};
use cxpulse::serve::selection::Families;
use cxpulse::serve::server;
use cxpulse::serve::traffic::{Refused, Traffic};
use cxpulse::wire::batch::{Arrival, RecordBatch};
use tokio::net::TcpSocket;
use tokio::runtime::Runtime;

use crate::support::demo::Demo;

const NOW: Millis = 1_767_614_400_000;
/// Long enough never to end within a test.
const NEVER: Duration = Duration::from_secs(3_600);
const SHORT: Duration = Duration::from_millis(50);
/// More than the system keeps for a reader that does not read.
const LARGE: usize = 64 << 20;

/// Limits that nothing reaches by itself.
fn patient() -> Limits {
    Limits { connections: 10_000, head: NEVER, answer: NEVER, write: NEVER, ..Limits::default() }
}

/// A server in this process, which ends with the value.
struct Server {
    address: SocketAddr,
    traffic: Arc<Traffic>,
    runtime: Runtime,
}

impl Server {
    /// Of a few paths for tests.
    fn start(limits: Limits) -> Self {
        let router = Router::new()
            .route("/", get(|| async { "here" }))
            .route("/large", get(|| async { vec![b'x'; LARGE] }))
            .route("/echo", post(|body: String| async { body }));
        Self::run(|listener, traffic| server::serve(listener, router, limits, traffic, std::future::pending()))
    }

    /// Of the pages there are.
    fn of_pages(limits: Limits, board: Arc<Board>, engine: Box<dyn Fn() -> String + Send + Sync>) -> Self {
        Self::run(|listener, traffic| {
            let shown = Shown { series_cap: 100_000, agent_windows: vec![5], agent_families: Families::EVERY };
            let (flows, health, said) = (Arc::default(), Arc::default(), Said::default());
            let access = Arc::new(Access::open());
            let asking = Arc::new(Asking::new(board.clone(), Arc::default(), Box::new(|| 0), 4));
            let streams = Streams::new(asking.clone(), access.clone(), StreamSettings::default());
            let (streams, skills_key) = (Arc::new(streams), SkillsKey::default());
            let serving = Serving {
                board,
                flows,
                health,
                traffic,
                engine,
                shown,
                said,
                access,
                asking,
                streams,
                skills_key,
                clock: || NOW,
            };
            http::serve(listener, Arc::new(serving), limits, std::future::pending())
        })
    }

    fn run<F>(serve: impl FnOnce(tokio::net::TcpListener, Arc<Traffic>) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let listener = runtime.block_on(http::listen("127.0.0.1:0".parse().expect("an address"))).expect("a port");
        let address = listener.local_addr().expect("it listens");
        let traffic = Arc::<Traffic>::default();
        runtime.spawn(serve(listener, traffic.clone()));
        Self { address, traffic, runtime }
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).expect("it listens")
    }

    /// A client on another address of this machine.
    fn connect_from(&self, address: &str) -> TcpStream {
        let from = SocketAddr::new(address.parse().expect("an address"), 0);
        let stream = self.runtime.block_on(async {
            let socket = TcpSocket::new_v4().expect("a socket");
            socket.bind(from).expect("an address of this machine");
            socket.connect(self.address).await.expect("it listens")
        });
        let stream = stream.into_std().expect("it is a socket");
        stream.set_nonblocking(false).expect("it can be set");
        stream
    }

    /// A client that sends something and is left alone.
    fn sends(&self, bytes: impl AsRef<[u8]>) -> TcpStream {
        let mut stream = self.connect();
        stream.write_all(bytes.as_ref()).expect("it reads");
        stream
    }

    /// All that a client is answered up to the end of its connection.
    fn answers(&self, bytes: impl AsRef<[u8]>) -> String {
        rest_of(self.sends(bytes))
    }

    fn get(&self, path: &str) -> String {
        self.answers(request(path))
    }

    #[track_caller]
    fn assert_serves(&self) {
        assert!(self.get("/").starts_with("HTTP/1.1 200 "), "others are served");
    }

    fn has_refused(&self, reason: Refused, times: u64) {
        until(|| self.traffic.refused_as(reason) == times);
        let all: u64 = self.traffic.refused().map(|(_, count)| count).sum();
        assert_eq!(all, times, "nothing else was refused");
    }

    fn has_connections(&self, count: u64) {
        until(|| self.traffic.connections() == count);
    }
}

fn request(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
}

/// What there is to read; a connection that was cut off ends it too.
fn rest_of(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let _cut_off = stream.read_to_end(&mut answer).is_err();
    String::from_utf8_lossy(&answer).into_owned()
}

fn until(condition: impl Fn() -> bool) {
    while !condition() {
        std::thread::yield_now();
    }
}

#[test]
fn a_client_that_does_not_end_its_head_is_cut_off() {
    let server = Server::start(Limits { head: SHORT, ..patient() });
    for begun in ["", "G", "GET / HTTP/1.1\r\nhost: x\r\n"] {
        assert_eq!(server.answers(begun), "", "{begun:?}");
    }
    server.has_refused(Refused::SlowRequest, 3);
    server.has_connections(0);
}

#[test]
fn a_client_that_asks_nothing_more_after_its_answer_is_refused_nothing() {
    let server = Server::start(Limits { head: SHORT, ..patient() });
    let answer = server.answers("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    assert!(answer.ends_with("\r\n\r\nhere"), "{answer}");
    server.has_connections(0);
    server.has_refused(Refused::SlowRequest, 0);
}

#[test]
fn a_client_that_does_not_end_its_body_is_told_so() {
    let server = Server::start(Limits { answer: SHORT, ..patient() });
    let answer = server.answers("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nabc");
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    server.has_refused(Refused::SlowRequest, 1);
    server.has_connections(0);
}

#[test]
fn what_is_too_large_is_not_read() {
    let limits = Limits { head_bytes: 2_000, address_bytes: 1_000, body_bytes: 100, ..patient() };
    let server = Server::start(limits);
    let long = "x".repeat(1_000);
    for (bytes, status) in [
        ("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 101\r\n\r\n".to_owned(), "413"),
        (format!("POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3e8\r\n{long}\r\n"), "413"),
        (request(&format!("/{long}")), "414"),
        (format!("GET / HTTP/1.1\r\nhost: x\r\na: {long}\r\nb: {long}\r\n"), "431"),
        (format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", "a: b\r\n".repeat(65)), "431"),
    ] {
        let answer = server.answers(&bytes);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{status}: {answer}");
    }
    server.has_refused(Refused::TooLarge, 5);
    let small = "POST /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 3\r\n\r\nabc";
    assert!(server.answers(small).ends_with("\r\n\r\nabc"));
}

#[test]
fn nobody_waits_for_a_body_that_is_not_asked_for() {
    let server = Server::start(patient());
    let answer = server.answers("GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n");
    assert!(answer.ends_with("\r\n\r\nhere"), "{answer}");
    server.has_connections(0);
}

#[test]
fn a_client_that_never_reads_its_answer_is_cut_off() {
    let server = Server::start(Limits { write: SHORT, ..patient() });
    let reader = server.sends(request("/large"));
    server.has_refused(Refused::SlowReader, 1);
    server.has_connections(0);
    assert!(rest_of(reader).len() < LARGE, "it got a part at most");
    server.assert_serves();
}

#[test]
fn one_connection_too_many_is_told_so_at_once() {
    let server = Server::start(Limits { connections: 3, ..patient() });
    let mut there: Vec<TcpStream> = (0..3).map(|_| server.connect()).collect();
    let answer = server.get("/");
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("retry-after: 1\r\n"), "{answer}");
    assert!(answer.contains("http_connections"), "{answer}");
    server.has_refused(Refused::Connections, 1);
    assert_eq!(server.traffic.connections(), 3);
    drop(there.pop());
    server.has_connections(2);
    until(|| server.get("/").starts_with("HTTP/1.1 200 "));
}

#[test]
fn one_address_has_some_of_the_connections_and_leaves_the_others_to_the_others() {
    let server = Server::start(Limits { connections: 8, of_one_address: 3, ..patient() });
    let _all_it_may: Vec<TcpStream> = (0..3).map(|_| server.connect_from("127.0.0.2")).collect();
    until(|| server.traffic.connections() == 3);
    let mut refused = server.connect_from("127.0.0.2");
    refused.write_all(request("/").as_bytes()).expect("it reads");
    let answer = rest_of(refused);
    assert!(answer.starts_with("HTTP/1.1 429 ") && answer.contains("retry-after: 1\r\n"), "{answer}");
    assert!(answer.contains("3 connections come from this address"), "{answer}");
    server.has_refused(Refused::TooMany, 1);
    let mut other = server.connect_from("127.0.0.3");
    other.write_all(request("/").as_bytes()).expect("it reads");
    assert!(rest_of(other).starts_with("HTTP/1.1 200 "));
    let own: Vec<TcpStream> = (0..4).map(|_| server.connect()).collect();
    until(|| server.traffic.connections() == 3 + own.len() as u64);
    assert!(server.get("/").starts_with("HTTP/1.1 200 "), "a proxy on this machine speaks for many");
}

#[test]
fn rubbish_ends_its_own_connection_alone() {
    let server = Server::start(patient());
    let rubbish: [&[u8]; 6] = [
        b"\0\0\0\0",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\xff\xfe\xfd / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ];
    for bytes in rubbish {
        let answer = server.answers(bytes);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{bytes:?}: {answer}");
    }
    server.has_refused(Refused::Malformed, 6);
    let half = server.sends("GET /");
    half.shutdown(Shutdown::Write).expect("it is open");
    assert_eq!(rest_of(half), "");
    server.has_connections(0);
    server.assert_serves();
    server.has_refused(Refused::Malformed, 6);
}

/// What holds every rendering until it is opened.
#[derive(Default)]
struct Gate {
    open: Mutex<bool>,
    opened: Condvar,
    renderings: AtomicUsize,
}

impl Gate {
    /// An engine's page behind it.
    fn engine(self: &Arc<Self>) -> Box<dyn Fn() -> String + Send + Sync> {
        let gate = self.clone();
        Box::new(move || {
            gate.renderings.fetch_add(1, Ordering::SeqCst);
            let open = gate.open.lock().expect("nobody fails");
            drop(gate.opened.wait_while(open, |open| !*open).expect("nobody fails"));
            String::new()
        })
    }

    fn open(&self) {
        *self.open.lock().expect("nobody fails") = true;
        self.opened.notify_all();
    }

    fn renderings(&self) -> usize {
        self.renderings.load(Ordering::SeqCst)
    }
}

/// A fold of one account, caught up.
struct Desk {
    fold: Fold,
    passes: Passes,
    now: Millis,
    offset: i64,
}

impl Desk {
    fn new(board: Arc<Board>) -> Self {
        let outcomes = Arc::new(Outcomes::default());
        let mut fold = Fold::new(FoldSettings::default(), Arc::new(PolicyBook::default()), outcomes, NOW);
        fold.set_caught_up();
        let passes = Passes::new(PassSettings::default(), board);
        Self { fold, passes, now: NOW, offset: 0 }
    }

    /// One more conversation, and a pass that tells of it.
    fn start_conversation(&mut self) {
        self.now += 250;
        let event = format!(
            r#"{{"account_id":"a","conversation_id":"c-{}","occurred_at":{NOW},"type":"conversation_started"}}"#,
            self.offset
        );
        let mut batch = RecordBatch::new(Arc::from(["conversation-events".to_owned()]));
        let (timestamp, payload) = (Some(NOW), Some(event.as_bytes()));
        batch.push(Arrival { topic: 0, partition: Some(0), offset: self.offset, timestamp, key: None, payload }, []);
        self.offset += 1;
        self.fold.fold(&batch, &mut |record, refusal| panic!("{:?}: {refusal}", record.place));
        let handover = self.fold.tick(self.now).expect("the interval is over");
        assert!(self.passes.pass(handover).is_some(), "a conversation is something to tell");
    }
}

#[test]
fn five_hundred_slow_clients_and_a_hundred_scrapes_hold_up_neither_the_fold_nor_each_other() {
    let limits = Limits { head: NEVER, answer: NEVER, write: NEVER, ..Limits::of_process(768) };
    let board = Arc::new(Board::new(&[5]));
    let gate = Arc::<Gate>::default();
    let server = Server::of_pages(limits, board.clone(), gate.engine());
    let mut desk = Desk::new(board);
    desk.start_conversation();

    let slow: Vec<TcpStream> = (0..500).map(|_| server.sends("GET /metrics HTTP/1.1\r\nhost:")).collect();
    let scrapes: Vec<TcpStream> = (0..100).map(|_| server.sends(request("/metrics"))).collect();
    server.has_connections(600);
    until(|| gate.renderings() == 1);
    // Nothing of HTTP can go on but what needs no page; the fold does not notice.
    (0..10).for_each(|_| desk.start_conversation());
    assert!(server.get("/livez").ends_with("alive\n"));
    assert_eq!(gate.renderings(), 1, "the others wait for their turn");
    gate.open();
    let pages: Vec<String> = scrapes.into_iter().map(rest_of).collect();
    let started = |page: &String| page.contains("cxpulse_account_conversations_started{account=\"a\",window=\"5m\"} ");
    assert!(pages.iter().all(started), "each got its page");
    assert!(gate.renderings() < 20, "{} renderings for a hundred scrapes", gate.renderings());
    assert!(server.get("/metrics").contains("_started{account=\"a\",window=\"5m\"} 11\n"), "as of the scrape");
    let refused: u64 = server.traffic.refused().map(|(_, count)| count).sum();
    assert_eq!((refused, slow.len()), (0, 500), "and nobody was refused anything");
}

#[test]
fn odd_questions_without_end_do_not_hold_up_the_whole_page() {
    let gate = Arc::<Gate>::default();
    let server = Server::of_pages(Limits { answer: SHORT, ..patient() }, Arc::new(Board::new(&[5])), gate.engine());
    // The engine is not asked for an account: these are held up by the one that has the turn.
    let held = server.sends(request("/metrics?window=5m"));
    until(|| gate.renderings() == 1);
    for n in 0..20 {
        let answer = server.get(&format!("/metrics?account={n}"));
        assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("retry-after: 1\r\n"), "{answer}");
    }
    assert!(rest_of(held).starts_with("HTTP/1.1 503 "), "it took too long as well");
    server.has_refused(Refused::Busy, 21);
    let whole = server.get("/metrics/agents");
    assert!(whole.starts_with("HTTP/1.1 200 "), "{whole}");
    gate.open();
    until(|| server.get("/metrics?account=1").starts_with("HTTP/1.1 200 "));
}

#[test]
fn without_descriptors_the_server_waits_until_there_are_some() {
    let mut command = Command::new("sh");
    let run = format!("ulimit -n 18; exec {} demo --listen 127.0.0.1:0 --agents 10", env!("CARGO_BIN_EXE_cxpulse"));
    command.args(["-c", &run]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut demo = Demo::spawn(&mut command);
    demo.logs("http_connections = 768, but there are not so many descriptors: 9 connections are taken");
    demo.says("CSAT");
    let crowd: Vec<TcpStream> = (0..40).map(|_| demo.connect()).collect();
    demo.logs("no HTTP connection can be taken until some end");
    drop(crowd);
    until(|| demo.get("/livez").0 == 200);
    let page = demo.get("/metrics?family=cxpulse_http_refused_total").1;
    let times = page.lines().find_map(|line| line.strip_prefix("cxpulse_http_refused_total{reason=\"descriptors\"} "));
    let times: u64 = times.expect(&page).parse().expect("a count");
    assert!((1..100).contains(&times), "{times}: it does not ask the system without a pause");
}
