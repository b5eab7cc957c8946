//! How far each partition has been read, and what follows from it: caught up, the lag, offsets that are gone.
//!
//! The decisions of the Kafka source, apart from any socket, so that every case can be tried.

use std::collections::BTreeMap;

use crate::domain::event::Millis;

/// A partition: which of the source's topics, and its number there.
pub(super) type Partition = (usize, i32);

/// The offsets a broker keeps of one partition: from the first that is there to the one that comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kept {
    /// The earliest offset that can still be read.
    pub(super) first: i64,
    /// The offset of the next record to come.
    pub(super) end: i64,
}

#[derive(Debug)]
struct Reading {
    next: i64,
    /// The end when the source started, or found the partition.
    target: i64,
    /// Whether anything has been read; until then a later beginning is no gap.
    begun: bool,
    /// Since when there has been something to read, as far as the broker was asked, and nothing came.
    waiting_since: Option<Millis>,
}

/// Something to read that does not come for so long will not come: after a broker's restart librdkafka takes a topic
/// made anew for an old one, and waits for ever.
const STUCK_AFTER_MS: Millis = 30_000;

/// What to do about a partition's position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It can be read on.
    Fine,
    /// Nothing had been read: begin where the partition now begins.
    Begin {
        /// From here.
        at: i64,
    },
    /// There is something to read, and it does not come.
    Stuck,
    /// What was to come next no longer exists.
    Gap {
        /// What would have come next.
        wanted: i64,
        /// What there is.
        kept: Kept,
    },
}

/// Every partition being read.
#[derive(Debug, Default)]
pub(super) struct Positions {
    partitions: BTreeMap<Partition, Reading>,
}

impl Positions {
    /// Begins to read a partition at its earliest offset; false if it was known.
    pub(super) fn begin(&mut self, partition: Partition, kept: Kept) -> bool {
        let known = self.partitions.contains_key(&partition);
        let reading = Reading { next: kept.first, target: kept.end, begun: false, waiting_since: None };
        self.partitions.entry(partition).or_insert(reading);
        !known
    }

    /// Notes the offset that comes next; a position never goes back.
    pub(super) fn advance(&mut self, partition: Partition, next: i64) {
        if let Some(reading) = self.partitions.get_mut(&partition)
            && next > reading.next
        {
            reading.next = next;
            reading.begun = true;
            reading.waiting_since = None;
        }
    }

    /// Goes on elsewhere, after a gap was accepted or a beginning moved.
    pub(super) fn jump(&mut self, partition: Partition, at: i64) {
        if let Some(reading) = self.partitions.get_mut(&partition) {
            reading.next = at;
            reading.target = reading.target.min(at);
            reading.waiting_since = None;
        }
    }

    /// Knows nothing of a topic any more.
    pub(super) fn forget(&mut self, topic: usize) {
        self.partitions.retain(|(known, _), _| *known != topic);
    }

    /// Whether every partition has been read to where it ended at the start.
    #[must_use]
    pub(super) fn caught_up(&self) -> bool {
        self.partitions.values().all(|reading| reading.next >= reading.target)
    }

    /// Offsets between here and being caught up.
    #[must_use]
    pub(super) fn to_go(&self) -> u64 {
        self.partitions.values().map(|reading| (reading.target - reading.next).max(0) as u64).sum()
    }

