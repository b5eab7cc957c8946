//! An agent's way: which conversation was opened when, and when the agent went offline.
//!
//! A move ends the visit in the conversation of the move before it, so `Left` must stand in that conversation's
//! timeline exactly there. Adding or removing a move says which `Left` must come and go.

use std::cmp::Ordering;

use smallvec::SmallVec;

use crate::domain::compact::prefetch::prefetch_end;
use crate::domain::compact::sorted::Sorted;
use crate::domain::event::Millis;
use crate::domain::timeline::{Key, rank};

/// The moves of one agent, in order.
#[derive(Debug, Default)]
pub struct Moves {
    /// Ascending by key, then by the text of the conversation's id.
    all: Sorted<Packed>,
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
    pub gone: SmallVec<[Leaving; 2]>,
    /// Each `Left` that must come.
    pub come: SmallVec<[Leaving; 2]>,
}

impl Moves {
    /// Has what adding a move will read brought into the caches.
    pub fn prefetch(&self) {
        prefetch_end(self.all.last_piece());
    }

    /// Adds a move; `order` compares moves.
    pub fn add(&mut self, new: Move, order: impl Fn(&Move, &Move) -> Ordering) -> Leavings {
        debug_assert_eq!(Move::from(Packed::from(new)), new, "a move's rank follows from what it is");
        let comes_before = |other: &Packed| order(&Move::from(*other), &new).is_lt();
        let [before, after] = [self.all.before(comes_before).next(), self.all.from(comes_before).next()];
        self.all.insert(new.into(), comes_before);
        let come = [leaving(before, Some(new.into())), leaving(Some(new.into()), after)];
        Leavings { gone: leaving(before, after).into_iter().collect(), come: come.into_iter().flatten().collect() }
    }

    /// Removes a move; `order` compares moves.
    pub fn remove(&mut self, old: Move, order: impl Fn(&Move, &Move) -> Ordering) -> Leavings {
        let comes_before = |other: &Packed| order(&Move::from(*other), &old).is_lt();
        let [before, after] = [self.all.before(comes_before).next(), self.all.from(comes_before).nth(1)];
        let Some(removed) = self.all.remove(comes_before, |one| *one == old.into()) else { return Leavings::default() };
        let gone = [leaving(before, Some(removed)), leaving(Some(removed), after)];
        Leavings { gone: gone.into_iter().flatten().collect(), come: leaving(before, after).into_iter().collect() }
    }

    /// The move into a conversation that the move at `key` ended, if both are remembered.
    #[must_use]
    pub fn left_by(&self, key: Key, conversation: u32) -> Option<Move> {
        let is_earlier = |one: &Packed| one.at < key.at;
        let is_it = |one: &Packed| (one.at, one.sequence, one.identity) == (key.at, key.sequence, key.identity);
        let mut before = self.all.before(is_earlier).next();
        for by in self.all.from(is_earlier).take_while(|by| by.at <= key.at) {
            if is_it(&by) && before.is_some_and(|from| from.to == conversation) {
                return before.map(Move::from);
            }
            before = Some(by);
        }
        None
    }

    /// Forgets the moves before `limit`, from which on alone moves will come and go. The last of them stays if
    /// `is_left`: what it opened may still have to be left.
    pub fn forget_before(&mut self, limit: Millis, is_left: impl FnOnce(&Move) -> bool) {
        let is_old = |one: &Packed| one.at < limit;
        let last = self.all.before(is_old).next().filter(|last| is_left(&(*last).into()));
        self.all.drop_before(is_old);
        last.into_iter().for_each(|last| self.all.insert(last, |_| false));
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
}

/// What a move leaves, unless it stays where the one before it was.
fn leaving(from: Option<Packed>, by: Option<Packed>) -> Option<Leaving> {
    let (from, by) = (Move::from(from?), Move::from(by?));
    (from.to.is_some() && from.to != by.to).then_some(Leaving { from, by })
}
