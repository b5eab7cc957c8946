//! When a question is answered anew. Pure: the time is that of the passes.
//!
//! At each pass after which the account has another view, or a window covers other buckets. Many rows cost readers more
//! than it helps them: they come once a second. What only grows, such as the time that an agent has been online, follows
//! every five seconds.

use crate::domain::bucket::Bucket;
use crate::domain::event::Millis;
use crate::serve::asking::Seen;

/// How often rows that only grew are told.
const GROWTH_MS: Millis = 5_000;
/// From so many rows on they come once a second.
const MANY_ROWS: usize = 100;
/// A pass that comes a little early is as good.
const MANY_ROWS_MS: Millis = 900;

/// The pace of one question.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// What was known when it was answered last.
    answered: Option<Seen>,
    /// As of when something was told last.
    told: Millis,
    /// How long after an answer there is no other.
    rest_ms: Millis,
}

impl Pace {
    /// Whether there can be anything new to tell.
    pub(super) fn is_due(&self, seen: Seen) -> bool {
        let Some(answered) = self.answered else { return true };
        let passed = seen.as_of - answered.as_of;
        let is_other =
            seen.renewals != answered.renewals || Bucket::asked_at(seen.as_of) != Bucket::asked_at(answered.as_of);
        // A clock that is put back must not end the telling.
        !(0..GROWTH_MS).contains(&passed) || (is_other && passed >= self.rest_ms)
    }

    /// Notes that it was answered, with all that was known by then.
    pub(super) fn note(&mut self, seen: Seen) {
        self.answered = Some(seen);
    }

    /// Whether what only grew is to be told as of this moment.
    pub(super) fn has_to_grow(&self, as_of: Millis) -> bool {
        !(0..GROWTH_MS).contains(&(as_of - self.told))
    }

    /// Notes that something was told, with so many rows in all.
    pub(super) fn tell(&mut self, as_of: Millis, rows: usize) {
        self.told = as_of;
        self.rest_ms = if rows > MANY_ROWS { MANY_ROWS_MS } else { 0 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On an edge of buckets.
    const NOW: Millis = 1_800_000_000_000;

    fn seen(after_ms: Millis, renewals: u64) -> Seen {
        Seen { as_of: NOW + after_ms, renewals }
    }

    fn told(rows: usize) -> Pace {
        let mut pace = Pace::default();
        assert!(pace.is_due(seen(1, 1)), "the first");
        pace.note(seen(1, 1));
        pace.tell(NOW + 1, rows);
        pace
    }

    #[test]
    fn nothing_is_computed_while_nothing_happens_but_at_the_edge_of_a_bucket_and_every_five_seconds() {
        let pace = told(7);
        assert!(!pace.is_due(seen(251, 1)));
        assert!(pace.is_due(seen(251, 2)), "something happened");
        assert!(pace.is_due(seen(5_001, 1)));
        assert!(pace.is_due(seen(-250, 1)), "the clock was put back");
        let mut before_the_edge = told(7);
        before_the_edge.note(seen(299_900, 1));
        assert!(!before_the_edge.is_due(seen(300_000, 1)), "what ends exactly now belongs to the bucket just ended");
        assert!(before_the_edge.is_due(seen(300_100, 1)));
    }

    #[test]
    fn many_rows_come_once_a_second() {
        let pace = told(101);
        assert!(!pace.is_due(seen(751, 2)));
        assert!(pace.is_due(seen(991, 2)));
    }

    #[test]
    fn growth_is_told_five_seconds_after_anything_was() {
        let pace = told(7);
        assert!(!pace.has_to_grow(NOW + 5_000));
        assert!(pace.has_to_grow(NOW + 5_001));
    }
}
