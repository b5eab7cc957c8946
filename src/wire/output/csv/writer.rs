//! Writes lines of comma-separated values as RFC 4180 has them: CRLF ends a line, quotes stand around what needs them.
//!
//! A text is written as it is, whatever a spreadsheet may take it for: a file that changes ids cannot be joined with
//! another. What begins like a formula (`=`, `+`, `@`, or `-` before no digit) stands in quotes; a spreadsheet that
//! interprets it all the same has to be told that the column is text.

use crate::domain::event::Millis;
use crate::wire::time::push_rfc3339;

/// Lines under construction.
#[derive(Debug, Default)]
pub struct CsvWriter {
    out: Vec<u8>,
    /// Whether a field of this line is written.
    is_within: bool,
}

impl CsvWriter {
    /// A field of text.
    pub fn text(&mut self, text: &str) {
        self.separate();
        if needs_quotes(text) {
            self.out.push(b'"');
            self.out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
            self.out.push(b'"');
        } else {
            self.out.extend_from_slice(text.as_bytes());
        }
    }

    /// The same; without a text the field is empty.
    pub fn optional_text(&mut self, text: Option<&str>) {
        self.text(text.unwrap_or_default());
    }

    /// A field without a value.
    pub fn nothing(&mut self) {
        self.separate();
    }

    /// A whole number.
    pub fn integer(&mut self, number: impl itoa::Integer) {
        self.separate();
        self.out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
    }

    /// The shortest digits that read back as the same number, as in JSON.
    pub fn quotient(&mut self, number: f64) {
        self.separate();
        serde_json::to_writer(&mut self.out, &number).expect("memory takes every write, and numbers are always JSON");
    }

    /// A time in UTC.
    pub fn time(&mut self, at: Millis) {
        self.separate();
        push_rfc3339(&mut self.out, at);
    }

    /// Ends the line.
    pub fn end_line(&mut self) {
        self.out.extend_from_slice(b"\r\n");
        self.is_within = false;
    }

    /// How many bytes wait to be taken.
    #[must_use]
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// Whether none do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// What is written since the last call.
    #[must_use]
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    fn separate(&mut self) {
        if std::mem::replace(&mut self.is_within, true) {
            self.out.push(b',');
        }
    }
}

fn needs_quotes(text: &str) -> bool {
    let is_a_number = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    let is_like_a_formula =
        text.starts_with(['=', '+', '@']) || text.strip_prefix('-').is_some_and(|rest| !is_a_number(rest));
    is_like_a_formula || text.contains([',', '"', '\r', '\n', '\t']) || text.starts_with(' ') || text.ends_with(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(texts: &[&str]) -> String {
        let mut csv = CsvWriter::default();
        texts.iter().for_each(|text| csv.text(text));
        csv.end_line();
        String::from_utf8(csv.take()).expect("text was written")
    }

    #[test]
    fn quotes_stand_around_what_would_end_a_field_or_be_taken_for_a_formula() {
        assert_eq!(line(&["a b", "", "9"]), "a b,,9\r\n");
        assert_eq!(
            line(&["late, lost", "say \"hi\"", "two\r\nlines"]),
            "\"late, lost\",\"say \"\"hi\"\"\",\"two\r\nlines\"\r\n"
        );
        assert_eq!(line(&["=1+1", "+4930", "@x", "-a", "-1", "1-2"]), "\"=1+1\",\"+4930\",\"@x\",\"-a\",-1,1-2\r\n");
        assert_eq!(line(&[" a", "a "]), "\" a\",\"a \"\r\n");
    }

    #[test]
    fn numbers_and_times_are_those_of_the_other_outputs() {
        let mut csv = CsvWriter::default();
        csv.integer(5_u64);
        csv.quotient(0.75);
        csv.nothing();
        csv.time(1_000);
        csv.end_line();
        assert_eq!(csv.take(), b"5,0.75,,1970-01-01T00:00:01.000Z\r\n");
        assert!(csv.is_empty(), "it was taken");
    }
}
