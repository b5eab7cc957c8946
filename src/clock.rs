//! The only reader of wall time: everything below the pipeline is told what time it is.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::event::Millis;

/// The wall clock, in milliseconds since the Unix epoch.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub fn now() -> Millis {
    // A clock before 1970 is a machine without one: the epoch is as good as any other answer.
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis::try_from(since.as_millis()).expect("a clock counts less than 292 million years")
}
