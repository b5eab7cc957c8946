//! Digests: what some buckets behind each other say of each group of facts, made when somebody asks, and kept a while.
//!
//! A day has ten million facts, and most of its buckets are over: whoever asks by agent, or by skill and line, gets nearly the
//! same of them as the one before. So a bucket's facts are summed by group once, in some bytes a group, and four digests make
//! the next larger one: a day by five minutes is read as a few dozen of them. A bucket in which facts are stated has a few
//! behind each other, each of what came since. A digest knows how far it has read; the little that was stated or taken back
//! since is added by whoever asks. So answers are the same as from the facts alone.
//!
//! They belong to the day, where the fold never looks at them but to let go of those that nobody asks for: it does not
//! wait for a lock.

mod bins;
mod digest;
mod draft;
mod durations;
mod entry;
mod greatest;
mod groups;
mod making;
mod presence;
mod summing;
mod top;
mod walk;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::fast::FixedState;
use smallvec::SmallVec;

use crate::domain::bucket::Bucket;
use crate::domain::day::DayView;
use crate::domain::fact::{Credit, Kinds, Scopes};

use digest::{Lacks, facts_of};

pub use digest::Digest;
pub use draft::Draft;
pub use durations::Durations;
pub use greatest::{Lost, greatest};
pub use making::Making;
pub use summing::Summing;
pub use walk::Walk;

/// By how many columns groups are told apart at most.
pub const COLUMNS: usize = 3;

/// The numbers that tell a group.
pub type Key = [u32; COLUMNS];
/// The groups of a fact: nearly every one has one.
pub type Keys = SmallVec<[Key; 1]>;

/// How facts are cut into groups. What is cut alike is kept once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cut {
    /// Which columns, whatever they are called.
    pub by: [u8; COLUMNS],
    /// Of the scopes in which a fact may count, the one that matters.
    pub scope: Scopes,
    /// Which facts.
    pub kinds: Kinds,
    /// Whether the last column is the side that resolved, 0 where a fact tells none.
    pub has_side: bool,
    /// Whether contacts and agents are counted.
    pub has_people: bool,
    /// Whether agents' statuses are, and what they visited while online: then the first column is the agent.
    pub has_presence: bool,
}

/// Facts to be cut.
#[derive(Clone, Copy)]
pub struct Cutting<'a> {
    /// Where they are.
    pub day: &'a DayView,
    /// How.
    pub cut: Cut,
    /// The groups of what has a credit.
    pub keys: &'a dyn Fn(&Credit) -> Keys,
}

/// The digests of an account's day.
#[derive(Debug, Default)]
pub struct Digests {
    shelf: Mutex<Shelf>,
    /// Held by who makes many: of several at the same time each would wait for all others.
    many: Mutex<()>,
}

#[derive(Debug, Default)]
struct Shelf {
    kept: HashMap<Place, Kept, FixedState>,
    bytes: usize,
    /// Counts what was asked for.
    asked: u64,
    /// Held by who makes a digest of a cut.
    makers: HashMap<Cut, Arc<Mutex<()>>, FixedState>,
}

/// A cut of some buckets: the first, and how many.
type Place = (Cut, Bucket, i64);

/// What is kept of a place: one digest, or behind it those that go on where it stopped. The last knows how far they go.
type Parts = SmallVec<[Arc<Digest>; 1]>;

#[derive(Debug)]
struct Kept {
    parts: Parts,
    /// When it was asked for last, in what was asked for.
    asked: u64,
    /// The same by the oldest bucket of the day.
    oldest: Bucket,
}

/// Of how many buckets digests are made, to make larger ones of. Each length is a few of the one before, and begins where that
/// divides the bucket's number.
const LENGTHS: [i64; 4] = [1, 4, 16, 64];
/// Of so many buckets one is made of their facts at once, if nobody has asked for a part of it: whoever is the first to ask for a
/// day by something does not wait for digests of each bucket.
const AT_ONCE: i64 = 16;
/// Of a bucket's digests one is made with the one before unless that is so many times larger.
const TIMES_LARGER: usize = 4;
/// Newer than the newest bucket less so many, buckets change all the time.
const CHANGING: i64 = 1;
/// What nobody asked for in so many buckets goes.
const KEPT_BUCKETS: i64 = 12;
/// All digests take less than so many times the bytes of the facts, and some.
const TIMES_FACTS: usize = 4;
const SOME_BYTES: usize = 1 << 20;

