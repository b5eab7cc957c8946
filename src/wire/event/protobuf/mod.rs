//! Protobuf events, borrowed: one pass over the bytes fills a slot per field, and nothing is copied.
//!
//! prost would allocate every string; on the hot path that costs more than the fold. Where a message repeats itself
//! this does what the format says and prost does: the last value counts, bodies of one type merge, one of another type
//! replaces. Nothing but the form is looked at before the event's type says what is wanted: what it does not have may be
//! anything, and is passed over as it is laid out.

pub(super) mod reader;

use std::borrow::Cow;
use std::cell::Cell;

use crate::domain::event::{Millis, Text};

use self::reader::{Key, Malformed, Reader, WireType};
use super::decode::{Decoded, Place};
use super::event_type::{EventType, FIRST_BODY_NUMBER};
use super::field::{Field, SLOTS};
use super::refusal::{Reason, Refusal};
use super::rules::{Fields, event};
use crate::wire::text::{is_party, plain_id};
use crate::wire::time::from_unix_ms;
use crate::wire::utf8;
use crate::wire::words::Words;

/// The record's event.
pub(super) fn decode<'a>(bytes: &'a [u8], place: &Place<'_>, written: Option<Millis>) -> Decoded<'a> {
    let mut message = Message::<false>::default();
    if message.read(bytes).is_err() {
        return Decoded::Rejected(Refusal::UNDECODABLE);
    }
    match message.body {
        Some(event_type) => Decoded::of(event(event_type, &message.slots, place, written)),
        None if message.has_unknown_body => Decoded::Unknown,
        None => Decoded::Rejected(Reason::Missing.at(Field::Type)),
    }
}

/// The text of a message, by another pass over its bytes.
pub(super) fn message_text(bytes: &[u8]) -> Result<Option<Text<'_>>, Refusal> {
    let mut message = Message::<true>::default();
    message.read(bytes).map_err(|_| Refusal::UNDECODABLE)?;
    message.slots.name(Field::Text)
}

/// What one pass finds. Filled in place: it is large enough for moving it to show. Texts of messages are found where
/// somebody wants them.
#[derive(Default)]
struct Message<'a, const TEXT: bool> {
    body: Option<EventType>,
    has_unknown_body: bool,
    slots: Slots<'a>,
}

