//! The whole program: how it starts with keys and without, and what its log has of those who ask.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

use super::{Folder, add_key, bearer, cxpulse_keys, until};
use crate::support::demo::Demo;

/// What stands in no log line, wherever it is sent.
const NAME: &str = "Lily-Aldrin";

fn demo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cxpulse"));
    command.args(["demo", "--agents", "2"]).args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// One with the keys of a folder, which keeps there what is its own.
fn with_keys(folder: &Folder, log: &str) -> Demo {
    let mut command = demo(&["--listen", "127.0.0.1:0", "--log", log]);
    Demo::spawn(command.arg("--keys-file").arg(folder.keys()).arg("--data-dir").arg(folder.data()))
}

/// What it says where it does not begin.
fn refused(arguments: &[&str]) -> String {
    let output = demo(arguments).output().expect("the program starts");
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(2), "{said}");
    said
}

#[test]
fn other_machines_are_not_served_without_keys() {
    for listen in ["0.0.0.0:0", "[::]:0"] {
        let said = refused(&["--listen", listen]);
        assert!(said.starts_with(&format!("cxpulse: listen = \"{listen}\" (flag --listen): other machines can reach")));
        assert!(said.contains("keys_file (default) names no file of keys") && said.contains("cxpulse keys create"));
    }
    let folder = Folder::new();
    let file = folder.keys().to_string_lossy().into_owned();
    let said = refused(&["--listen", "0.0.0.0:0", "--keys-file", &file]);
    assert!(said.contains("keys.toml: there is no such file; right would be one that `cxpulse keys create"), "{said}");
    std::fs::write(&file, "keys = 3").expect("a temporary file");
    let said = refused(&["--listen", "127.0.0.1:0", "--keys-file", &file]);
    assert!(
        said.contains("keys.toml: line 1: invalid type") && said.contains("right would be [[keys]] tables"),
        "{said}"
    );
}

