//! The facts of one bucket as a stream of some five bytes a fact: append-only, the truth behind every question.
//!
//! Questions read a bucket from its first fact to its last, so each fact says only how it differs from the one before.
//! Whom it is credited to is a row that the facts of a conversation share. They stand in pieces that never move: the
//! buckets of an hour grow at the same time, and columns that grow would leave behind more than they hold. Readers share
//! the pieces that are full.

use std::sync::Arc;

use crate::domain::bucket::Bucket;
use crate::domain::compact::varint::{Encoded, Reader};
use crate::domain::event::Millis;
use crate::domain::fact::{FactKind, Scopes, Sign, Stated};

/// The facts of one bucket, in the order in which they were stated.
#[derive(Debug)]
pub struct Facts {
    taken: FactsView,
    /// The last piece, as far as it goes; what was taken of it is a beginning.
    open: Vec<u8>,
    last: Before,
    /// The first row that some fact here has.
    oldest_row: u64,
}

/// The facts of one bucket as they were when they were taken.
#[derive(Debug, Clone)]
pub struct FactsView {
    bucket: Bucket,
    /// The pieces that are full.
    full: Arc<[Arc<[u8]>]>,
    /// The one behind them.
    open: Arc<[u8]>,
    /// In all of them.
    bytes: usize,
}

/// How far a reader has come; what comes later begins there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cursor {
    piece: usize,
    at: usize,
    bytes: usize,
    before: Before,
}

/// What the next fact is compared with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Before {
    offset_ms: Millis,
    row: u64,
}

const RETRACTS: u8 = 0x40;
const HAS_SCOPES: u8 = 0x80;
/// The first piece is so small, since most accounts have few facts in a bucket; each is half as large as all before.
const LEAST_BYTES: usize = 64;
/// The largest piece.
const MOST_BYTES: usize = 4096;

impl Cursor {
    /// How many bytes were read so far.
    #[must_use]
    pub fn read_bytes(&self) -> usize {
        self.bytes
    }
}

impl Facts {
    /// No facts of a bucket yet.
    #[must_use]
    pub fn new(bucket: Bucket) -> Self {
        let (taken, open) = (FactsView::new(bucket), Vec::new());
        Self { taken, open, last: Before::default(), oldest_row: u64::MAX }
    }

    /// Adds a fact of this bucket. Each: kind (6 bits), sign, whether `scopes` follow; then what differs: time, row; the
    /// value, if any.
    #[inline]
    pub fn push(&mut self, stated: &Stated) {
        let Stated { at, kind, value, scopes, row, .. } = *stated;
        let offset_ms = at - self.taken.bucket.start();
        let retracts = if stated.sign == Sign::Retract { RETRACTS } else { 0 };
        let has_scopes = if scopes == Scopes::ALL { 0 } else { HAS_SCOPES };
        let mut entry = Encoded::new(kind as u8 | retracts | has_scopes);
        entry.signed(offset_ms - self.last.offset_ms);
        entry.signed(row.wrapping_sub(self.last.row) as i64);
        if has_scopes != 0 {
            entry.byte(scopes.0);
        }
        if kind.has_value() {
            entry.number(value as u64);
        }
        if self.open.capacity() - self.open.len() < entry.as_slice().len() {
            self.begin_piece();
        }
        self.open.extend_from_slice(entry.as_slice());
        self.last = Before { offset_ms, row };
        self.oldest_row = self.oldest_row.min(row);
    }

    /// The facts as they are now.
    pub fn view(&mut self) -> &FactsView {
        if self.taken.open.len() < self.open.len() {
            self.taken.bytes += self.open.len() - self.taken.open.len();
            self.taken.open = Arc::from(&self.open[..]);
        }
        &self.taken
    }

    #[cold]
    fn begin_piece(&mut self) {
        let full = std::mem::take(&mut self.open);
        self.taken.bytes += full.len() - self.taken.open.len();
        if !full.is_empty() {
            self.taken.full = self.taken.full.iter().cloned().chain([Arc::from(full)]).collect();
        }
        self.taken.open = Arc::default();
        let bytes = self.taken.bytes.next_power_of_two() / 2;
        self.open = Vec::with_capacity(bytes.clamp(LEAST_BYTES, MOST_BYTES));
    }

    /// The first row that some fact here has; `u64::MAX` if there are no facts.
    #[must_use]
    pub fn oldest_row(&self) -> u64 {
        self.oldest_row
    }
}

impl FactsView {
    fn new(bucket: Bucket) -> Self {
        Self { bucket, full: Arc::default(), open: Arc::default(), bytes: 0 }
    }

