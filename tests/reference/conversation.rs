//! A life at the moment of the question, under its policies, and the facts that its timeline establishes (SPEC §3).

use super::body::Body;
use super::event::Event;
use super::fact::{About, Credit, Fact, Kind};
use super::life::Life;
use super::policy::{Policies, Version};
use std::collections::BTreeSet;

/// A life, its policies, and the moment.
pub struct Conversation<'a> {
    /// The timeline.
    pub life: &'a Life,
    /// The policies.
    pub policies: &'a Policies,
    /// The moment of the question.
    pub now_ms: i64,
}

impl<'a> Conversation<'a> {
    /// Everything it establishes, in no particular order.
    pub fn facts(&self) -> Vec<Fact> {
        let mut facts = self.started();
        for i in 0..self.life.len() {
            facts.extend(self.message(i).map(|kind| self.fact(i, kind)));
        }
        facts.extend(self.proactive());
        facts.extend(self.moods());
        facts.extend(self.response_facts());
        facts.extend(self.closing_facts());
        facts.extend(self.survey_facts());
        facts
    }

    /// The policy in force at the event at `i`.
    pub fn policy(&self, i: usize) -> &'a Version {
        self.policies.at(&self.life.account, self.life.at_ms(i))
    }

    /// Whether it is open now, and silence has not ended it.
    pub fn is_live(&self) -> bool {
        self.life.is_open_before(self.life.len()) && self.now_ms <= self.life.end_ms()
    }

    /// A fact of the event at `i`: for its own agent, else the assignee after it, and the skill after it.
    pub fn fact(&self, i: usize, kind: Kind) -> Fact {
        let own = match &self.life.events()[i].body {
            Body::MoodPrompted { agent } | Body::MoodRecorded { agent, .. } => Some(agent.clone()),
            _ => self.life.events()[i].writer(),
        };
        Fact { credit: self.credit(i, own.or(self.life.assignee_after(i))), kind }
    }

    /// The credit of this agent for what the event at `i` says.
    pub fn credit(&self, i: usize, agent: Option<String>) -> Credit {
        let about = About { contact: self.life.writing_contact(i), ..self.about(i) };
        Credit { at_ms: self.life.at_ms(i), agent, skill: self.life.skill_after(i), about }
    }

    /// What the conversation is about after the event at `i`.
    pub fn about(&self, i: usize) -> About {
        let topics = self.life.events()[..=i].iter().filter_map(topic).cloned().collect();
        let Some(started) = self.life.started() else { return About { topics, ..About::default() } };
        About {
            contact: started.contact.clone(),
            line: started.line.clone(),
            channel: started.channel.clone(),
            company: started.company.clone(),
            topics,
        }
    }

    /// A moment between events that has come: for the assignee and skill before the events of its millisecond. No
    /// moment comes after the silence that ends the life (reading 4).
    pub fn overdue(&self, moment_ms: i64, kind: Kind) -> Option<Fact> {
        let has_come = moment_ms <= self.now_ms && moment_ms <= self.life.end_ms();
        let before = self.life.last_earlier(moment_ms).filter(|_| has_come)?;
        let credit = self.credit(before, self.life.assignee_after(before));
        Some(Fact { credit: Credit { at_ms: moment_ms, about: self.about(before), ..credit }, kind })
    }

    fn started(&self) -> Vec<Fact> {
        self.life.start().map(|start| self.fact(start, Kind::Started)).into_iter().collect()
    }

    /// What the event at `i` counts as, if it is a message.
    fn message(&self, i: usize) -> Option<Kind> {
        match &self.life.events()[i].body {
            Body::CustomerMessage { automated: true, .. } | Body::AgentMessage { automated: true, .. } => {
                Some(Kind::AutomatedMessage)
            }
            Body::AgentMessage { .. } => Some(Kind::AgentMessage),
            Body::CustomerMessage { .. } => Some(Kind::CustomerMessage(self.life.writing_contact(i))),
            _ => None,
        }
    }

    /// Human messages before any customer's.
    fn proactive(&self) -> Vec<Fact> {
        let first_customer = self.life.first_between(0, self.life.len(), Event::is_customer);
        let before = |i: &usize| first_customer.is_none_or(|first| *i < first);
        let humans = self.life.all(Event::is_human).into_iter();
        humans.filter(before).map(|i| self.fact(i, Kind::ProactiveMessage)).collect()
    }

    /// The latest mood of each agent, and each agent's first prompt with whether there is a mood by now.
    fn moods(&self) -> Vec<Fact> {
        let (events, now) = (self.life.events(), self.life.len());
        let agents: BTreeSet<&String> =
            events.iter().filter_map(|event| mood(event).map(|(agent, _)| agent).or(prompt(event))).collect();
        let of_agent = |agent: &String| {
            let latest = self.life.last_before(now, |event| mood(event).is_some_and(|(who, _)| who == agent));
            let first_prompt = self.life.first_between(0, now, |event| prompt(event) == Some(agent));
            let recorded = latest.and_then(|i| Some(self.fact(i, Kind::Mood(mood(&events[i])?.1.clone()))));
            let prompted = first_prompt.map(|i| self.fact(i, Kind::Prompted(latest.is_some())));
            recorded.into_iter().chain(prompted)
        };
        agents.into_iter().flat_map(of_agent).collect()
    }
}

/// The topic that an event tags.
pub fn topic(event: &Event) -> Option<&String> {
    match &event.body {
        Body::TopicTagged { topic } => Some(topic),
        _ => None,
    }
}

/// Whose mood an event records, and which.
fn mood(event: &Event) -> Option<(&String, &String)> {
    match &event.body {
        Body::MoodRecorded { agent, mood } => Some((agent, mood)),
        _ => None,
    }
}

/// Whom an event asks for the mood.
fn prompt(event: &Event) -> Option<&String> {
    match &event.body {
        Body::MoodPrompted { agent } => Some(agent),
        _ => None,
    }
}
