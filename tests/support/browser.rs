//! The wallboard in a real Chromium: scripts of `tests/wallboard`, run by Node.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

/// Where the scripts are.
const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wallboard");

/// Runs a script with the address of a server. What it asks for while it runs is done by `does`, whose answer it is told.
/// Panics with all it said where a step of it fails.
pub(crate) fn browse(script: &str, address: &str, mut does: impl FnMut(&str) -> String) {
    let mut node = Command::new("node");
    node.arg(format!("{SCRIPTS}/{script}.mjs")).env("WALLBOARD", format!("http://{address}"));
    let node = node.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut node = node.expect("Node is there; `make setup` installs it");
    let mut answers = node.stdin.take().expect("it is piped");
    let mut said = Vec::new();
    for line in BufReader::new(node.stdout.take().expect("it is piped")).lines() {
        let line = line.expect("it speaks UTF-8");
        match line.strip_prefix("> ") {
            Some(asked) => writeln!(answers, "{}", does(asked)).expect("it listens"),
            None => said.push(line),
        }
    }
    let ended = node.wait().expect("it ends");
    assert!(ended.success() && said.iter().any(|line| line.starts_with("ok ")), "{script}: {said:#?}");
    println!("{script}: {said:#?}");
}
