//! JSON events, borrowed: the object's members become one slot per field, copied only where they hold escapes.
//!
//! serde's `tag` and `flatten` would buffer every event and could not say which field is at fault; so each value is
//! kept as found, whatever its type, and judged when the event's type says what it should be. Of repeated keys the
//! last counts, as in Protobuf; unknown ones are skipped; `null` is an absent field.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::domain::event::{Millis, Text};

use super::event::{Fields, event};
use super::event_type::EventType;
use super::field::{Field, SLOTS};
use super::record::{Decoded, FileRecord, Place};
use super::refusal::{Reason, Refusal};
use super::time::{from_unix_ms, parse_rfc3339};
use super::words::{Words, value_of};

/// The record's event.
pub(super) fn decode<'a>(payload: &'a [u8], place: &Place<'_>) -> Decoded<'a> {
    let mut slots = Slots::default();
    match slots.read(payload) {
        Ok(()) => slots.event(place),
        Err(refusal) => Decoded::Rejected(refusal),
    }
}

/// The line's event, and the time that stands in for a record's timestamp.
pub(super) fn decode_line<'a>(line: &'a [u8], place: &Place<'_>) -> FileRecord<'a> {
    let mut slots = Slots::default();
    if let Err(refusal) = slots.read(line) {
        return FileRecord { decoded: Decoded::Rejected(refusal), recorded_at: None };
    }
    match (slots.event(place), slots.time(Field::RecordedAt)) {
        (Decoded::Event(_), Err(refusal)) => FileRecord { decoded: Decoded::Rejected(refusal), recorded_at: None },
        (decoded, recorded_at) => FileRecord { decoded, recorded_at: recorded_at.unwrap_or_default() },
    }
}

/// What stands under each known key. Filled in place: it is large enough for moving it to show.
#[derive(Default)]
struct Slots<'a> {
    values: [Value<'a>; SLOTS],
}

/// A JSON value as far as any field needs it.
#[derive(Debug, Default)]
enum Value<'a> {
    /// No such key, or `null`.
    #[default]
    Absent,
    Text(Text<'a>),
    Integer(i64),
    /// A whole number beyond every field's range.
    Huge,
    Boolean(bool),
    Texts(Vec<Text<'a>>),
    /// A fraction, an object, a list of anything but strings: no field is like that.
    Other,
}

impl<'a> Slots<'a> {
    /// One look at all bytes first, so that the parser need not ask string by string whether they are UTF-8.
    fn read(&mut self, json: &'a [u8]) -> Result<(), Refusal> {
        let json = std::str::from_utf8(json).map_err(|_| Refusal::UNDECODABLE)?;
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let read = deserializer.deserialize_map(ObjectVisitor(self)).and_then(|()| deserializer.end());
        read.map_err(|_| Refusal::UNDECODABLE)
    }

    fn event(&mut self, place: &Place<'_>) -> Decoded<'a> {
        let word = match self.text(Field::Type) {
            Ok(word) => word.filter(|word| !word.is_empty()),
            Err(refusal) => return Decoded::Rejected(refusal),
        };
        let Some(word) = word else { return Decoded::Rejected(Reason::Missing.at(Field::Type)) };
        match EventType::named(&word) {
            Some(event_type) => Decoded::of(event(event_type, self, place)),
            None => Decoded::Unknown,
        }
    }

    /// Takes a field that is not text: there too an empty string is an absent value.
    fn take(&mut self, field: Field) -> Value<'a> {
        match std::mem::take(&mut self.values[field as usize]) {
            Value::Text(text) if text.is_empty() => Value::Absent,
            value => value,
        }
    }
}

impl<'a> Fields<'a> for Slots<'a> {
    fn text(&mut self, field: Field) -> Result<Option<Text<'a>>, Refusal> {
        match std::mem::take(&mut self.values[field as usize]) {
            Value::Absent => Ok(None),
            Value::Text(text) => Ok(Some(text)),
            _ => Err(Reason::IllFormed.at(field)),
        }
    }

    fn integer(&mut self, field: Field) -> Result<Option<i64>, Refusal> {
        match self.take(field) {
            Value::Absent => Ok(None),
            Value::Integer(number) => Ok(Some(number)),
            Value::Huge => Err(Reason::OutOfRange.at(field)),
            _ => Err(Reason::IllFormed.at(field)),
        }
    }

    fn boolean(&mut self, field: Field) -> Result<Option<bool>, Refusal> {
        match self.take(field) {
            Value::Absent => Ok(None),
            Value::Boolean(value) => Ok(Some(value)),
            _ => Err(Reason::IllFormed.at(field)),
        }
    }

    fn time(&mut self, field: Field) -> Result<Option<Millis>, Refusal> {
        let at = match self.take(field) {
            Value::Absent => return Ok(None),
            Value::Text(text) => parse_rfc3339(&text),
            Value::Integer(at) => from_unix_ms(at),
            Value::Huge => Err(Reason::OutOfRange),
            _ => Err(Reason::IllFormed),
        };
        at.map(Some).map_err(|reason| reason.at(field))
    }

    fn choice<T: Copy>(&mut self, field: Field, words: &Words<T>) -> Result<Option<T>, Refusal> {
        match self.take(field) {
            Value::Absent => Ok(None),
            Value::Text(word) => value_of(words, &word).map(Some).ok_or(Reason::IllFormed.at(field)),
            _ => Err(Reason::IllFormed.at(field)),
        }
    }

    fn texts(&mut self, field: Field) -> Result<Vec<Text<'a>>, Refusal> {
        match self.take(field) {
            Value::Absent => Ok(Vec::new()),
            Value::Texts(texts) => Ok(texts),
            _ => Err(Reason::IllFormed.at(field)),
        }
    }
}

struct ObjectVisitor<'s, 'de>(&'s mut Slots<'de>);

impl<'de> Visitor<'de> for ObjectVisitor<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event as an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        while let Some(Key(field)) = object.next_key()? {
            match field {
                Some(field) => self.0.values[field as usize] = object.next_value()?,
                None => drop(object.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

struct Key(Option<Field>);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_identifier(KeyVisitor)
    }
}

struct KeyVisitor;

impl Visitor<'_> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, name: &str) -> Result<Key, E> {
        Ok(Key(Field::named(name)))
    }
}

impl<'de> Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Absent)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value<'de>, E> {
        Ok(Value::Boolean(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value<'de>, E> {
        Ok(Value::Integer(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value<'de>, E> {
        Ok(i64::try_from(number).map_or(Value::Huge, Value::Integer))
    }

    fn visit_f64<E>(self, _number: f64) -> Result<Value<'de>, E> {
        Ok(Value::Other)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value<'de>, A::Error> {
        let mut texts = Some(Vec::new());
        while let Some(value) = list.next_element()? {
            match (value, &mut texts) {
                (Value::Text(text), Some(texts)) => texts.push(text),
                _ => texts = None,
            }
        }
        Ok(texts.map_or(Value::Other, Value::Texts))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value<'de>, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Other)
    }
}
