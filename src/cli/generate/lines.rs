//! Records as bytes: lines of JSON for files, and either format for Kafka.

use std::io::{self, Write};

use super::{Format, Output};
use crate::simulate::Record;
use crate::source::simulated::{self, push_line};

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

/// Appends a record's value as it stands in Kafka, and says its `content-type`; raw bytes have none.
pub fn push_value(out: &mut Vec<u8>, record: &Record, format: Format) -> Option<&'static str> {
    let is_event = match format {
        Format::Json => simulated::push_json(out, record),
        Format::Protobuf => simulated::push_protobuf(out, record),
    };
    is_event.then(|| format.content_type())
}
