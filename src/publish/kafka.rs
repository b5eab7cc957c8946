//! Publishing to Kafka: passes from the outbox.
//!
//! On a thread of its own, apart from the fold. Order within a key is kept by one request in flight, so that the last record
//! under a key is the newest even after a retry; a record that cannot be delivered is given back as its subject.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, DeliveryResult, Producer, ProducerContext};

use super::records::{Encoding, OutRecord};
use crate::board::{Outbox, Pass, Subject};
use crate::connection::{Refused, client};
use crate::domain::event::Millis;

/// How long the publisher waits for a pass before it serves delivery reports again.
const PASS_WAIT: Duration = Duration::from_millis(20);
/// How long a full queue is waited for at a time.
const ROOM_WAIT: Duration = Duration::from_millis(50);

/// What may be overridden by the configuration.
const DEFAULTS: [(&str, &str); 9] = [
    ("client.id", "cxpulse"),
    ("acks", "all"),
    ("linger.ms", "5"),
    ("compression.type", "lz4"),
    // A live state names every owned conversation.
    ("message.max.bytes", "16777216"),
    ("queue.buffering.max.kbytes", "131072"),
    // After this the record is given back, and made anew.
    ("message.timeout.ms", "30000"),
    ("reconnect.backoff.max.ms", "2000"),
    ("socket.keepalive.enable", "true"),
];

/// What may not.
const FIXED: [(&str, &str); 2] = [
    // Java producers place keys likewise; with another rule a key would be on two partitions.
    ("partitioner", "murmur2_random"),
    // A retry must not overtake the record behind it.
    ("max.in.flight.requests.per.connection", "1"),
];

/// Counts of what was published since the process began; they never fall.
#[derive(Debug, Default)]
pub struct Published {
    delivered: AtomicU64,
    failed: AtomicU64,
    /// Of the latest pass that reached the topics.
    as_of: AtomicI64,
}

impl Published {
    /// Records the brokers have acknowledged.
    #[must_use]
    pub fn delivered(&self) -> u64 {
        self.delivered.load(Ordering::Relaxed)
    }

    /// Records they have not, each of which is made again.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    /// The moment of the latest record acknowledged; 0 before the first.
    #[must_use]
    pub fn as_of(&self) -> Millis {
        self.as_of.load(Ordering::Relaxed)
    }
}

/// What becomes of a delivery: told on the publisher's thread.
pub type OnDelivered = Box<dyn Fn(&Sent, Millis) + Send + Sync>;

/// What went out with a record.
#[derive(Debug)]
pub struct Sent {
    /// What it is about.
    pub subject: Subject,
    /// The moment of its numbers.
    pub as_of: Millis,
    /// When the oldest event behind its pass was written.
    pub oldest_record: Option<Millis>,
}

/// Writes passes to the topics out.
pub struct Publisher {
    producer: BaseProducer<Reports>,
    encoding: Encoding,
    outbox: Arc<Outbox>,
}

impl std::fmt::Debug for Publisher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Publisher").field("encoding", &self.encoding).finish_non_exhaustive()
    }
}

impl Publisher {
    /// A publisher to the brokers that `connection` names; `on_delivered` learns of every acknowledgement, with the
    /// time `clock` tells then.
    ///
    /// # Errors
    /// When librdkafka refuses a setting. Brokers are not asked for.
    pub fn new(
        connection: &[(String, String)],
        encoding: Encoding,
        outbox: Arc<Outbox>,
        published: Arc<Published>,
        clock: fn() -> Millis,
        on_delivered: OnDelivered,
    ) -> Result<Self, Refused> {
        let reports = Reports { outbox: outbox.clone(), published, clock, on_delivered, trouble: Trouble::default() };
        Ok(Self { producer: client(&DEFAULTS, connection, &FIXED, reports)?, encoding, outbox })
    }

    /// Publishes until the outbox is closed and empty, then gives what is on its way at most `grace` to arrive.
    pub fn run(&self, grace: Duration) {
        while !self.outbox.is_finished() {
            if let Some(pass) = self.outbox.take(PASS_WAIT) {
                self.publish(&pass);
            }
            self.producer.poll(Duration::ZERO);
        }
        if self.producer.flush(grace).is_err() {
            tracing::warn!("{} records were not published before the end", self.producer.in_flight_count());
        }
    }

    /// Hands every record of a pass to librdkafka, at the pace at which its queue takes them.
    fn publish(&self, pass: &Pass) {
        let headers = OwnedHeaders::new()
            .insert(Header { key: "content-type", value: Some(self.encoding.format.content_type()) });
        for record in self.encoding.records(pass) {
            self.send(record, pass, &headers);
        }
    }

