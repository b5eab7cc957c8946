//! Publishing to Kafka: passes from the outbox.
//!
//! On a thread of its own, apart from the fold. Order within a key is kept by one request in flight, so that the last record
//! under a key is the newest even after a retry; a record that cannot be delivered is given back as its subject, unless it
//! is too large for its topic.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::BaseRecord;

use super::records::{Encoding, OutRecord};
use crate::board::{Outbox, Pass, Subject};
use crate::connection::Refused;
use crate::connection::producer::{Failure, Matters, Producer, Reports};
use crate::connection::trouble::Trouble;
use crate::domain::event::Millis;

/// How long the publisher waits for a pass before it serves delivery reports again.
const PASS_WAIT: Duration = Duration::from_millis(20);
/// How long a full queue is waited for at a time.
const ROOM_WAIT: Duration = Duration::from_millis(50);

/// What may be overridden by the configuration.
const DEFAULTS: [(&str, &str); 8] = [
    ("client.id", "cxpulse"),
    ("acks", "all"),
    ("linger.ms", "5"),
    ("compression.type", "lz4"),
    // A live state names every owned conversation.
    ("message.max.bytes", "16777216"),
    ("queue.buffering.max.kbytes", "131072"),
    ("reconnect.backoff.max.ms", "2000"),
    ("socket.keepalive.enable", "true"),
];

/// What may not.
const FIXED: [(&str, &str); 3] = [
    // Java producers place keys likewise; with another rule a key would be on two partitions.
    ("partitioner", "murmur2_random"),
    // A retry must not overtake the record behind it.
    ("max.in.flight.requests.per.connection", "1"),
    // After this the record is given back, and made anew. Dead letters wait for longer: one value would not do for both.
    ("message.timeout.ms", "30000"),
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

    /// Records they have not. Each is made again, but for those that are too large for their topic.
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
    /// Under which key.
    pub key: String,
    /// The moment of its numbers.
    pub as_of: Millis,
    /// When the oldest event behind its pass was written.
    pub oldest_record: Option<Millis>,
}

/// Writes passes to the topics out.
pub struct Publisher {
    producer: Producer<Deliveries>,
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
        let deliveries = Deliveries {
            outbox: outbox.clone(),
            published,
            clock,
            on_delivered,
            trouble: Trouble::default(),
            too_large: Mutex::default(),
        };
        let producer = Producer::new(&DEFAULTS, connection, &FIXED, Matters::LastOfKey, deliveries)?;
        Ok(Self { producer, encoding, outbox })
    }

    /// Publishes until the outbox is closed and empty, then gives what is on its way at most `grace` to arrive.
    pub fn run(&self, grace: Duration) {
        while !self.outbox.is_finished() {
            if let Some(pass) = self.outbox.take(PASS_WAIT) {
                self.publish(&pass);
            }
            self.producer.poll(Duration::ZERO);
        }
        if let Err(left) = self.producer.flush(grace) {
            tracing::warn!("{left} records were not published before the end");
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
        let sent = Sent { subject, key, as_of: pass.as_of, oldest_record: pass.oldest_record };
        let key = sent.key.clone();
        let mut out = BaseRecord::with_opaque_to(topic, Box::new(sent)).headers(headers.clone());
        (out.key, out.payload) = (Some(key.as_bytes()), value.as_deref());
        while let Err(unsent) = self.producer.send(out) {
            // Deliveries, and in the worst case their time-out, make room.
            self.producer.poll(ROOM_WAIT);
            out = unsent;
        }
    }
}

/// What becomes of deliveries.
struct Deliveries {
    outbox: Arc<Outbox>,
    published: Arc<Published>,
    clock: fn() -> Millis,
    on_delivered: OnDelivered,
    trouble: Trouble,
    /// Topics and keys of records that were named as too large, and have not shrunk since.
    too_large: Mutex<BTreeSet<(String, String)>>,
}

/// So many are remembered, and so named once; of more, each is named.
const TOO_LARGE_MOST: usize = 10_000;

impl Deliveries {
    /// A record that is too large today is so again at the next pass, and that is no news.
    fn give_up(&self, failure: &Failure<'_>, key: String) {
        let Failure { topic, bytes, .. } = *failure;
        let mut named = self.too_large.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = (topic.to_owned(), key);
        if named.contains(&entry) {
            return;
        }
        tracing::warn!(
            "{topic}: the record of {} is too large ({bytes} bytes) and is not published; right would be a greater \
             max.message.bytes",
            entry.1
        );
        if named.len() < TOO_LARGE_MOST {
            named.insert(entry);
        }
    }

