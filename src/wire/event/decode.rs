//! One record in, at most one event out: tells the formats apart and says what became of it.

use std::fmt;

use crate::domain::event::{Event, Identity, Millis, Private};

use super::framing::Unframed;
use super::refusal::Refusal;
use super::{json, protobuf};

/// A record as its source gives it, borrowed.
#[derive(Clone, Copy)]
pub struct RecordRef<'a> {
    /// Its value; a tombstone has none.
    pub payload: Option<&'a [u8]>,
    /// Its `content-type` header.
    pub content_type: Option<&'a [u8]>,
    /// When it was written, if that is known.
    pub timestamp: Option<Millis>,
    /// Where it stands.
    pub place: Place<'a>,
}

impl fmt::Debug for RecordRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.payload.map(<[u8]>::len);
        let mut shown = f.debug_struct("RecordRef");
        shown.field("place", &self.place).field("payload_bytes", &length).finish_non_exhaustive()
    }
}

/// Where a record stands; the identity of an event that brings none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// In a partition of a topic.
    Offset {
        /// The topic's name.
        topic: &'a str,
        /// Which partition of it.
        partition: i32,
        /// Which record of that.
        offset: i64,
    },
    /// In a file.
    Line {
        /// The file's name, as given.
        name: &'a str,
        /// Which line, from 1.
        line: u64,
    },
}

impl Place<'_> {
    /// `topic/partition/offset` or `name:line`, the last number in 20 digits.
    #[must_use]
    pub fn identity_text(&self) -> String {
        match self {
            Self::Offset { topic, partition, offset } => format!("{topic}/{partition}/{offset:020}"),
            Self::Line { name, line } => format!("{name}:{line:020}"),
        }
    }

    /// What stands in for an `event_id`.
    #[must_use]
    pub fn identity(&self) -> Identity {
        Identity::of(self.identity_text().as_bytes())
    }
}

/// For people; `identity_text` is for machines.
impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Offset { topic, partition, offset } => write!(f, "{topic}/{partition} at offset {offset}"),
            Self::Line { name, line } => write!(f, "{name}:{line}"),
        }
    }
}

/// What a record holds.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub enum Decoded<'a> {
    /// A well-formed event; whether it is admitted is the question of `admit`.
    Event(Event<'a>),
    /// A type of event this version does not know: counted and skipped, whatever the rest is like.
    Unknown,
    /// A record without a value: counted, otherwise ignored.
    Empty,
    /// Nothing that can be used: goes to the dead-letter topic.
    Rejected(Refusal),
}

/// What a line of a file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct FileRecord<'a> {
    /// The event, as on a topic.
    pub decoded: Decoded<'a>,
    /// The line's optional `recorded_at`, which stands in for a record's timestamp.
    pub recorded_at: Option<Millis>,
}

const JSON: &[u8] = b"application/json";
const PROTOBUF: &[u8] = b"application/protobuf";

/// Reads a record as Protobuf or JSON: as its header says, else by its first byte behind framing and byte order mark.
///
/// `{` as a first byte is never Protobuf: it would open a group in a field the contract keeps free.
pub fn decode<'a>(record: &RecordRef<'a>) -> Decoded<'a> {
    let Some(payload) = record.payload else { return Decoded::Empty };
    let unframed = Unframed::of(payload);
    let (place, written) = (&record.place, record.timestamp);
    if is_json(record.content_type, unframed.bytes) {
        json::decode(unframed.bytes, place, written)
    } else {
        match unframed.message() {
            Ok(message) => protobuf::decode(message, place, written),
            Err(_) => Decoded::Rejected(Refusal::UNDECODABLE),
        }
    }
}

/// Reads a line of a file, which is always JSON.
#[must_use]
pub fn decode_line<'a>(line: &'a [u8], place: &Place<'a>) -> FileRecord<'a> {
    json::decode_line(Unframed::of(line).bytes, place)
}

/// The text of a message that has been decoded: for accounts that keep it, since it is skipped unread otherwise. An empty
/// one is none, and so is one whose bytes or escapes make no text.
///
/// # Errors
/// Where it is no string.
pub fn text_of<'a>(record: &RecordRef<'a>) -> Result<Option<Private<'a>>, Refusal> {
    let Some(payload) = record.payload else { return Ok(None) };
    let unframed = Unframed::of(payload);
    let is_line = matches!(record.place, Place::Line { .. });
    let text = if is_line || is_json(record.content_type, unframed.bytes) {
        json::message_text(unframed.bytes)?
    } else {
        protobuf::message_text(unframed.message().map_err(|_| Refusal::UNDECODABLE)?)?
    };
    Ok(text.filter(|text| !text.is_empty()).map(Private::new))
}

impl<'a> Decoded<'a> {
    #[inline]
    pub(super) fn of(result: Result<Event<'a>, Refusal>) -> Self {
        match result {
            Ok(event) => Self::Event(event),
            Err(refusal) => Self::Rejected(refusal),
        }
    }
}

/// A header that names neither format is as good as none.
#[inline]
fn is_json(content_type: Option<&[u8]>, bytes: &[u8]) -> bool {
    content_type.and_then(names_json).unwrap_or_else(|| bytes.first() == Some(&b'{'))
}

/// Whether a header names JSON; `None` if it names neither format. Nearly every header is written as ours are.
#[inline]
fn names_json(content_type: &[u8]) -> Option<bool> {
    if content_type == PROTOBUF {
        return Some(false);
    }
    if content_type == JSON {
        return Some(true);
    }
    let media_type = media_type(content_type);
    let is_json = media_type.eq_ignore_ascii_case(JSON);
    (is_json || media_type.eq_ignore_ascii_case(PROTOBUF)).then_some(is_json)
}

/// The header without parameters such as `; charset=utf-8`.
fn media_type(content_type: &[u8]) -> &[u8] {
    let end = content_type.iter().position(|byte| *byte == b';').unwrap_or(content_type.len());
    content_type[..end].trim_ascii()
}
