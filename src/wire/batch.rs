//! Records as they arrived: bytes with their coordinates, copied into one owned batch.
//!
//! What sources hand to folds. A borrowed record cannot cross a channel, so a poll's records share one arena of bytes
//! and the fold decodes them, borrowed from there, right before it applies them.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::event::{Place, RecordRef};
use crate::domain::event::Millis;

/// One record, borrowed from its batch.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    /// Where it stands.
    pub place: Place<'a>,
    /// Kafka's timestamp of the record; a file's records have none of their own.
    pub timestamp: Option<Millis>,
    /// Kafka's key.
    pub key: Option<&'a [u8]>,
    /// The event; absent is Kafka's null.
    pub payload: Option<&'a [u8]>,
    /// In the order they came.
    pub headers: Headers<'a>,
}

/// Whatever prints a record prints no byte of it but its place: there may be private text in any.
impl fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.payload.map(<[u8]>::len);
        let mut shown = f.debug_struct("Record");
        shown.field("place", &self.place).field("timestamp", &self.timestamp).field("payload_bytes", &length);
        shown.finish_non_exhaustive()
    }
}

impl<'a> Record<'a> {
    /// What there is to decode.
    #[must_use]
    pub fn as_ref(&self) -> RecordRef<'a> {
        RecordRef {
            payload: self.payload,
            content_type: self.content_type(),
            timestamp: self.timestamp,
            place: self.place,
        }
    }

    /// The value of the last `content-type` header, if there is one: who forwards a record adds headers at the end.
    #[must_use]
    pub fn content_type(&self) -> Option<&'a [u8]> {
        self.headers.into_iter().filter(|(name, _)| *name == b"content-type").last().and_then(|(_, value)| value)
    }
}

/// A record's headers, packed: for each its name and its value, each behind its length in four bytes.
#[derive(Clone, Copy, Default)]
pub struct Headers<'a> {
    packed: &'a [u8],
}

/// The length that stands for Kafka's null.
const NULL: u32 = u32::MAX;

/// Appends headers so that `Headers` can read them.
pub fn pack_headers<'h>(out: &mut Vec<u8>, headers: impl IntoIterator<Item = (&'h [u8], Option<&'h [u8]>)>) {
    for (name, value) in headers {
        pack(out, Some(name));
        pack(out, value);
    }
}

fn pack(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
    let length = bytes.map_or(NULL, |bytes| bytes.len() as u32);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(bytes.unwrap_or_default());
}

impl fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Headers({} bytes)", self.packed.len())
    }
}

impl<'a> IntoIterator for Headers<'a> {
    type Item = (&'a [u8], Option<&'a [u8]>);
    type IntoIter = HeaderIter<'a>;

    fn into_iter(self) -> HeaderIter<'a> {
        HeaderIter { rest: self.packed }
    }
}

/// Reads packed headers one by one.
pub struct HeaderIter<'a> {
    rest: &'a [u8],
}

impl fmt::Debug for HeaderIter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HeaderIter({} bytes)", self.rest.len())
    }
}

impl<'a> Iterator for HeaderIter<'a> {
    type Item = (&'a [u8], Option<&'a [u8]>);

    fn next(&mut self) -> Option<Self::Item> {
        let name = self.take()??;
        Some((name, self.take()?))
    }
}

impl<'a> HeaderIter<'a> {
    fn take(&mut self) -> Option<Option<&'a [u8]>> {
        let (length, rest) = self.rest.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length);
        let take = if length == NULL { 0 } else { length as usize };
        let (bytes, rest) = rest.split_at_checked(take)?;
        self.rest = rest;
        Some((length != NULL).then_some(bytes))
    }
}

/// What a source adds to a batch.
#[derive(Clone, Copy)]
pub struct Arrival<'a> {
    /// Which of the batch's topics.
    pub topic: usize,
    /// Which partition of it; a file has none.
    pub partition: Option<i32>,
    /// The offset; in a file, the line, from 1.
    pub offset: i64,
    /// The record's timestamp, if it has one.
    pub timestamp: Option<Millis>,
    /// Kafka's key.
    pub key: Option<&'a [u8]>,
    /// The event.
    pub payload: Option<&'a [u8]>,
}

impl fmt::Debug for Arrival<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { topic, partition, offset, .. } = self;
        let mut shown = f.debug_struct("Arrival");
        shown.field("topic", topic).field("partition", partition).field("offset", offset).finish_non_exhaustive()
    }
}

