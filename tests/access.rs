//! Who may ask the HTTP API, and how much at once.
//!
//! A few endpoints of the test's own stand behind the guard, and clients are real sockets. The clock is the test's.

mod browsers;
mod clients;
mod keys;
mod program;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::Path as OfPath;
use axum::http::header;
use axum::routing::get;
use axum::{Extension, Json, Router};
use cxpulse::config::keys_file::{self, KeysWatch};
use cxpulse::serve::access::{self, Access, AccessSettings, Caller, Keyring};
use cxpulse::serve::limits::Limits;
use cxpulse::serve::problem::Problem;
use cxpulse::serve::traffic::Traffic;
use cxpulse::serve::{http, server};
use cxpulse::wire::keys::{Accounts, Key, Secret};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;

/// The one account of which these endpoints know something.
const KNOWN: &str = "acme";
/// Of which accounts there is something to choose.
const TO_CHOOSE: [&str; 2] = [KNOWN, "initech"];

/// A folder that goes when its test ends.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let nth = MADE.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("cxpulse-access-{}-{nth}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a temporary folder");
        Self(path)
    }

    fn keys(&self) -> PathBuf {
        self.0.join("keys.toml")
    }

    /// Where a program keeps what is its own.
    fn data(&self) -> PathBuf {
        self.0.join("data")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _left_behind = std::fs::remove_dir_all(&self.0).is_err();
    }
}

/// `cxpulse keys` as a process.
fn cxpulse_keys(arguments: &[&str], file: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cxpulse"));
    command.arg("keys").args(arguments).arg("--keys-file").arg(file);
    command.output().expect("the program starts")
}

/// Adds a key to a file, as `cxpulse keys create` does; the key, and its id.
fn add_key(file: &Path, seed: u8, accounts: &[&str], private: bool) -> (String, String) {
    let secret = Secret::new([seed; 32]);
    let accounts = accounts.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    let accounts = Accounts::from_list(&accounts).expect("accounts");
    let (hash, note) = (secret.hash(), String::new());
    let key = Key { id: hash.key_id(), hash, accounts, private, note, created: None };
    let id = key.id.clone();
    change(file, |keys| keys.push(key));
    (secret.reveal().to_owned(), id)
}

fn change(file: &Path, change: impl FnOnce(&mut Vec<Key>)) {
    let changed = keys_file::change(file, |keys| {
        change(keys);
        Ok::<_, cxpulse::config::ConfigError>(())
    });
    changed.expect("it can be written");
}

/// A server with a few endpoints behind the guard.
struct Desk {
    address: SocketAddr,
    access: Arc<Access>,
    traffic: Arc<Traffic>,
    now: Arc<AtomicI64>,
    /// Who asked last.
    caller: Arc<Mutex<Option<Caller>>>,
    /// Lets an answer of `/held` go, one for each permit.
    gate: Arc<Semaphore>,
    _runtime: Runtime,
}

/// What the settings say, unless a test says otherwise.
fn settings() -> AccessSettings {
    let listen = "127.0.0.1:8080".parse().expect("an address");
    AccessSettings { listen, requests_at_once: 2, cors_origins: Vec::new(), session_secret: None }
}

impl Desk {
    fn with_keys(file: &Path) -> Self {
        Self::start(&settings(), Some(file))
    }

    fn start(settings: &AccessSettings, file: Option<&Path>) -> Self {
        let now = Arc::new(AtomicI64::new(1_767_614_400_000));
        let clock = now.clone();
        let keyring = file.map(|file| {
            let (mut watch, keys) = KeysWatch::new(file).expect("a right file");
            let read = move || watch.changed().map(|keys| keys.map_err(|error| error.to_string()));
            Keyring::new(keys, Box::new(read))
        });
        let clock = Box::new(move || clock.load(Ordering::SeqCst));
        let access = Arc::new(Access::new(settings, keyring, clock, || cxpulse::random::bytes().ok()));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let listener = runtime.block_on(http::listen("127.0.0.1:0".parse().expect("an address"))).expect("a port");
        let address = listener.local_addr().expect("it listens");
        let (caller, gate) = (Arc::<Mutex<Option<Caller>>>::default(), Arc::new(Semaphore::new(0)));
        let known = |accounts: &Accounts| {
            TO_CHOOSE.into_iter().filter(|id| accounts.has(id)).map(Arc::from).collect::<Vec<_>>()
        };
        let sessions = access::routes(access.clone(), Arc::new(known));
        let router = access::guard(endpoints(&caller, &gate).merge(sessions), access.clone());
        let traffic = Arc::<Traffic>::default();
        runtime.spawn(server::serve(listener, router, Limits::default(), traffic.clone(), std::future::pending()));
        Self { address, access, traffic, now, caller, gate, _runtime: runtime }
    }

