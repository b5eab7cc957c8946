//! Surveys: which one an event belongs to, when an answer is a change, and which are refused.

use super::By;
use super::story::{Story, ms};
use serde_json::{Value, json};

/// One event of conversation `c` about the survey of an id; an empty one names none.
fn survey(story: Story, clock: &str, kind: &str, id: &str, mut fields: Value) -> Story {
    fields["survey_id"] = json!(id);
    story.on(clock, "c", kind, fields)
}

fn sent(story: Story, clock: &str, id: &str) -> Story {
    survey(story, clock, "survey_sent", id, json!({}))
}

fn answered(story: Story, clock: &str, id: &str, score: i32) -> Story {
    survey(story, clock, "survey_answered", id, json!({"score": score}))
}

fn csat(story: &Story) -> Value {
    story.day(ms("13:29"))["csat"].clone()
}

#[test]
fn answers_are_refused_for_the_first_reason_that_holds() {
    let policy = json!({"rate_within_hours": 1, "change_within_hours": 1});
    let story = Story::under(policy).close("10:00", "c").on("10:00", "c", "survey_sent", json!({}));
    let story = story.answer("10:30", "c", 6).answer("11:00", "c", 4).answer("11:00:01", "c", 5);
    let story = story.on("11:00:02", "c", "survey_commented", json!({"comment": "x"})).answer("11:30", "c", 1);
    let csat = story.day(ms("13:29"))["csat"].clone();
    assert_eq!(csat["refused"], json!({"invalid_score": 1, "change_window": 1, "comment_frozen": 1}));
    assert_eq!(csat["answers"], json!([0, 0, 0, 1, 0]));
    let late = Story::under(json!({"rate_within_hours": 1})).close("10:00", "c").answer("11:00:00.001", "c", 4);
    assert_eq!(late.day(ms("13:29"))["csat"]["refused"], json!({"rating_window": 1}));
}

#[test]
fn an_id_names_its_survey_even_before_it_was_sent() {
    let story = sent(answered(Story::default(), "13:00", "s", 5), "13:01", "s");
    let csat_of = |story: &Story| {
        let csat = csat(story);
        (csat["answers"].clone(), csat["sent"].clone(), csat["sent_answered"].clone())
    };
    assert_eq!(csat_of(&story), (json!([0, 0, 0, 0, 1]), json!(1), json!(1)));
    let changed = answered(story.clone(), "13:02", "s", 4);
    assert_eq!(csat_of(&changed), (json!([0, 0, 0, 1, 0]), json!(1), json!(1)));
    let other = answered(story, "13:02", "t", 4);
    assert_eq!(csat_of(&other), (json!([0, 0, 0, 1, 1]), json!(1), json!(1)));
}

#[test]
fn without_an_id_it_is_the_survey_sent_last_before() {
    let story = sent(sent(Story::default(), "13:00", "s"), "13:01", "");
    let story = answered(answered(story, "13:02", "", 5), "13:03", "s", 4);
    assert_eq!(csat(&story)["sent_answered"], 2);
    let again = sent(sent(sent(Story::default(), "13:00", "s"), "13:01", "t"), "13:02", "s");
    let again = answered(answered(again, "13:03", "", 1), "13:04", "s", 2);
    assert_eq!((&csat(&again)["sent"], &csat(&again)["answers"]), (&json!(2), &json!([0, 1, 0, 0, 0])));
    let before = sent(answered(answered(Story::default(), "13:00", "", 5), "13:01", "", 4), "13:02", "");
    assert_eq!((&csat(&before)["answers"], &csat(&before)["sent_answered"]), (&json!([0, 0, 0, 1, 0]), &json!(0)));
}

#[test]
fn the_same_score_again_is_no_change_but_its_comment_counts() {
    let story = Story::under(json!({"change_within_hours": 1})).close("10:00", "c").answer("10:01", "c", 5);
    let again = story.clone().answer("13:10", "c", 5);
    assert_eq!(again.hour("13:29"), Value::Null);
    let commented = survey(story, "10:02", "survey_answered", "", json!({"score": 5, "comment": "thanks"}));
    assert_eq!(csat(&commented.answer("10:03", "c", 4))["refused"], json!({"comment_frozen": 1}));
}

#[test]
fn a_limit_with_nothing_to_run_from_refuses() {
    let rated = |story: Story| csat(&story.answer("13:10", "c", 5))["refused"].clone();
    let limited = || Story::under(json!({"rate_within_hours": 1}));
    assert_eq!(rated(limited().customer("13:09", "c")), json!({"rating_window": 1}));
    assert_eq!(rated(sent(limited(), "13:09", "s")), json!({}));
    assert_eq!(rated(limited().close("13:09", "c")), json!({}));
    let sent_later = sent(answered(limited(), "13:10", "s", 5), "13:11", "s");
    assert_eq!(csat(&sent_later)["refused"], json!({"rating_window": 1}));
}

#[test]
fn the_limit_runs_from_the_last_close_reopened_or_not() {
    let story =
        Story::under(json!({"rate_within_hours": 1})).close("10:00", "c").on("10:01", "c", "reopened", json!({}));
    let rated = |clock: &str| csat(&story.clone().answer(clock, "c", 5))["total"].clone();
    assert_eq!((rated("10:59:59.999"), rated("11:00"), rated("11:00:00.001")), (json!(1), json!(1), json!(0)));
}

#[test]
fn credit_is_settled_at_the_sending_or_at_an_earlier_answer() {
    let credited = |story: Story| {
        let rows = story.ask(ms("13:29"), 60, By::AgentSkill);
        let row = rows.as_array().unwrap().iter().find(|row| row["metrics"]["csat"]["total"] == 1).unwrap().clone();
        assert_eq!(row["metrics"]["csat"]["sent_answered"], 1);
        format!("{}/{}", row["skill_id"].as_str().unwrap(), row["agent_id"].as_str().unwrap())
    };
    let of = |agent: &str, skill: &str| json!({"agent_id": agent, "skill_id": skill, "score": 5});
    let send = |story: Story, clock: &str| survey(story, clock, "survey_sent", "s", of("ann", "one"));
    let answer = |story: Story, clock: &str| survey(story, clock, "survey_answered", "s", of("bob", "two"));
    assert_eq!(credited(answer(send(Story::default(), "13:00"), "13:01")), "one/ann");
    assert_eq!(credited(send(answer(Story::default(), "13:00"), "13:01")), "two/bob");
}

#[test]
fn the_first_responder_is_whoever_first_ended_a_wait_even_after_a_proactive_message() {
    let story =
        Story::under(json!({"csat_credit": "first_responder"})).human("13:00", "c", "ann").customer("13:01", "c");
    let story = story.human("13:02", "c", "bob").human("13:03", "c", "cat").answer("13:04", "c", 5);
    let rows = story.ask(ms("13:29"), 60, By::Agent);
    let row = rows.as_array().unwrap().iter().find(|row| row["metrics"]["csat"]["total"] == 1).unwrap();
    assert_eq!(row["agent_id"], "bob");
}
