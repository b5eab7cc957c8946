//! The dead letters that are on their topic already, so that a restart does not write them again.
//!
//! A restart reads its records anew, and rejects the same ones anew. What is on the topic is read to its end at the
//! start, and each letter is remembered as eight bytes: a hash of where its record was, when it was written, and what it
//! holds. So letters need no order, one that was on its way when a process died is written by the next, and a topic made
//! anew, which gives the same offsets to other records, has letters of its own. Nothing is kept once the start is over:
//! what comes later was never rejected before.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::Message;
use rdkafka::{Offset, TopicPartitionList};
use xxhash_rust::xxh3::Xxh3;

use super::DeadLetter;
use crate::domain::event::Millis;
use crate::source::kafka::client::{self, Brokers, Watch};
use crate::source::kafka::headers::headers;

/// So many letters are remembered, the last ones: 32 MiB.
const MOST: usize = 4 << 20;
/// A topic from which nothing more comes for so long, though brokers answer, is not waited for.
const STUCK_AFTER_MS: Millis = 30_000;
const ANSWER_WAIT: Duration = Duration::from_secs(5);
const POLL_WAIT: Duration = Duration::from_millis(100);

/// The headers that say which record a letter is of.
const COORDINATES: [&[u8]; 4] = [b"cxpulse-topic", b"cxpulse-partition", b"cxpulse-offset", b"cxpulse-timestamp"];

/// Letters by their hashes.
#[derive(Debug, Default)]
pub struct KnownLetters {
    /// Sorted once all have been added.
    hashes: Vec<u64>,
    added: usize,
    most: usize,
}

impl KnownLetters {
    fn with_most(most: usize) -> Self {
        Self { most, ..Self::default() }
    }

    /// Whether the letter is one of them.
    #[must_use]
    pub fn contains(&self, letter: &DeadLetter) -> bool {
        let headers = letter.headers.iter().map(|(name, value)| (name.as_bytes(), value.as_deref()));
        self.hashes.binary_search(&hash(headers, letter.key.as_deref(), letter.payload.as_deref())).is_ok()
    }

    /// Where there are too many, the oldest give way.
    fn add(&mut self, hash: u64) {
        match self.hashes.len() < self.most {
            true => self.hashes.push(hash),
            false => self.hashes[self.added % self.most] = hash,
        }
        self.added += 1;
    }

    fn finish(mut self, topic: &str) -> Self {
        if self.added > 0 {
            tracing::info!("{topic}: {} dead letters are there already and are not written again", self.hashes.len());
        }
        if self.added > self.hashes.len() {
            let forgotten = self.added - self.hashes.len();
            tracing::warn!("{topic}: {forgotten} dead letters are too many to remember and may be written again");
        }
        self.hashes.sort_unstable();
        self
    }
}

/// A letter's hash. A version that put our headers behind the record's own may have written it: the last of a name holds.
fn hash<'a>(
    headers: impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)>,
    key: Option<&[u8]>,
    payload: Option<&[u8]>,
) -> u64 {
    let mut parts = [None; COORDINATES.len()];
    for (name, value) in headers {
        if let Some(index) = COORDINATES.iter().position(|known| *known == name) {
            parts[index] = value;
        }
    }
    let mut hasher = Xxh3::new();
    for part in parts.into_iter().chain([key, payload]) {
        let length = part.map_or(u64::MAX, |part| part.len() as u64);
        hasher.update(&length.to_le_bytes());
        hasher.update(part.unwrap_or_default());
    }
    hasher.digest()
}

/// Reads what is on the topic; `None` if it was told to stop first. It waits for silent brokers for as long as they are,
/// as the source does, and says so where the topic cannot be read.
#[must_use]
pub fn read(
    connection: &[(String, String)],
    topic: &str,
    clock: fn() -> Millis,
    stop: &AtomicBool,
) -> Option<KnownLetters> {
    // What librdkafka refuses here it refuses the source as well, which says so.
    let consumer = client::consumer(connection).ok()?;
    let mut known = KnownLetters::with_most(MOST);
    if let Err(why) = (Reading { consumer, topic, clock, stop }).read(&mut known) {
        tracing::warn!("{topic}: not everything there can be read ({why}); dead letters may be written again");
    }
    (!stop.load(Ordering::Relaxed)).then(|| known.finish(topic))
}

struct Reading<'a> {
    consumer: BaseConsumer<Watch>,
    topic: &'a str,
    clock: fn() -> Millis,
    stop: &'a AtomicBool,
}

/// For each partition the offset that comes next, and where it ended.
type Left = BTreeMap<i32, (i64, i64)>;

