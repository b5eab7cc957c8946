//! The edges: limits that are just met and just missed, repeats, ties, and events that do not exist yet.

use super::story::{Story, day_ms, ms};
use super::{By, Counts, counts, live};
use serde_json::{Value, json};

#[test]
fn an_action_exactly_at_the_cap_continues_the_visit_and_one_later_does_not() {
    let tell = |clock: &str| {
        let story = Story::default().focus("13:00", "c", "ann").human(clock, "c", "ann").close("13:45", "c");
        story.hour("13:59")["handle"]["sum_ms"].clone()
    };
    assert_eq!(tell("13:30"), 45 * 60_000);
    assert_eq!(tell("13:30:00.001"), 30 * 60_000);
}

#[test]
fn a_visit_still_running_counts_up_to_now() {
    let story = Story::default().focus("13:00", "c", "ann");
    assert_eq!(story.hour("13:07")["focus_ms"], 7 * 60_000);
    assert_eq!(story.hour("13:50")["focus_ms"], 30 * 60_000);
}

#[test]
fn a_visit_to_a_closed_conversation_belongs_to_its_next_close() {
    let story = Story::default().close("13:00", "c").focus("13:01", "c", "ann").close("13:02", "c");
    let story = story.on("13:03", "c", "reopened", json!({})).close("13:04", "c");
    let metrics = story.hour("13:29");
    assert_eq!((&metrics["closed"], &metrics["handle"]["sum_ms"]), (&json!(2), &json!(180_000)));
}

#[test]
fn handle_requires_a_reply_only_where_the_policy_says_so() {
    let story = Story::under(json!({"handle_requires_reply": true}));
    let story = story.focus("13:00", "c", "ann").focus("13:01", "c", "bob").human("13:02", "c", "bob");
    assert_eq!(story.close("13:05", "c").hour("13:29")["handle"]["sum_ms"], 240_000);
}

#[test]
fn an_event_after_now_does_not_exist() {
    let story = Story::default().customer("13:00", "c").close("13:10", "c").customer("13:20:00.001", "c");
    let metrics = story.hour("13:20");
    assert_eq!((&metrics["resolved"], &metrics["customer_messages"]), (&json!(1), &json!(1)));
    assert_eq!(story.hour("13:21")["resolved"], 0);
}

#[test]
fn a_wait_is_overdue_one_millisecond_after_its_target_until_a_response_replaces_it() {
    let story = Story::under(json!({"response_target_seconds": 60})).customer("13:00", "c");
    let sla = |story: &Story, clock: &str| story.hour(clock)["response_sla"].clone();
    assert_eq!(sla(&story, "13:01")["count"], 0);
    assert_eq!(sla(&story, "13:01:00.001"), json!({"within": 0, "count": 1, "share": 0.0}));
    let closed = |clock: &str| sla(&story.clone().close(clock, "c"), "13:29")["count"].clone();
    assert_eq!((closed("13:01"), closed("13:01:00.001")), (json!(0), json!(1)));
    let answered = |clock: &str| sla(&story.clone().human(clock, "c", "ann"), "13:29");
    assert_eq!(answered("13:01")["within"], 1);
    assert_eq!(answered("13:05"), json!({"within": 0, "count": 1, "share": 0.0}));
}

#[test]
fn overdue_goes_to_the_assignee_before_the_events_of_its_millisecond() {
    let story = Story::under(json!({"response_target_seconds": 60})).customer("13:00", "c");
    let story = story.on("13:00:30", "c", "assigned", json!({"agent_id": "ann"}));
    let story = story.on("13:01:00.001", "c", "assigned", json!({"agent_id": "bob"}));
    let rows = story.ask(ms("13:29"), 60, By::Agent);
    let overdue = |row: &&Value| row["metrics"]["response_sla"]["count"] == 1;
    assert_eq!(rows.as_array().unwrap().iter().find(overdue).unwrap()["agent_id"], "ann");
}

#[test]
fn a_conversation_counts_once_for_its_first_response_even_when_two_waits_were_overdue() {
    let story = Story::under(json!({"first_response_target_seconds": 60})).customer("13:00", "c").close("13:02", "c");
    let story = story.customer("13:10", "c").close("13:15", "c");
    assert_eq!(story.hour("13:29")["first_response_sla"]["count"], 1);
    let story = story.customer("13:20", "c").human("13:20:30", "c", "ann");
    assert_eq!(story.hour("13:29")["first_response_sla"], json!({"within": 1, "count": 1, "share": 1.0}));
}

#[test]
fn a_resolution_is_overdue_from_its_reopening_until_any_close() {
    let story = Story::under(json!({"resolution_target_seconds": 60})).customer("13:00", "c");
    let story = story.on("13:00:30", "c", "closed", json!({"outcome": "spam"}));
    assert_eq!(story.hour("13:29")["resolution_sla"]["count"], 0);
    let story = story.on("13:20", "c", "reopened", json!({}));
    assert_eq!(story.ask(ms("13:29"), 4, By::Account), json!([]));
    assert_eq!(story.ask(ms("13:29"), 9, By::Account)[0]["metrics"]["resolution_sla"]["count"], 1);
    let closed = story.on("13:25", "c", "closed", json!({"outcome": "abandoned"}));
    assert_eq!(closed.hour("13:29")["resolution_sla"]["count"], 0);
}

