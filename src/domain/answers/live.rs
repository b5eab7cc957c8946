//! What is so at this moment, without a window (SPEC §3, live state).

use crate::domain::event::Millis;

/// An account's live state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Live {
    /// Open conversations.
    pub open: u64,
    /// Open, not snoozed, with a wait that counts.
    pub waiting: u64,
    /// Open, without an assignee.
    pub unassigned: u64,
    /// Open and snoozed.
    pub snoozed: u64,
    /// The ten longest waiting, by start, then id.
    pub longest_waiting: Vec<Waiting>,
    /// Agents online.
    pub agents_online: u64,
    /// Agents away.
    pub agents_away: u64,
    /// Per agent who owns any, sorted as bytes: how many open conversations are assigned.
    pub owned: Vec<(String, u64)>,
}

/// One waiting conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Which.
    pub conversation: String,
    /// From when the wait counts.
    pub since: Millis,
    /// How long at `now`.
    pub age_ms: Millis,
}
