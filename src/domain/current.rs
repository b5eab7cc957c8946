//! What is so at a moment and stands in no fact yet: visits that go on, statuses that hold, conversations that are open.

use std::sync::Arc;

use super::compact::pages::Pages;
use super::event::{Millis, Status};
use super::fact::Credit;
use super::kept::Latest;
use super::names::Name;
use super::span::Span;

/// An agent's visit that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenVisit {
    /// The conversation's skill when it began.
    pub skill: Option<Name>,
    /// When it began.
    pub since: Millis,
    /// The conversation that the agent has on screen.
    pub conversation: Name,
    /// What the conversation is about, if it is closed; of an open one `Current::open` tells.
    pub about: Option<Credit>,
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

/// What an agent's statuses say of the agent beside the presence: of each the latest that was said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentProfile {
    /// What the agent can do: `Current::skills_of` asks.
    pub skills: Option<Latest<Arc<[Name]>>>,
    /// How many conversations the agent takes at once: `Current::capacity_of` asks.
    pub capacity: Option<Latest<u32>>,
}

/// A conversation that is open. There may be a hundred thousand: each takes 64 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenConversation {
    /// Which.
    pub conversation: Name,
    /// Whom it is assigned to.
    pub assignee: Option<Name>,
    /// Its skill now.
    pub skill: Option<Name>,
    /// The customer.
    pub contact: Option<Name>,
    /// The topics so far: a number from `Combinations`.
    pub topics: u32,
    /// Line, channel and company: a number from `Combinations`.
    pub via: u32,
    /// How many messages customers and human agents wrote.
    pub messages: u32,
    /// Which targets were missed.
    pub overdue: Overdue,
    /// When it started: with its first `conversation_started`, else with its first event.
    pub started_at: Millis,
    /// When something happened in it last.
    pub last_event_at: Millis,
    /// `waiting_since()` tells.
    pub(super) waiting_since: Moment,
    /// `snoozed_until()` tells.
    pub(super) snoozed_until: Moment,
}

/// Which targets an open conversation has missed, and still waits for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Overdue {
    /// Nobody has responded to the customer for the first time, nor in time.
    pub first_response: bool,
    /// Nobody has responded to what the customer wrote last, nor in time.
    pub response: bool,
    /// It has not been resolved in time.
    pub resolution: bool,
}

/// A moment or none, in eight bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment(Millis);

impl From<Option<Millis>> for Moment {
    fn from(moment: Option<Millis>) -> Self {
        Self(moment.unwrap_or(Millis::MIN))
    }
}

impl From<Moment> for Option<Millis> {
    fn from(Moment(moment): Moment) -> Self {
        (moment != Millis::MIN).then_some(moment)
    }
}

impl OpenConversation {
    /// From when the customer's wait for a human counts, if one does; while it is snoozed none does.
    #[must_use]
    pub fn waiting_since(&self) -> Option<Millis> {
        self.waiting_since.into()
    }

    /// Until when it is snoozed, if it is; `Millis::MAX` without an end.
    #[must_use]
    pub fn snoozed_until(&self) -> Option<Millis> {
        self.snoozed_until.into()
    }

    /// To whom and to what a fact of it would be credited now.
    #[must_use]
    pub fn credit(&self) -> Credit {
        let Self { assignee: agent, skill, contact, topics, via, .. } = *self;
        Credit { agent, skill, contact, topics, via }
    }

    /// Whether the live state counts it as another.
    #[must_use]
    pub fn counts_like(&self, other: &Self) -> bool {
        let counted = |one: &Self| (one.conversation, one.assignee, one.waiting_since, one.snoozed_until);
        counted(self) == counted(other)
    }
}

/// What agents do now, by code.
pub type AgentsNow = Pages<AgentNow, 256>;

/// What is so in an account at a moment. A clone shares it.
#[derive(Debug, Clone, Default)]
pub struct Current {
    /// By agent code; who is shown as `-1` comes first.
    pub agents: AgentsNow,
    /// What agents can do, by agent code.
    pub profiles: Pages<AgentProfile, 64>,
    /// The open conversations, in no order.
    pub open: Pages<OpenConversation, 256>,
    /// How many open conversations are assigned, by agent code: the first is how many to nobody.
    pub owned: Pages<u32, 1024>,
    /// How many of these wait.
    pub owned_waiting: Pages<u32, 1024>,
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

impl Current {
    /// How many open conversations an agent owns, and how many of these wait.
    #[must_use]
    pub fn owned_by(&self, agent: Name) -> (u32, u32) {
        let of = |counts: &Pages<u32, 1024>| counts.get(code(agent)).copied().unwrap_or(0);
        (of(&self.owned), of(&self.owned_waiting))
    }

    /// The conversation that an agent has on screen: that of the visit which goes on.
    #[must_use]
    pub fn focused_on(&self, agent: Name) -> Option<Name> {
        Some(self.agents.get(code(agent))?.visit?.conversation)
    }

    /// What an agent can do, by the latest status that says so, in the order of the skills' ids; none was said: nothing.
    #[must_use]
    pub fn skills_of(&self, agent: Name) -> &[Name] {
        let profile = self.profiles.get(code(agent));
        profile.and_then(|profile| profile.skills.as_ref()).map(|latest| &*latest.value).unwrap_or_default()
    }

    /// How many conversations an agent takes at once, by the latest status that says so.
    #[must_use]
    pub fn capacity_of(&self, agent: Name) -> Option<u32> {
        self.profiles.get(code(agent))?.capacity.as_ref().map(|latest| latest.value)
    }
}

fn code(agent: Name) -> usize {
    Name::to_code(Some(agent)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_conversation_takes_one_line_of_the_cache() {
        assert_eq!(size_of::<OpenConversation>(), 64);
        assert_eq!(size_of::<AgentProfile>(), 80);
    }
}