    fn fits(&self, topic: &str, key: &str) {
        let mut named = self.too_large.lock().unwrap_or_else(PoisonError::into_inner);
        if !named.is_empty() {
            named.remove(&(topic.to_owned(), key.to_owned()));
        }
    }
}

impl Reports for Deliveries {
    type About = Sent;

    fn delivered(&self, topic: &str, partition: i32, sent: &Sent) {
        self.published.delivered.fetch_add(1, Ordering::Relaxed);
        self.published.as_of.fetch_max(sent.as_of, Ordering::Relaxed);
        (self.on_delivered)(sent, (self.clock)());
        self.fits(topic, &sent.key);
        for group in self.trouble.ends(topic, partition) {
            tracing::info!("records on {group} are published again");
        }
    }

    fn failed(&self, failure: &Failure<'_>, sent: Sent) {
        self.published.failed.fetch_add(1, Ordering::Relaxed);
        if failure.is_too_large() {
            return self.give_up(failure, sent.key);
        }
        let Failure { topic, partition, error, .. } = failure;
        let group = failure.group();
        if self.trouble.begins(group.clone(), topic, *partition) {
            tracing::warn!("records on {group} cannot be published ({error}); each is made again until it can");
        }
        self.outbox.give_back(sent.subject);
    }
}

#[cfg(test)]
mod tests {
    use rdkafka::error::{KafkaError, RDKafkaErrorCode};

    use super::*;
    use crate::publish::records::Format;
    use crate::publish::topics::OutputTopics;

    fn deliveries(outbox: &Arc<Outbox>) -> Deliveries {
        Deliveries {
            outbox: outbox.clone(),
            published: Arc::default(),
            clock: || 0,
            on_delivered: Box::new(|_, _| {}),
            trouble: Trouble::default(),
            too_large: Mutex::default(),
        }
    }

    fn sent() -> Sent {
        Sent { subject: Subject::Live(Arc::from("a")), key: "a".to_owned(), as_of: 9, oldest_record: None }
    }

    fn fail(deliveries: &Deliveries, code: RDKafkaErrorCode) {
        let error = KafkaError::MessageProduction(code);
        deliveries.failed(&Failure { topic: "t", partition: 0, error: &error, bytes: 7 }, sent());
    }

    #[test]
    fn a_failed_record_is_counted_and_its_subject_given_back() {
        let outbox = Arc::new(Outbox::default());
        let deliveries = deliveries(&outbox);
        fail(&deliveries, RDKafkaErrorCode::MessageTimedOut);
        deliveries.delivered("t", 0, &sent());
        let published = &deliveries.published;
        assert_eq!((published.failed(), published.delivered(), published.as_of()), (1, 1, 9));
        assert_eq!(outbox.take_failed().len(), 1);
    }

    #[test]
    fn a_record_that_is_too_large_by_itself_is_counted_and_not_tried_for_ever() {
        let outbox = Arc::new(Outbox::default());
        let deliveries = deliveries(&outbox);
        let named = || deliveries.too_large.lock().expect("nobody panicked").len();
        fail(&deliveries, RDKafkaErrorCode::MessageSizeTooLarge);
        fail(&deliveries, RDKafkaErrorCode::MessageSizeTooLarge);
        assert_eq!((deliveries.published.failed(), named()), (2, 1));
        assert!(outbox.take_failed().is_empty());
        deliveries.delivered("t", 0, &sent());
        assert_eq!(named(), 0, "it fits again, so that it would be news if it did not");
    }

    #[test]
    fn librdkafka_takes_the_settings_and_names_one_it_does_not_know() {
        let encoding = Encoding {
            windows: vec![5],
            agent_windows: vec![5],
            format: Format::Json,
            topics: OutputTopics::new("cxpulse"),
        };
        let publisher = |key: &str| {
            let connection = [("bootstrap.servers".into(), "127.0.0.1:1".into()), (key.into(), "1".into())];
            let (outbox, published) = (Arc::default(), Arc::default());
            Publisher::new(&connection, encoding.clone(), outbox, published, || 0, Box::new(|_, _| {}))
        };
        assert!(publisher("linger.ms").is_ok());
        assert!(publisher("queue.buffering.max.ms").is_ok(), "by its other name, also where records go alone");
        for ours in ["max.in.flight", "delivery.timeout.ms", "allow.auto.create.topics"] {
            assert_eq!(publisher(ours).expect_err("is refused"), Refused::Ours(ours.to_owned()));
        }
        assert!(publisher("no.such.setting").expect_err("is refused").to_string().contains("no.such.setting"));
    }
}