impl Reading<'_> {
    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Reads until every partition is at the end it had, or it is told to stop.
    fn read(&self, known: &mut KnownLetters) -> Result<(), String> {
        let left = self.find()?.into_iter().filter(|(_, (first, end))| first < end).collect();
        self.assign(&left).map_err(|error| error.to_string())?;
        self.collect(left, known)
    }

    fn collect(&self, mut left: Left, known: &mut KnownLetters) -> Result<(), String> {
        let mut patience = Patience::new((self.clock)());
        while !self.stopped() && !left.is_empty() {
            let moved = self.step(&mut left, known)?;
            let answered = self.consumer.context().brokers(|_| false) == Brokers::Answer;
            if patience.is_over((self.clock)(), answered && !moved) {
                return Err("nothing comes".to_owned());
            }
            left.retain(|_, (next, end)| next < end);
        }
        Ok(())
    }

    /// Where every partition begins and ends, once brokers answer.
    fn find(&self) -> Result<Left, String> {
        let mut patience = Patience::new((self.clock)());
        while !self.stopped() {
            match self.ask() {
                Ok(left) => return Ok(left),
                Err(error) if is_final(&error) => return Err(error.to_string()),
                // A topic that was made just now is not known everywhere at once.
                Err(error) if patience.is_over((self.clock)(), is_unknown(&error)) => return Err(error.to_string()),
                Err(error) => {
                    tracing::debug!("{}: {error}", self.topic);
                    drop(self.consumer.poll(POLL_WAIT));
                }
            }
        }
        Ok(Left::new())
    }

    fn ask(&self) -> Result<Left, KafkaError> {
        let metadata = self.consumer.fetch_metadata(Some(self.topic), ANSWER_WAIT)?;
        let topic = metadata.topics().iter().find(|found| found.name() == self.topic);
        if let Some(error) = topic.and_then(|topic| topic.error()) {
            return Err(KafkaError::MetadataFetch(error.into()));
        }
        let partitions = topic.map(|topic| topic.partitions()).unwrap_or_default();
        if partitions.is_empty() {
            return Err(KafkaError::MetadataFetch(RDKafkaErrorCode::UnknownTopicOrPartition));
        }
        let ends = |partition: i32| self.consumer.fetch_watermarks(self.topic, partition, ANSWER_WAIT);
        partitions.iter().map(|partition| Ok((partition.id(), ends(partition.id())?))).collect()
    }

    fn assign(&self, left: &Left) -> Result<(), KafkaError> {
        let mut list = TopicPartitionList::new();
        for (&partition, &(next, _)) in left {
            list.add_partition_offset(self.topic, partition, Offset::Offset(next))?;
        }
        self.consumer.assign(&list)
    }

    /// Goes on where partitions now begin, once that can be told; whether that is elsewhere.
    fn skip_gone(&self, left: &mut Left) -> Result<bool, String> {
        let begin = self.find()?.into_iter().map(|(partition, (first, _))| (partition, first));
        // Each is moved, whatever became of the one before.
        let moved = begin.fold(false, |moved, (partition, first)| advance(left, partition, first) || moved);
        self.assign(left).map_err(|error| error.to_string())?;
        Ok(moved)
    }

    /// Takes one letter, or where there is none looks at what was passed without one; whether that was any.
    fn step(&self, left: &mut Left, known: &mut KnownLetters) -> Result<bool, String> {
        match self.consumer.poll(POLL_WAIT) {
            Some(Ok(message)) => {
                known.add(hash(headers(&message), message.key(), message.payload()));
                Ok(advance(left, message.partition(), message.offset() + 1))
            }
            Some(Err(error)) if is_final(&error) => Err(error.to_string()),
            Some(Err(error)) if is_gone(&error) || is_unknown(&error) => self.skip_gone(left),
            Some(Err(error)) => {
                tracing::debug!("{}: {error}", self.topic);
                Ok(false)
            }
            None => Ok(self.pass(left)),
        }
    }

    /// Positions pass transaction markers without a letter to show for it; whether one has.
    fn pass(&self, left: &mut Left) -> bool {
        let Ok(list) = self.consumer.position() else { return false };
        let mut moved = false;
        for element in list.elements() {
            if let Offset::Offset(next) = element.offset() {
                moved |= advance(left, element.partition(), next);
            }
        }
        moved
    }
}

/// For how long nothing has come of what should. Only time in which brokers answer counts: the silence of all of them
/// says nothing of the topic.
struct Patience {
    since: Millis,
}

impl Patience {
    fn new(now: Millis) -> Self {
        Self { since: now }
    }

    fn is_over(&mut self, now: Millis, in_vain: bool) -> bool {
        if !in_vain {
            self.since = now;
        }
        now - self.since > STUCK_AFTER_MS
    }
}

/// Retention may overtake a reader.
fn is_gone(error: &KafkaError) -> bool {
    matches!(error.rdkafka_error_code(), Some(RDKafkaErrorCode::AutoOffsetReset | RDKafkaErrorCode::OffsetOutOfRange))
}

fn advance(left: &mut Left, partition: i32, to: i64) -> bool {
    let Some((next, _)) = left.get_mut(&partition).filter(|(next, _)| *next < to) else { return false };
    *next = to;
    true
}

