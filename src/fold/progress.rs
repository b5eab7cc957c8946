//! How far every source has been folded, and the revision that amounts to.

use std::collections::HashMap;

use crate::wire::batch::RecordBatch;

/// The next offset of every partition folded so far. Offsets and revision never fall.
#[derive(Debug, Default)]
pub struct Progress {
    next: HashMap<String, HashMap<i32, i64>>,
    /// The sum of all next offsets.
    revision: u64,
}

impl Progress {
    /// The sum of the next offsets of all partitions.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The next offset of one partition.
    #[must_use]
    pub fn next(&self, topic: &str, partition: i32) -> Option<i64> {
        self.next.get(topic)?.get(&partition).copied()
    }

    /// Notes that a batch has been folded.
    pub fn advance(&mut self, batch: &RecordBatch) {
        for position in batch.positions() {
            self.advance_one(&batch.topics()[position.topic], position.partition, position.next);
        }
    }

    fn advance_one(&mut self, topic: &str, partition: i32, next: i64) {
        if !self.next.contains_key(topic) {
            self.next.insert(topic.to_owned(), HashMap::new());
        }
        let of_topic = self.next.get_mut(topic).expect("was just put in");
        let known = of_topic.entry(partition).or_insert(0);
        if next > *known {
            self.revision += (next - *known).unsigned_abs();
            *known = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::wire::batch::Position;

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
}
