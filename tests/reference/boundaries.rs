//! The edges: limits that are just met and just missed, repeats, ties, and events that do not exist yet.

use super::story::{Story, day_ms, ms};
use super::{By, Counts, counts, live, with_silences};
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
fn a_visit_ends_with_its_life_whatever_its_cap() {
    let story = Story::under(json!({"visit_cap_seconds": 40 * 86_400})).focus("13:00", "c", "ann");
    let focus =
        |story: &Story, day: i64| story.ask(day_ms(day, "13:29"), 60, By::Account)[0]["metrics"]["focus_ms"].clone();
    assert_eq!((focus(&story, 30), focus(&story, 31)), (json!(64 * 60_000), json!(35 * 60_000)));
    let closed = Story { inputs: Story::default().close("12:00", "c").focus("13:00", "c", "ann").inputs, ..story };
    assert_eq!((focus(&closed, 6), focus(&closed, 7)), (json!(64 * 60_000), json!(35 * 60_000)));
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
fn a_resolution_is_overdue_at_its_opening_if_that_is_later() {
    let story = Story::under(json!({"resolution_target_seconds": 60})).answer("13:00", "c", 5);
    let story = story.on("13:10", "c", "assigned", json!({"agent_id": "ann"}));
    assert_eq!(story.hour("13:09:59.999")["resolution_sla"]["count"], 0);
    assert_eq!(story.hour("13:10")["resolution_sla"]["count"], 1);
    let rows = story.ask(ms("13:29"), 60, By::Agent);
    assert_eq!(rows[0]["agent_id"], "-1");
    assert_eq!(rows[0]["metrics"]["resolution_sla"]["count"], 1);
}

#[test]
fn a_reopening_that_is_overdue_at_once_is_credited_as_before_its_millisecond() {
    let story = Story::under(json!({"resolution_target_seconds": 60})).customer("13:00", "c");
    let story = story.on("13:01", "c", "assigned", json!({"agent_id": "ann"})).close("13:02", "c");
    let story = story.on("13:10", "c", "assigned", json!({"agent_id": "bob"})).on("13:10", "c", "reopened", json!({}));
    let rows = story.ask(ms("13:29"), 60, By::Agent);
    let overdue = |row: &&Value| row["metrics"]["resolution_sla"]["count"] == 1;
    assert_eq!(rows.as_array().unwrap().iter().find(overdue).unwrap()["agent_id"], "ann");
}

#[test]
fn under_count_each_the_resolution_clock_runs_from_the_reopening() {
    let story = Story::under(json!({"resolution_target_seconds": 60, "reopen": "count_each"})).customer("13:00", "c");
    let story = story.close("13:02", "c").on("13:10", "c", "reopened", json!({}));
    let sla = |story: &Story, clock: &str| story.hour(clock)["resolution_sla"]["count"].clone();
    assert_eq!((sla(&story, "13:11"), sla(&story, "13:11:00.001")), (json!(1), json!(2)));
    let metrics = story.close("13:10:30", "c").hour("13:29");
    assert_eq!((&metrics["resolution"]["sum_ms"], &metrics["resolution"]["count"]), (&json!(150_000), &json!(2)));
    assert_eq!(metrics["resolution_sla"], json!({"within": 1, "count": 2, "share": 0.5}));
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

/// How many conversations start at a moment in `c`, whose life began with the events of the story.
fn starts_at(story: &Story, second_ms: i64) -> Value {
    let story = story.clone().event(second_ms, "c", "conversation_started", json!({}));
    let day = story.day(second_ms);
    day.get("conversations_started").cloned().unwrap_or(json!(0))
}

#[test]
fn a_silence_of_more_than_31_days_ends_an_open_life() {
    let story = Story::default().on("13:00", "c", "conversation_started", json!({}));
    assert_eq!(starts_at(&story, day_ms(31, "12:59:59.999")), 0);
    assert_eq!(starts_at(&story, day_ms(31, "13:00")), 0);
    assert_eq!(starts_at(&story, day_ms(31, "13:00:00.001")), 1);
}

#[test]
fn a_silence_of_more_than_seven_days_ends_a_closed_life() {
    let story = Story::default().on("12:00", "c", "conversation_started", json!({})).close("13:00", "c");
    assert_eq!(starts_at(&story, day_ms(7, "13:00")), 0);
    assert_eq!(starts_at(&story, day_ms(7, "13:00:00.001")), 1);
    let reopened = story.on("13:00", "c", "reopened", json!({}));
    assert_eq!(starts_at(&reopened, day_ms(31, "13:00")), 0);
    assert_eq!(starts_at(&reopened, day_ms(31, "13:00:00.001")), 1);
}

#[test]
fn what_opens_nothing_is_silent_as_a_closed_conversation_is() {
    let bot = json!({"agent_id": "bot", "characters": 1, "automated": true});
    let human = json!({"agent_id": "ann", "characters": 1});
    let kinds = [
        (7, "survey_sent", json!({})),
        (7, "survey_answered", json!({"score": 5})),
        (7, "topic_tagged", json!({"topic": "billing"})),
        (7, "participant_joined", json!({"contact_id": "x"})),
        (7, "unfocused", json!({"agent_id": "ann"})),
        (7, "agent_message", bot),
        (7, "customer_message", json!({"characters": 1, "automated": true})),
        (7, "closed", json!({})),
        (31, "agent_message", human),
        (31, "customer_message", json!({"characters": 1})),
        (31, "conversation_started", json!({})),
        (31, "assigned", json!({})),
        (31, "handed_off", json!({})),
        (31, "focused", json!({"agent_id": "ann"})),
        (31, "snoozed", json!({})),
        (31, "reopened", json!({})),
    ];
    for (days, kind, mut fields) in kinds {
        fields["event_id"] = json!("e");
        let story = Story::default().on("13:00", "c", kind, fields);
        assert!(!is_forgotten(&story, day_ms(days, "13:00")), "{kind}");
        assert!(is_forgotten(&story, day_ms(days, "13:00:00.001")), "{kind}");
        let open = live(&story.inputs, &story.policies, ms("13:01"))[0]["open"].clone();
        assert_eq!(open, u32::from(days == 31), "{kind}");
    }
}

#[test]
fn a_repeat_breaks_the_silence_as_any_event_does() {
    let tag = || json!({"event_id": "e", "topic": "t"});
    let story = Story::default().on("13:00", "c", "topic_tagged", tag());
    let story = story.event(day_ms(5, "13:00"), "c", "topic_tagged", tag());
    let story = story.event(day_ms(10, "13:00"), "c", "topic_tagged", tag());
    assert!(!is_forgotten(&story, day_ms(17, "13:00")));
    assert!(is_forgotten(&story, day_ms(17, "13:00:00.001")));
}

/// Whether the identity `e` is a new one at this moment.
fn is_forgotten(story: &Story, at_ms: i64) -> bool {
    let again = story.clone().event(at_ms, "c", "topic_tagged", json!({"event_id": "e", "topic": "t"}));
    counts(&again.inputs, i64::MAX).conflicting == counts(&story.inputs, i64::MAX).conflicting
}

#[test]
fn other_silences_may_be_set_for_closed_and_open_lives() {
    let open = Story::default().on("12:00", "c", "conversation_started", json!({}));
    let closed = open.clone().close("12:00", "c");
    let at = |story: &Story, clock: &str| with_silences(3_600_000, 7_200_000, || starts_at(story, ms(clock)));
    // Started once before in the day that is asked about.
    assert_eq!((at(&closed, "13:00"), at(&closed, "13:00:00.001")), (json!(1), json!(2)));
    assert_eq!((at(&open, "14:00"), at(&open, "14:00:00.001")), (json!(1), json!(2)));
}

#[test]
fn a_life_ended_by_silence_leaves_the_live_state() {
    let story = Story::default().customer("13:00", "c");
    let state = |now_ms: i64| live(&story.inputs, &story.policies, now_ms)[0].clone();
    let (last, gone) = (state(day_ms(31, "13:00")), state(day_ms(31, "13:00:00.001")));
    assert_eq!((&last["open"], &last["waiting"]), (&json!(1), &json!(1)));
    assert_eq!((&gone["open"], &gone["waiting"], &gone["unassigned"]), (&json!(0), &json!(0), &json!(0)));
}

#[test]
fn a_life_ended_by_silence_becomes_overdue_for_nothing() {
    let overdue = |seconds: i64| {
        let story = Story::under(json!({"response_target_seconds": seconds, "resolution_target_seconds": seconds}));
        let day = story.customer("13:00", "c").day(day_ms(31, "13:10"));
        (day["response_sla"]["count"].clone(), day["resolution_sla"]["count"].clone())
    };
    let silence_seconds = 31 * 86_400;
    assert_eq!(overdue(silence_seconds - 1), (json!(1), json!(1)));
    assert_eq!(overdue(silence_seconds), (Value::Null, Value::Null));
}

#[test]
fn a_status_holds_for_its_cap_up_to_and_including_that_moment() {
    let online = |policy: Value, now_ms: i64| {
        let story = Story::under(policy).status("13:00", "ann", "online");
        live(&story.inputs, &story.policies, now_ms)[0]["agents_online"].clone()
    };
    assert_eq!(online(json!({}), day_ms(1, "13:00")), 1);
    assert_eq!(online(json!({}), day_ms(1, "13:00:00.001")), 0);
    let minute = || json!({"status_cap_seconds": 60});
    assert_eq!((online(minute(), ms("13:01")), online(minute(), ms("13:01:00.001"))), (json!(1), json!(0)));
    let story = Story::under(minute()).status("13:00", "ann", "online");
    assert_eq!(story.hour("13:29")["availability"]["online_ms"], 60_000);
}

#[test]
fn repeats_of_a_status_are_looked_for_within_31_days_of_the_one_that_stands() {
    let again = |at_ms: i64| {
        let status = json!({"event_id": "e", "agent_id": "ann", "status": "online"});
        let story = Story::default().on("13:00", "c", "agent_status", status.clone());
        counts(&story.event(at_ms, "c", "agent_status", status).inputs, i64::MAX).conflicting
    };
    assert_eq!((again(day_ms(31, "13:00")), again(day_ms(31, "13:00:00.001"))), (1, 0));
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
