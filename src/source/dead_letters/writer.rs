//! Writes dead letters to their topic, on a thread of its own.
//!
//! A flood of bad records slows the fold down to the pace of this writer. A topic that takes nothing at all does not
//! stop it: after a while letters are counted as lost, until one arrives again.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::BaseRecord;

use super::DeadLetter;
use super::known_letters::KnownLetters;
use crate::connection::Refused;
use crate::connection::producer::{Failure, Matters, Outgoing, Producer, Reports};
use crate::connection::trouble::{Group, Trouble};
use crate::domain::event::Millis;

/// A full queue into which and from which nothing went for so long is given up on.
const STUCK_AFTER_MS: Millis = 30_000;
const WAIT: Duration = Duration::from_millis(50);

/// What may be overridden by the configuration.
const DEFAULTS: [(&str, &str); 8] = [
    ("client.id", "cxpulse"),
    ("acks", "all"),
    ("linger.ms", "50"),
    ("compression.type", "lz4"),
    // A letter is larger than its record by our headers.
    ("message.max.bytes", "16777216"),
    ("queue.buffering.max.kbytes", "65536"),
    ("reconnect.backoff.max.ms", "2000"),
    ("socket.keepalive.enable", "true"),
];

/// What may not.
const FIXED: [(&str, &str); 2] = [
    // The only copy with its reason: it waits for the brokers for as long as it takes.
    ("message.timeout.ms", "0"),
    ("partitioner", "murmur2_random"),
];

/// Counts of dead letters since the process began; they never fall.
#[derive(Debug, Default)]
pub struct DeadLetterCounts {
    written: AtomicU64,
    lost: AtomicU64,
}

impl DeadLetterCounts {
    /// Letters the brokers have acknowledged.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Letters that could not be written.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}

/// A producer of dead letters.
pub struct DeadLetterWriter {
    producer: Producer<Deliveries>,
    topic: String,
}

impl std::fmt::Debug for DeadLetterWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeadLetterWriter").field("topic", &self.topic).finish_non_exhaustive()
    }
}

impl DeadLetterWriter {
    /// A writer to `topic` at the brokers that `connection` names.
    ///
    /// # Errors
    /// When librdkafka refuses a setting. Brokers are not asked for.
    pub fn new(
        connection: &[(String, String)],
        topic: &str,
        counts: Arc<DeadLetterCounts>,
        clock: fn() -> Millis,
    ) -> Result<Self, Refused> {
        let last_moved = AtomicI64::new(clock());
        let deliveries = Deliveries { counts, clock, last_moved, trouble: Trouble::default() };
        let producer = Producer::new(&DEFAULTS, connection, &FIXED, Matters::Each, deliveries)?;
        Ok(Self { producer, topic: topic.to_owned() })
    }

