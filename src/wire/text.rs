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

/// Nearly every id is printable ASCII without a comma, and eight bytes are asked at a time: in each the highest bit is set
/// if the byte is none, and at most where a byte before it is none, too.
fn is_plain(text: &str) -> bool {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let is_plain = |eight: &[u8; 8]| {
        let eight = u64::from_le_bytes(*eight);
        let no_comma = eight ^ (EACH * u64::from(b','));
        let low = eight.wrapping_sub(EACH * u64::from(b'!'));
        let high = eight.wrapping_add(EACH);
        (eight | low | high | no_comma.wrapping_sub(EACH)) & (0x80 * EACH) == 0
    };
    let bytes = text.as_bytes();
    match bytes.last_chunk::<8>() {
        // The last eight overlap those before them.
        Some(last) => is_plain(last) && bytes.as_chunks::<8>().0.iter().all(is_plain),
        None => bytes.iter().all(|byte| matches!(byte, b'!'..=b'~') && *byte != b','),
    }
}

fn belongs_in_id(c: char) -> bool {
    !(c.is_control() || c.is_whitespace() || c == ',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_text_is_printable_ascii_without_a_comma_wherever_another_byte_stands() {
        for length in 1..40 {
            for at in 0..length {
                for byte in 0..=0x7f_u8 {
                    let mut bytes = vec![b'~'; length];
                    bytes[at] = byte;
                    let text = String::from_utf8(bytes).expect("it is ASCII");
                    assert_eq!(is_plain(&text), (b'!'..=b'~').contains(&byte) && byte != b',', "{text:?}");
                }
            }
            assert!(is_plain(&"!".repeat(length)) && !is_plain(&"é".repeat(length)));
        }
    }
}
