//! Where two answers differ: every number must be equal, but percentiles are from bins and may be 1 % off.

use serde_json::Value;

/// The paths at which `found` is not what `expected` is.
pub(crate) fn differences(path: &str, expected: &Value, found: &Value) -> Vec<String> {
    match (expected, found) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            let of = |object: &serde_json::Map<String, Value>, key| object.get(key).cloned().unwrap_or(Value::Null);
            keys.into_iter().flat_map(|key| differences(&format!("{path}.{key}"), &of(a, key), &of(b, key))).collect()
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let pairs = a.iter().zip(b).enumerate();
            pairs.flat_map(|(place, (a, b))| differences(&format!("{path}[{}]", name(a, place)), a, b)).collect()
        }
        _ if is_equal(path, expected, found) => vec![],
        _ => vec![format!("{path}: expected {expected}, found {found}")],
    }
}

fn is_equal(path: &str, expected: &Value, found: &Value) -> bool {
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