    /// Writes until nobody sends letters any more, then gives what is on its way at most `grace` to arrive. Letters that
    /// are `known` are not written; once the process `is_ready` no more of them come.
    pub fn run(
        &self,
        letters: &Receiver<DeadLetter>,
        mut known: KnownLetters,
        is_ready: impl Fn() -> bool,
        grace: Duration,
    ) {
        loop {
            // Asked before: what was rejected until then is in the channel.
            let ready = is_ready();
            match letters.recv_timeout(WAIT) {
                Ok(letter) if known.contains(&letter) => {}
                Ok(letter) => self.write(&letter),
                Err(RecvTimeoutError::Timeout) if ready => known = KnownLetters::default(),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.producer.poll(Duration::ZERO);
        }
        if let Err(left) = self.producer.flush(grace) {
            tracing::warn!("{left} dead letters were not written before the end");
        }
    }

    fn write(&self, letter: &DeadLetter) {
        let mut record = record(&self.topic, letter);
        while let Err(unsent) = self.producer.send(record) {
            let deliveries = self.producer.reports();
            if deliveries.is_stuck() {
                return deliveries.lost(&self.topic, NO_PARTITION, "the queue is full and nothing leaves it");
            }
            self.producer.poll(WAIT);
            record = unsent;
        }
        self.producer.reports().moved();
    }
}

fn record<'a>(topic: &'a str, letter: &'a DeadLetter) -> Outgoing<'a, String> {
    let mut headers = OwnedHeaders::new_with_capacity(letter.headers.len());
    for (name, value) in &letter.headers {
        headers = headers.insert(Header { key: name, value: value.as_deref() });
    }
    let mut record = BaseRecord::with_opaque_to(topic, Box::new(letter.place.clone())).headers(headers);
    record.key = letter.key.as_deref();
    record.payload = letter.payload.as_deref();
    record
}

/// What stands for a partition that was never chosen.
const NO_PARTITION: i32 = -1;

/// What becomes of letters on their way. Each is known by the place of its record.
struct Deliveries {
    counts: Arc<DeadLetterCounts>,
    clock: fn() -> Millis,
    /// When a letter went into the queue last, or arrived. Quiet hours before the queue is full say nothing of the brokers.
    last_moved: AtomicI64,
    trouble: Trouble,
}

impl Deliveries {
    fn moved(&self) {
        self.last_moved.store((self.clock)(), Ordering::Relaxed);
    }

    /// Asked where the queue is full.
    fn is_stuck(&self) -> bool {
        (self.clock)() - self.last_moved.load(Ordering::Relaxed) > STUCK_AFTER_MS
    }

    fn lost(&self, topic: &str, partition: i32, why: &str) {
        self.counts.lost.fetch_add(1, Ordering::Relaxed);
        if self.trouble.begins(Group::Topic(topic.to_owned()), topic, partition) {
            tracing::warn!("dead letters cannot be written ({why}); they are counted as lost until they can");
        }
    }
}

impl Reports for Deliveries {
    type About = String;

    fn delivered(&self, topic: &str, partition: i32, _place: &String) {
        self.counts.written.fetch_add(1, Ordering::Relaxed);
        self.moved();
        if !self.trouble.ends(topic, partition).is_empty() {
            tracing::info!("dead letters are written again; {} were lost", self.counts.lost());
        }
    }

    fn failed(&self, failure: &Failure<'_>, place: String) {
        let Failure { topic, partition, error, bytes } = failure;
        if !failure.is_too_large() {
            return self.lost(topic, *partition, &error.to_string());
        }
        self.counts.lost.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(
            "{topic}: the dead letter of {place} is too large ({bytes} bytes and its headers) and is lost; right would \
             be a greater max.message.bytes"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten seconds pass whenever somebody looks at this clock.
    static NOW: AtomicI64 = AtomicI64::new(0);

    fn now() -> Millis {
        NOW.fetch_add(10_000, Ordering::Relaxed)
    }

    fn letter() -> DeadLetter {
        DeadLetter { place: "a/0/1".to_owned(), key: None, payload: Some(b"{}".to_vec()), headers: Vec::new() }
    }

    #[test]
    fn a_queue_that_becomes_full_after_a_quiet_hour_is_waited_for_before_letters_are_lost() {
        let property = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let silent = [property("bootstrap.servers", "127.0.0.1:1"), property("queue.buffering.max.messages", "1")];
        let counts = Arc::<DeadLetterCounts>::default();
        let writer = DeadLetterWriter::new(&silent, "letters", counts.clone(), now).expect("good settings");
        NOW.fetch_add(3_600_000, Ordering::Relaxed);
        writer.write(&letter());
        let full_at = NOW.load(Ordering::Relaxed);
        writer.write(&letter());
        let waited = NOW.load(Ordering::Relaxed) - full_at;
        assert_eq!((counts.lost(), waited > STUCK_AFTER_MS), (1, true), "waited for {waited} ms");
        let later = NOW.load(Ordering::Relaxed);
        writer.write(&letter());
        assert_eq!((counts.lost(), NOW.load(Ordering::Relaxed) - later), (2, 10_000), "nothing has moved since");
    }
}