#[test]
fn a_silence_of_more_than_seven_days_begins_a_new_conversation() {
    let tell = |second_ms: i64| {
        let start = json!({"origin": "inbound"});
        let story = Story::default().on("13:00", "c", "conversation_started", start.clone());
        story.event(second_ms, "c", "conversation_started", start).day(second_ms)["conversations_started"].clone()
    };
    assert_eq!(tell(day_ms(7, "13:00:00.001")), 1);
    assert_eq!(tell(day_ms(7, "13:00")), Value::Null);
}

#[test]
fn a_life_ended_by_silence_leaves_the_live_state() {
    let story = Story::default().customer("13:00", "c").status("13:00", "ann", "away");
    let state = |now_ms: i64| live(&story.inputs, &story.policies, now_ms)[0].clone();
    let (last, gone) = (state(day_ms(7, "13:00")), state(day_ms(7, "13:00:00.001")));
    assert_eq!((&last["open"], &last["agents_away"]), (&json!(1), &json!(1)));
    assert_eq!((&gone["open"], &gone["agents_away"]), (&json!(0), &json!(0)));
}

#[test]
fn repeats_conflicts_and_bad_lines_are_counted_and_change_nothing() {
    let message = |clock: &str| {
        json!({"event_id": "e1", "account_id": "a", "conversation_id": "c",
        "occurred_at": ms(clock), "type": "customer_message", "characters": 1})
    };
    let record = |clock: &str, kind: &str| {
        json!({"account_id": "a", "conversation_id": "c", "type": kind,
        "occurred_at": ms("13:00"), "recorded_at": ms(clock), "characters": 1})
    };
    let story = Story::default().line(message("13:01")).line(message("13:00")).line(message("13:00"));
    let story = story.line(record("12:00", "customer_message")).line(record("11:59:59.999", "customer_message"));
    let story = story.line(record("12:00", "whatever")).line(json!({"type": "closed"})).line(json!([1]));
    let expected = Counts { late: 0, unknown: 1, rejected: 3, duplicate: 1, conflicting: 1 };
    assert_eq!(counts(&story.inputs, ms("13:29")), expected);
    assert_eq!(story.hour("13:29")["customer_messages"], 2);
}

#[test]
fn an_event_is_late_when_its_record_is_more_than_a_day_younger() {
    let tell = |recorded_ms: i64| {
        let fields = json!({"recorded_at": recorded_ms, "characters": 1});
        counts(&Story::default().on("13:00", "c", "customer_message", fields).inputs, ms("13:29")).late
    };
    assert_eq!((tell(day_ms(1, "13:00")), tell(day_ms(1, "13:00:00.001"))), (0, 1));
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
fn an_answer_before_its_survey_belongs_to_the_unsent_one() {
    let answer = json!({"survey_id": "s", "score": 5});
    let story = Story::default().on("13:00", "c", "survey_answered", answer.clone());
    let story = story.on("13:01", "c", "survey_sent", json!({"survey_id": "s"}));
    let csat = story.hour("13:29")["csat"].clone();
    assert_eq!((&csat["total"], &csat["sent"], &csat["sent_answered"]), (&json!(1), &json!(1), &json!(0)));
    let csat = story.on("13:02", "c", "survey_answered", answer).hour("13:29")["csat"].clone();
    assert_eq!((&csat["total"], &csat["sent_answered"]), (&json!(2), &json!(1)));
}

#[test]
fn agents_vanish_as_scopes_but_not_as_a_count() {
    let tell = |policy: Value| Story::under(policy).human("13:00", "c", "ann");
    let hidden = tell(json!({"agent_metrics": false}));
    assert_eq!(hidden.ask(ms("13:29"), 60, By::Agent), json!([]));
    assert_eq!(hidden.hour("13:29")["active_agents"], 1);
    let ids = |by: By| tell(json!({})).ask(ms("13:29"), 60, by)[0].clone();
    assert_eq!((&ids(By::AgentSkill)["skill_id"], &ids(By::AgentSkill)["agent_id"]), (&json!("-1"), &json!("ann")));
}

#[test]
fn few_samples_are_marked_thin() {
    let metrics = Story::under(json!({"minimum_n": 2})).customer("13:00", "c").human("13:01", "c", "ann").hour("13:29");
    assert_eq!((&metrics["response"]["thin"], &metrics["csat"]["thin"]), (&json!(true), &json!(true)));
    let metrics = Story::default().customer("13:00", "c").hour("13:29");
    assert!(metrics["response"].get("thin").is_none());
}

#[test]
fn the_order_of_the_lines_does_not_matter() {
    let named = |story: Story, id: &str, clock: &str, kind: &str| {
        story.on(clock, "c", kind, json!({"event_id": id, "agent_id": "ann", "characters": 1, "score": 3}))
    };
    let story = named(Story::default(), "1", "13:00", "customer_message");
    let story = named(named(story, "2", "13:00", "focused"), "3", "13:00", "agent_message");
    let story = named(named(story, "4", "13:00", "closed"), "5", "13:02", "survey_answered");
    let story = named(named(story, "6", "13:03", "reopened"), "7", "13:04", "closed");
    let expected = story.ask(ms("13:29"), 60, By::AgentSkill);
    for turn in 0..story.inputs.len() {
        let mut turned = story.clone();
        turned.inputs.rotate_left(turn);
        turned.inputs.swap(0, 3);
        assert_eq!(turned.ask(ms("13:29"), 60, By::AgentSkill), expected);
    }
}
