//! The canary: events of a small account, one by one, and when its published number shows each of them.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use cxpulse::clock;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::{Message, Offset, TopicPartitionList};
use serde_json::Value;

use super::kafka::{Kafka, Topics};

const ACCOUNT: &str = "canary";
/// A number that has not been shown by then will not be.
const PATIENCE_MS: i64 = 60_000;
const FLUSH: Duration = Duration::from_secs(30);

/// What became of one event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    pub(crate) sent_at: i64,
    /// From the call that sends it to the reader's having the record that shows it.
    pub(crate) latency_ms: Option<i64>,
}

/// Both ends of it.
pub(crate) struct Canary {
    producer: BaseProducer,
    consumer: BaseConsumer,
    topic: String,
    written: Mutex<Written>,
}

#[derive(Default)]
struct Written {
    sent_at: Vec<i64>,
    ended_at: Option<i64>,
}

impl Canary {
    /// Before the first event: the reader stands at the end of the topic.
    pub(crate) fn new(kafka: &Kafka, topics: &Topics) -> Self {
        let producer = kafka.config().set("linger.ms", "0").set("acks", "all").create().expect("a producer");
        let consumer: BaseConsumer = kafka.config().set("fetch.wait.max.ms", "100").create().expect("a consumer");
        let metrics = topics.account_metrics();
        let mut from = TopicPartitionList::new();
        for (partition, end) in (0..).zip(kafka.ends_of(&metrics)) {
            from.add_partition_offset(&metrics, partition, Offset::Offset(end)).expect("it is an offset");
        }
        consumer.assign(&from).expect("it can be read");
        Self { producer, consumer, topic: topics.input("survey"), written: Mutex::default() }
    }

    /// Writes an answer to a survey every 200 to 500 ms until nobody holds the other end.
    pub(crate) fn write_until_stopped(&self, stop: Receiver<()>) {
        let mut number = 0_u64;
        // Every wait from 200 to 500 in steps of 7, in an order that meets every phase of a publishing interval.
        while let Err(RecvTimeoutError::Timeout) = stop.recv_timeout(Duration::from_millis(200 + number * 133 % 301)) {
            self.write(number);
            number += 1;
        }
        self.producer.flush(FLUSH).expect("the broker takes them");
        self.written().ended_at = Some(clock::now());
    }

    fn write(&self, number: u64) {
        let at = clock::now();
        let event = format!(
            r#"{{"event_id":"canary-{number}","account_id":"{ACCOUNT}","conversation_id":"canary-{number}","occurred_at":{at},"type":"survey_answered","score":5}}"#
        );
        let key = format!("canary-{number}");
        let record = BaseRecord::to(&self.topic).key(&key).payload(&event).timestamp(at);
        self.written().sent_at.push(at);
        self.producer.send(record).expect("the queue has room");
        self.producer.poll(Duration::ZERO);
    }

    /// Reads the account's numbers until they show every event, or for a minute after the last one.
    pub(crate) fn read_until_all_are_seen(&self) -> Vec<Seen> {
        let mut shown_at = Vec::new();
        loop {
            let answers = self.consumer.poll(Duration::from_millis(50)).and_then(|read| {
                let record = read.expect("the topic can be read");
                answers_in(record.key()?, record.payload()?)
            });
            let now = clock::now();
            let written = self.written();
            let more = answers.unwrap_or(0).min(written.sent_at.len()).saturating_sub(shown_at.len());
            shown_at.extend(std::iter::repeat_n(now, more));
            let is_over = written
                .ended_at
                .is_some_and(|ended_at| shown_at.len() == written.sent_at.len() || now - ended_at > PATIENCE_MS);
            if is_over {
                let seen = |(nth, sent_at): (usize, &i64)| {
                    let latency_ms = shown_at.get(nth).map(|shown_at| shown_at - sent_at);
                    Seen { sent_at: *sent_at, latency_ms }
                };
                return written.sent_at.iter().enumerate().map(seen).collect();
            }
        }
    }

    fn written(&self) -> std::sync::MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many answers a record of the canary's says there were within a day; `None` of another account.
fn answers_in(key: &[u8], value: &[u8]) -> Option<usize> {
    if key != ACCOUNT.as_bytes() {
        return None;
    }
    let record: Value = serde_json::from_slice(value).expect("records are JSON");
    let windows = record["windows"].as_array().expect("a metric record has windows");
    let day = windows.iter().find(|window| window["window_minutes"] == 1_440).expect("a day is one of them");
    day["metrics"]["csat"]["total"].as_u64().map(|total| total as usize)
}
