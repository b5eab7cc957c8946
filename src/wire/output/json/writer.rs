//! Writes JSON straight into bytes: one buffer, no tree in between, for records that are written by the thousand.

use crate::domain::event::Millis;
use crate::domain::kept::Kept;

use crate::wire::time::push_rfc3339;

/// A JSON text under construction.
#[derive(Debug, Default)]
pub(super) struct JsonWriter {
    out: Vec<u8>,
}

impl JsonWriter {
    /// One object as a whole text.
    pub(super) fn document(members: impl FnOnce(&mut Self)) -> Vec<u8> {
        let mut writer = Self::default();
        writer.object(members);
        writer.out
    }

    /// Members of an object that somebody else writes.
    pub(super) fn members(members: impl FnOnce(&mut Self)) -> Vec<u8> {
        let mut writer = Self::default();
        members(&mut writer);
        writer.out
    }

    /// What was written before: a value, or members of an object.
    pub(super) fn written(&mut self, json: &[u8]) {
        if !json.is_empty() {
            self.separate();
            self.out.extend_from_slice(json);
        }
    }

    pub(super) fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.separate();
        self.out.push(b'{');
        members(self);
        self.out.push(b'}');
    }

    pub(super) fn array<T>(&mut self, items: impl IntoIterator<Item = T>, mut item: impl FnMut(&mut Self, T)) {
        self.separate();
        self.out.push(b'[');
        items.into_iter().for_each(|each| item(self, each));
        self.out.push(b']');
    }

    /// The name of the member whose value is written next.
    pub(super) fn key(&mut self, name: &str) -> &mut Self {
        self.text(name);
        self.out.push(b':');
        self
    }

    pub(super) fn text(&mut self, text: &str) {
        self.separate();
        serde_json::to_writer(&mut self.out, text).expect("memory takes every write, and text is always JSON");
    }

    pub(super) fn integer(&mut self, number: impl itoa::Integer) {
        self.separate();
        self.out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
    }

    /// The shortest digits that read back as the same number.
    pub(super) fn quotient(&mut self, number: f64) {
        debug_assert!(number.is_finite(), "a quotient without a denominator is absent");
        self.separate();
        serde_json::to_writer(&mut self.out, &number).expect("memory takes every write, and numbers are always JSON");
    }

    pub(super) fn boolean(&mut self, value: bool) {
        self.separate();
        self.out.extend_from_slice(if value { b"true" } else { b"false" });
    }

    pub(super) fn time(&mut self, at: Millis) {
        self.separate();
        self.out.push(b'"');
        push_rfc3339(&mut self.out, at);
        self.out.push(b'"');
    }

    /// A member that is there only if there is a text.
    pub(super) fn optional_text(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.key(name).text(text);
        }
    }

    /// A member that is there only if there is such a text and the reader may see it.
    pub(super) fn private_text(&mut self, name: &str, text: Option<&Kept>, may_be_seen: bool) {
        self.optional_text(name, text.filter(|_| may_be_seen).map(Kept::reveal));
    }

    /// A comma, unless this is the first member or item, or the value of a key.
    ///
    /// Every value ends in a quote, a bracket, a digit or a letter, so the last byte tells.
    fn separate(&mut self) {
        if !matches!(self.out.last(), None | Some(b'{' | b'[' | b':')) {
            self.out.push(b',');
        }
    }
}
