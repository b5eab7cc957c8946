//! JSON events, borrowed: the object's members become one slot per field, copied only where they hold escapes.
//!
//! Each value is kept as found, whatever it is, and judged when the event's type says what it should be. Of repeated
//! names the last counts, as in Protobuf; what no field of the type is called is never looked at; `null` is an absent
//! field.

mod number;
mod reader;

use crate::domain::event::{Millis, Text};

use self::number::{NotWhole, decimal, integer};
use self::reader::{Quoted, Value, read_list, read_object};
use super::decode::{Decoded, FileRecord, Place};
use super::event_type::EventType;
use super::field::{Field, SLOTS};
use super::refusal::{Reason, Refusal};
use super::rules::{Fields, event};
use crate::wire::text::is_party;
use crate::wire::time::{WrongTime, from_unix_ms, parse_rfc3339};
use crate::wire::words::{Words, value_of};

/// The record's event.
pub(super) fn decode<'a>(json: &'a [u8], place: &Place<'_>, written: Option<Millis>) -> Decoded<'a> {
    let mut slots = Slots::default();
    match slots.read(json) {
        Ok(()) => slots.event(place, written),
        Err(refusal) => Decoded::Rejected(refusal),
    }
}

/// The line's event, and the time that stands in for a record's timestamp.
pub(super) fn decode_line<'a>(json: &'a [u8], place: &Place<'_>) -> FileRecord<'a> {
    let mut slots = Slots::default();
    if let Err(refusal) = slots.read(json) {
        return FileRecord { decoded: Decoded::Rejected(refusal), recorded_at: None };
    }
    let recorded_at = slots.time(Field::RecordedAt);
    match (slots.event(place, recorded_at.unwrap_or_default()), recorded_at) {
        (Decoded::Event(_), Err(refusal)) => FileRecord { decoded: Decoded::Rejected(refusal), recorded_at: None },
        (decoded, recorded_at) => FileRecord { decoded, recorded_at: recorded_at.unwrap_or_default() },
    }
}

/// The text of a message, by another pass over it.
pub(super) fn message_text(json: &[u8]) -> Result<Option<Text<'_>>, Refusal> {
    let mut slots = Slots::default();
    slots.read(json)?;
    slots.name(Field::Text)
}

/// What stands under each known name. Filled in place: it is large enough for moving it to show.
#[derive(Default)]
struct Slots<'a> {
    values: [Value<'a>; SLOTS],
}

impl<'a> Slots<'a> {
    fn read(&mut self, json: &'a [u8]) -> Result<(), Refusal> {
        let read = read_object(json, |name, value| {
            if let Some(field) = name.bytes().and_then(|name| Field::named(&name)) {
                self.values[field as usize] = value;
            }
        });
        read.map_err(|_| Refusal::UNDECODABLE)
    }

    fn event(&self, place: &Place<'_>, written: Option<Millis>) -> Decoded<'a> {
        let word = match self.text(Field::Type) {
            Ok(word) => word.filter(|word| !word.is_empty()),
            Err(refusal) => return Decoded::Rejected(refusal),
        };
        let Some(word) = word else { return Decoded::Rejected(Reason::Missing.at(Field::Type)) };
        match EventType::named(&word) {
            Some(event_type) => Decoded::of(event(event_type, self, place, written)),
            None => Decoded::Unknown,
        }
    }

    #[inline]
    fn value(&self, field: Field) -> Value<'a> {
        self.values[field as usize]
    }

    /// A field that is not text: there too an empty string is an absent value.
    #[inline]
    fn value_or_none(&self, field: Field) -> Value<'a> {
        match self.value(field) {
            Value::Text(text) if text.is_empty() => Value::Absent,
            value => value,
        }
    }
}

