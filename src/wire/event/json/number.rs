//! JSON numbers by value: which of them are whole, and what their exact decimal text is.
//!
//! `5`, `5.0`, `50e-1` and `0.5e1` are the same number, and `-0` is 0: serializers differ, and a producer seldom chooses
//! its own. Nothing goes through a float, so that an id of 128 digits keeps every one of them.

use std::borrow::Cow;

use crate::domain::event::Text;
use crate::wire::utf8;

/// The most digits that a whole number may have to be read.
const MOST_DIGITS: i64 = 128;

/// So many digits always fit an `i64`.
const SAFE_DIGITS: usize = 18;

/// Why a number cannot be read as a whole one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotWhole {
    /// It has a fractional part.
    Fraction,
    /// It is whole and larger than anything that is asked for.
    Huge,
}

/// The value of a JSON number, whose form has been checked.
#[inline]
pub(super) fn integer(number: &[u8]) -> Result<i64, NotWhole> {
    match plain(number) {
        Some(value) => Ok(value),
        None => decimal(number)?.parse().map_err(|_| NotWhole::Huge),
    }
}

/// The exact decimal text of a JSON number, whose form has been checked: `1e3` is `1000`, `-0` is `0`.
pub(super) fn decimal(number: &[u8]) -> Result<Text<'_>, NotWhole> {
    match utf8::text(number) {
        Some(text) if number != b"-0" && !number.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E')) => {
            let digits = text.len() - usize::from(number[0] == b'-');
            if digits as i64 > MOST_DIGITS { Err(NotWhole::Huge) } else { Ok(Cow::Borrowed(text)) }
        }
        _ => Scientific::of(number).decimal().map(Cow::Owned),
    }
}

/// The value, if it is written as a few digits and nothing else, as nearly every number is.
#[inline]
fn plain(number: &[u8]) -> Option<i64> {
    if number.len() > SAFE_DIGITS {
        return None;
    }
    number.iter().try_fold(0, |value, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then(|| value * 10 + i64::from(digit))
    })
}

/// A number taken apart: `whole.fraction` times ten to the `exponent`.
struct Scientific<'a> {
    is_negative: bool,
    whole: &'a [u8],
    fraction: &'a [u8],
    exponent: i64,
}

impl<'a> Scientific<'a> {
    fn of(number: &'a [u8]) -> Self {
        let (is_negative, number) = match number {
            [b'-', number @ ..] => (true, number),
            number => (false, number),
        };
        let (mantissa, exponent) = split(number, |byte| matches!(byte, b'e' | b'E'));
        let (whole, fraction) = split(mantissa, |byte| byte == b'.');
        Self { is_negative, whole, fraction, exponent: exponent_of(exponent) }
    }

    fn decimal(&self) -> Result<String, NotWhole> {
        let digits = || self.whole.iter().chain(self.fraction);
        let leading = digits().take_while(|digit| **digit == b'0').count();
        let all = self.whole.len() + self.fraction.len();
        if leading == all {
            return Ok("0".to_owned());
        }
        let trailing = digits().rev().take_while(|digit| **digit == b'0').count();
        let significant = (all - leading - trailing) as i64;
        // How many digits stand before the point, once the exponent has moved it.
        let before_point = (self.whole.len() as i64 - leading as i64).saturating_add(self.exponent);
        if significant > before_point {
            return Err(NotWhole::Fraction);
        }
        if before_point > MOST_DIGITS {
            return Err(NotWhole::Huge);
        }
        let significant_digits = digits().skip(leading).take(significant as usize).map(|digit| char::from(*digit));
        let zeros = std::iter::repeat_n('0', (before_point - significant) as usize);
        Ok(self.is_negative.then_some('-').into_iter().chain(significant_digits).chain(zeros).collect())
    }
}

/// What stands before and behind the first byte that `is_mark`; behind it there may be nothing.
fn split(bytes: &[u8], is_mark: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    match bytes.iter().position(|byte| is_mark(*byte)) {
        Some(at) => (&bytes[..at], &bytes[at + 1..]),
        None => (bytes, &[]),
    }
}

/// `+7`, `-12`, `007`, or nothing, which is 0. What is larger than any record is long stays as large as that.
fn exponent_of(text: &[u8]) -> i64 {
    const LARGEST: i64 = 1 << 40;
    let digits = text.iter().filter(|byte| byte.is_ascii_digit());
    let value = digits.fold(0, |value: i64, digit| (value * 10 + i64::from(digit - b'0')).min(LARGEST));
    if text.first() == Some(&b'-') { -value } else { value }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_is_its_value_however_it_is_written() {
        for (number, value) in [
            ("0", 0),
            ("-0", 0),
            ("0.0", 0),
            ("-0.000e-7", 0),
            ("0e99999999999999999999", 0),
            ("5", 5),
            ("5.0", 5),
            ("50e-1", 5),
            ("0.5E1", 5),
            ("0.00005e+5", 5),
            ("1e3", 1000),
            ("1.5e1", 15),
            ("-5", -5),
            ("-5.000", -5),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
            ("9.223372036854775807e18", i64::MAX),
        ] {
            assert_eq!(integer(number.as_bytes()), Ok(value), "{number}");
            assert_eq!(decimal(number.as_bytes()).as_deref(), Ok(&*value.to_string()), "{number}");
        }
    }

    #[test]
    fn a_fraction_is_not_whole_and_a_giant_is_not_read() {
        for number in ["0.5", "5.5", "1e-1", "-1.25", "5.00000000000000000000000000001", "1e-400", "15e-1"] {
            assert_eq!(integer(number.as_bytes()), Err(NotWhole::Fraction), "{number}");
        }
        for number in ["1e400", "-1e400", "1e99999999999999999999", &"9".repeat(129), "1e128"] {
            assert_eq!(integer(number.as_bytes()), Err(NotWhole::Huge), "{number}");
            assert_eq!(decimal(number.as_bytes()), Err(NotWhole::Huge), "{number}");
        }
        assert_eq!(integer(b"9223372036854775808"), Err(NotWhole::Huge));
    }

    #[test]
    fn up_to_128_digits_keep_every_one_of_them() {
        let longest = "1234567890".repeat(13)[..128].to_owned();
        assert_eq!(decimal(longest.as_bytes()).as_deref(), Ok(&*longest));
        assert_eq!(decimal(b"1e127").map(|text| text.len()), Ok(128));
        let negative = format!("-{longest}");
        assert_eq!(decimal(negative.as_bytes()).as_deref(), Ok(&*negative));
    }

    proptest! {
        #[test]
        fn moving_the_point_changes_nothing(value: i64, by in 1..40_usize) {
            let digits = value.unsigned_abs().to_string();
            let sign = if value < 0 { "-" } else { "" };
            let wide = format!("{digits:0>40}");
            let (whole, fraction) = wide.split_at(wide.len() - by);
            let whole = whole.trim_start_matches('0');
            let whole = if whole.is_empty() { "0" } else { whole };
            let number = format!("{sign}{whole}.{fraction}e{by}");
            prop_assert_eq!(integer(number.as_bytes()), Ok(value), "{}", number);
        }
    }
}
