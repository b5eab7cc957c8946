//! Agents one by one.

use serde_json::json;

use super::{Desk, account, time};

const STORY: &str = "
-3d 09:00 - agent_status agent_id=zoe agent_name=\"Zoe Z\" status=online
12:00 - agent_status agent_id=anna agent_name=\"Anna Öst\" status=online skill_ids=[\"support\",\"sales\"] capacity=3
12:30 - agent_status agent_id=ben status=away skill_ids=[\"sales\"]
12:40 - agent_status agent_id=dan status=offline
13:00 c1 customer_message
13:01 c1 assigned agent_id=anna
13:02 c1 focused agent_id=anna
13:03 c2 assigned agent_id=anna
13:04 c3 assigned agent_id=carl
13:05 c4 agent_message agent_id=eve";

#[test]
fn agents_are_told_with_what_they_do_own_and_can_do() {
    let expected = json!({
        "account_id": "acme", "as_of": time("13:10:00"), "revision": 7, "stale_ms": 0, "private": true,
        "rows": [
            {"agent_id": "anna", "agent_name": "Anna Öst", "status": "online", "since": time("12:00:00"), "owned": 2,
                "waiting": 1, "capacity": 3, "focused_on": "c1", "skills": ["sales", "support"]},
            {"agent_id": "ben", "status": "away", "since": time("12:30:00"), "owned": 0, "waiting": 0,
                "skills": ["sales"]},
            {"agent_id": "carl", "owned": 1, "waiting": 0, "skills": []},
            {"agent_id": "dan", "status": "offline", "since": time("12:40:00"), "owned": 0, "waiting": 0, "skills": []},
            {"agent_id": "zoe", "agent_name": "Zoe Z", "status": "offline", "since": "2026-02-28T09:00:00.000Z",
                "owned": 0, "waiting": 0, "skills": []},
        ],
        "total_rows": 5,
    });
    assert_eq!(Desk::told(STORY, "13:10").get("agents"), expected);
}

#[test]
fn with_a_time_agents_have_their_numbers_and_those_who_have_any_are_told_too() {
    let desk = Desk::told(STORY, "13:10");
    let body = desk.get("agents?window=30m");
    assert_eq!((&body["from"], &body["to"]), (&json!(time("12:40:00")), &json!(time("13:10:00"))));
    let numbers = ["agent_id", "metrics.agent_messages", "metrics.focus_ms", "metrics.availability.online_ms"];
    assert_eq!(
        desk.told_rows("agents?window=30m", &numbers),
        ["anna 0 480000 1800000", "ben 0 0 0", "carl 0 0 0", "dan 0 0 0", "eve 1 0 0", "zoe 0 0 0"]
    );
    let past = "agents?from=2026-03-02T13:00:00Z&to=2026-03-02T13:05:00Z&sort=-focus_ms&limit=1";
    assert_eq!(desk.told_rows(past, &numbers), ["anna 0 180000 300000"]);
    let sorted = desk.told_rows("agents?window=30m&sort=-agent_messages", &["agent_id"]);
    assert_eq!(sorted.join(" "), "eve anna ben carl dan zoe");
    assert_eq!(desk.blamed("agents?sort=-agent_messages", 400), "sort", "without a time there are no numbers");
}

#[test]
fn agents_are_chosen_by_status_skill_and_text() {
    let desk = Desk::told(STORY, "13:10");
    let found = |query: &str| desk.told_rows(&format!("agents?{query}"), &["agent_id"]).join(" ");
    assert_eq!(found("status=online,away"), "anna ben");
    assert_eq!(found("status=offline"), "dan zoe");
    assert_eq!(found("skill=sales"), "anna ben");
    assert_eq!(found("skill=support,-1"), "anna carl dan zoe");
    assert_eq!(found("search=%C3%B6S"), "anna", "in what they are called too");
    assert_eq!(found("sort=-owned&limit=2"), "anna carl");
    assert_eq!(found("sort=-since"), "dan ben anna zoe carl");
    assert_eq!(found("sort=-agent_name"), "zoe anna ben carl dan");
}

#[test]
fn who_may_not_see_what_agents_are_called_finds_nobody_by_it() {
    let desk = Desk::of(account(STORY, "13:10").view(), false);
    let body = desk.get("agents");
    assert_eq!((&body["private"], &body["total_rows"]), (&json!(false), &json!(5)));
    assert!(!body.to_string().contains("Öst") && !body.to_string().contains("agent_name"), "{body}");
    assert_eq!(desk.rows("agents?search=%C3%B6st"), [json!(null); 0]);
    assert_eq!(desk.blamed("agents?sort=agent_name", 403), "sort", "an order by names would tell them");
}

#[test]
fn no_agent_is_told_where_the_policy_says_so() {
    let desk = Desk::told(&format!("policy agent_metrics=false{STORY}"), "13:10");
    assert_eq!(desk.rows("agents"), [json!(null); 0]);
    assert_eq!(desk.rows("agents?window=1h"), [json!(null); 0]);
}

#[test]
fn an_agent_of_whom_no_status_came_in_31_days_is_told_for_what_else_there_is() {
    let told = "
        13:00 - agent_status agent_id=anna agent_name=Anna status=online
        13:00 - agent_status agent_id=ben status=online
        +31d 12:00 c1 assigned agent_id=ben";
    let members = ["agent_id", "status", "owned"];
    assert_eq!(Desk::told(told, "+31d 13:00").told_rows("agents", &members), ["anna offline 0", "ben offline 1"]);
    assert_eq!(Desk::told(told, "+31d 13:00:00.001").told_rows("agents", &members), ["ben - 1"]);
}
