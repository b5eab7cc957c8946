//! What makes an id, a label or an event's identity well-formed (SPEC §1).

/// The greatest length of an id, a label or an `event_id`, in bytes.
pub const LONGEST_BYTES: usize = 128;

/// Whether `text` is an id: 1–128 bytes without control characters, commas or white space.
#[must_use]
pub fn is_id(text: &str) -> bool {
    has_length(text) && (is_plain(text) || text.chars().all(belongs_in_id))
}

/// Whether `text` is the id of an agent or a skill; `-1` is what outputs call having none.
#[must_use]
pub fn is_party(text: &str) -> bool {
    is_id(text) && text != "-1"
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

fn has_length(text: &str) -> bool {
    (1..=LONGEST_BYTES).contains(&text.len())
}

/// Nearly every id is printable ASCII; asking all bytes at once, without leaving early, lets the compiler use vectors.
fn is_plain(text: &str) -> bool {
    text.bytes().fold(true, |plain, byte| plain & (byte > b' ') & (byte < 0x7f) & (byte != b','))
}

fn belongs_in_id(c: char) -> bool {
    !(c.is_control() || c.is_whitespace() || c == ',')
}
