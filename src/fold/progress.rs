//! How far every source has been folded, by offset and by time, and the revision that amounts to.

use std::collections::HashMap;

use super::partition_time::PartitionTime;
use crate::domain::event::Millis;
use crate::wire::batch::{RecordBatch, Written};

/// How far every partition has been folded so far. The revision never falls, nor do offsets while a topic is the same.
#[derive(Debug, Default)]
pub struct Progress {
    partitions: HashMap<String, HashMap<i32, Partition>>,
    /// The sum of all next offsets, those of topics that were made anew since included.
    revision: u64,
}

#[derive(Debug, Default)]
struct Partition {
    next: i64,
    time: PartitionTime,
}

impl Progress {
    /// The sum of the next offsets of all partitions, also of those that are no more.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The next offset of one partition.
    #[must_use]
    pub fn next(&self, topic: &str, partition: i32) -> Option<i64> {
        Some(self.partitions.get(topic)?.get(&partition)?.next)
    }

    /// Notes that a batch has been folded.
    pub fn advance(&mut self, batch: &RecordBatch) {
        for &topic in batch.anew() {
            // A partition that the new topic does not have would never pass anything again, and hold everything up.
            self.partitions.remove(&batch.topics()[topic]);
        }
        for (position, written) in batch.written() {
            self.advance_one(&batch.topics()[position.topic], position.partition, position.next, written);
        }
        for end in batch.ends() {
            self.partition(&batch.topics()[end.topic], end.partition).time.ended(end.at);
        }
    }

    /// What every partition has passed since the last look: no record still to be folded was written before it. `None`
    /// where there is a partition of which that cannot be said.
    pub fn look(&mut self) -> Option<Millis> {
        let partitions = self.partitions.values_mut().flat_map(HashMap::values_mut);
        // Each is looked at, whatever the others say.
        let passed: Vec<Option<Millis>> = partitions.map(|partition| partition.time.look()).collect();
        passed.into_iter().min().flatten()
    }

    fn advance_one(&mut self, topic: &str, number: i32, next: i64, written: Written) {
        let partition = self.partition(topic, number);
        partition.time.read(written);
        let more = (next - partition.next).max(0);
        partition.next += more;
        self.revision += more.unsigned_abs();
    }

    fn partition(&mut self, topic: &str, number: i32) -> &mut Partition {
        if !self.partitions.contains_key(topic) {
            self.partitions.insert(topic.to_owned(), HashMap::new());
        }
        self.partitions.get_mut(topic).expect("was just put in").entry(number).or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::wire::batch::{End, Position};

    fn batch(positions: &[(usize, i32, i64)]) -> RecordBatch {
        let mut batch = RecordBatch::new(Arc::from(["a".to_owned(), "b".to_owned()]));
        for &(topic, partition, next) in positions {
            batch.note_position(Position { topic, partition, next });
        }
        batch
    }

    #[test]
    fn the_revision_is_the_sum_of_next_offsets_over_all_partitions() {
        let mut progress = Progress::default();
        progress.advance(&batch(&[(0, 0, 5), (0, 1, 7), (1, 0, 100)]));
        assert_eq!(progress.revision(), 112);
        progress.advance(&batch(&[(0, 0, 6)]));
        assert_eq!((progress.revision(), progress.next("a", 0)), (113, Some(6)));
    }

    #[test]
    fn reading_again_from_an_earlier_offset_does_not_lower_it() {
        let mut progress = Progress::default();
        progress.advance(&batch(&[(0, 0, 50)]));
        progress.advance(&batch(&[(0, 0, 3)]));
        assert_eq!((progress.revision(), progress.next("a", 0)), (50, Some(50)));
    }

    #[test]
    fn a_topic_made_anew_leaves_its_share_of_the_revision_and_none_of_its_partitions() {
        let mut progress = Progress::default();
        let mut old = batch(&[(0, 0, 5), (0, 1, 7), (1, 0, 100)]);
        for (topic, partition) in [(0, 0), (0, 1), (1, 0)] {
            old.note_end(End { topic, partition, at: 1_000 });
        }
        progress.advance(&old);
        let mut anew = batch(&[(0, 0, 2)]);
        anew.note_anew(0);
        progress.advance(&anew);
        assert_eq!(progress.look(), None, "the new partition has passed nothing yet");
        let mut later = batch(&[]);
        later.note_end(End { topic: 0, partition: 0, at: 3_000 });
        later.note_end(End { topic: 1, partition: 0, at: 2_000 });
        progress.advance(&later);
        assert_eq!(progress.look(), Some(2_000), "the partition that is no more holds nothing up");
        assert_eq!((progress.next("a", 0), progress.next("a", 1), progress.revision()), (Some(2), None, 114));
    }
}
