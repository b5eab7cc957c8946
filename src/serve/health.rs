//! Whether this process may be sent traffic: what `/readyz` answers.

use std::sync::atomic::{AtomicBool, Ordering};

/// Written by the pipeline, read by every probe.
#[derive(Debug, Default)]
pub struct Health {
    ready: AtomicBool,
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
}
