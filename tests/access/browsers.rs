//! Browsers: a key is traded for a cookie, which lasts as long as it is used and as the key does.

use std::net::TcpStream;

use cxpulse::serve::access::AccessSettings;
use cxpulse::wire::keys::SessionSecret;
use serde_json::json;

use super::{Answer, Desk, Folder, add_key, bearer, change, settings};

const SESSION: &str = "/v1/session";
const LIVE: &str = "/v1/accounts/acme/live";
const JSON: &str = "content-type: application/json";
const TWELVE_HOURS: i64 = 12 * 3_600_000;

impl Desk {
    fn signs_in(&self, key: &str) -> Answer {
        self.asks("POST", SESSION, &[JSON], &json!({"key": key}).to_string())
    }

    /// The cookie that a browser sends from then on.
    fn cookie(&self, key: &str) -> String {
        self.signs_in(key).cookie().expect("a cookie")
    }
}

impl Answer {
    /// The cookie that a browser sends from now on, if it was given one.
    fn cookie(&self) -> Option<String> {
        let cookie = self.header("set-cookie")?.split(';').next().expect("one part");
        Some(format!("cookie: theme=dark; {cookie}"))
    }
}

/// A server that has this secret.
fn with_secret(folder: &Folder, seed: u8) -> Desk {
    let session_secret = Some(SessionSecret::new([seed; 32]));
    Desk::start(&AccessSettings { session_secret, ..settings() }, Some(&folder.keys()))
}

#[test]
fn a_key_is_traded_for_a_cookie_that_no_script_and_no_other_site_can_use() {
    let folder = Folder::new();
    let (key, _) = add_key(&folder.keys(), 1, &["acme", "globex"], true);
    let desk = Desk::with_keys(&folder.keys());
    let answer = desk.signs_in(&key);
    assert_eq!(answer.json(), json!({"accounts": ["acme", "globex"], "known": ["acme"], "private": true}));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let cookie = answer.header("set-cookie").expect("a cookie");
    assert!(cookie.starts_with("cxpulse_session=") && !cookie.contains("cxp_"), "{cookie}");
    assert!(cookie.ends_with("; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict"), "{cookie}");
    let cookie = desk.cookie(&key);
    let renewed =
        desk.get(SESSION, &[&cookie]).header("set-cookie").expect("it lasts as long as it is used").to_owned();
    assert!(renewed.starts_with(cookie.rsplit(' ').next().expect("the last part")), "{renewed}");
    assert!(renewed.ends_with("; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict"), "{renewed}");
    assert_eq!(desk.get(SESSION, &[&bearer(&key)]).header("set-cookie"), None, "a key is no session");
    assert_eq!(desk.get(LIVE, &[&cookie]).json()["private"], true);
    assert_eq!(
        desk.get(SESSION, &[&cookie]).json(),
        json!({"accounts": ["acme", "globex"], "known": ["acme"], "private": true})
    );
    assert_eq!(desk.get("/v1/accounts/initech/live", &[&cookie]).status, 403);
    assert_eq!(desk.get(LIVE, &[&cookie, &bearer("wrong")]).status, 401, "a key goes before a session");
    let elsewhere = AccessSettings { listen: "0.0.0.0:8080".parse().expect("an address"), ..settings() };
    let elsewhere = Desk::start(&elsewhere, Some(&folder.keys()));
    let cookie = elsewhere.signs_in(&key);
    assert!(cookie.header("set-cookie").expect("a cookie").ends_with("; SameSite=Strict; Secure"));
}

