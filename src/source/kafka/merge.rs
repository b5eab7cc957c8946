//! The records of many partitions in the order in which they were written, as far as they are there.
//!
//! A client that catches up is handed one piece of a partition after the other, and each may hold hours. What an agent did
//! in conversations of several partitions would come hours out of order, and every event in the middle of a timeline
//! costs a fold many times what one at the end does. So what is polled waits here, partition by partition, and goes on
//! by its timestamp: from the partition whose next record is the earliest, as Kafka Streams has it. A partition of which
//! more is to come is waited for while there is room. Nothing but speed depends on any of it.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::positions::Partition;
use crate::domain::event::Millis;
use crate::wire::batch::{Arrival, RecordBatch, Together, pack_headers};

/// So many records wait at most …
const MOST_RECORDS: usize = 500_000;
/// … or so many bytes of them.
const MOST_BYTES: usize = 64 << 20;
/// Bytes at the front of a lane that are no longer needed are let go when there are so many, and as many behind them.
const SLACK_BYTES: usize = 64 << 10;

/// Records that have been polled and not handed on.
#[derive(Debug, Default)]
pub(super) struct Merge {
    lanes: Vec<Lane>,
    /// The lanes that hold something, by the timestamp of their first record.
    heads: BinaryHeap<Reverse<(Millis, usize)>>,
    /// How many lanes are waited for.
    waiting: usize,
    records: usize,
    bytes: usize,
    /// The lane of the last record that came: the next one is mostly of the same.
    last: usize,
}

/// One partition's records.
struct Lane {
    partition: Partition,
    rows: VecDeque<Row>,
    /// Keys, payloads and headers of the rows, one after the other, from `start` on.
    bytes: Vec<u8>,
    start: usize,
    /// The offset that comes next.
    next: i64,
    /// The offset up to which there is something to wait for.
    end: i64,
    /// Whether it was waited for in vain since something came.
    given_up: bool,
}

/// A record, but for its bytes.
struct Row {
    offset: i64,
    timestamp: Option<Millis>,
    key: Option<u32>,
    payload: Option<u32>,
    /// Of key, payload and headers.
    bytes: u32,
}

impl std::fmt::Debug for Lane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Lane");
        shown.field("partition", &self.partition).field("records", &self.rows.len()).finish_non_exhaustive()
    }
}

impl Merge {
    /// Waits for a partition from `next` to `end`, from now on.
    pub(super) fn expect(&mut self, partition: Partition, next: i64, end: i64) {
        let lane = self.lane_of(partition);
        let was_waiting = self.lanes[lane].is_waiting();
        self.lanes[lane].next = next;
        self.lanes[lane].end = end;
        self.lanes[lane].given_up = false;
        self.count(lane, was_waiting);
    }

    /// Takes a record that was polled. Those of a partition come in order.
    pub(super) fn push<'h>(
        &mut self,
        arrival: &Arrival<'_>,
        headers: impl IntoIterator<Item = (&'h [u8], Option<&'h [u8]>)>,
    ) {
        let index = self.lane_of((arrival.topic, arrival.partition.unwrap_or(0)));
        let lane = &mut self.lanes[index];
        let was_waiting = lane.is_waiting();
        let before = lane.bytes.len();
        lane.push(arrival, headers);
        self.bytes += lane.bytes.len() - before;
        self.records += 1;
        if lane.rows.len() == 1 {
            self.heads.push(Reverse((lane.head(), index)));
        }
        self.count(index, was_waiting);
    }

    /// Adds the earliest record to a batch; false if there is none, or if one of a partition that is waited for may be
    /// earlier.
    pub(super) fn pop(&mut self, batch: &mut RecordBatch) -> bool {
        if self.is_waiting() {
            return false;
        }
        let Some(mut earliest) = self.heads.peek_mut() else { return false };
        let index = earliest.0.1;
        let lane = &mut self.lanes[index];
        self.bytes -= lane.pop(batch);
        self.records -= 1;
        if lane.rows.is_empty() {
            std::collections::binary_heap::PeekMut::pop(earliest);
            self.count(index, false);
        } else {
            earliest.0.0 = lane.head();
        }
        true
    }

    /// Whether something is to come that may be earlier than what is here.
    pub(super) fn is_waiting(&self) -> bool {
        self.waiting > 0
    }

    /// Waits for no partition any more, until something of it comes.
    pub(super) fn give_up(&mut self) {
        self.lanes.iter_mut().filter(|lane| lane.is_waiting()).for_each(|lane| lane.given_up = true);
        self.waiting = 0;
    }

    /// Waits for nothing that has not been asked for anew.
    pub(super) fn expect_nothing(&mut self) {
        self.lanes.iter_mut().for_each(|lane| lane.end = 0);
        self.waiting = 0;
    }

    /// Whether there is no room for more.
    pub(super) fn is_full(&self) -> bool {
        self.records >= MOST_RECORDS || self.bytes >= MOST_BYTES
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// Records that are here.
    pub(super) fn len(&self) -> usize {
        self.records
    }

    /// Bytes that they take, and some that are not let go yet.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether there is something of a partition.
    pub(super) fn holds(&self, partition: Partition) -> bool {
        self.lanes.iter().any(|lane| lane.partition == partition && !lane.rows.is_empty())
    }

    fn lane_of(&mut self, partition: Partition) -> usize {
        if self.lanes.get(self.last).is_none_or(|lane| lane.partition != partition) {
            self.last = self.lanes.iter().position(|lane| lane.partition == partition).unwrap_or_else(|| {
                self.lanes.push(Lane::new(partition));
                self.lanes.len() - 1
            });
        }
        self.last
    }

    /// Keeps the count of lanes that are waited for, after a change of one.
    fn count(&mut self, lane: usize, was_waiting: bool) {
        self.waiting += usize::from(self.lanes[lane].is_waiting());
        self.waiting -= usize::from(was_waiting);
    }
}