#[test]
fn without_keys_the_program_says_at_the_start_that_this_machine_may_ask() {
    let mut demo = Demo::spawn(&mut demo(&["--listen", "127.0.0.1:0"]));
    demo.logs("no keys_file: the HTTP API answers whoever asks on this machine");
    let (status, rights) = demo.get("/v1/session");
    assert_eq!(status, 200, "{rights}");
    assert!(rights.starts_with(r#"{"accounts":"*","known":["#) && rights.ends_with(r#"],"private":true}"#), "{rights}");
    let (head, body) = demo.ask("/nothing", "");
    assert!(head.starts_with("HTTP/1.1 404 ") && head.contains("content-type: application/problem+json\r\n"), "{head}");
    assert!(String::from_utf8(body).expect("text").contains("/problems/no-such-path"));
    let (head, _) = demo.ask("/metrics", "accept-encoding: gzip\r\n");
    assert!(head.contains("content-encoding: gzip\r\n") && !head.contains("x-request-id"), "{head}");
}

#[test]
fn the_log_has_a_line_of_each_request_and_nothing_secret() {
    let folder = Folder::new();
    let (key, id) = add_key(&folder.keys(), 1, &["acme"], false);
    let demo = with_keys(&folder, "debug,hyper=info");
    let header = format!("{}\r\nx-request-id: one-of-mine\r\n", bearer(&key));
    assert!(demo.ask("/v1/session", &header).0.contains("x-request-id: one-of-mine\r\n"));
    for path in [
        format!("/v1/accounts/acme/ratings?search={NAME}&contact={NAME}&window=5m"),
        format!("/v1/accounts/acme/ratings?{NAME}&{key}&key={key}&{key}=1"),
        format!("/v1/accounts/acme/{key}"),
        format!("/v1/accounts/{key}/live"),
        "/v1/accounts/a%0AINFO%20forged/live".to_owned(),
    ] {
        demo.ask(&path, &header);
    }
    demo.ask("/v1/session", &format!("cookie: cxpulse_session={key}\r\nx-api-key: {key}x\r\n"));
    let log = demo.end();
    assert!(!log.contains(&key) && !log.contains(NAME) && !log.contains("cxp_"), "{log}");
    let line = log.lines().find(|line| line.contains("one-of-mine")).expect(&log);
    assert!(line.contains("cxpulse::access: method=\"GET\" path=\"/v1/session\" query=\"\" status=200 ms="), "{line}");
    assert!(line.contains(&format!("key=\"{id}\"")), "{line}");
    let line = log.lines().find(|line| line.contains("search,contact,window")).expect(&log);
    assert!(line.contains("path=\"/v1/accounts/acme/ratings\"") && line.contains("account=\"acme\""), "{line}");
    // The demonstration may still be reading its day.
    assert!(line.contains("status=404") || line.contains("status=503"), "{line}");
    assert!(log.lines().any(|line| line.contains("query=\"…,…,key,…\"")), "{log}");
    assert!(log.lines().all(|line| !line.starts_with("INFO forged")), "{log}");
    assert_eq!(log.lines().filter(|line| line.contains("cxpulse::access")).count(), 7, "{log}");
}

#[test]
fn a_key_that_is_revoked_while_the_program_runs_opens_nothing_any_more() {
    let folder = Folder::new();
    let (key, id) = add_key(&folder.keys(), 1, &["*"], true);
    let demo = with_keys(&folder, "warn");
    let status = || demo.ask("/v1/session", &format!("{}\r\n", bearer(&key))).0[9..12].to_owned();
    assert_eq!(status(), "200");
    assert!(cxpulse_keys(&["revoke", &id], &folder.keys()).status.success());
    until(|| status() == "401");
}

#[test]
fn a_browser_that_has_signed_in_stays_so_when_the_program_starts_again() {
    let folder = Folder::new();
    let (key, id) = add_key(&folder.keys(), 1, &["acme"], false);
    let first = with_keys(&folder, "debug,hyper=info");
    let (mut stream, body) = (first.connect(), format!("{{\"key\":\"{key}\"}}"));
    let head = "POST /v1/session HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json";
    write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers in text");
    let cookie = answer.split("set-cookie: ").nth(1).and_then(|rest| rest.split(';').next()).expect(&answer);
    let signed_in = |demo: &Demo| demo.ask("/v1/session", &format!("cookie: {cookie}\r\n")).0[9..12].to_owned();
    assert_eq!(signed_in(&first), "200");
    let secret = std::fs::read_to_string(folder.data().join("session-secret")).expect("it was made");
    let log = first.end();
    let again = with_keys(&folder, "warn");
    assert_eq!(signed_in(&again), "200", "nobody has signed out");
    let code = cookie.rsplit('.').next().expect("the last part");
    assert!(!log.contains(secret.trim()) && !log.contains(code), "{log}");
    assert!(cxpulse_keys(&["revoke", &id], &folder.keys()).status.success());
    until(|| signed_in(&again) == "401");
    std::fs::write(folder.data().join("session-secret"), "no digits").expect("it is ours");
    let mut other = demo(&["--listen", "127.0.0.1:0"]);
    let told = other.arg("--keys-file").arg(folder.keys()).arg("--data-dir").arg(folder.data()).output();
    let told = String::from_utf8(told.expect("the program starts").stderr).expect("UTF-8");
    assert!(told.contains("session-secret: it is no secret of sessions; right would be 64 hexadecimal"), "{told}");
}

#[test]
fn where_nothing_can_be_kept_the_program_serves_and_says_what_that_means() {
    let folder = Folder::new();
    add_key(&folder.keys(), 1, &["acme"], false);
    std::fs::write(folder.data(), "no folder").expect("a temporary folder");
    let mut demo = with_keys(&folder, "warn");
    demo.logs("data_dir keeps no secret of sessions, so browsers sign in again after a restart: ");
    assert_eq!(demo.get("/livez").0, 200);
}
