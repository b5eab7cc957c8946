//! How the source is doing, for metrics, `/readyz` and every answer's staleness: written by it, read by anyone.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::domain::event::Millis;

/// Shared figures of one source.
#[derive(Debug, Default)]
pub struct SourceStatus {
    reachable: AtomicBool,
    caught_up: AtomicBool,
    fresh_at_ms: AtomicI64,
    records: AtomicU64,
    reassigned: AtomicU64,
    to_go: AtomicU64,
    lag: Mutex<BTreeMap<(String, i32), u64>>,
}

impl SourceStatus {
    /// Whether the brokers of every partition answer.
    #[must_use]
    pub fn reachable(&self) -> bool {
        self.reachable.load(Ordering::Relaxed)
    }

    /// Whether everything that was there at the start has been handed over. Never false again.
    #[must_use]
    pub fn caught_up(&self) -> bool {
        self.caught_up.load(Ordering::Relaxed)
    }

    /// How far what is known may be behind the source at `now`: since the brokers last answered.
    #[must_use]
    pub fn stale_ms(&self, now: Millis) -> Millis {
        match self.fresh_at_ms.load(Ordering::Relaxed) {
            _ if self.reachable() => 0,
            0 => now,
            fresh_at => (now - fresh_at).max(0),
        }
    }

    /// Records handed over.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.records.load(Ordering::Relaxed)
    }

    /// How often what is read was changed after the start: new partitions, and such as had to be read anew.
    #[must_use]
    pub fn reassigned(&self) -> u64 {
        self.reassigned.load(Ordering::Relaxed)
    }

    /// Records between here and being caught up: the progress of a start.
    #[must_use]
    pub fn to_go(&self) -> u64 {
        self.to_go.load(Ordering::Relaxed)
    }

    /// Records of each topic and partition not yet read.
    #[must_use]
    pub fn lag(&self) -> BTreeMap<(String, i32), u64> {
        self.lag.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Says whether the brokers answer.
    pub fn set_reachable(&self, reachable: bool, now: Millis) {
        self.reachable.store(reachable, Ordering::Relaxed);
        if reachable {
            self.fresh_at_ms.store(now, Ordering::Relaxed);
        }
    }

    /// Says that the start is done.
    pub fn set_caught_up(&self) {
        self.to_go.store(0, Ordering::Relaxed);
        self.caught_up.store(true, Ordering::Relaxed);
    }

    /// Says how much of the start is left.
    pub fn set_to_go(&self, to_go: u64) {
        self.to_go.store(to_go, Ordering::Relaxed);
    }

    /// Counts records handed over.
    pub fn add_records(&self, records: u64) {
        self.records.fetch_add(records, Ordering::Relaxed);
    }

    /// Counts a change of what is read.
    pub fn add_reassigned(&self) {
        self.reassigned.fetch_add(1, Ordering::Relaxed);
    }

    /// Replaces the lag.
    pub fn set_lag(&self, lag: BTreeMap<(String, i32), u64>) {
        *self.lag.lock().unwrap_or_else(PoisonError::into_inner) = lag;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_grows_stale_from_the_last_moment_the_brokers_answered() {
        let status = SourceStatus::default();
        status.set_reachable(true, 1_000);
        assert_eq!(status.stale_ms(5_000), 0);
        status.set_reachable(true, 6_000);
        status.set_reachable(false, 7_000);
        assert_eq!(status.stale_ms(9_500), 3_500);
    }
}
