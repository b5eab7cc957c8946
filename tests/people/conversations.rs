//! Conversations one by one.

use serde_json::json;

use super::{Desk, time};

const STORY: &str = "
policy first_response_target=60s resolution_target=1h
12:40 gone conversation_started contact_id=lee skill_id=sales
12:41 gone customer_message
12:50 gone closed agent_id=anna
13:00 c1 conversation_started contact_id=kim line_id=+4930 channel=chat skill_id=sales
13:01 c1 customer_message
13:02 c1 assigned agent_id=anna
13:03 c1 topic_tagged topic=late
13:04 c1 topic_tagged topic=delivery
13:05 c2 customer_message
13:06 c3 conversation_started skill_id=support
13:06 c3 assigned agent_id=ben
13:07 c4 assigned agent_id=ben
13:08 c4 snoozed
13:09 c5 conversation_started
13:09 back closed
13:09:30 back reopened";

#[test]
fn open_conversations_are_told_as_they_are_now_the_longest_waiting_first() {
    let desk = Desk::told(STORY, "13:10");
    let body = desk.get("conversations?skill=sales");
    let expected = json!({
        "account_id": "acme", "as_of": time("13:10:00"), "revision": 7, "stale_ms": 0,
        "rows": [{"conversation_id": "c1", "state": "waiting", "agent_id": "anna", "skill_id": "sales",
            "line_id": "+4930", "channel": "chat", "contact_id": "kim", "started_at": time("13:00:00"),
            "last_event_at": time("13:04:00"), "waiting_ms": 540_000, "overdue": ["first_response"], "messages": 1,
            "topics": ["delivery", "late"]}],
        "total_rows": 1,
    });
    assert_eq!(body, expected);
    let all = desk.told_rows("conversations", &["conversation_id", "state"]);
    assert_eq!(
        all,
        ["c1 waiting", "c2 waiting", "back unassigned", "c3 open", "c4 snoozed", "c5 unassigned"],
        "of several states the most telling one is shown"
    );
}

#[test]
fn a_state_is_that_of_all_to_which_it_applies() {
    let desk = Desk::told(STORY, "13:10");
    let found = |states: &str| {
        desk.told_rows(&format!("conversations?sort=conversation_id&state={states}"), &["conversation_id"]).join(" ")
    };
    assert_eq!(found("open"), "back c1 c2 c3 c4 c5");
    assert_eq!(found("unassigned"), "back c2 c5");
    assert_eq!(found("waiting,snoozed"), "c1 c2 c4");
    assert_eq!(found("closed"), "gone");
    assert_eq!(found("closed,snoozed&agent=anna,ben"), "c4 gone");
}

#[test]
fn of_a_closed_conversation_the_facts_of_the_day_are_told() {
    let desk = Desk::told(STORY, "13:10");
    let body = desk.get("conversations?state=closed");
    let row = json!({"conversation_id": "gone", "state": "closed", "agent_id": "anna", "skill_id": "sales",
        "contact_id": "lee", "started_at": time("12:40:00"), "last_event_at": time("12:50:00"), "topics": []});
    assert_eq!(body["rows"], json!([row]));
    assert_eq!((&body["from"], &body["to"]), (&json!("2026-03-01T13:10:00.000Z"), &json!(time("13:10:00"))));
    assert_eq!(desk.rows("conversations?state=closed&window=15m"), [json!(null); 0]);
    assert_eq!(desk.blamed("conversations?window=15m", 400), "window");
}

#[test]
fn conversations_are_sorted_by_any_field_and_those_without_it_come_last() {
    let desk = Desk::told(STORY, "13:10");
    let sorted = |by: &str| desk.told_rows(&format!("conversations?sort={by}"), &["conversation_id"]).join(" ");
    assert_eq!(sorted("waiting_ms"), "c2 c1 back c3 c4 c5");
    assert_eq!(sorted("-started_at"), "back c5 c4 c3 c2 c1");
    assert_eq!(sorted("agent_id"), "c1 c3 c4 back c2 c5");
    assert_eq!(sorted("-messages&limit=2"), "c1 c2");
    assert_eq!(desk.blamed("conversations?sort=wait_ms", 400), "sort");
}

#[test]
fn conversations_name_no_agent_where_the_policy_says_so() {
    let told = STORY.replace("policy ", "policy agent_metrics=false ");
    let desk = Desk::told(&told, "13:10");
    assert_eq!(desk.told_rows("conversations?skill=sales", &["conversation_id", "agent_id"]), ["c1 -"]);
    assert_eq!(desk.rows("conversations?agent=anna&state=open,closed"), [json!(null); 0]);
    let by_agent = desk.told_rows("conversations?sort=-agent_id", &["conversation_id"]).join(" ");
    assert_eq!(by_agent, "back c1 c2 c3 c4 c5", "nor does an order tell whose they are");
}
