//! Times: how they are read and printed, and which of them a window covers (SPEC §1, §2).

use chrono::{DateTime, SecondsFormat};
use serde_json::Value;
use std::cell::Cell;

/// One second in milliseconds.
pub const SECOND_MS: i64 = 1_000;
/// One minute in milliseconds.
pub const MINUTE_MS: i64 = 60 * SECOND_MS;
/// One hour in milliseconds.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// A bucket's length (SPEC §2).
pub const BUCKET_MS: i64 = 5 * MINUTE_MS;

thread_local! {
    /// `forget_after` (SPEC §3) where no test says otherwise.
    static FORGET_AFTER_MS: Cell<i64> = const { Cell::new(7 * 24 * HOUR_MS) };
}

/// The setting `forget_after`: a longer silence ends a life.
pub fn forget_after_ms() -> i64 {
    FORGET_AFTER_MS.get()
}

/// Computes on this thread with another `forget_after`.
pub fn with_forget_after<T>(ms: i64, compute: impl FnOnce() -> T) -> T {
    let before = FORGET_AFTER_MS.replace(ms);
    let computed = compute();
    FORGET_AFTER_MS.set(before);
    computed
}

/// The last millisecond of the year 9999.
const LAST_MS: i64 = 253_402_300_799_999;

/// Reads a time as `occurred_at` is written: RFC 3339 with any offset, or whole Unix milliseconds; 1970-9999, digits
/// below a millisecond cut off, no leap second (SPEC §1).
pub fn read_time(value: &Value) -> Option<i64> {
    let ms = match value {
        Value::Number(number) => number.as_i64()?,
        Value::String(text) => read_rfc3339(text)?,
        _ => return None,
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

/// What a question about the last minutes covers: both ends belong to it (SPEC §2).
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// The first covered millisecond, a bucket edge.
    pub from_ms: i64,
    /// The moment of the question, covered too.
    pub now_ms: i64,
}

impl Window {
    /// The window of the last `minutes` before `now_ms`, widened to whole buckets at its beginning.
    pub fn last(minutes: u32, now_ms: i64) -> Window {
        let from_ms = floor5(now_ms - i64::from(minutes) * MINUTE_MS);
        Window { from_ms, now_ms }
    }

    /// Whether something that happened at this time counts.
    pub fn holds(&self, at_ms: i64) -> bool {
        self.from_ms <= at_ms && at_ms <= self.now_ms
    }

    /// How much of a span of time lies in the window.
    pub fn overlap_ms(&self, from_ms: i64, until_ms: i64) -> i64 {
        (until_ms.min(self.now_ms) - from_ms.max(self.from_ms)).max(0)
    }
}

fn read_rfc3339(text: &str) -> Option<i64> {
    let time = DateTime::parse_from_rfc3339(text).ok()?;
    let is_leap_second = time.timestamp_subsec_nanos() >= 1_000_000_000;
    (!is_leap_second).then(|| time.timestamp_millis())
}
