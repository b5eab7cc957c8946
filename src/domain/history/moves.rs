//! An agent's way: which conversation was opened when, and when the agent went offline.
//!
//! A move ends the visit in the conversation of the move before it, so `Left` must stand in that conversation's
//! timeline exactly there. Adding or removing a move says which `Left` must come and go.

use crate::domain::compact::growth;
use crate::domain::compact::prefetch::prefetch_end;
use crate::domain::event::Millis;
use crate::domain::timeline::{Key, rank};

/// The moves of one agent, in order.
#[derive(Debug, Default)]
pub struct Moves {
    /// Ascending by key, then by the text of the conversation's id.
    all: Vec<Packed>,
}

/// A move in 24 bytes: there are some three a conversation, and what it is tells its rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Packed {
    at: Millis,
    identity: u64,
    sequence: u32,
    /// The conversation, or `OFFLINE`.
    to: u32,
}

const OFFLINE: u32 = u32::MAX;

/// What a move takes.
pub const PACKED_BYTES: usize = size_of::<Packed>();

impl From<Move> for Packed {
    fn from(Move { key, to }: Move) -> Self {
        let Key { at, sequence, identity, .. } = key;
        Self { at, identity, sequence, to: to.unwrap_or(OFFLINE) }
    }
}

impl From<Packed> for Move {
    fn from(Packed { at, identity, sequence, to }: Packed) -> Self {
        let to = Some(to).filter(|to| *to != OFFLINE);
        let rank = if to.is_some() { rank::FOCUSED } else { rank::STATUS };
        Self { key: Key { at, sequence, rank, identity, across: 0 }, to }
    }
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
    pub fn last(&self) -> Option<Move> {
        self.all.last().map(|last| Move::from(*last))
    }

    /// Has what adding a move will read brought into the caches.
    pub fn prefetch(&self) {
        prefetch_end(&self.all);
    }

    /// Adds a move; `order` compares moves.
    pub fn add(&mut self, new: Move, order: impl Fn(&Move, &Move) -> std::cmp::Ordering) -> Leavings {
        let comes_before = |other: &Packed| order(&Move::from(*other), &new).is_lt();
        let comes_last = self.all.last().is_none_or(comes_before);
        let place = if comes_last { self.all.len() } else { self.all.partition_point(comes_before) };
        let gone = self.leaving(place).into_iter().collect();
        growth::make_room(&mut self.all, 1);
        debug_assert_eq!(Move::from(Packed::from(new)), new, "a move's rank follows from what it is");
        self.all.insert(place, new.into());
        let come = [self.leaving(place), self.leaving(place + 1)];
        Leavings { gone, come: come.into_iter().flatten().collect() }
    }

    /// Removes a move.
    pub fn remove(&mut self, old: Move) -> Leavings {
        let Some(place) = self.all.iter().position(|one| *one == Packed::from(old)) else { return Leavings::default() };
        let gone = [self.leaving(place), self.leaving(place + 1)];
        self.all.remove(place);
        Leavings { gone: gone.into_iter().flatten().collect(), come: self.leaving(place).into_iter().collect() }
    }

    /// The move into a conversation that the move at `key` ended, if both are remembered.
    #[must_use]
    pub fn left_by(&self, key: Key, conversation: u32) -> Option<Move> {
        let from = self.all.partition_point(|one| one.at < key.at);
        let is_it = |one: &Packed| (one.at, one.sequence, one.identity) == (key.at, key.sequence, key.identity);
        let mut pairs = self.all[from.saturating_sub(1)..].windows(2).take_while(|pair| pair[1].at <= key.at);
        let pair = pairs.find(|pair| is_it(&pair[1]) && pair[0].to == conversation)?;
        Some(pair[0].into())
    }

    /// Forgets the moves before `limit`, from which on alone moves will come and go. The last of them stays if
    /// `is_left`: what it opened may still have to be left.
    pub fn forget_before(&mut self, limit: Millis, is_left: impl FnOnce(&Move) -> bool) {
        let later = self.all.partition_point(|one| one.at < limit);
        let last = later.checked_sub(1).filter(|&last| is_left(&self.all[last].into()));
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
        let by = Move::from(*self.all.get(place)?);
        let from = Move::from(*self.all.get(place.checked_sub(1)?)?);
        (from.to.is_some() && from.to != by.to).then_some(Leaving { from, by })
    }
}
