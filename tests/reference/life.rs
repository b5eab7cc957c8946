//! One life of a conversation, and the questions about its sorted events that everything else is answered from.
//!
//! `…_before(i)` looks at the events before the one at `i`, `…_after(i)` at that one too; `self.len()` stands for now.

use super::body::{Body, Started};
use super::event::Event;
use super::fields::Change;
use super::time::silences;
use super::timeline::Standing;

/// One life of a conversation.
pub struct Life {
    /// The account.
    pub account: String,
    /// The conversation.
    pub id: String,
    /// Its events.
    pub standing: Standing,
    /// When the last event came that broke the silence, repeats included.
    pub last_ms: i64,
}

impl Event {
    /// A customer wrote, and no machine for them.
    pub fn is_customer(&self) -> bool {
        matches!(self.body, Body::CustomerMessage { automated: false, .. })
    }

    /// A human agent wrote.
    pub fn is_human(&self) -> bool {
        matches!(self.body, Body::AgentMessage { automated: false, .. })
    }

    /// A bot wrote.
    pub fn is_bot(&self) -> bool {
        matches!(self.body, Body::AgentMessage { automated: true, .. })
    }

    /// A bot gave the conversation to humans.
    pub fn is_hand_off(&self) -> bool {
        matches!(self.body, Body::HandedOff)
    }

    /// A close, with or without effect.
    pub fn is_close(&self) -> bool {
        matches!(self.body, Body::Closed { .. })
    }

    /// What opens a closed conversation.
    pub fn is_reopening(&self) -> bool {
        self.is_customer() || matches!(self.body, Body::Reopened { .. })
    }

    /// What opens a conversation that was never closed.
    pub fn is_opening(&self) -> bool {
        let others = matches!(
            self.body,
            Body::ConversationStarted(_) | Body::Assigned { .. } | Body::Focused { .. } | Body::Snoozed { .. }
        );
        others || self.is_hand_off() || self.is_human() || self.is_reopening()
    }

    /// A survey went out.
    pub fn is_survey_sent(&self) -> bool {
        matches!(self.body, Body::SurveySent { .. })
    }

    /// The agent who wrote, human or bot.
    pub fn writer(&self) -> Option<String> {
        match &self.body {
            Body::AgentMessage { agent, .. } => Some(agent.clone()),
            _ => None,
        }
    }
}

impl Life {
    /// The events, in timeline order.
    pub fn events(&self) -> &[Event] {
        &self.standing.events
    }

    /// How many they are.
    pub fn len(&self) -> usize {
        self.events().len()
    }

    /// When the event at `i` happened.
    pub fn at_ms(&self, i: usize) -> i64 {
        self.events()[i].at_ms
    }

    /// The places of the events that are so.
    pub fn all(&self, is_so: impl Fn(&Event) -> bool) -> Vec<usize> {
        (0..self.len()).filter(|i| is_so(&self.events()[*i])).collect()
    }

    /// The first event that is so, from one place up to, but not including, another.
    pub fn first_between(&self, from: usize, until: usize, is_so: impl Fn(&Event) -> bool) -> Option<usize> {
        (from..until).find(|i| is_so(&self.events()[*i]))
    }

    /// The last event before `i` that is so.
    pub fn last_before(&self, i: usize, is_so: impl Fn(&Event) -> bool) -> Option<usize> {
        self.events()[..i].iter().rposition(is_so)
    }

    /// The last event earlier than the millisecond.
    pub fn last_earlier(&self, at_ms: i64) -> Option<usize> {
        self.last_before(self.len(), |event| event.at_ms < at_ms)
    }

    /// Whether a close came, and nothing since that opens it again.
    pub fn is_closed_before(&self, i: usize) -> bool {
        let close = self.last_before(i, Event::is_close);
        close.is_some_and(|close| self.first_between(close, i, Event::is_reopening).is_none())
    }

    /// Whether something opened it, and it is not closed.
    pub fn is_open_before(&self, i: usize) -> bool {
        self.first_between(0, i, Event::is_opening).is_some() && !self.is_closed_before(i)
    }

    /// The last event before `i` that opened the closed conversation.
    pub fn reopening_before(&self, i: usize) -> Option<usize> {
        (0..i).rfind(|i| self.events()[*i].is_reopening() && self.is_closed_before(*i))
    }

    /// The silence that ends it.
    pub fn silence_ms(&self) -> i64 {
        if self.is_open_before(self.len()) { silences().open_ms } else { silences().closed_ms }
    }

    /// The last moment of the silence that ends it.
    pub fn end_ms(&self) -> i64 {
        self.last_ms.saturating_add(self.silence_ms())
    }

    /// The first `conversation_started` anywhere: only it counts, and it holds for the whole conversation (SPEC §1).
    pub fn start(&self) -> Option<usize> {
        self.first_between(0, self.len(), |event| matches!(event.body, Body::ConversationStarted(_)))
    }

    /// What that event says.
    pub fn started(&self) -> Option<&Started> {
        match &self.events()[self.start()?].body {
            Body::ConversationStarted(started) => Some(started),
            _ => None,
        }
    }

    /// The contact whom a customer's message at `i` names, else the conversation's.
    pub fn writing_contact(&self, i: usize) -> Option<String> {
        let own = match &self.events()[i].body {
            Body::CustomerMessage { contact, .. } => contact.clone(),
            _ => None,
        };
        own.or_else(|| self.started().and_then(|started| started.contact.clone()))
    }

    /// When it started: at that event, else at its first one.
    pub fn start_ms(&self) -> i64 {
        self.at_ms(self.start().unwrap_or(0))
    }

    /// The assignee after the event at `i`.
    pub fn assignee_after(&self, i: usize) -> Option<String> {
        self.events()[..=i].iter().rev().find_map(assigned_agent).flatten()
    }

    /// The skill after the event at `i`.
    pub fn skill_after(&self, i: usize) -> Option<String> {
        let start = self.start();
        (0..=i).rev().find_map(|i| assigned_skill(&self.events()[i], start == Some(i))).flatten()
    }

    /// The human who wrote last before `i`.
    pub fn last_human_before(&self, i: usize) -> Option<String> {
        self.events()[self.last_before(i, Event::is_human)?].writer()
    }

    /// The bot that wrote last before `i`.
    pub fn last_bot_before(&self, i: usize) -> Option<String> {
        self.events()[self.last_before(i, Event::is_bot)?].writer()
    }
}

/// What an event sets the assignee to, if it sets it.
fn assigned_agent(event: &Event) -> Option<Option<String>> {
    match &event.body {
        Body::Assigned { agent, .. } => changed(agent),
        _ => None,
    }
}

/// What an event sets the skill to, if it sets it; a `conversation_started` does if it is the first.
fn assigned_skill(event: &Event, is_start: bool) -> Option<Option<String>> {
    match &event.body {
        Body::Assigned { skill, .. } => changed(skill),
        Body::ConversationStarted(started) if is_start => started.skill.clone().map(Some),
        _ => None,
    }
}

fn changed(change: &Change) -> Option<Option<String>> {
    match change {
        Change::Keep => None,
        Change::Clear => Some(None),
        Change::Set(id) => Some(Some(id.clone())),
    }
}
