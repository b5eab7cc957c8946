//! Whether this process may be sent traffic: what `/readyz` answers.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Written by the pipeline, read by every probe.
#[derive(Debug, Default)]
pub struct Health {
    ready: AtomicBool,
    records_to_go: AtomicU64,
}

impl Health {
    /// Whether what was there at the start has once been folded and is on the board. Never false again.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    /// Says that it has.
    pub fn set_ready(&self) {
        self.ready.store(true, Ordering::Release);
    }

    /// Records between here and being ready, as far as known.
    #[must_use]
    pub fn records_to_go(&self) -> u64 {
        self.records_to_go.load(Ordering::Relaxed)
    }

    /// Says how many there are.
    pub fn set_records_to_go(&self, records: u64) {
        self.records_to_go.store(records, Ordering::Relaxed);
    }
}