impl Digests {
    /// Digests of all facts in buckets from one to another, as few as there are. They may lack what was stated lately:
    /// `Digest::rest` has it.
    pub fn cover(&self, making: &mut Making<'_>, from: Bucket, to: Bucket) -> Vec<Arc<Digest>> {
        let day = making.cutting.day;
        let (Some(oldest), Some(newest)) = (day.buckets.first(), day.buckets.last()) else {
            return Vec::new();
        };
        let (from, to) = (from.max(oldest.bucket()), to.min(newest.bucket()));
        let settled = to.min(newest.bucket().later(-CHANGING));
        let level_at = |at: Bucket| {
            let fits = |length: &i64| at.modulo(*length) == 0 && at.later(length - 1) <= settled;
            LENGTHS.iter().rposition(fits).unwrap_or(0)
        };
        let places = std::iter::successors(Some(from), |at| Some(at.later(LENGTHS[level_at(*at)])));
        let places: Vec<(Bucket, usize)> = places.take_while(|at| *at <= to).map(|at| (at, level_at(at))).collect();
        let is_new = |(at, level): &(Bucket, usize)| {
            let has_facts = || facts_of(day, (*at, LENGTHS[*level])).next().is_some();
            LENGTHS[*level] >= AT_ONCE && has_facts() && !self.has_some(making.cutting.cut, *at, *level)
        };
        let _alone = places.iter().any(is_new).then(|| self.many.lock().unwrap_or_else(PoisonError::into_inner));
        places.into_iter().flat_map(|(at, level)| self.of_level(making, at, level, Lacks::Little)).collect()
    }

    /// Makes those of a whole day, bucket by bucket for as long as it goes on.
    pub fn prepare(&self, making: &mut Making<'_>, goes_on: impl Fn() -> bool) {
        let day = making.cutting.day;
        for facts in &day.buckets {
            if !goes_on() {
                return;
            }
            let _made = self.of_bucket(making, facts.bucket(), Lacks::Little);
        }
        if let (Some(oldest), Some(newest)) = (day.buckets.first(), day.buckets.last()) {
            let _made = self.cover(making, oldest.bucket(), newest.bucket());
        }
    }

    /// The digests of as many buckets as a level has; none where there are no facts.
    fn of_level(&self, making: &mut Making<'_>, first: Bucket, level: usize, lacks: Lacks) -> Parts {
        if level == 0 {
            return self.of_bucket(making, first, lacks);
        }
        let Cutting { day, cut, .. } = making.cutting;
        let place = (cut, first, LENGTHS[level]);
        if let Some(kept) = self.find(&place, day, lacks) {
            return kept;
        }
        if LENGTHS[level] <= AT_ONCE && !self.has_some(cut, first, level) {
            return self.make_once(place, day, lacks, || {
                Digest::of_facts(making, (first, LENGTHS[level])).into_iter().map(Arc::new).collect()
            });
        }
        let firsts = (0..LENGTHS[level] / LENGTHS[level - 1]).map(|nth| first.later(nth * LENGTHS[level - 1]));
        let of_part = |first| self.of_level(making, first, level - 1, Lacks::Nothing);
        let parts: Parts = firsts.flat_map(of_part).collect();
        self.make_once(place, day, lacks, || {
            Digest::of_parts((first, LENGTHS[level]), &parts, &mut making.summing).into_iter().map(Arc::new).collect()
        })
    }

    /// The digests of one bucket; none where there are no facts.
    fn of_bucket(&self, making: &mut Making<'_>, bucket: Bucket, lacks: Lacks) -> Parts {
        let Cutting { day, cut, .. } = making.cutting;
        let place = (cut, bucket, 1);
        let make = || self.make_of_bucket(making, place, lacks);
        self.find(&place, day, lacks).unwrap_or_else(|| self.make_once(place, day, lacks, make))
    }

    fn make_of_bucket(&self, making: &mut Making<'_>, place: Place, lacks: Lacks) -> Parts {
        let (day, bucket) = (making.cutting.day, place.1);
        let mut parts = self.kept(&place).unwrap_or_default();
        // A view may be older than what others have asked for meanwhile.
        let is_within = |parts: &Parts| parts.last().is_some_and(|last| last.is_within(day));
        while !parts.is_empty() && !is_within(&parts) {
            parts.pop();
            if let Some(last) = parts.last_mut() {
                *last = Arc::new(last.followed(false));
            }
        }
        if parts.last().is_some_and(|last| last.serves(day, lacks)) {
            return parts;
        }
        let anew = |making: &mut Making<'_>| Digest::of_facts(making, (bucket, 1)).into_iter().map(Arc::new).collect();
        match parts.last().and_then(|last| last.of_rest(making)) {
            Some(rest) => {
                let last = parts.pop().expect("it goes on where one stopped");
                parts.extend([Arc::new(last.followed(true)), Arc::new(rest)]);
            }
            None => parts = anew(making),
        }
        while let [.., before, last] = &parts[..]
            && last.bytes() * TIMES_LARGER >= before.bytes()
        {
            let both = Digest::of_parts((bucket, 1), &parts[parts.len() - 2..], &mut making.summing)
                .expect("the last has read");
            parts.truncate(parts.len() - 2);
            parts.push(Arc::new(both));
        }
        if let [one] = &parts[..]
            && one.has_lost()
        {
            parts = anew(making);
        }
        parts
    }

