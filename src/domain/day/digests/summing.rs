//! The sums of one group at a time: of facts on their way into a digest, or of what digests have of it.

use super::bins::Messages;
use super::draft::Item;
use super::durations::Durations;
use super::entry::{HAS_DURATIONS, HAS_PEOPLE, HAS_PRESENCE, HAS_VISITS, push_span, read_span};
use super::presence::{Presence, Signed};
use super::{Cut, Key};
use crate::domain::compact::varint::{Reader, write, write_signed};
use crate::domain::day::tally::{Tally, whole};
use crate::domain::event::{Millis, Status};
use crate::domain::fact::{DurationKind, FactKind};
use crate::domain::span::Span;

/// The sums of a group. They are emptied and used for the next one.
#[derive(Debug, Default)]
pub struct Summing {
    counts: Counts,
    durations: [Durations; 4],
    /// In visits that ended.
    focus_ms: Millis,
    /// Those of them that began before their digest.
    reaching: Vec<Signed>,
    presence: Presence,
    contacts: Messages,
    agents: Messages,
    /// An entry on its way.
    body: Vec<u8>,
}

#[derive(Debug)]
struct Counts([i32; FactKind::COUNT]);

impl Default for Counts {
    fn default() -> Self {
        Self([0; FactKind::COUNT])
    }
}

impl Summing {
    /// Adds a fact.
    #[inline]
    pub(super) fn add(&mut self, item: &Item, cut: Cut) {
        let Item { kind, value, unit, who, .. } = *item;
        if kind.is_span() {
            return self.add_span(item, cut);
        }
        self.counts.0[kind as usize] += unit;
        if let Some(which) = kind.duration() {
            self.durations[which as usize].add(value, unit);
        }
        if who > 0 {
            if kind == FactKind::CustomerMessage { &mut self.contacts } else { &mut self.agents }.add(who, unit);
        }
    }

    fn add_span(&mut self, item: &Item, cut: Cut) {
        let span = Span { from: item.at, to: item.at + item.value };
        if item.kind == FactKind::Visit {
            self.focus_ms += span.length_ms() * Millis::from(item.unit);
            self.reaching.push((span, item.unit));
            if cut.has_presence {
                self.presence.visits.push((span, item.unit));
            }
        } else {
            let status = if item.kind == FactKind::Online { Status::Online } else { Status::Away };
            self.presence.statuses.push((status, (span, item.unit)));
        }
    }

    /// Nets the durations that were added, which is to come before the greatest are asked for, or anything written.
    pub(super) fn net(&mut self) {
        self.durations.iter_mut().for_each(Durations::net);
    }

    /// Adds what a digest that begins at `start` has of the group.
    pub(super) fn read(&mut self, body: &[u8], start: Millis) {
        let mut reader = Reader::new(body);
        let head = self.read_spans(&mut reader, start, 1);
        for _ in 0..reader.number() {
            let kind = usize::from(reader.byte());
            self.counts.0[kind] += reader.signed() as i32;
        }
        if head & HAS_DURATIONS != 0 {
            let mut forms = reader.byte();
            for durations in &mut self.durations {
                durations.read(&mut reader, forms & 0x03);
                forms >>= 2;
            }
        }
        if head & HAS_PEOPLE != 0 {
            for people in [&mut self.contacts, &mut self.agents] {
                let mut code = 0;
                for _ in 0..reader.number() {
                    code += reader.number() as u32;
                    people.add(code, reader.signed() as i32);
                }
            }
        }
    }

    /// Adds what ended after a question's time and may reach into it.
    pub(super) fn read_later(&mut self, body: &[u8], start: Millis) {
        self.read_spans(&mut Reader::new(body), start, 0);
    }

    /// Reads the spans of an entry, whose visits count so often as a whole; what else is in it.
    fn read_spans(&mut self, reader: &mut Reader<'_>, start: Millis, whole: Millis) -> u8 {
        let head = reader.byte();
        if head & HAS_VISITS != 0 {
            self.focus_ms += reader.signed() * whole;
            for _ in 0..reader.number() {
                self.reaching.push(read_span(reader, start));
            }
        }
        if head & HAS_PRESENCE != 0 {
            self.presence.read(reader, start);
        }
        head
    }

