//! Agents' presence: which status held from when to when (SPEC §3, Agents; §1, `agent_status`).

use super::body::Body;
use super::event::Event;
use super::policy::Policies;
use super::timeline::{Place, Standing};

/// One status of an agent while it held.
#[derive(Clone, Debug)]
pub struct Span {
    /// Who.
    pub agent: String,
    /// `online`, `away` or `offline`.
    pub status: String,
    /// The event that said so.
    pub place: Place,
    /// When it ended: at the next one, at its cap, or now.
    pub until_ms: i64,
    /// Whether it holds now.
    pub is_current: bool,
}

/// The statuses of one agent.
pub fn spans(statuses: &Standing, policies: &Policies, now_ms: i64) -> Vec<Span> {
    let next_ms = |i: usize| statuses.events.get(i + 1).map(|next| next.at_ms);
    let events = statuses.events.iter().enumerate();
    events.filter_map(|(i, event)| span(event, next_ms(i), policies, now_ms)).collect()
}

/// A status holds until the next one, at most until its cap; at that moment it still does.
fn span(event: &Event, next_ms: Option<i64>, policies: &Policies, now_ms: i64) -> Option<Span> {
    let Body::AgentStatus { agent, status, .. } = &event.body else { return None };
    let cap_ms = event.at_ms.saturating_add(policies.at(&event.account, event.at_ms).status_cap_ms);
    let until_ms = next_ms.unwrap_or(now_ms).min(cap_ms).min(now_ms);
    let is_current = next_ms.is_none() && now_ms <= cap_ms;
    Some(Span { agent: agent.clone(), status: status.clone(), place: event.place(), until_ms, is_current })
}
