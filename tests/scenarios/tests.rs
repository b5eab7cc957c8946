//! Tries the reader and the runner themselves, so that a story cannot pass because nobody looked.

use std::path::Path;

use serde_json::{Value, json};

use super::compare::Expect;
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
        at 13:29 window 7m\n  skill sales: closed=1 lacks csat.score handle.mean\n    focus=1m20s\n";
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
    let paths: Vec<&str> = checks.iter().map(|check| check.path.as_str()).collect();
    assert_eq!((scopes[0].by, scopes[0].skill.as_deref()), ("skill", Some("sales")));
    assert_eq!(paths, ["closed", "csat.score", "handle.mean_ms", "focus_ms"]);
    assert!(matches!(&checks[3].expect, Expect::Equals(value) if *value == json!(80_000)));
}

#[test]
fn a_message_has_twenty_characters_unless_it_says_otherwise() {
    let text = "== t\n13:20 c1 customer_message\n13:20 c1 customer_message characters=-0\n\
        13:20 c1 customer_message characters=absent\n13:20 c1 closed\nlive at 13:29: open=0\n";
    let lines = story::parse(text).expect("it is a story")[0].arrival();
    let told = |line: &String| line.split_once("\"characters\":").map(|(_, after)| after.to_owned());
    let told: Vec<Option<String>> = lines.iter().map(told).collect();
    assert_eq!(told, [Some("20}".to_owned()), Some("-0}".to_owned()), None, None]);
}

#[test]
fn numbers_and_quoted_strings_reach_the_reader_as_they_are_written() {
    let text = "== t\n13:20 c1 closed a=1e400 b=\"\\ud83d\" c=5.0 until=\"2026-03-02t13:20:00z\" d=1-2\nraw <BOM>{}\n\
        live at 13:29: open=0\n";
    let lines = story::parse(text).expect("it is a story")[0].arrival();
    let as_written = r#""a":1e400,"b":"\ud83d","c":5.0,"until":"2026-03-02t13:20:00z","d":"1-2"}"#;
    assert!(lines[0].ends_with(as_written), "{}", lines[0]);
    assert_eq!(lines[1], "\u{feff}{}");
}

#[test]
fn durations_are_read_in_every_unit() {
    let read = |told: &str| story::duration_ms(told);
    assert_eq!(read("7d"), Some(604_800_000.0));
    assert_eq!(read("1h2m3s"), Some(3_723_000.0));
    assert_eq!(read("59.999s"), Some(59_999.0));
    assert_eq!(read("39.75ms"), Some(39.75));
    assert_eq!([read(""), read("7"), read("s"), read("7w"), read("1m 2s")], [None; 5]);
    let text = "== t\npolicy response_target=1m20s rate_within=2d\nlive at 13:29: open=0\n";
    let policies = &story::parse(text).expect("it is a story")[0].policies;
    let version = &policies["policies"][0]["versions"][0];
    assert_eq!((&version["response_target_seconds"], &version["rate_within_hours"]), (&json!(80), &json!(48)));
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
        ("== no scope\nat 13:29 window 7m\n  team sales: closed=1\n", 3),
        ("== nothing expected\nat 13:29 window 7m\n  account: \n", 3),
        ("== no window\nat 13:29 window seven\n", 2),
        ("== half a minute\nat 13:29 window 30s\n", 2),
        ("== no duration\nat 13:29 window 7m\n  account: response.sum=30000\n", 3),
        ("== no whole hours\npolicy rate_within=90m\n", 2),
        ("== more about nothing\nat 13:29 window 7m\n    closed=1\n", 3),
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
    let text = "== t\n13:20 c1 handed_off\n13:30 c1 handed_off\nat 13:29 window 7m\n  agent a9: none\n";
    let told: Vec<String> = run_text("t.txt", text, &subject).into_iter().map(|failure| failure.expected).collect();
    assert!(told.iter().any(|told| told.contains("with every line twice")), "{told:?}");
    assert!(told.iter().any(|told| told.contains("without what is later")), "{told:?}");
    assert!(!told.iter().any(|told| told.contains("backwards")), "{told:?}");
}

#[test]
fn an_answer_that_depends_on_order_is_found() {
    let subject = Canned { rows: |lines| json!([{"first": lines.first()}]), live: live_state(1) };
    let text = "== t\n13:20 c1 handed_off\n13:21 c1 handed_off\nat 13:29 window 7m\n  agent a9: none\n";
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
    let text = "== t\n13:20 c1 handed_off\nat 13:29 window 7m\n  account: response.count=2\n";
    let failures = run_text("t.txt", text, &subject);
    assert!(failures.iter().any(|failure| failure.expected == "response.mean_ms = Some(5.0)"), "{failures:?}");
}

#[test]
fn a_percentile_of_a_single_value_that_is_not_that_value_is_found() {
    let rows = |_: &[String]| {
        let response = json!({"count": 1, "sum_ms": 10, "mean_ms": 10.0, "p50_ms": 10, "p90_ms": 10, "p95_ms": 10,
            "p99_ms": 11, "max_ms": 10});
        json!([{"account_id": "acme", "metrics": {"response": response}}])
    };
    let subject = Canned { rows, live: live_state(1) };
    let text = "== t\n13:20 c1 handed_off\nat 13:29 window 9m\n  account: response.count=1\n";
    let told: Vec<String> = run_text("t.txt", text, &subject).into_iter().map(|failure| failure.expected).collect();
    assert!(told.iter().any(|told| told.contains("a single value is each")), "{told:?}");
    assert!(told.iter().any(|told| told.contains("none above the maximum")), "{told:?}");
}

#[test]
fn a_live_state_that_contradicts_itself_is_found() {
    let live = json!([{"account_id": "acme", "as_of": "2026-03-02T13:29:00.000Z", "open": 1, "waiting": 2,
        "unassigned": 1, "snoozed": 0, "owned": {"anna": 1}, "longest_waiting": []}]);
    let text = "== t\n13:20 c1 handed_off\nlive at 13:29: open=1\n";
    let failures = run_text("t.txt", text, &answering(live));
    assert_eq!(lines_of(&failures), [3, 3, 3]);
}

#[test]
fn an_empty_folder_is_a_failure() {
    assert_eq!(run(Path::new("no/such/folder"), &answering(json!([]))).len(), 1);
}
