//! From a heap of admitted events to timelines: the order, the lives, and one event per identity (SPEC §1, §3).

use super::body::Body;
use super::event::Event;
use super::life::Life;
use super::time::{DAY_MS, silences};
use std::collections::BTreeMap;

/// How long after a status that stands its repeats are looked for (SPEC §1).
const STATUS_REPEATS_MS: i64 = 31 * DAY_MS;

/// An event's place among all events of an account (SPEC §3, timeline).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub at_ms: i64,
    pub sequence: u32,
    pub type_order: usize,
    pub identity: u64,
    pub conversation: String,
}

/// The events that stand, in timeline order, and what became of the others.
#[derive(Default)]
pub struct Standing {
    /// The events.
    pub events: Vec<Event>,
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

    /// What it says, without what only orders it, and without words that no number needs (reading 13).
    fn content(&self) -> (i64, Body, Option<u32>) {
        (self.at_ms, self.body.without_words(), self.said_sequence)
    }
}

/// The lives of all conversations, in the order of account, conversation and time.
pub fn conversation_lives(events: &[Event]) -> Vec<Life> {
    let key = |event: &Event| match &event.body {
        Body::AgentStatus { .. } => None,
        _ => Some((event.account.clone(), event.conversation.clone())),
    };
    let timelines = grouped(events, key);
    timelines.into_iter().flat_map(|((account, id), timeline)| lives(&account, &id, &timeline)).collect()
}

/// The statuses of all agents that stand, by account and agent.
pub fn statuses(events: &[Event]) -> BTreeMap<(String, String), Standing> {
    let key = |event: &Event| match &event.body {
        Body::AgentStatus { agent, .. } => Some((event.account.clone(), agent.clone())),
        _ => None,
    };
    let timelines = grouped(events, key).into_iter();
    timelines.map(|(key, timeline)| (key, standing(&timeline, STATUS_REPEATS_MS))).collect()
}

/// The events by a key, each group in timeline order; of two that share a place the one with the lesser content is
/// first, and so stands (reading 3).
fn grouped<K: Ord>(events: &[Event], key: impl Fn(&Event) -> Option<K>) -> BTreeMap<K, Vec<Event>> {
    let mut groups: BTreeMap<K, Vec<Event>> = BTreeMap::new();
    for event in events {
        if let Some(key) = key(event) {
            groups.entry(key).or_default().push(event.clone());
        }
    }
    for group in groups.values_mut() {
        group.sort_by(|a, b| a.place().cmp(&b.place()).then_with(|| a.content().cmp(&b.content())));
    }
    groups
}

/// Cuts a conversation's timeline where the silence is too long for what stands before it. Every event breaks the
/// silence, repeats too.
fn lives(account: &str, id: &str, timeline: &[Event]) -> Vec<Life> {
    let mut all = Vec::new();
    let mut rest = timeline;
    while let Some(last) = rest.len().checked_sub(1) {
        let ends = |before: usize| is_cut(&rest[..before], rest[before].at_ms);
        let length = (1..=last).find(|before| ends(*before)).unwrap_or(rest.len());
        all.push(life(account, id, &rest[..length]));
        rest = &rest[length..];
    }
    all
}

/// Whether what comes at this time is no more of the life of these events.
fn is_cut(before: &[Event], next_ms: i64) -> bool {
    let silence_ms = before.last().map_or(0, |last| next_ms - last.at_ms);
    let least_ms = silences().closed_ms.min(silences().open_ms);
    silence_ms > least_ms && silence_ms > life("", "", before).silence_ms()
}

fn life(account: &str, id: &str, events: &[Event]) -> Life {
    let last_ms = events.last().map_or(0, |last| last.at_ms);
    Life { account: account.to_owned(), id: id.to_owned(), standing: standing(events, i64::MAX), last_ms }
}

/// Of the events with one identity the first stands; the others are looked for up to `within_ms` after it.
fn standing(timeline: &[Event], within_ms: i64) -> Standing {
    let mut all = Standing::default();
    for event in timeline {
        let first = all.events.iter().rfind(|first| first.identity == event.identity);
        match first.filter(|first| event.at_ms - first.at_ms <= within_ms) {
            None => all.events.push(event.clone()),
            Some(first) if first.content() == event.content() => all.duplicate += 1,
            Some(_) => all.conflicting += 1,
        }
    }
    all
}
