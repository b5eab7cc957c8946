//! The Kafka consumer that reads partitions by itself: its settings, and what librdkafka says of the brokers.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::statistics::Statistics;

use crate::connection::{Refused, client};

/// What may be overridden by the configuration.
const DEFAULTS: [(&str, &str); 9] = [
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
];

/// What may not: the numbers would be wrong.
const FIXED: [(&str, &str); 6] = [
    ("auto.offset.reset", "error"),
    ("enable.auto.commit", "false"),
    ("enable.auto.offset.store", "false"),
    ("enable.partition.eof", "false"),
    // What a transaction took back never happened.
    ("isolation.level", "read_committed"),
    // They tell how the brokers stand, and how far there is to go.
    ("statistics.interval.ms", "1000"),
];

/// A consumer of `connection`, which names the brokers and whatever else librdkafka is to be told.
pub(in crate::source) fn consumer(connection: &[(String, String)]) -> Result<BaseConsumer<Watch>, Refused> {
    client(&DEFAULTS, connection, &FIXED, Watch::default())
}

/// Whether the brokers answer, as far as librdkafka has said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Brokers {
    /// It has said nothing yet.
    Unknown,
    /// All that are needed are connected.
    Answer,
    /// The leader of some partition is not connected, or there is none.
    WithoutLeader,
    /// None is connected.
    Down,
}

/// Listens to librdkafka: the state of the brokers and the ends of partitions.
#[derive(Debug, Default)]
pub(in crate::source) struct Watch {
    heard: Mutex<Heard>,
}

#[derive(Debug, Default)]
struct Heard {
    /// Whether the last word was that all brokers are down.
    down: bool,
    /// The last statistics, if there were any with partitions.
    seen: Option<Seen>,
    /// Ends that nobody has asked for yet.
    ends: Option<Ends>,
    /// Why the last connection failed.
    reason: Option<String>,
}

/// Topics with a partition, and those with one whose leader is not connected.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    without_leader: BTreeSet<String>,
}

/// The offset of the next record to come, of each topic and partition: the high watermark, behind which an open
/// transaction may hide records.
pub(in crate::source) type Ends = BTreeMap<(String, i32), i64>;

impl Watch {
    /// The latest word on the brokers; topics of which `is_gone` says so have no leaders to be missed.
    pub(in crate::source) fn brokers(&self, is_gone: impl Fn(&str) -> bool) -> Brokers {
        let heard = self.heard();
        match &heard.seen {
            _ if heard.down => Brokers::Down,
            None => Brokers::Unknown,
            Some(seen) if seen.without_leader.iter().all(|topic| is_gone(topic)) => Brokers::Answer,
            Some(_) => Brokers::WithoutLeader,
        }
    }

    /// The ends of partitions, if there are newer ones than those given before.
    pub(in crate::source) fn take_ends(&self) -> Option<Ends> {
        self.heard().ends.take()
    }

    /// What librdkafka said last of a connection that failed: `Connection refused` and the like.
    pub(in crate::source) fn reason(&self) -> Option<String> {
        self.heard().reason.clone()
    }

    /// What was said before the brokers answered is of no use later.
    pub(in crate::source) fn forget_reason(&self) {
        self.heard().reason = None;
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for Watch {
    /// One line of ours per change of state says more than librdkafka's many: they stay at debug level.
    fn log(&self, _level: RDKafkaLogLevel, facility: &str, message: &str) {
        tracing::debug!(target: "librdkafka", "{facility}: {message}");
    }

    fn stats(&self, statistics: Statistics) {
        let mut heard = self.heard();
        heard.down &= !statistics.brokers.values().any(is_up);
        if let Some(seen) = seen(&statistics) {
            heard.seen = Some(seen);
        }
        heard.ends = Some(ends(&statistics));
    }

    fn error(&self, error: KafkaError, reason: &str) {
        let mut heard = self.heard();
        // That all are down is no reason: it has the same as the last one that went.
        match error.rdkafka_error_code() {
            Some(RDKafkaErrorCode::AllBrokersDown) => heard.down = true,
            _ => heard.reason = Some(reason.split_whitespace().collect::<Vec<_>>().join(" ")),
        }
        tracing::debug!(target: "librdkafka", "{error}: {reason}");
    }
}

impl ConsumerContext for Watch {}

fn is_up(broker: &rdkafka::statistics::Broker) -> bool {
    broker.state == "UP"
}

/// Nothing is known before there are partitions.
fn seen(statistics: &Statistics) -> Option<Seen> {
    let up: HashMap<i32, bool> = statistics.brokers.values().map(|broker| (broker.nodeid, is_up(broker))).collect();
    let ours = statistics.topics.values().flat_map(|topic| topic.partitions.values().map(move |p| (&topic.topic, p)));
    let mut ours = ours.filter(|(_, partition)| partition.desired).peekable();
    ours.peek()?;
    let lost = ours.filter(|(_, partition)| !up.get(&partition.leader).copied().unwrap_or_default());
    Some(Seen { without_leader: lost.map(|(topic, _)| topic.clone()).collect() })
}

fn ends(statistics: &Statistics) -> Ends {
    let topics = statistics.topics.values();
    let partitions = topics.flat_map(|topic| topic.partitions.values().map(|partition| (&topic.topic, partition)));
    partitions
        .filter(|(_, partition)| partition.desired && partition.hi_offset >= 0)
        .map(|(topic, partition)| ((topic.clone(), partition.partition), partition.hi_offset))
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
            ls_offset: 9,
            ..Default::default()
        };
        topic.partitions.insert(3, partition);
        statistics.topics.insert("events".into(), topic);
        statistics
    }

