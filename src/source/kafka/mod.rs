//! Events from Kafka: every partition of the input topics, from the earliest offset, read by itself.
//!
//! `assignment = "all"`: no consumer group decides anything and nothing is committed, because the fold does not mind
//! reading a record again. One thread polls, merges what it gets of all partitions by when it was written, and hands it
//! over in batches through a bounded channel, so that a slow fold slows the reading down and nothing piles up.

mod brokers;
pub(super) mod client;
pub(super) mod headers;
mod inbox;
mod merge;
mod partitions;
mod positions;
mod standing;
mod topic_ids;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use rdkafka::Offset;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use self::client::Watch;
use self::headers::HeaderBytes;
use self::inbox::{Inbox, Taken};
use self::merge::Merge;
use self::positions::{Partition, Positions};
use self::standing::Standing;
use self::topic_ids::Question;
use super::Feed;
use super::status::SourceStatus;
use crate::connection::{self, Refused};
use crate::domain::event::Millis;
use crate::wire::batch::{Arrival, Position, RecordBatch};

/// A batch is handed over when it holds so many records …
const BATCH_RECORDS: usize = 512;
/// … or so many bytes, or nothing more is there.
const BATCH_BYTES: usize = 120 << 10;
/// How long a poll waits for a record, where there is nothing to hand over or an earlier one may come.
const POLL_WAIT: Duration = Duration::from_millis(POLL_WAIT_MS.unsigned_abs());
/// The same in milliseconds.
const POLL_WAIT_MS: Millis = 100;
/// How often positions, brokers and lag are looked at.
const LOOK_EVERY_MS: Millis = 250;
/// How often a partition is looked at, one after the other.
const AUDIT_EVERY_MS: Millis = 1_000;
/// How often new partitions are looked for.
const DISCOVER_EVERY_MS: Millis = 30_000;

/// How the topics are laid out, as somebody else has looked at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// They can be read; of what is not as it should be, a line each.
    Fine(Vec<String>),
    /// Reading them would give wrong numbers; why, and what would be right.
    Wrong(String),
    /// The brokers did not answer; why.
    Away(String),
}

/// Looks at the topics once the brokers answer, before anything is read. It knows of settings what the source does not.
pub struct TopicCheck(pub Box<dyn Fn() -> Checked + Send>);

impl std::fmt::Debug for TopicCheck {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TopicCheck")
    }
}

/// What the source needs to know.
#[derive(Debug)]
pub struct KafkaSourceSettings {
    /// librdkafka's properties: the brokers, and what they ask for.
    pub connection: Vec<(String, String)>,
    /// The input topics.
    pub topics: Vec<String>,
    /// Topics that others will need: reported with the input topics when missing.
    pub also_needed: Vec<String>,
    /// Whether they are laid out well.
    pub check: TopicCheck,
    /// Go on after offsets that no longer exist.
    pub accept_gap: bool,
    /// The wall clock.
    pub clock: fn() -> Millis,
}

/// Why the source stopped by itself.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// librdkafka refuses a setting.
    #[error("{0}")]
    Settings(Refused),
    /// Topics are missing.
    #[error("topics {} do not exist at {brokers}; create them with `cxpulse topics create`, or correct their names", .topics.join(", "))]
    MissingTopics {
        /// Which.
        topics: Vec<String>,
        /// Where.
        brokers: String,
    },
    /// Topics are not what they should be.
    #[error("{0}")]
    WrongTopics(String),
    /// Offsets no longer exist.
    #[error(
        "{topic}/{partition}: offset {wanted} comes next, but only {first} to {end} are there (retention, or a topic \
         made anew); events are lost, so the numbers would be wrong: restart to read what there is, or go on over the \
         gap with --accept-gap"
    )]
    Gap {
        /// Of this topic.
        topic: String,
        /// In this partition.
        partition: i32,
        /// What was to come next.
        wanted: i64,
        /// The earliest there is.
        first: i64,
        /// The end of what there is.
        end: i64,
    },
    /// A topic has the name of one that was read, and is another.
    #[error(
        "{topic} was made anew: what is there now is not what was read, so the numbers would be wrong: restart to read \
         what there is, or go on with it with --accept-gap"
    )]
    MadeAnew {
        /// Its name.
        topic: String,
    },
    /// librdkafka cannot go on.
    #[error("Kafka client: {0}; restart cxpulse")]
    Fatal(KafkaError),
}

