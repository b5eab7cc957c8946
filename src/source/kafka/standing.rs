//! How the brokers and the topics stand, and which change of it is news.
//!
//! librdkafka says many things many times: a topic that is gone shows up as errors, as partitions without a leader and
//! as metadata, some forty times a minute. What is said in the log is a change of what is known here, and nothing else.

use std::collections::BTreeSet;

use super::topic_ids::{Identified, TopicId};

/// A change of how the brokers stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BrokerNews {
    /// They answer for the first time.
    Answer,
    /// They do again.
    AnswerAgain,
    /// They do not, or no more.
    Silent,
}

/// A change of how a topic stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TopicNews {
    /// It does not exist any more.
    Gone,
    /// It is there again, and the same.
    Back,
    /// Another has its name. Told until it is accepted.
    MadeAnew(TopicId),
}

/// What is known.
#[derive(Debug)]
pub(super) struct Standing {
    /// Whether the brokers answer; `None` before the first word.
    brokers: Option<bool>,
    /// Of each topic, where brokers tell it.
    ids: Vec<Option<TopicId>>,
    /// Topics that cannot be read: deleted, or made anew and not accepted.
    gone: BTreeSet<usize>,
}

impl Standing {
    pub(super) fn new(topics: usize) -> Self {
        Self { brokers: None, ids: vec![None; topics], gone: BTreeSet::new() }
    }

    /// Whether everything can be read, as far as is known.
    pub(super) fn is_well(&self) -> bool {
        self.brokers == Some(true) && self.gone.is_empty()
    }

    pub(super) fn brokers_answer(&self) -> bool {
        self.brokers == Some(true)
    }

    pub(super) fn is_gone(&self, topic: usize) -> bool {
        self.gone.contains(&topic)
    }

    /// Notes whether the brokers answer; what of it is news.
    pub(super) fn note_brokers(&mut self, answer: bool) -> Option<BrokerNews> {
        let before = self.brokers.replace(answer);
        match (before, answer) {
            (None, true) => Some(BrokerNews::Answer),
            (Some(false), true) => Some(BrokerNews::AnswerAgain),
            (None | Some(true), false) => Some(BrokerNews::Silent),
            (Some(true), true) | (Some(false), false) => None,
        }
    }

    /// Notes what the brokers say of a topic; what of it is news.
    pub(super) fn note_topic(&mut self, topic: usize, said: Identified) -> Option<TopicNews> {
        let id = match said {
            Identified::Unclear => return None,
            Identified::Missing => return self.gone.insert(topic).then_some(TopicNews::Gone),
            Identified::Exists(id) => id,
        };
        match (self.ids[topic], id) {
            (Some(known), Some(id)) if known != id => {
                self.gone.insert(topic);
                return Some(TopicNews::MadeAnew(id));
            }
            (None, Some(_)) => self.ids[topic] = id,
            (Some(_), _) | (None, None) => {}
        }
        self.gone.remove(&topic).then_some(TopicNews::Back)
    }

    /// From now on the topic with this id is the one that is read.
    pub(super) fn accept(&mut self, topic: usize, id: TopicId) {
        self.ids[topic] = Some(id);
        self.gone.remove(&topic);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: i64) -> TopicId {
        TopicId::of(number)
    }

    fn exists(number: i64) -> Identified {
        Identified::Exists(Some(id(number)))
    }

    #[test]
    fn only_a_change_of_the_brokers_is_news() {
        let mut standing = Standing::new(1);
        let said = [true, true, false, false, true, true].map(|answer| standing.note_brokers(answer));
        let expected =
            [Some(BrokerNews::Answer), None, Some(BrokerNews::Silent), None, Some(BrokerNews::AnswerAgain), None];
        assert_eq!(said, expected);
        assert_eq!(Standing::new(1).note_brokers(false), Some(BrokerNews::Silent));
    }

    #[test]
    fn a_topic_that_is_deleted_and_made_again_is_two_pieces_of_news_however_often_it_is_looked_at() {
        let mut standing = Standing::new(2);
        let mut news = Vec::new();
        for said in [exists(1), exists(1), Identified::Missing, Identified::Unclear, Identified::Missing, exists(2)] {
            news.extend(standing.note_topic(1, said));
        }
        assert_eq!(news, [TopicNews::Gone, TopicNews::MadeAnew(id(2))]);
        assert!(standing.is_gone(1), "it is not read before that is accepted");
        standing.accept(1, id(2));
        assert_eq!((standing.note_topic(1, exists(2)), standing.is_gone(1)), (None, false));
    }

    #[test]
    fn a_topic_that_was_made_anew_between_two_looks_is_one_piece_of_news() {
        let mut standing = Standing::new(1);
        let said = [exists(1), exists(2)].map(|said| standing.note_topic(0, said));
        assert_eq!(said, [None, Some(TopicNews::MadeAnew(id(2)))]);
    }

    #[test]
    fn a_topic_is_the_same_where_its_id_is_or_none_is_told() {
        let mut standing = Standing::new(2);
        for said in [exists(1), Identified::Missing, exists(1)] {
            let _news = standing.note_topic(0, said);
        }
        let old = [Identified::Exists(None), Identified::Missing, Identified::Exists(None)];
        assert_eq!(old.map(|said| standing.note_topic(1, said)), [None, Some(TopicNews::Gone), Some(TopicNews::Back)]);
        assert_eq!((standing.is_gone(0), standing.is_gone(1)), (false, false));
    }
}
