//! What takes no records: one log line when that begins, and one when it ends.
//!
//! It is remembered by partition, because one that takes records says nothing about another that does not; but spoken
//! of together: by topic where the topic is at fault, once for all topics where the brokers are. A group is well again
//! when the last of its partitions is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The partitions that took nothing when they were last asked.
#[derive(Debug, Default)]
pub struct Trouble {
    failing: Mutex<BTreeMap<Group, BTreeSet<(String, i32)>>>,
    /// Whether there is any: looked at for every record, without a lock.
    any: AtomicBool,
}

/// What is spoken of together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Nobody answered in time.
    Brokers,
    /// This one was refused.
    Topic(String),
}

impl std::fmt::Display for Group {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Brokers => f.write_str("Kafka's topics"),
            Self::Topic(topic) => f.write_str(topic),
        }
    }
}

/// What stands for a partition that was never chosen.
const NONE_CHOSEN: i32 = -1;

impl Trouble {
    /// Notes a record that was not taken; whether that is news of the group.
    #[must_use]
    pub fn begins(&self, group: Group, topic: &str, partition: i32) -> bool {
        let mut failing = self.failing();
        self.any.store(true, Ordering::Relaxed);
        let partitions = failing.entry(group).or_default();
        let news = partitions.is_empty();
        partitions.insert((topic.to_owned(), partition));
        news
    }

    /// Notes a record that was taken; the groups of which that is news.
    #[must_use]
    pub fn ends(&self, topic: &str, partition: i32) -> Vec<Group> {
        if !self.any.load(Ordering::Relaxed) {
            return Vec::new();
        }
        let mut failing = self.failing();
        let taken = |(name, number): &(String, i32)| name == topic && [partition, NONE_CHOSEN].contains(number);
        failing.values_mut().for_each(|partitions| partitions.retain(|failed| !taken(failed)));
        let well = failing.extract_if(.., |_, partitions| partitions.is_empty()).map(|(group, _)| group).collect();
        self.any.store(!failing.is_empty(), Ordering::Relaxed);
        well
    }

    fn failing(&self) -> MutexGuard<'_, BTreeMap<Group, BTreeSet<(String, i32)>>> {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(trouble: &Trouble, topic: &str, partition: i32) -> bool {
        trouble.begins(Group::Topic(topic.to_owned()), topic, partition)
    }

    fn well(trouble: &Trouble, topic: &str, partition: i32) -> Vec<String> {
        trouble.ends(topic, partition).iter().map(Group::to_string).collect()
    }

    #[test]
    fn trouble_with_a_topic_is_told_once_and_its_end_once() {
        let trouble = Trouble::default();
        assert_eq!(well(&trouble, "live", 0), [""; 0]);
        assert_eq!([refused(&trouble, "live", 0), refused(&trouble, "live", 0)], [true, false]);
        assert_eq!((well(&trouble, "live", 0), well(&trouble, "live", 0)), (vec!["live".into()], vec![]));
    }

    #[test]
    fn what_another_topic_or_partition_takes_does_not_end_it() {
        let trouble = Trouble::default();
        assert!(refused(&trouble, "live", 0) && refused(&trouble, "buckets", 2));
        assert!(!refused(&trouble, "live", 1));
        assert_eq!((well(&trouble, "buckets", 0), well(&trouble, "live", 0)), (vec![], vec![]));
        assert_eq!(
            (well(&trouble, "live", 1), well(&trouble, "buckets", 2)),
            (vec!["live".into()], vec!["buckets".into()])
        );
    }

    #[test]
    fn a_topic_that_had_no_partitions_is_well_again_as_soon_as_one_takes_a_record() {
        let trouble = Trouble::default();
        assert!(refused(&trouble, "live", NONE_CHOSEN));
        assert_eq!(well(&trouble, "live", 4), ["live"]);
    }

    #[test]
    fn brokers_that_are_away_are_one_thing_to_say_for_all_topics() {
        let trouble = Trouble::default();
        let late = |topic: &str| trouble.begins(Group::Brokers, topic, 0);
        assert_eq!([late("live"), late("buckets")], [true, false]);
        assert_eq!((well(&trouble, "live", 0), well(&trouble, "buckets", 0).len()), (vec![], 1));
    }
}
