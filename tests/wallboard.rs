//! The wallboard as people use it, in a real Chromium: on a demonstration, with keys, on a real Kafka, and under load.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::support::browser::browse;
use crate::support::demo::Demo;

/// What a script that asks for nothing is told.
fn nothing(asked: &str) -> String {
    panic!("{asked} cannot be done here")
}

#[test]
fn a_supervisor_reads_the_board_and_finds_out_why() {
    let mut demo = Demo::start(&["--agents", "60", "--policy", "deploy/demo.toml"]);
    demo.says("CSAT");
    browse("board", demo.address(), nothing);
}

#[test]
fn who_needs_a_key_signs_in_and_sees_what_the_key_allows() {
    let file = std::env::temp_dir().join(format!("cxpulse-wallboard-{}.toml", std::process::id()));
    let create = |arguments: &[&str]| keys(&file, &[&["create"], arguments].concat());
    let [private, public] = [create(&["--account", "*", "--private"]), create(&["--account", "northwind"])];
    let mut demo = Command::new(env!("CARGO_BIN_EXE_cxpulse"));
    demo.args(["demo", "--agents", "20", "--listen", "127.0.0.1:0", "--log", "warn", "--keys-file"]).arg(&file);
    demo.args(["--data-dir", env!("CARGO_TARGET_TMPDIR")]);
    let mut demo = Demo::spawn(demo.stdin(Stdio::null()).stdout(Stdio::piped()));
    demo.says("CSAT");
    browse("keys", demo.address(), |asked| match asked {
        "private key" => private.clone(),
        "public key" => public.clone(),
        other => nothing(other),
    });
    std::fs::remove_file(file).expect("it was made here");
}

#[test]
fn five_hundred_agents_a_second_and_hostile_texts_leave_the_page_quick_and_whole() {
    let demo = Demo::start(&[]);
    browse("load", demo.address(), nothing);
}

#[test]
fn the_page_says_how_the_data_stands_and_asks_no_more_than_it_must() {
    let demo = Demo::start(&[]);
    browse("states", demo.address(), nothing);
}

/// What `cxpulse keys` prints.
fn keys(file: &PathBuf, arguments: &[&str]) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_cxpulse"));
    let printed = program.arg("keys").args(arguments).arg("--keys-file").arg(file).output().expect("it starts");
    String::from_utf8(printed.stdout).expect("text").trim().to_owned()
}

#[cfg(feature = "kafka")]
mod on_kafka;