/// All bytes of a record, behind each other.
#[derive(Clone, Copy)]
pub struct Together<'a> {
    /// How many of them are the key, if it has one …
    pub key: Option<u32>,
    /// … and the payload behind it, if it has one; then come the headers, packed.
    pub payload: Option<u32>,
    /// All of them.
    pub bytes: &'a [u8],
}

impl fmt::Debug for Together<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Together({} bytes)", self.bytes.len())
    }
}

/// How far a source has read one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Which of the batch's topics.
    pub topic: usize,
    /// Which partition of it; 0 for a file.
    pub partition: i32,
    /// The offset that comes next.
    pub next: i64,
}

/// When the records of a partition were written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Written {
    /// There are none.
    #[default]
    Never,
    /// The earliest of them, by its timestamp.
    From(Millis),
    /// One of them does not tell.
    Unknown,
}

impl Written {
    /// Of one record.
    #[must_use]
    pub fn at(timestamp: Option<Millis>) -> Self {
        timestamp.map_or(Self::Unknown, Self::From)
    }

    /// Of these and those records.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Never, one) | (one, Self::Never) => one,
            (Self::From(one), Self::From(other)) => Self::From(one.min(other)),
        }
    }
}

/// A partition that had nothing more to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// Which of the batch's topics.
    pub topic: usize,
    /// Which partition of it.
    pub partition: i32,
    /// When, by the clock of whoever read it.
    pub at: Millis,
}

struct Row {
    topic: usize,
    partition: Option<i32>,
    offset: i64,
    timestamp: Option<Millis>,
    key: Option<Range<usize>>,
    payload: Option<Range<usize>>,
    headers: Range<usize>,
}

/// Many records in one piece of memory, and how far they bring their source.
pub struct RecordBatch {
    topics: Arc<[String]>,
    arena: Vec<u8>,
    rows: Vec<Row>,
    /// One for each partition touched, the one touched last at the end.
    positions: Vec<Position>,
    /// Of each of the positions.
    written: Vec<Written>,
    ends: Vec<End>,
    /// Topics of which nothing before this batch holds any more.
    anew: Vec<usize>,
    /// Topics and partitions of which something before this batch was never read.
    gaps: Vec<(usize, i32)>,
}

impl fmt::Debug for RecordBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("RecordBatch");
        shown.field("topics", &self.topics).field("records", &self.rows.len()).field("positions", &self.positions);
        shown.finish_non_exhaustive()
    }
}

impl RecordBatch {
    /// An empty batch of records from `topics`.
    #[must_use]
    pub fn new(topics: Arc<[String]>) -> Self {
        Self::with_capacity(topics, 0, 0)
    }

    /// An empty batch with room for so much.
    #[must_use]
    pub fn with_capacity(topics: Arc<[String]>, records: usize, bytes: usize) -> Self {
        let (arena, rows) = (Vec::with_capacity(bytes), Vec::with_capacity(records));
        Self {
            topics,
            arena,
            rows,
            positions: Vec::new(),
            written: Vec::new(),
            ends: Vec::new(),
            anew: Vec::new(),
            gaps: Vec::new(),
        }
    }

    /// A batch over bytes that were read already, of which `push_within` makes records.
    #[must_use]
    pub fn over(topics: Arc<[String]>, bytes: Vec<u8>) -> Self {
        Self { arena: bytes, ..Self::new(topics) }
    }

