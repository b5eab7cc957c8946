//! Everything that can be asked of a set, and where two askings differ.

use std::collections::HashMap;
use std::mem::take;

use cxpulse::domain::life::silence::Silence;
use serde_json::Value;

use crate::engine::{
    Engine, Folded, Reference, book, fold, kind_named, live_of, metrics_of, requests_of, words_of_reference,
};
use crate::scenarios::Subject;

use super::compare::{differences, inequalities};
use super::random::Set;
use super::words::words_of;

const SCOPES: [&str; 4] = ["account", "skill", "agent", "agent-skill"];

/// Answers by what was asked.
pub(super) type Answers = Vec<(String, Value)>;

/// Everything that can be asked of accounts as they are now.
pub(super) fn answers(folded: &mut Folded, window_minutes: u32) -> Answers {
    let asked = folded.asked();
    let metrics = |by: &str| (by.to_owned(), metrics_of(&asked, window_minutes, kind_named(by)));
    let mut answers: Answers = SCOPES.into_iter().map(metrics).collect();
    answers.push(("live".into(), live_of(&asked)));
    answers.push(("words".into(), words_of(&asked)));
    answers.push(("rating-requests".into(), requests_of(folded)));
    answers
}

/// The same of these lines, folded at once.
pub(super) fn answers_to(set: &Set, lines: &[String], as_of_ms: i64) -> Answers {
    answers(&mut fold(lines, &book(&set.policies), as_of_ms), set.window_minutes)
}

/// The same from the batch reference.
pub(super) fn reference_answers(set: &Set) -> Answers {
    let Set { lines, policies, as_of_ms, window_minutes, .. } = set;
    let metrics = |by: &str| (by.to_owned(), Reference.metrics(lines, policies, *as_of_ms, *window_minutes, by));
    let mut answers: Answers = SCOPES.into_iter().map(metrics).collect();
    answers.push(("live".into(), Reference.live(lines, policies, *as_of_ms)));
    answers.push(("words".into(), words_of_reference(lines, policies, *as_of_ms)));
    answers.push(("rating-requests".into(), Reference.rating_requests(lines, policies, *as_of_ms)));
    answers
}

/// What is skipped, in the fold and in the reference. The fold answers record by record: of three or more records of one
/// identity it depends on their order which of them are conflicts, and of lives that a close parts, how many there were.
pub(super) fn skipped_differently(set: &Set) -> Vec<String> {
    let of = |subject: &dyn Subject| subject.counts(&set.lines, &set.policies, set.as_of_ms);
    let (mut expected, mut found) = (of(&Reference), of(&Engine));
    if has_three_of_an_identity(set) {
        [&mut expected, &mut found].into_iter().for_each(|counts| counts.duplicate += take(&mut counts.conflicting));
    }
    let parts = set.span_ms > Silence::default().closed_ms;
    if parts || expected == found { vec![] } else { vec![format!("counts: expected {expected:?}, found {found:?}")] }
}

fn has_three_of_an_identity(set: &Set) -> bool {
    let mut lines: HashMap<Value, u32> = HashMap::new();
    for line in &set.lines {
        let event: Value = serde_json::from_str(line).expect("our own");
        *lines.entry(event["event_id"].clone()).or_default() += 1;
    }
    lines.values().any(|count| *count > 2)
}

/// Where answers are not what a batch computation gives.
pub(super) fn unlike_the_reference(expected: &Answers, found: &Answers) -> Vec<String> {
    expected.iter().zip(found).flat_map(|((by, expected), (_, found))| differences(by, expected, found)).collect()
}

/// Where answers of the fold are not exactly equal.
pub(super) fn unequal(expected: &Answers, found: &Answers) -> Vec<String> {
    expected.iter().zip(found).flat_map(|((by, expected), (_, found))| inequalities(by, expected, found)).collect()
}
