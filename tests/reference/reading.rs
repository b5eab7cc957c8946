//! What is admitted, and what hand-offs do: tables of small cases.

use super::story::{Story, ms};
use super::{By, Counts, counts, live};
use serde_json::{Value, json};

/// What becomes of a customer message with these fields changed: `admitted`, `rejected` or `unknown`.
fn fate(changes: Value) -> &'static str {
    let counted = counts(&Story::default().on("13:00", "c", "customer_message", changes).inputs, i64::MAX);
    match counted {
        Counts { rejected: 1, .. } => "rejected",
        Counts { unknown: 1, .. } => "unknown",
        _ => "admitted",
    }
}

#[test]
fn lines_are_admitted_by_the_rules_of_the_contract() {
    let good = |changes: Value| {
        let mut fields = json!({"characters": 1});
        fields.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        fate(fields)
    };
    let admitted = [
        json!({}),
        json!({"event_id": ""}),
        json!({"contact_id": null, "text": ""}),
        json!({"contact_id": "-1"}),
        json!({"occurred_at": "2026-03-02T13:00:00.1239+01:00"}),
        json!({"occurred_at": 0, "unheard_of": [1.5]}),
        json!({"sequence": 4_294_967_295_u32}),
    ];
    let rejected = [
        json!({"characters": 1.0}),
        json!({"characters": "1"}),
        json!({"characters": -1}),
        json!({"characters": null}),
        json!({"account_id": ""}),
        json!({"account_id": "a b"}),
        json!({"conversation_id": "a,b"}),
        json!({"contact_id": "x".repeat(129)}),
        json!({"event_id": "x".repeat(129)}),
        json!({"occurred_at": "2026-12-31T23:59:60Z"}),
        json!({"occurred_at": -1}),
        json!({"occurred_at": 253_402_300_800_000_i64}),
        json!({"sequence": 4_294_967_296_u64}),
        json!({"type": null}),
        json!({"type": "agent_message", "agent_id": "-1"}),
        json!({"type": "agent_message", "agent_id": "x", "automated": "true"}),
        json!({"type": "closed", "outcome": "lost"}),
        json!({"type": "survey_commented", "comment": ""}),
        json!({"text": 7}),
    ];
    admitted.into_iter().for_each(|changes| assert_eq!(good(changes.clone()), "admitted", "{changes}"));
    rejected.into_iter().for_each(|changes| assert_eq!(good(changes.clone()), "rejected", "{changes}"));
    assert_eq!(good(json!({"type": "whatever", "account_id": 1})), "unknown");
}

#[test]
fn a_line_without_an_id_is_the_same_as_one_whose_id_is_its_name_and_number() {
    let fields = |id: &str| json!({"characters": 1, "event_id": id});
    let story = Story::default().on("13:00", "c", "customer_message", fields(""));
    let story = story.on("13:00", "c", "customer_message", fields("story:00000000000000000001"));
    assert_eq!(counts(&story.inputs, i64::MAX).duplicate, 1);
}

#[test]
fn under_handed_off_nobody_waits_or_is_overdue_before_the_hand_off() {
    let story = Story::under(json!({"frt_start": "handed_off", "first_response_target_seconds": 60}));
    let story = story.customer("13:00", "c");
    let waiting = |story: &Story| live(&story.inputs, &story.policies, ms("13:20"))[0]["waiting"].clone();
    let overdue = |story: &Story, clock: &str| story.hour(clock)["first_response_sla"]["count"].clone();
    assert_eq!((waiting(&story), overdue(&story, "13:20")), (json!(0), json!(0)));
    let story = story.on("13:10", "c", "handed_off", json!({}));
    assert_eq!(waiting(&story), 1);
    assert_eq!((overdue(&story, "13:11"), overdue(&story, "13:11:00.001")), (json!(0), json!(1)));
}

#[test]
fn an_assignment_sets_what_it_carries_and_an_empty_string_clears() {
    let assign = |story: Story, clock: &str, fields: Value| story.on(clock, "c", "assigned", fields);
    let story = assign(Story::default(), "13:00", json!({"agent_id": "ann", "skill_id": "s"})).customer("13:01", "c");
    let story = assign(story, "13:02", json!({"agent_id": "", "skill_id": null})).customer("13:03", "c");
    let story = assign(story, "13:04", json!({"skill_id": ""})).customer("13:05", "c");
    let rows = story.ask(ms("13:29"), 60, By::AgentSkill);
    let ids = |row: &Value| (row["skill_id"].clone(), row["agent_id"].clone());
    let expected = [(json!("-1"), json!("-1")), (json!("s"), json!("-1")), (json!("s"), json!("ann"))];
    assert_eq!(rows.as_array().unwrap().iter().map(ids).collect::<Vec<_>>(), expected);
}

#[test]
fn a_survey_belongs_to_whom_the_policy_names() {
    let credited = |policy: Value| {
        let story = Story::under(policy).on("12:59", "c", "assigned", json!({"agent_id": "dan"}));
        let story = story.customer("13:00", "c").human("13:01", "c", "ann").human("13:02", "c", "bob");
        let story =
            story.on("13:03", "c", "closed", json!({"agent_id": "cat"})).on("13:04", "c", "survey_sent", json!({}));
        let rows = story.human("13:05", "c", "eve").answer("13:06", "c", 5).ask(ms("13:29"), 60, By::Agent);
        let row = rows.as_array().unwrap().iter().find(|row| row["metrics"]["csat"]["total"] == 1).unwrap().clone();
        row["agent_id"].as_str().unwrap().to_owned()
    };
    assert_eq!(credited(json!({})), "bob");
    assert_eq!(credited(json!({"csat_credit": "first_responder"})), "ann");
    assert_eq!(credited(json!({"csat_credit": "closer"})), "cat");
    assert_eq!(credited(json!({"csat_credit": "assignee"})), "dan");
}

#[test]
fn a_policy_holds_from_its_moment_and_the_star_only_without_a_record_of_ones_own() {
    let told = |account: &str| {
        let version = json!({"effective_from": ms("13:00:30"), "response_target_seconds": 60});
        let mut story = Story::default().customer("13:00", "c").human("13:00:30", "c", "ann");
        story.policies = json!({"policies": [{"account_id": account, "versions": [version]},
            {"account_id": "b", "versions": []}]});
        story.hour("13:29")["response_sla"]["within"].clone()
    };
    assert_eq!((told("a"), told("*"), told("z")), (json!(1), json!(1), json!(0)));
}