    /// Copies one record in.
    pub fn push<'h>(&mut self, arrival: Arrival<'_>, headers: impl IntoIterator<Item = (&'h [u8], Option<&'h [u8]>)>) {
        let key = arrival.key.map(|key| self.copy(key));
        let payload = arrival.payload.map(|payload| self.copy(payload));
        let start = self.arena.len();
        pack_headers(&mut self.arena, headers);
        let headers = start..self.arena.len();
        self.add(arrival, key, payload, headers);
    }

    /// Copies one record in of which all bytes stand together: key, payload, and headers that are packed already. What the
    /// arrival says of key and payload is not looked at.
    pub fn push_together(&mut self, arrival: Arrival<'_>, together: &Together<'_>) {
        let start = self.copy(together.bytes).start;
        let mut end = start;
        let mut next = |length: u32| {
            let start = end;
            end += length as usize;
            start..end
        };
        let (key, payload) = (together.key.map(&mut next), together.payload.map(&mut next));
        self.add(arrival, key, payload, end..start + together.bytes.len());
    }

    /// Adds a record whose payload stands in the arena: for a source that would otherwise copy it.
    pub fn push_within(&mut self, arrival: Arrival<'static>, payload: Range<usize>) {
        self.add(arrival, None, Some(payload), 0..0);
    }

    /// Notes that a partition has been read up to `next`, where no record says so (transaction markers).
    pub fn note_position(&mut self, position: Position) {
        let same = |known: &Position| (known.topic, known.partition) == (position.topic, position.partition);
        match self.positions.iter().rposition(same) {
            Some(index) => {
                let last = self.positions.len() - 1;
                self.positions.swap(index, last);
                self.written.swap(index, last);
                self.positions[last].next = self.positions[last].next.max(position.next);
            }
            None => {
                self.positions.push(position);
                self.written.push(Written::Never);
            }
        }
    }

    /// Notes that a partition had nothing more to read than what has been handed over, this batch included.
    pub fn note_end(&mut self, end: End) {
        self.ends.push(end);
    }

    /// Notes that a topic was made anew: what is here and later is of the new one, which may have other partitions.
    pub fn note_anew(&mut self, topic: usize) {
        self.anew.push(topic);
    }

    /// Notes that something of a partition is gone that was never read: between what came before this batch and what comes.
    pub fn note_gap(&mut self, topic: usize, partition: i32) {
        self.gaps.push((topic, partition));
    }

    /// The records in the order they were added.
    pub fn records(&self) -> impl ExactSizeIterator<Item = Record<'_>> {
        self.rows.iter().map(|row| self.record(row))
    }

    /// How far each partition touched has been read.
    #[must_use]
    pub fn positions(&self) -> &[Position] {
        &self.positions
    }

    /// The same with when the records of each were written.
    pub fn written(&self) -> impl Iterator<Item = (&Position, Written)> {
        self.positions.iter().zip(self.written.iter().copied())
    }

    /// The partitions that had nothing more.
    #[must_use]
    pub fn ends(&self) -> &[End] {
        &self.ends
    }

    /// The topics that were made anew before anything in this batch was read.
    #[must_use]
    pub fn anew(&self) -> &[usize] {
        &self.anew
    }

    /// The partitions of which something before this batch was never read.
    #[must_use]
    pub fn gaps(&self) -> &[(usize, i32)] {
        &self.gaps
    }

    /// The offset of the first record of a partition; without one, where the partition stands. A file has no offsets, and
    /// begins at 0.
    #[must_use]
    pub fn first(&self, of: &Position) -> i64 {
        let is_its = |row: &&Row| (row.topic, row.partition.unwrap_or(0)) == (of.topic, of.partition);
        self.rows.iter().find(is_its).map_or(of.next, |row| row.partition.map_or(0, |_| row.offset))
    }

    /// The names that positions count through.
    #[must_use]
    pub fn topics(&self) -> &Arc<[String]> {
        &self.topics
    }

    /// How many records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is neither a record nor a note of any kind in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let is_plain = self.ends.is_empty() && self.anew.is_empty() && self.gaps.is_empty();
        self.rows.is_empty() && self.positions.is_empty() && is_plain
    }

    /// All keys, payloads and headers.
    #[must_use]
    pub fn arena(&self) -> &[u8] {
        &self.arena
    }

    /// Bytes of keys, payloads and headers.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.arena.len()
    }

    fn add(
        &mut self,
        arrival: Arrival<'_>,
        key: Option<Range<usize>>,
        payload: Option<Range<usize>>,
        headers: Range<usize>,
    ) {
        let Arrival { topic, partition, offset, timestamp, .. } = arrival;
        // The next offset is what counts as read, hence + 1.
        self.note_position(Position { topic, partition: partition.unwrap_or(0), next: offset.saturating_add(1) });
        // The position noted last is at the end.
        self.written.iter_mut().last().into_iter().for_each(|all| *all = all.and(Written::at(timestamp)));
        self.rows.push(Row { topic, partition, offset, timestamp, key, payload, headers });
    }

    fn copy(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.arena.len();
        self.arena.extend_from_slice(bytes);
        start..self.arena.len()
    }

    fn record<'a>(&'a self, row: &'a Row) -> Record<'a> {
        let topic = self.topics[row.topic].as_str();
        let place = match row.partition {
            Some(partition) => Place::Offset { topic, partition, offset: row.offset },
            None => Place::Line { name: topic, line: row.offset.unsigned_abs() },
        };
        Record {
            place,
            timestamp: row.timestamp,
            key: row.key.clone().map(|range| &self.arena[range]),
            payload: row.payload.clone().map(|range| &self.arena[range]),
            headers: Headers { packed: &self.arena[row.headers.clone()] },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrival<'a>(partition: i32, offset: i64, payload: &'a [u8]) -> Arrival<'a> {
        Arrival { topic: 0, partition: Some(partition), offset, timestamp: Some(7), key: None, payload: Some(payload) }
    }

    fn batch() -> RecordBatch {
        RecordBatch::new(Arc::from(["events".to_owned()]))
    }

    #[test]
    fn a_record_comes_out_as_it_went_in() {
        let mut batch = batch();
        let headers: [(&[u8], Option<&[u8]>); 3] =
            [(b"trace", None), (b"content-type", Some(b"application/json")), (b"", Some(b""))];
        batch.push(Arrival { key: Some(b"k"), ..arrival(3, 41, b"{}") }, headers);
        batch.push(Arrival { payload: None, ..arrival(3, 42, b"") }, []);
        let records: Vec<_> = batch.records().collect();
        assert_eq!(records[0].key, Some(&b"k"[..]));
        assert_eq!(records[0].payload, Some(&b"{}"[..]));
        assert_eq!(records[0].headers.into_iter().collect::<Vec<_>>(), headers);
        assert_eq!(records[0].content_type(), Some(&b"application/json"[..]));
        assert_eq!((records[1].key, records[1].payload, records[1].content_type()), (None, None, None));
    }

    #[test]
    fn of_several_content_types_the_last_counts() {
        let mut batch = batch();
        let (json, protobuf) = (Some(&b"application/json"[..]), Some(&b"application/protobuf"[..]));
        for values in [vec![json, protobuf], vec![protobuf, None, json], vec![json, None], vec![None]] {
            let headers = values.iter().map(|value| (&b"content-type"[..], *value));
            batch.push(arrival(0, 0, b"{}"), headers.chain([(&b"Content-Type"[..], Some(&b"text/plain"[..]))]));
        }
        let found: Vec<_> = batch.records().map(|record| record.content_type()).collect();
        assert_eq!(found, [protobuf, json, None, None]);
    }

    #[test]
    fn positions_are_the_greatest_next_offset_of_each_partition() {
        let mut batch = batch();
        for (partition, offset) in [(0, 5), (1, 9), (0, 6), (1, 8)] {
            batch.push(arrival(partition, offset, b"x"), []);
        }
        batch.note_position(Position { topic: 0, partition: 0, next: 9 });
        let mut positions: Vec<_> = batch.positions().iter().map(|p| (p.partition, p.next)).collect();
        positions.sort_unstable();
        assert_eq!(positions, [(0, 9), (1, 10)]);
    }

    #[test]
    fn of_each_partition_it_is_known_when_the_earliest_record_was_written() {
        let mut batch = batch();
        for (partition, timestamp) in [(0, Some(5)), (1, Some(9)), (0, Some(3)), (2, Some(1)), (1, Some(9)), (2, None)]
        {
            batch.push(Arrival { timestamp, ..arrival(partition, 0, b"x") }, []);
        }
        batch.note_position(Position { topic: 0, partition: 3, next: 9 });
        let mut written: Vec<_> = batch.written().map(|(position, written)| (position.partition, written)).collect();
        written.sort_unstable_by_key(|(partition, _)| *partition);
        let expected = [Written::From(3), Written::From(9), Written::Unknown, Written::Never];
        assert_eq!(written, (0..).zip(expected).collect::<Vec<_>>());
    }

    #[test]
    fn a_record_knows_its_place_on_a_topic_or_in_a_file() {
        let mut batch = batch();
        batch.push(arrival(3, 41, b""), []);
        batch.push(Arrival { partition: None, ..arrival(0, 7, b"") }, []);
        let places: Vec<_> = batch.records().map(|record| record.place.identity_text()).collect();
        assert_eq!(places, ["events/3/00000000000000000041", "events:00000000000000000007"]);
    }
}
