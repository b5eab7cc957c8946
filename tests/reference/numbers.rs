//! The shapes of SPEC §4: counts with what rests on them, and nothing where a denominator is zero.

use serde_json::{Map, Value, json};

/// The quantile of the normal distribution for 95 % (SPEC §4).
const Z: f64 = 1.959_963_984_540_054;

/// An object under construction: absent values leave no key.
#[derive(Default)]
pub struct Object(Map<String, Value>);

impl Object {
    /// With this value.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Object {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    /// With this value, if there is one.
    pub fn with_some(self, key: &str, value: Option<impl Into<Value>>) -> Object {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// With the mark `thin` if this count is below the policy's `minimum_n`.
    pub fn with_thin(self, count: usize, minimum_n: Option<i64>) -> Object {
        let is_thin = minimum_n.is_some_and(|minimum_n| (count as i64) < minimum_n);
        self.with_some("thin", is_thin.then_some(true))
    }

    /// The finished object.
    pub fn done(self) -> Value {
        Value::Object(self.0)
    }
}

/// A 64-bit quotient, unless the denominator is zero.
pub fn quotient(numerator: i64, denominator: i64) -> Option<f64> {
    (denominator != 0).then(|| numerator as f64 / denominator as f64)
}

/// Count, sum, mean, nearest-rank percentiles and maximum of some durations.
pub fn durations(mut values_ms: Vec<i64>, minimum_n: Option<i64>) -> Value {
    values_ms.sort_unstable();
    let sum_ms: i64 = values_ms.iter().sum();
    Object::default()
        .with("count", values_ms.len())
        .with("sum_ms", sum_ms)
        .with_some("mean_ms", quotient(sum_ms, values_ms.len() as i64))
        .with_some("p50_ms", nearest_rank(&values_ms, 50))
        .with_some("p90_ms", nearest_rank(&values_ms, 90))
        .with_some("p95_ms", nearest_rank(&values_ms, 95))
        .with_some("p99_ms", nearest_rank(&values_ms, 99))
        .with_some("max_ms", values_ms.last().copied())
        .with_thin(values_ms.len(), minimum_n)
        .done()
}

/// The share of some verdicts that are good.
pub fn sla(verdicts: &[bool], minimum_n: Option<i64>) -> Value {
    let within = verdicts.iter().filter(|is_within| **is_within).count();
    Object::default()
        .with("within", within)
        .with("count", verdicts.len())
        .with_some("share", quotient(within as i64, verdicts.len() as i64))
        .with_thin(verdicts.len(), minimum_n)
        .done()
}

/// The Wilson score interval of a share, clamped to 0-1 (reading 13).
pub fn wilson(positive: usize, total: usize) -> Option<Value> {
    let p = quotient(positive as i64, total as i64)?;
    let n = total as f64;
    let centre = p + Z * Z / (2.0 * n);
    let spread = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    let bound = |value: f64| (value / scale).clamp(0.0, 1.0);
    Some(json!([bound(centre - spread), bound(centre + spread)]))
}

/// Whether any number in it differs from zero (SPEC §10).
pub fn has_nonzero(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::Array(items) => items.iter().any(has_nonzero),
        Value::Object(fields) => fields.values().any(has_nonzero),
        _ => false,
    }
}

/// The smallest value that at least this share of all does not exceed.
fn nearest_rank(sorted_ms: &[i64], percent: usize) -> Option<i64> {
    let rank = (sorted_ms.len() * percent).div_ceil(100).max(1);
    sorted_ms.get(rank - 1).copied()
}
