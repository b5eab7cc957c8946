//! What HTTP clients were refused, counted by reason, and how many are connected.

use std::sync::atomic::{AtomicU64, Ordering};

/// Why a client did not get what it asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// There were as many connections as there may be.
    Connections,
    /// The system had no descriptor left for one more.
    Descriptors,
    /// It took too long to send its request.
    SlowRequest,
    /// It took too long to read the answer.
    SlowReader,
    /// Its request is too large.
    TooLarge,
    /// What it sent is no HTTP.
    Malformed,
    /// Others had asked for so much that there was no room or no time left.
    Busy,
    /// An account was asked for more at once than it may be; or an address tried to sign in too often, or has as many
    /// connections as it may.
    TooMany,
    /// It has no key, or none that allows what it asks for.
    Unauthorized,
}

/// The words of the reasons, in the order of the enum.
const WORDS: [&str; 9] = [
    "connections",
    "descriptors",
    "slow_request",
    "slow_reader",
    "too_large",
    "malformed",
    "busy",
    "too_many",
    "unauthorized",
];

/// Written by the server, read by scrapes.
#[derive(Debug, Default)]
pub struct Traffic {
    connections: AtomicU64,
    refused: [AtomicU64; WORDS.len()],
}

impl Traffic {
    /// How many clients are connected.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// How often clients were refused since the process began, by the word of the reason.
    pub fn refused(&self) -> impl Iterator<Item = (&'static str, u64)> {
        WORDS.into_iter().zip(self.refused.iter().map(|count| count.load(Ordering::Relaxed)))
    }

    /// How often for one reason.
    #[must_use]
    pub fn refused_as(&self, reason: Refused) -> u64 {
        self.refused[reason as usize].load(Ordering::Relaxed)
    }

    pub(super) fn refuse(&self, reason: Refused) {
        self.refused[reason as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn connect(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn disconnect(&self) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }
}
