//! A producer whose records do not suffer for one another: what brokers refuse together is sent again one by one.
//!
//! librdkafka packs records into batches without knowing how large a batch the topic takes. Where that is little, a
//! broker refuses a batch of records each of which would fit. Every one of them goes again by itself, through a second
//! producer that packs none together; only what is refused there is too large.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rdkafka::Message as _;
use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, OwnedMessage};
use rdkafka::producer::{BaseProducer, BaseRecord, DeliveryResult, Producer as _, ProducerContext};

use super::trouble::Group;
use super::{Refused, client, name_of};

/// How long the reports of one producer are served at a time, while there are any to come.
const PAUSE: Duration = Duration::from_millis(10);

/// What makes a producer pack no records together, and not wait for more of them.
const ALONE: [(&str, &str); 2] = [("batch.num.messages", "1"), ("linger.ms", "0")];

/// What no producer of ours may do: a topic made by the way has the brokers' layout, and not the one it needs.
const NEVER: [(&str, &str); 1] = [("allow.auto.create.topics", "false")];

/// A record on its way, and what its sender wants to know it by.
pub type Outgoing<'a, A> = BaseRecord<'a, [u8], [u8], Box<A>>;

/// Learns what became of records.
pub trait Reports: Send + Sync + 'static {
    /// What a record is known by.
    type About: Send + Sync + 'static;

    /// A broker has taken it, into this partition of the topic.
    fn delivered(&self, topic: &str, partition: i32, about: &Self::About);

    /// No broker takes it.
    fn failed(&self, failure: &Failure<'_>, about: Self::About);
}

/// A record that was not taken, and why.
#[derive(Debug, Clone, Copy)]
pub struct Failure<'a> {
    /// Where it was to go.
    pub topic: &'a str,
    /// To which partition; -1 where none was chosen yet.
    pub partition: i32,
    /// What librdkafka says.
    pub error: &'a KafkaError,
    /// Of key and value.
    pub bytes: usize,
}

impl Failure<'_> {
    /// Whether the record alone is larger than its topic takes, so that sending it again is of no use.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        is_too_large(self.error)
    }

    /// Who is at fault.
    #[must_use]
    pub fn group(&self) -> Group {
        match self.error.rdkafka_error_code() {
            Some(RDKafkaErrorCode::MessageTimedOut) => Group::Brokers,
            _ => Group::Topic(self.topic.to_owned()),
        }
    }
}

/// Which of the records that are sent again matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matters {
    /// Every one.
    Each,
    /// The last of each key. None is sent again after a later one has arrived, nor overtaken by one.
    LastOfKey,
}

/// Sends records in batches, and one by one what is refused so.
pub struct Producer<R: Reports> {
    together: BaseProducer<Context<R>>,
    alone: BaseProducer<Context<R>>,
    shared: Arc<Shared<R>>,
}

impl<R: Reports> std::fmt::Debug for Producer<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Producer").finish_non_exhaustive()
    }
}

impl<R: Reports> Producer<R> {
    /// A producer with these properties, as [`client`] lays them over each other.
    ///
    /// # Errors
    /// When librdkafka refuses a property. Brokers are not asked for.
    pub fn new(
        defaults: &[(&str, &str)],
        connection: &[(String, String)],
        fixed: &[(&str, &str)],
        matters: Matters,
        reports: R,
    ) -> Result<Self, Refused> {
        let refused = Mutex::new(BTreeMap::new());
        let shared = Arc::new(Shared { reports, matters, refused, any_refused: AtomicBool::new(false) });
        let context = |alone| Context { alone, shared: shared.clone() };
        let fixed = [fixed, &NEVER].concat();
        let together = client(defaults, connection, &fixed, context(false))?;
        // How records are packed is the configuration's to say, but for those that go alone.
        let is_of_packing = |key: &str| ALONE.iter().any(|(ours, _)| *ours == name_of(key));
        let unpacked: Vec<_> = connection.iter().filter(|(key, _)| !is_of_packing(key)).cloned().collect();
        let alone = client(defaults, &unpacked, &[&fixed[..], &ALONE].concat(), context(true))?;
        Ok(Self { together, alone, shared })
    }

    /// Who learns of deliveries.
    pub fn reports(&self) -> &R {
        &self.shared.reports
    }

