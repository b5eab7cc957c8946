//! Protobuf events, borrowed: one pass over the bytes fills a slot per field, and nothing is copied.
//!
//! prost would allocate every string; on the hot path that costs more than the fold. Where a message repeats itself
//! this does what the format says and prost does: the last value counts, bodies of one type merge, one of another type
//! replaces.

use std::borrow::Cow;

use crate::domain::event::{Millis, Text};

use super::event::{Fields, event};
use super::event_type::{EventType, FIRST_BODY_NUMBER};
use super::field::{Field, SLOTS};
use super::protobuf_reader::{MAX_DEPTH, Malformed, Reader, WireType};
use super::record::{Decoded, Place};
use super::refusal::{Reason, Refusal};
use super::time::from_unix_ms;
use super::words::Words;

/// The record's event.
pub(super) fn decode<'a>(payload: &'a [u8], place: &Place<'_>) -> Decoded<'a> {
    let mut message = Message::default();
    if message.read(payload).is_err() {
        return Decoded::Rejected(Refusal::UNDECODABLE);
    }
    match message.body {
        Some(event_type) => Decoded::of(event(event_type, &mut message.slots, place)),
        None if message.has_unknown_body => Decoded::Unknown,
        None => Decoded::Rejected(Reason::Missing.at(Field::Type)),
    }
}

/// What one pass finds. Filled in place: it is large enough for moving it to show.
#[derive(Default)]
struct Message<'a> {
    body: Option<EventType>,
    has_unknown_body: bool,
    slots: Slots<'a>,
}

/// The value of each field, at its own place.
#[derive(Default)]
struct Slots<'a> {
    values: [Value<'a>; SLOTS],
    /// The one repeated field.
    skill_ids: Vec<&'a str>,
}

#[derive(Debug, Clone, Copy, Default)]
enum Value<'a> {
    #[default]
    Absent,
    Number(u64),
    Text(&'a str),
}

/// The body fields that each type knows, as bits by number: any other is skipped unread.
const KNOWN: [u32; EventType::ALL.len()] = {
    let mut known = [0; EventType::ALL.len()];
    let mut i = 0;
    while i < known.len() {
        known[i] = bits(Field::of(EventType::ALL[i]));
        i += 1;
    }
    known
};

/// The fields that are varints; the others are text.
const NUMBERS: u32 = bits(&[
    Field::Characters,
    Field::Automated,
    Field::Score,
    Field::ClosedBy,
    Field::Outcome,
    Field::Until,
    Field::Origin,
    Field::Audience,
    Field::By,
    Field::Mood,
    Field::Status,
    Field::Capacity,
]);

impl<'a> Message<'a> {
    fn read(&mut self, payload: &'a [u8]) -> Result<(), Malformed> {
        let mut reader = Reader::new(payload);
        while let Some((number, wire_type)) = reader.key()? {
            self.read_field(&mut reader, number, wire_type)?;
        }
        Ok(())
    }

    #[inline]
    fn read_field(&mut self, reader: &mut Reader<'a>, number: u32, wire_type: WireType) -> Result<(), Malformed> {
        let slots = &mut self.slots;
        match number {
            1 => slots.read_text(Field::EventId, wire_type, reader),
            2 => slots.read_text(Field::AccountId, wire_type, reader),
            3 => slots.read_text(Field::ConversationId, wire_type, reader),
            4 => slots.read_number(Field::OccurredAt, wire_type, reader),
            5 => slots.read_number(Field::Sequence, wire_type, reader),
            _ => match EventType::numbered(number) {
                Some(event_type) => self.read_body(event_type, wire_type, reader),
                None => {
                    self.has_unknown_body |= number >= FIRST_BODY_NUMBER;
                    reader.skip(number, wire_type, MAX_DEPTH)
                }
            },
        }
    }

