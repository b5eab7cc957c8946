//! The sums of one group at a time: of facts on their way into a digest, or of what digests have of it.

use super::bins::{Messages, bits};
use super::draft::Item;
use super::durations::Durations;
use super::entry::{HAS_DURATIONS, HAS_PEOPLE, HAS_PRESENCE, HAS_VISITS, push_span, read_span};
use super::presence::{Presence, Signed};
use super::{Cut, Key};
use crate::domain::compact::varint::{Reader, write, write_signed};
use crate::domain::day::tally::{Tally, whole};
use crate::domain::event::{Millis, Status};
use crate::domain::fact::{DurationKind, FactKind, Kinds};
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

/// How many there are of each kind.
#[derive(Debug)]
struct Counts {
    by_kind: [i32; FactKind::COUNT],
    /// A bit for each kind that was touched.
    touched: u64,
}

impl Default for Counts {
    fn default() -> Self {
        Self { by_kind: [0; FactKind::COUNT], touched: 0 }
    }
}

impl Counts {
    #[inline]
    fn add(&mut self, kind: usize, count: i32) {
        self.by_kind[kind] += count;
        self.touched |= 1 << kind;
    }

    /// Those that are not zero, by the numbers of their kinds.
    fn iter(&self) -> impl Iterator<Item = (usize, i32)> {
        bits(self.touched).map(|kind| (kind, self.by_kind[kind])).filter(|(_, count)| *count != 0)
    }

    fn clear(&mut self) {
        bits(std::mem::take(&mut self.touched)).for_each(|kind| self.by_kind[kind] = 0);
    }
}

impl Summing {
    /// Adds a fact.
    #[inline]
    pub(super) fn add(&mut self, item: &Item, cut: Cut) {
        let Item { kind, value, .. } = *item;
        if kind.is_span() {
            return self.add_span(item, cut);
        }
        let unit = i32::from(item.unit);
        self.counts.add(kind as usize, unit);
        if let Some(which) = kind.duration() {
            self.durations[which as usize].add(value, unit);
        } else if value > 0 && cut.has_people {
            match kind {
                FactKind::CustomerMessage => self.contacts.add(value as u32, unit),
                FactKind::AgentMessage => self.agents.add(value as u32, unit),
                _ => {}
            }
        }
    }

    fn add_span(&mut self, item: &Item, cut: Cut) {
        let (span, unit) = (Span { from: item.at, to: item.at + item.value }, i32::from(item.unit));
        if item.kind == FactKind::Visit {
            self.focus_ms += span.length_ms() * Millis::from(unit);
            self.reaching.push((span, unit));
            if cut.has_presence {
                self.presence.visits.push((span, unit));
            }
        } else {
            let status = if item.kind == FactKind::Online { Status::Online } else { Status::Away };
            self.presence.statuses.push((status, (span, unit)));
        }
    }

    /// Nets the durations that were added, which is to come before the greatest are asked for, or anything written.
    pub(super) fn net(&mut self) {
        self.durations.iter_mut().for_each(Durations::net);
    }

    /// Adds what a digest that begins at `start` has of the group.
    pub(super) fn read(&mut self, body: &[u8], start: Millis) {
        let mut reader = Reader::new(body);
        let head = reader.byte();
        counts(&mut reader, |kind, count| self.counts.add(kind, count));
        self.read_spans(&mut reader, head, start, 1);
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
        let mut reader = Reader::new(body);
        let head = reader.byte();
        counts(&mut reader, |_, _| {});
        self.read_spans(&mut reader, head, start, 0);
    }

    /// How many facts of some kinds an entry has, all together.
    pub(super) fn count_in(body: &[u8], kinds: Kinds) -> i64 {
        let (mut reader, mut sum) = (Reader::new(body), 0);
        reader.byte();
        counts(&mut reader, |kind, count| sum += if kinds.has(FactKind::ALL[kind]) { i64::from(count) } else { 0 });
        sum
    }

    /// Reads the spans of an entry, whose visits count so often as a whole.
    fn read_spans(&mut self, reader: &mut Reader<'_>, head: u8, start: Millis, whole: Millis) {
        if head & HAS_VISITS != 0 {
            self.focus_ms += reader.signed() * whole;
            for _ in 0..reader.number() {
                self.reaching.push(read_span(reader, start));
            }
        }
        if head & HAS_PRESENCE != 0 {
            self.presence.read(reader, start);
        }
    }

    /// Appends what there is of a group to a digest that begins at `start`, and is empty again.
    pub(super) fn write(&mut self, key: &Key, start: Millis, out: &mut Vec<u8>) {
        let mut body = std::mem::take(&mut self.body);
        body.clear();
        body.push(0);
        self.write_counts(&mut body);
        let head = self.write_spans(start, &mut body) | self.write_durations(&mut body) | self.write_people(&mut body);
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

    fn write_counts(&self, out: &mut Vec<u8>) {
        write(out, self.counts.iter().count() as u64);
        for (kind, count) in self.counts.iter() {
            out.push(kind as u8);
            write_signed(out, i64::from(count));
        }
    }

    fn write_durations(&self, out: &mut Vec<u8>) -> u8 {
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
        Tally::of(self.counts.by_kind.map(|count| count as u32), times)
    }

    /// The durations of a kind.
    #[must_use]
    pub fn durations(&self, which: DurationKind) -> &Durations {
        &self.durations[which as usize]
    }

    /// How many facts of a kind there are.
    #[must_use]
    pub fn count(&self, kind: FactKind) -> u64 {
        whole(i64::from(self.counts.by_kind[kind as usize]))
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
        self.counts.clear();
        self.durations.iter_mut().for_each(Durations::clear);
        self.focus_ms = 0;
        self.reaching.clear();
        self.presence.clear();
        self.take_people();
    }
}

/// Reads how many facts of each kind an entry has.
#[inline]
fn counts(reader: &mut Reader<'_>, mut tell: impl FnMut(usize, i32)) {
    for _ in 0..reader.number() {
        let kind = usize::from(reader.byte());
        tell(kind, reader.signed() as i32);
    }
}
