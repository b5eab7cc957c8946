//! Streams: what clients on real sockets are told of an account while it changes, and when.
//!
//! The engine is the whole way from records to the board; its clock is the test's. Nobody waits for a length of time.

mod complete;
mod law;
mod listener;
mod lists;
mod sessions;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cxpulse::board::Board;
use cxpulse::domain::event::Millis;
use cxpulse::domain::policy::PolicyBook;
use cxpulse::fold::outcomes::Outcomes;
use cxpulse::fold::pass::{PassSettings, Passes};
use cxpulse::fold::{Fold, FoldSettings};
use cxpulse::serve::access::{Access, AccessSettings, Keyring};
use cxpulse::serve::asking::Asking;
use cxpulse::serve::http::{self, Said, Serving, Shown};
use cxpulse::serve::limits::Limits;
use cxpulse::serve::liveperson::SkillsKey;
use cxpulse::serve::native::stream::{StreamSettings, Streams};
use cxpulse::serve::selection::Families;
use cxpulse::serve::traffic::Traffic;
use cxpulse::wire::batch::{Arrival, RecordBatch};
use cxpulse::wire::keys::{Accounts, Key, Secret};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use listener::Listener;

/// 2026-01-05T12:00:00Z, a bucket's end.
const NOON: Millis = 1_767_614_400_000;
/// Long enough never to come within a test.
const NEVER: Duration = Duration::from_secs(3_600);
const SOON: Duration = Duration::from_millis(5);

/// An engine with a server before it.
struct Centre {
    fold: Fold,
    passes: Passes,
    now: Millis,
    offset: i64,
    address: SocketAddr,
    streams: Arc<Streams>,
    traffic: Arc<Traffic>,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<()>,
    runtime: Runtime,
}

impl Centre {
    /// Open to everybody, with heartbeats as often.
    fn open(heartbeat: Duration) -> Self {
        Self::start(PolicyBook::default(), NOON, heartbeat, Access::open())
    }

