//! A changed policy restates what it touches: nobody can tell that another one held before.

use crate::engine::{Folded, add_line, book};

use super::answers::{answers, answers_to, unequal};
use super::arrival::arrivals;
use super::random::Set;

/// What differs if half of the events were folded under other policies, which changed twice.
pub(super) fn broken_by_other_policies(set: &Set) -> Vec<String> {
    let (other, own) = (Set::random(set.seed + 7_919).policies, &set.policies);
    let lines = arrivals(&set.lines, set.seed);
    let (before, after) = lines.split_at(lines.len() / 2);
    let mut folded = Folded::nothing();
    add(&mut folded, before, &other, set.as_of_ms);
    restate(&mut folded, own, set.as_of_ms);
    let halfway: Vec<String> = before.iter().map(|(_, line)| (*line).clone()).collect();
    let mut broken = unlike_a_fresh_fold(&mut folded, set, &halfway);
    restate(&mut folded, &other, set.as_of_ms);
    add(&mut folded, after, &other, set.as_of_ms);
    restate(&mut folded, own, set.as_of_ms);
    broken.extend(unlike_a_fresh_fold(&mut folded, set, &set.lines));
    broken
}

fn add(folded: &mut Folded, lines: &[(i64, &String)], policies: &serde_json::Value, now_ms: i64) {
    for (number, (_, line)) in (1..).zip(lines) {
        add_line(folded, &book(policies), now_ms, number, line);
    }
}

fn restate(folded: &mut Folded, policies: &serde_json::Value, now_ms: i64) {
    let book = book(policies);
    for (name, account) in &mut folded.accounts {
        account.restate(book.of(name));
        account.advance_to(now_ms);
    }
}

fn unlike_a_fresh_fold(folded: &mut Folded, set: &Set, lines: &[String]) -> Vec<String> {
    unequal(&answers_to(set, lines, set.as_of_ms), &answers(folded, set.window_minutes))
}
