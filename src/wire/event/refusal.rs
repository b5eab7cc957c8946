//! Why a record is refused: a reason and the field at fault, which go with it to the dead-letter topic.
//!
//! A refusal never carries a value, so that nothing private can reach a log line, a label or a dead letter's header.

use std::fmt;

use super::field::Field;
use crate::wire::time::WrongTime;

/// Why an event is refused, and which field is to blame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub struct Refusal {
    /// What is wrong.
    pub reason: Reason,
    /// Where; a record that cannot be decoded has no field to blame.
    pub field: Option<Field>,
    /// What the value looks like instead, where that tells people what to mend.
    pub hint: Option<Hint>,
}

/// A mistake that many sources make, and that can be told from the value's form alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hint {
    /// A time in seconds since 1970.
    Seconds,
}

impl Hint {
    /// What is wrong, and what would be right.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Seconds => "it looks like seconds; right would be milliseconds",
        }
    }
}

/// What is wrong with a refused event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Neither JSON nor Protobuf that could be read: bad syntax, a cut record, invalid UTF-8.
    Undecodable,
    /// A required field is absent or empty.
    Missing,
    /// A field has the wrong type, an unknown word, or breaks the rules of ids, labels or times.
    IllFormed,
    /// A whole number or a time that is well-formed but outside what the field holds.
    OutOfRange,
    /// The event says it happened more than an hour after its record was written.
    FarFuture,
    /// The configuration lists the accounts there are, and the event's is none of them.
    UnknownAccount,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 6] =
        [Self::Undecodable, Self::Missing, Self::IllFormed, Self::OutOfRange, Self::FarFuture, Self::UnknownAccount];

    /// Its word in dead letters and engine metrics; it stays as it is.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Undecodable => "undecodable",
            Self::Missing => "missing",
            Self::IllFormed => "ill_formed",
            Self::OutOfRange => "out_of_range",
            Self::FarFuture => "far_future",
            Self::UnknownAccount => "unknown_account",
        }
    }

    pub(super) fn at(self, field: Field) -> Refusal {
        Refusal { reason: self, field: Some(field), hint: None }
    }
}

impl WrongTime {
    /// The refusal of the field that holds it.
    pub(super) fn at(self, field: Field) -> Refusal {
        match self {
            Self::IllFormed => Reason::IllFormed.at(field),
            Self::OutOfRange => Reason::OutOfRange.at(field),
            Self::Seconds => Refusal { hint: Some(Hint::Seconds), ..Reason::IllFormed.at(field) },
        }
    }
}

impl Refusal {
    /// A record no event could be read from.
    pub const UNDECODABLE: Self = Self { reason: Reason::Undecodable, field: None, hint: None };

    /// An event too far ahead of its record.
    pub const FAR_FUTURE: Self = Self { reason: Reason::FarFuture, field: Some(Field::OccurredAt), hint: None };

    /// An event of an account that there is not.
    pub const UNKNOWN_ACCOUNT: Self =
        Self { reason: Reason::UnknownAccount, field: Some(Field::AccountId), hint: None };

    /// The name of the field at fault; empty if there is none.
    #[must_use]
    pub fn field_name(&self) -> &'static str {
        self.field.map_or("", Field::name)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason.word())?;
        self.field.map_or(Ok(()), |field| write!(f, ": {}", field.name()))?;
        self.hint.map_or(Ok(()), |hint| write!(f, ", {}", hint.text()))
    }
}
