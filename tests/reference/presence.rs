//! Agents' presence: which status held from when to when (SPEC §3, Agents; §1, `agent_status`).

use super::body::Body;
use super::event::Event;
use super::time::forget_after_ms;
use super::timeline::{Life, Place};

/// One status of an agent while it held.
#[derive(Clone, Debug)]
pub struct Span {
    /// Who.
    pub agent: String,
    /// `online`, `away` or `offline`.
    pub status: String,
    /// The event that said so.
    pub place: Place,
    /// When it ended: at the next one, after `forget_after`, or now.
    pub until_ms: i64,
    /// Whether it holds now.
    pub is_current: bool,
}

/// The statuses of one life of an agent's presence.
pub fn spans(life: &Life, now_ms: i64) -> Vec<Span> {
    let next_ms = |index: usize| life.events.get(index + 1).map(|next| next.at_ms);
    life.events.iter().enumerate().filter_map(|(index, event)| span(event, next_ms(index), now_ms)).collect()
}

fn span(event: &Event, next_ms: Option<i64>, now_ms: i64) -> Option<Span> {
    let Body::AgentStatus { agent, status, .. } = &event.body else { return None };
    let lapse_ms = event.at_ms + forget_after_ms();
    let until_ms = next_ms.unwrap_or(now_ms).min(lapse_ms).min(now_ms);
    let is_current = next_ms.is_none() && now_ms <= lapse_ms;
    Some(Span { agent: agent.clone(), status: status.clone(), place: event.place(), until_ms, is_current })
}