    fn start(policies: PolicyBook, now: Millis, heartbeat: Duration, access: Access) -> Self {
        let (board, access) = (Arc::new(Board::new(&[5, 60])), Arc::new(access));
        let asking = Arc::new(Asking::new(board.clone(), Arc::default(), Box::new(|| 0), 4));
        let settings = StreamSettings { heartbeat, ..StreamSettings::default() };
        let streams = Arc::new(Streams::new(asking.clone(), access.clone(), settings));
        let traffic = Arc::<Traffic>::default();
        let serving = Serving {
            board: board.clone(),
            flows: Arc::default(),
            health: Arc::default(),
            traffic: traffic.clone(),
            engine: Box::new(String::new),
            shown: Shown { series_cap: 1_000, agent_windows: vec![5], agent_families: Families::EVERY },
            said: Said::default(),
            access,
            asking,
            streams: streams.clone(),
            skills_key: SkillsKey::default(),
            clock: || NOON,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let listener = runtime.block_on(http::listen("127.0.0.1:0".parse().expect("an address"))).expect("a port");
        let address = listener.local_addr().expect("it listens");
        let (stop, stopped) = oneshot::channel();
        let limits = Limits { head: NEVER, write: NEVER, ending: NEVER, ..Limits::default() };
        let stopped = async move { drop(stopped.await) };
        let served = runtime.spawn(http::serve(listener, Arc::new(serving), limits, stopped));
        let mut fold = Fold::new(FoldSettings::default(), Arc::new(policies), Arc::new(Outcomes::default()), now);
        fold.set_caught_up();
        let passes = Passes::new(PassSettings::default(), board);
        Self { fold, passes, now, offset: 0, address, streams, traffic, stop: Some(stop), served, runtime }
    }

    /// Takes in an event as a record of the same moment.
    fn takes(&mut self, at: Millis, event: &str) {
        let mut batch = RecordBatch::new(Arc::from(["conversation-events".to_owned()]));
        let (timestamp, payload) = (Some(at), Some(event.as_bytes()));
        batch.push(Arrival { topic: 0, partition: Some(0), offset: self.offset, timestamp, key: None, payload }, []);
        self.offset += 1;
        self.fold.fold(&batch, &mut |_, _| ());
    }

    /// Lets time pass, up to a pass.
    fn passes_after(&mut self, ms: Millis) {
        self.now += ms;
        let handover = self.fold.tick(self.now).expect("the interval is over");
        self.passes.pass(handover);
    }

    /// One more conversation of a skill, and a pass that tells of it.
    fn starts(&mut self, skill: &str) {
        let (now, id) = (self.now, self.offset);
        let event = json!({"account_id": "acme", "conversation_id": format!("c{id}"), "occurred_at": now,
            "type": "conversation_started", "skill_id": skill});
        self.takes(now, &event.to_string());
        self.passes_after(250);
    }

    /// The answer of another address of the account.
    fn get(&self, path: &str) -> Value {
        let mut stream = TcpStream::connect(self.address).expect("it listens");
        let request = format!("GET /v1/accounts/acme/{path} HTTP/1.0\r\nhost: localhost\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("text");
        serde_json::from_str(answer.split("\r\n\r\n").nth(1).expect("a body")).expect("JSON")
    }

    fn listens(&self, query: &str) -> Listener {
        self.listens_with(query, &[])
    }

    fn listens_with(&self, query: &str, headers: &[&str]) -> Listener {
        Listener::connect(self.address, &format!("/v1/accounts/acme/stream?{query}"), headers)
    }
}

fn until(condition: impl Fn() -> bool) {
    while !condition() {
        std::thread::yield_now();
    }
}

/// How many conversations were started, of a part of an event without a grouping.
fn started(data: &Value) -> u64 {
    data["metrics"]["rows"][0]["metrics"]["conversations_started"].as_u64().unwrap_or_else(|| panic!("{data}"))
}

#[test]
fn a_client_is_greeted_shown_everything_and_then_told_what_changes() {
    let mut centre = Centre::open(NEVER);
    centre.starts("sales");
    centre.starts("support");
    let mut client = centre.listens("window=5m&group_by=skill&metrics=conversations_started");
    assert!(client.head().contains("content-type: text/event-stream\r\n"), "{}", client.head());
    let hello = client.next("hello");
    assert_eq!((&hello["schema"], &hello["parts"]), (&json!(1), &json!(["metrics", "live"])));
    assert_eq!(hello["server"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(hello["server"]["build"].as_str().map(str::len), Some(16));
    let row = |skill: &str, n: u64| json!({"skill_id": skill, "metrics": {"conversations_started": n}});
    let snapshot = client.next("snapshot");
    assert_eq!(snapshot["metrics"]["rows"], json!([row("sales", 1), row("support", 1)]));
    assert_eq!((&snapshot["live"]["open"], &snapshot["private"]), (&json!(2), &json!(true)));
    centre.starts("sales");
    let update = client.next("update");
    assert_eq!(update["metrics"]["rows"], json!([row("sales", 2)]));
    assert_eq!((&update["live"]["open"], &update["as_of"]), (&json!(3), &json!("2026-01-05T12:00:00.750Z")));
    assert_eq!(update["metrics"]["to"], update["as_of"]);
    // All of it leaves the window.
    centre.passes_after(20 * 60_000);
    let update = client.next("update");
    assert_eq!(update["metrics"]["gone"], json!([{"skill_id": "sales"}, {"skill_id": "support"}]));
    assert_eq!((&update["metrics"]["rows"], &update["metrics"]["total_rows"]), (&json!([]), &json!(0)));
}

#[test]
fn who_asks_the_same_shares_one_computation_and_nothing_is_computed_for_nobody() {
    let mut centre = Centre::open(NEVER);
    centre.starts("sales");
    assert_eq!(centre.streams.computed(), 0);
    let mut clients = ["window=60m&parts=live,metrics", "parts=metrics,live&window=60m"].map(|query| {
        let mut client = centre.listens(query);
        client.snapshot();
        client
    });
    assert_eq!((centre.streams.computed(), centre.streams.listened_to()), (1, 1));
    centre.starts("sales");
    for client in &mut clients {
        assert_eq!(started(&client.next("update")), 2);
    }
    assert_eq!(centre.streams.computed(), 2);
    drop(clients);
    until(|| centre.streams.listened_to() == 0);
    centre.starts("sales");
    assert_eq!(centre.streams.computed(), 2);
}

#[test]
fn what_changes_nothing_in_the_answer_is_not_told() {
    let mut centre = Centre::open(NEVER);
    centre.starts("sales");
    let mut client = centre.listens("skill=sales&parts=metrics");
    client.snapshot();
    centre.starts("support");
    until(|| centre.streams.computed() == 2);
    centre.passes_after(250);
    centre.passes_after(250);
    centre.starts("sales");
    assert_eq!(started(&client.next("update")), 2, "the first that it is told");
    assert_eq!(centre.streams.computed(), 3, "and what cannot be news is not looked for");
}

#[test]
fn who_comes_again_gets_a_new_snapshot_whatever_was_seen_before() {
    let mut centre = Centre::open(NEVER);
    centre.starts("sales");
    let mut client = centre.listens("");
    client.snapshot();
    drop(client);
    until(|| centre.streams.listened_to() == 0);
    centre.starts("sales");
    let mut client = centre.listens_with("", &["last-event-id: 1"]);
    assert_eq!(started(&client.snapshot()), 2);
}

#[test]
fn heartbeats_come_though_nothing_happens_and_tell_how_much_is_known() {
    let mut centre = Centre::open(SOON);
    centre.starts("sales");
    let mut client = centre.listens("parts=live");
    client.snapshot();
    let beat = client.next("heartbeat");
    let head = json!({"account_id": "acme", "as_of": "2026-01-05T12:00:00.250Z", "revision": 1, "stale_ms": 0});
    assert_eq!(beat, head);
    centre.passes_after(4_000);
    while client.next("heartbeat")["as_of"] != "2026-01-05T12:00:04.250Z" {}
}

#[test]
fn when_the_server_stops_everybody_is_told_and_nobody_holds_it_up() {
    let mut centre = Centre::open(NEVER);
    centre.starts("sales");
    let mut clients: Vec<Listener> = (0..3).map(|_| centre.listens("")).collect();
    clients.iter_mut().for_each(|client| drop(client.snapshot()));
    drop(centre.stop.take());
    centre.runtime.block_on(&mut centre.served).expect("it ends");
    for mut client in clients {
        assert_eq!(client.next("bye")["reason"], "stopping");
        assert!(client.is_over());
    }
    assert_eq!(centre.traffic.connections(), 0);
}

#[test]
fn a_key_that_is_revoked_ends_its_streams_and_no_others() {
    let keys: Vec<Key> = [(1, true), (2, false)].into_iter().map(|(seed, private)| key(seed, private)).collect();
    let (revoked, left) = (Arc::new(AtomicBool::new(false)), Mutex::new(Some(vec![keys[1].clone()])));
    let file = revoked.clone();
    let read = move || file.load(Ordering::SeqCst).then(|| left.lock().expect("nobody fails").take()).flatten().map(Ok);
    let listen = "127.0.0.1:0".parse().expect("an address");
    let settings = AccessSettings { listen, requests_at_once: 32, cors_origins: Vec::new(), session_secret: None };
    static NOW: Mutex<Millis> = Mutex::new(NOON);
    // Each look is two seconds later than the one before: a file is looked at once a second.
    let clock = || {
        let mut now = NOW.lock().expect("nobody fails");
        *now += 2_000;
        *now
    };
    let access = Access::new(&settings, Some(Keyring::new(keys, Box::new(read))), Box::new(clock), || Some([0; 32]));
    let mut centre = Centre::start(PolicyBook::default(), NOON, SOON, access);
    centre.starts("sales");
    let bearer = |seed| format!("authorization: Bearer {}", Secret::new([seed; 32]).reveal());
    let mut clients = [1, 2].map(|seed| centre.listens_with("", &[&bearer(seed)]));
    let private = clients.each_mut().map(|client| client.snapshot()["private"].clone());
    assert_eq!(private, [json!(true), json!(false)]);
    assert_eq!(centre.streams.listened_to(), 2, "who may see more is not told the same");
    revoked.store(true, Ordering::SeqCst);
    let [mut first, mut second] = clients;
    assert_eq!(first.skip_to("bye")["reason"], "revoked");
    assert!(first.is_over());
    centre.starts("sales");
    assert_eq!(started(&second.skip_to("update")), 2);
}

/// A key of the account.
pub(crate) fn key(seed: u8, private: bool) -> Key {
    let hash = Secret::new([seed; 32]).hash();
    let accounts = Accounts::from_list(&["acme".to_owned()]).expect("a list");
    Key { id: hash.key_id(), hash, accounts, private, note: String::new(), created: None }
}

#[test]
fn an_account_has_so_many_streams_and_one_that_ends_makes_room() {
    let mut centre = Centre::open(NEVER);
    centre.starts("sales");
    let mut clients: Vec<Listener> = (0..64).map(|_| centre.listens("parts=live")).collect();
    clients.iter_mut().for_each(|client| drop(client.snapshot()));
    let refused = centre.listens("parts=live");
    assert!(refused.head().starts_with("HTTP/1.0 429 "), "{}", refused.head());
    assert!(refused.head().contains("retry-after: 5\r\n"), "{}", refused.head());
    assert!(refused.rest().contains("64 streams of this account are open"));
    drop(clients.pop());
    until(|| centre.listens("parts=live").head().starts_with("HTTP/1.0 200 "));
}

#[test]
fn what_cannot_be_streamed_is_a_problem_that_names_it() {
    let mut centre = Centre::open(NEVER);
    centre.starts("sales");
    for (query, parameter) in [
        ("parts=metric", "parts"),
        ("from=2026-01-05T11:00:00Z", "from"),
        ("window=25h", "window"),
        ("group_by=skil", "group_by"),
        ("window=13h&compare=previous", "compare"),
        ("window=12h&compare=previous", "compare"),
        ("window=718m&compare=previous", "compare"),
        ("parts=agents&skill=a%20b", "skill"),
        ("parts=agents&status=online", "status"),
        ("parts=ratings&score=5", "score"),
    ] {
        let refused = centre.listens(query);
        assert!(refused.head().starts_with("HTTP/1.0 400 "), "{query}: {}", refused.head());
        assert!(refused.rest().contains(&format!(r#""parameter":"{parameter}""#)), "{query}");
    }
    until(|| centre.streams.listened_to() == 0);
}
