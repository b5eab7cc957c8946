//! The examples of the contract itself, and one plain story for every paragraph of SPEC §3.

use super::numbers::wilson;
use super::story::{Story, ms};
use super::time::{BUCKET_MS, Window, floor5};
use super::{By, live, rating_requests};
use serde_json::{Value, json};

#[test]
fn two_positive_answers_of_five_are_forty_percent() {
    let scores = [1, 2, 3, 4, 5].into_iter().enumerate();
    let story = scores.fold(Story::default(), |story, (i, score)| story.answer("13:10", &format!("c{i}"), score));
    let csat = &story.hour("13:29")["csat"];
    assert_eq!(csat["answers"], json!([1, 1, 1, 1, 1]));
    assert_eq!((&csat["total"], &csat["positive"]), (&json!(5), &json!(2)));
    assert_eq!((&csat["score"], &csat["average"]), (&json!(0.4), &json!(3.0)));
    let (low, high) = (csat["interval"][0].as_f64().unwrap(), csat["interval"][1].as_f64().unwrap());
    assert!((low - 0.117_620_77).abs() < 1e-6 && (high - 0.769_276_35).abs() < 1e-6, "{low} {high}");
}

#[test]
fn at_1329_seven_minutes_cover_1320_to_1329() {
    let window = Window::last(7, ms("13:29"));
    assert_eq!((window.from_ms, window.last_ms), (ms("13:20"), ms("13:29")));
    let clocks = ["13:19:59.999", "13:20", "13:29", "13:29:00.001"];
    let story = clocks.iter().enumerate().fold(Story::default(), |s, (i, clock)| s.customer(clock, &format!("c{i}")));
    assert_eq!(story.ask(ms("13:29"), 7, By::Account)[0]["metrics"]["customer_messages"], 2);
}

#[test]
fn a_day_off_a_boundary_touches_289_buckets() {
    let touched = |now_ms: i64| (floor5(now_ms + BUCKET_MS - 1) - Window::last(1440, now_ms).from_ms) / BUCKET_MS;
    assert_eq!(touched(ms("13:29")), 289);
    assert_eq!(touched(ms("13:30")), 288);
}

#[test]
fn handle_time_is_the_sum_of_two_visits_with_another_conversation_between() {
    let story = Story::default()
        .focus("13:00", "c", "ann")
        .focus("13:04", "other", "ann")
        .focus("13:06", "c", "ann")
        .close("13:09", "c");
    let metrics = story.hour("13:29");
    assert_eq!((&metrics["handle"]["count"], &metrics["handle"]["sum_ms"]), (&json!(1), &json!(420_000)));
    assert_eq!(metrics["focus_ms"], 540_000);
}

#[test]
fn a_focus_elsewhere_in_the_same_agents_day_does_not_count_for_another_agent() {
    let story = Story::default()
        .on("12:59", "c", "assigned", json!({"skill_id": "s"}))
        .focus("13:00", "c", "ann")
        .on("13:01", "c", "assigned", json!({"skill_id": "t"}))
        .focus("13:02", "c", "bob")
        .close("13:10", "c");
    let handle = |by: By| -> Vec<(Value, Value)> {
        let rows = story.ask(ms("13:29"), 60, by);
        let rows = rows.as_array().unwrap().iter();
        rows.map(|row| (row["metrics"]["handle"]["count"].clone(), row["metrics"]["handle"]["sum_ms"].clone()))
            .collect()
    };
    assert_eq!(handle(By::Account), [(json!(1), json!(1_080_000))]);
    assert_eq!(handle(By::Skill), [(json!(1), json!(600_000)), (json!(1), json!(480_000))]);
    assert_eq!(handle(By::Agent), [(json!(0), json!(0)), (json!(1), json!(600_000)), (json!(1), json!(480_000))]);
}

#[test]
fn four_surveys_sent_and_two_answered_are_a_response_rate_of_one_half() {
    let story = (0..4).fold(Story::default(), |story, i| story.on("13:00", &format!("c{i}"), "survey_sent", json!({})));
    let story = story.answer("13:05", "c0", 5).answer("13:06", "c1", 1).answer("13:07", "c1", 4);
    let csat = &story.hour("13:29")["csat"];
    assert_eq!((&csat["sent"], &csat["sent_answered"]), (&json!(4), &json!(2)));
    assert_eq!((&csat["response_rate"], &csat["answers"]), (&json!(0.5), &json!([0, 0, 0, 1, 1])));
}

#[test]
fn every_wait_has_a_response_time_but_a_conversation_one_first_response() {
    let story = Story::default()
        .on("13:00", "c", "agent_message", json!({"agent_id": "bot", "characters": 1, "automated": true}))
        .customer("13:01", "c")
        .customer("13:02", "c")
        .human("13:03", "c", "ann")
        .human("13:04", "c", "ann")
        .close("13:05", "c")
        .human("13:06", "c", "ann")
        .customer("13:07", "c")
        .human("13:10", "c", "bob");
    let metrics = story.hour("13:29");
    assert_eq!(
        (&metrics["first_response"]["count"], &metrics["first_response"]["max_ms"]),
        (&json!(1), &json!(120_000))
    );
    assert_eq!((&metrics["response"]["count"], &metrics["response"]["sum_ms"]), (&json!(2), &json!(300_000)));
    assert_eq!((&metrics["reopened"], &metrics["automated_messages"]), (&json!(1), &json!(1)));
    assert_eq!((&metrics["proactive_messages"], &metrics["agent_messages"]), (&json!(0), &json!(4)));
}

