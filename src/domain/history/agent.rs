//! One agent: the way through conversations, and the statuses.

use super::last_rows::LastRows;
use super::moves::Moves;
use super::statuses::Statuses;
use crate::domain::event::Millis;
use crate::domain::names::Name;

/// What a history knows of an agent.
#[derive(Debug, Default)]
pub(super) struct Agent {
    /// Online, away, offline.
    pub(super) statuses: Statuses,
    /// Which conversation was on screen when.
    pub(super) moves: Moves,
    /// The visit that goes on.
    pub(super) visiting: Option<Visiting>,
    /// Whether what the agent does now is to be looked at.
    pub(super) is_stirred: bool,
    /// When the account looks whether the last status has lapsed.
    pub(super) lapse_alarm: Option<Millis>,
    /// The rows of its statuses.
    pub(super) last_rows: LastRows,
}

/// A visit that goes on, as far as an agent knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Visiting {
    pub(super) since: Millis,
    pub(super) conversation: u32,
    /// The conversation's skill when it began.
    pub(super) skill: Option<Name>,
}
