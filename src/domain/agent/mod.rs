//! One agent: presence, the way through conversations, visits made, and a log of the facts credited to them.

pub mod log;
pub mod moves;
pub mod presence;

use super::ahead::Touched;
use super::bucket::Bucket;
use super::event::{Millis, Presence as Status};
use super::intern::Name;
use super::window::Span;

use log::Log;
use moves::Moves;
use presence::Presence;

/// What the account knows of an agent.
#[derive(Debug, Default)]
pub struct Agent {
    /// Online, away, offline.
    pub presence: Presence,
    /// Which conversation was on screen when.
    pub moves: Moves,
    /// The facts credited to the agent, but for visits.
    pub log: Log,
    /// The visits that ended within the last day, as stated.
    pub visits: Vec<Visited>,
    /// Since when a visit goes on, and in which conversation.
    pub visiting: Option<(Millis, u32)>,
    /// Whether anything changed since the last drain.
    pub changed: bool,
    /// What ran at the last drain.
    pub ran: Ran,
}

/// What runs up to now, and so is in no tally: as long as it stays the same it only grows, which is no change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ran {
    /// The skill of the visit that goes on, and since when it does.
    pub visit: Option<(Option<Name>, Millis)>,
    /// The last status, and since when it holds.
    pub status: Option<(Status, Millis)>,
}

/// A visit that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visited {
    /// From its beginning to its end.
    pub span: Span,
    /// The conversation's skill when it began.
    pub skill: Option<Name>,
}

impl Agent {
    /// Forgets the visit, which was taken back.
    pub fn unvisit(&mut self, visit: Visited) {
        // Taken back visits are recent ones.
        let place = self.visits.iter().rposition(|one| *one == visit);
        debug_assert!(place.is_some(), "only what was stated is taken back");
        if let Some(place) = place {
            self.visits.swap_remove(place);
        }
    }

    /// Reads what a fact or a move of the agent will read first; `look_further_ahead` reads the rest.
    pub fn look_ahead(&self) -> Touched {
        let mut touched = self.log.look_ahead();
        touched.by(self.moves.len() as u64 ^ self.visits.len() as u64);
        touched.by(self.visiting.map_or(0, |(_, conversation)| u64::from(conversation)));
        touched
    }

    /// Reads what a fact or a move of the agent will read.
    pub fn look_further_ahead(&self) -> Touched {
        let mut touched = self.log.look_further_ahead();
        touched.by(self.moves.last().map_or(0, |last| last.key.at as u64));
        touched
    }

    /// Drops what no window can reach any more.
    pub fn drop_before(&mut self, oldest: Bucket, newest: Bucket) {
        self.visits.retain(|visit| visit.span.to > oldest.start());
        self.log.drop_before(oldest, newest);
    }

    /// How much of a span the ended visits cover, those of one skill or all.
    #[must_use]
    pub fn visited_ms(&self, span: Span, skill: Option<Option<Name>>) -> Millis {
        let of_it = self.visits.iter().filter(|visit| skill.is_none_or(|skill| skill == visit.skill));
        of_it.map(|visit| visit.span.overlap_ms(span)).sum()
    }

    /// How much of a span the ended visits cover while online.
    #[must_use]
    pub fn visited_online_ms(&self, span: Span, forget_after_ms: Millis) -> Millis {
        let online = |visit: &Visited| self.presence.online_ms(visit.span.shared(span), forget_after_ms);
        self.visits.iter().map(online).sum()
    }
}
