//! The Kafka consumer that reads partitions by itself: its settings, and what librdkafka says of the brokers.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError};

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::statistics::Statistics;

use crate::connection::{Refused, client};

/// What may be overridden by the configuration.
const DEFAULTS: [(&str, &str); 10] = [
    ("client.id", "cxpulse"),
    // Never joined and never committed to: librdkafka will not consume without a name.
    ("group.id", "cxpulse-reader"),
    ("fetch.wait.max.ms", "100"),
    // The default of a second throttles every catch-up to what the queue holds.
    ("fetch.queue.backoff.ms", "10"),
    ("queued.max.messages.kbytes", "32768"),
    ("topic.metadata.refresh.interval.ms", "30000"),
    ("reconnect.backoff.max.ms", "2000"),
    ("socket.keepalive.enable", "true"),
    ("socket.timeout.ms", "10000"),
    ("statistics.interval.ms", "1000"),
];

/// What may not: the numbers would be wrong.
const FIXED: [(&str, &str); 4] = [
    ("auto.offset.reset", "error"),
    ("enable.auto.commit", "false"),
    ("enable.auto.offset.store", "false"),
    ("enable.partition.eof", "false"),
];

/// A consumer of `connection`, which names the brokers and whatever else librdkafka is to be told.
pub(super) fn consumer(connection: &[(String, String)]) -> Result<BaseConsumer<Watch>, Refused> {
    client(&DEFAULTS, connection, &FIXED, Watch::default())
}

/// Whether the brokers answer, as far as librdkafka has said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Brokers {
    Unknown,
    Answer,
    Silent,
}

/// Listens to librdkafka: the state of the brokers and the ends of partitions.
#[derive(Debug, Default)]
pub(super) struct Watch {
    brokers: AtomicU8,
    ends: Mutex<BTreeMap<(String, i32), i64>>,
}

impl Watch {
    /// The latest word on the brokers.
    pub(super) fn brokers(&self) -> Brokers {
        match self.brokers.load(Ordering::Relaxed) {
            0 => Brokers::Unknown,
            1 => Brokers::Answer,
            _ => Brokers::Silent,
        }
    }

    /// Sets it, where something else than librdkafka's statistics tells.
    pub(super) fn set_brokers(&self, brokers: Brokers) {
        let code = match brokers {
            Brokers::Unknown => 0,
            Brokers::Answer => 1,
            Brokers::Silent => 2,
        };
        self.brokers.store(code, Ordering::Relaxed);
    }

    /// The offset of the next record to come, of each topic and partition.
    pub(super) fn ends(&self) -> BTreeMap<(String, i32), i64> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ClientContext for Watch {
    /// One line of ours per change of state says more than librdkafka's many: they stay at debug level.
    fn log(&self, _level: RDKafkaLogLevel, facility: &str, message: &str) {
        tracing::debug!(target: "librdkafka", "{facility}: {message}");
    }

    fn stats(&self, statistics: Statistics) {
        if let Some(brokers) = judge(&statistics) {
            self.set_brokers(brokers);
        }
        *self.ends.lock().unwrap_or_else(PoisonError::into_inner) = ends(&statistics);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::AllBrokersDown) {
            self.set_brokers(Brokers::Silent);
        }
        tracing::debug!(target: "librdkafka", "{error}: {reason}");
    }
}

impl ConsumerContext for Watch {}

/// The brokers answer when the leader of every partition we read does; nothing is known before there are partitions.
fn judge(statistics: &Statistics) -> Option<Brokers> {
    let up: HashMap<i32, bool> =
        statistics.brokers.values().map(|broker| (broker.nodeid, broker.state == "UP")).collect();
    let ours = statistics.topics.values().flat_map(|topic| topic.partitions.values()).filter(|p| p.desired);
    let leaders: Vec<i32> = ours.map(|partition| partition.leader).collect();
    let all_up = leaders.iter().all(|leader| up.get(leader).copied().unwrap_or_default());
    (!leaders.is_empty()).then_some(if all_up { Brokers::Answer } else { Brokers::Silent })
}

fn ends(statistics: &Statistics) -> BTreeMap<(String, i32), i64> {
    let topics = statistics.topics.values();
    let partitions = topics.flat_map(|topic| topic.partitions.values().map(|partition| (&topic.topic, partition)));
    // Where transactions are read, what counts is the end of what is committed.
    let end = |p: &rdkafka::statistics::Partition| if p.ls_offset >= 0 { p.ls_offset } else { p.hi_offset };
    partitions
        .filter(|(_, partition)| partition.desired && end(partition) >= 0)
        .map(|(topic, partition)| ((topic.clone(), partition.partition), end(partition)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statistics(state: &str, leader: i32) -> Statistics {
        let mut statistics = Statistics::default();
        let broker = rdkafka::statistics::Broker { nodeid: 1, state: state.into(), ..Default::default() };
        statistics.brokers.insert("one".into(), broker);
        let mut topic = rdkafka::statistics::Topic { topic: "events".into(), ..Default::default() };
        let partition = rdkafka::statistics::Partition {
            partition: 3,
            leader,
            desired: true,
            hi_offset: 12,
            ls_offset: -1001,
            ..Default::default()
        };
        topic.partitions.insert(3, partition);
        statistics.topics.insert("events".into(), topic);
        statistics
    }

    #[test]
    fn the_brokers_answer_while_the_leader_of_every_partition_is_up() {
        assert_eq!(judge(&statistics("UP", 1)), Some(Brokers::Answer));
        assert_eq!(judge(&statistics("CONNECT", 1)), Some(Brokers::Silent));
        assert_eq!(judge(&statistics("UP", -1)), Some(Brokers::Silent));
    }

    #[test]
    fn without_partitions_nothing_is_known() {
        assert_eq!(judge(&Statistics::default()), None);
    }

    #[test]
    fn the_end_of_a_partition_is_the_high_watermark_where_there_are_no_transactions() {
        assert_eq!(ends(&statistics("UP", 1)), BTreeMap::from([(("events".to_owned(), 3), 12)]));
    }

    #[test]
    fn what_would_make_the_numbers_wrong_cannot_be_configured() {
        let keys = DEFAULTS.iter().map(|(key, _)| key);
        assert!(keys.clone().all(|key| FIXED.iter().all(|(fixed, _)| fixed != key)));
        let wish = [("bootstrap.servers".into(), "127.0.0.1:1".into()), ("auto.offset.reset".into(), "latest".into())];
        assert!(consumer(&wish).is_ok());
        assert!(consumer(&[("no.such.setting".into(), "1".into())]).is_err());
    }
}