    /// Appends what there is of a group to a digest that begins at `start`, and is empty again.
    pub(super) fn write(&mut self, key: &Key, start: Millis, out: &mut Vec<u8>) {
        let mut body = std::mem::take(&mut self.body);
        body.clear();
        body.push(0);
        let head = self.write_spans(start, &mut body) | self.write_counts(&mut body) | self.write_people(&mut body);
        body[0] = head;
        key.iter().for_each(|code| write(out, u64::from(*code)));
        write(out, body.len() as u64);
        out.extend_from_slice(&body);
        self.body = body;
        self.clear();
    }

    fn write_spans(&mut self, start: Millis, out: &mut Vec<u8>) -> u8 {
        let mut head = 0;
        self.reaching.retain(|(visit, _)| visit.from < start);
        if self.focus_ms != 0 || !self.reaching.is_empty() {
            head |= HAS_VISITS;
            write_signed(out, self.focus_ms);
            write(out, self.reaching.len() as u64);
            self.reaching.iter().for_each(|visit| push_span(out, *visit, start));
        }
        if !self.presence.is_empty() {
            head |= HAS_PRESENCE;
            self.presence.write(start, out);
        }
        head
    }

    fn write_counts(&self, out: &mut Vec<u8>) -> u8 {
        let some = || self.counts.0.iter().enumerate().filter(|(_, count)| **count != 0);
        write(out, some().count() as u64);
        for (kind, count) in some() {
            out.push(kind as u8);
            write_signed(out, i64::from(*count));
        }
        let forms = self.durations.iter().map(Durations::form);
        let forms = forms.enumerate().fold(0, |forms, (place, form)| forms | form << (2 * place));
        if forms == 0 {
            return 0;
        }
        out.push(forms);
        self.durations.iter().for_each(|durations| durations.write(out));
        HAS_DURATIONS
    }

    fn write_people(&mut self, out: &mut Vec<u8>) -> u8 {
        let all = [&mut self.contacts, &mut self.agents].map(|people| people.drain().collect::<Vec<_>>());
        if all.iter().all(Vec::is_empty) {
            return 0;
        }
        for mut people in all {
            people.sort_unstable();
            write(out, people.len() as u64);
            let mut last = 0;
            for (code, count) in people {
                write(out, u64::from(code - last));
                write_signed(out, i64::from(count));
                last = code;
            }
        }
        HAS_PEOPLE
    }

    /// The tally of a question's time, without durations.
    #[must_use]
    pub fn tally(&self, within: Span) -> Tally {
        let mut times = self.presence.times(within);
        let beyond = |(visit, unit): &Signed| {
            let inside = visit.overlap_ms(within);
            (if visit.to <= within.to { inside - visit.length_ms() } else { inside }) * Millis::from(*unit)
        };
        times.focus_ms = self.focus_ms + self.reaching.iter().map(beyond).sum::<Millis>();
        Tally::of(self.counts.0.map(|count| count as u32), times)
    }

    /// The durations of a kind.
    #[must_use]
    pub fn durations(&self, which: DurationKind) -> &Durations {
        &self.durations[which as usize]
    }

    /// How many facts of a kind there are.
    #[must_use]
    pub fn count(&self, kind: FactKind) -> u64 {
        whole(i64::from(self.counts.0[kind as usize]))
    }

    /// Whether of some kind the greatest duration is not known.
    pub(super) fn has_lost(&self) -> bool {
        self.durations.iter().any(|durations| durations.greatest().is_none())
    }

    /// How many contacts and how many agents wrote; asked once.
    pub fn take_people(&mut self) -> [u64; 2] {
        [&mut self.contacts, &mut self.agents]
            .map(|people| people.drain().filter(|(_, count)| *count > 0).count() as u64)
    }

    /// Is empty again.
    pub fn clear(&mut self) {
        self.counts = Counts::default();
        self.durations.iter_mut().for_each(Durations::clear);
        self.focus_ms = 0;
        self.reaching.clear();
        self.presence.clear();
        self.take_people();
    }
}
