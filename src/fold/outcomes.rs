//! How every record ended, counted: nothing is dropped without a number.
//!
//! Of records that never reached an account it is counted by topic, because that tells whose producer is at fault.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::complaints::{Complaint, Complaints};
use crate::domain::event::Millis;
use crate::domain::history::Fate;
use crate::wire::{Place, Reason, Refusal};

/// How a record ended that no account was told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skipped {
    /// Came too long after it happened.
    Late,
    /// Is of a type this version does not know.
    Unknown,
    /// Has no value: a tombstone.
    Empty,
    /// Is no event that can be used.
    Rejected(Refusal),
}

/// What accounts made of events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EventCounts {
    /// Added to the set.
    pub applied: u64,
    /// Later than now: added when their time comes.
    pub held: u64,
    /// Known already.
    pub duplicate: u64,
    /// Known already, with other content.
    pub conflicting: u64,
}

/// Counts of endings since the process began; they never fall.
#[derive(Debug, Default)]
pub struct Outcomes {
    /// In the order of [`EventCounts`].
    events: [AtomicU64; 4],
    /// Such records are few, or there is trouble: a lock costs nothing that matters.
    skipped: Mutex<Skips>,
}

#[derive(Debug, Default)]
struct Skips {
    topics: BTreeMap<String, SkippedCounts>,
    complaints: Complaints,
}

/// Counts of one topic, or of all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SkippedCounts {
    /// Too long behind their own timestamp.
    pub late: u64,
    /// Of an unknown type.
    pub unknown: u64,
    /// Without a value.
    pub empty: u64,
    rejected: [u64; Reason::ALL.len()],
}

impl SkippedCounts {
    /// The rejected by the word of their reason.
    pub fn by_reason(&self) -> impl Iterator<Item = (&'static str, u64)> {
        Reason::ALL.iter().map(|reason| reason.word()).zip(self.rejected)
    }

    /// All rejected.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.rejected.iter().sum()
    }

    fn count(&mut self, skipped: Skipped) {
        match skipped {
            Skipped::Late => self.late += 1,
            Skipped::Unknown => self.unknown += 1,
            Skipped::Empty => self.empty += 1,
            Skipped::Rejected(refusal) => {
                let index = Reason::ALL.iter().position(|known| *known == refusal.reason);
                self.rejected[index.expect("ALL holds every reason")] += 1;
            }
        }
    }

    fn plus(mut self, other: &Self) -> Self {
        self.late += other.late;
        self.unknown += other.unknown;
        self.empty += other.empty;
        self.rejected.iter_mut().zip(other.rejected).for_each(|(sum, more)| *sum += more);
        self
    }
}

