//! Clients with a key, or without: what they may ask, how much at once, and what comes back.

use std::io::Read as _;
use std::net::TcpStream;

use cxpulse::serve::access::AccessSettings;
use cxpulse::serve::traffic::Refused;
use flate2::read::GzDecoder;

use super::{Answer, Desk, Folder, add_key, bearer, settings, until};

const LIVE: &str = "/v1/accounts/acme/live";

#[test]
fn a_key_opens_its_accounts_in_either_header() {
    let folder = Folder::new();
    let (key, _) = add_key(&folder.keys(), 1, &["acme", "globex"], false);
    let (private, _) = add_key(&folder.keys(), 2, &["acme"], true);
    let desk = Desk::with_keys(&folder.keys());
    for header in [bearer(&key), format!("x-api-key: {key}"), format!("AUTHORIZATION: bearer {key}")] {
        let answer = desk.get(LIVE, &[&header]);
        assert_eq!((answer.status, &answer.json()["private"]), (200, &false.into()), "{header}");
        assert_eq!(answer.header("cache-control"), Some("private, no-cache"));
    }
    assert_eq!(desk.get(LIVE, &[&bearer(&private)]).json()["private"], true);
    assert_eq!(desk.get("/v1/metrics", &[&bearer(&key)]).text(), "the catalogue");
    assert_eq!(desk.get("/operations/api/account/acme/msgcsatdistribution", &[&bearer(&key)]).status, 200);
}

#[test]
fn without_a_key_or_with_a_wrong_one_nothing_is_told_but_how_to_send_one() {
    let folder = Folder::new();
    let (key, _) = add_key(&folder.keys(), 1, &["acme"], false);
    let desk = Desk::with_keys(&folder.keys());
    for path in [LIVE, "/v1/accounts/nobody/live", "/v1/metrics", "/v1/nothing", "/operations/nothing", "/v1/session"] {
        let answer = desk.get(path, &[]);
        assert!(answer.problem(401, "unauthorized").contains("`Authorization: Bearer …`"), "{path}");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"cxpulse\""));
    }
    let cut = &key[..key.len() - 1];
    for header in [bearer(cut), bearer(&key.to_uppercase()), bearer(&"k".repeat(4_000))] {
        let answer = desk.get(LIVE, &[&header]);
        assert!(answer.problem(401, "unauthorized").starts_with("the key is not known"), "{header}");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"cxpulse\", error=\"invalid_token\""));
    }
    let signed = "authorization: OAuth oauth_consumer_key=\"k\", oauth_signature=\"s\"";
    assert!(desk.get(LIVE, &[signed]).problem(401, "unauthorized").contains("bearer tokens are"));
    assert_eq!(desk.get(LIVE, &[signed, &format!("x-api-key: {key}")]).status, 200);
    assert_eq!(desk.get("/openapi.json", &[]).status, 200, "it has nothing of anybody's");
    until(|| desk.traffic.refused_as(Refused::Unauthorized) == 10);
}

#[test]
fn nobody_learns_which_accounts_there_are() {
    let folder = Folder::new();
    let (other, _) = add_key(&folder.keys(), 1, &["globex"], false);
    let (all, _) = add_key(&folder.keys(), 2, &["*"], false);
    let desk = Desk::with_keys(&folder.keys());
    let told = |path: &str, key: &str| {
        let answer = desk.get(path, &[&bearer(key)]);
        let head = answer.head.lines().filter(|line| !line.starts_with("x-request-id") && !line.starts_with("date"));
        (answer.status, head.collect::<Vec<_>>().join("\n"), answer.text())
    };
    let known = told(LIVE, &other);
    assert_eq!((known.0, &known), (403, &told("/v1/accounts/nobody/live", &other)));
    let known = told("/operations/api/account/acme/msgcsatdistribution", &other);
    assert_eq!((known.0, &known), (401, &told("/operations/api/account/nobody/msgcsatdistribution", &other)));
    // Who may see all learns what there is.
    let answer = desk.get("/v1/accounts/nobody/live", &[&bearer(&all)]);
    answer.problem(404, "unknown-id");
    assert_eq!((&answer.json()["parameter"], &answer.json()["value"]), (&"account".into(), &"nobody".into()));
    assert_eq!(told("/operations/api/account/nobody/msgcsatdistribution", &all).0, 401);
    assert_eq!(
        told("/v1/accounts/%67lobex/live", &other).0,
        404,
        "their own, spelt otherwise, of which nothing is known"
    );
}

