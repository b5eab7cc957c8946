//! The names of an account, and events in terms of their numbers.

use super::History;
use crate::domain::compact::rare::Rare;
use crate::domain::event::{Body, Change, Event, Text};
use crate::domain::names::aged::AgedNames;
use crate::domain::names::called::Called;
use crate::domain::names::combinations::Combinations;
use crate::domain::names::{Name, Names, hash_of};
use crate::domain::timeline::{About, Act, Set};

/// Every name the account has heard, by its kind.
#[derive(Debug, Default)]
pub struct Dictionary {
    /// Ids of conversations.
    pub conversations: Names,
    /// Agents.
    pub agents: Names,
    /// What they are called.
    pub agent_names: Called,
    /// Skills.
    pub skills: Rare<Names>,
    /// Contacts, which come and go.
    pub contacts: AgedNames,
    /// Companies.
    pub companies: Rare<Names>,
    /// Channels.
    pub channels: Rare<Names>,
    /// Lines.
    pub lines: Rare<Names>,
    /// Topics.
    pub topics: Rare<Names>,
}

/// The hashes of an event's names, of those that are many; 0 where there is none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hashes {
    pub(super) conversation: u64,
    contact: u64,
    pub(super) agent: u64,
}

impl Hashes {
    pub(super) fn of(event: &Event<'_>) -> Self {
        let (contact, agent) = named_in(&event.body);
        let hash = |name: Option<&str>| name.map_or(0, hash_of);
        Self { conversation: hash_of(&event.conversation), contact: hash(contact), agent: hash(agent) }
    }
}

/// The contact and the agent that an event names.
fn named_in<'e>(body: &'e Body<'_>) -> (Option<&'e str>, Option<&'e str>) {
    match body {
        Body::CustomerMessage { contact, .. } => (contact.as_deref(), None),
        Body::ConversationStarted(started) => (started.contact.as_deref(), None),
        Body::ParticipantJoined { contact } => (Some(contact), None),
        Body::Assigned { agent: Change::Set(agent), .. }
        | Body::Focused { agent }
        | Body::AgentMessage { agent, .. }
        | Body::Unfocused { agent }
        | Body::MoodPrompted { agent }
        | Body::MoodRecorded { agent, .. }
        | Body::AgentStatus { agent, .. } => (None, Some(agent)),
        Body::Closed { agent, .. } | Body::SurveySent { agent, .. } | Body::SurveyAnswered { agent, .. } => {
            (None, agent.as_deref())
        }
        Body::Assigned { agent: Change::Keep | Change::Clear, .. }
        | Body::HandedOff
        | Body::TopicTagged { .. }
        | Body::Snoozed { .. }
        | Body::Reopened { .. }
        | Body::SurveyCommented { .. } => (None, None),
    }
}

impl History {
    /// Which topics, lines, channels and companies come together.
    #[must_use]
    pub fn combinations(&self) -> &Combinations {
        &self.combinations
    }
}

impl Dictionary {
    /// Has what interning an event will read first brought into the caches, of the names that are many; by their hashes.
    pub(super) fn prefetch(&self, event: &Event<'_>) -> Hashes {
        let hashes = Hashes::of(event);
        self.conversations.prefetch(hashes.conversation);
        if hashes.contact != 0 {
            self.contacts.prefetch(hashes.contact);
        }
        if hashes.agent != 0 {
            self.agents.prefetch(hashes.agent);
        }
        hashes
    }

    /// The same of what it will read then.
    pub(super) fn prefetch_texts(&self, hashes: &Hashes) {
        self.conversations.prefetch_text(hashes.conversation);
        if hashes.contact != 0 {
            self.contacts.prefetch_text(hashes.contact);
        }
        if hashes.agent != 0 {
            self.agents.prefetch_text(hashes.agent);
        }
    }