/// The value of each field, at its own place.
#[derive(Default)]
struct Slots<'a> {
    values: [Value<'a>; SLOTS],
    /// The one list; whoever asks for it takes it.
    skill_ids: Cell<Vec<Text<'a>>>,
    /// The first of its ids that is none.
    wrong_skill_id: Option<&'a [u8]>,
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

/// Which fields of a message are kept, as bits by number: any other is skipped unread.
#[derive(Clone, Copy)]
struct Kept {
    numbers: u32,
    texts: u32,
    lists: u32,
    /// The slot of number 0.
    slot: u32,
}

impl Kept {
    /// Their slots follow each other as their numbers do.
    const ENVELOPE: Self =
        Self { numbers: 1 << 4 | 1 << 5, texts: 1 << 1 | 1 << 2 | 1 << 3, lists: 0, slot: Field::EventId as u32 - 1 };

    /// Those of each body, whose numbers are their slots. No number needs `text`.
    const BODIES: [Self; EventType::ALL.len()] = {
        let mut bodies = [Self { numbers: 0, texts: 0, lists: 0, slot: 0 }; EventType::ALL.len()];
        let mut i = 0;
        while i < bodies.len() {
            let kept = bits(Field::of(EventType::ALL[i])) & !bit(Field::Text);
            bodies[i] = Self { numbers: kept & NUMBERS, texts: kept & !NUMBERS & !LISTS, lists: kept & LISTS, slot: 0 };
            i += 1;
        }
        bodies
    };

    #[inline]
    fn of(event_type: EventType) -> Self {
        Self::BODIES[(event_type as u32 - FIRST_BODY_NUMBER) as usize]
    }

    /// The slot of a field that is kept, however it is laid out.
    #[inline]
    fn slot(self, number: u32) -> Option<usize> {
        has(self.numbers | self.texts | self.lists, number).then_some((self.slot + number) as usize)
    }
}

/// The one repeated field.
const LISTS: u32 = bit(Field::SkillIds);

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

impl<'a, const TEXT: bool> Message<'a, TEXT> {
    fn read(&mut self, bytes: &'a [u8]) -> Result<(), Malformed> {
        let mut reader = Reader::new(bytes);
        while let Some(key) = reader.key()? {
            if !self.slots.read(Kept::ENVELOPE, key, &mut reader)? {
                self.read_other(key, &mut reader)?;
            }
        }
        Ok(())
    }

    /// A body, or what is no field of the envelope as the contract has it.
    #[inline]
    fn read_other(&mut self, key: Key, reader: &mut Reader<'a>) -> Result<(), Malformed> {
        match EventType::numbered(key.number()) {
            Some(event_type) if key.wire_type()? == WireType::Bytes => self.read_body(event_type, reader.bytes()?),
            Some(_) => Err(Malformed),
            None => {
                self.has_unknown_body |= key.number() >= FIRST_BODY_NUMBER;
                *reader = self.slots.skip(Kept::ENVELOPE, key, *reader)?;
                Ok(())
            }
        }
    }

    #[inline]
    fn read_body(&mut self, event_type: EventType, bytes: &'a [u8]) -> Result<(), Malformed> {
        if self.body.replace(event_type).is_some_and(|before| before != event_type) {
            self.slots.clear_body();
        }
        let mut kept = Kept::of(event_type);
        if TEXT {
            kept.texts |= bits(Field::of(event_type)) & bit(Field::Text);
        }
        let mut reader = Reader::new(bytes);
        while let Some(key) = reader.key()? {
            if !self.slots.read(kept, key, &mut reader)? {
                reader = self.slots.skip(kept, key, reader)?;
            }
        }
        Ok(())
    }
}

impl<'a> Slots<'a> {
    /// Keeps a field that is kept and laid out as it should be; says whether it was.
    #[inline(always)]
    fn read(&mut self, kept: Kept, key: Key, reader: &mut Reader<'a>) -> Result<bool, Malformed> {
        let number = key.number();
        let value = if key.is(WireType::Bytes) && has(kept.texts, number) {
            Value::Bytes(reader.bytes()?)
        } else if key.is(WireType::Varint) && has(kept.numbers, number) {
            Value::Number(reader.varint()?)
        } else {
            return Ok(false);
        };
        self.values[(kept.slot + number) as usize] = value;
        Ok(true)
    }

    /// Passes over any other field. One of another layout than the contract's is no reason to give up before it is asked
    /// for.
    fn skip(&mut self, kept: Kept, key: Key, mut reader: Reader<'a>) -> Result<Reader<'a>, Malformed> {
        let (number, wire_type) = (key.number(), key.wire_type()?);
        if wire_type == WireType::Bytes && has(kept.lists, number) {
            self.note_skill_id(reader.bytes()?);
            return Ok(reader);
        }
        if let Some(slot) = kept.slot(number) {
            self.values[slot] = Value::Wrong;
        }
        reader.skip(number, wire_type)?;
        Ok(reader)
    }

    fn note_skill_id(&mut self, bytes: &'a [u8]) {
        match utf8::text(bytes).filter(|id| is_party(id)) {
            Some(id) => self.skill_ids.get_mut().push(Cow::Borrowed(id)),
            None => self.wrong_skill_id = self.wrong_skill_id.or(Some(bytes)),
        }
    }

    fn clear_body(&mut self) {
        self.values[..Field::EventId as usize].fill(Value::Absent);
        (self.skill_ids, self.wrong_skill_id) = Default::default();
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

    #[inline]
    fn plain_id(&self, field: Field) -> Option<&'a str> {
        match self.values[field as usize] {
            Value::Bytes(bytes) => plain_id(bytes),
            Value::Absent | Value::Number(_) | Value::Wrong => None,
        }
    }

    fn parties(&self, field: Field) -> Result<Vec<Text<'a>>, Refusal> {
        self.name(field)?;
        match self.wrong_skill_id {
            None => Ok(self.skill_ids.take()),
            Some(wrong) => Err(text(wrong).err().unwrap_or(Reason::IllFormed.at(field))),
        }
    }

    fn name(&self, field: Field) -> Result<Option<Text<'a>>, Refusal> {
        match self.values[field as usize] {
            Value::Bytes(bytes) => Ok(utf8::text(bytes).map(Cow::Borrowed)),
            Value::Absent => Ok(None),
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
    utf8::text(bytes).ok_or(Refusal::UNDECODABLE)
}

#[inline]
fn has(bits: u32, number: u32) -> bool {
    number < u32::BITS && bits >> number & 1 == 1
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
