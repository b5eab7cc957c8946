//! Tries the reader and the runner themselves, so that a story cannot pass because nobody looked.

use std::path::Path;

use serde_json::{Value, json};

use super::story::{self, Kind};
use super::{Counts, Failure, Subject, run, run_text};

const NO_COUNTS: Counts = Counts { late: 0, unknown: 0, rejected: 0, duplicate: 0, conflicting: 0 };

/// Gives the same answer to every question, or one that depends on how many lines it was given.
struct Canned {
    rows: fn(&[String]) -> Value,
    live: Value,
}

impl Subject for Canned {
    fn metrics(&self, lines: &[String], _: &Value, _: i64, _: u32, _: &str) -> Value {
        (self.rows)(lines)
    }

    fn live(&self, _: &[String], _: &Value, _: i64) -> Value {
        self.live.clone()
    }

    fn rating_requests(&self, _: &[String], _: &Value, _: i64) -> Value {
        json!([])
    }

    fn counts(&self, _: &[String], _: &Value, _: i64) -> Counts {
        NO_COUNTS
    }
}

fn live_state(open: u64) -> Value {
    json!([{"account_id": "acme", "as_of": "2026-03-02T13:29:00.000Z", "open": open, "longest_waiting": []}])
}

fn answering(live: Value) -> Canned {
    Canned { rows: |_| json!([]), live }
}

fn lines_of(failures: &[Failure]) -> Vec<usize> {
    failures.iter().map(|failure| failure.line).collect()
}

#[test]
fn a_story_becomes_events_a_policy_and_questions() {
    let text = "== a title\npolicy from=13:20 minimum_n=2\n\
        +1d 13:20 c1 closed agent_id=a*3 until=13:21 n=\"7\" list=[x,y]\n\
        at 13:29 window 7\n  skill s1: closed=1 lacks csat.score csat.average\n";
    let scenarios = story::parse(text).expect("it is a story");
    let event: Value = serde_json::from_str(&scenarios[0].arrival()[0]).expect("it is JSON");
    let expected = json!({"event_id": "line-3", "account_id": "acme", "conversation_id": "c1", "type": "closed",
        "occurred_at": "2026-03-03T13:20:00.000Z", "agent_id": "aaa", "until": "2026-03-02T13:21:00.000Z", "n": "7",
        "list": ["x", "y"]});
    assert_eq!(event, expected);
    let version = json!({"effective_from": "2026-03-02T13:20:00.000Z", "minimum_n": 2});
    assert_eq!(scenarios[0].policies, json!({"policies": [{"account_id": "acme", "versions": [version]}]}));
    let Kind::Metrics { window_minutes: 7, scopes } = &scenarios[0].questions[0].kind else {
        panic!("metrics of 7 min")
    };
    let checks = scopes[0].checks.as_ref().expect("there are expectations");
    assert_eq!((scopes[0].by, scopes[0].skill.as_deref(), checks.len()), ("skill", Some("s1"), 3));
}

#[test]
fn what_is_no_story_names_its_line() {
    let wrong = [
        ("13:20 c1 closed\n", 1),
        ("== no question\n13:20 c1 closed\n", 1),
        ("== no time\n25:20 c1 closed\n", 2),
        ("== no type\n13:20 c1\n", 2),
        ("== no value\n13:20 c1 closed agent_id\n", 2),
        ("== an open quote\n13:20 c1 closed agent_id=\"a\n", 2),
        ("== no scope\nat 13:29 window 7\n  team s1: closed=1\n", 3),
        ("== nothing expected\nat 13:29 window 7\n  account: \n", 3),
        ("== no window\nat 13:29 window seven\n", 2),
    ];
    for (text, line) in wrong {
        let mistake = story::parse(text).err().unwrap_or_else(|| panic!("{text} was read"));
        assert_eq!(mistake.line, line, "{text}: {}", mistake.what);
    }
}

#[test]
fn an_expectation_that_holds_is_silent_and_one_that_does_not_is_found() {
    let text = "== t\n13:20 c1 handed_off\nlive at 13:29: open=1\nlive at 13:29: open=2 lacks account_id\n";
    let failures = run_text("t.txt", text, &answering(live_state(1)));
    assert_eq!(lines_of(&failures), [4, 4]);
    assert_eq!(failures[0].to_string(), "t.txt:4: t\n    expected open=2\n    found    1");
}

#[test]
fn an_answer_that_depends_on_repeats_or_on_what_is_later_is_found() {
    let subject = Canned { rows: |lines| json!([{"lines": lines.len()}]), live: live_state(1) };
    let text = "== t\n13:20 c1 handed_off\n13:30 c1 handed_off\nat 13:29 window 7\n  agent a9: none\n";
    let told: Vec<String> = run_text("t.txt", text, &subject).into_iter().map(|failure| failure.expected).collect();
    assert!(told.iter().any(|told| told.contains("with every line twice")), "{told:?}");
    assert!(told.iter().any(|told| told.contains("without what is later")), "{told:?}");
    assert!(!told.iter().any(|told| told.contains("backwards")), "{told:?}");
}

#[test]
fn an_answer_that_depends_on_order_is_found() {
    let subject = Canned { rows: |lines| json!([{"first": lines.first()}]), live: live_state(1) };
    let text = "== t\n13:20 c1 handed_off\n13:21 c1 handed_off\nat 13:29 window 7\n  agent a9: none\n";
    let failures = run_text("t.txt", text, &subject);
    assert!(failures.iter().any(|failure| failure.expected.contains("backwards")), "{failures:?}");
}

#[test]
fn a_mean_that_is_not_its_sum_by_its_count_is_found() {
    let rows = |_: &[String]| {
        let response = json!({"count": 2, "sum_ms": 10, "mean_ms": 4.0});
        json!([{"account_id": "acme", "metrics": {"response": response}}])
    };
    let subject = Canned { rows, live: live_state(1) };
    let text = "== t\n13:20 c1 handed_off\nat 13:29 window 7\n  account: response.count=2\n";
    let failures = run_text("t.txt", text, &subject);
    assert!(failures.iter().any(|failure| failure.expected == "response.mean_ms = Some(5.0)"), "{failures:?}");
}

#[test]
fn an_empty_folder_is_a_failure() {
    assert_eq!(run(Path::new("no/such/folder"), &answering(json!([]))).len(), 1);
}
