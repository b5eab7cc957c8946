//! The live state.

use serde_json::json;

use super::{Desk, time};

#[test]
fn the_live_state_begins_as_every_answer_does() {
    let told = "
        13:00 - agent_status agent_id=anna status=online
        13:00 c1 customer_message
        13:01 c1 assigned agent_id=anna
        13:02 c2 assigned skill_id=sales
        13:02 c2 snoozed";
    let expected = json!({
        "account_id": "acme", "as_of": time("13:05:00"), "revision": 7, "stale_ms": 0,
        "open": 2, "waiting": 1, "unassigned": 1, "snoozed": 1,
        "longest_waiting": [{"conversation_id": "c1", "since": time("13:00:00"), "age_ms": 300_000}],
        "agents_online": 1, "agents_away": 0, "owned": {"anna": 1},
    });
    let desk = Desk::told(told, "13:05");
    assert_eq!(desk.get("live"), expected);
    assert_eq!(desk.blamed("live?window=1h", 400), "window");
}
