//! Agents going from one conversation to the next: each move ends the visit that the one before it began.
//!
//! What ends a visit stands in the timeline of the conversation that is left, as `Left`. A move that comes or goes late
//! changes which `Left` stand where.

use std::cmp::Ordering;

use smallvec::SmallVec;

use super::History;
use super::moves::{Leaving, Leavings, Move, Moves};
use crate::domain::names::Name;
use crate::domain::timeline::{Entry, Key};

impl History {
    /// An agent opened a conversation, or went offline: the visit in the conversation before ends.
    pub(super) fn moved(&mut self, agent: Name, new: Move) {
        let leavings = self.change_moves(agent, |moves, order| moves.add(new, order));
        self.leave(agent, &leavings);
    }

    /// The move lost against another of its identity: what it ended goes on.
    pub(super) fn unmoved(&mut self, agent: Name, old: Move) {
        let leavings = self.change_moves(agent, |moves, order| moves.remove(old, order));
        self.leave(agent, &leavings);
    }

    /// Moves of one moment and identity are in the order of their conversations' ids.
    fn change_moves(
        &mut self,
        agent: Name,
        change: impl FnOnce(&mut Moves, &dyn Fn(&Move, &Move) -> Ordering) -> Leavings,
    ) -> Leavings {
        let mut moves = std::mem::take(&mut self.agent(Some(agent)).moves);
        let text = |one: &Move| one.to.map_or("", |to| self.names.conversations.text(Name::at(to as usize)));
        let leavings = change(&mut moves, &|a, b| a.key.cmp(&b.key).then_with(|| text(a).cmp(text(b))));
        self.agent(Some(agent)).moves = moves;
        leavings
    }

    /// What comes is put in before what goes is taken out, so that an agent is never in two visits in between.
    fn leave(&mut self, agent: Name, leavings: &Leavings) {
        let left = |leavings: &[Leaving]| -> SmallVec<[_; 2]> {
            leavings.iter().filter_map(|leaving| self.left(agent, *leaving)).collect()
        };
        let (come, gone) = (left(&leavings.come), left(&leavings.gone));
        for (conversation, life, left) in &come {
            self.put_left(*conversation, *life, left);
        }
        for (conversation, life, left) in gone.iter().filter(|gone| !come.contains(gone)) {
            self.take_left(*conversation, *life, left);
        }
    }

    fn put_left(&mut self, conversation: u32, life: usize, left: &Entry) {
        if self.is_left_in_a_long_life(conversation, left, true) {
            self.late.set_left(conversation, left, true);
            return;
        }
        let one = &self.conversations[conversation as usize].lives[life];
        if !one.knows(left.key.identity) || !one.entries().contains(left) {
            self.insert(conversation, life, *left);
        }
    }

    fn take_left(&mut self, conversation: u32, life: usize, left: &Entry) {
        if self.is_left_in_a_long_life(conversation, left, false) {
            self.late.set_left(conversation, left, false);
            return;
        }
        self.rewrite(conversation, life, |entries| entries.retain(|entry| entry != left));
    }

    /// Where a `Left` stands: in the life in which the agent had opened the conversation.
    fn left(&self, agent: Name, leaving: Leaving) -> Option<(u32, usize, Entry)> {
        let conversation = leaving.from.to?;
        let opened_at = leaving.from.key.at;
        let lives = &self.conversations[conversation as usize].lives;
        let life = lives.iter().position(|life| life.has(opened_at))?;
        let text = |to: u32| self.names.conversations.text(Name::at(to as usize));
        let by = leaving.by.to.map_or("", text);
        let across = if by < text(conversation) { -1 } else { 1 };
        Some((conversation, life, Entry::left(Key { across, ..leaving.by.key }, agent)))
    }
}
