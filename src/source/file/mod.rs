//! Events from JSON lines in a file or on standard input: the source of `replay`.
//!
//! A line is one record, named by the file's name as given and its number. The input is read in large pieces, and a batch
//! is such a piece, cut behind its last whole line: nothing is copied but the line that the next piece goes on with.
//! Nothing is judged here, so that a bad line is counted like a bad record.

mod kind;

use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::Path;
use std::sync::Arc;

use self::kind::OtherKind;
use crate::wire::batch::{Arrival, RecordBatch};

/// A line longer than this is cut, which makes it a bad one; no real event comes near.
const LONGEST_LINE_BYTES: usize = 16 << 20;
/// So much of the input is read at once.
const PIECE_BYTES: usize = 256 << 10;

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

/// One input, read piece by piece.
pub struct FileSource {
    names: Arc<[String]>,
    input: Box<dyn Read + Send>,
    /// What was read of a line whose end was not.
    begun: Vec<u8>,
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

    fn of_lines(name: &str, mut input: impl Read + Send + 'static) -> Result<Self, FileError> {
        let mut head = Vec::new();
        let unreadable = |error| FileError::Read { name: name.to_owned(), line: 0, error };
        input.by_ref().take(PIECE_BYTES as u64).read_to_end(&mut head).map_err(unreadable)?;
        match OtherKind::of(&head) {
            Some(kind) => Err(FileError::OtherKind { name: name.to_owned(), kind }),
            None => Ok(Self::from_reader(name, io::Cursor::new(head).chain(input))),
        }
    }

    /// Reads lines from anything, under a name.
    pub fn from_reader(name: &str, input: impl Read + Send + 'static) -> Self {
        Self { names: Arc::from([name.to_owned()]), input: Box::new(input), begun: Vec::new(), line: 0, bytes: 0 }
    }

    /// The next lines; `None` at the end. Blank lines are no records, but they count.
    ///
    /// # Errors
    /// When reading fails.
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>, FileError> {
        while let Some(lines) = self.read_lines()? {
            let batch = self.batch(lines);
            if !batch.is_empty() {
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }

    /// Bytes read so far, for progress bars.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.bytes
    }

    /// The next whole lines, blank ones included: at least one; `None` at the end.
    fn read_lines(&mut self) -> Result<Option<Vec<u8>>, FileError> {
        let mut piece = std::mem::take(&mut self.begun);
        loop {
            let begun = piece.len();
            let is_over = self.read(&mut piece)? == 0;
            let end = piece[begun..].iter().rposition(|byte| *byte == b'\n').map(|last| begun + last + 1);
            match end {
                Some(end) => {
                    self.begun = piece.split_off(end);
                    return Ok(Some(piece));
                }
                None if is_over => return Ok((!piece.is_empty()).then_some(piece)),
                // Of a line without an end no more is kept than what is looked at.
                None => piece.truncate(LONGEST_LINE_BYTES),
            }
        }
    }

    /// Appends a piece of the input; 0 at its end.
    fn read(&mut self, piece: &mut Vec<u8>) -> Result<usize, FileError> {
        piece.reserve(PIECE_BYTES);
        let read = self.input.by_ref().take(PIECE_BYTES as u64).read_to_end(piece);
        let read = read.map_err(|error| FileError::Read { name: self.names[0].clone(), line: self.line, error })?;
        self.bytes += read as u64;
        Ok(read)
    }

    /// Lines where they stand; those that are not blank are records.
    fn batch(&mut self, lines: Vec<u8>) -> RecordBatch {
        let mut batch = RecordBatch::over(self.names.clone(), lines);
        let mut start = 0;
        while let Some(length) = line_length(&batch.arena()[start..]) {
            self.line += 1;
            let line = batch.arena()[start..start + length.min(LONGEST_LINE_BYTES)].trim_ascii_end();
            let end = start + line.len();
            if !line.trim_ascii_start().is_empty() {
                batch.push_within(arrival(self.line), start..end);
            }
            start += length;
        }
        batch
    }
}

/// How long the first line is, its end included; `None` where there is none.
#[inline]
fn line_length(mut lines: &[u8]) -> Option<usize> {
    let length = lines.skip_until(b'\n').expect("memory can be read");
    (length > 0).then_some(length)
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
        let mut text = vec![b'x'; LONGEST_LINE_BYTES + PIECE_BYTES + 10];
        text.extend_from_slice(b"\nnext\n");
        let lines = lines(Box::leak(text.into_boxed_slice()));
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].1.len(), LONGEST_LINE_BYTES);
        assert_eq!(lines[1], (2, b"next".to_vec()));
    }

    #[test]
    fn many_lines_make_several_batches_wherever_a_piece_ends() {
        let count = PIECE_BYTES / 5 * 2 + 100;
        for begin in ["", "1", "12\n", "123", "1234"] {
            let text = [begin, &"line\n".repeat(count)].concat();
            let (all, bytes) = (text.lines().count(), text.len() as u64);
            let mut source = FileSource::from_reader("x", io::Cursor::new(text));
            let mut sizes = Vec::new();
            while let Some(batch) = source.next_batch().expect("memory can be read") {
                let whole = batch.records().filter(|record| record.payload == Some(b"line")).count();
                assert!(batch.len() - whole <= usize::from(sizes.is_empty()), "only the first line is another");
                sizes.push(batch.len());
            }
            assert_eq!((sizes.len(), sizes.iter().sum(), source.bytes_read()), (3, all, bytes));
        }
    }

    #[test]
    fn the_head_that_tells_what_a_file_is_is_read_like_the_rest() {
        let text = "line\n".repeat(PIECE_BYTES / 5 + 100);
        let mut source = FileSource::of_lines("x", io::Cursor::new(text.clone())).expect("lines");
        let mut lines = 0;
        while let Some(batch) = source.next_batch().expect("memory can be read") {
            lines += batch.len();
        }
        assert_eq!((lines, source.bytes_read()), (PIECE_BYTES / 5 + 100, text.len() as u64));
    }

    #[test]
    fn a_missing_file_is_named_with_what_to_give_instead() {
        let error = FileSource::open("/nowhere/events.jsonl").expect_err("there is no such file").to_string();
        assert!(error.contains("/nowhere/events.jsonl") && error.contains("JSON lines"), "{error}");
    }
}
