//! How the source is doing, for metrics, `/readyz` and every answer's staleness: written by it, read by anyone.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::event::Millis;
use crate::wire::batch::{RecordBatch, Written};

/// A topic's name, and the number of a partition of it.
pub type TopicPartition = (String, i32);

/// Shared figures of one source.
#[derive(Debug, Default)]
pub struct SourceStatus {
    reachable: AtomicBool,
    caught_up: AtomicBool,
    /// When the brokers answered last; before the first time, when they were asked first.
    fresh_at_ms: AtomicI64,
    records: AtomicU64,
    reassigned: AtomicU64,
    to_go: AtomicU64,
    partitions: Mutex<BTreeMap<TopicPartition, Folded>>,
}

/// How far one partition has been folded.
#[derive(Debug, Default)]
struct Folded {
    /// The offset that comes next.
    next: i64,
    /// The offset of the next record to come, as the brokers said last.
    end: Option<i64>,
    /// When everything in it was folded.
    whole_at: Option<Millis>,
    /// When the last records that were folded were written, the earliest of them; at first, when the partition began
    /// to be read.
    written: Millis,
}

impl Folded {
    fn lag(&self) -> Option<u64> {
        self.end.map(|end| (end - self.next).max(0).unsigned_abs())
    }

    /// How old the oldest record is that is there and not folded. Nobody has seen it; but it was written after the
    /// last one that was folded, and after the moment when there was none.
    fn behind_ms(&self, now: Millis) -> Millis {
        let written_after = self.whole_at.map_or(self.written, |whole_at| whole_at.max(self.written));
        if self.lag().unwrap_or(0) == 0 { 0 } else { (now - written_after).max(0) }
    }
}

impl SourceStatus {
    /// Whether the brokers of every partition answer.
    #[must_use]
    pub fn reachable(&self) -> bool {
        self.reachable.load(Ordering::Relaxed)
    }

    /// Whether everything that was there at the start has been handed over. Never false again.
    #[must_use]
    pub fn caught_up(&self) -> bool {
        self.caught_up.load(Ordering::Relaxed)
    }

    /// How far what is known may be behind the source at `now`: the age of the oldest record that is not folded, or the
    /// time since the brokers answered last.
    #[must_use]
    pub fn stale_ms(&self, now: Millis) -> Millis {
        let silent = if self.reachable() { 0 } else { (now - self.fresh_at_ms.load(Ordering::Relaxed)).max(0) };
        self.partitions().values().map(|folded| folded.behind_ms(now)).fold(silent, Millis::max)
    }