    /// What is made of a place of which nothing that is kept serves. Of a cut one makes something at a time: who wants the same
    /// meanwhile waits, and finds it made.
    fn make_once(&self, place: Place, day: &DayView, lacks: Lacks, make: impl FnOnce() -> Parts) -> Parts {
        let maker = self.shelf().makers.entry(place.0).or_default().clone();
        let _alone = maker.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = self.find(&place, day, lacks) {
            return kept;
        }
        let made = make();
        self.keep(place, &made, day);
        made
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is kept of a place, if it serves.
    fn find(&self, place: &Place, day: &DayView, lacks: Lacks) -> Option<Parts> {
        let mut shelf = self.shelf();
        shelf.asked += 1;
        let asked = shelf.asked;
        let kept = shelf.kept.get_mut(place)?;
        kept.parts.last().filter(|last| last.serves(day, lacks))?;
        (kept.asked, kept.oldest) = (asked, day.oldest);
        Some(kept.parts.clone())
    }

    /// Whether anything is kept of some buckets, or of parts of them.
    fn has_some(&self, cut: Cut, first: Bucket, level: usize) -> bool {
        let shelf = self.shelf();
        LENGTHS[..=level].iter().rev().any(|length| {
            let mut firsts = (0..LENGTHS[level] / length).map(|nth| first.later(nth * length));
            firsts.any(|first| shelf.kept.contains_key(&(cut, first, *length)))
        })
    }

    /// What is kept of a place, whether it serves or not.
    fn kept(&self, place: &Place) -> Option<Parts> {
        self.shelf().kept.get(place).map(|kept| kept.parts.clone())
    }

    /// Keeps digests, unless there are those of a newer view.
    fn keep(&self, place: Place, made: &Parts, day: &DayView) {
        let Some(last) = made.last() else { return };
        let mut shelf = self.shelf();
        let of_it = shelf.kept.get(&place).and_then(|kept| kept.parts.last());
        if of_it.is_some_and(|kept| kept.read_bytes() > last.read_bytes()) {
            return;
        }
        let kept = Kept { parts: made.clone(), asked: shelf.asked, oldest: day.oldest };
        shelf.bytes += kept.bytes();
        let before = shelf.kept.insert(place, kept);
        shelf.bytes -= before.map_or(0, |before| before.bytes());
        shelf.let_go(TIMES_FACTS * day.fact_bytes() + SOME_BYTES);
    }

    /// Lets go of what nobody has asked for since a while, unless somebody asks just now.
    pub(super) fn age(&self, oldest: Bucket) {
        let Ok(mut shelf) = self.shelf.try_lock() else { return };
        let is_kept = |place: &Place, kept: &Kept| place.1 >= oldest && kept.oldest >= oldest.later(-KEPT_BUCKETS);
        shelf.retain(is_kept);
        shelf.makers.retain(|_, maker| Arc::strong_count(maker) > 1);
    }
}

impl Kept {
    fn bytes(&self) -> usize {
        self.parts.iter().map(|part| part.bytes()).sum()
    }
}

impl Shelf {
    /// Lets go of what was not asked for longest, once all takes more than so many bytes, until it takes a quarter less.
    fn let_go(&mut self, most: usize) {
        if self.bytes <= most {
            return;
        }
        let mut by_age: Vec<(u64, usize)> = self.kept.values().map(|kept| (kept.asked, kept.bytes())).collect();
        by_age.sort_unstable();
        let mut left = self.bytes;
        let mut until = 0;
        for (asked, bytes) in by_age {
            if left <= most - most / 4 {
                break;
            }
            (left, until) = (left - bytes, asked);
        }
        self.retain(|_, kept| kept.asked > until);
    }

    fn retain(&mut self, is_kept: impl Fn(&Place, &Kept) -> bool) {
        self.kept.retain(|place, kept| is_kept(place, kept));
        self.bytes = self.kept.values().map(Kept::bytes).sum();
    }
}

impl std::fmt::Debug for Cutting<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cutting").field("cut", &self.cut).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::thread;

    use super::*;
    use crate::domain::account::{Account, AccountSettings};
    use crate::domain::policy::Policies;

    #[test]
    fn who_ask_for_the_same_at_the_same_time_have_it_made_once() {
        let view = Account::new(Policies::default(), &AccountSettings::default(), 0).view();
        let (day, digests, made) = (&view.day, Digests::default(), AtomicU32::new(0));
        let (by, kinds) = ([0; COLUMNS], Kinds::ALL);
        let cut = Cut { by, scope: Scopes(0), kinds, has_side: false, has_people: false, has_presence: false };
        let (begin, place) = (Barrier::new(8), (cut, Bucket::of(0), 8));
        let make = || {
            made.fetch_add(1, Ordering::Relaxed);
            let keys = |_: &Credit| Keys::new();
            let mut making = Making::of(&Cutting { day, cut, keys: &keys });
            Parts::from_elem(Arc::new(Digest::of_draft(Draft::new(&mut making), 0)), 1)
        };
        let ask = || {
            begin.wait();
            digests.make_once(place, day, Lacks::Nothing, make).len()
        };
        let found = thread::scope(|scope| {
            let asking: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
            asking.into_iter().map(|thread| thread.join().expect("nobody panics")).collect::<Vec<_>>()
        });
        assert_eq!((found, made.into_inner()), (vec![1; 8], 1));
        digests.age(Bucket::of(0));
        assert!(digests.shelf().makers.is_empty(), "nobody makes anything");
    }
}
