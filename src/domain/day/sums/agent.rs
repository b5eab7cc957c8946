//! What is summed of one agent: a log of the facts credited to it, and the spans of its visits and statuses.

use super::log::Log;
use crate::domain::bucket::Bucket;
use crate::domain::compact::growth;
use crate::domain::current::StatusSpan;
use crate::domain::day::tally::Times;
use crate::domain::event::{Millis, Status};
use crate::domain::names::Name;
use crate::domain::span::{Span, covered_ms};

/// Bytes that are read in a moment.
const SOON_READ: usize = 16 << 10;

/// The sums of one agent.
#[derive(Debug, Default)]
pub struct AgentSums {
    /// The facts credited to the agent, but for spans.
    pub log: Log,
    /// Visits that ended, ascending by beginning.
    visits: Vec<Visited>,
    /// Statuses that another one has followed, ascending by beginning.
    statuses: Vec<StatusSpan>,
    /// The status that holds.
    status_now: Option<StatusSpan>,
    /// Whether anything but the log changed since the last drain.
    pub(super) changed: bool,
}

/// A span that comes (+1) or goes (−1).
#[derive(Debug, Clone, Copy)]
pub(super) enum Pending {
    /// A visit that ended.
    Visit(Span, Option<Name>, i64),
    /// A status that another one has followed.
    Status(StatusSpan, i64),
    /// The status that holds.
    StatusNow(StatusSpan, i64),
}

impl Pending {
    fn span(&self) -> Span {
        match self {
            Self::Visit(span, ..) => *span,
            Self::Status(held, _) | Self::StatusNow(held, _) => held.span,
        }
    }
}

/// A visit that ended, or a piece of one longer than a number of milliseconds in 32 bits, 49 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Visited {
    from: Millis,
    length_ms: u32,
    /// The conversation's skill when it began.
    skill: Option<Name>,
}

impl Visited {
    /// The visit over a span, in as many pieces as it needs.
    fn over(span: Span, skill: Option<Name>) -> impl Iterator<Item = Self> {
        let mut from = span.from;
        std::iter::from_fn(move || {
            let length_ms = u32::try_from(span.to - from).unwrap_or(u32::MAX);
            let piece = Self { from, length_ms, skill };
            from = piece.span().to;
            (length_ms > 0).then_some(piece)
        })
    }

    fn span(&self) -> Span {
        Span { from: self.from, to: self.from + Millis::from(self.length_ms) }
    }
}

