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

/// The set with when each line was recorded, more conversations and contacts, and some lines recorded again.
pub(super) fn recorded(set: Set) -> Set {
    let mut random = Random::new(set.seed ^ 0x5ec0);
    let (conversations, contacts) = (*random.of(&[3, 9, 30]), *random.of(&[3, 12]));
    let mut lines = Vec::new();
    for line in &set.lines {
        let mut event: Value = serde_json::from_str(line).expect("our own");
        if event["conversation_id"].is_string() {
            event["conversation_id"] = json!(format!("c{}", random.below(conversations)));
        }
        if event["contact_id"].is_string() {
            event["contact_id"] = json!(format!("k{}", random.below(contacts)));
        }
        let copies = if random.chance(10) { 2 } else { 1 };
        lines.extend((0..copies).map(|_| recorded_line(&mut random, event.clone())));
    }
    Set { lines, ..set }
}

fn recorded_line(random: &mut Random, mut event: Value) -> String {
    let at_ms = event["occurred_at"].as_i64().expect("our own");
    event["recorded_at"] = json!(at_ms + *random.of(&DELAYS_MS));
    event.to_string()
}
