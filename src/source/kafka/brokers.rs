//! What the Kafka source says of the brokers and the topics, and what it does about a topic made anew.

use std::time::Duration;

use rdkafka::consumer::Consumer;

use super::client::Brokers;
use super::partitions::ANSWER_WAIT;
use super::standing::{BrokerNews, TopicNews};
use super::topic_ids::{Identified, Question, Said, TopicId, identify};
use super::{Reader, SourceError};
use crate::domain::event::Millis;

/// How often the brokers are asked.
const ASK_EVERY_MS: Millis = 1_000;
/// A partition may be without a leader for so long, as it is while one takes over from another.
const LEADERLESS_FOR_MS: Millis = 3_000;

impl Reader<'_> {
    /// Says how the brokers stand by what librdkafka has noticed, and how the topics do by what the brokers say. Nobody is
    /// waited for: while one broker is silent, others may have records.
    pub(super) fn look_at_brokers(&mut self, now: Millis) -> Result<(), SourceError> {
        let (topics, standing) = (&self.topics, &self.standing);
        let is_gone = |name: &str| topics.iter().position(|topic| topic == name).is_some_and(|at| standing.is_gone(at));
        let seen = self.consumer.context().brokers(is_gone);
        match seen {
            Brokers::Unknown => return Ok(()),
            Brokers::Down => {
                self.note_brokers(false, "no connection to any broker");
                return Ok(());
            }
            Brokers::Answer | Brokers::WithoutLeader => self.keep_asking(now)?,
        }
        if seen == Brokers::Answer {
            self.leaderless_since = None;
            self.note_brokers(true, "");
        } else if now - *self.leaderless_since.get_or_insert(now) >= LEADERLESS_FOR_MS {
            self.note_brokers(false, "no connection to the leader of a partition");
        }
        Ok(())
    }

    /// Looks whether the last question for the topics is answered, and asks the next one when it is time.
    fn keep_asking(&mut self, now: Millis) -> Result<(), SourceError> {
        if let Some(said) = self.question.as_ref().and_then(|question| question.answer(Duration::ZERO)) {
            self.question = None;
            self.hear(said)?;
        }
        if self.question.is_none() && now - self.asked_at >= ASK_EVERY_MS {
            self.question = Question::ask(&self.consumer, &self.topics, ANSWER_WAIT);
            self.asked_at = now;
        }
        Ok(())
    }

    /// Asks the brokers for the topics, and waits for what they say: where it decides what is wrong.
    pub(super) fn ask(&mut self) -> Result<(), SourceError> {
        // Its answer would be older than this one.
        self.question = None;
        let said = identify(&self.consumer, &self.topics, ANSWER_WAIT);
        self.asked_at = (self.settings.clock)();
        self.hear(said)
    }

    fn hear(&mut self, said: Said) -> Result<(), SourceError> {
        match said {
            // The one that was asked does not answer, or does not know the question: that says nothing of the topics.
            // Whether the others answer is what librdkafka notices.
            Err(error) => tracing::debug!("asking for topics: {error}"),
            Ok(topics) => {
                for (topic, said) in topics.into_iter().enumerate() {
                    if let Some(news) = self.standing.note_topic(topic, said) {
                        self.tell(topic, news)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Learns the topics' ids before anything is read of them.
    pub(super) fn learn_ids(&mut self) {
        let said = identify(&self.consumer, &self.topics, ANSWER_WAIT).unwrap_or_default();
        for (topic, said) in said.into_iter().enumerate() {
            if let Identified::Exists(Some(id)) = said {
                self.standing.accept(topic, id);
            }
        }
    }

    fn tell(&mut self, topic: usize, news: TopicNews) -> Result<(), SourceError> {
        let name = &self.topics[topic];
        match news {
            // Nothing more is read of that name before it is known whether it is the same topic.
            TopicNews::Gone => {
                tracing::warn!("{name} does not exist any more; waiting until it does");
                self.reassign()?;
            }
            TopicNews::Back => {
                tracing::info!("{name} is there again, and is read on");
                self.reassign()?;
            }
            TopicNews::MadeAnew(_) if !self.settings.accept_gap => {
                return Err(SourceError::MadeAnew { topic: name.clone() });
            }
            TopicNews::MadeAnew(id) => self.begin_anew(topic, id)?,
        }
        Ok(())
    }

    /// Reads a topic made anew from its beginning; or later, where its partitions have no leaders yet.
    fn begin_anew(&mut self, topic: usize, id: TopicId) -> Result<(), SourceError> {
        let name = self.topics[topic].clone();
        let found = self.partitions(&name).and_then(|partitions| {
            partitions.into_iter().map(|partition| Ok((partition, self.kept((topic, partition))?))).collect()
        });
        let found: Vec<_> = match found {
            Ok(found) => found,
            Err(error) => {
                tracing::debug!("{name} was made anew: {error}");
                return Ok(());
            }
        };
        // What was polled is of the old one.
        self.hand_over_all();
        self.positions.forget(topic);
        for (partition, kept) in found {
            self.positions.begin((topic, partition), kept);
        }
        self.standing.accept(topic, id);
        tracing::warn!("{name} was made anew and is read from its beginning, as --accept-gap says");
        self.connect_anew()?;
        self.tell_anew(topic);
        Ok(())
    }

    /// One log line per change of state.
    pub(super) fn note_brokers(&mut self, answer: bool, why: &str) {
        let brokers = self.brokers();
        if answer {
            self.consumer.context().forget_reason();
        }
        match self.standing.note_brokers(answer) {
            Some(BrokerNews::Answer) => tracing::info!("reading from Kafka at {brokers}"),
            Some(BrokerNews::AnswerAgain) => tracing::info!("Kafka at {brokers} answers again"),
            Some(BrokerNews::Silent) => {
                let reason = self.consumer.context().reason().unwrap_or_else(|| why.to_owned());
                tracing::warn!("Kafka at {brokers} does not answer ({reason}); trying again until it does");
            }
            None => {}
        }
        self.status.set_reachable(self.standing.is_well(), (self.settings.clock)());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::sync::mpsc::sync_channel;

    use rdkafka::client::ClientContext;
    use rdkafka::error::RDKafkaErrorCode;
    use rdkafka::statistics::{Broker, Partition, Statistics, Topic};

    use super::*;
    use crate::source::kafka::{Checked, KafkaSourceSettings, TopicCheck};

    /// A source of which nobody answers a question.
    fn settings() -> KafkaSourceSettings {
        KafkaSourceSettings {
            connection: vec![("bootstrap.servers".to_owned(), "127.0.0.1:1".to_owned())],
            topics: vec!["events".to_owned()],
            also_needed: Vec::new(),
            check: TopicCheck(Box::new(|| Checked::Fine(Vec::new()))),
            accept_gap: false,
            clock: || 0,
        }
    }

    /// The leader of the only partition is connected.
    fn all_is_well() -> Statistics {
        let broker = Broker { nodeid: 1, state: "UP".to_owned(), ..Broker::default() };
        let partition = Partition { leader: 1, desired: true, ..Partition::default() };
        let partitions = [(0, partition)].into();
        let topic = Topic { topic: "events".to_owned(), partitions, ..Topic::default() };
        Statistics {
            brokers: [("one".to_owned(), broker)].into(),
            topics: [("events".to_owned(), topic)].into(),
            ..Statistics::default()
        }
    }

    #[test]
    fn while_the_leaders_are_up_a_question_that_nobody_answers_neither_holds_up_nor_counts_as_silence() {
        let stop = AtomicBool::new(false);
        let (out, _fed) = sync_channel(1);
        let mut reader = Reader::new(settings(), out, std::sync::Arc::default(), &stop).expect("good settings");
        reader.consumer.context().stats(all_is_well());
        for now in (10_000..20_000).step_by(250) {
            reader.look_at_brokers(now).expect("nothing is wrong");
        }
        let unanswered = reader.question.as_ref().is_some_and(|question| question.answer(Duration::ZERO).is_none());
        assert!(unanswered, "had it been waited for, it would have ended");
        reader.hear(Err(RDKafkaErrorCode::OperationTimedOut)).expect("nothing is wrong");
        assert!(reader.standing.is_well());
    }
}