impl Lane {
    fn new(partition: Partition) -> Self {
        Self { partition, rows: VecDeque::new(), bytes: Vec::new(), start: 0, next: 0, end: 0, given_up: false }
    }

    fn is_waiting(&self) -> bool {
        self.rows.is_empty() && self.next < self.end && !self.given_up
    }

    /// What it is merged by. A record that does not tell when it was written waits for no other.
    fn head(&self) -> Millis {
        self.rows.front().and_then(|row| row.timestamp).unwrap_or(Millis::MIN)
    }

    fn push<'h>(&mut self, arrival: &Arrival<'_>, headers: impl IntoIterator<Item = (&'h [u8], Option<&'h [u8]>)>) {
        let before = self.bytes.len();
        let (key, payload) = (self.copy(arrival.key), self.copy(arrival.payload));
        pack_headers(&mut self.bytes, headers);
        let bytes = (self.bytes.len() - before) as u32;
        let Arrival { offset, timestamp, .. } = *arrival;
        self.rows.push_back(Row { offset, timestamp, key, payload, bytes });
        self.next = offset + 1;
        self.given_up = false;
    }

    fn copy(&mut self, bytes: Option<&[u8]>) -> Option<u32> {
        self.bytes.extend_from_slice(bytes.unwrap_or_default());
        bytes.map(|bytes| bytes.len() as u32)
    }

    /// Moves the first record into the batch; says how many bytes are let go.
    fn pop(&mut self, batch: &mut RecordBatch) -> usize {
        let Some(row) = self.rows.pop_front() else { return 0 };
        let end = self.start + row.bytes as usize;
        let arrival = Arrival {
            topic: self.partition.0,
            partition: Some(self.partition.1),
            offset: row.offset,
            timestamp: row.timestamp,
            key: None,
            payload: None,
        };
        let together = Together { key: row.key, payload: row.payload, bytes: &self.bytes[self.start..end] };
        batch.push_together(arrival, &together);
        self.start = end;
        self.let_go()
    }

    fn let_go(&mut self) -> usize {
        let gone =
            if self.rows.is_empty() || self.start >= SLACK_BYTES.max(self.bytes.len() / 2) { self.start } else { 0 };
        self.bytes.drain(..gone);
        self.start -= gone;
        gone
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;

    const P: Partition = (0, 0);
    const Q: Partition = (0, 1);
    const R: Partition = (1, 0);

    fn push(merge: &mut Merge, (topic, partition): Partition, offset: i64, timestamp: impl Into<Option<Millis>>) {
        let value = [offset as u8; 3];
        let (key, payload) = ((offset % 2 == 0).then_some(&b"key"[..]), (offset % 3 > 0).then_some(&value[..]));
        let arrival = Arrival { topic, partition: Some(partition), offset, timestamp: timestamp.into(), key, payload };
        merge.push(&arrival, [(&b"name"[..], None), (&b""[..], Some(&b"x"[..]))]);
    }

    /// Topic, partition and offset of all that can be had.
    fn popped(merge: &mut Merge) -> Vec<(Partition, i64)> {
        let mut batch = RecordBatch::new(Arc::from(["a".to_owned(), "b".to_owned()]));
        while merge.pop(&mut batch) {}
        let records = batch.records().map(|record| match record.place {
            crate::wire::Place::Offset { topic, partition, offset } => ((usize::from(topic == "b"), partition), offset),
            place => panic!("{place}"),
        });
        records.collect()
    }

    #[test]
    fn the_earliest_record_comes_first_and_a_partition_keeps_its_order() {
        let mut merge = Merge::default();
        for (partition, offset, timestamp) in [(P, 0, 10), (P, 1, 40), (P, 2, 20), (Q, 0, 15), (Q, 1, 30), (R, 9, 5)] {
            push(&mut merge, partition, offset, timestamp);
        }
        assert_eq!(popped(&mut merge), [(R, 9), (P, 0), (Q, 0), (Q, 1), (P, 1), (P, 2)]);
        assert!(merge.is_empty());
    }

    #[test]
    fn a_record_without_a_timestamp_holds_nothing_up() {
        let mut merge = Merge::default();
        push(&mut merge, P, 0, 10);
        push(&mut merge, Q, 0, None);
        push(&mut merge, Q, 1, 5);
        assert_eq!(popped(&mut merge), [(Q, 0), (Q, 1), (P, 0)]);
    }

    #[test]
    fn a_record_comes_out_as_it_went_in() {
        let mut merge = Merge::default();
        push(&mut merge, P, 4, 7);
        push(&mut merge, P, 9, 8);
        let mut batch = RecordBatch::new(Arc::from(["a".to_owned()]));
        while merge.pop(&mut batch) {}
        let records: Vec<_> = batch.records().collect();
        assert_eq!(
            (records[0].key, records[0].payload, records[0].timestamp),
            (Some(&b"key"[..]), Some(&[4; 3][..]), Some(7))
        );
        assert_eq!((records[1].key, records[1].payload, records[1].timestamp), (None, None, Some(8)));
        let headers: Vec<_> = records[1].headers.into_iter().collect();
        assert_eq!(headers, [(&b"name"[..], None), (&b""[..], Some(&b"x"[..]))]);
    }

    #[test]
    fn a_partition_of_which_more_is_to_come_is_waited_for_up_to_its_end() {
        let mut merge = Merge::default();
        merge.expect(Q, 3, 5);
        push(&mut merge, P, 0, 10);
        push(&mut merge, P, 1, 20);
        push(&mut merge, P, 2, 30);
        assert_eq!(popped(&mut merge), []);
        push(&mut merge, Q, 3, 15);
        assert_eq!(popped(&mut merge), [(P, 0), (Q, 3)], "its next record may be earlier than 20");
        push(&mut merge, Q, 4, 16);
        assert_eq!(popped(&mut merge), [(Q, 4), (P, 1), (P, 2)], "it was at its end");
    }

    #[test]
    fn a_partition_that_was_waited_for_in_vain_is_waited_for_once_something_of_it_came() {
        let mut merge = Merge::default();
        merge.expect(Q, 0, 9);
        push(&mut merge, P, 0, 10);
        merge.give_up();
        assert_eq!(popped(&mut merge), [(P, 0)]);
        push(&mut merge, Q, 0, 5);
        push(&mut merge, P, 1, 20);
        assert_eq!(popped(&mut merge), [(Q, 0)]);
        assert!(merge.is_waiting() && merge.holds(P) && !merge.holds(Q));
        merge.expect_nothing();
        assert_eq!(popped(&mut merge), [(P, 1)]);
    }

    #[test]
    fn there_is_room_for_so_much_and_what_went_makes_room() {
        let mut merge = Merge::default();
        for offset in 0.. {
            if merge.is_full() {
                break;
            }
            push(&mut merge, P, offset, offset);
        }
        assert!(merge.records == MOST_RECORDS && merge.bytes < MOST_BYTES);
        let mut batch = RecordBatch::new(Arc::from(["a".to_owned()]));
        for _ in 0..MOST_RECORDS / 2 {
            assert!(merge.pop(&mut batch));
        }
        assert!(!merge.is_full());
        assert!(merge.bytes == merge.lanes[0].bytes.len() && merge.lanes[0].start <= merge.bytes / 2);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_comes_twice_and_no_record_is_behind_an_earlier_one_that_was_there(
            comes in prop::collection::vec((0..4_usize, 0..100_i64, 0..6_u8), 0..200),
        ) {
            let (mut merge, mut pushed) = (Merge::default(), [0_i64; 4]);
            let mut here: Vec<Vec<(i64, Millis)>> = vec![Vec::new(); 4];
            let mut batch = RecordBatch::new(Arc::from(["a".to_owned()]));
            merge.expect((0, 0), 0, 20);
            for (lane, timestamp, action) in comes.into_iter().chain(std::iter::repeat_n((9, 0, 5), 201)) {
                if lane < 4 {
                    push(&mut merge, (0, lane as i32), pushed[lane], timestamp);
                    here[lane].push((pushed[lane], timestamp));
                    pushed[lane] += 1;
                }
                if action == 5 {
                    merge.give_up();
                }
                if action > 2 && merge.pop(&mut batch) {
                    let record = batch.records().last().expect("it was added");
                    let crate::wire::Place::Offset { partition, offset, .. } = record.place else { unreachable!() };
                    let (expected, timestamp) = here[partition as usize].remove(0);
                    prop_assert_eq!((offset, record.timestamp), (expected, Some(timestamp)));
                    let others = here.iter().enumerate().filter(|(other, _)| *other != partition as usize);
                    let mut heads = others.filter_map(|(_, lane)| lane.first());
                    prop_assert!(heads.all(|(_, other)| timestamp <= *other));
                }
            }
            prop_assert!(merge.is_empty() && merge.bytes == 0 && here.iter().all(Vec::is_empty));
        }
    }
}
