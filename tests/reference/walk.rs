//! Walks one life's timeline from its first event to its last and lists its facts (SPEC §3).
//!
//! What is still open when the walk is over (standing answers, overdue waits) is stated at the end.

use super::body::{Body, Started};
use super::closing::Close;
use super::event::Event;
use super::fact::{Credit, Fact, Kind};
use super::fields::Change;
use super::policy::{Policies, Version};
use super::surveys::Survey;
use super::timeline::{Life, Place};
use super::visits::Mark;
use super::waits::Wait;
use std::collections::BTreeMap;

/// A life being walked; after the walk, what is known of it.
pub struct Walk<'a> {
    /// The timeline.
    pub life: &'a Life,
    /// The policies.
    pub policies: &'a Policies,
    /// The moment of the question.
    pub now_ms: i64,
    /// The first `conversation_started` anywhere in the life (reading 4).
    pub started: Option<&'a Started>,
    /// The start: of that event, else of the first event.
    pub start_ms: i64,
    /// What was established.
    pub facts: Vec<Fact>,
    /// What concerns the visits of agents, handed on to `visits`.
    pub marks: Vec<(Place, Mark)>,
    /// The closes that had an effect.
    pub closes: Vec<Close>,
    /// The assignee and skill after each event.
    pub history: Vec<Credit>,
    /// The assignee.
    pub assignee: Option<String>,
    /// The skill.
    pub skill: Option<String>,
    /// Whether a `conversation_started` was met.
    pub is_started: bool,
    /// Whether it is open.
    pub is_open: bool,
    /// Whether it is snoozed, and until when.
    pub snooze: Option<Option<i64>>,
    /// Whether a bot ever handed it to humans.
    pub was_handed_off: bool,
    /// When a customer first wrote.
    pub first_customer_ms: Option<i64>,
    /// The waits, the last one perhaps still running.
    pub waits: Vec<Wait>,
    /// Whether a human wrote before any customer.
    pub human_wrote_first: bool,
    /// Who gave the first response.
    pub first_responder: Option<String>,
    /// The human who last wrote.
    pub last_human: Option<String>,
    /// The bot that last wrote.
    pub last_bot: Option<String>,
    /// The last reopening.
    pub reopening: Option<Credit>,
    /// The resolution facts of the last close, as long as a reopening may take them back.
    pub resolution: Vec<Fact>,
    /// The surveys sent, in the order of their sending.
    pub surveys: Vec<Survey>,
    /// The one survey that was never sent.
    pub unsent: Option<Survey>,
    /// The latest mood by agent.
    pub moods: BTreeMap<String, Fact>,
    /// The first prompt by agent.
    pub prompts: BTreeMap<String, Credit>,
}

/// Walks a life up to its last event and states its facts as of `now_ms`.
pub fn walk<'a>(life: &'a Life, policies: &'a Policies, now_ms: i64) -> Walk<'a> {
    let mut walk = Walk::new(life, policies, now_ms);
    for event in &life.events {
        walk.step(event);
        let after = walk.credit(event, walk.assignee.clone());
        walk.history.push(after);
    }
    walk.state_resolution();
    walk.state_overdue();
    walk.state_surveys();
    walk.state_moods();
    walk
}

