//! What becomes of a rejected record: its bytes and headers, and why and from where, for the dead-letter topic.

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
    /// The record's own, then ours.
    pub headers: Vec<(String, Option<Vec<u8>>)>,
}

impl fmt::Debug for DeadLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.payload.as_ref().map(Vec::len);
        f.debug_struct("DeadLetter").field("payload_bytes", &length).finish_non_exhaustive()
    }
}

/// The dead letter of `record`, refused as `refusal` says.
///
/// The name of a header that is not UTF-8 is written with replacement characters: clients cannot read it otherwise.
#[must_use]
pub fn dead_letter(record: &Record<'_>, refusal: &Refusal) -> DeadLetter {
    let own = record.headers.into_iter();
    let own = own.map(|(name, value)| (String::from_utf8_lossy(name).into_owned(), value.map(<[u8]>::to_vec)));
    let ours = coordinates(record, refusal).map(|(name, value)| (name.to_owned(), Some(value.into_bytes())));
    DeadLetter {
        key: record.key.map(<[u8]>::to_vec),
        payload: record.payload.map(<[u8]>::to_vec),
        headers: own.chain(ours).collect(),
    }
}

fn coordinates(record: &Record<'_>, refusal: &Refusal) -> [(&'static str, String); 6] {
    let (topic, partition, offset) = match record.place {
        Place::Offset { topic, partition, offset } => (topic, partition.to_string(), offset.to_string()),
        Place::Line { name, line } => (name, String::new(), line.to_string()),
    };
    [
        ("cxpulse-reason", refusal.reason.word().to_owned()),
        ("cxpulse-field", refusal.field_name().to_owned()),
        ("cxpulse-topic", topic.to_owned()),
        ("cxpulse-partition", partition),
        ("cxpulse-offset", offset),
        ("cxpulse-timestamp", record.timestamp.map(|at| at.to_string()).unwrap_or_default()),
    ]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::wire::batch::{Arrival, RecordBatch};

    #[test]
    fn a_dead_letter_is_the_record_with_the_reason_and_its_coordinates_behind_its_own_headers() {
        let mut batch = RecordBatch::new(Arc::from(["agent-events".to_owned()]));
        let partition = Some(2);
        let (key, payload) = (Some(&b"\xff"[..]), Some(&b"\x00\x01"[..]));
        batch.push(
            Arrival { topic: 0, partition, offset: 9, timestamp: Some(1_700), key, payload },
            [(&b"trace"[..], Some(&b"\xfe"[..])), (&b"bad\xff"[..], None)],
        );
        let record = batch.records().next().expect("one was pushed");
        let letter = dead_letter(&record, &Refusal::FAR_FUTURE);
        assert_eq!((letter.key.as_deref(), letter.payload.as_deref()), (key, payload));
        let text = |name: &str| {
            let value = letter.headers.iter().find(|(known, _)| known == name).and_then(|(_, value)| value.clone());
            value.map(|value| String::from_utf8_lossy(&value).into_owned())
        };
        let names: Vec<&str> = letter.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names[..2], ["trace", "bad\u{fffd}"]);
        assert_eq!(text("trace").as_deref(), Some("\u{fffd}"));
        assert_eq!(text("bad\u{fffd}"), None);
        let ours = ["reason", "field", "topic", "partition", "offset", "timestamp"];
        let values = ours.map(|name| text(&format!("cxpulse-{name}")).expect("all six are there"));
        assert_eq!(values, ["far_future", "occurred_at", "agent-events", "2", "9", "1700"]);
    }
}
