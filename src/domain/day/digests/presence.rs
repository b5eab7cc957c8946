//! An agent's statuses and visits in a digest, for the time in which a visit was made while online.
//!
//! All of it is linear: a visit that is taken back is added with −1. So some visits behind each other that all lie in one
//! status need not be read one by one.

use std::ops::Range;

use smallvec::SmallVec;

use super::entry::{push_span, read_span};
use crate::domain::compact::varint::{Reader, write, write_signed};
use crate::domain::day::tally::Times;
use crate::domain::event::{Millis, Status};
use crate::domain::span::Span;

/// A span and +1, or −1 where it is taken back.
pub(super) type Signed = (Span, i32);

/// What is gathered of one agent.
#[derive(Debug, Default)]
pub(super) struct Presence {
    pub(super) statuses: Vec<(Status, Signed)>,
    /// Visits one by one.
    pub(super) visits: Vec<Signed>,
    /// Visits as digests have them.
    folded: Vec<Folded>,
    /// What these are in bytes.
    bytes: Vec<u8>,
    /// Visits on their way.
    some: Vec<u8>,
}

/// So many visits are told together.
const TOGETHER: usize = 16;

/// Visits behind each other.
#[derive(Debug, Clone)]
struct Folded {
    /// From the first beginning to the last end.
    over: Span,
    total_ms: Millis,
    at: Range<usize>,
}

impl Presence {
    pub(super) fn is_empty(&self) -> bool {
        self.statuses.is_empty() && self.visits.is_empty() && self.folded.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.statuses.clear();
        self.visits.clear();
        self.folded.clear();
        self.bytes.clear();
    }

    pub(super) fn read(&mut self, reader: &mut Reader<'_>, start: Millis) {
        for _ in 0..reader.number() {
            let status = if reader.byte() == 0 { Status::Online } else { Status::Away };
            self.statuses.push((status, read_span(reader, start)));
        }
        for _ in 0..reader.number() {
            let (over, _) = read_span(reader, start);
            let total_ms = reader.signed();
            let length = reader.number() as usize;
            let at = self.bytes.len()..self.bytes.len() + length;
            self.bytes.extend_from_slice(reader.slice(length));
            self.folded.push(Folded { over, total_ms, at });
        }
    }

    pub(super) fn write(&mut self, start: Millis, out: &mut Vec<u8>) {
        write(out, self.statuses.len() as u64);
        for (status, span) in &self.statuses {
            out.push(u8::from(*status != Status::Online));
            push_span(out, *span, start);
        }
        for folded in self.folded.drain(..) {
            self.visits.extend(folded.visits(&self.bytes));
        }
        self.visits.sort_unstable();
        write(out, self.visits.len().div_ceil(TOGETHER) as u64);
        for visits in self.visits.chunks(TOGETHER) {
            let (from, to) = (visits[0].0.from, visits.iter().map(|(visit, _)| visit.to).max().unwrap_or_default());
            push_span(out, (Span { from, to }, 1), start);
            write_signed(out, visits.iter().map(|(visit, unit)| visit.length_ms() * Millis::from(*unit)).sum());
            self.some.clear();
            let mut last = from;
            for visit in visits {
                push_span(&mut self.some, *visit, last);
                last = visit.0.from;
            }
            write(out, self.some.len() as u64);
            out.extend_from_slice(&self.some);
        }
    }

    /// The times in a span.
    pub(super) fn times(&self, within: Span) -> Times {
        let mut times = Times::default();
        for (status, (span, unit)) in &self.statuses {
            times.add(Times::of_status(*status, span.overlap_ms(within)), i64::from(*unit));
        }
        let online = self.online(within);
        let folded = self.folded.iter().map(|folded| folded.overlap_ms(&online, &self.bytes));
        times.focus_online_ms = folded.sum::<Millis>() + overlap_ms(self.visits.iter().copied(), &online);
        times
    }

