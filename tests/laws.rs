//! The laws of ARCHITECTURE: numbers are a function of the set of events and of the time asked for.
//!
//! Random sets of events, dense enough that everything collides, are shuffled, repeated, cut and asked at moments on
//! and around bucket edges; the answers must equal those of the batch reference, and each other, exactly.

mod compare;
mod random;

use serde_json::Value;

use crate::engine::{Engine, Reference, book, fold, kind_named, live_of, metrics_of};
use crate::scenarios::Subject;

use compare::differences;
use random::{Random, Set};

const SCOPES: [&str; 4] = ["account", "skill", "agent", "agent-skill"];

/// How many random sets a run looks at; each is asked of the reference once.
const SETS: u64 = 500;
/// How many shuffles of each set must give the same answers.
const SHUFFLES: u64 = 40;

/// Everything that can be asked of a set.
fn answers(subject: &dyn Subject, set: &Set, lines: &[String]) -> Vec<(String, Value)> {
    let Set { policies, as_of_ms, window_minutes, .. } = set;
    let metrics = |by: &str| subject.metrics(lines, policies, *as_of_ms, *window_minutes, by);
    let mut answers: Vec<(String, Value)> = SCOPES.iter().map(|by| ((*by).to_owned(), metrics(by))).collect();
    answers.push(("live".into(), subject.live(lines, policies, *as_of_ms)));
    answers.push(("rating-requests".into(), subject.rating_requests(lines, policies, *as_of_ms)));
    answers
}

/// What differs between the fold's answers to a set and the reference's, if anything.
fn against_reference(set: &Set) -> Vec<String> {
    let expected = answers(&Reference, set, &set.lines);
    let found = answers(&Engine, set, &set.lines);
    expected.iter().zip(&found).flat_map(|((by, expected), (_, found))| differences(by, expected, found)).collect()
}

/// Every answer of the fold to lines in their order, as the bytes that would be printed.
fn printed(set: &Set, lines: &[String]) -> String {
    let folded = fold(lines, &book(&set.policies), set.as_of_ms);
    let metrics = SCOPES.iter().map(|by| metrics_of(&folded, set.window_minutes, kind_named(by)).to_string());
    metrics.chain([live_of(&folded).to_string()]).collect()
}

/// The fewest lines of a set for which `fails` still holds, found by leaving out one after the other.
fn fewest(set: &Set, fails: impl Fn(&Set) -> bool) -> Set {
    let mut least = set.clone();
    let mut place = least.lines.len();
    while place > 0 {
        place -= 1;
        let mut less = least.clone();
        less.lines.remove(place);
        if fails(&less) {
            least = less;
        }
    }
    least
}

#[test]
fn the_metrics_of_any_set_equal_a_batch_computation() {
    for seed in 0..SETS {
        let set = Set::random(seed);
        if !against_reference(&set).is_empty() {
            let least = fewest(&set, |set| !against_reference(set).is_empty());
            panic!("set {seed}:\n{}\n{}", against_reference(&least).join("\n"), least.told());
        }
    }
}

#[test]
fn no_order_and_no_repetition_changes_an_answer() {
    for seed in 0..SETS {
        let set = Set::random(seed);
        let expected = printed(&set, &set.lines);
        let mut random = Random::new(seed ^ 0x5eed);
        for shuffle in 0..SHUFFLES {
            let shuffled = Set { lines: random.shuffled_and_repeated(&set.lines), ..set.clone() };
            if printed(&set, &shuffled.lines) != expected {
                let in_order = |set: &Set| random::in_order_of_time(&set.lines);
                let differs = |set: &Set| printed(set, &set.lines) != printed(set, &in_order(set));
                let least = fewest(&shuffled, differs);
                let (expected, found) = (printed(&least, &in_order(&least)), printed(&least, &least.lines));
                panic!("set {seed}, shuffle {shuffle}:\n{expected}\n{found}\n{}", least.told());
            }
        }
    }
}
