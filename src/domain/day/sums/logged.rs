//! What the log of an agent says over windows: of all skills that are asked for by reading it once.
//!
//! An agent may have facts under a hundred thousand skills, and then each of them is a fraction of the log: whoever asks
//! for some of them must not read all of it for each.

use super::buckets::greatest_net;
use super::log::{Entry, Log};
use crate::domain::bucket::Bucket;
use crate::domain::day::tally::{Maximum, Tally};
use crate::domain::day::window::Windows;
use crate::domain::fact::{DurationKind, Scopes};
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
        let mut lost: Vec<(usize, usize, DurationKind)> = Vec::new();
        let newest = Bucket::of(windows.now());
        for entry in self.entries() {
            let part = windows.part_of(entry.bucket());
            let back = newest.since(entry.bucket()).clamp(0, RING as i64 - 1) as usize;
            for place in places.of(&entry) {
                *reach(&mut standing[place], back) += entry.sign.unit() as i32;
                let Some(part) = part else { continue };
                let tally = reach(&mut parts[place], part);
                if let Maximum::Lost(which) = tally.add(entry.kind, entry.value, entry.sign) {
                    lost.push((place, part, which));
                }
            }
        }
        for (place, part, which) in lost {
            if !parts[place][part].is_max_lost(which) {
                continue;
            }
            let is_of_it =
                |entry: &Entry| windows.part_of(entry.bucket()) == Some(part) && entry.kind.duration() == Some(which);
            let of_it = self.entries().filter(|entry| is_of_it(entry) && places.of(entry).any(|one| one == place));
            let (max_ms, count) = greatest_net(of_it.map(|entry| (entry.value, entry.sign)));
            parts[place][part].set_max(which, max_ms, count);
        }
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
