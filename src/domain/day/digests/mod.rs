//! Digests: what some buckets behind each other say of each group of facts, made when somebody asks, and kept a while.
//!
//! A day has ten million facts, and most of its buckets are over: whoever asks by agent, or by skill and line, gets nearly the
//! same of them as the one before. So a bucket's facts are summed by group once, in some bytes a group, and eight digests
//! make the next larger one: a day by five minutes is read as a few dozen of them. A digest knows how far it has read;
//! what was stated or taken back since is added by whoever asks. So answers are the same as from the facts alone.
//!
//! They belong to the day, where the fold never looks at them but to let go of those that nobody asks for: it does not
//! wait for a lock.

mod bins;
mod digest;
mod draft;
mod durations;
mod entry;
mod greatest;
mod presence;
mod summing;
mod walk;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::fast::FixedState;
use smallvec::SmallVec;

use crate::domain::bucket::Bucket;
use crate::domain::day::DayView;
use crate::domain::fact::{Credit, Scopes};

pub use digest::Digest;
pub use draft::Draft;
pub use greatest::{Lost, greatest};
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
pub struct Digests(Mutex<Shelf>);

#[derive(Debug, Default)]
struct Shelf {
    kept: HashMap<Place, Kept, FixedState>,
    bytes: usize,
    /// Counts what was asked for.
    asked: u64,
}

/// A cut of some buckets: the first, and how many.
type Place = (Cut, Bucket, i64);

#[derive(Debug)]
struct Kept {
    digest: Arc<Digest>,
    /// When it was asked for last, in what was asked for.
    asked: u64,
    /// The same by the oldest bucket of the day.
    oldest: Bucket,
}

/// How many buckets a digest has. Each length is a few of the one before, and begins where that divides the bucket's number.
const LENGTHS: [i64; 3] = [1, 8, 64];
/// Newer than the newest bucket less so many, buckets change all the time.
const CHANGING: i64 = 1;
/// What nobody asked for in so many buckets goes.
const KEPT_BUCKETS: i64 = 12;
/// All digests take less than so many times the bytes of the facts, and some.
const TIMES_FACTS: usize = 2;
const SOME_BYTES: usize = 1 << 20;

impl Digests {
    /// Digests of all facts in buckets from one to another, as few as there are, oldest first. They may lack what was
    /// stated lately: `Digest::rest` has it.
    pub fn cover(&self, cutting: &Cutting<'_>, from: Bucket, to: Bucket, summing: &mut Summing) -> Vec<Arc<Digest>> {
        let mut cover = Vec::new();
        let (Some(oldest), Some(newest)) = (cutting.day.buckets.first(), cutting.day.buckets.last()) else {
            return cover;
        };
        let (mut at, to) = (from.max(oldest.bucket()), to.min(newest.bucket()));
        let settled = to.min(newest.bucket().later(-CHANGING - 1));
        while at <= to {
            let fits = |length: &i64| at.modulo(*length) == 0 && at.later(length - 1) <= settled;
            let level = LENGTHS.iter().rposition(fits).unwrap_or(0);
            cover.extend(self.digest(cutting, at, level, summing));
            at = at.later(LENGTHS[level]);
        }
        cover
    }

    /// The digest of as many buckets as a level has; none where there are no facts.
    fn digest(&self, cutting: &Cutting<'_>, first: Bucket, level: usize, summing: &mut Summing) -> Option<Arc<Digest>> {
        let place = (cutting.cut, first, LENGTHS[level]);
        if let Some(kept) = self.find(&place, cutting.day) {
            return Some(kept);
        }
        let made = if level == 0 {
            Digest::of_bucket(cutting, first, summing)?
        } else {
            let parts = (0..LENGTHS[level] / LENGTHS[level - 1]).map(|nth| first.later(nth * LENGTHS[level - 1]));
            let parts: Vec<_> = parts.filter_map(|part| self.digest(cutting, part, level - 1, summing)).collect();
            Digest::of_parts((first, LENGTHS[level]), &parts, summing)?
        };
        let made = Arc::new(made);
        self.keep(place, &made, cutting.day);
        Some(made)
    }

    fn find(&self, place: &Place, day: &DayView) -> Option<Arc<Digest>> {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.asked += 1;
        let asked = shelf.asked;
        let kept = shelf.kept.get_mut(place).filter(|kept| kept.digest.serves(day))?;
        (kept.asked, kept.oldest) = (asked, day.oldest);
        Some(kept.digest.clone())
    }

    /// Keeps a digest, unless there is one of a newer view.
    fn keep(&self, place: Place, made: &Arc<Digest>, day: &DayView) {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if shelf.kept.get(&place).is_some_and(|kept| kept.digest.read_bytes() > made.read_bytes()) {
            return;
        }
        let kept = Kept { digest: made.clone(), asked: shelf.asked, oldest: day.oldest };
        shelf.bytes += made.bytes();
        let before = shelf.kept.insert(place, kept);
        shelf.bytes -= before.map_or(0, |before| before.digest.bytes());
        shelf.let_go(TIMES_FACTS * day.fact_bytes() + SOME_BYTES);
    }

    /// Lets go of what nobody has asked for since a while, unless somebody asks just now.
    pub(super) fn age(&self, oldest: Bucket) {
        let Ok(mut shelf) = self.0.try_lock() else { return };
        let is_kept = |place: &Place, kept: &Kept| place.1 >= oldest && kept.oldest >= oldest.later(-KEPT_BUCKETS);
        shelf.retain(is_kept);
    }
}

impl Shelf {
    /// Lets go of what was not asked for longest, once all takes more than so many bytes, until it takes a quarter less.
    fn let_go(&mut self, most: usize) {
        if self.bytes <= most {
            return;
        }
        let mut by_age: Vec<(u64, usize)> = self.kept.values().map(|kept| (kept.asked, kept.digest.bytes())).collect();
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
        self.bytes = self.kept.values().map(|kept| kept.digest.bytes()).sum();
    }
}

impl std::fmt::Debug for Cutting<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cutting").field("cut", &self.cut).finish_non_exhaustive()
    }
}
