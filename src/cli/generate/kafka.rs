//! Records to Kafka: keyed, with their own timestamps, on the three topics of SPEC §1.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, DeliveryResult, Producer, ProducerContext};
use rdkafka::types::RDKafkaRespErr;

use super::{Format, GenerateError, Output, push_value};
use crate::cli::last_reason::{LastReason, SERVE_WAIT};
use crate::config::{Settings, Topics};
use crate::connection;
use crate::simulate::{Record, Topic};

/// How long a full queue is waited for at a time.
const ROOM_WAIT: Duration = Duration::from_millis(50);
/// How long the last records may take to arrive.
const FLUSH_WAIT: Duration = Duration::from_secs(60);

/// How long the brokers may take to answer.
const ANSWER_WAIT: Duration = Duration::from_secs(8);
/// How often a topic is asked for before it counts as missing, and the pause in between.
const TOPIC_TRIES: usize = 20;
const TOPIC_PAUSE: Duration = Duration::from_millis(250);

/// What may be overridden by the configuration.
const DEFAULTS: [(&str, &str); 5] = [
    ("client.id", "cxpulse-generate"),
    ("acks", "all"),
    ("compression.type", "lz4"),
    ("linger.ms", "20"),
    ("message.timeout.ms", "30000"),
];

/// What may not: records in the order of their timestamps, at the home of their key, and no topic by accident.
const FIXED: [(&str, &str); 3] =
    [("enable.idempotence", "true"), ("partitioner", "murmur2_random"), ("allow.auto.create.topics", "false")];

/// Writes every record to its topic.
pub(super) struct KafkaOutput {
    producer: BaseProducer<Reports>,
    topics: Topics,
    format: Format,
    value: Vec<u8>,
}

impl std::fmt::Debug for KafkaOutput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KafkaOutput").field("format", &self.format).finish_non_exhaustive()
    }
}

impl KafkaOutput {
    /// An output to the brokers and topics of the settings.
    ///
    /// # Errors
    /// `Connection` where librdkafka does not take a property.
    pub(super) fn new(settings: &Settings, format: Format) -> Result<Self, GenerateError> {
        let producer = connection::client(&DEFAULTS, &connection::of(settings), &FIXED, Reports::default())?;
        Ok(Self { producer, topics: settings.topics.clone(), format, value: Vec::new() })
    }

    /// Asks for the three topics before anything is written: a record for a topic that is not there waits for half a
    /// minute before it is given up.
    ///
    /// # Errors
    /// `NoTopic` with the first one that is missing, `Write` where the brokers do not answer.
    pub(super) fn find_topics(&self, brokers: &str) -> Result<(), GenerateError> {
        let Topics { conversation, survey, agent, .. } = &self.topics;
        let named = [("conversation_topic", conversation), ("survey_topic", survey), ("agent_topic", agent)];
        let lacks = |topic| match self.is_there(topic) {
            Ok(there) => Ok(!there),
            Err(error) => {
                self.producer.poll(SERVE_WAIT);
                let why = self.producer.context().last.of(&error);
                let source = io::Error::other(format!("it does not answer ({why})"));
                Err(GenerateError::Write { to: format!("Kafka at {brokers}"), source })
            }
        };
        for (setting, topic) in named {
            if lacks(topic)? {
                let (topic, brokers) = (topic.clone(), brokers.to_owned());
                return Err(GenerateError::NoTopic { setting, topic, brokers });
            }
        }
        Ok(())
    }

    /// Asks more than once: a broker may need a moment to know what was created just now.
    fn is_there(&self, topic: &str) -> Result<bool, KafkaError> {
        for _ in 0..TOPIC_TRIES {
            let metadata = self.producer.client().fetch_metadata(Some(topic), ANSWER_WAIT)?;
            let unknown = Some(RDKafkaRespErr::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
            if metadata.topics().iter().any(|found| found.name() == topic && found.error() != unknown) {
                return Ok(true);
            }
            self.producer.poll(TOPIC_PAUSE);
        }
        Ok(false)
    }

    fn failure(&self) -> io::Result<()> {
        match self.producer.context().failure.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(failure) => Err(io::Error::other(failure)),
            None => Ok(()),
        }
    }
}

impl Output for KafkaOutput {
    fn write(&mut self, record: Record) -> io::Result<()> {
        self.value.clear();
        let content_type = push_value(&mut self.value, &record, self.format);
        let topic = match record.topic {
            Topic::Conversation => &self.topics.conversation,
            Topic::Survey => &self.topics.survey,
            Topic::Agent => &self.topics.agent,
        };
        let mut out = BaseRecord::to(topic).key(record.key()).payload(&self.value).timestamp(record.timestamp_ms);
        if let Some(value) = content_type {
            out = out.headers(OwnedHeaders::new().insert(Header { key: "content-type", value: Some(value) }));
        }
        while let Err((error, unsent)) = self.producer.send(out) {
            if error.rdkafka_error_code() != Some(RDKafkaErrorCode::QueueFull) {
                return Err(io::Error::other(error));
            }
            self.producer.poll(ROOM_WAIT);
            out = unsent;
        }
        self.producer.poll(Duration::ZERO);
        self.failure()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.producer.flush(FLUSH_WAIT).map_err(io::Error::other)?;
        self.failure()
    }
}

/// Remembers the first record that did not arrive.
#[derive(Default)]
struct Reports {
    failure: Mutex<Option<String>>,
    last: LastReason,
}

impl ClientContext for Reports {
    /// What goes wrong is said once, by the record that did not arrive.
    fn log(&self, _level: RDKafkaLogLevel, _facility: &str, _message: &str) {}

    fn error(&self, error: KafkaError, reason: &str) {
        self.last.error(error, reason);
    }
}

impl ProducerContext for Reports {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Err((error, message)) = result {
            let topic = rdkafka::Message::topic(message);
            let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
            failure.get_or_insert_with(|| format!("{topic}: {error}; is it there? `cxpulse topics check` tells"));
        }
    }
}