#[test]
fn a_session_ends_when_it_is_left_alone_or_signed_out() {
    let folder = Folder::new();
    let (key, _) = add_key(&folder.keys(), 1, &["*"], false);
    let desk = Desk::with_keys(&folder.keys());
    let mut cookie = desk.cookie(&key);
    for _ in 0..3 {
        desk.after_ms(TWELVE_HOURS - 1);
        let answer = desk.get(SESSION, &[&cookie]);
        assert_eq!(answer.json(), json!({"accounts": "*", "known": ["acme", "initech"], "private": false}));
        cookie = answer.cookie().expect("it lasts as long as it is used");
    }
    desk.after_ms(299_999);
    assert_eq!(desk.get(LIVE, &[&cookie]).cookie(), None, "it was made anew lately");
    desk.after_ms(TWELVE_HOURS - 300_000);
    cookie = desk.get(LIVE, &[&cookie]).cookie().expect("whatever is asked is use");
    desk.after_ms(TWELVE_HOURS);
    assert!(desk.get(LIVE, &[&cookie]).problem(401, "unauthorized").starts_with("the session has ended"));
    let (one, other) = (desk.cookie(&key), desk.cookie(&key));
    let out = desk.asks("DELETE", SESSION, &[&one], "");
    assert_eq!((out.status, out.text().as_str()), (204, ""));
    assert!(out.header("set-cookie").expect("one that ends it").starts_with("cxpulse_session=; Path=/; Max-Age=0;"));
    assert_eq!((desk.get(LIVE, &[&one]).status, desk.get(LIVE, &[&other]).status), (401, 200));
    assert_eq!(desk.asks("DELETE", SESSION, &[], "").status, 204, "who is signed out may say so again");
}

#[test]
fn a_session_ends_with_its_key_and_so_does_what_goes_on_by_it() {
    let folder = Folder::new();
    let (key, id) = add_key(&folder.keys(), 1, &["acme"], true);
    let desk = Desk::with_keys(&folder.keys());
    let cookie = desk.cookie(&key);
    assert_eq!(desk.get(LIVE, &[&cookie]).status, 200);
    let caller = desk.caller.lock().expect("nobody fails").clone().expect("one asked");
    assert_eq!((caller.key_id(), desk.access.still_holds(&caller)), (Some(id.as_str()), true));
    desk.after_ms(TWELVE_HOURS / 2 - 1);
    assert!(!desk.access.is_stale(&caller));
    desk.after_ms(1);
    assert!(desk.access.is_stale(&caller) && desk.access.still_holds(&caller), "what goes on should begin again");
    let cookie = desk.get(LIVE, &[&cookie]).cookie().expect("its answer makes the cookie anew");
    let caller = desk.caller.lock().expect("nobody fails").clone().expect("one asked");
    assert!(!desk.access.is_stale(&caller));
    desk.asks("DELETE", SESSION, &[&cookie], "");
    assert!(!desk.access.still_holds(&caller), "it was signed out elsewhere");
    let cookie = desk.cookie(&key);
    assert_eq!(desk.get(LIVE, &[&cookie]).status, 200);
    let caller = desk.caller.lock().expect("nobody fails").clone().expect("one asked");
    change(&folder.keys(), Vec::clear);
    desk.after_ms(1_000);
    assert!(!desk.access.still_holds(&caller));
    assert_eq!(desk.get(LIVE, &[&cookie]).status, 401);
}

#[test]
fn a_session_outlives_the_server_that_gave_it_and_is_known_to_those_alone_that_have_its_secret() {
    let folder = Folder::new();
    let (key, id) = add_key(&folder.keys(), 1, &["acme"], false);
    let before = with_secret(&folder, 1);
    let (cookie, ended) = (before.cookie(&key), before.cookie(&key));
    drop(before);
    let after = with_secret(&folder, 1);
    assert_eq!(after.get(LIVE, &[&cookie]).status, 200);
    assert_eq!(after.asks("DELETE", SESSION, &[&ended], "").status, 204);
    assert_eq!((after.get(LIVE, &[&ended]).status, after.get(LIVE, &[&cookie]).status), (401, 200));
    let told = with_secret(&folder, 2).get(LIVE, &[&cookie]).problem(401, "unauthorized");
    assert!(told.starts_with("the session has ended"), "another server's cookie is none: {told}");
    // A key that is called the same is not the same key.
    let (_, other) = add_key(&folder.keys(), 2, &["acme"], false);
    change(&folder.keys(), |keys| {
        keys.remove(0);
        keys[0].id.clone_from(&id);
    });
    after.after_ms(1_000);
    assert_eq!((after.get(LIVE, &[&cookie]).status, other == id), (401, false));
}

