//! What events say beside what happened: comments, what people are called, and what agents can do.
//!
//! No fact depends on it, so it is no content of an event and stands in no timeline. Of each thing the latest event that says
//! it stands; which of several events with one identity stands does not matter here.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::History;
use crate::domain::comment::{self, Comment, NamedSurvey};
use crate::domain::compact::due::take_before;
use crate::domain::event::{Body, Millis, Private, Text};
use crate::domain::kept::{Kept, Latest, Said, cut};
use crate::domain::names::{Name, Names};
use crate::domain::planted::{Bug, is_planted};
use crate::domain::timeline::{About, Act};

/// What events later than now say, by their time.
pub(super) type HeldWords = BTreeMap<Millis, Vec<(Said, Word<Kept>)>>;

/// What an event says of somebody or something; a text is borrowed from the event until it is kept.
#[derive(Debug)]
pub(super) enum Word<T> {
    /// A comment in a conversation.
    Comment(Name, T),
    /// In a conversation, with which score an answer was given, and to which survey.
    Survey(Name, i32, T),
    /// What a contact is called.
    Contact(Name, T),
    /// What an agent is called.
    Agent(Name, T),
    /// What an agent can do: skills in the order of their ids, each once.
    Skills(Name, Arc<[Name]>),
    /// How many conversations an agent takes at once.
    Capacity(Name, u32),
}

impl<'t> Word<&'t str> {
    fn keep(self) -> Word<Kept> {
        match self {
            Self::Comment(conversation, text) => Word::Comment(conversation, Kept::new(text)),
            Self::Survey(conversation, score, id) => Word::Survey(conversation, score, Kept::new(id)),
            Self::Contact(contact, text) => Word::Contact(contact, Kept::new(text)),
            Self::Agent(agent, text) => Word::Agent(agent, Kept::new(text)),
            Self::Skills(agent, skills) => Word::Skills(agent, skills),
            Self::Capacity(agent, capacity) => Word::Capacity(agent, capacity),
        }
    }

    fn of(kept: &'t Word<Kept>) -> Self {
        match kept {
            Word::Comment(conversation, text) => Self::Comment(*conversation, text),
            Word::Survey(conversation, score, id) => Self::Survey(*conversation, *score, id),
            Word::Contact(contact, text) => Self::Contact(*contact, text),
            Word::Agent(agent, text) => Self::Agent(*agent, text),
            Word::Skills(agent, skills) => Self::Skills(*agent, skills.clone()),
            Word::Capacity(agent, capacity) => Self::Capacity(*agent, *capacity),
        }
    }
}

impl History {
    /// Hears what an event of a conversation says beside what happened.
    pub(super) fn hear_in(&mut self, conversation: Name, said: Said, act: &Act, body: &Body<'_>) {
        if let Body::SurveyAnswered { survey: Some(survey), score, .. } = body {
            self.hear(said, Word::Survey(conversation, *score, survey));
        }
        match (body, act) {
            (Body::ConversationStarted(started), Act::Started(About { contact: Some(contact), .. })) => {
                if let Some(name) = &started.contact_name {
                    self.hear(said, Word::Contact(*contact, name.reveal()));
                }
            }
            (Body::SurveyAnswered { comment: Some(comment), .. } | Body::SurveyCommented { comment, .. }, _) => {
                self.hear(said, Word::Comment(conversation, cut(comment.reveal(), comment::MOST_BYTES)));
            }
            _ => {}
        }
    }

    /// Hears what a status says of its agent.
    pub(super) fn hear_of_agent(&mut self, agent: Name, said: Said, body: &Body<'_>) {
        let Body::AgentStatus { name, skills, capacity, .. } = body else { return };
        if let Some(name) = name.as_ref().map(Private::reveal) {
            self.hear(said, Word::Agent(agent, name));
        }
        if !skills.is_empty() {
            let skills = self.skills(skills);
            self.hear(said, Word::Skills(agent, skills));
        }
        if let Some(capacity) = *capacity {
            self.hear(said, Word::Capacity(agent, capacity));
        }
    }

    /// Hears what events said whose time has come.
    pub(super) fn hear_held(&mut self) {
        let due = take_before(&mut self.held_words, &self.now.saturating_add(1));
        for (said, word) in due.values().flatten() {
            self.take_word(*said, Word::of(word));
        }
    }

    fn hear(&mut self, said: Said, word: Word<&str>) {
        if said.at > self.now && !is_planted(Bug::FutureAtOnce) {
            self.held_words.entry(said.at).or_default().push((said, word.keep()));
        } else {
            self.take_word(said, word);
        }
    }

    fn take_word(&mut self, said: Said, word: Word<&str>) {
        self.is_changed |= match word {
            // Nobody can ask for it any more.
            Word::Comment(..) | Word::Survey(..) if said.at < self.counts_from => false,
            Word::Comment(conversation, text) => {
                self.heard.get_or_insert_default().comments.push(Comment { conversation, said, text: Kept::new(text) });
                true
            }
            Word::Survey(conversation, score, id) => {
                let survey = Arc::from(id);
                self.heard.get_or_insert_default().named_surveys.push(NamedSurvey {
                    conversation,
                    answered_at: said.at,
                    score,
                    survey,
                });
                true
            }
            Word::Contact(contact, name) => self.names.contacts.hear_name(contact, said, name),
            Word::Agent(agent, name) => self.names.agent_names.hear(agent, said, name),
            Word::Skills(agent, skills) => self.hear_skills(agent, said, skills),
            Word::Capacity(agent, capacity) => {
                let known = &mut self.current.profiles.entry(Name::to_code(Some(agent)) as usize).capacity;
                take_latest(known, said, capacity, |known| capacity < *known)
            }
        };
    }

    fn hear_skills(&mut self, agent: Name, said: Said, skills: Arc<[Name]>) -> bool {
        let texts = |skills: &[Name]| skills.iter().map(|skill| self.names.skills.text(*skill)).collect::<Vec<_>>();
        let known = &mut self.current.profiles.entry(Name::to_code(Some(agent)) as usize).skills;
        take_latest(known, said, skills.clone(), |known| texts(&skills) < texts(known))
    }

    /// Skills as numbers, in the order of their ids, each once.
    fn skills(&mut self, ids: &[Text<'_>]) -> Arc<[Name]> {
        let names: &mut Names = &mut self.names.skills;
        let mut ids: Vec<&str> = ids.iter().map(|id| &**id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().map(|id| names.intern(id)).collect()
    }

    /// Hands over to which answers comments belong, but for those that nobody can ask for.
    pub(super) fn state_remarks(&mut self, conversation: u32) {
        if self.remarks.is_empty() {
            return;
        }
        let (from, name) = (self.counts_from, Name::at(conversation as usize));
        let asked_for = self.remarks.drain(..).filter(|remark| remark.fact.answered_at >= from);
        let mut asked_for = asked_for.map(|remark| (name, remark)).peekable();
        if asked_for.peek().is_some() {
            self.heard.get_or_insert_default().stated_remarks.extend(asked_for);
        }
        self.is_changed = true;
    }
}

/// Takes what was said if it is the latest. Whether it says something else.
fn take_latest<T: PartialEq>(
    known: &mut Option<Latest<T>>,
    said: Said,
    value: T,
    is_less: impl FnOnce(&T) -> bool,
) -> bool {
    match known {
        Some(latest) if !latest.yields_to(said, is_less) => false,
        Some(latest) if latest.value == value => {
            // Readers go on sharing what is the same.
            latest.said = said;
            false
        }
        known => {
            *known = Some(Latest { said, value });
            true
        }
    }
}