impl<'a> Fields<'a> for Slots<'a> {
    #[inline]
    fn text(&self, field: Field) -> Result<Option<Text<'a>>, Refusal> {
        match self.value(field) {
            Value::Absent => Ok(None),
            Value::Text(text) => read(text).map(Some),
            _ => Err(Reason::IllFormed.at(field)),
        }
    }

    #[inline]
    fn id(&self, field: Field) -> Result<Option<Text<'a>>, Refusal> {
        match self.value(field) {
            Value::Number(number) => decimal(number).map(Some).map_err(|_| Reason::IllFormed.at(field)),
            _ => self.text(field),
        }
    }

    #[inline]
    fn plain_id(&self, field: Field) -> Option<&'a str> {
        match self.value(field) {
            Value::Text(text) => text.plain_id(),
            _ => None,
        }
    }

    fn parties(&self, field: Field) -> Result<Vec<Text<'a>>, Refusal> {
        let list = match self.value_or_none(field) {
            Value::Absent => return Ok(Vec::new()),
            Value::List(list) => list,
            _ => return Err(Reason::IllFormed.at(field)),
        };
        let party = |item: Value<'a>| match item {
            Value::Text(text) => text.text(),
            Value::Number(number) => decimal(number).ok(),
            Value::Absent | Value::Boolean(_) | Value::List(_) | Value::Object => None,
        };
        let mut parties = Some(Vec::new());
        let read = read_list(list, |item| match party(item).filter(|text| is_party(text)) {
            Some(party) => parties.iter_mut().for_each(|parties| parties.push(party.clone())),
            None => parties = None,
        });
        parties.filter(|_| read.is_ok()).ok_or(Reason::IllFormed.at(field))
    }

    fn name(&self, field: Field) -> Result<Option<Text<'a>>, Refusal> {
        match self.value(field) {
            Value::Absent => Ok(None),
            Value::Text(text) => Ok(text.text()),
            _ => Err(Reason::IllFormed.at(field)),
        }
    }

    #[inline]
    fn integer(&self, field: Field) -> Result<Option<i64>, Refusal> {
        match self.value_or_none(field) {
            Value::Absent => Ok(None),
            Value::Number(number) => integer(number).map(Some).map_err(|wrong| match wrong {
                NotWhole::Fraction => Reason::IllFormed.at(field),
                NotWhole::Huge => Reason::OutOfRange.at(field),
            }),
            _ => Err(Reason::IllFormed.at(field)),
        }
    }

    fn boolean(&self, field: Field) -> Result<Option<bool>, Refusal> {
        match self.value_or_none(field) {
            Value::Absent => Ok(None),
            Value::Boolean(value) => Ok(Some(value)),
            _ => Err(Reason::IllFormed.at(field)),
        }
    }

    #[inline]
    fn time(&self, field: Field) -> Result<Option<Millis>, Refusal> {
        let at = match self.value_or_none(field) {
            Value::Absent => return Ok(None),
            Value::Text(text) => text.bytes().ok_or(WrongTime::IllFormed).and_then(parse_rfc3339),
            Value::Number(number) => match integer(number) {
                Ok(at) => from_unix_ms(at),
                Err(NotWhole::Fraction) => Err(WrongTime::IllFormed),
                Err(NotWhole::Huge) => Err(WrongTime::OutOfRange),
            },
            _ => Err(WrongTime::IllFormed),
        };
        at.map(Some).map_err(|wrong| wrong.at(field))
    }

    fn choice<T: Copy>(&self, field: Field, words: &Words<T>) -> Result<Option<T>, Refusal> {
        match self.value_or_none(field) {
            Value::Absent => Ok(None),
            Value::Text(word) => value_of(words, &read(word)?).map(Some).ok_or(Reason::IllFormed.at(field)),
            _ => Err(Reason::IllFormed.at(field)),
        }
    }
}

/// A text that is asked for must be one: bytes or escapes that make none cannot be decoded.
#[inline]
fn read(text: Quoted<'_>) -> Result<Text<'_>, Refusal> {
    text.text().ok_or(Refusal::UNDECODABLE)
}