    /// What happened, interned.
    pub(super) fn act(&mut self, event: &Event<'_>, hashes: &Hashes) -> Act {
        let at = event.at;
        match &event.body {
            Body::ConversationStarted(started) => Act::Started(About {
                contact: started.contact.as_ref().map(|one| self.contacts.intern_hashed(hashes.contact, one, at)),
                company: optional(&mut self.companies, started.company.as_ref()),
                channel: optional(&mut self.channels, started.channel.as_ref()),
                line: optional(&mut self.lines, started.line.as_ref()),
                skill: optional(&mut self.skills, started.skill.as_ref()),
                origin: started.origin,
                audience: started.audience,
            }),
            Body::Assigned { agent, skill } => Act::Assigned {
                agent: Set::of(agent, |name| self.agents.intern_hashed(hashes.agent, name)),
                skill: Set::of(skill, |name| self.skills.intern(name)),
            },
            Body::HandedOff => Act::HandedOff,
            Body::ParticipantJoined { contact } => {
                Act::Joined(self.contacts.intern_hashed(hashes.contact, contact, at))
            }
            Body::TopicTagged { topic } => Act::Tagged(self.topics.intern(topic)),
            Body::Focused { agent } => Act::Focused(self.agents.intern_hashed(hashes.agent, agent)),
            Body::CustomerMessage { contact, characters, automated } => Act::CustomerMessage {
                contact: contact.as_ref().map(|one| self.contacts.intern_hashed(hashes.contact, one, at)),
                characters: *characters,
                automated: *automated,
            },
            Body::AgentMessage { agent, characters, automated } => Act::AgentMessage {
                agent: self.agents.intern_hashed(hashes.agent, agent),
                characters: *characters,
                automated: *automated,
            },
            Body::Unfocused { agent } | Body::AgentStatus { agent, .. } => {
                Act::Unfocused(self.agents.intern_hashed(hashes.agent, agent))
            }
            Body::Snoozed { until } => Act::Snoozed(*until),
            Body::Closed { agent, closed_by, outcome } => {
                let agent = agent.as_ref().map(|agent| self.agents.intern_hashed(hashes.agent, agent));
                Act::Closed { agent, closed_by: *closed_by, outcome: *outcome }
            }
            Body::Reopened { by } => Act::Reopened { by: *by },
            Body::SurveySent { survey, agent, skill } => {
                let [agent, skill] = self.agent_and_skill((hashes.agent, agent.as_ref()), skill.as_ref());
                Act::SurveySent { survey: survey_id(survey.as_ref()), agent, skill }
            }
            Body::SurveyAnswered { survey, score, comment, agent, skill } => {
                let [agent, skill] = self.agent_and_skill((hashes.agent, agent.as_ref()), skill.as_ref());
                let survey = survey_id(survey.as_ref());
                Act::SurveyAnswered { survey, score: *score, commented: comment.is_some(), agent, skill }
            }
            Body::SurveyCommented { survey, .. } => Act::SurveyCommented { survey: survey_id(survey.as_ref()) },
            Body::MoodPrompted { agent } => Act::MoodPrompted(self.agents.intern_hashed(hashes.agent, agent)),
            Body::MoodRecorded { agent, mood } => {
                Act::MoodRecorded { agent: self.agents.intern_hashed(hashes.agent, agent), mood: *mood }
            }
        }
    }

    fn agent_and_skill(
        &mut self,
        (hash, agent): (u64, Option<&Text<'_>>),
        skill: Option<&Text<'_>>,
    ) -> [Option<Name>; 2] {
        let agent = agent.map(|agent| self.agents.intern_hashed(hash, agent));
        [agent, optional(&mut self.skills, skill)]
    }

    /// The content of an act in texts instead of numbers, which depend on the order of arrival.
    pub(super) fn content(&self, act: Act) -> Vec<String> {
        let name = |names: &Names, name: Option<Name>| name.map(|name| names.text(name).to_owned()).unwrap_or_default();
        let contact = |one: Option<Name>| one.map(|one| self.contacts.text(one).to_owned()).unwrap_or_default();
        let set = |names: &Names, set: Set| match set {
            Set::Keep => String::new(),
            Set::To(to) => format!("={}", name(names, to)),
        };
        match act {
            Act::HandedOff | Act::Reopened { .. } => vec![],
            Act::Started(about) => vec![
                contact(about.contact),
                name(&self.companies, about.company),
                name(&self.channels, about.channel),
                name(&self.lines, about.line),
                name(&self.skills, about.skill),
                format!("{:?} {:?}", about.origin, about.audience),
            ],
            Act::Assigned { agent, skill } => vec![set(&self.agents, agent), set(&self.skills, skill)],
            Act::Joined(one) => vec![contact(Some(one))],
            Act::Tagged(topic) => vec![name(&self.topics, Some(topic))],
            Act::Focused(agent) | Act::Unfocused(agent) | Act::MoodPrompted(agent) | Act::Left(agent) => {
                vec![name(&self.agents, Some(agent))]
            }
            Act::CustomerMessage { contact: from, characters, automated } => {
                vec![contact(from), characters.to_string(), automated.to_string()]
            }
            Act::AgentMessage { agent, characters, automated } => {
                vec![name(&self.agents, Some(agent)), characters.to_string(), automated.to_string()]
            }
            Act::Snoozed(until) => vec![format!("{until:?}")],
            Act::Closed { agent, closed_by, outcome } => {
                vec![name(&self.agents, agent), format!("{closed_by:?} {outcome:?}")]
            }
            Act::SurveySent { survey, agent, skill } => {
                vec![format!("{survey:?}"), name(&self.agents, agent), name(&self.skills, skill)]
            }
            Act::SurveyAnswered { survey, score, commented, agent, skill } => {
                vec![format!("{survey:?} {score} {commented}"), name(&self.agents, agent), name(&self.skills, skill)]
            }
            Act::SurveyCommented { survey } => vec![format!("{survey:?}")],
            Act::MoodRecorded { agent, mood } => vec![name(&self.agents, Some(agent)), format!("{mood:?}")],
        }
    }
}

fn optional(names: &mut Rare<Names>, name: Option<&Text<'_>>) -> Option<Name> {
    name.map(|name| names.intern(name))
}

/// Survey ids are compared within a conversation only, so a hash of 64 bits tells them apart.
fn survey_id(id: Option<&Text<'_>>) -> Option<u64> {
    id.map(|id| xxhash_rust::xxh3::xxh3_64(id.as_bytes()))
}