    fn after_ms(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::SeqCst);
    }

    fn sends(&self, method: &str, path: &str, headers: &[&str], body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).expect("it listens");
        let host = if headers.iter().any(|line| line.starts_with("host:")) { "" } else { "host: localhost\r\n" };
        let lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.0\r\n{host}{lines}content-length: {length}\r\n\r\n{body}");
        stream.write_all(head.as_bytes()).expect("it reads");
        stream
    }

    fn asks(&self, method: &str, path: &str, headers: &[&str], body: &str) -> Answer {
        Answer::read(self.sends(method, path, headers, body))
    }

    fn get(&self, path: &str, headers: &[&str]) -> Answer {
        self.asks("GET", path, headers, "")
    }
}

/// What the endpoints of others do with what the guard tells them.
fn endpoints(caller: &Arc<Mutex<Option<Caller>>>, gate: &Arc<Semaphore>) -> Router {
    let (last, gate) = (caller.clone(), gate.clone());
    let live = |OfPath(account): OfPath<String>, Extension(caller): Extension<Caller>| async move {
        let told = json!({"account_id": account, "private": caller.may_see_private()});
        *last.lock().expect("nobody fails") = Some(caller.clone());
        if account == KNOWN { Ok(Json(told)) } else { Err(access::unknown_account(&caller, &account)) }
    };
    let csat = |OfPath(account): OfPath<String>| async move {
        if account == KNOWN { Ok(Json(json!({}))) } else { Err(access::unknown_operations_account()) }
    };
    let held = || async move {
        gate.acquire().await.map(|permit| permit.forget()).map_err(|_| Problem::internal())?;
        Ok::<_, Problem>("held")
    };
    let long = || async { Json(json!({"text": "all work and no play ".repeat(1_000)})) };
    let stream = || async { ([(header::CONTENT_TYPE, "text/event-stream")], "data: all work\n\n".repeat(1_000)) };
    Router::new()
        .route("/v1/accounts/{account}/live", get(live))
        .route("/v1/accounts/{account}/held", get(held))
        .route("/v1/accounts/{account}/long", get(long))
        .route("/v1/accounts/{account}/stream", get(stream))
        .route("/v1/accounts/{account}/large", get(|| async { vec![b'x'; 64 << 20] }))
        .route("/v1/metrics", get(|| async { "the catalogue" }))
        .route("/operations/api/account/{account}/msgcsatdistribution", get(csat))
        .route("/openapi.json", get(|| async { "{}" }))
}

/// An answer as it came.
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn read(mut stream: TcpStream) -> Self {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("it answers");
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a head and a body") + 4;
        let body = bytes.split_off(end);
        let head = String::from_utf8(bytes).expect("a head is text");
        Self { status: head[9..12].parse().expect("a status"), head, body }
    }

    fn header(&self, name: &str) -> Option<&str> {
        let pairs = self.head.lines().filter_map(|line| line.split_once(": "));
        pairs.into_iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("text")
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}{}", self.head, self.text()))
    }

    /// That it is a problem of this status and kind; its detail.
    #[track_caller]
    fn problem(&self, status: u16, slug: &str) -> String {
        assert_eq!(self.status, status, "{}{}", self.head, self.text());
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        let json = self.json();
        assert_eq!((&json["type"], &json["status"]), (&json!(format!("/problems/{slug}")), &json!(status)));
        json["detail"].as_str().expect("a detail").to_owned()
    }
}

fn bearer(key: &str) -> String {
    format!("authorization: Bearer {key}")
}

fn until(condition: impl Fn() -> bool) {
    while !condition() {
        std::thread::yield_now();
    }
}
