//! Checks the expectations of a story against an answer.

use serde_json::{Value, json};

use super::super::story::{Question, Scope};
use super::super::{Counts, Mistake};
use super::{Check, Expect, row, rules};

/// Expectations about one scope of a metrics answer.
pub(crate) fn scope(answer: &Value, question: &Question, scope: &Scope) -> Vec<Mistake> {
    let name = || format!("{} {:?} {:?}", scope.by, scope.skill, scope.agent);
    match (&scope.checks, row(answer, &question.account, scope)) {
        (None, None) => Vec::new(),
        (None, Some(row)) => vec![(scope.line, format!("no row for {}", name()), json!(row["metrics"]).to_string())],
        (Some(_), None) => vec![(scope.line, format!("a row for {}", name()), answer[scope.by].to_string())],
        (Some(checks), Some(row)) => checks.iter().filter_map(|check| check.against(&row["metrics"])).collect(),
    }
}

/// Expectations about one account's live state. The ages of the longest waiting follow from when they began.
pub(crate) fn live(answer: &Value, question: &Question, checks: &[Check]) -> Vec<Mistake> {
    let of_account = |state: &&Value| state["account_id"] == json!(question.account);
    let Some(state) = answer.as_array().into_iter().flatten().find(of_account) else {
        return vec![(question.line, format!("the live state of {}", question.account), answer.to_string())];
    };
    let as_of = super::super::story::written(question.as_of_ms);
    let mut mistakes: Vec<Mistake> = checks.iter().filter_map(|check| check.against(state)).collect();
    let general = [
        Check { line: question.line, path: "as_of".to_owned(), expect: Expect::Equals(json!(as_of)) },
        Check::absent(question.line, "revision".to_owned()),
    ];
    mistakes.extend(general.iter().filter_map(|check| check.against(state)));
    let broken = rules::live(state).into_iter();
    mistakes.extend(broken.map(|(expected, found)| (question.line, expected, found)));
    for wait in state["longest_waiting"].as_array().into_iter().flatten() {
        let since = wait["since"].as_str().and_then(|since| super::super::story::read_time(since).ok());
        let age_ms = since.map(|since_ms| question.as_of_ms - since_ms);
        if wait["age_ms"].as_i64() != age_ms || age_ms.is_none() {
            mistakes.push((question.line, "an age that is now minus since".to_owned(), wait.to_string()));
        }
    }
    mistakes
}

/// Expectations about what was skipped.
pub(crate) fn counts(counts: Counts, checks: &[Check]) -> Vec<Mistake> {
    let Counts { late, unknown, rejected, duplicate, conflicting } = counts;
    let found = json!({"late": late, "unknown": unknown, "rejected": rejected, "duplicate": duplicate,
        "conflicting": conflicting});
    checks.iter().filter_map(|check| check.against(&found)).collect()
}