#[test]
fn what_is_no_endpoint_is_a_problem() {
    let desk = Desk::start(&settings(), None);
    for path in ["/v1/accounts/acme/nothing", "/v1/nothing", "/operations/api", "/nothing-at-all/v1"] {
        let answer = desk.get(path, &[]);
        assert_eq!(answer.status, 404, "{path}");
        if path.starts_with("/v1") || path.starts_with("/operations") {
            answer.problem(404, "no-such-path");
        }
    }
    let answer = desk.asks("PUT", LIVE, &[], "");
    answer.problem(405, "wrong-method");
    assert_eq!(answer.header("allow"), Some("GET,HEAD"));
}

#[test]
fn an_account_has_so_many_requests_at_once_and_no_account_holds_up_another() {
    let desk = Desk::start(&settings(), None);
    let first = desk.sends("GET", "/v1/accounts/acme/held", &[], "");
    until(|| desk.get(LIVE, &[]).header("ratelimit") == Some("\"account\";r=0"));
    let held = [first, takes_the_place(&desk, "/v1/accounts/acme/held")];
    let refused = |path| desk.get(path, &[]).status == 429;
    let answer = desk.get("/v1/accounts/%61cme/live", &[]);
    assert!(answer.problem(429, "too-many-requests").starts_with("2 requests of this account are under way"));
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(answer.header("ratelimit-policy"), Some("\"account\";q=2;qu=\"concurrent-requests\""));
    assert_eq!(answer.header("ratelimit"), Some("\"account\";r=0"));
    assert!(refused("/operations/api/account/acme/msgcsatdistribution"), "it is one account, however it is asked of");
    assert_eq!(desk.get("/v1/accounts/globex/long", &[]).header("ratelimit"), Some("\"account\";r=1"));
    assert_eq!(desk.get("/v1/metrics", &[]).status, 200, "what is of no account is not counted");
    desk.gate.add_permits(2);
    for answer in held.into_iter().map(Answer::read) {
        assert_eq!(answer.text(), "held");
    }
    until(|| !refused(LIVE));
}

#[test]
fn a_request_is_under_way_until_its_answer_is_taken_or_its_client_is_gone() {
    let desk = Desk::start(&AccessSettings { requests_at_once: 1, ..settings() }, None);
    for path in ["/v1/accounts/acme/large", "/v1/accounts/acme/held"] {
        let taken = takes_the_place(&desk, path);
        drop(taken);
        until(|| desk.get(LIVE, &[]).status == 200);
    }
}

/// A client whose request is under way, so that there is no room for another. Whoever looks may have come first: then it
/// was refused, and comes again.
fn takes_the_place(desk: &Desk, path: &str) -> TcpStream {
    loop {
        until(|| desk.get(LIVE, &[]).status == 200);
        let client = desk.sends("GET", path, &[], "");
        if desk.get(LIVE, &[]).status == 429 {
            return client;
        }
    }
}

#[test]
fn a_request_has_an_id_that_is_taken_or_made() {
    let folder = Folder::new();
    add_key(&folder.keys(), 1, &["acme"], false);
    let desk = Desk::with_keys(&folder.keys());
    assert_eq!(desk.get(LIVE, &["x-request-id: from-a-client/7"]).header("x-request-id"), Some("from-a-client/7"));
    let made = |headers: &[&str]| desk.get("/openapi.json", headers).header("x-request-id").expect("one").to_owned();
    let (one, other) = (made(&[]), made(&["x-request-id: two words"]));
    assert!(one != other && one.len() > 12 && !other.contains(' '), "{one} {other}");
}

