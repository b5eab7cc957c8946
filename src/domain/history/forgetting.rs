//! Forgetting: what no event still to come can touch, and no question can reach, is let go (ARCHITECTURE, law 6).
//!
//! The account is told the earliest moment of which an event may still be admitted. A life that silence had ended by
//! then is as good as told, since whatever comes under its id begins another; and none of its facts is in a bucket that
//! is kept, so even other policies would change nothing that can be asked. Agents' moves and statuses go likewise, then
//! the names that nothing refers to.

use std::collections::HashSet;

use super::life::Life;
use super::moves::Move;
use super::{History, Interned};
use crate::domain::event::Millis;
use crate::domain::life::State;
use crate::domain::life::silence::Silence;
use crate::domain::names::Name;
use crate::domain::names::called::AGENT_NAME_STANDS_MS;
use crate::domain::planted::{Bug, is_planted};
use crate::domain::timeline::Act;

/// How far the round through all conversations has come.
#[derive(Debug, Default)]
pub(super) struct Round {
    /// The conversation that is looked at next.
    next: usize,
    /// What lies before it is forgotten in this round.
    limit: Millis,
    /// Whether anything was ever forgotten.
    pub(super) has_forgotten: bool,
}

/// How much an account remembers, by what could grow with the days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Remembered {
    /// Lives of conversations.
    pub lives: usize,
    /// Moves of agents through conversations.
    pub moves: usize,
    /// Statuses of agents.
    pub statuses: usize,
    /// Ids of conversations and contacts.
    pub names: usize,
}

impl History {
    /// Forgets some of what cannot matter any more, given that every event still to come is of `admissible_from` or
    /// later. Nothing that can be asked changes, but for what walks all that ever was: `rating_requests`. It looks at
    /// `at_once` conversations; the next call goes on there. Best called after `advance_to`, now and then.
    pub fn forget_before(&mut self, admissible_from: Millis, at_once: usize) {
        self.put_in_all();
        let limit = self.limit(admissible_from);
        let emptied = self.forget_lives(limit, at_once);
        self.forget_ways(limit);
        self.forget_ids(&emptied);
        if self.round.next == 0 {
            let stands_from = limit - self.silence.closed_ms;
            self.names.contacts.forget_before(stands_from);
            self.names.contacts.forget_called_before(stands_from);
            self.names.agent_names.forget_before(limit - AGENT_NAME_STANDS_MS);
        }
    }

    /// How much is remembered.
    #[must_use]
    pub fn remembered(&self) -> Remembered {
        Remembered {
            lives: self.conversations(),
            moves: self.agents.iter().map(|agent| agent.moves.len()).sum(),
            statuses: self.agents.iter().map(|agent| agent.statuses.len()).sum(),
            names: self.names.conversations.len() + self.names.contacts.len(),
        }
    }

    /// Before which all is forgotten that had ended: no later than any event still to come or held, and than the
    /// oldest bucket. One round has one, so that a name outlives every life that was kept in it.
    fn limit(&mut self, admissible_from: Millis) -> Millis {
        let planted = if is_planted(Bug::ForgottenADayEarly) { 24 * 3_600_000 } else { 0 };
        let limit = (admissible_from + planted).min(self.now).min(self.counts_from.saturating_add(planted));
        self.round.limit = if self.round.next == 0 { limit } else { self.round.limit.min(limit) };
        self.round.limit
    }

    /// Forgets lives that are over, and gives the conversations of which none is left.
    fn forget_lives(&mut self, limit: Millis, at_once: usize) -> Vec<u32> {
        let from = self.round.next.min(self.conversations.len());
        let to = self.conversations.len().min(from.saturating_add(at_once));
        self.round.next = if to == self.conversations.len() { 0 } else { to };
        (from..to).map(|place| place as u32).filter(|&conversation| self.forget_lives_of(conversation, limit)).collect()
    }

    /// Whether the last life of a conversation was forgotten.
    fn forget_lives_of(&mut self, conversation: u32, limit: Millis) -> bool {
        let silence = self.silence;
        let lives = &mut self.conversations[conversation as usize].lives;
        let before = lives.len();
        lives.retain(|life| !is_over(life, limit, silence));
        for life in lives.iter().filter(|life| life.first_at() < limit - silence.closed_ms) {
            // It may name contacts that were last heard of long ago.
            let named = life.entries().into_iter().flat_map(|entry| contacts_in(entry.act));
            named.for_each(|contact| self.names.contacts.used(contact, limit));
        }
        if lives.len() == before {
            return false;
        }
        let is_forgotten = lives.is_empty();
        self.round.has_forgotten = true;
        self.open.stir(conversation);
        is_forgotten
    }

    /// Forgets what agents did before any move or status still to come.
    fn forget_ways(&mut self, limit: Millis) {
        for code in 0..self.agents.len() {
            let mut moves = std::mem::take(&mut self.agents[code].moves);
            moves.forget_before(limit, |last| self.is_remembered(last));
            let agent = &mut self.agents[code];
            agent.moves = moves;
            let statuses = agent.statuses.len();
            agent.statuses.forget_before(limit);
            self.round.has_forgotten |= agent.statuses.len() < statuses;
        }
    }

    /// Whether the life is remembered in which an agent opened a conversation.
    fn is_remembered(&self, opened: &Move) -> bool {
        let lives = opened.to.map(|to| &self.conversations[to as usize].lives);
        lives.is_some_and(|lives| lives.iter().any(|life| life.has(opened.key.at)))
    }

    /// Forgets the ids of conversations without a life, but for those that will have one when their time has come.
    fn forget_ids(&mut self, conversations: &[u32]) {
        if conversations.is_empty() {
            return;
        }
        let awaited = |held: &Interned| match held {
            Interned::Conversation(conversation, _) => Some(*conversation),
            Interned::Status(..) => None,
        };
        let awaited: HashSet<u32> = self.held.values().flatten().filter_map(awaited).collect();
        for conversation in conversations.iter().filter(|conversation| !awaited.contains(conversation)) {
            self.forget_texts(*conversation);
            self.names.conversations.forget(Name::at(*conversation as usize));
        }
    }
}

/// Whether silence had ended a life before `limit`, with all that can come of it: what becomes overdue, and visits.
fn is_over(life: &Life, limit: Millis, silence: Silence) -> bool {
    let visited = life.state().is_some_and(State::is_visited);
    life.last_at() + silence.allowed_ms(life.phase()) < limit && !visited
}

fn contacts_in(act: Act) -> Option<Name> {
    match act {
        Act::Started(about) => about.contact,
        Act::Joined(contact) => Some(contact),
        Act::CustomerMessage { contact, .. } => contact,
        Act::Assigned { .. }
        | Act::HandedOff
        | Act::Tagged(_)
        | Act::Focused(_)
        | Act::AgentMessage { .. }
        | Act::Unfocused(_)
        | Act::Snoozed(_)
        | Act::Closed { .. }
        | Act::Reopened { .. }
        | Act::SurveySent { .. }
        | Act::SurveyAnswered { .. }
        | Act::SurveyCommented { .. }
        | Act::MoodPrompted(_)
        | Act::MoodRecorded { .. }
        | Act::Left(_) => None,
    }
}