#[test]
fn a_human_who_writes_first_leaves_no_first_response() {
    let story = Story::default().human("13:00", "c", "ann").customer("13:01", "c").human("13:02", "c", "ann");
    let metrics = story.hour("13:29");
    assert_eq!((&metrics["first_response"]["count"], &metrics["response"]["count"]), (&json!(0), &json!(1)));
    assert_eq!(metrics["proactive_messages"], 1);
    assert!(metrics["first_response"].get("mean_ms").is_none());
}

#[test]
fn under_handed_off_the_first_response_runs_from_the_hand_off() {
    let tell = |policy: Value| {
        let story = Story::under(policy).customer("13:00", "c").on("13:03", "c", "handed_off", json!({}));
        story.human("13:04", "c", "ann").hour("13:29")["first_response"]["sum_ms"].clone()
    };
    assert_eq!(tell(json!({"frt_start": "handed_off"})), 60_000);
    assert_eq!(tell(json!({})), 240_000);
}

#[test]
fn a_reopening_takes_the_resolution_back_unless_each_counts() {
    let tell = |policy: Value| {
        let story = Story::under(policy).customer("13:00", "c").human("13:01", "c", "ann").close("13:02", "c");
        let metrics = story.customer("13:05", "c").hour("13:29");
        (metrics["closed"].clone(), metrics["resolved"].clone(), metrics["resolution"]["sum_ms"].clone())
    };
    assert_eq!(tell(json!({})), (json!(1), json!(0), json!(0)));
    assert_eq!(tell(json!({"reopen": "count_each"})), (json!(1), json!(1), json!(120_000)));
}

#[test]
fn moods_and_prompts_are_counted_by_agent_and_conversation() {
    let mood = |story: Story, clock: &str, mood: &str| {
        story.on(clock, "c", "mood_recorded", json!({"agent_id": "ann", "mood": mood}))
    };
    let story = Story::default().on("13:00", "c", "mood_prompted", json!({"agent_id": "ann"}));
    let story = story.on("13:01", "c", "mood_prompted", json!({"agent_id": "ann"}));
    let story = story.on("13:01", "c", "mood_prompted", json!({"agent_id": "bob"}));
    let story = mood(mood(story, "13:02", "happy"), "13:03", "unhappy");
    let expected = json!({"happy": 0, "neutral": 0, "unhappy": 1, "average": 1.0, "prompted": 2,
        "prompted_recorded": 1, "completion": 0.5});
    assert_eq!(story.hour("13:29")["mood"], expected);
}

#[test]
fn availability_and_utilisation_are_cut_at_the_window_and_run_up_to_now() {
    let story = Story::default().status("12:00", "ann", "online").status("13:10", "ann", "away");
    let story = story.focus("13:05", "c", "ann").on("13:20", "c", "unfocused", json!({"agent_id": "ann"}));
    let metrics = story.ask(ms("13:29"), 29, By::Account)[0]["metrics"].clone();
    let availability = json!({"online_ms": 600_000, "away_ms": 1_140_000, "share": 600.0 / 1740.0});
    assert_eq!(metrics["availability"], availability);
    assert_eq!(metrics["utilisation"], json!({"focus_ms": 300_000, "online_ms": 600_000, "share": 0.5}));
    assert_eq!(metrics["focus_ms"], 900_000);
}

#[test]
fn live_state_lists_who_waits_and_who_owns() {
    let story = Story::default().customer("13:00", "c").customer("13:01", "d").customer("13:02", "e");
    let story = story.on("13:03", "d", "assigned", json!({"agent_id": "ann"})).status("13:00", "ann", "online");
    let story = story.on("13:03", "e", "snoozed", json!({"until": ms("13:10")}));
    let at = |clock: &str| live(&story.inputs, &story.policies, ms(clock))[0].clone();
    let state = at("13:05");
    assert_eq!((&state["open"], &state["waiting"], &state["unassigned"]), (&json!(3), &json!(2), &json!(2)));
    assert_eq!((&state["snoozed"], &state["agents_online"]), (&json!(1), &json!(1)));
    assert_eq!(state["owned"], json!({"ann": 1}));
    let first = json!({"conversation_id": "c", "since": "2026-03-02T13:00:00.000Z", "age_ms": 300_000});
    assert_eq!(state["longest_waiting"][0], first);
    assert_eq!(at("13:10")["snoozed"], 0);
    assert_eq!(at("13:10")["waiting"], 3);
}

#[test]
fn rating_requests_say_all_that_failed_in_order() {
    let story = Story::default().customer("13:00", "c").on("13:01", "c", "survey_sent", json!({})).close("13:02", "c");
    let decision = rating_requests(&story.inputs, &story.policies, ms("13:29"))[0].clone();
    assert_eq!(decision["reasons"], json!(["no_human_reply", "too_short", "asked_before"]));
    assert_eq!((&decision["eligible"], &decision["origin"]), (&json!(false), &json!("inbound")));
    assert_eq!(decision["expires_at"], "2026-03-02T14:02:00.000Z");
    let long = json!({"agent_id": "ann", "characters": 241});
    let asked = Story::default().customer("13:00", "c").on("13:01", "c", "agent_message", long).close("13:02", "c");
    let asked = asked.on("13:03", "c", "reopened", json!({})).close("13:04", "c");
    let decisions = rating_requests(&asked.inputs, &asked.policies, ms("13:29"));
    assert_eq!((&decisions[0]["eligible"], &decisions[0]["agent_id"]), (&json!(true), &json!("ann")));
    assert_eq!(decisions[1]["reasons"], json!(["asked_before"]));
}

#[test]
fn the_wilson_interval_stays_between_zero_and_one() {
    assert_eq!(wilson(0, 0), None);
    let none = wilson(0, 3).unwrap();
    assert!((0.0..1e-12).contains(&none[0].as_f64().unwrap()));
    let all = wilson(3, 3).unwrap();
    assert!((1.0 - 1e-12..=1.0).contains(&all[1].as_f64().unwrap()));
}
