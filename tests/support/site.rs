//! A server in this process over events that were folded: the real router, guard and answers, without a clock or a Kafka.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use cxpulse::board::{Board, Inquiries};
use cxpulse::domain::policy::PolicyBook;
use cxpulse::fold::pass::{PassSettings, Passes};
use cxpulse::fold::{Fold, FoldSettings};
use cxpulse::serve::access::Access;
use cxpulse::serve::asking::Asking;
use cxpulse::serve::http::{self, Said, Serving, Shown};
use cxpulse::serve::limits::Limits;
use cxpulse::serve::liveperson::SkillsKey;
use cxpulse::serve::native::stream::{StreamSettings, Streams};
use cxpulse::serve::selection::Families;
use cxpulse::wire::batch::{Arrival, RecordBatch};
use serde_json::Value;
use tokio::runtime::Runtime;

/// The server, the fold behind it, and the thread on which that answers inquiries.
pub(crate) struct Site {
    address: SocketAddr,
    folding: Arc<Mutex<Folding>>,
    ended: Arc<AtomicBool>,
    inquiries: Option<JoinHandle<()>>,
    _runtime: Runtime,
}

struct Folding {
    fold: Fold,
    passes: Passes,
    offset: i64,
}

/// What a client was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Site {
    /// Of these events, as of a moment.
    pub(crate) fn of(lines: &[String], policies: PolicyBook, now: i64, access: Access) -> Self {
        Self::with(FoldSettings::default(), lines, policies, now, access)
    }

    /// The same, folded in another way than by default.
    pub(crate) fn with(
        settings: FoldSettings,
        lines: &[String],
        policies: PolicyBook,
        now: i64,
        access: Access,
    ) -> Self {
        let board = Arc::new(Board::new(&[5, 60, 1440]));
        let mut fold = Fold::new(settings, Arc::new(policies), Arc::default(), now);
        fold.set_caught_up();
        let passes = Passes::new(PassSettings::default(), board.clone());
        let folding = Arc::new(Mutex::new(Folding { fold, passes, offset: 0 }));
        let inquiries = Arc::<Inquiries>::default();
        let (runtime, address) = serve(board, inquiries.clone(), access);
        let ended = Arc::<AtomicBool>::default();
        let (their_fold, their_end) = (folding.clone(), ended.clone());
        let answer = move || {
            while !their_end.load(Ordering::Acquire) {
                match inquiries.take() {
                    Some(inquiry) => their_fold.lock().expect("nobody fails").fold.answer(inquiry),
                    None => std::thread::yield_now(),
                }
            }
        };
        let answering = std::thread::Builder::new().name("inquiries".to_owned()).spawn(answer).expect("a thread");
        let site = Self { address, folding, ended, inquiries: Some(answering), _runtime: runtime };
        site.happens(lines, now);
        site
    }

    /// More events, and a pass.
    pub(crate) fn happens(&self, lines: &[String], now: i64) {
        self.folding.lock().expect("nobody fails").add(lines, now);
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.asks(path, "")
    }

    /// With more lines in its head, each ended.
    pub(crate) fn asks(&self, path: &str, head: &str) -> Answer {
        self.sends("GET", path, head)
    }

    /// By another method.
    pub(crate) fn sends(&self, method: &str, path: &str, head: &str) -> Answer {
        self.posts(method, path, head, "")
    }

    /// With a body, whose length the head says already.
    pub(crate) fn posts(&self, method: &str, path: &str, head: &str, sent: &str) -> Answer {
        let (head, body) = self.answer(method, path, head, sent);
        let body = String::from_utf8(body).expect("text");
        Answer { status: head[9..12].parse().expect("a status"), head, body }
    }

    /// The body as gzip, for who takes it so.
    pub(crate) fn packed(&self, path: &str) -> Vec<u8> {
        let (head, body) = self.answer("GET", path, "accept-encoding: gzip\r\n", "");
        assert!(head.contains("content-encoding: gzip"), "{path}: {head}");
        body
    }

    fn answer(&self, method: &str, path: &str, head: &str, body: &str) -> (String, Vec<u8>) {
        let mut stream = TcpStream::connect(self.address).expect("it listens");
        let host = if head.starts_with("host:") { "" } else { "host: localhost\r\n" };
        let asked = format!("{method} {path} HTTP/1.1\r\n{host}connection: close\r\n{head}\r\n{body}");
        stream.write_all(asked.as_bytes()).expect("it reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it answers");
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head and a body");
        let body = answer.split_off(end + 4);
        answer.truncate(end);
        (String::from_utf8(answer).expect("a head is text"), body)
    }
}

impl Folding {
    fn add(&mut self, lines: &[String], now: i64) {
        let mut batch = RecordBatch::new(Arc::from(["conversation-events".to_owned()]));
        for line in lines {
            let payload = Some(line.as_bytes());
            batch.push(
                Arrival { topic: 0, partition: Some(0), offset: self.offset, timestamp: None, key: None, payload },
                [],
            );
            self.offset += 1;
        }
        self.fold.fold(&batch, &mut |_, refusal| panic!("an event of a test is refused: {refusal:?}"));
        let handover = self.fold.tick(now).expect("an interval has passed");
        let _said = self.passes.pass(handover);
    }
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let pairs = self.head.lines().filter_map(|line| line.split_once(": "));
        pairs.into_iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Release);
        if let Some(answering) = self.inquiries.take() {
            let _panicked = answering.join().is_err();
        }
    }
}

fn serve(board: Arc<Board>, inquiries: Arc<Inquiries>, access: Access) -> (Runtime, SocketAddr) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let listener = runtime.block_on(http::listen("127.0.0.1:0".parse().expect("an address"))).expect("a port");
    let address = listener.local_addr().expect("it listens");
    let (access, asking) = (Arc::new(access), Arc::new(Asking::new(board.clone(), inquiries, Box::new(|| 0), 8)));
    let streams = Arc::new(Streams::new(asking.clone(), access.clone(), StreamSettings::default()));
    let serving = Serving {
        board,
        flows: Arc::default(),
        health: Arc::default(),
        traffic: Arc::default(),
        engine: Box::new(String::new),
        shown: Shown { series_cap: 1_000, agent_windows: vec![60], agent_families: Families::EVERY },
        said: Said::default(),
        access,
        asking,
        streams,
        skills_key: SkillsKey::default(),
        clock: || 0,
    };
    runtime.spawn(http::serve(listener, Arc::new(serving), Limits::default(), std::future::pending()));
    (runtime, address)
}