impl SourceError {
    /// Whether it is the configuration or the topics' layout that is wrong: exit status 2.
    #[must_use]
    pub fn is_configuration(&self) -> bool {
        matches!(self, Self::Settings(_) | Self::MissingTopics { .. } | Self::WrongTopics(_))
    }
}

/// Reads until `stop` is set or nobody listens to `out` any more.
///
/// # Errors
/// When settings or topics are wrong, offsets are gone, or librdkafka gives up. A silent broker is no error.
pub fn run(
    settings: KafkaSourceSettings,
    out: SyncSender<Feed>,
    status: Arc<SourceStatus>,
    stop: &AtomicBool,
) -> Result<(), SourceError> {
    let mut reader = Reader::new(settings, out, status, stop)?;
    while !reader.stopped() && !reader.begin()? {}
    while !reader.stopped() && reader.step()? {}
    Ok(())
}

struct Reader<'a> {
    settings: KafkaSourceSettings,
    topics: Arc<[String]>,
    consumer: Arc<BaseConsumer<Watch>>,
    /// What the consumer has fetched.
    inbox: Inbox<Watch>,
    /// How far what was handed over goes.
    positions: Positions,
    /// What was polled and not handed over.
    merge: Merge,
    out: SyncSender<Feed>,
    status: Arc<SourceStatus>,
    stop: &'a AtomicBool,
    looked_at: Millis,
    discovered_at: Millis,
    /// The partition that was looked at last.
    audited: Partition,
    audited_at: Millis,
    standing: Standing,
    /// When the brokers were asked last how they and the topics stand.
    asked_at: Millis,
    /// What they have been asked and have not answered yet.
    question: Option<Question<Watch>>,
    /// Since when a partition has no leader that is connected.
    leaderless_since: Option<Millis>,
}

