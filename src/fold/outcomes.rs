//! How every record ended, counted: nothing is dropped without a number.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::account::Outcome;
use crate::wire::Reason;

/// How a record ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Added to the set of events.
    Applied,
    /// Waits beside the fold until its time comes.
    Held,
    /// Was known.
    Duplicate,
    /// Was known with other content.
    Conflicting,
    /// Came too long after it happened.
    Late,
    /// Is of a type this version does not know.
    Unknown,
    /// Is no event that can be used.
    Rejected(Reason),
    /// Has no value: a tombstone.
    Empty,
}

/// Every ending's word, in the order of the counts.
const WORDS: [&str; 8] = ["applied", "held", "duplicate", "conflicting", "late", "unknown", "rejected", "empty"];

impl Ending {
    fn index(self) -> usize {
        match self {
            Self::Applied => 0,
            Self::Held => 1,
            Self::Duplicate => 2,
            Self::Conflicting => 3,
            Self::Late => 4,
            Self::Unknown => 5,
            Self::Rejected(_) => 6,
            Self::Empty => 7,
        }
    }
}

impl From<Outcome> for Ending {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Applied => Self::Applied,
            Outcome::Held => Self::Held,
            Outcome::Duplicate => Self::Duplicate,
            Outcome::Conflicting => Self::Conflicting,
        }
    }
}

/// Counts of endings since the process began; they never fall.
#[derive(Debug, Default)]
pub struct Outcomes {
    endings: [AtomicU64; 8],
    rejected: [AtomicU64; Reason::ALL.len()],
}

impl Outcomes {
    /// Counts one record.
    pub fn count(&self, ending: Ending) {
        self.endings[ending.index()].fetch_add(1, Ordering::Relaxed);
        if let Ending::Rejected(reason) = ending {
            let index = Reason::ALL.iter().position(|known| *known == reason);
            self.rejected[index.expect("ALL holds every reason")].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Every ending by its word, with its count.
    #[must_use]
    pub fn by_ending(&self) -> [(&'static str, u64); 8] {
        std::array::from_fn(|index| (WORDS[index], self.endings[index].load(Ordering::Relaxed)))
    }

    /// The rejected by reason.
    #[must_use]
    pub fn by_reason(&self) -> [(&'static str, u64); Reason::ALL.len()] {
        std::array::from_fn(|index| (Reason::ALL[index].word(), self.rejected[index].load(Ordering::Relaxed)))
    }

    /// Every record there was.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.endings.iter().map(|count| count.load(Ordering::Relaxed)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_is_counted_once_and_the_rejected_by_reason_too() {
        let outcomes = Outcomes::default();
        for ending in [Outcome::Applied, Outcome::Applied, Outcome::Held, Outcome::Duplicate].map(Ending::from) {
            outcomes.count(ending);
        }
        outcomes.count(Ending::Late);
        outcomes.count(Ending::Unknown);
        outcomes.count(Ending::Empty);
        outcomes.count(Ending::Rejected(Reason::FarFuture));
        outcomes.count(Ending::Rejected(Reason::Missing));
        assert_eq!(outcomes.total(), 9);
        let counts = outcomes.by_ending();
        assert_eq!(counts[0], ("applied", 2));
        assert_eq!(counts[6..], [("rejected", 2), ("empty", 1)]);
        let reasons: Vec<_> = outcomes.by_reason().into_iter().filter(|(_, n)| *n > 0).collect();
        assert_eq!(reasons, [("missing", 1), ("far_future", 1)]);
    }
}
