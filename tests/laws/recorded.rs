//! Makes a random set one of records: each line is written some time after its event happened, some once more later.

use serde_json::{Value, json};

use super::random::{Random, Set};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// How long after its event a record is written: at the limits of what is late and of what is too far ahead, and past.
const DELAYS_MS: [i64; 14] = [
    0,
    0,
    0,
    1,
    40_000,
    7 * MINUTE_MS,
    HOUR_MS,
    6 * HOUR_MS,
    12 * HOUR_MS,
    DAY_MS - 1,
    DAY_MS,
    DAY_MS + 1,
    -MINUTE_MS,
    -HOUR_MS,
];

/// How long visits may last without an action, in seconds.
const CAPS: [u32; 5] = [60, 7_200, 86_400, 200_000, 604_800];

/// The set with when each line was recorded, more conversations and contacts, and some lines recorded again; every other
/// one is mostly about where agents are.
pub(super) fn recorded(set: Set) -> Set {
    let mut random = Random::new(set.seed ^ 0x5ec0);
    let (conversations, contacts) = (*random.of(&[3, 9, 30]), *random.of(&[3, 12]));
    let percent_moving = *random.of(&[0, 70]);
    let mut lines = Vec::new();
    for line in &set.lines {
        let mut event: Value = serde_json::from_str(line).expect("our own");
        if random.chance(percent_moving) {
            event = moving(&mut random, &event);
        }
        if event["conversation_id"].is_string() {
            event["conversation_id"] = json!(format!("c{}", random.below(conversations)));
        }
        if event["contact_id"].is_string() {
            event["contact_id"] = json!(format!("k{}", random.below(contacts)));
        }
        let copies = if random.chance(10) { 2 } else { 1 };
        lines.extend((0..copies).map(|_| recorded_line(&mut random, event.clone())));
    }
    let policies = with_long_visits(&mut random, set.policies.clone());
    Set { lines, policies, ..set }
}

/// An agent's move or status instead, with an identity that others have too.
fn moving(random: &mut Random, event: &Value) -> Value {
    let mut moving = json!({"account_id": "acme", "occurred_at": event["occurred_at"], "event_id": event["event_id"]});
    moving["agent_id"] = json!(*random.of(&["a1", "a1", "a2"]));
    if random.chance(50) {
        moving["type"] = json!("focused");
        moving["conversation_id"] = json!("c");
        return moving;
    }
    moving["type"] = json!("agent_status");
    moving["status"] = json!(*random.of(&["online", "away", "offline"]));
    if random.chance(30) {
        moving["event_id"] = json!(format!("s{}", random.below(4)));
    }
    moving
}

fn with_long_visits(random: &mut Random, mut policies: Value) -> Value {
    if policies.is_null() {
        return policies;
    }
    let records = policies["policies"].as_array_mut().into_iter().flatten();
    for version in records.flat_map(|record| record["versions"].as_array_mut().into_iter().flatten()) {
        version["visit_cap_seconds"] = json!(*random.of(&CAPS));
    }
    policies
}

fn recorded_line(random: &mut Random, mut event: Value) -> String {
    let at_ms = event["occurred_at"].as_i64().expect("our own");
    event["recorded_at"] = json!(at_ms + *random.of(&DELAYS_MS));
    event.to_string()
}
