//! What an export has: the facts and the buckets behind the numbers that the API answers.

use std::io::{Read as _, Write as _};

use cxpulse::domain::answers::Answers;
use cxpulse::domain::answers::questions::{Dimension, Filter, Frame, Question};
use cxpulse::wire::output::csv::{CsvWriter, begin_facts, write_fact};
use serde_json::Value;

use crate::engine::{book, fold};
use crate::scenarios::{lines_of, moment};
use crate::support::demo::Demo;

/// Anna answers a customer, who is asked about twice.
const TOLD: &str = "
13:00 c1 conversation_started line_id=+4930 channel=chat contact_id=kim company_id=\"=a+b\" skill_id=4
13:00:01 c1 topic_tagged topic=\"late, lost\"
13:00:01 c1 topic_tagged topic=a;b
13:00:02 c1 customer_message
13:01 c1 agent_message agent_id=anna
13:06 c1 survey_answered survey_id=s score=2
13:07 c1 survey_answered survey_id=s score=5";

fn account(told: &str, at: &str) -> Answers {
    let (lines, policies) = lines_of(told);
    fold(&lines, &book(&policies), moment(at)).asked().remove("acme").expect("it has events")
}

/// The lines of the facts of an hour, without what is before them.
fn facts(account: &Answers, question: &Question) -> Vec<String> {
    let mut csv = CsvWriter::default();
    begin_facts(&mut csv);
    question.listed(account.view()).flatten().for_each(|fact| write_fact(&mut csv, &fact));
    let text = String::from_utf8(csv.take()).expect("text");
    text.split_terminator("\r\n").skip(1).map(str::to_owned).collect()
}

fn hour(at: &str) -> Question {
    Question::over(Frame::window(moment(at), 60))
}

#[test]
fn facts_are_told_newest_first_with_whom_and_what_they_are_credited_to() {
    let account = account(TOLD, "13:10");
    let all = facts(&account, &hour("13:10"));
    let of = |word: &str| all.iter().filter(|line| line.split(',').nth(1) == Some(word)).collect::<Vec<_>>();
    let credited = "c1,anna,4,\"+4930\",chat,\"a\\;b;late, lost\",kim,\"=a+b\",account;skill;agent;agent_skill";
    assert_eq!(of("answer_5").len(), 1);
    assert!(of("answer_5")[0].ends_with(&format!("13:07:00.000Z,answer_5,5,{credited}")), "{all:?}");
    assert!(of("answer_2").is_empty(), "it was replaced");
    assert!(of("answer_replaced")[0].contains("13:06:00.000Z,answer_replaced,2,"));
    assert!(of("response")[0].ends_with(&format!("13:01:00.000Z,response,58000,{credited}")), "{all:?}");
    let mut newest_first = all.clone();
    newest_first.sort_by(|a, b| b.split(',').next().cmp(&a.split(',').next()));
    assert_eq!(all, newest_first);
}

#[test]
fn the_order_of_the_lines_does_not_depend_on_how_events_arrived() {
    let mut lines: Vec<&str> = TOLD.trim().lines().collect();
    let expected = facts(&account(TOLD, "13:10"), &hour("13:10"));
    lines.reverse();
    assert_eq!(facts(&account(&lines.join("\n"), "13:10"), &hour("13:10")), expected);
}

#[test]
fn filters_choose_facts_as_they_were_credited() {
    let account = account(TOLD, "13:10");
    let only = |dimension, name: &str| {
        let filter = Filter { dimension, any_of: vec![name.to_owned()] };
        facts(&account, &hour("13:10").filtered_by(filter).expect("once")).len()
    };
    assert_eq!(only(Dimension::Topic, "late, lost"), only(Dimension::Topic, "a;b"));
    assert_eq!((only(Dimension::Agent, "ben"), only(Dimension::Channel, "mail")), (0, 0));
    assert!(only(Dimension::Agent, "anna") > 0);
}

