//! Times: how they are read and printed, which silences end a life, and what a window covers (SPEC §1, §2, §3).

use super::json::{text, whole_number};
use chrono::{DateTime, NaiveDate, SecondsFormat};
use std::cell::Cell;

/// One second in milliseconds.
pub const SECOND_MS: i64 = 1_000;
/// One minute in milliseconds.
pub const MINUTE_MS: i64 = 60 * SECOND_MS;
/// One hour in milliseconds.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// One day in milliseconds.
pub const DAY_MS: i64 = 24 * HOUR_MS;
/// A bucket's length (SPEC §2).
pub const BUCKET_MS: i64 = 5 * MINUTE_MS;

/// The silences that end a life: a longer one does.
#[derive(Clone, Copy)]
pub struct Silences {
    /// `forget_after`: of a closed conversation, or of one that was not opened yet.
    pub closed_ms: i64,
    /// `forget_open_after`: of an open one.
    pub open_ms: i64,
}

thread_local! {
    /// The settings (SPEC §3) where no test says otherwise.
    static SILENCES: Cell<Silences> = const { Cell::new(Silences { closed_ms: 7 * DAY_MS, open_ms: 31 * DAY_MS }) };
}

/// The silences in force on this thread.
pub fn silences() -> Silences {
    SILENCES.get()
}

/// Computes on this thread with other silences: of closed conversations, and of open ones.
pub fn with_silences<T>(closed_ms: i64, open_ms: i64, compute: impl FnOnce() -> T) -> T {
    let before = SILENCES.replace(Silences { closed_ms, open_ms });
    let computed = compute();
    SILENCES.set(before);
    computed
}

/// The last millisecond of the year 9999.
const LAST_MS: i64 = 253_402_300_799_999;
/// A smaller number, other than 0, only makes sense as seconds.
const FIRST_MS: i64 = 10_000_000_000;

/// Reads a time as `occurred_at` is written in JSON: RFC 3339 with any offset, or whole Unix milliseconds; 1970-9999
/// (SPEC §1).
pub fn read_time(raw: &str) -> Option<i64> {
    let ms = match whole_number(raw) {
        Some(digits) => digits.parse().ok().filter(|ms| *ms == 0 || *ms >= FIRST_MS)?,
        None => read_rfc3339(&text(raw)?)?,
    };
    (0..=LAST_MS).contains(&ms).then_some(ms)
}

/// Prints a time as every output does: RFC 3339, UTC, milliseconds, `Z` (SPEC §2).
pub fn print_time(ms: i64) -> String {
    DateTime::from_timestamp_millis(ms)
        .map(|time| time.to_rfc3339_opts(SecondsFormat::Millis, true))
        .unwrap_or_default()
}

/// The bucket edge at or before a time (SPEC §2).
pub fn floor5(ms: i64) -> i64 {
    ms.div_euclid(BUCKET_MS) * BUCKET_MS
}

/// The moment 1 ms after a target that runs from a given time.
pub fn after_target(from_ms: i64, target_ms: Option<i64>) -> Option<i64> {
    Some(from_ms.saturating_add(target_ms?).saturating_add(1))
}

/// What a question covers (SPEC §2).
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// The first covered millisecond, a bucket edge.
    pub from_ms: i64,
    /// The last covered millisecond: that of the question, or the last one before a bucket edge.
    pub last_ms: i64,
    /// Where what goes on for a while is cut.
    pub until_ms: i64,
}

impl Window {
    /// The window of the last `minutes` before `now_ms`, widened to whole buckets at its beginning.
    pub fn last(minutes: u32, now_ms: i64) -> Window {
        let from_ms = floor5(now_ms - i64::from(minutes) * MINUTE_MS);
        Window { from_ms, last_ms: now_ms, until_ms: now_ms }
    }

    /// From one bucket edge to another, that one left out; what happened at exactly `now_ms` belongs to what ends then.
    pub fn between(from_ms: i64, until_ms: i64, now_ms: i64) -> Window {
        let until = until_ms.min(now_ms);
        let last_ms = if until_ms >= now_ms { now_ms } else { until_ms - 1 };
        Window { from_ms, last_ms, until_ms: until }
    }

    /// Whether something that happened at this time counts.
    pub fn holds(&self, at_ms: i64) -> bool {
        self.from_ms <= at_ms && at_ms <= self.last_ms
    }

    /// How much of a span of time lies in the window.
    pub fn overlap_ms(&self, from_ms: i64, until_ms: i64) -> i64 {
        (until_ms.min(self.until_ms) - from_ms.max(self.from_ms)).max(0)
    }
}

/// `2026-03-02T13:29:00.5+01:00`; also `+0100`, a blank for `T`, lower case. Digits below a millisecond are cut off, a
/// leap second is none of ours.
fn read_rfc3339(text: &str) -> Option<i64> {
    let (date, clock) = text.split_at_checked(10)?;
    let clock = clock.strip_prefix(['T', 't', ' '])?;
    let (clock, rest) = clock.split_at_checked(8)?;
    let [year, month, day] = numbers(date, "dddd-dd-dd")?;
    let [hour, minute, second] = numbers(clock, "dd:dd:dd")?;
    let (fraction_ms, offset) = read_fraction(rest)?;
    let day = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    let time = day.and_hms_milli_opt(hour, minute, second, fraction_ms)?;
    Some(time.and_utc().timestamp_millis() - read_offset(offset)?)
}

/// The digits behind the point, if there are any, in milliseconds.
fn read_fraction(rest: &str) -> Option<(u32, &str)> {
    let Some(rest) = rest.strip_prefix('.') else { return Some((0, rest)) };
    let end = rest.find(|c: char| !c.is_ascii_digit())?;
    let digits: String = rest[..end].chars().chain("00".chars()).take(3).collect();
    (end > 0).then_some((digits.parse().ok()?, &rest[end..]))
}

fn read_offset(offset: &str) -> Option<i64> {
    if offset == "Z" || offset == "z" {
        return Some(0);
    }
    let (sign, unsigned) = offset.split_at_checked(1)?;
    let [hours, minutes] =
        numbers(unsigned, "dd:dd").or_else(|| numbers(unsigned, "dddd").map(|[n]| [n / 100, n % 100]))?;
    let ms = i64::from(hours) * HOUR_MS + i64::from(minutes) * MINUTE_MS;
    let signed_ms = match sign {
        "+" => ms,
        "-" => -ms,
        _ => return None,
    };
    (hours < 24 && minutes < 60).then_some(signed_ms)
}

/// The numbers of a text in which `d` stands for a digit.
fn numbers<const N: usize>(text: &str, pattern: &str) -> Option<[u32; N]> {
    let fits = |(c, p): (char, char)| if p == 'd' { c.is_ascii_digit() } else { c == p };
    if text.len() != pattern.len() || !text.chars().zip(pattern.chars()).all(fits) {
        return None;
    }
    let parts: Option<Vec<u32>> = text.split(['-', ':']).map(|part| part.parse().ok()).collect();
    parts?.try_into().ok()
}