    #[inline]
    fn read_body(
        &mut self,
        event_type: EventType,
        wire_type: WireType,
        reader: &mut Reader<'a>,
    ) -> Result<(), Malformed> {
        expect(wire_type, WireType::Bytes)?;
        if self.body.replace(event_type).is_some_and(|before| before != event_type) {
            self.slots.clear_body();
        }
        let known = KNOWN[(event_type as u32 - FIRST_BODY_NUMBER) as usize];
        let mut body = Reader::new(reader.bytes()?);
        while let Some((number, wire_type)) = body.key()? {
            match Field::ALL.get(number as usize) {
                Some(field) if known & bit(*field) != 0 => self.slots.read(*field, wire_type, &mut body)?,
                _ => body.skip(number, wire_type, MAX_DEPTH - 1)?,
            }
        }
        Ok(())
    }
}

impl<'a> Slots<'a> {
    #[inline]
    fn read(&mut self, field: Field, wire_type: WireType, reader: &mut Reader<'a>) -> Result<(), Malformed> {
        if NUMBERS & bit(field) != 0 {
            self.read_number(field, wire_type, reader)
        } else if field == Field::SkillIds {
            expect(wire_type, WireType::Bytes)?;
            self.skill_ids.push(reader.text()?);
            Ok(())
        } else {
            self.read_text(field, wire_type, reader)
        }
    }

    #[inline]
    fn read_text(&mut self, field: Field, wire_type: WireType, reader: &mut Reader<'a>) -> Result<(), Malformed> {
        expect(wire_type, WireType::Bytes)?;
        self.values[field as usize] = Value::Text(reader.text()?);
        Ok(())
    }

    #[inline]
    fn read_number(&mut self, field: Field, wire_type: WireType, reader: &mut Reader<'a>) -> Result<(), Malformed> {
        expect(wire_type, WireType::Varint)?;
        self.values[field as usize] = Value::Number(reader.varint()?);
        Ok(())
    }

    fn clear_body(&mut self) {
        self.values[..Field::EventId as usize].fill(Value::Absent);
        self.skill_ids.clear();
    }

    #[inline]
    fn number(&self, field: Field) -> Option<u64> {
        match self.values[field as usize] {
            Value::Number(number) => Some(number),
            Value::Absent | Value::Text(_) => None,
        }
    }
}

impl<'a> Fields<'a> for Slots<'a> {
    #[inline]
    fn text(&mut self, field: Field) -> Result<Option<Text<'a>>, Refusal> {
        Ok(match self.values[field as usize] {
            Value::Text(text) => Some(Cow::Borrowed(text)),
            Value::Absent | Value::Number(_) => None,
        })
    }

    /// Like every Protobuf reader, this keeps the low 32 bits of a number that is too long for its field.
    #[inline]
    fn integer(&mut self, field: Field) -> Result<Option<i64>, Refusal> {
        let number = self.number(field);
        Ok(match field {
            Field::Score => number.map(|number| i64::from(number as i32)),
            _ => number.map(|number| i64::from(number as u32)),
        })
    }

    #[inline]
    fn boolean(&mut self, field: Field) -> Result<Option<bool>, Refusal> {
        Ok(self.number(field).map(|number| number != 0))
    }

    #[inline]
    fn time(&mut self, field: Field) -> Result<Option<Millis>, Refusal> {
        let at = self.number(field).map(|number| from_unix_ms(number as i64));
        at.transpose().map_err(|reason| reason.at(field))
    }

    #[inline]
    fn choice<T: Copy>(&mut self, field: Field, words: &Words<T>) -> Result<Option<T>, Refusal> {
        match self.number(field).map(|number| number as i32) {
            None | Some(0) => Ok(None),
            Some(number) => {
                let place = usize::try_from(number).ok().and_then(|number| words.get(number - 1));
                place.map(|(_, value)| Some(*value)).ok_or(Reason::IllFormed.at(field))
            }
        }
    }

    fn texts(&mut self, _field: Field) -> Result<Vec<Text<'a>>, Refusal> {
        Ok(self.skill_ids.drain(..).map(Cow::Borrowed).collect())
    }
}

#[inline]
fn expect(found: WireType, expected: WireType) -> Result<(), Malformed> {
    if found == expected { Ok(()) } else { Err(Malformed) }
}

const fn bit(field: Field) -> u32 {
    1 << field as u32
}

const fn bits(fields: &[Field]) -> u32 {
    let mut bits = 0;
    let mut i = 0;
    while i < fields.len() {
        bits |= bit(fields[i]);
        i += 1;
    }
    bits
}