    /// Hands a record over, or gives it back while there is no room for it. What cannot be sent at all is reported.
    ///
    /// # Errors
    /// The record, where there is no room.
    pub fn send<'a>(&self, record: Outgoing<'a, R::About>) -> Result<(), Outgoing<'a, R::About>> {
        if self.shared.matters == Matters::LastOfKey {
            self.settle();
        }
        self.hand_over(&self.together, record)
    }

    /// Serves reports for so long, and sends again what they say was refused.
    pub fn poll(&self, wait: Duration) {
        self.together.poll(wait);
        serve(&self.alone);
        match self.shared.matters {
            Matters::Each => self.send_again(),
            Matters::LastOfKey => self.settle(),
        }
    }

    /// Waits at most `grace` for everything to arrive; how many records did not.
    ///
    /// # Errors
    /// Their number.
    pub fn flush(&self, grace: Duration) -> Result<(), usize> {
        // What is late is counted below.
        let _late = self.together.flush(grace / 2);
        self.send_again();
        let _late = self.alone.flush(grace / 2);
        let on_the_way = self.together.in_flight_count() + self.alone.in_flight_count();
        let left = on_the_way.unsigned_abs() as usize + self.shared.refused().len();
        if left == 0 { Ok(()) } else { Err(left) }
    }

    /// Waits until nothing that was refused is left, so that no later record comes before an earlier one of its key. It
    /// ends, because records that nobody takes fail after a time.
    fn settle(&self) {
        while self.shared.any_refused.load(Ordering::Relaxed) {
            serve(&self.together);
            serve(&self.alone);
            // What is still under way may be refused as well, or be what makes an earlier one needless.
            if self.together.in_flight_count() == 0 {
                self.send_again();
            }
            let settled = self.alone.in_flight_count() == 0 && self.shared.refused().is_empty();
            self.shared.any_refused.store(!settled, Ordering::Relaxed);
        }
    }

    fn send_again(&self) {
        // The lock is not held while sending, since that may report.
        while let Some((slot, record)) = self.shared.take() {
            if let Err(record) = self.send_alone(record) {
                self.shared.refused().insert(slot, record);
                return;
            }
        }
    }

    fn send_alone(&self, record: SentAgain<R::About>) -> Result<(), SentAgain<R::About>> {
        let SentAgain { message, about } = record;
        let mut again = BaseRecord::with_opaque_to(message.topic(), about);
        (again.key, again.payload) = (message.key(), message.payload());
        again.headers = message.headers().cloned();
        let full = self.hand_over(&self.alone, again).err().map(|unsent| unsent.delivery_opaque);
        full.map_or(Ok(()), |about| Err(SentAgain { message, about }))
    }

    fn hand_over<'a>(
        &self,
        producer: &BaseProducer<Context<R>>,
        record: Outgoing<'a, R::About>,
    ) -> Result<(), Outgoing<'a, R::About>> {
        let Err((error, unsent)) = producer.send(record) else { return Ok(()) };
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::QueueFull) {
            return Err(unsent);
        }
        let bytes = unsent.key.map_or(0, <[u8]>::len) + unsent.payload.map_or(0, <[u8]>::len);
        let failure = Failure { topic: unsent.topic, partition: NO_PARTITION, error: &error, bytes };
        self.shared.reports.failed(&failure, *unsent.delivery_opaque);
        Ok(())
    }
}

/// A poll of no time serves one report, and what goes alone is reported alone.
fn serve<R: Reports>(producer: &BaseProducer<Context<R>>) {
    if producer.in_flight_count() > 0 {
        producer.poll(PAUSE);
    }
}

const NO_PARTITION: i32 = -1;

/// A record that was refused in a batch.
struct SentAgain<A> {
    message: OwnedMessage,
    about: Box<A>,
}

/// Where a refused record waits: by number where each matters, else by topic and key.
type Slot = (usize, String, Vec<u8>);

struct Shared<R: Reports> {
    reports: R,
    matters: Matters,
    refused: Mutex<BTreeMap<Slot, SentAgain<R::About>>>,
    /// Whether anything was refused and not yet settled: looked at for every record, without a lock.
    any_refused: AtomicBool,
}

impl<R: Reports> Shared<R> {
    fn refused(&self) -> MutexGuard<'_, BTreeMap<Slot, SentAgain<R::About>>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<(Slot, SentAgain<R::About>)> {
        self.refused().pop_first()
    }

    fn keep(&self, message: &BorrowedMessage<'_>, about: Box<R::About>) {
        let mut refused = self.refused();
        let slot = match self.matters {
            Matters::Each => {
                (refused.last_key_value().map_or(0, |((number, ..), _)| number + 1), String::new(), vec![])
            }
            Matters::LastOfKey => slot_of_key(message),
        };
        refused.insert(slot, SentAgain { message: message.detach(), about });
        self.any_refused.store(true, Ordering::Relaxed);
    }

    fn delivered(&self, message: &BorrowedMessage<'_>, about: &R::About) {
        // Reports of a partition come in its order, so that this record is later than one of its key that waits.
        if self.matters == Matters::LastOfKey && self.any_refused.load(Ordering::Relaxed) {
            self.refused().remove(&slot_of_key(message));
        }
        self.reports.delivered(message.topic(), message.partition(), about);
    }
}

fn slot_of_key(message: &BorrowedMessage<'_>) -> Slot {
    (0, message.topic().to_owned(), message.key().unwrap_or_default().to_vec())
}

struct Context<R: Reports> {
    alone: bool,
    shared: Arc<Shared<R>>,
}

impl<R: Reports> ClientContext for Context<R> {
    /// The source reports the state of the brokers, in one line per change.
    fn log(&self, _level: RDKafkaLogLevel, facility: &str, message: &str) {
        tracing::debug!(target: "librdkafka", "{facility}: {message}");
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(target: "librdkafka", "{error}: {reason}");
    }
}

impl<R: Reports> ProducerContext for Context<R> {
    type DeliveryOpaque = Box<R::About>;

    fn delivery(&self, result: &DeliveryResult<'_>, about: Box<R::About>) {
        match result {
            Ok(message) => self.shared.delivered(message, &about),
            Err((error, message)) if !self.alone && is_too_large(error) => self.shared.keep(message, about),
            Err((error, message)) => {
                let bytes = message.key_len() + message.payload_len();
                let failure = Failure { topic: message.topic(), partition: message.partition(), error, bytes };
                self.shared.reports.failed(&failure, *about);
            }
        }
    }
}

/// Brokers have two words for it, and librdkafka a third.
fn is_too_large(error: &KafkaError) -> bool {
    matches!(
        error.rdkafka_error_code(),
        Some(
            RDKafkaErrorCode::MessageSizeTooLarge
                | RDKafkaErrorCode::MessageBatchTooLarge
                | RDKafkaErrorCode::InvalidMessageSize
        )
    )
}
