//! Points in time as text: RFC 3339 in, with any offset; RFC 3339 in UTC with milliseconds and `Z` out.
//!
//! Inwards it takes what common clocks write beside RFC 3339 too: a blank for the `T`, `+0530`, lower case. A number is
//! milliseconds; one that only makes sense as seconds is refused by name, because taken as milliseconds it would be in
//! January 1970, and so silently late.
//!
//! The calendar is the proleptic Gregorian one, by the day-count algorithms of Howard Hinnant ("chrono-compatible
//! low-level date algorithms"), in which a year begins in March so that leap days come last.

use std::ops::RangeInclusive;

use crate::domain::event::Millis;

/// 1970-01-01T00:00:00.000Z to 9999-12-31T23:59:59.999Z: where event time lies.
pub const EVENT_TIMES: RangeInclusive<Millis> = 0..=253_402_300_799_999;

const DAY_MS: Millis = 86_400_000;
const DAYS_IN_400_YEARS: i64 = 146_097;
/// Days from 0000-03-01, where the algorithms count from, to 1970-01-01.
const DAYS_TO_EPOCH: i64 = 719_468;

/// Below this a number of milliseconds lies in early 1970, where nobody's events are; as seconds it is a time up to 2286.
const FIRST_CREDIBLE_MS: Millis = 10_000_000_000;

/// Why something is no point in event time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrongTime {
    /// It is not written as a time.
    IllFormed,
    /// It is before 1970 or after 9999.
    OutOfRange,
    /// It is a number that only makes sense as seconds.
    Seconds,
}

/// A point in event time from Unix milliseconds.
///
/// # Errors
/// `Seconds` for what is nearer to 0 than 10¹⁰ and not 0; else `OutOfRange` before 1970 and after 9999.
#[inline]
pub fn from_unix_ms(at: Millis) -> Result<Millis, WrongTime> {
    if (FIRST_CREDIBLE_MS..=*EVENT_TIMES.end()).contains(&at) || at == 0 {
        Ok(at)
    } else if (1 - FIRST_CREDIBLE_MS..FIRST_CREDIBLE_MS).contains(&at) {
        Err(WrongTime::Seconds)
    } else {
        Err(WrongTime::OutOfRange)
    }
}

/// A point in event time from RFC 3339; digits below a millisecond are cut off. A blank may stand for the `T`, `+0530`
/// for `+05:30`, and both letters may be lower case.
///
/// # Errors
/// `IllFormed` for anything but a date-time with an offset, leap seconds included; `OutOfRange` for one before 1970 or
/// after 9999, as an instant.
pub fn parse_rfc3339(text: impl AsRef<[u8]>) -> Result<Millis, WrongTime> {
    let at = instant(text.as_ref()).ok_or(WrongTime::IllFormed)?;
    EVENT_TIMES.contains(&at).then_some(at).ok_or(WrongTime::OutOfRange)
}

/// The point in time as RFC 3339 in UTC with milliseconds and `Z`.
#[must_use]
pub fn rfc3339(at: Millis) -> String {
    let mut out = Vec::with_capacity(24);
    push_rfc3339(&mut out, at);
    String::from_utf8(out).expect("only ASCII was pushed")
}

/// Appends what `rfc3339` returns.
pub fn push_rfc3339(out: &mut Vec<u8>, at: Millis) {
    let (year, month, day) = date_of(at.div_euclid(DAY_MS));
    let ms = at.rem_euclid(DAY_MS);
    push_padded(out, year, 4);
    for (mark, value) in [(b'-', month), (b'-', day), (b'T', ms / 3_600_000), (b':', ms / 60_000 % 60)] {
        out.push(mark);
        push_padded(out, value, 2);
    }
    out.push(b':');
    push_padded(out, ms / 1000 % 60, 2);
    out.push(b'.');
    push_padded(out, ms % 1000, 3);
    out.push(b'Z');
}

/// `YYYY-MM-DDTHH:MM:SS[.digits](Z|±HH:MM|±HHMM)` as Unix milliseconds.
fn instant(text: &[u8]) -> Option<Millis> {
    let (date_time, rest) = text.split_at_checked(19)?;
    let &[_, _, _, _, b'-', _, _, b'-', _, _, b'T' | b't' | b' ', _, _, b':', _, _, b':', _, _] = date_time else {
        return None;
    };
    let year = number(&date_time[0..4])?;
    let month = number(&date_time[5..7]).filter(|month| (1..=12).contains(month))?;
    let day = number(&date_time[8..10]).filter(|day| (1..=days_in_month(year, month)).contains(day))?;
    let hour = number(&date_time[11..13]).filter(|hour| *hour < 24)?;
    let minute = number(&date_time[14..16]).filter(|minute| *minute < 60)?;
    let second = number(&date_time[17..19]).filter(|second| *second < 60)?;
    let (ms, rest) = fraction(rest)?;
    let of_day = ((hour * 60 + minute) * 60 + second) * 1000 + ms;
    Some(days_before(year, month, day) * DAY_MS + of_day - offset_ms(rest)?)
}

/// The milliseconds of `.digits`, and what follows; 0 without a point.
fn fraction(text: &[u8]) -> Option<(Millis, &[u8])> {
    let Some((b'.', text)) = text.split_first() else { return Some((0, text)) };
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(length);
    let ms = (0..3).fold(0, |ms, i| ms * 10 + digits.get(i).map_or(0, |byte| Millis::from(byte - b'0')));
    (length > 0).then_some((ms, rest))
}

fn offset_ms(text: &[u8]) -> Option<Millis> {
    match text {
        b"Z" | b"z" => Some(0),
        &[sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] | &[sign @ (b'+' | b'-'), h1, h2, m1, m2] => {
            let hours = number(&[h1, h2]).filter(|hours| *hours < 24)?;
            let minutes = number(&[m1, m2]).filter(|minutes| *minutes < 60)?;
            let ahead = (hours * 60 + minutes) * 60_000;
            Some(if sign == b'+' { ahead } else { -ahead })
        }
        _ => None,
    }
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |n, byte| byte.is_ascii_digit().then(|| n * 10 + i64::from(byte - b'0')))
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from the epoch to a date.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    year.div_euclid(400) * DAYS_IN_400_YEARS + days - DAYS_TO_EPOCH
}

/// Year, month and day of a count of days from the epoch.
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + DAYS_TO_EPOCH;
    let of_era = days.rem_euclid(DAYS_IN_400_YEARS);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = (from_march + 2) % 12 + 1;
    let year = days.div_euclid(DAYS_IN_400_YEARS) * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

fn push_padded(out: &mut Vec<u8>, value: i64, width: usize) {
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(value);
    out.extend(std::iter::repeat_n(b'0', width.saturating_sub(digits.len())));
    out.extend_from_slice(digits.as_bytes());
}
