//! That the API does what its description says, whatever it is asked: by a program that reads the one and asks the other.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::support::demo::Demo;
use crate::support::schemathesis::findings;

/// A demonstration that asks for a key, the key, and the file in which it is: without one nobody could be refused.
fn demo_with_a_key() -> (Demo, String, PathBuf) {
    let file = std::env::temp_dir().join(format!("cxpulse-schemathesis-{}.toml", std::process::id()));
    let program = || Command::new(env!("CARGO_BIN_EXE_cxpulse"));
    let create = program().args(["keys", "create", "--account", "*", "--private", "--keys-file"]).arg(&file).output();
    let key = String::from_utf8(create.expect("it starts").stdout).expect("text").trim().to_owned();
    let mut demo = program();
    demo.args(["demo", "--agents", "20", "--listen", "127.0.0.1:0", "--log", "warn", "--keys-file"]).arg(&file);
    demo.args(["--data-dir", env!("CARGO_TARGET_TMPDIR")]);
    (Demo::spawn(demo.stdin(Stdio::null()).stdout(Stdio::piped())), key, file)
}

#[test]
fn whatever_is_asked_is_answered_as_the_description_says() {
    let (mut demo, key, file) = demo_with_a_key();
    demo.says("CSAT");
    let findings = findings(demo.address(), &key);
    std::fs::remove_file(file).expect("it was made here");
    assert_eq!(findings, None);
}

/// The methods that a path takes, by its answer to one that it does not.
fn taken(demo: &Demo, path: &str) -> Vec<String> {
    let path = path.replace("{account}", "northwind");
    let answer = demo.sends("PATCH", &path);
    let allow = answer.lines().find_map(|line| line.strip_prefix("allow: "));
    let allow = allow.unwrap_or_else(|| panic!("{path}: {answer}"));
    let mut methods: Vec<String> = allow.split(',').map(|method| method.trim().to_lowercase()).collect();
    methods.retain(|method| method != "head");
    methods.sort();
    methods
}

#[test]
fn each_path_takes_the_methods_that_are_described_and_no_other() {
    let demo = Demo::start(&[]);
    let document: serde_json::Value = serde_json::from_str(&demo.get("/openapi.json").1).expect("JSON");
    for (path, item) in document["paths"].as_object().expect("paths") {
        let described: Vec<String> = item.as_object().expect("methods").keys().cloned().collect();
        assert_eq!(taken(&demo, path), described, "{path}");
    }
}
