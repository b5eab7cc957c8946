//! The facts of one bucket as a stream of some five bytes a fact: append-only, the truth behind every ad-hoc question.
//!
//! Questions read a bucket from its first fact to its last, so each fact says only how it differs from the one before.
//! Whom it is credited to is a row that the facts of a conversation share.

use crate::domain::bucket::Bucket;
use crate::domain::compact::growth;
use crate::domain::compact::varint::{self, Reader};
use crate::domain::event::Millis;
use crate::domain::fact::{Fact, FactKind, Scopes, Sign, Signed};

/// Signed facts of one bucket, in the order in which they were stated.
#[derive(Debug)]
pub struct Facts {
    /// For each: kind (6 bits), sign, whether `scopes` follow; then what differs: time, row; the duration, if any.
    bytes: Vec<u8>,
    last: Before,
    /// The first row that some fact here has.
    oldest_row: u64,
}

/// What the next fact is compared with.
#[derive(Debug, Clone, Copy, Default)]
struct Before {
    offset_ms: Millis,
    row: u64,
}

/// A fact as it is read back.
#[derive(Debug, Clone, Copy)]
pub struct Stored {
    /// After the start of the bucket.
    pub offset_ms: Millis,
    /// What.
    pub kind: FactKind,
    /// Stated or taken back.
    pub sign: Sign,
    /// Where it counts.
    pub scopes: Scopes,
    /// The duration; 0 for kinds without one.
    pub value: Millis,
    /// Whose: the number of a row.
    pub row: u64,
}

const RETRACTS: u8 = 0x40;
const HAS_SCOPES: u8 = 0x80;
/// Room for one more fact, whatever it is.
const LONGEST: usize = 34;

impl Default for Facts {
    fn default() -> Self {
        Self { bytes: Vec::new(), last: Before::default(), oldest_row: u64::MAX }
    }
}

impl Facts {
    /// Adds a fact of this bucket, credited by `row`.
    pub fn push(&mut self, signed: &Signed, row: u64) {
        let Fact { at, kind, value, scopes, .. } = signed.fact;
        let offset_ms = at - Bucket::of(at).start();
        let retracts = if signed.sign == Sign::Retract { RETRACTS } else { 0 };
        let has_scopes = if scopes == Scopes::ALL { 0 } else { HAS_SCOPES };
        let out = &mut self.bytes;
        growth::make_room(out, LONGEST);
        out.push(kind as u8 | retracts | has_scopes);
        varint::write_signed(out, offset_ms - self.last.offset_ms);
        varint::write_signed(out, row as i64 - self.last.row as i64);
        if has_scopes != 0 {
            out.push(scopes.0);
        }
        if kind.has_value() {
            varint::write(out, value as u64);
        }
        self.last = Before { offset_ms, row };
        self.oldest_row = self.oldest_row.min(row);
    }

    /// Every fact, in the order in which they were stated.
    pub fn iter(&self) -> impl Iterator<Item = Stored> + '_ {
        let mut reader = Reader::new(&self.bytes);
        let mut before = Before::default();
        std::iter::from_fn(move || (!reader.is_at_end()).then(|| read(&mut reader, &mut before)))
    }

    /// Gives back the room for more; a fact that comes all the same finds it again.
    pub fn give_back_room(&mut self) {
        self.bytes.shrink_to_fit();
    }

    /// The first row that some fact here has; `u64::MAX` if there are no facts.
    #[must_use]
    pub fn oldest_row(&self) -> u64 {
        self.oldest_row
    }
}

fn read(reader: &mut Reader<'_>, before: &mut Before) -> Stored {
    let head = reader.byte();
    let kind = FactKind::ALL[usize::from(head & 0x3f)];
    let offset_ms = before.offset_ms + reader.signed();
    let row = before.row.wrapping_add_signed(reader.signed());
    *before = Before { offset_ms, row };
    let scopes = if head & HAS_SCOPES == 0 { Scopes::ALL } else { Scopes(reader.byte()) };
    let value = if kind.has_value() { reader.number() as Millis } else { 0 };
    let sign = if head & RETRACTS == 0 { Sign::State } else { Sign::Retract };
    Stored { offset_ms, kind, sign, scopes, value, row }
}

const _: () = assert!(FactKind::COUNT <= 64, "a kind has six bits");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fact::Credit;

    #[test]
    fn what_is_read_back_is_what_was_stated() {
        let base = Fact { at: 0, kind: FactKind::Started, value: 0, scopes: Scopes::ALL, credit: Credit::default() };
        let given = [
            (Signed { fact: Fact { at: 299_999, ..base }, sign: Sign::State }, 7_u64),
            (Signed { fact: Fact { at: 5, kind: FactKind::Handled, value: 1 << 45, ..base }, sign: Sign::Retract }, 3),
            (
                Signed {
                    fact: Fact { at: 6, kind: FactKind::Visit, value: 9, scopes: Scopes::SKILL, ..base },
                    sign: Sign::State,
                },
                1 << 40,
            ),
        ];
        let mut facts = Facts::default();
        given.iter().for_each(|(signed, row)| facts.push(signed, *row));
        let read: Vec<Stored> = facts.iter().collect();
        assert_eq!(read.len(), given.len());
        for (stored, (Signed { fact, sign }, row)) in read.iter().zip(given) {
            assert_eq!((stored.offset_ms, stored.kind, stored.value), (fact.at, fact.kind, fact.value));
            assert_eq!((stored.scopes, stored.sign, stored.row), (fact.scopes, sign, row));
        }
        assert_eq!(facts.oldest_row(), 3);
    }
}
