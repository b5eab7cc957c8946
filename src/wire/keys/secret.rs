//! A key itself: 256 random bits as text that a shell, a header and a double click take whole.

use std::fmt;

use super::KeyHash;

/// How every key begins, so that people and scanners of repositories know one when they see it.
const PREFIX: &str = "cxp_";
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// As many digits of base 62 as 256 bits need.
const LENGTH: usize = 43;

/// A key as its owner has it. Only [`Secret::reveal`] tells it.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// The key of these random bytes.
    #[must_use]
    pub fn new(random: [u8; 32]) -> Self {
        Self(format!("{PREFIX}{}", base62(random)))
    }

    /// The key, for its owner.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What others know it by.
    #[must_use]
    pub fn hash(&self) -> KeyHash {
        KeyHash::of(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Whether a text has in it what may be a key, or a part of one: it belongs in no log line.
#[must_use]
pub fn may_be_key(text: &str) -> bool {
    text.contains(PREFIX)
}

/// A number of 256 bits in base 62, always with the same number of digits.
#[must_use]
pub fn base62(mut number: [u8; 32]) -> String {
    let mut digits = [0; LENGTH];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[usize::from(divide_by_62(&mut number))];
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

/// Divides in place, as on paper; the remainder.
fn divide_by_62(number: &mut [u8; 32]) -> u8 {
    let mut remainder = 0_u16;
    for byte in number {
        let dividend = remainder << 8 | u16::from(*byte);
        *byte = u8::try_from(dividend / 62).expect("the remainder before was below 62");
        remainder = dividend % 62;
    }
    u8::try_from(remainder).expect("it is below 62")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(last: &[u8]) -> [u8; 32] {
        let mut number = [0; 32];
        number[32 - last.len()..].copy_from_slice(last);
        number
    }

    #[test]
    fn a_number_has_forty_three_digits_of_base_62_whatever_it_is() {
        let zeros = |end: &str| format!("{}{end}", "0".repeat(43 - end.len()));
        assert_eq!(base62(number(&[])), zeros(""));
        assert_eq!(base62(number(&[61])), zeros("z"));
        assert_eq!(base62(number(&[62])), zeros("10"));
        assert_eq!(base62(number(&[1, 0, 0])), zeros("H32"), "65536 = 17·62² + 3·62 + 2");
        let greatest = base62([255; 32]);
        assert_eq!(greatest.len(), 43);
        assert_ne!(greatest, base62([254; 32]));
    }

    #[test]
    fn a_key_is_known_by_its_beginning_and_prints_nothing_of_itself() {
        let key = Secret::new([7; 32]);
        assert!(key.reveal().starts_with("cxp_") && key.reveal().len() == 47, "{}", key.reveal());
        assert_eq!(format!("{key:?}"), "Secret(…)");
        assert_eq!(key.hash(), KeyHash::of(key.reveal()));
    }
}
