//! What the log of an agent says over windows: of all skills that are asked for by reading it once.
//!
//! An agent may have facts under a hundred thousand skills, and then each of them is a fraction of the log: whoever asks
//! for some of them must not read all of it for each.

use super::log::{Entry, Log};
use crate::domain::bucket::Bucket;
use crate::domain::day::tally::Tally;
use crate::domain::day::window::Windows;
use crate::domain::event::Millis;
use crate::domain::fact::{DurationKind, Scopes, Sign};
use crate::domain::names::Name;

/// What a log says of one skill, or of all.
#[derive(Debug, PartialEq)]
pub struct Logged {
    /// For each window's buckets that no narrower one has, narrowest first, up to the last that has something.
    pub parts: Vec<Tally>,
    /// The newest bucket with a fact that stands.
    pub newest: Option<Bucket>,
}

/// Buckets that are told apart by how far they lie back; more than are ever kept.
const RING: usize = 512;

/// How many facts stand in each bucket. Nothing is taken back but what was stated, of its kind and in its bucket: a sum over
/// all kinds hides nothing.
type Standing = Vec<i32>;

/// Where the facts of each skill are summed.
struct Places {
    /// Of all skills together.
    in_all: Option<usize>,
    /// By the place of a skill; `NOWHERE` for one that is not asked for.
    under: Vec<u32>,
}

const NOWHERE: u32 = u32::MAX;

impl Log {
    /// The sums over each of the windows, for each of those that are asked for, which are not the same: one skill, or all
    /// of them together (`None`).
    #[must_use]
    pub fn over(&self, asked: &[Option<Option<Name>>], windows: &Windows) -> Vec<Logged> {
        let places = self.places(asked);
        let mut parts: Vec<Vec<Tally>> = vec![Vec::new(); asked.len()];
        let mut standing: Vec<Standing> = vec![Vec::new(); asked.len()];
        let mut measured = Measured::default();
        let newest = Bucket::of(windows.now());
        let place_in_time = |bucket: Bucket| {
            let back = newest.since(bucket).clamp(0, RING as i64 - 1) as usize;
            (bucket, windows.part_of(bucket), back)
        };
        // Facts of one bucket mostly stand together.
        let mut time = place_in_time(newest);
        self.entries().for_each(|entry| {
            if entry.bucket() != time.0 {
                time = place_in_time(entry.bucket());
            }
            let (_, part, back) = time;
            for place in places.of(&entry) {
                *reach(&mut standing[place], back) += entry.sign.unit() as i32;
                let Some(part) = part else { continue };
                reach(&mut parts[place], part).count_fact(entry.kind, entry.sign);
                measured.add(place, part, &entry);
            }
        });
        measured.standing(|place, part, which, durations| parts[place][part].set_durations(which, durations));
        let newest = standing.iter().map(|standing| newest_of(standing, newest));
        parts.into_iter().zip(newest).map(|(parts, newest)| Logged { parts: Windows::trim(parts), newest }).collect()
    }

    fn places(&self, asked: &[Option<Option<Name>>]) -> Places {
        let mut places = Places { in_all: None, under: vec![NOWHERE; self.skills().count()] };
        for (place, one) in asked.iter().enumerate() {
            match one {
                None => places.in_all = Some(place),
                Some(skill) => {
                    let found = self.place_of(*skill).and_then(|found| places.under.get_mut(found));
                    found.into_iter().for_each(|found| *found = place as u32);
                }
            }
        }
        places
    }
}

/// The durations of entries, each with what it is of in one number: sorted, those of one kind and part stand together and
/// ascend. One sort costs less than to look for the place of each in a histogram that grows, and tells the greatest,
/// whatever is taken back.
#[derive(Default)]
pub(super) struct Measured {
    stated: Vec<u128>,
    taken_back: Vec<u128>,
}

impl Measured {
    /// Adds the duration of an entry, if it has one.
    #[inline]
    pub(super) fn add(&mut self, place: usize, part: usize, entry: &Entry) {
        let Some(which) = entry.kind.duration() else { return };
        let of = (place as u64) << 32 | (part as u64) << 8 | which as u64;
        let one = u128::from(of) << 64 | u128::from(entry.value as u64);
        if entry.sign == Sign::State { &mut self.stated } else { &mut self.taken_back }.push(one);
    }

    /// Gives those of each place, part and kind that are not taken back, ascending.
    pub(super) fn standing(self, mut give: impl FnMut(usize, usize, DurationKind, Ascending<'_>)) {
        let Self { mut stated, mut taken_back } = self;
        stated.sort_unstable();
        taken_back.sort_unstable();
        let mut taken_back = taken_back.into_iter().peekable();
        stated.retain(|one| taken_back.next_if_eq(one).is_none());
        debug_assert!(taken_back.peek().is_none(), "only what was stated is taken back");
        for of_one in stated.chunk_by(|a, b| a >> 64 == b >> 64) {
            let of = (of_one[0] >> 64) as u64;
            let (place, part, which) = ((of >> 32) as usize, (of >> 8) as usize & 0xff_ffff, of as usize & 0xff);
            give(place, part, DurationKind::ALL[which], Ascending(of_one.iter()));
        }
    }
}

/// Durations of one kind.
#[derive(Clone)]
pub(super) struct Ascending<'m>(std::slice::Iter<'m, u128>);

impl Iterator for Ascending<'_> {
    type Item = Millis;

    fn next(&mut self) -> Option<Millis> {
        self.0.next().map(|one| *one as u64 as Millis)
    }
}

impl Places {
    /// Where an entry is summed.
    #[inline]
    fn of(&self, entry: &Entry) -> impl Iterator<Item = usize> + use<> {
        let in_all = self.in_all.filter(|_| entry.scopes().has(Scopes::AGENT));
        let under = self.under[entry.place_of_skill()];
        let under = (under != NOWHERE && entry.scopes().has(Scopes::AGENT_SKILL)).then_some(under as usize);
        in_all.into_iter().chain(under)
    }
}

/// The value at a place, up to which there may have been none.
#[inline]
fn reach<T: Clone + Default>(values: &mut Vec<T>, place: usize) -> &mut T {
    if values.len() <= place {
        values.reserve_exact(place + 1 - values.len());
        values.resize(place + 1, T::default());
    }
    &mut values[place]
}

/// The newest bucket in which a fact stands, where the first of these is `newest`.
fn newest_of(standing: &[i32], newest: Bucket) -> Option<Bucket> {
    let back = standing.iter().position(|facts| *facts > 0);
    back.map(|back| newest.later(-(back as i64)))
}
