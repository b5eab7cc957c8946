//! Whether an event's time fits the record it came in: a property of the record alone, so that no clock decides (SPEC §2).

use crate::domain::event::Millis;

/// An event more than this before its record's timestamp is late.
pub const LATE_AFTER_MS: Millis = 24 * 3_600_000;

/// An event more than this after its record's timestamp is refused.
pub const AHEAD_MOST_MS: Millis = 3_600_000;

/// Whether an event enters the set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Admission {
    /// It does.
    Admitted,
    /// It comes too long after it happened: counted, otherwise ignored.
    Late,
    /// It claims to be later than its record: refused as `Refusal::FAR_FUTURE`.
    TooFarAhead,
}

/// Judges an event's time by its record's; without a record timestamp (a file's line may have none) nothing is late.
pub fn admit(at: Millis, record_timestamp: Option<Millis>) -> Admission {
    let Some(written) = record_timestamp else { return Admission::Admitted };
    if at < written.saturating_sub(LATE_AFTER_MS) {
        Admission::Late
    } else if at > written.saturating_add(AHEAD_MOST_MS) {
        Admission::TooFarAhead
    } else {
        Admission::Admitted
    }
}
