//! From a heap of admitted events to timelines: lives, one event per identity, and the order within each (SPEC §1, §3).

use super::body::Body;
use super::event::Event;
use super::time::forget_after_ms;
use std::collections::BTreeMap;

/// An event's place among all events of an account (SPEC §3, timeline).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub at_ms: i64,
    pub sequence: u32,
    pub type_order: usize,
    pub identity: u64,
    pub conversation: String,
}

/// One life of a conversation, or of an agent's presence.
pub struct Life {
    /// The account.
    pub account: String,
    /// The conversation or the agent.
    pub id: String,
    /// The events that stand, in timeline order.
    pub events: Vec<Event>,
    /// When the last event came that broke the silence, void ones included.
    pub last_ms: i64,
    /// How many repeats were left out.
    pub duplicate: usize,
    /// How many with the identity, but not the content, of one that stands.
    pub conflicting: usize,
}

impl Event {
    /// Where it stands.
    pub fn place(&self) -> Place {
        Place {
            at_ms: self.at_ms,
            sequence: self.sequence,
            type_order: self.body.order(),
            identity: self.identity,
            conversation: self.conversation.clone(),
        }
    }

    /// The agent whose presence this is, for `agent_status` alone.
    fn presence_of(&self) -> Option<&String> {
        match &self.body {
            Body::AgentStatus { agent, .. } => Some(agent),
            _ => None,
        }
    }
}

/// The lives of all conversations, in the order of account, conversation and time.
pub fn conversation_lives(events: &[Event]) -> Vec<Life> {
    lives(events, |event| event.presence_of().is_none().then_some(&event.conversation))
}

/// The lives of all agents' presence: `agent_status` has lives of its own (reading 8).
pub fn presence_lives(events: &[Event]) -> Vec<Life> {
    lives(events, Event::presence_of)
}

fn lives(events: &[Event], key: impl Fn(&Event) -> Option<&String>) -> Vec<Life> {
    let mut groups: BTreeMap<(String, String), Vec<Event>> = BTreeMap::new();
    for event in events {
        if let Some(id) = key(event) {
            groups.entry((event.account.clone(), id.clone())).or_default().push(event.clone());
        }
    }
    let mut all = Vec::new();
    for ((account, id), group) in groups {
        all.extend(split_by_silence(group).into_iter().map(|part| life(account.clone(), id.clone(), part)));
    }
    all
}

/// A silence of more than `forget_after` ends a life; every admitted event breaks it, void ones too (reading 3).
fn split_by_silence(mut events: Vec<Event>) -> Vec<Vec<Event>> {
    events.sort_by_key(|event| event.at_ms);
    let mut parts: Vec<Vec<Event>> = Vec::new();
    let mut previous_ms = None;
    for event in events {
        let at_ms = event.at_ms;
        match parts.last_mut() {
            Some(part) if previous_ms.is_some_and(|previous_ms| at_ms - previous_ms <= forget_after_ms()) => {
                part.push(event);
            }
            _ => parts.push(vec![event]),
        }
        previous_ms = Some(at_ms);
    }
    parts
}

fn life(account: String, id: String, events: Vec<Event>) -> Life {
    let last_ms = events.iter().map(|event| event.at_ms).max().unwrap_or_default();
    let mut by_identity: BTreeMap<u64, Vec<Event>> = BTreeMap::new();
    for event in events {
        by_identity.entry(event.identity).or_default().push(event);
    }
    let mut life = Life { account, id, events: Vec::new(), last_ms, duplicate: 0, conflicting: 0 };
    for (_, mut same) in by_identity {
        same.sort_by(|a, b| precedence(a).cmp(&precedence(b)));
        for void in &same[1..] {
            let is_repeat = precedence(void) == precedence(&same[0]);
            *(if is_repeat { &mut life.duplicate } else { &mut life.conflicting }) += 1;
        }
        life.events.push(same.swap_remove(0));
    }
    life.events.sort_by_cached_key(Event::place);
    life
}

/// Of two events with one identity the earlier stands, then the lower type, then one chosen by the content alone
/// (SPEC §1): here the lower sequence, then the lesser body.
fn precedence(event: &Event) -> (i64, usize, u32, &Body) {
    (event.at_ms, event.body.order(), event.sequence, &event.body)
}
