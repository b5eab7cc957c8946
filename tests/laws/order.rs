//! The first two laws: the reference's numbers, whatever the order of arrival.

use super::answers::{answers_to, reference_answers, skipped_differently, unequal, unlike_the_reference};
use super::arrival::shuffled_and_repeated;
use super::random::Set;

/// How many shuffles of each set must give the same answers.
const SHUFFLES: u64 = 40;

/// What differs between the fold's answers to a set and the reference's.
pub(super) fn broken_against_the_reference(set: &Set) -> Vec<String> {
    let found = answers_to(set, &set.lines, set.as_of_ms);
    let mut broken = unlike_the_reference(&reference_answers(set), &found);
    broken.extend(skipped_differently(set));
    broken
}

/// What differs between the answers to a set and to the same set in another order, partly repeated.
pub(super) fn broken_in_another_order(set: &Set) -> Vec<String> {
    let expected = answers_to(set, &set.lines, set.as_of_ms);
    for shuffle in 0..SHUFFLES {
        let lines = shuffled_and_repeated(&set.lines, set.seed ^ shuffle << 32);
        let broken = unequal(&expected, &answers_to(set, &lines, set.as_of_ms));
        if !broken.is_empty() {
            return [broken, vec![format!("in the order\n{}", lines.join("\n"))]].concat();
        }
    }
    vec![]
}
