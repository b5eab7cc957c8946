//! What the Kafka source says of the brokers and the topics, and what it does about a topic made anew.

use rdkafka::consumer::Consumer;
use rdkafka::error::RDKafkaErrorCode;

use super::kafka::{Reader, SourceError};
use super::kafka_client::Brokers;
use super::kafka_partitions::ANSWER_WAIT;
use super::kafka_topic_ids::{Identified, TopicId, identify};
use super::standing::{BrokerNews, TopicNews};
use crate::domain::event::Millis;

/// How often the brokers are asked.
const ASK_EVERY_MS: Millis = 1_000;
/// A partition may be without a leader for so long, as it is while one takes over from another.
const LEADERLESS_FOR_MS: Millis = 3_000;

impl Reader<'_> {
    /// Compares what librdkafka has noticed with what the brokers themselves say, and says what has changed.
    pub(super) fn look_at_brokers(&mut self, now: Millis) -> Result<(), SourceError> {
        if let Some(why) = self.unsaid.take() {
            self.note_brokers(false, &why);
            return Ok(());
        }
        let (topics, standing) = (&self.topics, &self.standing);
        let is_gone = |name: &str| topics.iter().position(|topic| topic == name).is_some_and(|at| standing.is_gone(at));
        let seen = self.consumer.context().brokers(is_gone);
        match seen {
            Brokers::Unknown => return Ok(()),
            Brokers::Down => {
                self.note_brokers(false, "no connection to any broker");
                return Ok(());
            }
            Brokers::Answer | Brokers::WithoutLeader => {}
        }
        // Who is silent would have to be waited for; librdkafka tells when that is over.
        let still_silent = seen == Brokers::WithoutLeader && !self.standing.brokers_answer();
        if still_silent || now - self.asked_at < ASK_EVERY_MS {
            return Ok(());
        }
        if !self.ask()? {
            return Ok(());
        }
        if seen == Brokers::Answer {
            self.leaderless_since = None;
            self.note_brokers(true, "");
        } else if now - *self.leaderless_since.get_or_insert(now) >= LEADERLESS_FOR_MS {
            self.note_brokers(false, "no connection to the leader of a partition");
        }
        Ok(())
    }

    /// Asks the brokers for the topics; whether they answer.
    pub(super) fn ask(&mut self) -> Result<bool, SourceError> {
        let answer = identify(&self.consumer, &self.topics, ANSWER_WAIT);
        self.asked_at = (self.settings.clock)();
        match answer {
            Err(error) if is_silence(error) => {
                // Why a connection failed comes with the next poll: it is said at the next look.
                self.unsaid = Some(error.to_string());
                Ok(false)
            }
            // They answer, and do not know the question.
            Err(error) => {
                tracing::debug!("asking for topics: {error}");
                Ok(true)
            }
            Ok(topics) => {
                for (topic, said) in topics.into_iter().enumerate() {
                    if let Some(news) = self.standing.note_topic(topic, said) {
                        self.tell(topic, news)?;
                    }
                }
                Ok(true)
            }
        }
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
        self.positions.forget(topic);
        for (partition, kept) in found {
            self.positions.begin((topic, partition), kept);
        }
        self.standing.accept(topic, id);
        tracing::warn!("{name} was made anew and is read from its beginning, as --accept-gap says");
        self.connect_anew()?;
        self.tell_beginnings();
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

fn is_silence(error: RDKafkaErrorCode) -> bool {
    matches!(
        error,
        RDKafkaErrorCode::OperationTimedOut
            | RDKafkaErrorCode::RequestTimedOut
            | RDKafkaErrorCode::BrokerTransportFailure
            | RDKafkaErrorCode::AllBrokersDown
            | RDKafkaErrorCode::Resolve
            | RDKafkaErrorCode::Authentication
    )
}
