//! The arrows of ARCHITECTURE.md and the rules of the house, read off the source text.
//!
//! Clippy knows what a call is, and anybody may expect its lint away; this test knows who may.

mod rules;
mod source;

use source::Source;

#[test]
fn the_source_keeps_every_arrow_and_every_rule() {
    let sources = Source::all();
    assert!(sources.len() > 20, "the source was found");

    let broken: Vec<String> = sources.iter().flat_map(rules::broken).collect();

    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn every_module_of_the_crate_has_its_arrows() {
    let without = Source::all().into_iter().filter(|source| rules::arrows(source.module()).is_none());
    assert_eq!(without.map(|source| source.path().to_owned()).collect::<Vec<_>>(), Vec::<String>::new());
}

/// What breaks in a file of this path and text, which opens with a sentence.
fn broken(path: &str, text: &str) -> Vec<String> {
    rules::broken(&Source::new(path, &format!("//! A sentence.\n{text}")))
}

#[test]
fn the_domain_names_no_other_module_however_it_is_written() {
    let problem = ["src/domain/account.rs: `domain` may not name `board`"];
    assert_eq!(broken("domain/account.rs", "use crate::board::Board;"), problem);
    assert_eq!(broken("domain/account.rs", "use crate::{domain::Event, board};"), problem);
    assert_eq!(broken("domain/account.rs", "fn f() { super::super::board::put() }"), problem);
    assert_eq!(broken("domain/account.rs", "use super::super::{domain::{a, b}, board::Board};"), problem);
    assert_eq!(broken("domain/account.rs", "use super::board::Board; // crate::board"), [""; 0]);
    assert_eq!(broken("domain/account.rs", "const WORD: &str = \"crate::board\";"), [""; 0]);
}

#[test]
fn facts_are_all_that_goes_from_a_history_to_a_day() {
    let problem = |path: &str, rooms: &str| [format!("src/domain/{path}: {rooms}")];
    let uses = |what: &str| format!("use crate::domain::{what};");
    let lives = problem("history/lives.rs", "`domain::history` may not name `domain::day`");
    assert_eq!(broken("domain/history/lives.rs", &uses("day::Day")), lives);
    assert_eq!(
        broken("domain/history/mod.rs", "use super::day::Day;"),
        problem("history/mod.rs", "`domain::history` may not name `domain::day`")
    );
    let sums = problem("day/sums/mod.rs", "`domain::day` may not name `domain::history`");
    assert_eq!(broken("domain/day/sums/mod.rs", &uses("{fact::Fact, history::History}")), sums);
    let step = problem("life/mod.rs", "`domain::life` may not name `domain::day`");
    assert_eq!(broken("domain/life/mod.rs", "fn f() { crate::domain::day::f() }"), step);
    let answers = problem("answers/live.rs", "`domain::answers` may not name `domain::account`");
    assert_eq!(broken("domain/answers/live.rs", &uses("account::Account")), answers);
    let fact = problem("fact.rs", "`domain::fact` may not name `domain::day`");
    assert_eq!(broken("domain/fact.rs", &uses("day::Day")), fact);
    assert_eq!(broken("domain/account/mod.rs", &uses("{history::History, day::Day, answers::Answers}")), [""; 0]);
    assert_eq!(broken("domain/answers/live.rs", &uses("day::view::View")), [""; 0]);
}

#[test]
fn stages_meet_nowhere_but_in_the_pipeline() {
    assert_eq!(broken("serve/mod.rs", "use crate::fold::Fold;"), ["src/serve/mod.rs: `serve` may not name `fold`"]);
    assert_eq!(
        broken("source/kafka.rs", "use crate::publish;"),
        ["src/source/kafka.rs: `source` may not name `publish`"]
    );
    assert_eq!(broken("cli/run.rs", "use crate::fold::Fold;"), ["src/cli/run.rs: `cli` may not name `fold`"]);
    let two = "use crate::{source::Kafka, publish::Topics};";
    assert_eq!(
        broken("cli/run.rs", two),
        ["src/cli/run.rs: names the stages source, publish; they meet in `pipeline`"]
    );
    assert_eq!(broken("pipeline.rs", two), [""; 0]);
    assert_eq!(broken("pipeline/replay.rs", two), [""; 0]);
}

#[test]
fn pure_modules_use_only_crates_that_do_no_input_or_output() {
    let problem = ["src/domain/fact.rs: `domain` may not use the crate `tokio`"];
    assert_eq!(broken("domain/fact.rs", "use tokio::sync::Mutex;"), problem);
    assert_eq!(broken("domain/fact.rs", "use tokio;"), problem);
    assert_eq!(broken("domain/fact.rs", "use foldhash::HashMap;"), [""; 0]);
    assert_eq!(
        broken("simulate/mod.rs", "use std::net::TcpStream;"),
        ["src/simulate/mod.rs: `simulate` may not use `std::net`"]
    );
    assert_eq!(
        broken("wire/mod.rs", "use std::{fmt, process};"),
        ["src/wire/mod.rs: `wire` may not use `std::process`"]
    );
}

#[test]
fn prost_and_the_concurrent_map_each_have_one_home() {
    let outside = "#[derive(prost::Message)] struct S; ";
    assert_eq!(broken("publish/mod.rs", outside), ["src/publish/mod.rs: only `wire` may use `prost`"]);
    assert_eq!(broken("wire/records.rs", outside), [""; 0]);
    assert_eq!(broken("serve/mod.rs", "use dashmap::DashMap;"), ["src/serve/mod.rs: only `board` may use `dashmap`"]);
}

#[test]
fn the_clock_alone_reads_the_time_even_where_the_lint_is_expected_away() {
    let code = "#[expect(clippy::disallowed_methods, reason = \"\")] fn f() { std::time::Instant::now() }";
    assert_eq!(broken("serve/mod.rs", code), ["src/serve/mod.rs: `Instant::now` belongs in `clock`"]);
    assert_eq!(broken("clock.rs", code), [""; 0]);
}

#[test]
fn only_the_configuration_reads_the_environment_and_few_open_files() {
    assert_eq!(broken("cli/run.rs", "std::env::var(\"HOME\")"), ["src/cli/run.rs: `env::var` belongs in `config`"]);
    assert_eq!(
        broken("serve/mod.rs", "std::fs::read(path)"),
        ["src/serve/mod.rs: `fs::read` belongs in `config`, `source`, `cli`"]
    );
    assert_eq!(broken("config.rs", "fs::read(env::var_os(\"HOME\"))"), [""; 0]);
    assert_eq!(broken("board/mod.rs", "env!(\"CARGO_PKG_VERSION\")"), [""; 0]);
}

#[test]
fn a_file_opens_by_saying_what_it_is() {
    let source = Source::new("board/mod.rs", "use std::fmt;\n");
    assert_eq!(rules::broken(&source), ["src/board/mod.rs: does not open with a `//!` sentence"]);
}

#[test]
fn input_is_never_unwrapped_and_no_lint_is_waved_away() {
    assert_eq!(broken("board/mod.rs", "fn f() { a . unwrap() }"), ["src/board/mod.rs: unwrap() outside tests"]);
    assert_eq!(broken("board/mod.rs", "#[cfg(test)]\nmod tests { fn f() { a.unwrap() } }"), [""; 0]);
    let after = "#[cfg(test)]\nmod tests { fn f() { '{'; } }\nfn f() { a.unwrap() }";
    assert_eq!(broken("board/mod.rs", after), ["src/board/mod.rs: unwrap() outside tests"]);
    assert_eq!(
        broken("board/mod.rs", "#[allow(dead_code)] fn f() {}"),
        ["src/board/mod.rs: #[allow(…)]: use #[expect(…, reason)]"]
    );
    assert_eq!(
        broken("board/mod.rs", "#![allow(dead_code)]"),
        ["src/board/mod.rs: #[allow(…)]: use #[expect(…, reason)]"]
    );
}

#[test]
fn only_commands_print() {
    assert_eq!(broken("fold/mod.rs", "println!(\"{x}\")"), ["src/fold/mod.rs: `println!` outside `cli`"]);
    assert_eq!(broken("cli/replay.rs", "println!(\"{x}\")"), [""; 0]);
}

#[test]
fn no_function_is_longer_than_a_screen() {
    let body = |lines: usize| format!("impl S {{\n    fn f() {{\n{}    }}\n}}\n", "        g();\n".repeat(lines));
    assert_eq!(broken("fold/mod.rs", &body(58)), [""; 0]);
    assert_eq!(broken("fold/mod.rs", &body(59)), ["src/fold/mod.rs: fn f is 61 lines long; 60 is the most"]);
}
