//! Where two answers differ: every number must be equal, but a batch computation's percentiles are not from bins.

use serde_json::Value;

/// The paths at which `found` is not what a batch computation expects: percentiles may be 1 % off.
pub(super) fn differences(path: &str, expected: &Value, found: &Value) -> Vec<String> {
    unlike(path, expected, found, is_near)
}

/// The paths at which `found` is not exactly what another fold gives.
pub(super) fn inequalities(path: &str, expected: &Value, found: &Value) -> Vec<String> {
    unlike(path, expected, found, |_, expected, found| expected == found)
}

type Alike = fn(&str, &Value, &Value) -> bool;

fn unlike(path: &str, expected: &Value, found: &Value, alike: Alike) -> Vec<String> {
    match (expected, found) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            let of = |object: &serde_json::Map<String, Value>, key| object.get(key).cloned().unwrap_or(Value::Null);
            keys.into_iter().flat_map(|key| unlike(&format!("{path}.{key}"), &of(a, key), &of(b, key), alike)).collect()
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let pairs = a.iter().zip(b).enumerate();
            pairs.flat_map(|(place, (a, b))| unlike(&format!("{path}[{}]", name(a, place)), a, b, alike)).collect()
        }
        _ if alike(path, expected, found) => vec![],
        _ => vec![format!("{path}: expected {expected}, found {found}")],
    }
}

fn is_near(path: &str, expected: &Value, found: &Value) -> bool {
    if path.ends_with(".request_id") {
        return true;
    }
    let percentile = ["p50_ms", "p90_ms", "p95_ms", "p99_ms"].iter().any(|name| path.ends_with(name));
    match (expected.as_f64(), found.as_f64()) {
        (Some(a), Some(b)) if percentile => (a - b).abs() <= a * 0.01,
        // Two ways to compute a square root's expression differ in the last bits.
        (Some(a), Some(b)) if path.contains(".interval[") => (a - b).abs() <= 1e-12,
        (Some(a), Some(b)) => a == b,
        _ => expected == found,
    }
}

/// A row by its scope, anything else by its place.
fn name(value: &Value, place: usize) -> String {
    let parts: Vec<&str> = ["skill_id", "agent_id"].iter().filter_map(|key| value.get(key)?.as_str()).collect();
    if parts.is_empty() { place.to_string() } else { parts.join("/") }
}
