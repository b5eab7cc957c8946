//! Protobuf events, borrowed: one pass over the bytes fills a slot per field, and nothing is copied.
//!
//! prost would allocate every string; on the hot path that costs more than the fold. Where a message repeats itself
//! this does what the format says and prost does: the last value counts, bodies of one type merge, one of another type
//! replaces. Nothing but the form is looked at before the event's type says what is wanted: what it does not have may be
//! anything, and is passed over as it is laid out.

pub(super) mod reader;

use std::borrow::Cow;

use crate::domain::event::{Millis, Text};

use self::reader::{Malformed, Reader, WireType};
use super::decode::{Decoded, Place};
use super::event_type::{EventType, FIRST_BODY_NUMBER};
use super::field::{Field, SLOTS};
use super::refusal::{Reason, Refusal};
use super::rules::{Fields, event};
use crate::wire::time::from_unix_ms;
use crate::wire::words::Words;

/// The record's event.
pub(super) fn decode<'a>(bytes: &'a [u8], place: &Place<'_>, written: Option<Millis>) -> Decoded<'a> {
    let mut message = Message::default();
    if message.read(bytes).is_err() {
        return Decoded::Rejected(Refusal::UNDECODABLE);
    }
    match message.body {
        Some(event_type) => Decoded::of(event(event_type, &message.slots, place, written)),
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
    skill_ids: Vec<&'a [u8]>,
}

#[derive(Debug, Clone, Copy, Default)]
enum Value<'a> {
    #[default]
    Absent,
    Number(u64),
    /// Text, if it is UTF-8.
    Bytes(&'a [u8]),
    /// Laid out as no value of its field is.
    Wrong,
}

/// The body fields that are kept for each type, as bits by number: any other is skipped unread, and so is `text`.
const KEPT: [u32; EventType::ALL.len()] = {
    let mut kept = [0; EventType::ALL.len()];
    let mut i = 0;
    while i < kept.len() {
        kept[i] = bits(Field::of(EventType::ALL[i])) & !bit(Field::Text);
        i += 1;
    }
    kept
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
    fn read(&mut self, bytes: &'a [u8]) -> Result<(), Malformed> {
        let mut reader = Reader::new(bytes);
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
                    reader.skip(number, wire_type)
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
        if wire_type != WireType::Bytes {
            return Err(Malformed);
        }
        if self.body.replace(event_type).is_some_and(|before| before != event_type) {
            self.slots.clear_body();
        }
        let kept = KEPT[(event_type as u32 - FIRST_BODY_NUMBER) as usize];
        let mut body = Reader::new(reader.bytes()?);
        while let Some((number, wire_type)) = body.key()? {
            match Field::ALL.get(number as usize) {
                Some(field) if kept & bit(*field) != 0 => self.slots.read(*field, wire_type, &mut body)?,
                _ => body.skip(number, wire_type)?,
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
        } else if field == Field::SkillIds && wire_type == WireType::Bytes {
            self.skill_ids.push(reader.bytes()?);
            Ok(())
        } else {
            self.read_text(field, wire_type, reader)
        }
    }

    #[inline]
    fn read_text(&mut self, field: Field, wire_type: WireType, reader: &mut Reader<'a>) -> Result<(), Malformed> {
        if wire_type != WireType::Bytes {
            return self.skip_wrong(field, wire_type, reader);
        }
        self.values[field as usize] = Value::Bytes(reader.bytes()?);
        Ok(())
    }

    #[inline]
    fn read_number(&mut self, field: Field, wire_type: WireType, reader: &mut Reader<'a>) -> Result<(), Malformed> {
        if wire_type != WireType::Varint {
            return self.skip_wrong(field, wire_type, reader);
        }
        self.values[field as usize] = Value::Number(reader.varint()?);
        Ok(())
    }

    /// A field of another layout than the contract's is no reason to give up before it is asked for.
    #[cold]
    fn skip_wrong(&mut self, field: Field, wire_type: WireType, reader: &mut Reader<'a>) -> Result<(), Malformed> {
        self.values[field as usize] = Value::Wrong;
        // Its number matters to groups alone, which end with the number that they begin with.
        reader.skip(field.number(), wire_type)
    }

    fn clear_body(&mut self) {
        self.values[..Field::EventId as usize].fill(Value::Absent);
        self.skill_ids.clear();
    }

    #[inline]
    fn number(&self, field: Field) -> Result<Option<u64>, Refusal> {
        match self.values[field as usize] {
            Value::Number(number) => Ok(Some(number)),
            Value::Absent => Ok(None),
            Value::Bytes(_) | Value::Wrong => Err(Refusal::UNDECODABLE),
        }
    }
}

impl<'a> Fields<'a> for Slots<'a> {
    #[inline]
    fn text(&self, field: Field) -> Result<Option<Text<'a>>, Refusal> {
        match self.values[field as usize] {
            Value::Bytes(bytes) => text(bytes).map(|text| Some(Cow::Borrowed(text))),
            Value::Absent => Ok(None),
            Value::Number(_) | Value::Wrong => Err(Refusal::UNDECODABLE),
        }
    }

    /// In Protobuf an id is text.
    #[inline]
    fn id(&self, field: Field) -> Result<Option<Text<'a>>, Refusal> {
        self.text(field)
    }

    fn judge_ids(&self, field: Field, is_valid: impl Fn(&str) -> bool) -> Result<(), Refusal> {
        self.judge_text(field)?;
        for bytes in &self.skill_ids {
            if !is_valid(text(bytes)?) {
                return Err(Reason::IllFormed.at(field));
            }
        }
        Ok(())
    }

    fn judge_text(&self, field: Field) -> Result<(), Refusal> {
        match self.values[field as usize] {
            Value::Bytes(_) | Value::Absent => Ok(()),
            Value::Number(_) | Value::Wrong => Err(Refusal::UNDECODABLE),
        }
    }

    /// Like every Protobuf reader, this keeps the low 32 bits of a number that is too long for its field.
    #[inline]
    fn integer(&self, field: Field) -> Result<Option<i64>, Refusal> {
        let number = self.number(field)?;
        Ok(match field {
            Field::Score => number.map(|number| i64::from(number as i32)),
            _ => number.map(|number| i64::from(number as u32)),
        })
    }

    #[inline]
    fn boolean(&self, field: Field) -> Result<Option<bool>, Refusal> {
        Ok(self.number(field)?.map(|number| number != 0))
    }

    #[inline]
    fn time(&self, field: Field) -> Result<Option<Millis>, Refusal> {
        let at = self.number(field)?.map(|number| from_unix_ms(number as i64));
        at.transpose().map_err(|wrong| wrong.at(field))
    }

    #[inline]
    fn choice<T: Copy>(&self, field: Field, words: &Words<T>) -> Result<Option<T>, Refusal> {
        match self.number(field)?.map(|number| number as i32) {
            None | Some(0) => Ok(None),
            Some(number) => {
                let place = usize::try_from(number).ok().and_then(|number| words.get(number - 1));
                place.map(|(_, value)| Some(*value)).ok_or(Reason::IllFormed.at(field))
            }
        }
    }
}

#[inline]
fn text(bytes: &[u8]) -> Result<&str, Refusal> {
    std::str::from_utf8(bytes).map_err(|_| Refusal::UNDECODABLE)
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
