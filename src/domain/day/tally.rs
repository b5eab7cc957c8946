//! What one bucket, or one window, knows of one scope: counts, sums and histograms of signed facts.
//!
//! A tally is a group: adding a fact and taking it back leaves no trace, and tallies merge by addition.

use std::cmp::Ordering;

use crate::domain::day::histogram::Histogram;
use crate::domain::event::{Millis, Status};
use crate::domain::fact::{DurationKind, FactKind, Sign};

/// Counts, sums and histograms of one scope.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    counts: Counts,
    /// By kind; absent before the first duration, since most scopes have none in most buckets.
    durations: Option<Box<[Durations; 4]>>,
    times: Times,
    newest: [i64; 2],
    here: [i64; 2],
}

/// Who writes. They are counted in the bucket of their newest message, and in no other: the sum over the buckets of a window
/// that reaches up to now is then the number of distinct ones in it. And, beside that, in each bucket in which they wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Distinct {
    /// Contacts.
    Contacts,
    /// Agents.
    Agents,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Counts([u32; FactKind::COUNT]);

impl Default for Counts {
    fn default() -> Self {
        Self([0; FactKind::COUNT])
    }
}

/// Milliseconds spent, cut at bucket edges.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// In visits.
    pub focus_ms: Millis,
    /// In visits, while online.
    pub focus_online_ms: Millis,
    /// Online.
    pub online_ms: Millis,
    /// Away.
    pub away_ms: Millis,
}

impl Times {
    /// Time spent in a status.
    #[must_use]
    pub fn of_status(status: Status, ms: Millis) -> Self {
        match status {
            Status::Online => Self { online_ms: ms, ..Self::default() },
            Status::Away => Self { away_ms: ms, ..Self::default() },
            Status::Offline => Self::default(),
        }
    }

    /// Adds, or with −1 takes back.
    pub fn add(&mut self, other: Self, unit: i64) {
        self.focus_ms += unit * other.focus_ms;
        self.focus_online_ms += unit * other.focus_online_ms;
        self.online_ms += unit * other.online_ms;
        self.away_ms += unit * other.away_ms;
    }
}

/// The durations of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Durations {
    sum_ms: Millis,
    bins: Histogram,
    /// No value is greater.
    max_ms: Millis,
    /// How many are as great.
    at_max: u32,
}

/// Whether a tally still knows its maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Maximum {
    /// It does.
    Known,
    /// The last of the greatest values was taken back: unless one as great comes again, whoever holds the facts must set
    /// the greatest that is left.
    Lost(DurationKind),
}

/// What was added and taken back leaves no trace, not even room.
impl PartialEq for Tally {
    fn eq(&self, other: &Self) -> bool {
        let Self { counts, times, newest, here, durations: _ } = self;
        let same = (counts, times, newest, here) == (&other.counts, &other.times, &other.newest, &other.here);
        same && self.all_durations() == other.all_durations()
    }
}

impl Eq for Tally {}

static NO_DURATIONS: [Durations; 4] = [const { Durations::none() }; 4];

impl Tally {
    fn all_durations(&self) -> &[Durations; 4] {
        self.durations.as_deref().unwrap_or(&NO_DURATIONS)
    }

    fn durations_mut(&mut self, which: DurationKind) -> &mut Durations {
        &mut self.durations.get_or_insert_default()[which as usize]
    }

    /// Adds a fact, or takes one back.
    pub fn add(&mut self, kind: FactKind, value: Millis, sign: Sign) -> Maximum {
        self.count_fact(kind, sign);
        let Some(which) = kind.duration() else { return Maximum::Known };
        self.durations_mut(which).add(value, sign, which)
    }

    /// Counts a fact, or takes one back, but for its duration: who adds many sets all of a kind at once.
    pub(super) fn count_fact(&mut self, kind: FactKind, sign: Sign) {
        let count = &mut self.counts.0[kind as usize];
        *count = count.wrapping_add_signed(sign.unit() as i32);
    }

    /// Sets the durations of a kind, of which there are some, and which ascend.
    pub(super) fn set_durations(&mut self, which: DurationKind, ascending: impl Iterator<Item = Millis> + Clone) {
        let max_ms = ascending.clone().last().unwrap_or_default();
        *self.durations_mut(which) = Durations {
            sum_ms: ascending.clone().sum(),
            bins: Histogram::of_ascending(ascending.clone().map(|value| value as u64)),
            max_ms,
            at_max: ascending.filter(|value| *value == max_ms).count() as u32,
        };
    }

    /// Counts a contact or agent in, or out, whose newest message is here.
    pub fn count_newest(&mut self, who: Distinct, unit: i64) {
        self.newest[who as usize] += unit;
    }

    /// Counts a contact or agent in, or out, who wrote here, wherever else.
    pub fn count_here(&mut self, who: Distinct, unit: i64) {
        self.here[who as usize] += unit;
    }

    /// Adds time spent, or with −1 takes it back.
    pub fn add_times(&mut self, times: Times, unit: i64) {
        self.times.add(times, unit);
    }

    /// Whether the greatest value that is left must be set.
    #[must_use]
    pub fn is_max_lost(&self, which: DurationKind) -> bool {
        let durations = self.durations(which);
        durations.at_max == 0 && durations.max_ms > 0
    }

