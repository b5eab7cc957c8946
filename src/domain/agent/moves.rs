//! An agent's way: which conversation was opened when, and when the agent went offline.
//!
//! A move ends the visit in the conversation of the move before it, so `Left` must stand in that conversation's
//! timeline exactly there. Adding or removing a move says which `Left` must come and go.

use super::super::event::Millis;
use super::super::growth;
use super::super::timeline::Key;

/// The moves of one agent, in order.
#[derive(Debug, Default)]
pub struct Moves {
    /// Ascending by key, then by the text of the conversation's id.
    all: Vec<Move>,
}

/// A `focused`, or going offline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// Where the event stands.
    pub key: Key,
    /// Which conversation was opened; `None` when the agent went offline.
    pub to: Option<u32>,
}

/// A `Left` that must come or go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaving {
    /// The conversation that is left, by the move which had opened it.
    pub from: Move,
    /// The move that leaves it.
    pub by: Move,
}

/// What a change of the moves does to the timelines.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Leavings {
    /// Each `Left` that must go, unless it must come too.
    pub gone: Vec<Leaving>,
    /// Each `Left` that must come.
    pub come: Vec<Leaving>,
}

impl Moves {
    /// The last one.
    #[must_use]
    pub fn last(&self) -> Option<&Move> {
        self.all.last()
    }

    /// Adds a move; `order` compares moves.
    pub fn add(&mut self, new: Move, order: impl Fn(&Move, &Move) -> std::cmp::Ordering) -> Leavings {
        let comes_last = self.all.last().is_none_or(|last| order(last, &new).is_lt());
        let place = match comes_last {
            true => self.all.len(),
            false => self.all.partition_point(|other| order(other, &new).is_lt()),
        };
        let gone = self.leaving(place).into_iter().collect();
        growth::make_room(&mut self.all, 1);
        self.all.insert(place, new);
        let come = [self.leaving(place), self.leaving(place + 1)];
        Leavings { gone, come: come.into_iter().flatten().collect() }
    }

    /// Removes a move.
    pub fn remove(&mut self, old: Move) -> Leavings {
        let Some(place) = self.all.iter().position(|one| *one == old) else { return Leavings::default() };
        let gone = [self.leaving(place), self.leaving(place + 1)];
        self.all.remove(place);
        Leavings { gone: gone.into_iter().flatten().collect(), come: self.leaving(place).into_iter().collect() }
    }

    /// Forgets the moves before `limit`, from which on alone moves will come and go. The last of them stays if
    /// `is_left`: what it opened may still have to be left.
    pub fn forget_before(&mut self, limit: Millis, is_left: impl FnOnce(&Move) -> bool) {
        let later = self.all.partition_point(|one| one.key.at < limit);
        let last = later.checked_sub(1).filter(|&last| is_left(&self.all[last]));
        self.all.drain(..last.unwrap_or(later));
    }

    /// How many are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether none is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// What the move at `place` leaves, unless it stays where the one before it was.
    fn leaving(&self, place: usize) -> Option<Leaving> {
        let by = *self.all.get(place)?;
        let from = *self.all.get(place.checked_sub(1)?)?;
        (from.to.is_some() && from.to != by.to).then_some(Leaving { from, by })
    }
}
