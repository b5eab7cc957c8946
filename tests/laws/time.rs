//! Time is an argument: the answers at a moment do not depend on how it was reached.

use crate::engine::{Folded, add_line, book, fold};

use super::answers::{answers, answers_to, reference_answers, unequal, unlike_the_reference};
use super::arrival::{arrivals, drawn};
use super::random::{Set, at_ms};

/// How much later the second question comes: past the last event of every set.
const LATER_MS: i64 = 80 * 24 * 3_600_000;

/// What differs if time creeps forward while the events arrive late, early and in between: some are held, waits become
/// overdue before their answer comes, visits are capped before what goes on with them.
pub(super) fn broken_while_time_passes(set: &Set) -> Vec<String> {
    let mut crept = creeping(set);
    let found = answers(&mut crept, set.window_minutes);
    let mut broken = unequal(&answers_to(set, &set.lines, set.as_of_ms), &found);
    broken.extend(unlike_the_reference(&reference_answers(set), &found));
    broken
}

fn creeping(set: &Set) -> Folded {
    let policies = book(&set.policies);
    let mut folded = Folded::nothing();
    let mut now_ms = i64::MIN;
    for (number, (arrives_ms, line)) in (1..).zip(arrivals(&set.lines, set.seed)) {
        let arrives_ms = arrives_ms.min(set.as_of_ms);
        creep(&mut folded, now_ms, arrives_ms, drawn(line, set.seed));
        now_ms = arrives_ms.max(now_ms);
        add_line(&mut folded, &policies, now_ms, number, line);
    }
    creep(&mut folded, now_ms, set.as_of_ms, set.seed);
    folded
}

/// Lets time pass in up to seven steps; now and then somebody looks.
fn creep(folded: &mut Folded, from_ms: i64, to_ms: i64, drawn: u64) {
    let steps = 1 + (drawn % 7) as i64;
    let passes = to_ms.saturating_sub(from_ms.max(to_ms - LATER_MS));
    for step in (0..steps).rev() {
        folded.advance_to(to_ms - passes * step / steps);
    }
    if drawn.is_multiple_of(3) {
        let _ = answers(folded, 5);
    }
}

/// What differs if the set loses the events that are later than now; and, when their time has come, if they were held.
pub(super) fn broken_by_what_is_later(set: &Set) -> Vec<String> {
    let (now_ms, later_ms) = (set.as_of_ms, set.as_of_ms + LATER_MS);
    let known: Vec<String> = set.lines.iter().filter(|line| at_ms(line) <= now_ms).cloned().collect();
    let mut folded = fold(&set.lines, &book(&set.policies), now_ms);
    let mut broken = unequal(&answers_to(set, &known, now_ms), &answers(&mut folded, set.window_minutes));
    for asked_ms in [now_ms + 1, now_ms + set.span_ms / 16, now_ms + set.span_ms / 2, later_ms] {
        folded.advance_to(asked_ms);
        let expected = answers_to(set, &set.lines, asked_ms);
        broken.extend(unequal(&expected, &answers(&mut folded, set.window_minutes)));
    }
    broken
}