    /// After `Maximum::Lost`: the greatest value that is left, and how many are as great.
    pub fn set_max(&mut self, which: DurationKind, max_ms: Millis, at_max: u32) {
        let durations = self.durations_mut(which);
        (durations.max_ms, durations.at_max) = (max_ms, at_max);
    }

    /// These counts and times, without durations.
    pub(super) fn of(counts: [u32; FactKind::COUNT], times: Times) -> Self {
        Self { counts: Counts(counts), times, ..Self::default() }
    }

    /// Adds all that another tally holds.
    pub fn merge(&mut self, other: &Self) {
        self.merge_plain(other);
        if let Some(theirs) = &other.durations {
            let mine = self.durations.get_or_insert_default();
            mine.iter_mut().zip(&**theirs).for_each(|(mine, theirs)| mine.merge(theirs));
        }
    }

    /// All that several hold.
    #[must_use]
    pub fn sum<'t>(all: impl Iterator<Item = &'t Self> + Clone) -> Self {
        let mut sum = Self::default();
        for one in all.clone() {
            sum.merge_plain(one);
        }
        let with_durations = all.filter_map(|one| one.durations.as_deref());
        if with_durations.clone().next().is_some() {
            let of = |which: usize| Durations::sum(with_durations.clone().map(move |durations| &durations[which]));
            sum.durations = Some(Box::new(std::array::from_fn(of)));
        }
        sum
    }

    /// Adds all that another tally holds but for durations.
    fn merge_plain(&mut self, other: &Self) {
        self.counts.0.iter_mut().zip(other.counts.0).for_each(|(mine, theirs)| *mine += theirs);
        self.times.add(other.times, 1);
        self.newest.iter_mut().zip(other.newest).for_each(|(mine, theirs)| *mine += theirs);
        self.here.iter_mut().zip(other.here).for_each(|(mine, theirs)| *mine += theirs);
    }

    /// Whether it holds nothing: whoever is counted wrote a message, and a duration is a fact that is counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.times == Times::default() && self.counts.0.iter().all(|count| *count == 0)
    }

    /// How many facts of a kind it holds.
    #[must_use]
    pub fn count(&self, kind: FactKind) -> u64 {
        u64::from(self.counts.0[kind as usize])
    }

    /// How many wrote in a window that reaches up to now: those whose newest message is here.
    #[must_use]
    pub fn distinct(&self, who: Distinct) -> u64 {
        whole(self.newest[who as usize])
    }

    /// How many wrote in a single bucket.
    #[must_use]
    pub fn here(&self, who: Distinct) -> u64 {
        whole(self.here[who as usize])
    }

    /// Time spent.
    #[must_use]
    pub fn times(&self) -> Times {
        self.times
    }

    /// The durations of a kind.
    #[must_use]
    pub fn durations(&self, which: DurationKind) -> &Durations {
        &self.all_durations()[which as usize]
    }
}

impl Durations {
    const fn none() -> Self {
        Self { sum_ms: 0, bins: Histogram::new(), max_ms: 0, at_max: 0 }
    }

    /// How many, and at which size.
    #[must_use]
    pub fn bins(&self) -> &Histogram {
        &self.bins
    }

    /// Their sum.
    #[must_use]
    pub fn sum_ms(&self) -> u64 {
        whole(self.sum_ms)
    }

    /// The greatest; 0 if there is none.
    #[must_use]
    pub fn max_ms(&self) -> u64 {
        whole(self.max_ms)
    }

    fn add(&mut self, value: Millis, sign: Sign, which: DurationKind) -> Maximum {
        self.sum_ms += sign.unit() * value;
        match sign {
            Sign::State => {
                self.bins.add(value as u64);
                self.add_greatest(value, 1);
                Maximum::Known
            }
            Sign::Retract => {
                self.bins.subtract(value as u64);
                self.subtract_greatest(value, which)
            }
        }
    }

    fn add_greatest(&mut self, value: Millis, count: u32) {
        match value.cmp(&self.max_ms) {
            Ordering::Less => {}
            Ordering::Equal => self.at_max += count,
            Ordering::Greater => (self.max_ms, self.at_max) = (value, count),
        }
    }

    fn subtract_greatest(&mut self, value: Millis, which: DurationKind) -> Maximum {
        if value != self.max_ms {
            return Maximum::Known;
        }
        self.at_max = self.at_max.saturating_sub(1);
        if self.bins.is_empty() {
            self.max_ms = 0;
        }
        if self.at_max == 0 && self.max_ms > 0 { Maximum::Lost(which) } else { Maximum::Known }
    }

    fn merge(&mut self, other: &Self) {
        self.merge_plain(other);
        self.bins.merge(&other.bins);
    }

    fn merge_plain(&mut self, other: &Self) {
        self.sum_ms += other.sum_ms;
        self.add_greatest(other.max_ms, other.at_max);
    }

    fn sum<'d>(all: impl Iterator<Item = &'d Self> + Clone) -> Self {
        let mut sum = Self { bins: Histogram::sum(all.clone().map(|one| &one.bins)), ..Self::none() };
        all.for_each(|one| sum.merge_plain(one));
        sum
    }
}

/// Sums of signed facts are never below zero: what is taken back was stated.
pub(in crate::domain) fn whole(sum: Millis) -> u64 {
    debug_assert!(sum >= 0, "a sum of facts is never negative");
    sum.max(0) as u64
}
