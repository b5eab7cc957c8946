//! Which topics take no records: one log line when a topic begins to refuse, and one when it takes again.
//!
//! It is remembered by partition, because one that takes records says nothing about another that does not; but spoken
//! of by topic, and a topic is well again when the last of its partitions is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The partitions that took nothing when they were last asked.
#[derive(Debug, Default)]
pub struct Trouble {
    failing: Mutex<BTreeMap<String, BTreeSet<i32>>>,
    /// Whether there is any: looked at for every record, without a lock.
    any: AtomicBool,
}

/// What stands for a partition that was never chosen.
const NONE_CHOSEN: i32 = -1;

impl Trouble {
    /// Notes a record that was not taken; whether that is news of the topic.
    #[must_use]
    pub fn begins(&self, topic: &str, partition: i32) -> bool {
        let mut failing = self.failing();
        self.any.store(true, Ordering::Relaxed);
        if let Some(partitions) = failing.get_mut(topic) {
            partitions.insert(partition);
            return false;
        }
        failing.insert(topic.to_owned(), BTreeSet::from([partition]));
        true
    }

    /// Notes a record that was taken; whether that is news of the topic.
    #[must_use]
    pub fn ends(&self, topic: &str, partition: i32) -> bool {
        if !self.any.load(Ordering::Relaxed) {
            return false;
        }
        let mut failing = self.failing();
        let Some(partitions) = failing.get_mut(topic) else { return false };
        partitions.remove(&partition);
        partitions.remove(&NONE_CHOSEN);
        let well = partitions.is_empty();
        if well {
            failing.remove(topic);
            self.any.store(!failing.is_empty(), Ordering::Relaxed);
        }
        well
    }

    fn failing(&self) -> MutexGuard<'_, BTreeMap<String, BTreeSet<i32>>> {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_with_a_topic_is_told_once_and_its_end_once() {
        let trouble = Trouble::default();
        assert!(!trouble.ends("live", 0));
        assert_eq!([trouble.begins("live", 0), trouble.begins("live", 0)], [true, false]);
        assert_eq!([trouble.ends("live", 0), trouble.ends("live", 0)], [true, false]);
    }

    #[test]
    fn what_another_topic_or_partition_takes_does_not_end_it() {
        let trouble = Trouble::default();
        assert!(trouble.begins("live", 0) && trouble.begins("buckets", 2));
        assert!(!trouble.begins("live", 1));
        assert_eq!([trouble.ends("buckets", 0), trouble.ends("live", 0)], [false, false]);
        assert_eq!([trouble.ends("live", 1), trouble.ends("buckets", 2)], [true, true]);
    }

    #[test]
    fn a_topic_that_had_no_partitions_is_well_again_as_soon_as_one_takes_a_record() {
        let trouble = Trouble::default();
        assert!(trouble.begins("live", NONE_CHOSEN));
        assert!(trouble.ends("live", 4));
    }
}
