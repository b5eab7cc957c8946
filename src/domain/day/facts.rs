//! The facts of one bucket as a stream of some five bytes a fact: append-only, the truth behind every question.
//!
//! Questions read a bucket from its first fact to its last, so each fact says only how it differs from the one before.
//! Whom it is credited to is a row that the facts of a conversation share. What readers have taken stands in pieces that
//! never change; what comes later goes behind it, so that neither waits for the other.

use std::sync::Arc;

use crate::domain::bucket::Bucket;
use crate::domain::compact::growth;
use crate::domain::compact::varint::{self, Reader};
use crate::domain::event::Millis;
use crate::domain::fact::{FactKind, Scopes, Sign, Stated};

/// The facts of one bucket, in the order in which they were stated.
#[derive(Debug)]
pub struct Facts {
    bucket: Bucket,
    taken: FactsView,
    /// What readers have not taken yet.
    rest: Vec<u8>,
    last: Before,
    /// The first row that some fact here has.
    oldest_row: u64,
}

/// The facts of one bucket as they were when they were taken.
#[derive(Debug, Clone)]
pub struct FactsView {
    bucket: Bucket,
    pieces: Arc<Vec<Arc<Vec<u8>>>>,
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
/// Room for one more fact, whatever it is.
const LONGEST: usize = 34;
/// A piece that is shorter is joined with what follows.
const PIECE_BYTES: usize = 16_384;

impl Facts {
    /// No facts of a bucket yet.
    #[must_use]
    pub fn new(bucket: Bucket) -> Self {
        Self { bucket, taken: FactsView::new(bucket), rest: Vec::new(), last: Before::default(), oldest_row: u64::MAX }
    }

    /// Adds a fact of this bucket. Each: kind (6 bits), sign, whether `scopes` follow; then what differs: time, row; the
    /// value, if any.
    #[inline]
    pub fn push(&mut self, stated: &Stated) {
        let Stated { at, kind, value, scopes, row, .. } = *stated;
        let offset_ms = at - self.bucket.start();
        let retracts = if stated.sign == Sign::Retract { RETRACTS } else { 0 };
        let has_scopes = if scopes == Scopes::ALL { 0 } else { HAS_SCOPES };
        let out = &mut self.rest;
        growth::make_room(out, LONGEST);
        out.push(kind as u8 | retracts | has_scopes);
        varint::write_signed(out, offset_ms - self.last.offset_ms);
        varint::write_signed(out, row.wrapping_sub(self.last.row) as i64);
        if has_scopes != 0 {
            out.push(scopes.0);
        }
        if kind.has_value() {
            varint::write(out, value as u64);
        }
        self.last = Before { offset_ms, row };
        self.oldest_row = self.oldest_row.min(row);
    }

    /// The facts as they are now.
    pub fn view(&mut self) -> &FactsView {
        if !self.rest.is_empty() {
            self.taken.append(std::mem::take(&mut self.rest));
        }
        &self.taken
    }

    /// The first row that some fact here has; `u64::MAX` if there are no facts.
    #[must_use]
    pub fn oldest_row(&self) -> u64 {
        self.oldest_row
    }
}

impl FactsView {
    fn new(bucket: Bucket) -> Self {
        Self { bucket, pieces: Arc::default(), bytes: 0 }
    }

    /// Which bucket it is.
    #[must_use]
    pub fn bucket(&self) -> Bucket {
        self.bucket
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
        let mut piece = self.pieces.get(cursor.piece)?;
        if cursor.at == piece.len() {
            piece = self.pieces.get(cursor.piece + 1)?;
            (cursor.piece, cursor.at) = (cursor.piece + 1, 0);
        }
        let mut reader = Reader::new(&piece[cursor.at..]);
        let stated = read(&mut reader, self.bucket, &mut cursor.before);
        cursor.at += reader.read_bytes();
        cursor.bytes += reader.read_bytes();
        Some(stated)
    }

    /// Has at most `count` of the next facts for a reader put into `read`, instead of what was there.
    pub fn read(&self, cursor: &mut Cursor, count: usize, read: &mut Vec<Stated>) {
        read.clear();
        while read.len() < count && !self.is_read(cursor) {
            if self.pieces[cursor.piece].len() == cursor.at {
                (cursor.piece, cursor.at) = (cursor.piece + 1, 0);
            }
            let mut reader = Reader::new(&self.pieces[cursor.piece][cursor.at..]);
            while read.len() < count && !reader.is_at_end() {
                read.push(self::read(&mut reader, self.bucket, &mut cursor.before));
            }
            cursor.at += reader.read_bytes();
            cursor.bytes += reader.read_bytes();
        }
    }

    /// Puts bytes behind the others; a short last piece is written anew with them, and keeps its beginning.
    fn append(&mut self, rest: Vec<u8>) {
        self.bytes += rest.len();
        let pieces = Arc::make_mut(&mut self.pieces);
        match pieces.last_mut().filter(|last| last.len() < PIECE_BYTES) {
            Some(last) => *last = Arc::new([&last[..], &rest].concat()),
            None => pieces.push(Arc::new(rest)),
        }
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
        assert!(facts.view().pieces.len() > 2, "it is in several pieces");
        assert!((0..read.len()).all(|number| read[number] == given()[number % 3]));
    }
}