impl AgentSums {
    /// Whether anything changed since the last call; of the log until its skills are drained.
    pub(super) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed) || self.log.is_changed()
    }

    /// Takes up spans that came together: between them they may overlap, which they do not otherwise. Gives the parts of
    /// visits while online before and after, as far as they changed.
    pub(super) fn take_up(&mut self, pending: &[Pending]) -> [Vec<Span>; 2] {
        let (mut pending, mut visited) = (pending, Vec::new());
        // The next visits, as nearly all are: before them there were none in their time.
        while let &[Pending::Visit(span, skill, 1), ref others @ ..] = pending
            && self.visits.last().is_none_or(|last| last.span().to <= span.from)
        {
            self.add_visit(span, skill, 1);
            visited.extend(self.online_in(span).filter(|part| part.from < part.to));
            pending = others;
        }
        if pending.is_empty() {
            return [Vec::new(), visited];
        }
        let from = pending.iter().map(|one| one.span().from).min().unwrap_or_default();
        let to = pending.iter().map(|one| one.span().to).max().unwrap_or_default();
        let before = self.visits_online(Span { from, to });
        growth::make_room(&mut self.visits, pending.len());
        for one in pending {
            match *one {
                Pending::Visit(span, skill, unit) => self.add_visit(span, skill, unit),
                Pending::Status(held, unit) => self.add_status(held, unit),
                Pending::StatusNow(held, unit) => self.status_now = (unit > 0).then_some(held),
            }
        }
        visited.extend(self.visits_online(Span { from, to }));
        [before, visited]
    }

    fn add_visit(&mut self, span: Span, skill: Option<Name>, unit: i64) {
        for visit in Visited::over(span, skill) {
            let place = self.visits.partition_point(|one| one.from < visit.from);
            if unit > 0 {
                growth::make_room(&mut self.visits, 1);
                self.visits.insert(place, visit);
            } else {
                take_out(&mut self.visits, place, &visit);
            }
        }
    }

    fn add_status(&mut self, held: StatusSpan, unit: i64) {
        let place = self.statuses.partition_point(|one| one.span.from < held.span.from);
        if unit > 0 {
            self.statuses.insert(place, held);
        } else {
            take_out(&mut self.statuses, place, &held);
        }
    }

    /// The parts of a span in which a visit was made while online.
    fn visits_online(&self, span: Span) -> Vec<Span> {
        let visits = self.visited(span).map(|visit| visit.span().shared(span));
        visits.flat_map(|visit| self.online_in(visit)).filter(|part| part.from < part.to).collect()
    }

    /// The parts of a span in which the agent was online, as far as is known.
    pub fn online_in(&self, span: Span) -> impl Iterator<Item = Span> {
        let online = self.statuses_in(span).filter(|held| held.status == Status::Online);
        online.map(move |held| held.span.shared(span))
    }

    /// Drops what no window can reach any more.
    pub(super) fn drop_before(&mut self, oldest: Bucket) {
        self.visits.retain(|visit| visit.span().to > oldest.start());
        self.statuses.retain(|held| held.span.to > oldest.start());
        self.log.drop_before(oldest);
    }

    /// Whether all there is of it is read in a moment: some six thousand facts, or fewer and their spans.
    #[must_use]
    pub fn is_soon_read(&self) -> bool {
        let spans = size_of_val(&*self.visits) + size_of_val(&*self.statuses);
        self.log.bytes() + spans <= SOON_READ
    }

    /// The times of the agent in frames that end together at `to` and begin at `starts`, latest first, with a visit that goes
    /// on. Of one skill there are visits alone, since presence belongs to none.
    #[must_use]
    pub fn times(
        &self,
        goes_on: Option<Span>,
        skill: Option<Option<Name>>,
        starts: &[Millis],
        to: Millis,
    ) -> Vec<Times> {
        let Some(from) = starts.last().copied() else { return Vec::new() };
        let frame = Span { from, to };
        let of_it = self.visited(frame).filter(|visit| skill.is_none_or(|skill| skill == visit.skill));
        let visits: Vec<Span> = goes_on.into_iter().chain(of_it.map(Visited::span)).collect();
        let focus = covered_ms(visits.iter().copied(), starts, to).into_iter();
        if skill.is_some() {
            return focus.map(|focus_ms| Times { focus_ms, ..Times::default() }).collect();
        }
        let online_focus = visits.iter().flat_map(|visit| self.online_in(*visit));
        let focus_online = covered_ms(online_focus, starts, to);
        let status = |status| {
            let held = self.statuses_in(frame).filter(move |held| held.status == status);
            covered_ms(held.map(|held| held.span), starts, to)
        };
        let (online, away) = (status(Status::Online), status(Status::Away));
        let of = |(frame, focus_ms)| Times {
            focus_ms,
            focus_online_ms: focus_online[frame],
            online_ms: online[frame],
            away_ms: away[frame],
        };
        focus.enumerate().map(of).collect()
    }

    /// When the last visit ended, of one skill or all.
    #[must_use]
    pub fn last_visit(&self, skill: Option<Option<Name>>) -> Option<Millis> {
        let of_it = self.visits.iter().filter(|visit| skill.is_none_or(|skill| skill == visit.skill));
        of_it.map(|visit| visit.span().to).max()
    }

    /// The last moment up to `now` at which the agent was online or away.
    #[must_use]
    pub fn last_there(&self, now: Millis) -> Option<Millis> {
        let all = self.statuses.iter().chain(&self.status_now);
        let there = all.filter(|held| held.status != Status::Offline && held.span.from < now);
        there.map(|held| held.span.to.min(now)).max()
    }

    /// The visits that reach into a span, newest first: an agent is in one at a time.
    fn visited(&self, span: Span) -> impl Iterator<Item = &Visited> {
        let to = self.visits.partition_point(|visit| visit.from < span.to);
        self.visits[..to].iter().rev().take_while(move |visit| visit.span().to > span.from)
    }

    /// The statuses that hold in a span, newest first: one at a time.
    fn statuses_in(&self, span: Span) -> impl Iterator<Item = &StatusSpan> {
        let to = self.statuses.partition_point(|held| held.span.from < span.to);
        let followed = self.statuses[..to].iter().rev().take_while(move |held| held.span.to > span.from);
        self.status_now.iter().chain(followed)
    }
}

/// Takes out a value that stands from `place` on among its equals.
fn take_out<T: PartialEq>(all: &mut Vec<T>, place: usize, value: &T) {
    let found = all[place..].iter().position(|one| one == value);
    debug_assert!(found.is_some(), "only what was stated is taken back");
    if let Some(found) = found {
        all.remove(place + found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_of_months_is_remembered_in_pieces_and_forgotten_whole() {
        let mut agent = AgentSums::default();
        let span = Span { from: 5, to: 5 + 100 * 86_400_000 };
        let _ = agent.take_up(&[Pending::Visit(span, None, 1)]);
        let times = agent.times(None, None, &[span.from], span.to);
        assert_eq!((agent.visits.len(), times[0].focus_ms), (3, span.length_ms()));
        let _ = agent.take_up(&[Pending::Visit(span, None, -1)]);
        assert_eq!(agent.visits, []);
    }

    #[test]
    fn visits_count_as_online_while_the_status_says_so() {
        let mut agent = AgentSums::default();
        let held = |status, from, to| StatusSpan { status, span: Span { from, to } };
        let changed = agent.take_up(&[
            Pending::Visit(Span { from: 10, to: 50 }, None, 1),
            Pending::Status(held(Status::Away, 0, 20), 1),
            Pending::Status(held(Status::Online, 20, 30), 1),
            Pending::StatusNow(held(Status::Online, 40, 1_000), 1),
        ]);
        assert_eq!(changed, [vec![], vec![Span { from: 40, to: 50 }, Span { from: 20, to: 30 }]]);
        let online = |starts: &[Millis], to| -> Vec<Millis> {
            agent.times(None, None, starts, to).iter().map(|times| times.focus_online_ms).collect()
        };
        assert_eq!((online(&[0], 60), online(&[41, 25, 15], 45)), (vec![20], vec![4, 10, 15]));
        let goes = [Pending::Status(held(Status::Online, 20, 30), -1), Pending::Status(held(Status::Away, 20, 30), 1)];
        assert_eq!(agent.take_up(&goes), [vec![Span { from: 20, to: 30 }], vec![]]);
    }
}
