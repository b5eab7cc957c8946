//! The lives of one conversation, taken out of a history to be told elsewhere.

use super::History;
use super::life::Life;
use super::texts::TextsOfOne;
use crate::domain::event::Millis;
use crate::domain::life::silence::Silence;
use crate::domain::life::steps::{Told, told};
use crate::domain::names::Name;
use crate::domain::policy::Policies;
use crate::domain::timeline::{Entry, Sealed};

/// A copy of a conversation's events, as few bytes as the account keeps them in.
#[derive(Debug)]
pub struct Lives {
    /// The conversation's number.
    pub conversation: Name,
    timelines: Vec<Sealed>,
    /// What its messages say, where that is kept.
    pub texts: TextsOfOne,
    silence: Silence,
}

impl History {
    /// The lives of a conversation that are remembered; none of one that was never heard of, or is forgotten.
    pub fn lives(&mut self, conversation: &str) -> Option<Lives> {
        let conversation = self.names.conversations.find(conversation)?;
        self.put_in(conversation.index() as u32);
        let lives = &self.conversations.get(conversation.index()).filter(|one| !one.lives.is_empty())?.lives;
        let timelines = lives.iter().map(Life::sealed).collect();
        let texts = self.texts_of(conversation.index() as u32);
        Some(Lives { conversation, timelines, texts, silence: self.silence })
    }
}

impl Lives {
    /// Each of them told, the first first, up to a moment.
    #[must_use]
    pub fn told(&self, now: Millis, policies: &Policies) -> Vec<Told> {
        let tell = |timeline: &Sealed| {
            let entries: Vec<Entry> = timeline.entries().collect();
            told(&entries, now, policies, self.silence)
        };
        self.timelines.iter().filter_map(tell).collect()
    }
}