#[test]
fn pages_from_elsewhere_may_read_answers_only_where_a_setting_names_their_origin() {
    let folder = Folder::new();
    let (key, _) = add_key(&folder.keys(), 1, &["acme"], false);
    let listed = AccessSettings { cors_origins: vec!["https://wall.example.com".to_owned()], ..settings() };
    let desk = Desk::start(&listed, Some(&folder.keys()));
    let (wall, other) = ("origin: https://wall.example.com", "origin: https://other.example.com");
    let asks = ["access-control-request-method: GET", "access-control-request-headers: authorization"];
    let preflight = desk.asks("OPTIONS", LIVE, &[wall, asks[0], asks[1]], "");
    assert_eq!(preflight.status, 200);
    assert_eq!(preflight.header("access-control-allow-origin"), Some("https://wall.example.com"));
    assert!(preflight.header("access-control-allow-headers").expect("some").contains("authorization"));
    let answer = desk.get(LIVE, &[wall, &bearer(&key)]);
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some("https://wall.example.com")));
    assert!(answer.header("access-control-expose-headers").expect("some").contains("ratelimit"));
    assert_eq!(answer.header("access-control-allow-credentials"), None, "cookies are for our own page");
    let refused = desk.get(LIVE, &[wall]);
    assert_eq!((refused.status, refused.header("access-control-allow-origin").is_some()), (401, true));
    assert_eq!(desk.get(LIVE, &[other, &bearer(&key)]).header("access-control-allow-origin"), None);
    let closed = Desk::with_keys(&folder.keys());
    assert_eq!(closed.get(LIVE, &[wall, &bearer(&key)]).header("access-control-allow-origin"), None);
}

#[test]
fn answers_are_compressed_for_who_asks_for_it_and_streams_never() {
    let desk = Desk::start(&settings(), None);
    let path = "/v1/accounts/acme/long";
    let plain = desk.get(path, &[]);
    assert_eq!(plain.header("content-encoding"), None);
    let packed = desk.get(path, &["accept-encoding: br, gzip"]);
    assert_eq!((packed.header("content-encoding"), packed.header("vary")), (Some("gzip"), Some("accept-encoding")));
    let mut text = String::new();
    GzDecoder::new(packed.body.as_slice()).read_to_string(&mut text).expect("gzip");
    assert_eq!(text, plain.text());
    assert!(packed.body.len() * 10 < text.len());
    assert_eq!(desk.get(LIVE, &["accept-encoding: gzip"]).header("content-encoding"), None, "it is too small to gain");
    let stream = desk.get("/v1/accounts/acme/stream", &["accept-encoding: gzip, zstd"]);
    assert_eq!((stream.header("content-encoding"), &stream.body[..14]), (None, b"data: all work".as_slice()));
}

#[cfg(feature = "zstd")]
#[test]
fn who_takes_zstd_gets_it() {
    let desk = Desk::start(&settings(), None);
    let packed = desk.get("/v1/accounts/acme/long", &["accept-encoding: gzip, zstd"]);
    assert_eq!(packed.header("content-encoding"), Some("zstd"));
    assert_eq!(packed.body[..4], [0x28, 0xb5, 0x2f, 0xfd], "how every frame of zstd begins");
    assert!(packed.body.len() < 1_000);
}

#[test]
fn without_keys_only_this_machine_may_ask_and_no_page_that_was_made_to_lead_here() {
    let desk = Desk::start(&settings(), None);
    for host in ["host: 127.0.0.1:8080", "host: localhost", "host: [::1]:8080"] {
        assert_eq!(desk.get(LIVE, &[host]).json()["private"], true, "{host}");
    }
    let told = desk.get(LIVE, &["host: wall.example.com"]).problem(403, "forbidden");
    assert!(told.contains("without a keys_file only this machine may ask"), "{told}");
    let folder = Folder::new();
    let (key, _) = add_key(&folder.keys(), 1, &["acme"], false);
    let with_keys = Desk::with_keys(&folder.keys());
    assert_eq!(with_keys.get(LIVE, &["host: wall.example.com", &bearer(&key)]).status, 200);
}
