//! Bytes as text: the one place that takes bytes for UTF-8 by a check of its own.
//!
//! What events are called by is short and nearly always ASCII. The standard library looks at such a text byte by byte, which
//! was a quarter of the time that decoding an event took; here eight bytes are asked at a time.
#![expect(
    unsafe_code,
    reason = "there is no safe way from ASCII bytes to text but a second check; audited: two calls, each behind the first"
)]

/// One in each of eight bytes.
const EACH: u64 = 0x0101_0101_0101_0101;
/// The highest bit of each of eight bytes.
const HIGH: u64 = 0x80 * EACH;

/// The text that the bytes are, if they are UTF-8.
#[inline]
#[must_use]
pub(super) fn text(bytes: &[u8]) -> Option<&str> {
    if is_ascii(bytes) {
        // SAFETY: no byte has its highest bit set, and such bytes are UTF-8, each a character of its own.
        Some(unsafe { std::str::from_utf8_unchecked(bytes) })
    } else {
        std::str::from_utf8(bytes).ok()
    }
}

/// The text that the bytes are, if they are plain: printable ASCII without blanks and commas, as nearly every id is.
#[inline]
#[must_use]
pub(super) fn plain(bytes: &[u8]) -> Option<&str> {
    // SAFETY: what is plain is ASCII, and so UTF-8.
    is_plain(bytes).then(|| unsafe { std::str::from_utf8_unchecked(bytes) })
}

#[inline]
fn is_ascii(bytes: &[u8]) -> bool {
    all(bytes, |eight| eight & HIGH == 0, u8::is_ascii)
}

/// In each of eight bytes the highest bit is set if the byte is not plain, and else at most where a byte before it is not.
#[inline]
fn is_plain(bytes: &[u8]) -> bool {
    let is_plain = |eight: u64| {
        let no_comma = eight ^ (EACH * u64::from(b','));
        let low = eight.wrapping_sub(EACH * u64::from(b'!'));
        let high = eight.wrapping_add(EACH);
        (eight | low | high | no_comma.wrapping_sub(EACH)) & HIGH == 0
    };
    all(bytes, is_plain, |byte| matches!(byte, b'!'..=b'~') && *byte != b',')
}

/// Asks eight bytes at a time, and the last eight, which overlap those before them; or one by one where there are fewer.
#[inline]
fn all(bytes: &[u8], eight: impl Fn(u64) -> bool, one: impl Fn(&u8) -> bool) -> bool {
    let (chunks, rest) = bytes.as_chunks::<8>();
    chunks.iter().all(|chunk| eight(u64::from_le_bytes(*chunk)))
        && match bytes.last_chunk() {
            _ if rest.is_empty() => true,
            Some(last) => eight(u64::from_le_bytes(*last)),
            None => rest.iter().all(one),
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_text_where_the_standard_library_says_so_wherever_another_byte_stands() {
        for length in 0..40 {
            assert_eq!(text(&vec![b'a'; length]).map(str::len), Some(length));
            for at in 0..length {
                for other in [0, 0x7f, 0x80, 0xc3, 0xff] {
                    let mut bytes = vec![b'a'; length];
                    bytes[at] = other;
                    assert_eq!(text(&bytes), std::str::from_utf8(&bytes).ok(), "{bytes:?}");
                    bytes.extend_from_slice("é".as_bytes());
                    assert_eq!(text(&bytes), std::str::from_utf8(&bytes).ok(), "{bytes:?}");
                }
            }
        }
    }

    #[test]
    fn a_plain_text_is_printable_ascii_without_a_comma_wherever_another_byte_stands() {
        for length in 1..40 {
            for at in 0..length {
                for byte in 0..=0xff_u8 {
                    let mut bytes = vec![b'~'; length];
                    bytes[at] = byte;
                    let is_plain = (b'!'..=b'~').contains(&byte) && byte != b',';
                    assert_eq!(plain(&bytes), std::str::from_utf8(&bytes).ok().filter(|_| is_plain), "{bytes:?}");
                }
            }
            assert!(plain("!".repeat(length).as_bytes()).is_some() && plain("é".repeat(length).as_bytes()).is_none());
        }
    }
}