    /// When the agent was online within a span, and how often that counts: apart, ascending, and one where they touch, so
    /// that most visits behind each other lie in one of them.
    fn online(&self, within: Span) -> SmallVec<[Signed; 8]> {
        let online = self.statuses.iter().filter(|(status, _)| *status == Status::Online);
        let inside = online.map(|(_, (span, unit))| (span.shared(within), *unit));
        let mut edges: SmallVec<[(Millis, i32); 32]> =
            inside.flat_map(|(span, unit)| [(span.from, unit), (span.to, -unit)]).collect();
        edges.sort_unstable_by_key(|(at, _)| *at);
        let mut spans = SmallVec::new();
        let (mut from, mut units) = (Millis::MIN, 0);
        for edges in edges.chunk_by(|(one, _), (other, _)| one == other) {
            let (to, change) = (edges[0].0, edges.iter().map(|(_, unit)| unit).sum::<i32>());
            if change != 0 {
                if units != 0 {
                    spans.push((Span { from, to }, units));
                }
                (from, units) = (to, units + change);
            }
        }
        spans
    }
}

/// How much of some spans visits cover.
fn overlap_ms(visits: impl Iterator<Item = Signed>, spans: &[Signed]) -> Millis {
    let of = |(visit, sign): Signed| {
        let of_it = spans.iter().map(|(span, unit)| visit.overlap_ms(*span) * Millis::from(*unit));
        of_it.sum::<Millis>() * Millis::from(sign)
    };
    visits.map(of).sum()
}

impl Folded {
    fn visits<'b>(&self, bytes: &'b [u8]) -> impl Iterator<Item = Signed> + use<'b> {
        let (mut reader, mut last) = (Reader::new(&bytes[self.at.clone()]), self.over.from);
        std::iter::from_fn(move || {
            (!reader.is_at_end()).then(|| {
                let visit = read_span(&mut reader, last);
                last = visit.0.from;
                visit
            })
        })
    }

    /// How much of some spans, which are apart and ascending, they cover. Where all of them lie in one, they need not be read.
    fn overlap_ms(&self, spans: &[Signed], bytes: &[u8]) -> Millis {
        let first = spans.partition_point(|(span, _)| span.to <= self.over.from);
        let last = spans.partition_point(|(span, _)| span.from < self.over.to);
        match &spans[first..last] {
            [] => 0,
            [(span, unit)] if span.from <= self.over.from && self.over.to <= span.to => {
                self.total_ms * Millis::from(*unit)
            }
            some => overlap_ms(self.visits(bytes), some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: Millis, to: Millis) -> Span {
        Span { from, to }
    }

    #[test]
    fn visits_read_back_count_while_online_and_no_more_once_taken_back() {
        let mut first = Presence {
            visits: vec![(span(300, 340), 1), (span(90, 110), 1), (span(200, 250), 1)],
            statuses: vec![(Status::Away, (span(50, 95), 1))],
            ..Presence::default()
        };
        let mut bytes = Vec::new();
        first.write(100, &mut bytes);
        let mut both = Presence::default();
        both.read(&mut Reader::new(&bytes), 100);
        both.statuses.push((Status::Online, (span(95, 320), 1)));
        let times = both.times(span(0, 1_000));
        assert_eq!((times.focus_online_ms, times.online_ms, times.away_ms), (15 + 50 + 20, 225, 45));
        assert_eq!(both.times(span(100, 210)).focus_online_ms, 20);
        both.visits.push((span(200, 250), -1));
        both.statuses.push((Status::Online, (span(95, 320), -1)));
        both.statuses.push((Status::Online, (span(0, 400), 1)));
        assert_eq!(both.times(span(0, 1_000)).focus_online_ms, 20 + 40);
        both.statuses.push((Status::Online, (span(400, 500), 1)));
        assert_eq!(*both.online(span(10, 450)), [(span(10, 450), 1)], "spans that touch are one");
        both.statuses.push((Status::Online, (span(390, 410), 1)));
        assert_eq!(*both.online(span(10, 450)), [(span(10, 390), 1), (span(390, 410), 2), (span(410, 450), 1)]);
    }
}