    /// Which bucket it is.
    #[must_use]
    pub fn bucket(&self) -> Bucket {
        self.bucket
    }

    /// How many bytes the facts take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether a reader who has come so far has read all.
    #[must_use]
    pub fn is_read(&self, cursor: &Cursor) -> bool {
        cursor.bytes == self.bytes
    }

    /// Every fact, in the order in which they were stated.
    pub fn iter(&self) -> impl Iterator<Item = Stated> + '_ {
        let mut cursor = Cursor::default();
        std::iter::from_fn(move || self.next(&mut cursor))
    }

    /// The next fact for a reader.
    #[inline]
    pub fn next(&self, cursor: &mut Cursor) -> Option<Stated> {
        let piece = self.piece(cursor)?;
        let mut reader = Reader::new(&piece[cursor.at..]);
        let stated = read(&mut reader, self.bucket, &mut cursor.before);
        cursor.at += reader.read_bytes();
        cursor.bytes += reader.read_bytes();
        Some(stated)
    }

    /// Has at most `count` of the next facts for a reader put into `read`, instead of what was there.
    pub fn read(&self, cursor: &mut Cursor, count: usize, read: &mut Vec<Stated>) {
        read.clear();
        while read.len() < count {
            let Some(piece) = self.piece(cursor) else { return };
            let mut reader = Reader::new(&piece[cursor.at..]);
            while read.len() < count && !reader.is_at_end() {
                read.push(self::read(&mut reader, self.bucket, &mut cursor.before));
            }
            cursor.at += reader.read_bytes();
            cursor.bytes += reader.read_bytes();
        }
    }

    /// The piece in which the next fact begins, if there is one.
    fn piece(&self, cursor: &mut Cursor) -> Option<&[u8]> {
        if self.is_read(cursor) {
            return None;
        }
        if self.full.get(cursor.piece).is_some_and(|full| full.len() == cursor.at) {
            (cursor.piece, cursor.at) = (cursor.piece + 1, 0);
        }
        Some(self.full.get(cursor.piece).map_or(&self.open, |full| full))
    }
}

fn read(reader: &mut Reader<'_>, bucket: Bucket, before: &mut Before) -> Stated {
    let head = reader.byte();
    let kind = FactKind::ALL[usize::from(head & 0x3f)];
    let offset_ms = before.offset_ms + reader.signed();
    let row = before.row.wrapping_add_signed(reader.signed());
    *before = Before { offset_ms, row };
    let scopes = if head & HAS_SCOPES == 0 { Scopes::ALL } else { Scopes(reader.byte()) };
    let value = if kind.has_value() { reader.number() as Millis } else { 0 };
    let sign = if head & RETRACTS == 0 { Sign::State } else { Sign::Retract };
    Stated { at: bucket.start() + offset_ms, value, row, kind, sign, scopes }
}

const _: () = assert!(FactKind::COUNT <= 64, "a kind has six bits");

#[cfg(test)]
mod tests {
    use super::*;

    fn given() -> [Stated; 3] {
        let (scopes, sign) = (Scopes::ALL, Sign::State);
        let first = Stated { at: 299_999, kind: FactKind::Started, value: 0, row: 7, scopes, sign };
        let second = Stated { at: 5, kind: FactKind::Handled, value: 1 << 45, row: 3, sign: Sign::Retract, ..first };
        let third = Stated { at: -6, kind: FactKind::Visit, value: 9, row: 1 << 40, scopes: Scopes::SKILL, ..first };
        [first, second, third]
    }

    #[test]
    fn what_is_read_back_is_what_was_stated() {
        let mut facts = Facts::new(Bucket::of(0));
        given().iter().for_each(|stated| facts.push(stated));
        assert_eq!(facts.view().iter().collect::<Vec<_>>(), given());
        assert_eq!(facts.oldest_row(), 3);
    }

    #[test]
    fn a_reader_goes_on_where_it_stopped_and_keeps_what_it_took() {
        let mut facts = Facts::new(Bucket::of(0));
        let (mut cursor, mut read, mut before) = (Cursor::default(), Vec::new(), facts.view().clone());
        for number in 0..20_000 {
            facts.push(&given()[number % 3]);
            if number % 7 == 0 {
                let view = facts.view().clone();
                assert_eq!(before.iter().count(), read.len());
                read.extend(std::iter::from_fn(|| view.next(&mut cursor)));
                assert!(view.is_read(&cursor));
                before = view;
            }
        }
        assert!(facts.view().full.len() > 2, "it is in several pieces");
        assert!((0..read.len()).all(|number| read[number] == given()[number % 3]));
    }
}