    fn send(&self, record: OutRecord<'_>, pass: &Pass, headers: &OwnedHeaders) {
        let OutRecord { topic, key, value, subject } = record;
        let sent = Box::new(Sent { subject, as_of: pass.as_of, oldest_record: pass.oldest_record });
        let mut out = BaseRecord::with_opaque_to(topic, sent).key(&key).headers(headers.clone());
        out.payload = value.as_deref();
        while let Err((error, unsent)) = self.producer.send(out) {
            if error.rdkafka_error_code() != Some(RDKafkaErrorCode::QueueFull) {
                self.producer.context().failed(topic, &error, unsent.delivery_opaque);
                return;
            }
            // Deliveries, and in the worst case their time-out, make room.
            self.producer.poll(ROOM_WAIT);
            out = unsent;
        }
    }
}

/// Whether a failed record is worth another try: not if it can never be taken.
fn is_worth_retrying(error: &KafkaError) -> bool {
    !matches!(
        error.rdkafka_error_code(),
        Some(RDKafkaErrorCode::MessageSizeTooLarge | RDKafkaErrorCode::InvalidMessageSize)
    )
}

/// One log line per change between "records arrive" and "they do not".
#[derive(Debug, Default)]
pub(super) struct Trouble {
    failing: std::sync::atomic::AtomicBool,
}

impl Trouble {
    pub(super) fn begins(&self) -> bool {
        !self.failing.swap(true, Ordering::Relaxed)
    }

    pub(super) fn ends(&self) -> bool {
        self.failing.load(Ordering::Relaxed) && self.failing.swap(false, Ordering::Relaxed)
    }
}

struct Reports {
    outbox: Arc<Outbox>,
    published: Arc<Published>,
    clock: fn() -> Millis,
    on_delivered: OnDelivered,
    trouble: Trouble,
}

impl Reports {
    fn delivered(&self, sent: &Sent) {
        self.published.delivered.fetch_add(1, Ordering::Relaxed);
        self.published.as_of.fetch_max(sent.as_of, Ordering::Relaxed);
        (self.on_delivered)(sent, (self.clock)());
        if self.trouble.ends() {
            tracing::info!("records are published again");
        }
    }

    #[expect(clippy::boxed_local, reason = "it comes from librdkafka in its box")]
    fn failed(&self, topic: &str, error: &KafkaError, sent: Box<Sent>) {
        self.published.failed.fetch_add(1, Ordering::Relaxed);
        if self.trouble.begins() {
            tracing::warn!("records on {topic} cannot be published ({error}); each is made again until it can");
        }
        if is_worth_retrying(error) {
            self.outbox.give_back(sent.subject);
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
    type DeliveryOpaque = Box<Sent>;

    fn delivery(&self, result: &DeliveryResult<'_>, sent: Box<Sent>) {
        match result {
            Ok(_) => self.delivered(&sent),
            Err((error, message)) => self.failed(rdkafka::Message::topic(message), error, sent),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::records::Format;
    use crate::publish::topics::OutputTopics;

    fn reports(outbox: &Arc<Outbox>) -> Reports {
        Reports {
            outbox: outbox.clone(),
            published: Arc::default(),
            clock: || 0,
            on_delivered: Box::new(|_, _| {}),
            trouble: Trouble::default(),
        }
    }

    fn sent() -> Box<Sent> {
        Box::new(Sent { subject: Subject::Live(Arc::from("a")), as_of: 9, oldest_record: None })
    }

    #[test]
    fn a_failed_record_is_counted_and_its_subject_given_back() {
        let outbox = Arc::new(Outbox::default());
        let reports = reports(&outbox);
        reports.failed("t", &KafkaError::MessageProduction(RDKafkaErrorCode::MessageTimedOut), sent());
        reports.delivered(&sent());
        let published = &reports.published;
        assert_eq!((published.failed(), published.delivered(), published.as_of()), (1, 1, 9));
        assert_eq!(outbox.take_failed().len(), 1);
    }

    #[test]
    fn a_record_that_can_never_be_taken_is_not_tried_for_ever() {
        let outbox = Arc::new(Outbox::default());
        reports(&outbox).failed("t", &KafkaError::MessageProduction(RDKafkaErrorCode::MessageSizeTooLarge), sent());
        assert!(outbox.take_failed().is_empty());
    }

    #[test]
    fn trouble_is_told_once_and_its_end_once() {
        let trouble = Trouble::default();
        assert!(!trouble.ends());
        assert_eq!([trouble.begins(), trouble.begins()], [true, false]);
        assert_eq!([trouble.ends(), trouble.ends()], [true, false]);
    }

    #[test]
    fn librdkafka_takes_the_settings_and_names_one_it_does_not_know() {
        let encoding = Encoding { windows: vec![5], format: Format::Json, topics: OutputTopics::new("cxpulse") };
        let publisher = |key: &str| {
            let connection = [("bootstrap.servers".into(), "127.0.0.1:1".into()), (key.into(), "1".into())];
            let (outbox, published) = (Arc::default(), Arc::default());
            Publisher::new(&connection, encoding.clone(), outbox, published, || 0, Box::new(|_, _| {}))
        };
        assert!(publisher("linger.ms").is_ok());
        assert!(publisher("no.such.setting").expect_err("is refused").to_string().contains("no.such.setting"));
    }
}
