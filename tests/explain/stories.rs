//! What stands behind a number, what beside it, and what of it goes on: one story each.

use cxpulse::domain::answers::Answers;
use cxpulse::domain::answers::catalogue::Metric;
use cxpulse::domain::answers::explain::Page;
use cxpulse::domain::answers::questions::{Dimension, Filter, Frame, Question};
use cxpulse::domain::bucket::Bucket;
use cxpulse::wire::output::json::{Head, explanation_json};
use serde_json::Value;

use crate::engine::{book, fold};
use crate::scenarios::{lines_of, moment};

/// The account of a story, at a moment of it.
pub(super) fn account(told: &str, at: &str) -> Answers {
    let (lines, policies) = lines_of(told);
    fold(&lines, &book(&policies), moment(at)).asked().remove("acme").expect("it has events")
}

pub(super) fn explained(account: &Answers, question: &Question, path: &str) -> Value {
    let metric = Metric::find(path).expect("a path");
    let explanation = question.explain(account.view(), metric, Page::ALL);
    let json = explanation_json(&Head::of_files("acme", account.now()), &explanation, None);
    serde_json::from_slice(&json).expect("valid JSON is written")
}

pub(super) fn window(at: &str, minutes: u32) -> Question {
    Question::over(Frame::window(moment(at), minutes))
}

pub(super) fn only(question: Question, dimension: Dimension, id: &str) -> Question {
    question.filtered_by(Filter { dimension, any_of: vec![id.to_owned()] }).expect("once")
}

/// A row as `13:02:00 c1 anna answer_5=5 +/`: `+` counts above the line, `/` below, `…` goes on.
fn row(row: &Value) -> String {
    let text = |key: &str| row[key].as_str().unwrap_or("?").to_owned();
    let value = row["value"].as_i64().map_or(String::new(), |value| format!("={value}"));
    let counts = row["counts"].as_array().expect("a list").iter();
    let counts: String = counts.map(|side| if side == "numerator" { '+' } else { '/' }).collect();
    let running = if row["running"] == true { "…" } else { "" };
    let told = format!(
        "{} {} {} {}{value} {counts}{running}",
        &text("at")[11..19],
        text("conversation_id"),
        text("agent_id"),
        text("fact")
    );
    told.trim_end().to_owned()
}

fn rows(explanation: &Value) -> Vec<String> {
    explanation["rows"].as_array().expect("a list").iter().map(row).collect()
}

/// What each rule left out, as `replaced 1: row, row`.
fn excluded(explanation: &Value) -> Vec<String> {
    let rule = |excluded: &Value| {
        let rows: Vec<String> = excluded["rows"].as_array().expect("a list").iter().map(row).collect();
        format!("{} {}: {}", excluded["reason"].as_str().expect("a word"), excluded["count"], rows.join(", "))
    };
    explanation["excluded"].as_array().expect("a list").iter().map(rule).collect()
}

const RATINGS: &str = "
policy rate_within=1h
13:00 c1 survey_sent survey_id=s1 agent_id=anna
13:01 c1 survey_answered survey_id=s1 score=2
13:02 c1 survey_answered survey_id=s1 score=5
13:03 c1 survey_answered survey_id=s1 score=9
13:00 c2 survey_sent survey_id=s2 agent_id=ben
13:04 c3 survey_answered survey_id=s3 score=4 agent_id=ben
13:05 c3 survey_sent survey_id=s4 agent_id=ben
13:06 c3 survey_answered survey_id=s4 score=3";

#[test]
fn a_score_has_its_answers_and_beside_them_those_refused_and_replaced_and_the_surveys_without_one() {
    let score = explained(&account(RATINGS, "13:10"), &window("13:10", 15), "csat.score");
    assert_eq!(rows(&score), ["13:06:00 c3 ben answer_3=3 /", "13:02:00 c1 anna answer_5=5 +/"]);
    assert_eq!((&score["numerator"], &score["denominator"], &score["value"]), (&1.into(), &2.into(), &0.5.into()));
    assert_eq!(score["conversations"], 2);
    assert_eq!(
        excluded(&score),
        [
            "invalid_score 1: 13:03:00 c1 anna refused_invalid_score=9",
            "rating_window 1: 13:04:00 c3 ben refused_rating_window=4",
            "replaced 1: 13:01:00 c1 anna answer_replaced=2",
            "unanswered 1: 13:00:00 c2 ben survey_sent",
        ]
    );
}

#[test]
fn one_word_of_a_list_has_the_rows_of_that_word() {
    let account = account(RATINGS, "13:10");
    let five = explained(&account, &window("13:10", 15), "csat.answers.5");
    assert_eq!((&five["title"], &five["value"]), (&"Answers by score: 5".into(), &1.into()));
    assert_eq!(rows(&five), ["13:02:00 c1 anna answer_5=5 +"]);
    let refused = explained(&account, &window("13:10", 15), "csat.refused.rating_window");
    assert_eq!(rows(&refused), ["13:04:00 c3 ben refused_rating_window=4 +"]);
}

