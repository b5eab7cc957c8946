//! Compares answers with expectations, and every printed row with the rules that hold for all of them.
//!
//! Stories name the few numbers they are about. What must hold for any row whatever happened (a mean is its sum by its
//! count, a fact counts once in each kind of scope) is checked here for every one of them.

use serde_json::{Map, Value, json};

use super::Mistake;
use super::story::{Question, Scope};

pub(crate) mod check;
mod rules;

/// The four kinds of scope, as `replay --by` names them.
pub(crate) const SCOPES: [&str; 4] = ["account", "skill", "agent", "agent-skill"];

/// One expectation about one number.
#[derive(Debug)]
pub(crate) struct Check {
    pub(crate) line: usize,
    pub(crate) path: String,
    pub(crate) expect: Expect,
}

/// What is expected.
#[derive(Debug)]
pub(crate) enum Expect {
    Equals(Value),
    /// Within 1 %, as percentiles are.
    Near(f64),
    Absent,
}

impl Check {
    pub(crate) fn absent(line: usize, path: String) -> Self {
        Check { line, path, expect: Expect::Absent }
    }

    /// Compares with what stands at the path below `root`.
    pub(crate) fn against(&self, root: &Value) -> Option<Mistake> {
        let found = self.path.split('.').try_fold(root, |value, key| value.get(key));
        let (holds, expected) = match &self.expect {
            Expect::Equals(value) => (found.is_some_and(|found| same(value, found)), format!("{}={value}", self.path)),
            Expect::Near(value) => {
                let near = |found: f64| (found - value).abs() <= value.abs() * 0.01;
                (found.and_then(Value::as_f64).is_some_and(near), format!("{}~{value}", self.path))
            }
            Expect::Absent => (found.is_none(), format!("no {}", self.path)),
        };
        let shown = || found.map_or_else(|| "nothing there".to_owned(), Value::to_string);
        (!holds).then(|| (self.line, expected, shown()))
    }
}

/// Equal, quotients to twelve digits. An expected object asks only for the keys it names, unless it is empty.
pub(crate) fn same(expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::Number(a), Value::Number(b)) if a.is_f64() || b.is_f64() => close(a.as_f64(), b.as_f64()),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) if a.is_empty() => b.is_empty(),
        (Value::Object(a), Value::Object(b)) => a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b))),
        _ => expected == found,
    }
}

fn close(a: Option<f64>, b: Option<f64>) -> bool {
    let distance = |a: f64, b: f64| (a - b).abs() <= 1e-12 * a.abs().max(1.0);
    a.zip(b).is_some_and(|(a, b)| distance(a, b))
}

/// Where two answers part, or nothing if they are equal.
pub(crate) fn first_difference(a: &Value, b: &Value) -> Option<String> {
    difference_at("", a, b)
}

fn difference_at(path: &str, a: &Value, b: &Value) -> Option<String> {
    match (a, b) {
        _ if a == b => None,
        (Value::Object(a), Value::Object(b)) => {
            let keys = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
            keys.into_iter().find_map(|key| {
                let null = Value::Null;
                let (a, b) = (a.get(key).unwrap_or(&null), b.get(key).unwrap_or(&null));
                difference_at(&format!("{path}.{key}"), a, b)
            })
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let mut pairs = a.iter().zip(b).enumerate();
            pairs.find_map(|(index, (a, b))| difference_at(&format!("{path}[{index}]"), a, b))
        }
        _ => Some(format!("{path}: {a} against {b}")),
    }
}

/// What is wrong with an answer whatever the story.
pub(crate) fn answer_mistakes(answer: &Value, question: &Question, window_minutes: u32) -> Vec<Mistake> {
    let told = |(expected, found): (String, String)| (question.line, expected, found);
    let mut mistakes = Vec::new();
    for by in SCOPES {
        let rows = answer[by].as_array().map_or(&[][..], Vec::as_slice);
        mistakes.extend(rules::order(by, rows));
        for row in rows {
            mistakes.extend(rules::envelope(by, row, &super::story::written(question.as_of_ms), window_minutes));
            mistakes.extend(rules::keys(by, &row["metrics"]));
            mistakes.extend(rules::quotients(&row["metrics"]));
        }
    }
    mistakes.extend(rules::sums(answer));
    mistakes.into_iter().map(told).collect()
}

/// Compares a list of rating requests, one by one and in number.
pub(crate) fn element_mistakes(
    answer: &Value,
    question: &Question,
    requests: &[(usize, String, Vec<Check>)],
) -> Vec<Mistake> {
    let of_account = |request: &&Value| request["account_id"] == json!(question.account);
    let found: Vec<&Value> = answer.as_array().into_iter().flatten().filter(of_account).collect();
    if found.len() != requests.len() {
        let expected = format!("{} rating requests", requests.len());
        return vec![(question.line, expected, format!("{}: {answer}", found.len()))];
    }
    let mut mistakes = Vec::new();
    for ((line, conversation, checks), request) in requests.iter().zip(found) {
        if request["conversation_id"] != json!(conversation) {
            mistakes.push((*line, format!("a request about {conversation}"), request.to_string()));
        }
        let named = request["request_id"].as_str().is_some_and(|id| !id.is_empty());
        if !named {
            mistakes.push((*line, "a request_id".to_owned(), request.to_string()));
        }
        mistakes.extend(checks.iter().filter_map(|check| check.against(request)));
    }
    mistakes
}

/// The row of a scope among the rows of its kind.
fn row<'a>(answer: &'a Value, account: &str, scope: &Scope) -> Option<&'a Map<String, Value>> {
    let is = |row: &&Map<String, Value>| {
        let matches = |key: &str, id: &Option<String>| match id {
            None => !row.contains_key(key),
            Some(id) => row.get(key) == Some(&json!(id)),
        };
        row.get("account_id") == Some(&json!(account))
            && matches("skill_id", &scope.skill)
            && matches("agent_id", &scope.agent)
    };
    answer[scope.by].as_array()?.iter().filter_map(Value::as_object).find(is)
}
