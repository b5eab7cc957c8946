//! Events from JSON lines in a file or on standard input: the source of `replay`.
//!
//! A line is one record, named by the file's name as given and its number. Lines are read straight into the batch that
//! carries them; nothing is judged here, so that a bad line is counted like a bad record.

mod kind;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use self::kind::OtherKind;
use crate::wire::batch::{Arrival, RecordBatch};

/// A line longer than this is cut, which makes it a bad one; no real event comes near.
const LONGEST_LINE_BYTES: u64 = 16 << 20;
/// A batch is handed over when it holds so many lines …
const BATCH_LINES: usize = 1024;
/// … or so many bytes.
const BATCH_BYTES: usize = 256 << 10;

/// A file that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be opened.
    #[error("cannot open input {name}: {error}; give a file of JSON lines, or - for standard input")]
    Open {
        /// The name as given.
        name: String,
        /// What the system said.
        error: io::Error,
    },
    /// It holds something else than lines.
    #[error("input {name} {kind}", kind = .kind.said(name))]
    OtherKind {
        /// The name as given.
        name: String,
        /// What it is instead.
        kind: OtherKind,
    },
    /// Reading it failed.
    #[error("cannot read input {name} after line {line}: {error}")]
    Read {
        /// The name as given.
        name: String,
        /// The last line that was read.
        line: i64,
        /// What the system said.
        error: io::Error,
    },
}

impl FileError {
    /// Whether the user named a wrong file, so that nothing was read.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        !matches!(self, Self::Read { .. })
    }
}

/// One input, read line by line.
pub struct FileSource {
    names: Arc<[String]>,
    input: Box<dyn BufRead + Send>,
    line: i64,
    bytes: u64,
}

impl std::fmt::Debug for FileSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileSource").field("names", &self.names).field("line", &self.line).finish_non_exhaustive()
    }
}

impl FileSource {
    /// Opens the file called `name`; `-` is standard input.
    ///
    /// # Errors
    /// When it is a folder, cannot be opened, or begins as something else than lines.
    pub fn open(name: &str) -> Result<Self, FileError> {
        let wrong = |error| FileError::Open { name: name.to_owned(), error };
        if name == "-" {
            return Self::of_lines(name, io::stdin());
        }
        if Path::new(name).is_dir() {
            return Err(wrong(io::ErrorKind::IsADirectory.into()));
        }
        Self::of_lines(name, File::open(name).map_err(wrong)?)
    }

    fn of_lines(name: &str, input: impl Read + Send + 'static) -> Result<Self, FileError> {
        let mut input = BufReader::with_capacity(BATCH_BYTES, input);
        let unreadable = |error| FileError::Read { name: name.to_owned(), line: 0, error };
        match OtherKind::of(input.fill_buf().map_err(unreadable)?) {
            Some(kind) => Err(FileError::OtherKind { name: name.to_owned(), kind }),
            None => Ok(Self::from_reader(name, input)),
        }
    }

    /// Reads lines from anything, under a name.
    pub fn from_reader(name: &str, input: impl BufRead + Send + 'static) -> Self {
        Self { names: Arc::from([name.to_owned()]), input: Box::new(input), line: 0, bytes: 0 }
    }

    /// The next lines; `None` at the end. Blank lines are no records, but they count.
    ///
    /// # Errors
    /// When reading fails.
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>, FileError> {
        let mut batch = RecordBatch::with_capacity(self.names.clone(), BATCH_LINES, BATCH_BYTES + BATCH_BYTES / 4);
        while batch.len() < BATCH_LINES && batch.bytes() < BATCH_BYTES {
            match self.read_line(&mut batch) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return Err(FileError::Read { name: self.names[0].clone(), line: self.line, error }),
            }
        }
        Ok((!batch.is_empty()).then_some(batch))
    }

    /// Bytes read so far, for progress bars.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.bytes
    }

    /// Reads one line that is not blank into the batch; false at the end of the input.
    fn read_line(&mut self, batch: &mut RecordBatch) -> io::Result<bool> {
        loop {
            let (input, line, bytes) = (&mut self.input, &mut self.line, &mut self.bytes);
            let mut at_end = false;
            let added = batch.push_with(|arena| -> io::Result<_> {
                let start = arena.len();
                let read = input.by_ref().take(LONGEST_LINE_BYTES).read_until(b'\n', arena)?;
                *bytes += read as u64;
                at_end = read == 0;
                if at_end {
                    return Ok(None);
                }
                *line += 1;
                if read as u64 == LONGEST_LINE_BYTES && arena.last() != Some(&b'\n') {
                    *bytes += input.skip_until(b'\n')? as u64;
                }
                let length = arena[start..].trim_ascii_end().len();
                let blank = arena[start..start + length].trim_ascii_start().is_empty();
                if blank {
                    arena.truncate(start);
                }
                Ok((!blank).then(|| (arrival(*line), length)))
            })?;
            if added || at_end {
                return Ok(added);
            }
        }
    }
}

fn arrival(line: i64) -> Arrival<'static> {
    Arrival { topic: 0, partition: None, offset: line, timestamp: None, key: None, payload: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Place;
    use crate::wire::batch::Record;

    fn lines(text: &'static [u8]) -> Vec<(u64, Vec<u8>)> {
        let mut source = FileSource::from_reader("events.jsonl", text);
        let mut lines = Vec::new();
        while let Some(batch) = source.next_batch().expect("memory can be read") {
            lines.extend(
                batch.records().map(|record| (line(&record), record.payload.expect("lines have one").to_vec())),
            );
        }
        lines
    }

    fn line(record: &Record<'_>) -> u64 {
        match record.place {
            Place::Line { name: "events.jsonl", line } => line,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_line_is_a_record_named_by_its_number() {
        assert_eq!(lines(b"{\"a\":1}\nnot json\n"), [(1, b"{\"a\":1}".to_vec()), (2, b"not json".to_vec())]);
    }

    #[test]
    fn blank_lines_are_no_records_but_count() {
        assert_eq!(lines(b"\n  \r\none\r\n\ntwo"), [(3, b"one".to_vec()), (5, b"two".to_vec())]);
    }

    #[test]
    fn an_endless_line_is_cut_and_the_next_is_read() {
        let mut text = vec![b'x'; LONGEST_LINE_BYTES as usize + 10];
        text.extend_from_slice(b"\nnext\n");
        let lines = lines(Box::leak(text.into_boxed_slice()));
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].1.len() as u64, LONGEST_LINE_BYTES);
        assert_eq!(lines[1], (2, b"next".to_vec()));
    }

    #[test]
    fn many_lines_make_several_batches() {
        let text = "line\n".repeat(BATCH_LINES * 2 + 1);
        let mut source = FileSource::from_reader("x", io::Cursor::new(text));
        let sizes: Vec<_> =
            std::iter::from_fn(|| source.next_batch().expect("memory can be read")).map(|batch| batch.len()).collect();
        assert_eq!(sizes, [BATCH_LINES, BATCH_LINES, 1]);
        assert_eq!(source.bytes_read(), (BATCH_LINES as u64 * 2 + 1) * 5);
    }

    #[test]
    fn a_missing_file_is_named_with_what_to_give_instead() {
        let error = FileSource::open("/nowhere/events.jsonl").expect_err("there is no such file").to_string();
        assert!(error.contains("/nowhere/events.jsonl") && error.contains("JSON lines"), "{error}");
    }
}
