//! One agent: presence, the way through conversations, visits made, and a log of the facts credited to them.

use crate::domain::bucket::Bucket;
use crate::domain::compact::growth;
use crate::domain::compact::prefetch::Touched;
use crate::domain::day::window::Span;
use crate::domain::event::{Millis, Presence as Status};
use crate::domain::names::Name;

use super::agent_log::Log;
use crate::domain::history::moves::Moves;
use crate::domain::history::statuses::Presence;

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
    /// When the account looks whether the last status has lapsed.
    pub lapse_alarm: Option<Millis>,
}

/// What runs up to now, and so is in no tally: as long as it stays the same it only grows, which is no change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ran {
    /// The skill of the visit that goes on, and since when it does.
    pub visit: Option<(Option<Name>, Millis)>,
    /// The last status, since when it holds, and whether it still does.
    pub status: Option<(Status, Millis, bool)>,
}

/// A visit that ended, or a piece of one longer than a number of milliseconds in 32 bits, 49 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visited {
    from: Millis,
    length_ms: u32,
    /// The conversation's skill when it began.
    pub skill: Option<Name>,
}

impl Visited {
    /// The visit over a span, in as many pieces as it needs.
    pub fn over(span: Span, skill: Option<Name>) -> impl Iterator<Item = Self> {
        let mut from = span.from;
        std::iter::from_fn(move || {
            let length_ms = u32::try_from(span.to - from).unwrap_or(u32::MAX);
            let piece = Self { from, length_ms, skill };
            from = piece.span().to;
            (length_ms > 0).then_some(piece)
        })
    }

    /// From its beginning to its end.
    #[must_use]
    pub fn span(&self) -> Span {
        Span { from: self.from, to: self.from + Millis::from(self.length_ms) }
    }
}

impl Agent {
    /// Remembers a visit that ended.
    pub fn visited(&mut self, span: Span, skill: Option<Name>) {
        Visited::over(span, skill).for_each(|visit| growth::push(&mut self.visits, visit));
    }

    /// Forgets a visit, which was taken back; what ended by `oldest` may be dropped already.
    pub fn unvisited(&mut self, span: Span, skill: Option<Name>, oldest: Millis) {
        for visit in Visited::over(span, skill) {
            // Taken back visits are recent ones.
            let place = self.visits.iter().rposition(|one| *one == visit);
            debug_assert!(place.is_some() || visit.span().to <= oldest, "only what was stated is taken back");
            if let Some(place) = place {
                self.visits.swap_remove(place);
            }
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
        self.visits.retain(|visit| visit.span().to > oldest.start());
        self.log.drop_before(oldest, newest);
    }

    /// How much of a span the ended visits cover, those of one skill or all.
    #[must_use]
    pub fn visited_ms(&self, span: Span, skill: Option<Option<Name>>) -> Millis {
        let of_it = self.visits.iter().filter(|visit| skill.is_none_or(|skill| skill == visit.skill));
        of_it.map(|visit| visit.span().overlap_ms(span)).sum()
    }

    /// How much of a span the ended visits cover while online.
    #[must_use]
    pub fn visited_online_ms(&self, span: Span) -> Millis {
        let online = |visit: &Visited| self.presence.online_ms(visit.span().shared(span));
        self.visits.iter().map(online).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_of_months_is_remembered_in_pieces_and_forgotten_whole() {
        let mut agent = Agent::default();
        let span = Span { from: 5, to: 5 + 100 * 86_400_000 };
        agent.visited(span, None);
        assert_eq!((agent.visits.len(), agent.visited_ms(span, None)), (3, span.length_ms()));
        agent.unvisited(span, None, 0);
        assert_eq!(agent.visits, []);
    }
}