    /// Records handed over.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.records.load(Ordering::Relaxed)
    }

    /// How often what is read was changed after the start: new partitions, and such as had to be read anew.
    #[must_use]
    pub fn reassigned(&self) -> u64 {
        self.reassigned.load(Ordering::Relaxed)
    }

    /// Records between here and being caught up: the progress of a start.
    #[must_use]
    pub fn to_go(&self) -> u64 {
        self.to_go.load(Ordering::Relaxed)
    }

    /// Records of each partition not yet folded; nothing while the brokers do not answer, because nobody knows then.
    #[must_use]
    pub fn lag(&self) -> BTreeMap<TopicPartition, u64> {
        if !self.reachable() {
            return BTreeMap::new();
        }
        let partitions = self.partitions();
        partitions.iter().filter_map(|(partition, folded)| Some((partition.clone(), folded.lag()?))).collect()
    }

    /// Says that the brokers are asked from `now` on.
    pub fn begin(&self, now: Millis) {
        self.fresh_at_ms.store(now, Ordering::Relaxed);
    }

    /// Says whether the brokers answer.
    pub fn set_reachable(&self, reachable: bool, now: Millis) {
        self.reachable.store(reachable, Ordering::Relaxed);
        if reachable {
            self.fresh_at_ms.store(now, Ordering::Relaxed);
        }
    }

    /// Says that the start is done.
    pub fn set_caught_up(&self) {
        self.to_go.store(0, Ordering::Relaxed);
        self.caught_up.store(true, Ordering::Relaxed);
    }

    /// Says how much of the start is left.
    pub fn set_to_go(&self, to_go: u64) {
        self.to_go.store(to_go, Ordering::Relaxed);
    }

    /// Counts records handed over.
    pub fn add_records(&self, records: u64) {
        self.records.fetch_add(records, Ordering::Relaxed);
    }

    /// Counts a change of what is read.
    pub fn add_reassigned(&self) {
        self.reassigned.fetch_add(1, Ordering::Relaxed);
    }

    /// Says where each partition ended at `at`.
    pub fn note_ends(&self, ends: &BTreeMap<TopicPartition, i64>, at: Millis) {
        for (partition, folded) in self.partitions().iter_mut() {
            folded.end = ends.get(partition).copied();
            if folded.lag() == Some(0) {
                folded.whole_at = Some(at);
            }
        }
    }

    /// Says at `now` that a batch has been folded. Where a topic was made anew its offsets begin anew.
    pub fn note_folded(&self, batch: &RecordBatch, now: Millis) {
        let mut partitions = self.partitions();
        for (position, written) in batch.written() {
            let partition = (batch.topics()[position.topic].clone(), position.partition);
            let begun = || Folded { written: now, ..Folded::default() };
            let folded = partitions.entry(partition).or_insert_with(begun);
            folded.next = position.next;
            if let Written::From(earliest) = written {
                folded.written = earliest;
            }
        }
    }

    fn partitions(&self) -> MutexGuard<'_, BTreeMap<TopicPartition, Folded>> {
        self.partitions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::wire::batch::{Arrival, Position};

    /// A batch that ends before `next`, of records that were written at these times.
    fn batch(next: i64, written: &[Millis]) -> RecordBatch {
        let mut batch = RecordBatch::new(Arc::from(["events".to_owned()]));
        for (back, timestamp) in (1..).zip(written.iter().rev()) {
            let (partition, timestamp) = (Some(0), Some(*timestamp));
            batch.push(Arrival { topic: 0, partition, offset: next - back, timestamp, key: None, payload: None }, []);
        }
        batch.note_position(Position { topic: 0, partition: 0, next });
        batch
    }

    fn ends(end: i64) -> BTreeMap<TopicPartition, i64> {
        BTreeMap::from([(("events".to_owned(), 0), end)])
    }

    fn reading() -> SourceStatus {
        let status = SourceStatus::default();
        status.begin(500);
        status.set_reachable(true, 1_000);
        status.note_folded(&batch(0, &[]), 1_000);
        status
    }

    #[test]
    fn what_is_known_grows_stale_from_the_last_moment_the_brokers_answered() {
        let status = SourceStatus::default();
        status.begin(500);
        assert_eq!(status.stale_ms(900), 400, "they never have");
        status.set_reachable(true, 1_000);
        assert_eq!(status.stale_ms(5_000), 0);
        status.set_reachable(true, 6_000);
        status.set_reachable(false, 7_000);
        assert_eq!(status.stale_ms(9_500), 3_500);
    }

    #[test]
    fn lag_is_from_what_is_folded_to_the_end_and_absent_where_nobody_knows() {
        let status = reading();
        assert!(status.lag().is_empty(), "no end was told");
        status.note_ends(&ends(10), 1_000);
        assert_eq!(status.lag(), BTreeMap::from([(("events".to_owned(), 0), 10)]));
        status.note_folded(&batch(4, &[700]), 1_100);
        assert_eq!(status.lag().into_values().collect::<Vec<_>>(), [6]);
        status.set_reachable(false, 1_200);
        assert!(status.lag().is_empty());
    }

    #[test]
    fn a_backlog_is_as_stale_as_its_oldest_record_is_old() {
        let status = reading();
        status.note_ends(&ends(10), 1_000);
        assert_eq!(status.stale_ms(1_250), 250, "of what was written when, nothing is known yet");
        status.note_folded(&batch(4, &[-80_000, -70_000]), 2_000);
        assert_eq!(status.stale_ms(2_000), 82_000);
        status.note_folded(&batch(10, &[1_900]), 2_000);
        assert_eq!(status.stale_ms(2_000), 0);
    }

    #[test]
    fn a_record_on_an_idle_partition_is_no_older_than_the_moment_when_all_was_folded() {
        let status = reading();
        status.note_folded(&batch(4, &[-80_000]), 1_000);
        status.note_ends(&ends(4), 60_000);
        status.note_ends(&ends(5), 61_000);
        assert_eq!(status.stale_ms(61_200), 1_200);
        status.note_ends(&ends(5), 75_000);
        assert_eq!(status.stale_ms(75_000), 15_000, "it stays where it is");
    }

    #[test]
    fn a_clock_that_is_ahead_makes_nothing_fresher_than_now() {
        let status = reading();
        status.note_folded(&batch(4, &[9_999_999]), 1_000);
        status.note_ends(&ends(9), 1_000);
        assert_eq!(status.stale_ms(2_000), 0);
        status.note_folded(&batch(5, &[1_500]), 2_000);
        assert_eq!(status.stale_ms(4_000), 2_500);
    }

    #[test]
    fn a_topic_made_anew_is_behind_again() {
        let status = reading();
        status.note_folded(&batch(50, &[900]), 1_000);
        status.note_folded(&batch(0, &[]), 2_000);
        status.note_ends(&ends(3), 2_000);
        assert_eq!(status.lag().into_values().collect::<Vec<_>>(), [3]);
    }
}
