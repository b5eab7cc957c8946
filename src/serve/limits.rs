//! How much of this process its HTTP clients may use: each client, and all of them together.
//!
//! Whatever a client does or leaves undone ends by itself, after a time that is known: then its connection is free for
//! another one. What all of them may hold at once is bounded too, so that the fold and Kafka keep their share.

use std::time::Duration;

/// Descriptors that are not for HTTP: those of Kafka's clients, of files, and of the runtime.
const RESERVE: usize = 256;

/// The bounds of a server.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections at once. One more is refused.
    pub connections: usize,
    /// Connections at once from one address, but for this machine's own.
    pub of_one_address: usize,
    /// From the beginning of a connection, or from its last answer, to the end of the next request's head.
    pub head: Duration,
    /// From there to the answer: the body is read in it, and a page rendered.
    pub answer: Duration,
    /// In which the client must have taken the whole answer, once it is slower than the answer is written.
    pub write: Duration,
    /// In which answers may still end once the server is told to stop.
    pub ending: Duration,
    /// Of the lines of a request's head, in bytes; the address is one of them.
    pub head_bytes: usize,
    /// How many lines a head may have.
    pub head_lines: usize,
    /// Of the address alone, in bytes.
    pub address_bytes: usize,
    /// Of a request's body, in bytes.
    pub body_bytes: usize,
    /// Of all rendered pages that clients have not taken yet, in bytes.
    pub waiting_bytes: usize,
}

impl Default for Limits {
    /// A scrape may take ten seconds, as Prometheus has it by default, and its next one come half a minute later.
    fn default() -> Self {
        Self {
            connections: 768,
            of_one_address: 384,
            head: Duration::from_secs(40),
            answer: Duration::from_secs(10),
            write: Duration::from_secs(15),
            ending: Duration::from_secs(3),
            head_bytes: 16 << 10,
            head_lines: 64,
            address_bytes: 8 << 10,
            body_bytes: 64 << 10,
            waiting_bytes: 256 << 20,
        }
    }
}

impl Limits {
    /// The bounds of a server with so many connections, or with as many as this process has descriptors for. It asks
    /// the system for more descriptors where it may have them.
    #[must_use]
    pub fn of_process(connections: usize) -> Self {
        let needed = u64::try_from(connections + RESERVE).unwrap_or(u64::MAX);
        let limits = Self { connections, of_one_address: connections.div_ceil(2), ..Self::default() };
        match rlimit::increase_nofile_limit(needed) {
            Ok(open_files) => limits.within(usize::try_from(open_files).unwrap_or(usize::MAX)),
            Err(error) => {
                tracing::warn!("how many files this process may have open cannot be told: {error}");
                limits
            }
        }
    }

    /// The same with no more connections than a process that may have so many files open can spare: what is left is
    /// enough for Kafka's clients, or half of all.
    #[must_use]
    pub fn within(self, open_files: usize) -> Self {
        let spare = open_files - RESERVE.min(open_files / 2);
        let connections = self.connections.min(spare);
        Self { connections, of_one_address: self.of_one_address.min(connections.div_ceil(2)), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_descriptors_for_kafka() {
        let connections = |open_files| Limits::default().within(open_files).connections;
        assert_eq!(connections(1_048_576), 768);
        assert_eq!(connections(1_024), 768, "the usual limit leaves room for the default");
        assert_eq!(connections(512), 256);
        assert_eq!(connections(100), 50);
        assert_eq!(Limits::default().within(100).of_one_address, 25, "one address has half of them");
        assert_eq!(Limits { connections: 20, ..Limits::default() }.within(1_024).connections, 20);
    }
}