#[test]
fn where_no_agent_is_named_none_is_exported() {
    let told = format!("policy agent_metrics=false\n{TOLD}");
    let account = account(&told, "13:10");
    let all = facts(&account, &hour("13:10"));
    assert!(!all.is_empty() && all.iter().all(|line| !line.contains("anna") && line.ends_with(",account;skill")));
    let groupings: [&[Dimension]; 2] = [&[Dimension::Agent], &[]];
    let mut buckets = hour("13:10").by_bucket(account.view(), &groupings).expect("few");
    assert!(buckets.all(|(_, rows)| rows[0].is_empty()), "but for the account's there are no lines");
}

/// Head and body of an export. By the older protocol a body is not in chunks.
fn exported(demo: &Demo, path: &str) -> (String, String) {
    let mut stream = demo.connect();
    write!(stream, "GET {path} HTTP/1.0\r\nhost: x\r\naccept: text/csv\r\n\r\n").expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers in text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    (format!("{head}\r\n"), body.to_owned())
}

/// A demonstration that has read its day. One of its accounts is `northwind`.
fn demo() -> Demo {
    let mut demo = Demo::start(&[]);
    demo.says("CSAT");
    demo
}

/// A file in fields. None of the demo's ids needs quotes.
fn fields(body: &str) -> (Vec<&str>, Vec<Vec<&str>>) {
    let mut lines = body.split_terminator("\r\n").map(|line| line.split(',').collect::<Vec<_>>());
    (lines.next().expect("a header"), lines.collect())
}

#[test]
fn the_lines_of_a_file_come_to_what_the_api_answers() {
    let demo = demo();
    let json = |path: &str| -> Value { serde_json::from_str(&demo.get(path).1).expect("JSON") };
    let of = |what: &str| format!("/v1/accounts/northwind/{what}");
    // What is hours old has settled.
    let now = json(&of("metrics"))["as_of"].as_str().expect("a time").to_owned();
    let now = cxpulse::wire::time::parse_rfc3339(&now).expect("ours");
    let ago = |hours: i64| cxpulse::wire::time::rfc3339(now - hours * 3_600_000);
    let time = format!("from={}&to={}", ago(6), ago(3));
    let metrics = &json(&format!("{}?{time}", of("metrics")))["rows"][0]["metrics"];

    let (head, body) = exported(&demo, &format!("{}?{time}", of("export/facts.csv")));
    assert!(head.contains("content-type: text/csv; charset=utf-8; header=present\r\n"), "{head}");
    assert!(head.contains("content-disposition: attachment; filename=\"cxpulse-facts-"), "{head}");
    let (_, lines) = fields(&body);
    let counted =
        |word: &str| lines.iter().filter(|line| line[1] == word && line[11].contains("account")).count() as u64;
    assert!(counted("customer_message") > 0);
    assert_eq!(metrics["customer_messages"], counted("customer_message"));
    assert_eq!(metrics["csat"]["answers"][4], counted("answer_5"));

    let (_, body) = exported(&demo, &format!("{}?{time}", of("export/buckets.csv")));
    let (columns, lines) = fields(&body);
    let column = |name: &str| columns.iter().position(|column| *column == name).expect("a column");
    for (scope, path) in [
        ("account", "customer_messages"),
        ("skill", "customer_messages"),
        ("agent", "focus_ms"),
        ("account", "focus_ms"),
    ] {
        let of_scope = lines.iter().filter(|line| line[1] == scope);
        let sum: u64 = of_scope.map(|line| line[column(path)].parse::<u64>().expect("a number")).sum();
        assert_eq!(metrics[path], sum, "{path} of each {scope}");
    }
}

#[test]
fn an_export_that_cannot_be_made_is_refused_before_it_begins() {
    let demo = demo();
    let path = "/v1/accounts/northwind/export/buckets.csv";
    let (head, body) = demo.ask(path, "accept: application/json\r\n");
    assert!(head.starts_with("HTTP/1.1 406 "), "{head}");
    assert!(String::from_utf8_lossy(&body).contains("\"allowed\":\"text/csv\""));
    for wrong in ["window=0m", "group_by=agent", "skill=,"] {
        assert_eq!(demo.get(&format!("{path}?{wrong}")).0, 400, "{wrong}");
    }
    assert_eq!(demo.get("/v1/accounts/nobody/export/facts.csv").0, 404);
}
