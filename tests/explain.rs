//! Why a number is what it is: folding the rows by the formula, and stories of what counts and what is left out.

use cxpulse::domain::day::histogram::Histogram;
use serde_json::{Value, json};

mod stories;
mod written;

/// What the rows of an explanation come to by the formula of its metric, read off its JSON alone. Nothing of a quotient
/// over nothing.
pub(crate) fn fold(explanation: &Value, minimum_n: Option<u64>) -> Value {
    let path = explanation["metric"].as_str().expect("it names its metric");
    let [above, below] = ["numerator", "denominator"].map(|side| Side::of(explanation, side));
    if let Some(values) = folded_list(path, &above, &below) {
        return values;
    }
    let key = path.rsplit('.').next().expect("it has a last part");
    match (path, key) {
        ("active_agents", _) => json!(above.people("agent_id")),
        ("unique_contacts", _) => json!(above.people("contact_id")),
        (_, "thin") => minimum_n.filter(|least| above.count() < *least).map_or(Value::Null, |_| json!(true)),
        ("availability.share" | "utilisation.share", _) => quotient(above.sum(), below.sum()),
        (_, "mean_ms" | "average") => quotient(above.sum(), below.count()),
        (_, "share" | "score" | "response_rate" | "completion") => quotient(above.count(), below.count()),
        (_, "max_ms") => json!(above.values.iter().max()),
        (_, "p50_ms" | "p90_ms" | "p95_ms" | "p99_ms") => {
            percentile(&above.values, key[1..3].parse().expect("two digits"))
        }
        (_, "sum_ms" | "focus_ms" | "online_ms" | "away_ms") => json!(above.sum()),
        _ => json!(above.count()),
    }
}

/// The lists and the map, whole or one word of them.
fn folded_list(path: &str, above: &Side, below: &Side) -> Option<Value> {
    let scores = || (1..=5).map(|score| above.values.iter().filter(|value| **value == score).count());
    Some(match path {
        "csat.answers" => scores().collect(),
        "csat.refused" => {
            let mut reasons = json!({});
            for fact in &above.facts {
                let reason = fact.strip_prefix("refused_").expect("each is refused");
                reasons[reason] = json!(reasons[reason].as_u64().unwrap_or(0) + 1);
            }
            reasons
        }
        "csat.interval" if below.count() == 0 => Value::Null,
        "csat.interval" => json!(wilson(above.count(), below.count())),
        "csat.interval.low" | "csat.interval.high" if below.count() == 0 => Value::Null,
        "csat.interval.low" => json!(wilson(above.count(), below.count())[0]),
        "csat.interval.high" => json!(wilson(above.count(), below.count())[1]),
        _ => return None,
    })
}

/// The rows that count on one side of the line.
struct Side {
    rows: Vec<Value>,
    values: Vec<u64>,
    facts: Vec<String>,
}

impl Side {
    fn of(explanation: &Value, side: &str) -> Self {
        let rows = explanation["rows"].as_array().expect("it has rows").iter();
        let counts = |row: &&Value| row["counts"].as_array().expect("it counts somewhere").contains(&json!(side));
        let rows: Vec<Value> = rows.filter(counts).cloned().collect();
        let values = rows.iter().filter_map(|row| row["value"].as_u64()).collect();
        let facts = rows.iter().map(|row| row["fact"].as_str().expect("a word").to_owned()).collect();
        Self { rows, values, facts }
    }

    fn count(&self) -> u64 {
        self.rows.len() as u64
    }

    fn sum(&self) -> u64 {
        self.values.iter().sum()
    }

    /// Different ones. Where nobody is named, as many as there are rows: each counts once.
    fn people(&self, key: &str) -> u64 {
        let mut names: Vec<&str> = self.rows.iter().filter_map(|row| row[key].as_str()).collect();
        let is_named = names.len() == self.rows.len();
        names.sort_unstable();
        names.dedup();
        assert!(!is_named || names.len() == self.rows.len(), "each counts once");
        self.count()
    }
}

fn quotient(above: u64, below: u64) -> Value {
    if below == 0 { Value::Null } else { json!(above as f64 / below as f64) }
}

/// E. B. Wilson's interval of a share, 1927.
fn wilson(positive: u64, all: u64) -> [f64; 2] {
    let (z, n) = (1.959_963_984_540_054_f64, all as f64);
    let p = positive as f64 / n;
    let middle = p + z * z / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    [middle - half, middle + half].map(|end| (end / (1.0 + z * z / n)).clamp(0.0, 1.0))
}

/// Of a single value that value; else the bin's, and never above the greatest.
fn percentile(values: &[u64], percent: u64) -> Value {
    let Some(greatest) = values.iter().max() else { return Value::Null };
    let mut histogram = Histogram::default();
    values.iter().for_each(|value| histogram.add(*value));
    let [found] = histogram.percentiles([percent]).expect("there are values");
    json!(if values.len() == 1 { *greatest } else { found.min(*greatest) })
}
