//! What is so at a moment and stands in no fact yet: visits that go on, statuses that hold, conversations that are open.

use std::sync::Arc;

use super::compact::pages::Pages;
use super::event::{Millis, Status};
use super::names::Name;
use super::span::Span;

/// An agent's visit that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenVisit {
    /// The conversation's skill when it began.
    pub skill: Option<Name>,
    /// When it began.
    pub since: Millis,
}

/// A status over the time in which it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusSpan {
    /// Which.
    pub status: Status,
    /// From the status to the next one, or to where it lapses.
    pub span: Span,
}

/// What an agent does now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AgentNow {
    /// The visit in which the agent is.
    pub visit: Option<OpenVisit>,
    /// The last status, which no other has followed.
    pub status: Option<StatusSpan>,
    /// Whether it has lapsed: then nothing grows any more.
    pub has_lapsed: bool,
}

/// A conversation that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenConversation {
    /// Which.
    pub conversation: Name,
    /// Whom it is assigned to.
    pub assignee: Option<Name>,
    /// From when the customer's wait for a human counts, if one does; while it is snoozed none does.
    pub waiting_since: Option<Millis>,
    /// Until when it is snoozed, if it is.
    pub snoozed_until: Option<Millis>,
}

/// What agents do now, by code.
pub type AgentsNow = Pages<AgentNow, 256>;

/// What is so in an account at a moment. A clone shares it.
#[derive(Debug, Clone, Default)]
pub struct Current {
    /// By agent code; who is shown as `-1` comes first.
    pub agents: AgentsNow,
    /// The open conversations, in no order.
    pub open: Pages<OpenConversation, 256>,
    /// How many open conversations are assigned, by agent code: the first is how many to nobody.
    pub owned: Pages<u32, 1024>,
    /// How often anything of the live state has changed.
    pub changes: u64,
    /// How many of them are snoozed.
    pub snoozed: u64,
    /// How many of them wait.
    pub waiting: u64,
    /// The longest waiting: from when each wait counts, and the conversation. Of those that count from the same moment as
    /// the last, all.
    pub longest_waiting: Arc<[(Millis, Name)]>,
}