impl<'a> Walk<'a> {
    fn new(life: &'a Life, policies: &'a Policies, now_ms: i64) -> Walk<'a> {
        let started = life.events.iter().find_map(|event| match &event.body {
            Body::ConversationStarted(started) => Some((started, event.at_ms)),
            _ => None,
        });
        let first_ms = life.events.first().map_or(now_ms, |event| event.at_ms);
        Walk {
            life,
            policies,
            now_ms,
            started: started.map(|(started, _)| started),
            start_ms: started.map_or(first_ms, |(_, at_ms)| at_ms),
            facts: Vec::new(),
            marks: Vec::new(),
            closes: Vec::new(),
            history: Vec::new(),
            assignee: None,
            skill: None,
            is_started: false,
            is_open: true,
            snooze: None,
            was_handed_off: false,
            first_customer_ms: None,
            waits: Vec::new(),
            human_wrote_first: false,
            first_responder: None,
            last_human: None,
            last_bot: None,
            reopening: None,
            resolution: Vec::new(),
            surveys: Vec::new(),
            unsent: None,
            moods: BTreeMap::new(),
            prompts: BTreeMap::new(),
        }
    }

    fn step(&mut self, event: &Event) {
        match &event.body {
            Body::ConversationStarted(started) => self.start(event, started),
            Body::Assigned { agent, skill } => self.assign(agent, skill),
            Body::HandedOff => self.hand_off(event),
            Body::Focused { agent } => {
                self.mark(event, Mark::Focused { agent: agent.clone(), skill: self.skill.clone() });
            }
            Body::Unfocused { agent } => self.mark(event, Mark::Unfocused { agent: agent.clone() }),
            Body::CustomerMessage { contact, .. } => self.customer_wrote(event, contact.as_ref()),
            Body::AgentMessage { agent, automated: true, .. } => self.bot_wrote(event, agent),
            Body::AgentMessage { agent, .. } => self.human_wrote(event, agent),
            Body::Snoozed { until_ms } => self.snooze = Some(*until_ms),
            Body::Closed { agent, by, outcome } => self.close(event, agent.as_ref(), by, outcome),
            Body::Reopened { .. } => {
                self.snooze = None;
                self.reopen(event);
            }
            Body::SurveySent { survey, agent, skill } => self.survey_sent(event, survey, agent, skill),
            Body::SurveyAnswered(answer) => self.survey_answered(event, answer),
            Body::SurveyCommented { survey, .. } => self.survey_commented(survey),
            Body::MoodPrompted { agent } => self.mood_prompted(event, agent),
            Body::MoodRecorded { agent, mood } => self.mood_recorded(event, agent, mood),
            Body::ParticipantJoined { .. } | Body::TopicTagged { .. } | Body::AgentStatus { .. } => {}
        }
    }

    /// Only the first `conversation_started` counts (SPEC §1).
    fn start(&mut self, event: &Event, started: &Started) {
        if self.is_started {
            return;
        }
        self.is_started = true;
        if started.skill.is_some() {
            self.skill.clone_from(&started.skill);
        }
        self.state(event, self.assignee.clone(), Kind::Started);
    }

    /// Sets what it carries; an empty string clears; ends a snooze (SPEC §1).
    fn assign(&mut self, agent: &Change, skill: &Change) {
        self.snooze = None;
        apply(agent, &mut self.assignee);
        apply(skill, &mut self.skill);
    }

    fn mood_prompted(&mut self, event: &Event, agent: &str) {
        let credit = self.credit(event, Some(agent.to_owned()));
        self.prompts.entry(agent.to_owned()).or_insert(credit);
    }

    /// The latest mood of an agent on a conversation holds (SPEC §3).
    fn mood_recorded(&mut self, event: &Event, agent: &str, mood: &str) {
        let credit = self.credit(event, Some(agent.to_owned()));
        self.moods.insert(agent.to_owned(), Fact { credit, kind: Kind::Mood(mood.to_owned()) });
    }

    fn state_moods(&mut self) {
        for (agent, credit) in &self.prompts {
            let kind = Kind::Prompted(self.moods.contains_key(agent));
            self.facts.push(Fact { credit: credit.clone(), kind });
        }
        self.facts.extend(self.moods.values().cloned());
    }

    /// A fact of this event, for this agent and the skill after the event.
    pub fn state(&mut self, event: &Event, agent: Option<String>, kind: Kind) {
        let credit = self.credit(event, agent);
        self.facts.push(Fact { credit, kind });
    }

    /// The credit for something this event says.
    pub fn credit(&self, event: &Event, agent: Option<String>) -> Credit {
        Credit { at_ms: event.at_ms, agent, skill: self.skill.clone() }
    }

    /// The policy in force at a time.
    pub fn policy(&self, at_ms: i64) -> &'a Version {
        self.policies.at(&self.life.account, at_ms)
    }

    /// Hands something on to the visits.
    pub fn mark(&mut self, event: &Event, mark: Mark) {
        self.marks.push((event.place(), mark));
    }
}

fn apply(change: &Change, to: &mut Option<String>) {
    match change {
        Change::Keep => {}
        Change::Clear => *to = None,
        Change::Set(id) => *to = Some(id.clone()),
    }
}
