//! Many more sets, of another mix, for an evening: `cargo test soak -- --ignored`.

use super::forgetting::broken_by_forgetting;
use super::order::{broken_against_the_reference, broken_in_another_order};
use super::random::Set;
use super::time::{broken_by_what_is_later, broken_while_time_passes};
use super::{Law, broken};

fn soaks(law: Law, seeds: std::ops::Range<u64>) {
    if let Some(told) = broken(law, seeds, Set::wide) {
        panic!("{told}");
    }
}

#[test]
#[ignore = "takes minutes"]
fn soak_the_reference_agrees_about_twenty_thousand_wide_sets() {
    soaks(broken_against_the_reference, 0..20_000);
}

#[test]
#[ignore = "takes minutes"]
fn soak_time_passes_over_five_thousand_wide_sets() {
    soaks(broken_while_time_passes, 20_000..25_000);
}

#[test]
#[ignore = "takes minutes"]
fn soak_order_and_what_is_later_do_not_matter_in_a_thousand_wide_sets() {
    soaks(broken_in_another_order, 25_000..26_000);
    soaks(broken_by_what_is_later, 26_000..28_000);
}

#[test]
#[ignore = "takes minutes"]
fn soak_forgetting_changes_no_answer_to_five_thousand_sets_of_days() {
    if let Some(told) = broken(broken_by_forgetting, 1_000..6_000, Set::of_days) {
        panic!("{told}");
    }
}
