//! Records as bytes: lines of JSON for files, and either format for Kafka.

use std::io::{self, Write};

use super::{Format, Output};
use crate::simulate::{Extras, Payload, Record};
use crate::wire::encode_event::{Beside, Outgoing, push_json, push_protobuf};

/// Lines are gathered up to this size before they are written.
const CHUNK_BYTES: usize = 1 << 16;

/// Writes every record as a line of JSON, with the record's timestamp as `recorded_at`.
#[derive(Debug)]
pub struct JsonLines<W> {
    to: W,
    lines: Vec<u8>,
}

impl<W: Write> JsonLines<W> {
    /// Lines to `to`, which needs no buffer of its own.
    pub fn new(to: W) -> Self {
        Self { to, lines: Vec::with_capacity(CHUNK_BYTES + 1024) }
    }

    /// Only whole lines leave: a run that is stopped leaves no half of one.
    fn pass_on(&mut self) -> io::Result<()> {
        self.to.write_all(&self.lines)?;
        self.lines.clear();
        Ok(())
    }
}

impl<W: Write> Output for JsonLines<W> {
    fn write(&mut self, record: Record) -> io::Result<()> {
        push_line(&mut self.lines, &record);
        if self.lines.len() >= CHUNK_BYTES { self.pass_on() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass_on()?;
        self.to.flush()
    }
}

/// Appends a record as a line of a file.
pub fn push_line(out: &mut Vec<u8>, record: &Record) {
    match &record.payload {
        Payload::Raw { bytes, .. } => out.extend_from_slice(bytes),
        Payload::Event { event_id, event, extras } => {
            let recorded_at = Some(record.timestamp_ms);
            push_json(out, &Outgoing { event_id, event, beside: beside(extras), recorded_at });
        }
    }
    out.push(b'\n');
}

/// Appends a record's value as it stands in Kafka, and says its `content-type`; raw bytes have none.
pub fn push_value(out: &mut Vec<u8>, record: &Record, format: Format) -> Option<&'static str> {
    let (event_id, event, extras) = match &record.payload {
        Payload::Raw { bytes, .. } => {
            out.extend_from_slice(bytes);
            return None;
        }
        Payload::Event { event_id, event, extras } => (event_id, event, extras),
    };
    let outgoing = Outgoing { event_id, event, beside: beside(extras), recorded_at: None };
    match format {
        Format::Json => push_json(out, &outgoing),
        Format::Protobuf => push_protobuf(out, &outgoing),
    }
    Some(format.content_type())
}

/// The simulator and the wire do not know each other: here they meet.
fn beside(extras: &Extras) -> Beside<'_> {
    Beside {
        text: extras.text.as_ref(),
        contact_name: extras.contact_name.as_ref(),
        agent_name: extras.agent_name.as_ref(),
        skill_ids: &extras.skill_ids,
        capacity: extras.capacity,
        reopened_by: extras.reopened_by,
    }
}
