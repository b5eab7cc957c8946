//! How answers and explanations are written, whole.

use cxpulse::domain::answers::catalogue::Metric;
use cxpulse::domain::answers::explain::Page;
use cxpulse::domain::answers::questions::{Dimension, Frame, Question};
use cxpulse::domain::bucket::Bucket;
use cxpulse::wire::output::json::{Head, Table, answer_json, explanation_json};
use serde_json::{Value, json};

use super::stories::{account, only, window};
use crate::scenarios::moment;

const STORY: &str = "
13:02 c1 conversation_started line_id=+4930 skill_id=sales contact_id=kim
13:07 c1 agent_message agent_id=anna
13:08 c2 conversation_started skill_id=sales
13:09 c1 survey_answered score=4";

fn read(json: &[u8]) -> Value {
    serde_json::from_slice(json).expect("valid JSON is written")
}

#[test]
fn an_answer_has_its_rows_with_intervals_and_the_time_before_cut_to_what_is_asked_for() {
    let account = account(STORY, "13:10");
    let by = |question: Question| question.grouped_by(&[Dimension::Skill, Dimension::Line]).expect("two");
    let question = by(window("13:10", 5)).in_intervals_of(1).expect("one at least");
    let (answer, group_by) = (account.ask(&question), question.group_by());
    let before = Bucket::of(moment("13:00"));
    let previous = by(Question::over(Frame { from: before, to: before })).answer(account.view());
    let head = Head { revision: Some(7), stale_ms: Some(0), ..Head::of_files("acme", account.now()) };
    let only: &[&str] = &["conversations_started", "agent_messages"];
    let table = Table {
        previous: Some(&previous),
        metrics: Some(only),
        total_rows: 9,
        next_page: Some("p2"),
        ..Table::whole(head, group_by, &answer)
    };
    let time = |minute: &str| format!("2026-03-02T13:{minute}:00.000Z");
    let span = |from: &str, to: &str, metrics: Value| json!({"from": time(from), "to": time(to), "metrics": metrics});
    let counts = |started: u64, messages: u64| json!({"conversations_started": started, "agent_messages": messages});
    let row = |line: &str, now: Value, before: Value| {
        json!({"skill_id": "sales", "line_id": line, "metrics": now, "previous": span("00", "05", before),
            "intervals": [span("05", "10", now)]})
    };
    let expected = json!({
        "account_id": "acme", "as_of": time("10"), "revision": 7, "stale_ms": 0, "from": time("05"), "to": time("10"),
        "group_by": ["skill", "line"],
        "rows": [row("+4930", counts(0, 1), counts(1, 0)), row("-1", counts(1, 0), counts(0, 0))],
        "total_rows": 9, "next_page": "p2",
    });
    assert_eq!(read(&answer_json(&table)), expected);
}

#[test]
fn an_answer_by_topic_says_that_its_rows_overlap_and_one_row_has_no_ids() {
    let account = account(STORY, "13:10");
    let topics = window("13:10", 5).grouped_by(&[Dimension::Topic]).expect("one");
    let head = Head::of_files("acme", account.now());
    let by_topic = read(&answer_json(&Table::whole(head, topics.group_by(), &account.ask(&topics))));
    assert_eq!((&by_topic["overlapping"], &by_topic["rows"][0]["topic"]), (&json!(true), &json!("-1")));
    let whole = window("13:10", 5);
    let whole = read(&answer_json(&Table::whole(head, whole.group_by(), &account.ask(&whole))));
    assert_eq!(
        (&whole["overlapping"], &whole["group_by"], &whole["total_rows"]),
        (&Value::Null, &json!([]), &json!(1))
    );
    let keys: Vec<&String> = whole["rows"][0].as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["metrics"]);
}

#[test]
fn an_explanation_is_written_whole_and_a_page_of_it_says_how_many_rows_there_are() {
    let account = account(STORY, "13:10");
    let question = only(window("13:10", 10), Dimension::Skill, "sales");
    let metric = Metric::find("conversations_started").expect("a path");
    let explanation = question.explain(account.view(), metric, Page { skip: 1, limit: 5 });
    let head = Head { private: Some(false), ..Head::of_files("acme", account.now()) };
    let expected = json!({
        "account_id": "acme", "as_of": "2026-03-02T13:10:00.000Z", "private": false,
        "metric": "conversations_started", "title": "Conversations started", "unit": "count",
        "formula": "how many there are", "value": 2,
        "from": "2026-03-02T13:00:00.000Z", "to": "2026-03-02T13:10:00.000Z", "policy": [], "conversations": 2,
        "rows": [{"conversation_id": "c1", "at": "2026-03-02T13:02:00.000Z", "agent_id": "-1", "skill_id": "sales",
            "line_id": "+4930", "contact_id": "kim", "fact": "started", "counts": ["numerator"]}],
        "total_rows": 2, "excluded": [], "next_page": "p2",
    });
    assert_eq!(read(&explanation_json(&head, &explanation, Some("p2"))), expected);
}
