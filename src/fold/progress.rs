//! How far every source has been folded, by offset and by time, and the revision that amounts to.

use std::collections::{HashMap, HashSet};

use super::partition_time::PartitionTime;
use crate::domain::event::Millis;
use crate::wire::batch::{Position, RecordBatch, Written};

/// How far every partition has been folded so far. The revision never falls, nor do offsets while a topic is the same.
#[derive(Debug, Default)]
pub struct Progress {
    partitions: HashMap<String, HashMap<i32, Partition>>,
    /// The sum of all next offsets, those of topics that were made anew since included.
    revision: u64,
    /// Topics that were made anew: of what was in the old one, nobody knows whether all was read.
    remade: HashSet<String>,
    complete_since: Option<Millis>,
}

#[derive(Debug, Default)]
struct Partition {
    next: i64,
    time: PartitionTime,
    /// Whether something that came before what is read next is gone unread.
    is_cut: bool,
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

    /// From when on everything has been read, where something before it was gone: the earliest record left of a partition
    /// that did not begin at its first one any more, or behind a gap; when it was found empty, if none was left. Of several
    /// partitions the latest. A partition without timestamps cannot say.
    #[must_use]
    pub fn complete_since(&self) -> Option<Millis> {
        self.complete_since
    }

    /// Notes that a batch has been folded.
    pub fn advance(&mut self, batch: &RecordBatch) {
        for &topic in batch.anew() {
            // A partition that the new topic does not have would never pass anything again, and hold everything up.
            self.partitions.remove(&batch.topics()[topic]);
            self.remade.insert(batch.topics()[topic].clone());
        }
        for &(topic, partition) in batch.gaps() {
            self.partition(&batch.topics()[topic], partition, 0).is_cut = true;
        }
        for (position, written) in batch.written() {
            self.advance_one(batch, position, written);
        }
        for end in batch.ends() {
            let partition = self.partition(&batch.topics()[end.topic], end.partition, 0);
            partition.time.ended(end.at);
            let begins = partition.begins(end.at);
            self.complete_since = self.complete_since.max(begins);
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

    fn advance_one(&mut self, batch: &RecordBatch, position: &Position, written: Written) {
        let topic = &batch.topics()[position.topic];
        let is_known = self.partitions.get(topic).is_some_and(|known| known.contains_key(&position.partition));
        let first = if is_known { 0 } else { batch.first(position) };
        let partition = self.partition(topic, position.partition, first);
        partition.time.read(written);
        let more = (position.next - partition.next).max(0);
        partition.next += more;
        let begins = if let Written::From(earliest) = written { partition.begins(earliest) } else { None };
        self.revision += more.unsigned_abs();
        self.complete_since = self.complete_since.max(begins);
    }

    /// A partition, which begins at `first` if it was not known.
    fn partition(&mut self, topic: &str, number: i32, first: i64) -> &mut Partition {
        if !self.partitions.contains_key(topic) {
            self.partitions.insert(topic.to_owned(), HashMap::new());
        }
        let is_cut = first > 0 || self.remade.contains(topic);
        let begun = || Partition { is_cut, ..Partition::default() };
        self.partitions.get_mut(topic).expect("was just put in").entry(number).or_insert_with(begun)
    }
}

impl Partition {
    /// What comes next is of this moment: from then on nothing of it is missing, if something before was.
    fn begins(&mut self, at: Millis) -> Option<Millis> {
        std::mem::take(&mut self.is_cut).then_some(at)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::wire::batch::{Arrival, End};

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

    /// A record of partition 0 of a topic.
    fn record(topic: usize, offset: i64, timestamp: Option<Millis>) -> RecordBatch {
        let mut batch = batch(&[]);
        let arrival = Arrival { topic, partition: Some(0), offset, timestamp, key: None, payload: None };
        batch.push(arrival, []);
        batch
    }

    #[test]
    fn what_begins_at_its_first_record_is_complete_and_what_does_not_from_the_first_that_is_left() {
        let mut progress = Progress::default();
        progress.advance(&record(0, 0, Some(10)));
        assert_eq!(progress.complete_since(), None);
        progress.advance(&batch(&[(1, 0, 500)]));
        assert_eq!(progress.complete_since(), None, "what is left is not known yet");
        progress.advance(&record(1, 500, Some(70)));
        progress.advance(&record(1, 501, Some(90)));
        assert_eq!(progress.complete_since(), Some(70));
        let mut file = batch(&[]);
        file.push(Arrival { topic: 0, partition: None, offset: 7, timestamp: None, key: None, payload: None }, []);
        let mut of_file = Progress::default();
        of_file.advance(&file);
        assert_eq!(of_file.complete_since(), None);
    }

    #[test]
    fn of_a_partition_that_is_empty_now_everything_is_known_from_when_it_was_found_so() {
        let mut progress = Progress::default();
        progress.advance(&batch(&[(0, 0, 0), (0, 1, 500)]));
        for partition in [0, 1] {
            let mut ended = batch(&[]);
            ended.note_end(End { topic: 0, partition, at: 1_000 });
            progress.advance(&ended);
        }
        assert_eq!(progress.complete_since(), Some(1_000));
        progress.advance(&record(0, 1, None));
        assert_eq!(progress.complete_since(), Some(1_000));
    }

    #[test]
    fn behind_a_gap_and_in_a_topic_made_anew_everything_is_known_from_the_next_record_on() {
        let mut progress = Progress::default();
        progress.advance(&record(0, 0, Some(10)));
        let mut gap = batch(&[]);
        gap.note_gap(0, 0);
        assert!(!gap.is_empty());
        progress.advance(&gap);
        progress.advance(&record(0, 90, Some(50)));
        assert_eq!(progress.complete_since(), Some(50));
        let mut anew = batch(&[(0, 0, 0)]);
        anew.note_anew(0);
        progress.advance(&anew);
        progress.advance(&record(0, 0, Some(80)));
        assert_eq!(progress.complete_since(), Some(80));
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
