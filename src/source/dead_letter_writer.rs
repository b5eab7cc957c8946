//! Writes dead letters to their topic, on a thread of its own.
//!
//! A flood of bad records slows the fold down to the pace of this writer. A topic that takes nothing at all does not
//! stop it: after a while letters are counted as lost, until one arrives again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, DeliveryResult, Producer, ProducerContext};

use super::dead_letters::DeadLetter;
use crate::connection::{Refused, client};
use crate::domain::event::Millis;

/// A full queue from which nothing was delivered for so long is given up on.
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
    producer: BaseProducer<Reports>,
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
        let last_delivery = AtomicI64::new(clock());
        let reports = Reports { counts, clock, last_delivery, losing: AtomicBool::new(false) };
        Ok(Self { producer: client(&DEFAULTS, connection, &FIXED, reports)?, topic: topic.to_owned() })
    }

    /// Writes until nobody sends letters any more, then gives what is on its way at most `grace` to arrive.
    pub fn run(&self, letters: &Receiver<DeadLetter>, grace: Duration) {
        loop {
            match letters.recv_timeout(WAIT) {
                Ok(letter) => self.write(&letter),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.producer.poll(Duration::ZERO);
        }
        if self.producer.flush(grace).is_err() {
            tracing::warn!("{} dead letters were not written before the end", self.producer.in_flight_count());
        }
    }

    fn write(&self, letter: &DeadLetter) {
        let mut record = record(&self.topic, letter);
        while let Err((error, unsent)) = self.producer.send(record) {
            let full = error.rdkafka_error_code() == Some(RDKafkaErrorCode::QueueFull);
            if !full || self.producer.context().is_stuck() {
                self.producer.context().lost(&error);
                return;
            }
            self.producer.poll(WAIT);
            record = unsent;
        }
    }
}

fn record<'a>(topic: &'a str, letter: &'a DeadLetter) -> BaseRecord<'a, [u8], [u8]> {
    let mut headers = OwnedHeaders::new_with_capacity(letter.headers.len());
    for (name, value) in &letter.headers {
        headers = headers.insert(Header { key: name, value: value.as_deref() });
    }
    let mut record = BaseRecord::to(topic).headers(headers);
    record.key = letter.key.as_deref();
    record.payload = letter.payload.as_deref();
    record
}

struct Reports {
    counts: Arc<DeadLetterCounts>,
    clock: fn() -> Millis,
    last_delivery: AtomicI64,
    losing: AtomicBool,
}

impl Reports {
    fn is_stuck(&self) -> bool {
        (self.clock)() - self.last_delivery.load(Ordering::Relaxed) > STUCK_AFTER_MS
    }

    fn written(&self) {
        self.counts.written.fetch_add(1, Ordering::Relaxed);
        self.last_delivery.store((self.clock)(), Ordering::Relaxed);
        if self.losing.swap(false, Ordering::Relaxed) {
            tracing::info!("dead letters are written again; {} were lost", self.counts.lost());
        }
    }

    fn lost(&self, error: &KafkaError) {
        self.counts.lost.fetch_add(1, Ordering::Relaxed);
        if !self.losing.swap(true, Ordering::Relaxed) {
            tracing::warn!("dead letters cannot be written ({error}); they are counted as lost until they can");
        }
    }
}

impl ClientContext for Reports {
    /// The source reports the state of the brokers, in one line per change.
    fn log(&self, _level: RDKafkaLogLevel, facility: &str, message: &str) {
        tracing::debug!(target: "librdkafka", "{facility}: {message}");
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(target: "librdkafka", "{error}: {reason}");
    }
}

impl ProducerContext for Reports {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        match result {
            Ok(_) => self.written(),
            Err((error, _)) => self.lost(error),
        }
    }
}