impl<'a> Reader<'a> {
    fn new(
        settings: KafkaSourceSettings,
        out: SyncSender<Feed>,
        status: Arc<SourceStatus>,
        stop: &'a AtomicBool,
    ) -> Result<Self, SourceError> {
        let topics: Arc<[String]> = Arc::from(settings.topics.clone());
        let consumer = Arc::new(client::consumer(&settings.connection).map_err(SourceError::Settings)?);
        let discovered_at = (settings.clock)();
        status.begin(discovered_at);
        Ok(Self {
            standing: Standing::new(topics.len()),
            inbox: Inbox::of(&consumer, &topics),
            settings,
            topics,
            consumer,
            positions: Positions::default(),
            merge: Merge::default(),
            out,
            status,
            stop,
            looked_at: 0,
            discovered_at,
            audited: (usize::MAX, 0),
            audited_at: discovered_at,
            asked_at: 0,
            question: None,
            leaderless_since: None,
        })
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// One batch and what goes with it; false when nobody listens any more.
    fn step(&mut self) -> Result<bool, SourceError> {
        let trouble = self.poll();
        if !self.hand_over() {
            return Ok(false);
        }
        if let Some(error) = trouble {
            self.handle(&error)?;
        }
        let now = (self.settings.clock)();
        if now - self.looked_at < LOOK_EVERY_MS {
            return Ok(true);
        }
        // They are of a moment between the two looks: the earlier one promises less.
        if let Some(ends) = self.consumer.context().take_ends() {
            self.status.note_ends(&ends, self.looked_at);
        }
        self.looked_at = now;
        self.look(now)
    }

    /// Takes what is there, a batch of it, and more while an earlier record may come; ends early at an error.
    fn poll(&mut self) -> Option<KafkaError> {
        let merge = &mut self.merge;
        let trouble = match self.consumer.poll(Duration::ZERO) {
            None => None,
            Some(Err(error)) => Some(error),
            Some(Ok(message)) => {
                self.inbox.read(&message, |arrival, headers| merge.push(arrival, headers));
                None
            }
        };
        let mut polled = 0;
        // In all: others may trickle in for as long as one partition is silent.
        let mut waits_until = trouble.is_some().then_some(0);
        while !self.merge.is_full() && (polled < BATCH_RECORDS || self.merge.is_waiting()) {
            let wait = if self.merge.is_empty() || self.merge.is_waiting() {
                let now = (self.settings.clock)();
                let until = *waits_until.get_or_insert(now + POLL_WAIT_MS);
                Duration::from_millis((until - now).clamp(0, POLL_WAIT_MS).unsigned_abs())
            } else {
                Duration::ZERO
            };
            let merge = &mut self.merge;
            let push = |arrival: &Arrival<'_>, headers: HeaderBytes<'_>| merge.push(arrival, headers);
            let Taken { count, trouble } = self.inbox.take(BATCH_RECORDS, wait, push);
            if trouble.is_some() {
                return trouble;
            }
            if count == 0 {
                break;
            }
            polled += count;
        }
        // What is waited for did not come in time, or there is no room.
        self.merge.give_up();
        trouble
    }

    /// Hands over a batch of the earliest records, if there are any; false when nobody listens any more.
    fn hand_over(&mut self) -> bool {
        let (records, bytes) = (self.merge.len().min(BATCH_RECORDS), self.merge.bytes().min(BATCH_BYTES));
        let mut batch = RecordBatch::with_capacity(self.topics.clone(), records, bytes);
        while batch.len() < BATCH_RECORDS && batch.bytes() < BATCH_BYTES && self.merge.pop(&mut batch) {}
        for position in batch.positions() {
            self.positions.advance((position.topic, position.partition), position.next);
        }
        self.status.add_records(batch.len() as u64);
        batch.is_empty() || self.out.send(Feed::Records(batch)).is_ok()
    }

    /// Hands over everything, before what is read changes: what comes then may be of other offsets.
    fn hand_over_all(&mut self) {
        self.merge.give_up();
        // Whether anybody listens is noticed at the next step.
        while !self.merge.is_empty() && self.hand_over() {}
    }

    fn handle(&mut self, error: &KafkaError) -> Result<(), SourceError> {
        if let KafkaError::MessageConsumptionFatal(_) = error {
            return Err(SourceError::Fatal(error.clone()));
        }
        self.hand_over_all();
        match error.rdkafka_error_code() {
            Some(RDKafkaErrorCode::AutoOffsetReset | RDKafkaErrorCode::OffsetOutOfRange) => self.look_for_gaps(),
            // The brokers are asked what is true of it before anything is said.
            Some(RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic) => {
                self.asked_at = 0;
                Ok(())
            }
            _ => {
                tracing::debug!("Kafka: {error}");
                Ok(())
            }
        }
    }

    /// Looks at everything that is not a record; false when nobody listens any more.
    fn look(&mut self, now: Millis) -> Result<bool, SourceError> {
        self.look_at_brokers(now)?;
        let batch = self.positions_without_records();
        let listening = batch.is_empty() || self.out.send(Feed::Records(batch)).is_ok();
        let listening = listening && self.tell_caught_up();
        self.status.set_reachable(self.standing.is_well(), now);
        if self.standing.brokers_answer() {
            if now - self.audited_at >= AUDIT_EVERY_MS {
                self.audited_at = now;
                self.audit()?;
            }
            if now - self.discovered_at >= DISCOVER_EVERY_MS {
                self.discovered_at = now;
                self.discover()?;
            }
        }
        Ok(listening)
    }

    /// Positions pass transaction markers without a record to show for it.
    fn positions_without_records(&mut self) -> RecordBatch {
        let mut batch = RecordBatch::new(self.topics.clone());
        let Ok(list) = self.consumer.position() else { return batch };
        for element in list.elements() {
            let (Some(topic), Offset::Offset(next)) = (index_of(&self.topics, element.topic()), element.offset())
            else {
                continue;
            };
            let partition = element.partition();
            let misleads =
                self.merge.holds((topic, partition)) || self.inbox.is_behind_an_error((topic, partition), next);
            if !misleads && self.positions.next((topic, partition)).is_some_and(|known| next > known) {
                self.positions.advance((topic, partition), next);
                batch.note_position(Position { topic, partition, next });
            }
        }
        batch
    }

    fn tell_caught_up(&self) -> bool {
        if self.status.caught_up() {
            return true;
        }
        self.status.set_to_go(self.positions.to_go());
        if !self.positions.caught_up() {
            return true;
        }
        self.status.set_caught_up();
        self.out.send(Feed::CaughtUp).is_ok()
    }

    fn brokers(&self) -> String {
        let servers = self.settings.connection.iter().find(|(key, _)| key == connection::BROKERS);
        servers.map(|(_, value)| value.clone()).unwrap_or_default()
    }
}

fn index_of(topics: &[String], name: &str) -> Option<usize> {
    topics.iter().position(|topic| topic == name)
}
