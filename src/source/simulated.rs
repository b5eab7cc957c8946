//! The simulator's records as bytes: what a producer would have written to Kafka or to a file.
//!
//! The simulator and the wire do not know each other: here they meet.

use crate::simulate::{Extras, Payload, Record};
use crate::wire::event::encode::{self, Beside, Outgoing};

/// Appends a record as a line of a file, with its timestamp as `recorded_at`.
pub fn push_line(out: &mut Vec<u8>, record: &Record) {
    match &record.payload {
        Payload::Raw { bytes, .. } => out.extend_from_slice(bytes),
        Payload::Event { event_id, event, extras } => {
            let recorded_at = Some(record.timestamp_ms);
            encode::push_json(out, &Outgoing { event_id, event, beside: beside(extras), recorded_at });
        }
    }
    out.push(b'\n');
}

/// Appends a record's value as JSON; false if it is no event, but bytes as they are.
pub fn push_json(out: &mut Vec<u8>, record: &Record) -> bool {
    push(out, record, encode::push_json)
}

/// Appends a record's value as Protobuf; false if it is no event, but bytes as they are.
pub fn push_protobuf(out: &mut Vec<u8>, record: &Record) -> bool {
    push(out, record, encode::push_protobuf)
}

fn push(out: &mut Vec<u8>, record: &Record, encode: fn(&mut Vec<u8>, &Outgoing<'_>)) -> bool {
    match &record.payload {
        Payload::Raw { bytes, .. } => {
            out.extend_from_slice(bytes);
            false
        }
        Payload::Event { event_id, event, extras } => {
            encode(out, &Outgoing { event_id, event, beside: beside(extras), recorded_at: None });
            true
        }
    }
}

fn beside(extras: &Extras) -> Beside<'_> {
    Beside { text: extras.text.as_ref() }
}
