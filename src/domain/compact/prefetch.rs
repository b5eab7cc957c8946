//! Looking ahead: what a batch of events will need is read once before, so that the waits for memory overlap.
//!
//! Folding an event reads some twenty places one after the other, and most of them are not in any cache when a million
//! conversations are open. One such wait is as long as the work itself; many at once cost little more than one.

use std::hint::black_box;

/// How many events are looked up at once: more would push each other out of the caches again.
pub const AHEAD: usize = 128;

/// Bytes that come into the caches together.
pub const LINE: usize = 64;

/// Proof of having read, so that no compiler leaves the reading out.
#[derive(Debug, Default)]
#[must_use]
pub struct Touched(u64);

impl Touched {
    /// Notes something that was read.
    pub fn by(&mut self, read: impl Into<u64>) {
        self.0 ^= read.into();
    }

    /// Notes what someone else has read.
    pub fn and(&mut self, other: Self) {
        self.0 ^= other.0;
    }

    /// Whatever was read has been read by now.
    pub fn settle(self) {
        black_box(self.0);
    }
}
