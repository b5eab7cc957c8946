//! Makes a random set wider: more ids, extreme numbers, whole types of events missing, policies without measure.

use serde_json::{Value, json};

use super::random::{Random, Set};

/// The set with another mix of the same events.
pub(super) fn widened(set: Set) -> Set {
    let mut random = Random::new(set.seed ^ 0x71de);
    let missing = missing(&mut random);
    let few = random.chance(50);
    let lines = set.lines.iter().map(|line| serde_json::from_str(line).expect("our own"));
    let lines = lines.filter(|event: &Value| !missing.contains(&event["type"].as_str().unwrap_or_default()));
    let lines = lines.map(|event| widened_event(&mut random, event, few).to_string()).collect();
    let policies = widened_policies(&mut random, set.policies.clone());
    Set { lines, policies, ..set }
}

/// Types that the set does without: what they would end goes on and on.
fn missing(random: &mut Random) -> Vec<&'static str> {
    const TYPES: [&str; 8] = [
        "agent_message",
        "customer_message",
        "closed",
        "reopened",
        "unfocused",
        "agent_status",
        "conversation_started",
        "survey_sent",
    ];
    let count = random.below(4);
    (0..count).map(|_| *random.of(&TYPES)).collect()
}

fn widened_event(random: &mut Random, mut event: Value, few: bool) -> Value {
    event["account_id"] = json!(*random.of(&["acme", "acme", "acme", "other", "third", "Ünïcode"]));
    if !few && random.chance(60) && event["conversation_id"].is_string() {
        event["conversation_id"] = json!(format!("c{}", random.below(9)));
    }
    if !few && random.chance(60) && event["agent_id"].is_string() {
        event["agent_id"] = json!(format!("a{}", random.below(7)));
    }
    if event["characters"].is_number() && random.chance(30) {
        event["characters"] = json!(*random.of(&[0, 1, 125, 126, u32::MAX, u32::MAX - 1]));
    }
    if event["score"].is_number() && random.chance(10) {
        event["score"] = json!(*random.of(&[i32::MIN, i32::MAX, -1]));
    }
    if random.chance(30) {
        event["sequence"] = json!(*random.of(&[1, 127, 128, u32::MAX, u32::MAX - 1]));
    }
    event
}

fn widened_policies(random: &mut Random, mut policies: Value) -> Value {
    if policies.is_null() {
        return policies;
    }
    let records = policies["policies"].as_array_mut().into_iter().flatten();
    for version in records.flat_map(|record| record["versions"].as_array_mut().into_iter().flatten()) {
        for target in ["first_response_target_seconds", "response_target_seconds", "resolution_target_seconds"] {
            if version[target].is_number() && random.chance(40) {
                version[target] = json!(*random.of(&[2_u32, 86_400, 604_800, 4_294_968, u32::MAX]));
            }
        }
        if random.chance(40) {
            // The last two are beyond the silence that ends a life, which no visit outlives.
            version["visit_cap_seconds"] = json!(*random.of(&[60_u32, 86_400, 604_799, 604_800, 604_801, 3_000_000]));
        }
    }
    policies
}
