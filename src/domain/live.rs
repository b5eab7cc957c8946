//! What is so at this moment, without a window (SPEC §3, live state).

use super::event::Millis;

/// An account's live state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Live {
    /// Open conversations.
    pub open: u64,
    /// Open, not snoozed, with a customer message no human has answered.
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
    /// Per agent who owns any: the open conversations assigned, both sorted as bytes.
    pub owned: Vec<(String, Vec<String>)>,
}

/// One waiting conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Which.
    pub conversation: String,
    /// Start of the wait.
    pub since: Millis,
    /// How long at `now`.
    pub age_ms: Millis,
}