#[test]
fn an_answer_was_replaced_whichever_of_the_two_came_first() {
    let (mut lines, policies) = lines_of(RATINGS);
    lines.reverse();
    let account = fold(&lines, &book(&policies), moment("13:10")).asked().remove("acme").expect("it has events");
    let total = explained(&account, &only(window("13:10", 15), Dimension::Agent, "anna"), "csat.total");
    assert_eq!(excluded(&total)[1], "replaced 1: 13:01:00 c1 anna answer_replaced=2");
}

const CLOSES: &str = "
13:00 c1 customer_message
13:01 c1 closed agent_id=anna
13:02 c1 reopened
13:03 c2 customer_message
13:04 c2 closed agent_id=anna outcome=spam
13:05 c3 customer_message
13:06 c3 closed agent_id=ben
13:07 c3 closed agent_id=ben
13:08 c4 customer_message
13:09 c4 closed agent_id=ben outcome=abandoned";

#[test]
fn a_resolution_stands_beside_the_closes_that_resolved_nothing_and_the_one_taken_back() {
    let resolved = explained(&account(CLOSES, "13:10"), &window("13:10", 10), "resolution.sum_ms");
    assert_eq!(rows(&resolved), ["13:06:00 c3 ben resolved=60000 +"]);
    assert_eq!(
        excluded(&resolved),
        [
            "other_outcome 2: 13:09:00 c4 ben closed_by_agent, 13:04:00 c2 anna closed_by_agent",
            "reopened 1: 13:01:00 c1 anna resolution_reopened=60000",
            "closed_already 1: 13:07:00 c3 ben closed_again",
        ]
    );
}

#[test]
fn where_each_resolution_counts_a_reopening_leaves_none_out() {
    let account = account(&format!("policy reopen=count_each\n{CLOSES}"), "13:10");
    let resolved = explained(&account, &window("13:10", 10), "resolved");
    assert_eq!(rows(&resolved), ["13:06:00 c3 ben resolved=60000 +", "13:01:00 c1 anna resolved=60000 +"]);
    let reasons: Vec<String> = excluded(&resolved);
    assert_eq!(reasons.iter().filter(|told| told.starts_with("reopened")).count(), 0, "{reasons:?}");
}

const WAITS: &str = "
policy response_target=1m
13:00 c1 customer_message
13:01 c1 agent_message agent_id=bot automated=true
13:02 c1 agent_message agent_id=anna
13:03 c1 customer_message
13:03 c1 assigned agent_id=anna
13:04 c2 customer_message";

#[test]
fn a_response_time_says_who_still_waits_what_is_overdue_and_what_bots_wrote() {
    let account = account(WAITS, "13:04:30");
    let response = explained(&account, &window("13:04:30", 5), "response.mean_ms");
    assert_eq!(rows(&response), ["13:02:00 c1 anna response_missed=120000 +/"]);
    assert_eq!((&response["numerator"], &response["denominator"]), (&120_000.into(), &1.into()));
    assert_eq!(
        excluded(&response),
        [
            "automated 1: 13:01:00 c1 bot automated_message",
            "overdue 1: 13:04:00 c1 anna response_overdue",
            "open_wait 2: 13:04:00 c2 -1 waiting=30000 …, 13:03:00 c1 anna waiting=90000 …",
        ]
    );
    let of_anna = explained(&account, &only(window("13:04:30", 5), Dimension::Agent, "anna"), "response.mean_ms");
    assert!(excluded(&of_anna).contains(&"open_wait 1: 13:03:00 c1 anna waiting=90000 …".to_owned()));
    let of_a_line = explained(&account, &only(window("13:04:30", 5), Dimension::Line, "-1"), "response.mean_ms");
    let waits = "open_wait 2: 13:04:00 c2 -1 waiting=30000 …, 13:03:00 c1 anna waiting=90000 …";
    assert!(excluded(&of_a_line).contains(&waits.to_owned()));
}

const PRESENCE: &str = "
12:50 - agent_status agent_id=anna status=online
13:04 - agent_status agent_id=anna status=away
13:01 c1 focused agent_id=anna
13:06 c1 unfocused agent_id=anna
13:07 - agent_status agent_id=anna status=online
13:08 c2 focused agent_id=anna
13:02 - agent_status agent_id=ben status=online";

#[test]
fn times_are_cut_at_the_frame_and_what_goes_on_says_so() {
    let account = account(PRESENCE, "13:09");
    let focus = explained(&account, &window("13:09", 9), "focus_ms");
    assert_eq!(rows(&focus), ["13:09:00 c2 anna visit=60000 +…", "13:06:00 c1 anna visit=300000 +"]);
    let online = explained(&account, &window("13:09", 9), "availability.share");
    assert_eq!(
        rows(&online),
        [
            "13:09:00 ? anna online=120000 +/…",
            "13:09:00 ? ben online=420000 +/…",
            "13:07:00 ? anna away=180000 /",
            "13:04:00 ? anna online=240000 +/",
        ]
    );
    assert_eq!((&online["numerator"], &online["denominator"]), (&780_000.into(), &960_000.into()));
}