    /// Each partition with the offset that comes next.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Partition, i64)> {
        self.partitions.iter().map(|(&partition, reading)| (partition, reading.next))
    }

    /// Each partition that has not been read to where it ended at the start: the offset that comes next, and that end.
    pub(super) fn to_come(&self) -> impl Iterator<Item = (Partition, i64, i64)> {
        let all = self.partitions.iter().map(|(&partition, reading)| (partition, reading.next, reading.target));
        all.filter(|(_, next, target)| next < target)
    }

    /// The offset that comes next.
    #[must_use]
    pub(super) fn next(&self, partition: Partition) -> Option<i64> {
        self.partitions.get(&partition).map(|reading| reading.next)
    }

    /// The known partition after `partition`, or the first: to look at one after the other.
    #[must_use]
    pub(super) fn after(&self, partition: Partition) -> Option<Partition> {
        let later = (std::ops::Bound::Excluded(partition), std::ops::Bound::Unbounded);
        let next = self.partitions.range(later).next().or_else(|| self.partitions.iter().next());
        next.map(|(&partition, _)| partition)
    }

    /// What to do, given what the broker keeps of a partition at `now`.
    pub(super) fn judge(&mut self, partition: Partition, kept: Kept, now: Millis) -> Verdict {
        let Some(reading) = self.partitions.get_mut(&partition) else { return Verdict::Fine };
        if reading.next < kept.first && !reading.begun {
            return Verdict::Begin { at: kept.first };
        }
        if reading.next < kept.first || reading.next > kept.end {
            return Verdict::Gap { wanted: reading.next, kept };
        }
        if reading.next == kept.end {
            reading.waiting_since = None;
            return Verdict::Fine;
        }
        let since = *reading.waiting_since.get_or_insert(now);
        if now - since < STUCK_AFTER_MS {
            return Verdict::Fine;
        }
        // Whatever is done about it gets as long again.
        reading.waiting_since = None;
        Verdict::Stuck
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const P: Partition = (0, 0);
    const Q: Partition = (2, 5);

    fn reading(first: i64, end: i64) -> Positions {
        let mut positions = Positions::default();
        assert!(positions.begin(P, Kept { first, end }));
        positions
    }

    #[test]
    fn caught_up_is_when_the_position_reaches_the_end_found_at_the_start() {
        let mut positions = reading(10, 20);
        positions.advance(P, 19);
        assert!(!positions.caught_up());
        assert_eq!(positions.to_go(), 1);
        positions.advance(P, 20);
        assert!(positions.caught_up());
        assert_eq!(positions.to_go(), 0);
    }

    #[test]
    fn an_empty_partition_is_caught_up_at_once_and_one_without_records_at_its_end_too() {
        assert!(reading(0, 0).caught_up());
        assert!(reading(77, 77).caught_up());
        assert!(Positions::default().caught_up());
    }

    #[test]
    fn a_second_partition_holds_everything_up() {
        let mut positions = reading(0, 1);
        positions.begin(Q, Kept { first: 0, end: 3 });
        positions.advance(P, 1);
        assert!(!positions.caught_up());
        positions.advance(Q, 3);
        assert!(positions.caught_up());
    }

    #[test]
    fn a_known_partition_does_not_begin_again_and_a_position_never_goes_back() {
        let mut positions = reading(0, 9);
        positions.advance(P, 5);
        assert!(!positions.begin(P, Kept { first: 0, end: 50 }));
        positions.advance(P, 3);
        assert_eq!(positions.next(P), Some(5));
    }

    #[test]
    fn retention_that_overtakes_the_reader_is_a_gap() {
        let mut positions = reading(0, 100);
        positions.advance(P, 5);
        let kept = Kept { first: 6, end: 100 };
        assert_eq!(positions.judge(P, kept, 0), Verdict::Gap { wanted: 5, kept });
        assert_eq!(positions.judge(P, Kept { first: 5, end: 100 }, 0), Verdict::Fine);
    }

    #[test]
    fn a_topic_made_anew_with_fewer_records_is_a_gap() {
        let mut positions = reading(0, 100);
        positions.advance(P, 50);
        let kept = Kept { first: 0, end: 49 };
        assert_eq!(positions.judge(P, kept, 0), Verdict::Gap { wanted: 50, kept });
        assert_eq!(positions.judge(P, Kept { first: 0, end: 50 }, 0), Verdict::Fine);
    }

    #[test]
    fn before_anything_was_read_a_later_beginning_is_no_gap() {
        assert_eq!(reading(0, 9).judge(P, Kept { first: 4, end: 9 }, 0), Verdict::Begin { at: 4 });
    }

    #[test]
    fn after_a_jump_the_old_end_is_no_longer_waited_for() {
        let mut positions = reading(0, 100);
        positions.advance(P, 50);
        positions.jump(P, 0);
        assert_eq!(positions.next(P), Some(0));
        assert!(positions.caught_up());
    }

    #[test]
    fn records_that_are_there_and_do_not_come_for_half_a_minute_will_not_come() {
        let mut positions = reading(0, 100);
        positions.advance(P, 50);
        let kept = Kept { first: 0, end: 60 };
        assert_eq!(positions.judge(P, kept, 1_000), Verdict::Fine);
        assert_eq!(positions.judge(P, kept, 1_000 + STUCK_AFTER_MS - 1), Verdict::Fine);
        assert_eq!(positions.judge(P, kept, 1_000 + STUCK_AFTER_MS), Verdict::Stuck);
        assert_eq!(positions.judge(P, kept, 1_001 + STUCK_AFTER_MS), Verdict::Fine, "it was just seen to");
        positions.advance(P, 51);
        assert_eq!(positions.judge(P, kept, 1_000 + 2 * STUCK_AFTER_MS), Verdict::Fine, "something came");
    }

    #[test]
    fn a_topic_that_was_forgotten_begins_anew() {
        let mut positions = reading(0, 100);
        positions.begin(Q, Kept { first: 0, end: 3 });
        positions.advance(P, 50);
        positions.forget(P.0);
        assert!(positions.begin(P, Kept { first: 0, end: 7 }));
        assert_eq!((positions.next(P), positions.next(Q), positions.to_go()), (Some(0), Some(0), 10));
    }

    #[test]
    fn partitions_are_looked_at_one_after_the_other() {
        let mut positions = reading(0, 1);
        positions.begin(Q, Kept { first: 0, end: 3 });
        assert_eq!([positions.after(P), positions.after(Q), positions.after((9, 9))], [Some(Q), Some(P), Some(P)]);
        assert_eq!(Positions::default().after(P), None);
    }
}
