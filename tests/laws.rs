//! The laws of ARCHITECTURE: numbers are a function of the set of events and of the time asked for.
//!
//! Random sets of events, dense enough that everything collides, are shuffled, repeated, cut, delayed and asked at
//! moments on and around bucket edges; the answers must equal those of the batch reference, and each other, exactly.
//! Each law is a function from a set to what breaks it, so that a broken one can be told with the fewest lines.

mod answers;
mod arrival;
mod buckets;
mod changes;
mod compare;
mod explain;
mod forgetting;
mod order;
mod over_http;
mod people;
mod policies;
mod policy_fields;
mod questions;
pub(crate) mod random;
mod recorded;
mod results;
mod soak;
mod tallies;
mod time;
mod wide;
mod words;

use std::panic::{AssertUnwindSafe, catch_unwind};

use random::{Set, fewest};

/// What of a set breaks a law: nothing, if it holds.
type Law = fn(&Set) -> Vec<String>;

/// Every law about sets of events, by name.
#[cfg(feature = "planted-bugs")]
pub(crate) const LAWS: [(&str, Law); 13] = [
    ("the reference", order::broken_against_the_reference),
    ("any order", order::broken_in_another_order),
    ("time passes", time::broken_while_time_passes),
    ("later than now", time::broken_by_what_is_later),
    ("other policies", policies::broken_by_other_policies),
    ("sums of buckets", buckets::broken_in_the_sum),
    ("each bucket", buckets::broken_against_the_reference),
    ("the bucket of now", buckets::broken_in_the_bucket_of_now),
    ("changes", changes::broken_by_silence),
    ("questions", questions::broken_questions),
    ("explanations", explain::broken_explanations),
    ("people", people::broken_rows),
    ("forgetting", forgetting::broken_by_forgetting_in_days),
];

/// The first of the sets of these seeds that breaks a law, with the fewest lines that do.
fn broken(law: Law, seeds: std::ops::Range<u64>, set: impl Fn(u64) -> Set) -> Option<String> {
    let broken = |set: &Set| !looked_at(law, set).is_empty();
    let found = seeds.map(set).find(broken)?;
    let least = fewest(&found, broken);
    Some(format!("set {}:\n{}\n{}", found.seed, looked_at(law, &least).join("\n"), least.told()))
}

/// Whether any of the first random sets breaks a law.
#[cfg(feature = "planted-bugs")]
pub(crate) fn breaks(law: Law, sets: u64) -> bool {
    (0..sets).map(Set::random).any(|set| !looked_at(law, &set).is_empty())
}

/// What breaks a law; a panic breaks it too.
fn looked_at(law: Law, set: &Set) -> Vec<String> {
    catch_unwind(AssertUnwindSafe(|| law(set))).unwrap_or_else(|panic| vec![told(&*panic)])
}

fn told(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("it panics").to_owned()
}

fn holds(law: Law, sets: u64) {
    if let Some(told) = broken(law, 0..sets, Set::random) {
        panic!("{told}");
    }
}

#[test]
fn the_metrics_of_any_set_equal_a_batch_computation() {
    holds(order::broken_against_the_reference, 500);
}

#[test]
fn no_order_and_no_repetition_changes_an_answer() {
    holds(order::broken_in_another_order, 500);
}

#[test]
fn it_does_not_matter_in_how_many_steps_time_passed_while_events_arrived() {
    holds(time::broken_while_time_passes, 150);
}

#[test]
fn events_later_than_now_do_not_exist_until_their_time_comes() {
    holds(time::broken_by_what_is_later, 150);
}

#[test]
fn a_changed_policy_restates_everything_as_if_it_had_always_been_there() {
    holds(policies::broken_by_other_policies, 150);
}

#[test]
fn the_buckets_of_a_day_add_up_to_the_day() {
    holds(buckets::broken_in_the_sum, 80);
}

#[test]
fn a_bucket_is_the_difference_of_two_windows_of_a_batch_computation() {
    holds(buckets::broken_against_the_reference, 80);
}

#[test]
fn the_bucket_of_now_is_the_window_of_its_minutes() {
    holds(buckets::broken_in_the_bucket_of_now, 150);
}

#[test]
fn any_question_has_the_answer_of_a_batch_computation() {
    holds(questions::broken_questions, 200);
    if let Some(told) = broken(questions::broken_questions, 0..50, Set::wide) {
        panic!("{told}");
    }
}

#[test]
fn no_answer_depends_on_what_was_asked_before() {
    holds(questions::broken_by_earlier_questions, 120);
    if let Some(told) = broken(questions::broken_by_earlier_questions, 0..40, Set::wide) {
        panic!("{told}");
    }
}

#[test]
fn ends_and_answers_by_side_are_those_of_the_facts_whatever_was_asked_before() {
    holds(results::broken_results, 120);
    if let Some(told) = broken(results::broken_results, 0..40, Set::wide) {
        panic!("{told}");
    }
}

#[test]
fn the_rows_behind_a_number_fold_to_it_whatever_is_asked_and_in_whatever_order_events_came() {
    holds(explain::broken_explanations, 120);
    if let Some(told) = broken(explain::broken_explanations, 0..60, Set::wide) {
        panic!("{told}");
    }
}

#[test]
fn ratings_conversations_and_agents_are_those_of_a_batch_computation_however_they_are_chosen() {
    holds(people::broken_rows, 200);
    if let Some(told) = broken(people::broken_rows, 0..80, Set::wide) {
        panic!("{told}");
    }
}

#[test]
fn no_number_is_touched_by_a_field_of_a_policy_that_the_catalogue_does_not_name_for_it() {
    holds(policy_fields::broken_by_a_field, 60);
}

#[test]
fn whatever_a_batch_changes_is_named_when_changes_are_drained() {
    holds(changes::broken_by_silence, 60);
}

#[test]
fn what_is_forgotten_could_never_have_changed_an_answer() {
    if let Some(told) = broken(forgetting::broken_by_forgetting, 0..400, Set::of_days) {
        panic!("{told}");
    }
}