/// What does not go away by itself. Everything else may, when brokers come back or have agreed on who leads.
fn is_final(error: &KafkaError) -> bool {
    matches!(error, KafkaError::MessageConsumptionFatal(_))
        || matches!(
            error.rdkafka_error_code(),
            Some(
                RDKafkaErrorCode::TopicAuthorizationFailed
                    | RDKafkaErrorCode::GroupAuthorizationFailed
                    | RDKafkaErrorCode::ClusterAuthorizationFailed
            )
        )
}

fn is_unknown(error: &KafkaError) -> bool {
    matches!(
        error.rdkafka_error_code(),
        Some(RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic)
    )
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicI64;

    use super::*;

    fn letter(offset: &str, timestamp: &str, payload: &[u8]) -> DeadLetter {
        let header = |name: &str, value: &str| (name.to_owned(), Some(value.as_bytes().to_vec()));
        DeadLetter {
            place: String::new(),
            key: Some(b"k".to_vec()),
            payload: Some(payload.to_vec()),
            headers: vec![
                header("cxpulse-reason", "missing"),
                header("cxpulse-topic", "agent-events"),
                header("cxpulse-partition", "0"),
                header("cxpulse-offset", offset),
                header("cxpulse-timestamp", timestamp),
            ],
        }
    }

    fn known(letters: &[DeadLetter], most: usize) -> KnownLetters {
        let mut known = KnownLetters::with_most(most);
        for letter in letters {
            let headers = letter.headers.iter().map(|(name, value)| (name.as_bytes(), value.as_deref()));
            known.add(hash(headers, letter.key.as_deref(), letter.payload.as_deref()));
        }
        known.finish("dead-letters")
    }

    #[test]
    fn a_letter_is_known_by_its_records_place_time_and_bytes_whatever_the_reason() {
        let known = known(&[letter("7", "1700", b"{}"), letter("9", "1700", b"{}")], 10);
        let mut again = letter("9", "1700", b"{}");
        again.headers[0].1 = Some(b"ill_formed".to_vec());
        assert!(known.contains(&again), "another version may name another reason");
        assert!(!known.contains(&letter("8", "1700", b"{}")), "it was on its way when the process died");
    }

    #[test]
    fn the_same_offset_of_a_topic_made_anew_is_another_letter() {
        let known = known(&[letter("7", "1700", b"{}")], 10);
        assert!(!known.contains(&letter("7", "1800", b"{}")));
        assert!(!known.contains(&letter("7", "1700", b"[]")));
    }

    #[test]
    fn a_letter_with_headers_of_its_records_own_before_ours_is_known_too() {
        let mut old = letter("7", "1700", b"{}");
        old.headers.insert(0, ("cxpulse-offset".to_owned(), Some(b"3".to_vec())));
        assert!(known(&[old], 10).contains(&letter("7", "1700", b"{}")));
    }

    #[test]
    fn of_too_many_letters_the_last_are_remembered() {
        let letters: Vec<DeadLetter> = (0..5).map(|offset| letter(&offset.to_string(), "1", b"")).collect();
        let known = known(&letters, 3);
        assert_eq!(
            letters.iter().map(|letter| known.contains(letter)).collect::<Vec<_>>(),
            [false, false, true, true, true]
        );
    }

    #[test]
    fn only_time_in_which_brokers_answer_in_vain_counts() {
        let mut patience = Patience::new(0);
        let looks = [(20_000, true), (40_000, false), (70_000, true), (70_001, true), (70_002, false)];
        assert_eq!(looks.map(|(now, in_vain)| patience.is_over(now, in_vain)), [false, false, false, true, false]);
    }

    #[test]
    fn only_what_is_forbidden_ends_the_reading_at_once() {
        let is = |code| {
            let error = KafkaError::MessageConsumption(code);
            (is_final(&error), is_unknown(&error))
        };
        assert_eq!(is(RDKafkaErrorCode::TopicAuthorizationFailed), (true, false));
        assert_eq!(is(RDKafkaErrorCode::UnknownTopicOrPartition), (false, true));
        for passing in [RDKafkaErrorCode::BrokerTransportFailure, RDKafkaErrorCode::CoordinatorLoadInProgress] {
            assert_eq!(is(passing), (false, false), "{passing:?}");
        }
    }

    static STOP: AtomicBool = AtomicBool::new(false);

    /// An hour passes whenever somebody looks; at the third look it is time to stop.
    fn hours() -> Millis {
        static LOOKS: AtomicI64 = AtomicI64::new(0);
        let looks = LOOKS.fetch_add(1, Ordering::Relaxed);
        STOP.store(looks >= 3, Ordering::Relaxed);
        looks * 3_600_000
    }

    #[test]
    fn silent_brokers_are_waited_for_until_the_process_is_told_to_stop() {
        let silent = ("bootstrap.servers".to_owned(), "127.0.0.1:1".to_owned());
        let consumer = client::consumer(&[silent]).expect("good settings");
        let reading = Reading { consumer, topic: "letters", clock: hours, stop: &STOP };
        let left = Left::from([(0, (0, 5))]);
        reading.assign(&left).expect("it can be assigned");
        assert_eq!(reading.collect(left, &mut KnownLetters::default()), Ok(()));
        assert!(reading.stopped(), "it has not given up before");
    }
}
