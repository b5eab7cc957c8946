//! What makes an id, a label or an event's identity well-formed (SPEC §1).

use super::utf8;

/// The greatest length of an id, a label or an `event_id`, in bytes.
pub const LONGEST_BYTES: usize = 128;

/// Whether `text` is an id: 1–128 bytes without control characters, commas or white space.
#[must_use]
pub fn is_id(text: &str) -> bool {
    has_length(text) && (utf8::plain(text.as_bytes()).is_some() || text.chars().all(belongs_in_id))
}

/// Whether `text` is the id of an agent or a skill; `-1` is what outputs call having none.
#[must_use]
#[inline]
pub fn is_party(text: &str) -> bool {
    is_id(text) && text != "-1"
}

/// The id that the bytes are, if it is plain, as nearly all are: at one look what `is_id` and UTF-8 ask.
#[inline]
#[must_use]
pub(super) fn plain_id(bytes: &[u8]) -> Option<&str> {
    utf8::plain(bytes).filter(|text| has_length(text))
}

/// Whether `text` is a label: 1–128 bytes without control characters.
#[must_use]
pub fn is_label(text: &str) -> bool {
    has_length(text) && !text.chars().any(char::is_control)
}

/// Whether `text` can be an event's identity: 1–128 bytes, whatever they are.
#[must_use]
pub fn is_event_id(text: &str) -> bool {
    has_length(text)
}

#[inline]
fn has_length(text: &str) -> bool {
    (1..=LONGEST_BYTES).contains(&text.len())
}

fn belongs_in_id(c: char) -> bool {
    !(c.is_control() || c.is_whitespace() || c == ',')
}
