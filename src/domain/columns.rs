//! The facts of one bucket in columns: append-only, 12 bytes a fact, the truth behind every ad-hoc question.

use super::bucket::Bucket;
use super::event::Millis;
use super::fact::{Credit, Fact, FactKind, Scopes, Sign, Signed};
use super::growth;

/// Signed facts of one bucket, in the order in which they were stated.
#[derive(Debug, Default)]
pub struct Columns {
    /// Milliseconds into the bucket (19 bits), kind (6), sign (1), scopes (4).
    heads: Vec<u32>,
    /// The value, or `LARGE`.
    values: Vec<u32>,
    /// Place of the row that says whom the fact is credited to.
    rows: Vec<u32>,
    /// Shared by the facts of a conversation that follow each other.
    attributions: Vec<Row>,
    /// Values that do not fit, by the fact's place.
    large: Vec<(u32, Millis)>,
}

/// Conversation and credit, which facts share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The conversation's number.
    pub conversation: u32,
    /// Whom it is credited to.
    pub credit: Credit,
}

/// A fact as it is read back.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'a> {
    /// Milliseconds after the start of the bucket.
    pub offset_ms: u32,
    /// What.
    pub kind: FactKind,
    /// Stated or taken back.
    pub sign: Sign,
    /// Where it counts.
    pub scopes: Scopes,
    /// The duration.
    pub value: Millis,
    /// Whose.
    pub row: &'a Row,
}

const LARGE: u32 = u32::MAX;
const KIND_SHIFT: u32 = 19;
const SIGN_SHIFT: u32 = 25;
const SCOPES_SHIFT: u32 = 26;

impl Columns {
    /// Adds a fact of this bucket; `hint` is where the conversation's last row may be, and is updated.
    pub fn push(&mut self, signed: &Signed, conversation: u32, hint: &mut u32) {
        let Fact { at, kind, value, scopes, credit } = signed.fact;
        let sign = u32::from(signed.sign == Sign::Retract);
        let offset_ms = (at - Bucket::of(at).start()) as u32;
        let kind = kind as u32;
        let head = offset_ms | kind << KIND_SHIFT | sign << SIGN_SHIFT | u32::from(scopes.0) << SCOPES_SHIFT;
        growth::push(&mut self.heads, head);
        let small = u32::try_from(value).unwrap_or(LARGE);
        if small == LARGE {
            self.large.push((self.values.len() as u32, value));
        }
        growth::push(&mut self.values, small);
        let row = self.row(Row { conversation, credit }, hint);
        growth::push(&mut self.rows, row);
    }

    fn row(&mut self, row: Row, hint: &mut u32) -> u32 {
        if self.attributions.get(*hint as usize) != Some(&row) {
            *hint = self.attributions.len() as u32;
            growth::push(&mut self.attributions, row);
        }
        *hint
    }

    /// Every fact of one of the kinds, in the order in which they were stated.
    pub fn of_kind(&self, is: impl Fn(FactKind) -> bool) -> impl Iterator<Item = Stored<'_>> {
        (0..self.heads.len()).filter(move |&place| is(kind_of(self.heads[place]))).map(|place| self.read(place))
    }

    /// How many facts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    fn read(&self, place: usize) -> Stored<'_> {
        let head = self.heads[place];
        let value = match self.values[place] {
            LARGE => self.large_value(place),
            small => Millis::from(small),
        };
        Stored {
            offset_ms: head & ((1 << KIND_SHIFT) - 1),
            kind: kind_of(head),
            sign: if head >> SIGN_SHIFT & 1 == 0 { Sign::State } else { Sign::Retract },
            scopes: Scopes((head >> SCOPES_SHIFT) as u8),
            value,
            row: &self.attributions[self.rows[place] as usize],
        }
    }

    fn large_value(&self, place: usize) -> Millis {
        let found = self.large.binary_search_by_key(&(place as u32), |(at, _)| *at);
        self.large[found.expect("every large value is kept")].1
    }
}

fn kind_of(head: u32) -> FactKind {
    FactKind::ALL[(head >> KIND_SHIFT & 0x3f) as usize]
}

const _: () = assert!(FactKind::COUNT <= 64, "a kind has six bits");
