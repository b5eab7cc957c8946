//! The whole program: how it starts with keys and without, and what its log has of those who ask.

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
    let file = folder.keys().to_string_lossy().into_owned();
    let arguments = ["--listen", "127.0.0.1:0", "--keys-file", &file, "--log", "debug,hyper=info"];
    let demo = Demo::spawn(&mut demo(&arguments));
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
    let file = folder.keys();
    let path = file.to_string_lossy().into_owned();
    let demo = Demo::spawn(&mut demo(&["--listen", "127.0.0.1:0", "--keys-file", &path, "--log", "warn"]));
    let status = || demo.ask("/v1/session", &format!("{}\r\n", bearer(&key))).0[9..12].to_owned();
    assert_eq!(status(), "200");
    assert!(cxpulse_keys(&["revoke", &id], &file).status.success());
    until(|| status() == "401");
}
