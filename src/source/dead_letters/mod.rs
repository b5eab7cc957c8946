//! What becomes of a rejected record: its bytes and headers, and why and from where, for the dead-letter topic.
//!
//! A record may have headers that are named like ours: by accident, or because it is a dead letter that was put back.
//! Ours come first, and its own are given another name: whether a client takes the first header of a name or the last,
//! it finds ours, and nothing that came is lost.

#[cfg(feature = "kafka")]
pub mod known_letters;
#[cfg(feature = "kafka")]
pub mod writer;

use std::fmt;

use crate::wire::batch::Record;
use crate::wire::{Place, Refusal};

/// One record of the dead-letter topic.
#[derive(Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The record's own.
    pub key: Option<Vec<u8>>,
    /// The record's own, byte for byte.
    pub payload: Option<Vec<u8>>,
    /// Where the record is, for people: `agent-events/2 at offset 9`.
    pub place: String,
    /// Ours, then the record's own.
    pub headers: Vec<(String, Option<Vec<u8>>)>,
}

impl fmt::Debug for DeadLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.payload.as_ref().map(Vec::len);
        f.debug_struct("DeadLetter").field("payload_bytes", &length).finish_non_exhaustive()
    }
}

/// What the names of our headers begin with.
const OURS: &str = "cxpulse-";
/// What is put before the name of a record's own header that begins so.
const NOT_OURS: &str = "original-";

/// The dead letter of `record`, refused as `refusal` says.
///
/// A header of the record's own that is named as ours are, `cxpulse-reason`, becomes `original-cxpulse-reason`. The name of a header that is not UTF-8 is written with replacement characters: clients cannot read it otherwise.
#[must_use]
pub fn dead_letter(record: &Record<'_>, refusal: &Refusal) -> DeadLetter {
    let own = record.headers.into_iter();
    let own = own.map(|(name, value)| (own_name(name), value.map(<[u8]>::to_vec)));
    let ours = coordinates(record, refusal).map(|(name, value)| (name.to_owned(), Some(value.into_bytes())));
    DeadLetter {
        place: record.place.to_string(),
        key: record.key.map(<[u8]>::to_vec),
        payload: record.payload.map(<[u8]>::to_vec),
        headers: ours.chain(own).collect(),
    }
}

fn own_name(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    if name.starts_with(OURS) { format!("{NOT_OURS}{name}") } else { name.into_owned() }
}

fn coordinates(record: &Record<'_>, refusal: &Refusal) -> impl Iterator<Item = (&'static str, String)> {
    let (topic, partition, offset) = match record.place {
        Place::Offset { topic, partition, offset } => (topic, partition.to_string(), offset.to_string()),
        Place::Line { name, line } => (name, String::new(), line.to_string()),
    };
    let hint = refusal.hint.map(|hint| ("cxpulse-hint", hint.text().to_owned()));
    let all = [
        ("cxpulse-reason", refusal.reason.word().to_owned()),
        ("cxpulse-field", refusal.field_name().to_owned()),
        ("cxpulse-topic", topic.to_owned()),
        ("cxpulse-partition", partition),
        ("cxpulse-offset", offset),
        ("cxpulse-timestamp", record.timestamp.map(|at| at.to_string()).unwrap_or_default()),
    ];
    all.into_iter().chain(hint)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::wire::Hint;
    use crate::wire::batch::{Arrival, RecordBatch};

    /// The letter of a record with these headers of its own.
    fn letter(headers: &[(&[u8], Option<&[u8]>)]) -> DeadLetter {
        refused(headers, &Refusal::FAR_FUTURE)
    }

    fn refused(headers: &[(&[u8], Option<&[u8]>)], refusal: &Refusal) -> DeadLetter {
        let mut batch = RecordBatch::new(Arc::from(["agent-events".to_owned()]));
        let (key, payload) = (Some(&b"\xff"[..]), Some(&b"\x00\x01"[..]));
        let arrival = Arrival { topic: 0, partition: Some(2), offset: 9, timestamp: Some(1_700), key, payload };
        batch.push(arrival, headers.iter().copied());
        let record = batch.records().next().expect("one was pushed");
        dead_letter(&record, refusal)
    }

    /// The headers as text, null as a dash.
    fn shown(letter: &DeadLetter) -> Vec<String> {
        let text = |value: &Vec<u8>| String::from_utf8_lossy(value).into_owned();
        let show = |(name, value): &(String, Option<Vec<u8>>)| {
            format!("{name}:{}", value.as_ref().map_or("-".to_owned(), text))
        };
        letter.headers.iter().map(show).collect()
    }

    const OURS_HERE: [&str; 6] = [
        "cxpulse-reason:far_future",
        "cxpulse-field:occurred_at",
        "cxpulse-topic:agent-events",
        "cxpulse-partition:2",
        "cxpulse-offset:9",
        "cxpulse-timestamp:1700",
    ];

    #[test]
    fn a_dead_letter_is_the_record_with_the_reason_and_its_coordinates_before_its_own_headers() {
        let letter = letter(&[(b"trace", Some(b"\xfe")), (b"bad\xff", None)]);
        assert_eq!((letter.key.as_deref(), letter.payload.as_deref()), (Some(&b"\xff"[..]), Some(&b"\x00\x01"[..])));
        assert_eq!(shown(&letter), [&OURS_HERE[..], &["trace:\u{fffd}", "bad\u{fffd}:-"]].concat());
    }

    #[test]
    fn what_a_value_looks_like_instead_is_said_too() {
        let letter = refused(&[], &Refusal { hint: Some(Hint::Seconds), ..Refusal::FAR_FUTURE });
        let hint = "cxpulse-hint:it looks like seconds; right would be milliseconds";
        assert_eq!(shown(&letter), [&OURS_HERE[..], &[hint]].concat());
    }

    #[test]
    fn a_records_own_headers_that_are_named_like_ours_are_kept_under_another_name() {
        let letter = letter(&[(b"cxpulse-reason", Some(b"mine")), (b"x", None), (b"cxpulse-hops", Some(b"3"))]);
        let own = ["original-cxpulse-reason:mine", "x:-", "original-cxpulse-hops:3"];
        assert_eq!(shown(&letter), [&OURS_HERE[..], &own].concat());
    }
}