impl Outcomes {
    /// Names topics of which counts are told from the start, though they are 0: a series that is not there cannot be
    /// told from one of which nobody thought.
    pub fn expect_topics<'a>(&self, topics: impl IntoIterator<Item = &'a String>) {
        let mut skips = self.skips();
        for topic in topics {
            skips.topics.entry(topic.clone()).or_default();
        }
    }

    /// Counts what an account made of an event.
    pub fn count(&self, outcome: Fate) {
        let index = match outcome {
            Fate::Applied => 0,
            Fate::Held => 1,
            Fate::Duplicate => 2,
            Fate::Conflicting => 3,
        };
        self.events[index].fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a record that no account is told of, and keeps what there is to say of it.
    pub fn skip(&self, skipped: Skipped, place: &Place<'_>) {
        let (Place::Offset { topic: name, .. } | Place::Line { name, .. }) = place;
        let mut skips = self.skips();
        if !skips.topics.contains_key(*name) {
            skips.topics.insert((*name).to_owned(), SkippedCounts::default());
        }
        skips.topics.get_mut(*name).expect("was just put in").count(skipped);
        match skipped {
            Skipped::Late => skips.complaints.late(place),
            Skipped::Rejected(refusal) => skips.complaints.rejected(refusal, place),
            Skipped::Unknown | Skipped::Empty => {}
        }
    }

    /// What accounts made of events.
    #[must_use]
    pub fn events(&self) -> EventCounts {
        let [applied, held, duplicate, conflicting] =
            std::array::from_fn(|index| self.events[index].load(Ordering::Relaxed));
        EventCounts { applied, held, duplicate, conflicting }
    }

    /// What was skipped of each topic.
    #[must_use]
    pub fn by_topic(&self) -> BTreeMap<String, SkippedCounts> {
        self.skips().topics.clone()
    }

    /// What was skipped of all topics.
    #[must_use]
    pub fn skipped(&self) -> SkippedCounts {
        self.skips().topics.values().fold(SkippedCounts::default(), SkippedCounts::plus)
    }

    /// Every record there was.
    #[must_use]
    pub fn total(&self) -> u64 {
        let EventCounts { applied, held, duplicate, conflicting } = self.events();
        let skipped = self.skipped();
        let skips = skipped.late + skipped.unknown + skipped.empty + skipped.rejected();
        applied + held + duplicate + conflicting + skips
    }

    /// What the log is to say at `now` of rejected and late records.
    #[must_use]
    pub fn complaints(&self, now: Millis) -> Vec<Complaint> {
        self.skips().complaints.take_due(now)
    }

    /// What the log has not said yet, before the end.
    #[must_use]
    pub fn last_complaints(&self) -> Vec<Complaint> {
        self.skips().complaints.take_all()
    }

    fn skips(&self) -> MutexGuard<'_, Skips> {
        self.skipped.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(topic: &str, offset: i64) -> Place<'_> {
        Place::Offset { topic, partition: 0, offset }
    }

    #[test]
    fn every_record_is_counted_once_and_the_skipped_by_topic_and_reason_too() {
        let outcomes = Outcomes::default();
        for outcome in [Fate::Applied, Fate::Applied, Fate::Held, Fate::Duplicate] {
            outcomes.count(outcome);
        }
        outcomes.skip(Skipped::Late, &at("a", 1));
        outcomes.skip(Skipped::Unknown, &at("a", 2));
        outcomes.skip(Skipped::Empty, &at("b", 1));
        outcomes.skip(Skipped::Rejected(Refusal::FAR_FUTURE), &at("b", 2));
        outcomes.skip(Skipped::Rejected(Refusal::UNDECODABLE), &at("a", 3));
        assert_eq!(outcomes.total(), 9);
        assert_eq!(outcomes.events(), EventCounts { applied: 2, held: 1, duplicate: 1, conflicting: 0 });
        assert_eq!(outcomes.skipped().rejected(), 2);
        let topics = outcomes.by_topic();
        assert_eq!((topics["a"].late, topics["a"].unknown, topics["a"].empty), (1, 1, 0));
        assert_eq!(topics["b"].empty, 1);
        let reasons = |topic: &str| topics[topic].by_reason().filter(|(_, n)| *n > 0).collect::<Vec<_>>();
        assert_eq!((reasons("a"), reasons("b")), (vec![("undecodable", 1)], vec![("far_future", 1)]));
    }

    #[test]
    fn a_topic_that_is_expected_is_there_from_the_start() {
        let outcomes = Outcomes::default();
        outcomes.expect_topics(&["a".to_owned()]);
        assert_eq!(outcomes.by_topic()["a"], SkippedCounts::default());
    }

    #[test]
    fn rejected_and_late_records_are_spoken_of_and_unknown_and_empty_ones_are_not() {
        let outcomes = Outcomes::default();
        for skipped in [Skipped::Late, Skipped::Unknown, Skipped::Empty, Skipped::Rejected(Refusal::FAR_FUTURE)] {
            outcomes.skip(skipped, &at("a", 1));
        }
        let reasons: Vec<_> = outcomes.last_complaints().iter().map(|complaint| complaint.reason).collect();
        assert_eq!(reasons, ["far_future", "late"]);
        assert_eq!(outcomes.complaints(1), []);
    }
}
