//! The simulator's identifiers: as long as real ones, unique within a run, and a function of number and salt alone.
//!
//! The salt holds seed and end, so that two runs written to the same topics do not share a conversation by accident.

use super::random::mix;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// A conversation's id: 19 bytes.
pub(super) fn conversation_id(salt: u64, number: u64) -> String {
    let mut id = String::with_capacity(19);
    id.push_str("cv-");
    push_hex(&mut id, mix(number ^ salt), 16);
    id
}

/// The id of the `nth` event of a teller (a conversation or an agent): 36 bytes, in the shape of a UUID.
pub(super) fn event_id(salt: u64, teller: u64, nth: u32) -> String {
    let high = mix(teller ^ salt.rotate_left(32));
    let low = mix(high ^ u64::from(nth));
    let mut id = String::with_capacity(36);
    push_hex(&mut id, high >> 32, 8);
    id.push('-');
    push_hex(&mut id, high >> 16, 4);
    id.push('-');
    push_hex(&mut id, high, 4);
    id.push('-');
    push_hex(&mut id, low >> 48, 4);
    id.push('-');
    push_hex(&mut id, low, 12);
    id
}

/// A letter and a number in `width` digits: agents (`a0000042`) and contacts.
pub(super) fn numbered(prefix: &str, number: u32, width: usize) -> String {
    let mut digits = [b'0'; 10];
    let mut rest = number;
    let mut from = digits.len();
    while rest > 0 || from > digits.len() - width {
        from -= 1;
        digits[from] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    let mut id = String::with_capacity(prefix.len() + 10);
    id.push_str(prefix);
    id.extend(digits[from..].iter().map(|digit| char::from(*digit)));
    id
}

fn push_hex(id: &mut String, bits: u64, digits: u32) {
    let mut text = [0u8; 16];
    for (place, digit) in (0..digits).rev().zip(&mut text) {
        *digit = HEX[(bits >> (4 * place)) as usize & 15];
    }
    id.push_str(str::from_utf8(&text[..digits as usize]).expect("hex digits are ASCII"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_length_of_real_ones() {
        assert_eq!(conversation_id(7, 0).len(), 19);
        assert_eq!(event_id(7, 0, 0).len(), 36);
        assert_eq!(numbered("a", 42, 7), "a0000042");
        assert_eq!(numbered("a", 123_456_789, 7), "a123456789");
    }

    #[test]
    fn ids_differ_by_salt_by_teller_and_by_number() {
        let ids = [event_id(1, 2, 3), event_id(2, 2, 3), event_id(1, 3, 3), event_id(1, 2, 4)];
        assert!((1..4).all(|at| !ids[..at].contains(&ids[at])));
    }
}
