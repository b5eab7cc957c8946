//! How a field of an event looks in each format: as a member of a flat JSON object, as a field of a Protobuf message.
//!
//! `encode` says which fields there are; a sink writes them straight into bytes.

use crate::domain::event::{Change, Millis, Text};

use crate::wire::event::field::Field;
use crate::wire::time::push_rfc3339;
use crate::wire::words::{Words, word_of};

/// Where fields go.
pub(super) trait Sink {
    fn text(&mut self, field: Field, text: &str);
    fn number(&mut self, field: Field, number: i64);
    fn flag(&mut self, field: Field, flag: bool);
    fn time(&mut self, field: Field, at: Millis);
    fn choice<T: PartialEq>(&mut self, field: Field, words: &Words<T>, value: &T);
    fn texts(&mut self, field: Field, texts: &[Text<'_>]);

    fn optional(&mut self, field: Field, text: Option<&str>) {
        if let Some(text) = text {
            self.text(field, text);
        }
    }

    fn change(&mut self, field: Field, change: &Change<'_>) {
        match change {
            Change::Keep => {}
            Change::Clear => self.text(field, ""),
            Change::Set(name) => self.text(field, name),
        }
    }
}

/// The members of a JSON object that has been opened.
pub(super) struct Json<'a> {
    out: &'a mut Vec<u8>,
}

impl<'a> Json<'a> {
    /// After the `{`; whoever opened the object closes it.
    pub(super) fn opened(out: &'a mut Vec<u8>) -> Self {
        Self { out }
    }

    fn key(&mut self, field: Field) {
        if self.out.last() != Some(&b'{') {
            self.out.push(b',');
        }
        self.out.push(b'"');
        self.out.extend_from_slice(field.name().as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    /// Ids and words need no escapes: the slow way is for what people wrote.
    fn string(&mut self, text: &str) {
        // Without an early exit the compiler looks at many bytes at once.
        let special = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
        if text.bytes().fold(false, |found, byte| found | special(byte)) {
            serde_json::to_writer(&mut *self.out, text).expect("memory takes every write, and text is always JSON");
        } else {
            self.out.push(b'"');
            self.out.extend_from_slice(text.as_bytes());
            self.out.push(b'"');
        }
    }
}

impl Sink for Json<'_> {
    fn text(&mut self, field: Field, text: &str) {
        self.key(field);
        self.string(text);
    }

    fn number(&mut self, field: Field, number: i64) {
        self.key(field);
        self.out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
    }

    fn flag(&mut self, field: Field, flag: bool) {
        self.key(field);
        self.out.extend_from_slice(if flag { b"true" } else { b"false" });
    }

    fn time(&mut self, field: Field, at: Millis) {
        self.key(field);
        self.out.push(b'"');
        push_rfc3339(self.out, at);
        self.out.push(b'"');
    }

    fn choice<T: PartialEq>(&mut self, field: Field, words: &Words<T>, value: &T) {
        self.text(field, word_of(words, value));
    }

    fn texts(&mut self, field: Field, texts: &[Text<'_>]) {
        self.key(field);
        self.out.push(b'[');
        for (nth, text) in texts.iter().enumerate() {
            if nth > 0 {
                self.out.push(b',');
            }
            self.string(text);
        }
        self.out.push(b']');
    }
}

/// The fields of a Protobuf message.
pub(super) struct Protobuf<'a> {
    out: &'a mut Vec<u8>,
}

/// Wire types of Protobuf.
const VARINT: u32 = 0;
const LENGTH_DELIMITED: u32 = 2;

impl<'a> Protobuf<'a> {
    pub(super) fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out }
    }

    /// A string or a nested message, by its number.
    pub(super) fn bytes(&mut self, number: u32, bytes: &[u8]) {
        self.varint((number << 3 | LENGTH_DELIMITED).into());
        self.varint(bytes.len() as u64);
        self.out.extend_from_slice(bytes);
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.out.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.out.push(value as u8);
    }

    fn integer(&mut self, field: Field, value: u64) {
        self.varint((field.number() << 3 | VARINT).into());
        self.varint(value);
    }
}

impl Sink for Protobuf<'_> {
    fn text(&mut self, field: Field, text: &str) {
        self.bytes(field.number(), text.as_bytes());
    }

    fn number(&mut self, field: Field, number: i64) {
        // A negative int32 is written as the ten bytes of an int64: so says the format.
        self.integer(field, number as u64);
    }

    fn flag(&mut self, field: Field, flag: bool) {
        self.integer(field, flag.into());
    }

    fn time(&mut self, field: Field, at: Millis) {
        self.integer(field, at as u64);
    }

    fn choice<T: PartialEq>(&mut self, field: Field, words: &Words<T>, value: &T) {
        let place = words.iter().position(|(_, known)| known == value).expect("every value has a word");
        self.integer(field, place as u64 + 1);
    }

    fn texts(&mut self, field: Field, texts: &[Text<'_>]) {
        texts.iter().for_each(|text| self.text(field, text));
    }
}