#[test]
fn focus_while_online_is_the_part_of_a_visit_that_was_and_the_rest_stands_beside_it() {
    let account = account(PRESENCE, "13:09");
    let share = explained(&account, &only(window("13:09", 9), Dimension::Agent, "anna"), "utilisation.share");
    assert_eq!(
        rows(&share),
        [
            "13:09:00 ? anna online=120000 /…",
            "13:09:00 c2 anna visit=60000 +…",
            "13:06:00 c1 anna visit=180000 +",
            "13:04:00 ? anna online=240000 /",
        ]
    );
    assert_eq!(excluded(&share), ["not_online 1: 13:06:00 c1 anna visit=120000"]);
}

#[test]
fn a_visit_that_goes_on_is_there_where_what_its_conversation_is_about_is_asked_for() {
    let account = account(PRESENCE, "13:09");
    let focus = explained(&account, &only(window("13:09", 9), Dimension::Line, "-1"), "focus_ms");
    assert_eq!(rows(&focus), ["13:09:00 c2 anna visit=60000 +…", "13:06:00 c1 anna visit=300000 +"]);
}

#[test]
fn a_frame_before_now_ends_what_goes_on_at_its_end() {
    let account = account(PRESENCE, "13:12");
    let frame = Frame { from: Bucket::of(moment("13:00")), to: Bucket::of(moment("13:00")) };
    let focus = explained(&account, &Question::over(frame), "focus_ms");
    assert_eq!(rows(&focus), ["13:05:00 c1 anna visit=240000 +"]);
    let online = explained(&account, &Question::over(frame), "availability.online_ms");
    assert_eq!(rows(&online), ["13:05:00 ? ben online=180000 +…", "13:04:00 ? anna online=240000 +"]);
}

const PEOPLE: &str = "
13:00 c1 customer_message contact_id=kim
13:01 c1 agent_message agent_id=anna
13:02 c1 customer_message contact_id=kim
13:03 c1 agent_message agent_id=anna
13:04 c2 customer_message";

#[test]
fn whoever_wrote_is_counted_once_by_the_newest_message() {
    let account = account(PEOPLE, "13:05");
    let contacts = explained(&account, &window("13:05", 5), "unique_contacts");
    assert_eq!(rows(&contacts), ["13:02:00 c1 -1 customer_message +", "13:00:00 c1 -1 customer_message"]);
    assert_eq!(excluded(&contacts), ["no_contact 1: 13:04:00 c2 -1 customer_message"]);
    let agents = explained(&account, &window("13:05", 5), "active_agents");
    assert_eq!(rows(&agents), ["13:03:00 c1 anna agent_message +", "13:01:00 c1 anna agent_message"]);
}

#[test]
fn where_no_agent_may_be_named_none_is_and_the_rows_still_fold() {
    let account = account(&format!("policy agent_metrics=false\n{PEOPLE}"), "13:05");
    let agents = explained(&account, &window("13:05", 5), "active_agents");
    assert_eq!(rows(&agents), ["13:03:00 c1 ? agent_message +", "13:01:00 c1 ? agent_message"]);
    assert_eq!(agents["value"], 1);
    assert_eq!(super::fold(&agents, None), 1);
    let of_anna = explained(&account, &only(window("13:05", 5), Dimension::Agent, "anna"), "agent_messages");
    assert_eq!((rows(&of_anna), &of_anna["value"]), (vec![], &Value::Null));
}

#[test]
fn a_number_that_does_not_exist_in_a_question_has_no_value_and_no_rows() {
    let account = account(PRESENCE, "13:09");
    let of_a_skill = explained(&account, &only(window("13:09", 9), Dimension::Skill, "-1"), "utilisation.share");
    assert_eq!((rows(&of_a_skill), &of_a_skill["value"], excluded(&of_a_skill)), (vec![], &Value::Null, vec![]));
}

#[test]
fn the_versions_in_force_say_what_they_say_in_the_fields_that_touch_the_number() {
    let told = "
        policy from=12:00 response_target=1m visit_cap=10m
        policy from=13:02 response_target=2m frt_start=handed_off
        13:00 c1 customer_message
        13:03 c1 agent_message agent_id=anna";
    let account = account(told, "13:04");
    let within = explained(&account, &window("13:04", 4), "response_sla.within");
    let version = |from: &str, target: i64, start: &str| {
        let fields = serde_json::json!({"response_target_seconds": target, "frt_start": start});
        serde_json::json!({"effective_from": from, "fields": fields})
    };
    let expected = [
        version("2026-03-02T12:00:00.000Z", 60, "first_customer_message"),
        version("2026-03-02T13:02:00.000Z", 120, "handed_off"),
    ];
    assert_eq!(within["policy"], Value::from_iter(expected));
    let messages = explained(&account, &window("13:04", 4), "agent_messages");
    assert_eq!(messages["policy"], serde_json::json!([]), "nothing touches it");
}
