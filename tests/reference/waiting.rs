//! When a wait counts under `handed_off`, and what that does to times, SLAs and the live state alike.

use super::live;
use super::story::{Story, ms};
use serde_json::{Value, json};

fn handed_off(target_seconds: i64) -> Story {
    let targets = json!({"first_response_target_seconds": target_seconds, "response_target_seconds": target_seconds,
        "frt_start": "handed_off"});
    Story::under(targets)
}

fn bot(story: Story, clock: &str) -> Story {
    story.on(clock, "c", "agent_message", json!({"agent_id": "bot", "characters": 1, "automated": true}))
}

fn hand_off(story: Story, clock: &str) -> Story {
    story.on(clock, "c", "handed_off", json!({}))
}

/// Since when somebody waits, as a clock.
fn since(story: &Story, clock: &str) -> String {
    let since = &live(&story.inputs, &story.policies, ms(clock))[0]["longest_waiting"][0]["since"];
    since.as_str().map_or("nobody".to_owned(), |since| since[11..19].to_owned())
}

/// How many are overdue or answered, for the first response and for any.
fn slas(story: &Story, clock: &str) -> (Value, Value) {
    let metrics = story.hour(clock);
    (metrics["first_response_sla"]["count"].clone(), metrics["response_sla"]["count"].clone())
}

fn both(n: u32) -> (Value, Value) {
    (json!(n), json!(n))
}

#[test]
fn what_no_bot_touches_counts_from_its_beginning() {
    let story = handed_off(60).customer("13:00", "c");
    assert_eq!(since(&story, "13:10"), "13:00:00");
    assert_eq!((slas(&story, "13:01"), slas(&story, "13:01:00.001")), (both(0), both(1)));
}

#[test]
fn a_bots_first_message_stops_a_wait_that_counted() {
    let story = bot(handed_off(60).customer("13:00", "c"), "13:00:05");
    assert_eq!(since(&story, "13:00:05"), "nobody");
    assert_eq!(slas(&story, "13:29"), both(0));
    let story = hand_off(story, "13:10");
    assert_eq!(since(&story, "13:10"), "13:10:00");
    assert_eq!((slas(&story, "13:11"), slas(&story, "13:11:00.001")), (both(0), both(1)));
    let metrics = story.human("13:12", "c", "ann").hour("13:29");
    assert_eq!(
        (&metrics["response"]["sum_ms"], &metrics["first_response"]["sum_ms"]),
        (&json!(120_000), &json!(120_000))
    );
}

#[test]
fn a_bot_that_wrote_before_the_customer_keeps_the_wait_from_counting() {
    let story = bot(handed_off(60), "12:59").customer("13:00", "c");
    assert_eq!((since(&story, "13:10"), slas(&story, "13:10")), ("nobody".to_owned(), both(0)));
}

#[test]
fn a_wait_past_its_target_counts_on_whatever_a_bot_or_a_hand_off_does() {
    let story = handed_off(60).customer("13:00", "c");
    let turned = |clock: &str| {
        let story = hand_off(bot(story.clone(), clock), "13:10");
        let metrics = story.clone().human("13:10:30", "c", "ann").hour("13:29");
        (since(&story, "13:20"), metrics["response"]["sum_ms"].clone(), metrics["response_sla"]["within"].clone())
    };
    // It is overdue before the events of that millisecond.
    assert_eq!(turned("13:01"), ("13:10:00".to_owned(), json!(30_000), json!(1)));
    assert_eq!(turned("13:01:00.001"), ("13:00:00".to_owned(), json!(630_000), json!(0)));
}

#[test]
fn one_target_passed_makes_a_wait_count_on_for_all_of_them() {
    let policy = |first: i64, any: i64| {
        let targets =
            json!({"first_response_target_seconds": first, "response_target_seconds": any, "frt_start": "handed_off"});
        bot(Story::under(targets).customer("13:00", "c"), "13:02")
    };
    assert_eq!(slas(&policy(60, 600), "13:20"), both(1));
    assert_eq!(slas(&policy(600, 60), "13:20"), both(1));
    assert_eq!(slas(&policy(600, 600), "13:20"), both(0));
}

#[test]
fn the_first_responses_target_is_none_where_there_can_be_no_first_response() {
    let targets = json!({"first_response_target_seconds": 60, "frt_start": "handed_off"});
    let story = Story::under(targets).human("12:00", "c", "ann").customer("13:00", "c");
    let story = hand_off(story, "13:05");
    assert_eq!(since(&story, "13:10"), "13:05:00");
}

#[test]
fn a_conversation_with_humans_counts_from_its_beginning_whatever_a_bot_wrote() {
    let told = |story: Story| since(&bot(bot(story, "12:59:59").customer("13:00", "c"), "13:00:01"), "13:00:30");
    assert_eq!(told(handed_off(60)), "nobody");
    assert_eq!(told(hand_off(handed_off(60), "12:00")), "13:00:00");
    assert_eq!(told(handed_off(60).human("12:00", "c", "ann")), "13:00:00");
}

#[test]
fn a_hand_off_in_the_wait_goes_before_one_that_was_before_it() {
    let story = hand_off(hand_off(handed_off(600), "12:59").customer("13:00", "c"), "13:02");
    assert_eq!(since(&story, "13:05"), "13:02:00");
    assert_eq!((slas(&story, "13:12"), slas(&story, "13:12:00.001")), (both(0), both(1)));
}

#[test]
fn a_human_who_ends_a_wait_that_does_not_count_took_the_whole_of_it() {
    let metrics = bot(handed_off(60).customer("13:00", "c"), "13:00:05").human("13:02", "c", "ann").hour("13:29");
    assert_eq!(metrics["first_response"]["sum_ms"], 120_000);
    assert_eq!(metrics["first_response_sla"], json!({"within": 0, "count": 1, "share": 0.0}));
}

#[test]
fn the_version_in_force_when_the_wait_began_says_from_when_it_counts() {
    let since_under = |from: &str| {
        let version = json!({"effective_from": ms(from), "frt_start": "handed_off"});
        let mut story = hand_off(Story::default().customer("13:00", "c"), "13:05");
        story.policies = json!({"policies": [{"account_id": "a", "versions": [version]}]});
        since(&story, "13:10")
    };
    assert_eq!((since_under("13:00"), since_under("13:00:00.001")), ("13:05:00".to_owned(), "13:00:00".to_owned()));
}

#[test]
fn a_machine_that_writes_for_the_customer_has_no_effect_but_its_count() {
    let machine = |story: Story, clock: &str| {
        story.on(clock, "c", "customer_message", json!({"characters": 1, "automated": true, "contact_id": "x"}))
    };
    let story =
        machine(handed_off(60).customer("13:00", "c").human("13:00:10", "c", "ann").close("13:01", "c"), "13:02");
    let metrics = story.hour("13:29");
    assert_eq!(
        (&metrics["reopened"], &metrics["automated_messages"], &metrics["customer_messages"]),
        (&json!(0), &json!(1), &json!(1))
    );
    assert_eq!((&metrics["unique_contacts"], &metrics["resolved"]), (&json!(0), &json!(1)));
    assert_eq!(live(&story.inputs, &story.policies, ms("13:29"))[0]["open"], 0);
    let snoozed = machine(Story::default().on("13:00", "c", "snoozed", json!({})), "13:01");
    assert_eq!(live(&snoozed.inputs, &snoozed.policies, ms("13:29"))[0]["snoozed"], 1);
    assert_eq!(slas(&machine(handed_off(60), "13:00"), "13:10"), both(0));
}