#[test]
fn nobody_makes_a_cookie_of_another_one() {
    let folder = Folder::new();
    let (key, id) = add_key(&folder.keys(), 1, &["acme"], false);
    let (_, stronger) = add_key(&folder.keys(), 2, &["*"], true);
    let desk = with_secret(&folder, 1);
    let cookie = desk.cookie(&key);
    assert_eq!(desk.get(LIVE, &[&cookie]).status, 200);
    let until = cookie.rsplit('.').nth(1).expect("a moment").to_owned();
    for forged in [
        cookie.replace(&id, &stronger),
        cookie.replace(&until, &format!("9{until}")),
        cookie[..cookie.len() - 1].to_owned(),
        format!("{cookie}0"),
        format!("cookie: cxpulse_session={}", "0".repeat(43)),
        "cookie: cxpulse_session=".to_owned(),
    ] {
        let told = desk.get(LIVE, &[&forged]).problem(401, "unauthorized");
        assert!(told.starts_with("the session has ended"), "{forged}: {told}");
    }
}

#[test]
fn a_wrong_sign_in_is_told_what_is_wrong_and_nothing_of_what_it_sent() {
    let folder = Folder::new();
    let (key, _) = add_key(&folder.keys(), 1, &["acme"], false);
    let desk = Desk::with_keys(&folder.keys());
    let body = json!({"key": key}).to_string();
    desk.signs_in("cxp_wrong").problem(401, "unauthorized");
    desk.asks("POST", SESSION, &[], &body).problem(415, "wrong-media-type");
    desk.asks("POST", SESSION, &["content-type: text/plain"], &body).problem(415, "wrong-media-type");
    for body in [key.as_str(), "{}", &format!("{{\"{key}\":1}}"), &format!("{{\"key\":\"{key}\",\"x\":1}}"), ""] {
        let answer = desk.asks("POST", SESSION, &[JSON], body);
        assert_eq!(answer.problem(400, "malformed-body"), "right would be {\"key\":\"cxp_…\"}");
        assert!(!answer.text().contains(&key));
    }
    desk.asks("POST", SESSION, &[JSON], &"x".repeat(5_000)).problem(413, "too-large");
    assert_eq!(desk.asks("PUT", SESSION, &[&bearer(&key)], "").status, 405);
}

#[test]
fn too_many_attempts_to_sign_in_have_to_wait() {
    let folder = Folder::new();
    let (key, _) = add_key(&folder.keys(), 1, &["acme"], false);
    let desk = Desk::with_keys(&folder.keys());
    let sends = |_| desk.sends("POST", SESSION, &[JSON], "{\"key\":\"cxp_guessed\"}");
    // By the clock of the machine an attempt is given back every two seconds: these take no such time.
    let answers: Vec<Answer> = (0..200).map(sends).collect::<Vec<TcpStream>>().into_iter().map(Answer::read).collect();
    let refused: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 429).collect();
    assert!(answers.iter().all(|answer| [401, 429].contains(&answer.status)) && refused.len() > 100);
    refused[0].problem(429, "too-many-requests");
    assert!(["1", "2"].contains(&refused[0].header("retry-after").expect("when")), "{}", refused[0].head);
    assert_eq!(refused[0].header("ratelimit-policy"), Some("\"sign-in\";q=30;w=60"));
    assert_eq!(desk.get(LIVE, &[&bearer(&key)]).status, 200, "who has a key is not held up");
}

#[test]
fn without_keys_there_is_nothing_to_sign_in_with_and_everything_to_see() {
    let desk = Desk::start(&settings(), None);
    let everything = json!({"accounts": "*", "known": ["acme", "initech"], "private": true});
    assert_eq!(desk.get(SESSION, &[]).json(), everything);
    let answer = desk.signs_in("anything");
    assert_eq!((answer.json(), answer.header("set-cookie")), (everything, None));
}
