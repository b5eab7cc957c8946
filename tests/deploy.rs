//! That the examples for operators are right: the policy file names every field, and Prometheus takes its configuration.

use std::path::PathBuf;

use cxpulse::config::policy_book;
use cxpulse::domain::event::Millis;
use cxpulse::domain::policy::{BUILT_IN, PolicyBook};
use cxpulse::wire::policy::{VERSION_FIELDS, from_toml};

use crate::support::promtool;

/// 2026-01-01T00:00:00Z.
const NEW_YEAR: Millis = 1_767_225_600_000;

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("deploy").join(name)
}

/// The policy file with every field in force that a comment only shows.
fn with_every_field() -> String {
    let text = std::fs::read_to_string(file("policies.toml")).expect("it is there");
    let shown = |line: &&str| VERSION_FIELDS.iter().any(|field| line.starts_with(&format!("# {field} = ")));
    let line = |line| if shown(&line) { &line[2..] } else { line };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_policy_file_changes_nothing_but_for_the_account_of_its_example() {
    let book: PolicyBook = policy_book(Some(&file("policies.toml"))).expect("it is read");
    assert_eq!(*book.of("any").at(NEW_YEAR), BUILT_IN);
    let target = |at| book.of("northwind").at(at).first_response_target_ms;
    assert_eq!((target(NEW_YEAR), target(2 * NEW_YEAR)), (Some(60_000), Some(120_000)));
}

#[test]
fn the_policy_file_shows_every_field_with_a_value_that_is_right() {
    let text = with_every_field();
    let general = text.split("[[policies]]").nth(1).expect("the entry of every account");
    for field in VERSION_FIELDS {
        let lines = general.lines().filter(|line| line.starts_with(&format!("{field} = "))).count();
        assert_eq!(lines, 1, "{field}");
    }
    let book = from_toml(&text).expect("every example is a right value");
    assert_eq!(book.of("any").at(NEW_YEAR).rate_within_ms, Some(72 * 3_600_000));
}

#[test]
fn prometheus_takes_its_configuration() {
    assert_eq!(promtool::wrong(&["check", "config", file("prometheus.yml").to_str().expect("a plain name")]), None);
}
