//! What is so at this moment, without a window (SPEC §3, live state).

use std::collections::BTreeMap;

use super::Answers;
use crate::domain::event::{Millis, Status};
use crate::domain::names::Name;

/// How many of the longest waiting the live state names.
const LONGEST_WAITING: usize = 10;

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

impl Answers {
    /// The live state.
    #[must_use]
    pub fn live(&self) -> Live {
        let current = &self.view.current;
        Live {
            open: current.open.len() as u64,
            waiting: current.waiting,
            unassigned: current.owned.get(0).copied().map_or(0, u64::from),
            snoozed: current.snoozed,
            longest_waiting: self.longest_waiting(),
            agents_online: self.agents_with(Status::Online),
            agents_away: self.agents_with(Status::Away),
            owned: if self.view.policy().agent_metrics { self.owned() } else { Vec::new() },
        }
    }

    fn longest_waiting(&self) -> Vec<Waiting> {
        let of = |(since, conversation): &(Millis, Name)| Waiting {
            conversation: self.view.names.conversations.text(*conversation).to_owned(),
            since: *since,
            age_ms: self.now() - since,
        };
        let mut waiting: Vec<Waiting> = self.view.current.longest_waiting.iter().map(of).collect();
        waiting.sort_unstable_by(|a, b| (a.since, &a.conversation).cmp(&(b.since, &b.conversation)));
        waiting.truncate(LONGEST_WAITING);
        waiting
    }

    /// At its last moment a status still holds.
    fn agents_with(&self, status: Status) -> u64 {
        let statuses = self.view.current.agents.iter().filter_map(|agent| agent.status);
        statuses.filter(|held| held.status == status && self.now() <= held.span.to).count() as u64
    }

    fn owned(&self) -> Vec<(String, u64)> {
        let owned = self.view.current.owned.iter().enumerate().skip(1).filter(|(_, count)| **count > 0);
        let of = |(code, count): (usize, &u32)| {
            let agent = self.view.names.agent_text(Name::from_code(code as u32));
            (agent.to_owned(), u64::from(*count))
        };
        owned.map(of).collect::<BTreeMap<_, _>>().into_iter().collect()
    }
}