    fn brokers(state: &str, leader: i32) -> Brokers {
        let watch = Watch::default();
        watch.stats(statistics(state, leader));
        watch.brokers(|_| false)
    }

    #[test]
    fn the_brokers_answer_while_the_leader_of_every_partition_is_up() {
        assert_eq!(brokers("UP", 1), Brokers::Answer);
        assert_eq!(brokers("CONNECT", 1), Brokers::WithoutLeader);
        assert_eq!(brokers("UP", -1), Brokers::WithoutLeader);
    }

    #[test]
    fn a_topic_that_is_gone_has_no_leader_to_be_missed() {
        let watch = Watch::default();
        watch.stats(statistics("UP", -1));
        assert_eq!(watch.brokers(|topic| topic == "events"), Brokers::Answer);
    }

    #[test]
    fn without_partitions_nothing_is_known() {
        let watch = Watch::default();
        watch.stats(Statistics::default());
        assert_eq!(watch.brokers(|_| false), Brokers::Unknown);
    }

    #[test]
    fn all_brokers_are_down_until_one_is_up_and_the_reason_is_that_of_the_last_connection() {
        let watch = Watch::default();
        let failed = |code, reason: &str| watch.error(KafkaError::Global(code), reason);
        failed(RDKafkaErrorCode::BrokerTransportFailure, "Connect to ipv4#127.0.0.1:1 failed: Connection refused");
        failed(RDKafkaErrorCode::AllBrokersDown, "1/1 brokers are down");
        assert_eq!(watch.brokers(|_| false), Brokers::Down);
        assert!(watch.reason().is_some_and(|reason| reason.ends_with("Connection refused")));
        watch.stats(statistics("CONNECT", 1));
        assert_eq!(watch.brokers(|_| false), Brokers::Down);
        watch.stats(statistics("UP", 1));
        assert_eq!(watch.brokers(|_| false), Brokers::Answer);
    }

    #[test]
    fn the_end_of_a_partition_is_the_high_watermark_though_a_transaction_is_open() {
        let watch = Watch::default();
        watch.stats(statistics("UP", 1));
        assert_eq!(watch.take_ends(), Some(BTreeMap::from([(("events".to_owned(), 3), 12)])));
        assert_eq!(watch.take_ends(), None);
    }

    #[test]
    fn what_would_make_the_numbers_wrong_cannot_be_configured() {
        let keys = DEFAULTS.iter().map(|(key, _)| key);
        assert!(keys.clone().all(|key| FIXED.iter().all(|(fixed, _)| fixed != key)));
        let brokers = ("bootstrap.servers".to_owned(), "127.0.0.1:1".to_owned());
        assert!(consumer(std::slice::from_ref(&brokers)).is_ok());
        for (key, value) in [
            ("auto.offset.reset", "latest"),
            ("auto.commit.enable", "true"),
            ("isolation.level", "read_uncommitted"),
            ("statistics.interval.ms", "0"),
        ] {
            let refused = consumer(&[brokers.clone(), (key.into(), value.into())]).err();
            assert_eq!(refused, Some(Refused::Ours(key.to_owned())));
        }
        assert!(consumer(&[("no.such.setting".into(), "1".into())]).is_err());
    }
}
