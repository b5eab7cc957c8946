//! Which partitions the Kafka source reads, from where, and what it does when they are not what they were.

use std::sync::Arc;
use std::time::Duration;

use rdkafka::consumer::Consumer;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::{Offset, TopicPartitionList};

use super::inbox::Inbox;
use super::positions::{Kept, Partition, Verdict};
use super::{Checked, POLL_WAIT, Reader, SourceError, client};
use crate::domain::event::Millis;
use crate::source::Feed;
use crate::wire::batch::{End, Position, RecordBatch};

/// How long a question to the brokers may take; a silent broker is reported after it.
pub(super) const ANSWER_WAIT: Duration = Duration::from_secs(5);
/// For how long a topic may seem to be missing while brokers start.
const MISSING_FOR_MS: Millis = 3_000;

impl Reader<'_> {
    /// Assigns anew, after the start.
    pub(super) fn reassign(&mut self) -> Result<(), SourceError> {
        self.status.add_reassigned();
        self.assign()
    }

    /// Finds every partition and assigns them all; false if the brokers are silent.
    pub(super) fn begin(&mut self) -> Result<bool, SourceError> {
        match self.find() {
            Ok(missing) if missing.is_empty() => self.begin_with_good_topics(),
            Ok(topics) if !self.is_young() => Err(SourceError::MissingTopics { topics, brokers: self.brokers() }),
            Ok(_) => Ok(self.wait()),
            Err(error) if is_settling(&error) && self.is_young() => Ok(self.wait()),
            Err(error) => {
                // What librdkafka says of its connections comes with a poll.
                self.wait();
                self.note_brokers(false, &error.to_string());
                // Topics may be missing for a moment after the brokers come back.
                self.discovered_at = (self.settings.clock)();
                Ok(false)
            }
        }
    }

    /// The topics that are missing; of the others, ids and partitions are known then.
    fn find(&mut self) -> Result<Vec<String>, KafkaError> {
        let missing = self.find_topics()?;
        self.learn_ids();
        self.find_partitions()?;
        Ok(missing)
    }

    /// Begins, unless the topics are such that the numbers would be wrong.
    fn begin_with_good_topics(&mut self) -> Result<bool, SourceError> {
        match (self.settings.check.0)() {
            Checked::Wrong(why) => return Err(SourceError::WrongTopics(why)),
            Checked::Away(why) => {
                self.note_brokers(false, &why);
                return Ok(self.wait());
            }
            Checked::Fine(faults) => faults.iter().for_each(|fault| tracing::warn!("{fault}")),
        }
        self.note_brokers(true, "");
        self.assign()?;
        self.tell_beginnings();
        Ok(true)
    }

    /// Whether what is wrong with topics may still come right by itself.
    fn is_young(&self) -> bool {
        (self.settings.clock)() - self.discovered_at <= MISSING_FOR_MS
    }

    /// The topics that do not exist.
    fn find_topics(&self) -> Result<Vec<String>, KafkaError> {
        let needed = self.topics.iter().chain(&self.settings.also_needed);
        let mut missing = Vec::new();
        for topic in needed {
            if self.partitions(topic)?.is_empty() {
                missing.push(topic.clone());
            }
        }
        Ok(missing)
    }

    pub(super) fn partitions(&self, topic: &str) -> Result<Vec<i32>, KafkaError> {
        let metadata = self.consumer.fetch_metadata(Some(topic), ANSWER_WAIT)?;
        let found = metadata.topics().iter().find(|found| found.name() == topic);
        Ok(found.map(|found| found.partitions().iter().map(|partition| partition.id()).collect()).unwrap_or_default())
    }

    /// Begins with every partition that was not known; whether there was one.
    fn find_partitions(&mut self) -> Result<bool, KafkaError> {
        let mut new = false;
        for (index, topic) in self.topics.clone().iter().enumerate() {
            for partition in self.partitions(topic)? {
                if self.positions.next((index, partition)).is_none() {
                    let kept = self.kept((index, partition))?;
                    new |= self.positions.begin((index, partition), kept);
                }
            }
        }
        Ok(new)
    }

    pub(super) fn kept(&self, (topic, partition): Partition) -> Result<Kept, KafkaError> {
        let (first, end) = self.consumer.fetch_watermarks(&self.topics[topic], partition, ANSWER_WAIT)?;
        Ok(Kept { first, end })
    }

    /// Assigns every partition at its position, but for those of topics that are gone.
    fn assign(&mut self) -> Result<(), SourceError> {
        self.hand_over_all();
        self.merge.expect_nothing();
        let mut list = TopicPartitionList::new();
        for ((topic, partition), next) in self.positions.iter().filter(|((topic, _), _)| !self.standing.is_gone(*topic))
        {
            list.add_partition_offset(&self.topics[topic], partition, Offset::Offset(next))
                .map_err(SourceError::Fatal)?;
            self.inbox.gather((topic, partition));
        }
        for (partition, next, end) in self.positions.to_come().filter(|((topic, _), ..)| !self.standing.is_gone(*topic))
        {
            self.merge.expect(partition, next, end);
        }
        self.consumer.assign(&list).map_err(SourceError::Fatal)
    }

    /// Idle partitions count in the revision too, or instances that started at different times would never agree; and
    /// nothing is forgotten that a partition nobody has read yet may touch.
    pub(super) fn tell_beginnings(&self) {
        self.tell_positions(RecordBatch::new(self.topics.clone()));
    }

    /// The same after a topic was made anew, which may have other partitions than the old one.
    pub(super) fn tell_anew(&self, topic: usize) {
        let mut batch = RecordBatch::new(self.topics.clone());
        batch.note_anew(topic);
        self.tell_positions(batch);
    }

    fn tell_positions(&self, mut batch: RecordBatch) {
        for ((topic, partition), next) in self.positions.iter() {
            batch.note_position(Position { topic, partition, next });
        }
        // Whether anybody listens is noticed at the next step.
        drop(self.out.send(Feed::Records(batch)));
    }

    /// Serves librdkafka's events for a moment; false, for it has not begun.
    fn wait(&self) -> bool {
        drop(self.consumer.poll(POLL_WAIT));
        false
    }

    pub(super) fn discover(&mut self) -> Result<(), SourceError> {
        match self.find_partitions() {
            Ok(true) => {
                tracing::info!("reading new partitions: {} in all", self.positions.iter().count());
                self.reassign()?;
                self.tell_beginnings();
                Ok(())
            }
            Ok(false) => Ok(()),
            Err(error) => {
                tracing::debug!("looking for new partitions: {error}");
                Ok(())
            }
        }
    }

    /// librdkafka does not say which partition's offsets are gone, so all are looked at.
    pub(super) fn look_for_gaps(&mut self) -> Result<(), SourceError> {
        // A topic made anew is one thing to say, and not one for each of its partitions.
        self.ask()?;
        let known: Vec<Partition> = self.positions.iter().map(|(partition, _)| partition).collect();
        for partition in known.into_iter().filter(|(topic, _)| !self.standing.is_gone(*topic)).collect::<Vec<_>>() {
            match self.kept(partition) {
                Ok(kept) => self.look_for_gap(partition, kept).map(drop)?,
                Err(error) => tracing::debug!("looking for gaps: {error}"),
            }
        }
        // Also where all is fine again: librdkafka has stopped reading the partition that it complained about.
        self.reassign()
    }

    /// Whether the partition must be read in another way than before.
    fn look_for_gap(&mut self, partition: Partition, kept: Kept) -> Result<bool, SourceError> {
        match self.positions.judge(partition, kept, (self.settings.clock)()) {
            Verdict::Fine => return Ok(false),
            Verdict::Begin { at } => {
                self.positions.jump(partition, at);
                self.tell_gap(partition);
            }
            Verdict::Gap { wanted, kept } => {
                // Where the topic is another one, that is what there is to say.
                self.ask()?;
                if self.standing.is_gone(partition.0) || self.positions.next(partition) != Some(wanted) {
                    return Ok(false);
                }
                self.cross_gap(partition, wanted, kept)?;
            }
            Verdict::Stuck => tracing::warn!(
                "{}/{}: records are there and do not come; connecting anew",
                self.topics[partition.0],
                partition.1
            ),
        }
        Ok(true)
    }

    /// Looks at one partition after the other: librdkafka does not complain about everything that ends its reading.
    pub(super) fn audit(&mut self) -> Result<(), SourceError> {
        let Some(partition) = self.positions.after(self.audited) else { return Ok(()) };
        self.audited = partition;
        // While something of it waits for others to be handed over, it is neither stuck nor at its end.
        if self.standing.is_gone(partition.0) || self.merge.holds(partition) {
            return Ok(());
        }
        let asked_at = (self.settings.clock)();
        let Ok(kept) = self.kept(partition) else { return Ok(()) };
        if self.look_for_gap(partition, kept)? {
            self.connect_anew()?;
        } else if self.positions.next(partition) == Some(kept.end) {
            self.tell_end(partition, asked_at);
        }
        Ok(())
    }

    /// A new client: the old one may hold on to what it knows of a topic that is no more.
    pub(super) fn connect_anew(&mut self) -> Result<(), SourceError> {
        // What the old one was asked may be answered as it was before.
        self.question = None;
        self.consumer = Arc::new(client::consumer(&self.settings.connection).map_err(SourceError::Settings)?);
        self.inbox = Inbox::of(&self.consumer, &self.topics);
        self.reassign()
    }

    /// By record time an idle partition would stand still, and with it whatever waits for all of them.
    fn tell_end(&self, (topic, partition): Partition, at: Millis) {
        let mut batch = RecordBatch::new(self.topics.clone());
        batch.note_end(End { topic, partition, at });
        // Whether anybody listens is noticed at the next step.
        drop(self.out.send(Feed::Records(batch)));
    }

    /// Everything of it that was read before has been handed over.
    fn tell_gap(&self, (topic, partition): Partition) {
        let mut batch = RecordBatch::new(self.topics.clone());
        batch.note_gap(topic, partition);
        // Whether anybody listens is noticed at the next step.
        drop(self.out.send(Feed::Records(batch)));
    }

    fn cross_gap(&mut self, partition: Partition, wanted: i64, kept: Kept) -> Result<(), SourceError> {
        let topic = self.topics[partition.0].clone();
        let Kept { first, end } = kept;
        if !self.settings.accept_gap {
            return Err(SourceError::Gap { topic, partition: partition.1, wanted, first, end });
        }
        tracing::warn!("{topic}/{}: offset {wanted} is gone, going on at {first} as --accept-gap says", partition.1);
        self.positions.jump(partition, first);
        self.tell_gap(partition);
        Ok(())
    }
}

/// Just after a topic is created its partitions have no leader for a moment.
fn is_settling(error: &KafkaError) -> bool {
    matches!(
        error.rdkafka_error_code(),
        Some(
            RDKafkaErrorCode::NotLeaderForPartition
                | RDKafkaErrorCode::LeaderNotAvailable
                | RDKafkaErrorCode::UnknownTopicOrPartition
                | RDKafkaErrorCode::UnknownPartition
        )
    )
}
