//! A log-linear histogram with integer counts: percentiles that replay bit by bit, merge and subtract.
//!
//! One fixed layout: bins of 1 ms below 128 ms, then 64 bins an octave, so that a bin's middle is within 0.8 % of
//! every value in it. Sketches that adapt to their input (t-digest, KLL) can neither be subtracted nor reproduced.

/// Values below it have a bin each.
const LINEAR: u64 = 128;
/// Bins in an octave, as a power of two.
const OCTAVE_BITS: u32 = 6;
/// Bins in an octave.
pub(super) const OCTAVE: usize = 1 << OCTAVE_BITS;
/// How many bins there are: values have 64 bits.
pub(super) const BINS: usize = ((u64::BITS - OCTAVE_BITS + 1) as usize) << OCTAVE_BITS;

/// Counts by bin, only of bins that hold something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram {
    /// Ascending by bin, counts never zero.
    bins: Vec<(u16, u32)>,
}

impl Histogram {
    /// No values.
    #[must_use]
    pub const fn new() -> Self {
        Self { bins: Vec::new() }
    }

    /// Values that ascend.
    pub(super) fn of_ascending(values: impl Iterator<Item = u64>) -> Self {
        let mut bins: Vec<(u16, u32)> = Vec::new();
        for bin in values.map(bin) {
            match bins.last_mut() {
                Some((last, count)) if *last == bin => *count += 1,
                _ => bins.push((bin, 1)),
            }
        }
        Self { bins }
    }

    /// Counts a value.
    pub fn add(&mut self, value: u64) {
        self.add_bin(bin(value), 1);
    }

    /// Takes back a value that was added.
    pub fn subtract(&mut self, value: u64) {
        let place = self.bins.binary_search_by_key(&bin(value), |(bin, _)| *bin);
        debug_assert!(place.is_ok(), "only what was added is subtracted");
        let Ok(place) = place else { return };
        self.bins[place].1 -= 1;
        if self.bins[place].1 == 0 {
            self.bins.remove(place);
        }
    }

    /// Adds all that `other` holds.
    pub fn merge(&mut self, other: &Self) {
        if self.bins.is_empty() {
            self.bins.clone_from(&other.bins);
            return;
        }
        if other.bins.len() * 8 < self.bins.len() {
            other.bins.iter().for_each(|&(bin, count)| self.add_bin(bin, count));
            return;
        }
        let mut merged = Vec::with_capacity(self.bins.len() + other.bins.len());
        let (mut left, mut right) = (&self.bins[..], &other.bins[..]);
        while let (Some(&(mine, of_mine)), Some(&(theirs, of_theirs))) = (left.first(), right.first()) {
            // Which comes first is not to be guessed, so nothing branches on it.
            let (is_mine, is_theirs) = (mine <= theirs, theirs <= mine);
            merged.push((mine.min(theirs), of_mine * u32::from(is_mine) + of_theirs * u32::from(is_theirs)));
            (left, right) = (&left[usize::from(is_mine)..], &right[usize::from(is_theirs)..]);
        }
        merged.extend_from_slice(left);
        merged.extend_from_slice(right);
        self.bins = merged;
    }

    /// All that several hold. Of many it is quicker than merging one after the other: nothing is moved.
    #[must_use]
    pub fn sum<'h>(all: impl Iterator<Item = &'h Self> + Clone) -> Self {
        let mut some = all.clone().filter(|one| !one.is_empty());
        let Some(first) = some.next() else { return Self::new() };
        if some.next().is_none() {
            return first.clone();
        }
        let last = all.clone().filter_map(|one| one.bins.last()).map(|(bin, _)| usize::from(*bin)).max();
        let mut counts = vec![0_u32; last.map_or(0, |last| last + 1)];
        for (bin, count) in all.flat_map(|one| &one.bins) {
            counts[usize::from(*bin)] += count;
        }
        Self { bins: taken(&counts) }
    }

    /// Whether it holds no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bins.is_empty()
    }

    /// How many values it holds.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.bins.iter().map(|(_, count)| u64::from(*count)).sum()
    }

    /// Nearest-rank percentiles: for each of `percents`, ascending, the middle of the bin that holds the value of rank
    /// ⌈count × percent ÷ 100⌉; `None` if there are no values.
    #[must_use]
    pub fn percentiles<const N: usize>(&self, percents: [u64; N]) -> Option<[u64; N]> {
        let count = self.count();
        let mut bins = self.bins.iter();
        let (mut current, mut seen) = bins.next().map(|&(bin, count)| (bin, u64::from(count)))?;
        Some(percents.map(|percent| {
            let rank = rank(count, percent);
            while seen < rank {
                let (bin, count) = bins.next().expect("ranks do not exceed the count");
                (current, seen) = (*bin, seen + u64::from(*count));
            }
            middle(current)
        }))
    }

    fn add_bin(&mut self, bin: u16, count: u32) {
        match self.bins.binary_search_by_key(&bin, |(bin, _)| *bin) {
            Ok(place) => self.bins[place].1 += count,
            Err(place) => self.bins.insert(place, (bin, count)),
        }
    }
}

/// The bins that hold something. Which of them do is not to be guessed, so each is written and stays or not.
fn taken(counts: &[u32]) -> Vec<(u16, u32)> {
    let most = counts.iter().filter(|count| **count > 0).count();
    let (mut bins, mut len) = (vec![(0, 0); most + 1], 0);
    for (bin, count) in (0..).zip(counts) {
        bins[len] = (bin, *count);
        len += usize::from(*count > 0);
    }
    bins.truncate(len);
    bins
}

/// Of so many values, which one a percentile is, counted from the smallest.
pub(super) fn rank(count: u64, percent: u64) -> u64 {
    (count * percent).div_ceil(100).max(1)
}

/// The bin of a value.
pub(super) fn bin(value: u64) -> u16 {
    if value < LINEAR {
        return value as u16;
    }
    let octave = value.ilog2() - OCTAVE_BITS;
    let within = (value >> octave) - (1 << OCTAVE_BITS);
    ((u64::from(octave) << OCTAVE_BITS) + within + (1 << OCTAVE_BITS)) as u16
}

/// The middle of a bin.
pub(super) fn middle(bin: u16) -> u64 {
    let bin = u64::from(bin);
    if bin < LINEAR {
        return bin;
    }
    let octave = (bin >> OCTAVE_BITS) - 1;
    let within = bin & ((1 << OCTAVE_BITS) - 1);
    (((1 << OCTAVE_BITS) + within) << octave) + (1 << octave) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interesting() -> impl Iterator<Item = u64> {
        let powers = (0..60).flat_map(|bits| {
            let power = 1u64 << bits;
            [power.saturating_sub(1), power, power + 1, power + power / 3, power + power / 127]
        });
        (0..100_000).chain(powers)
    }

    #[test]
    fn the_middle_of_a_bin_is_within_one_percent_of_every_value_in_it() {
        for value in interesting() {
            let error = middle(bin(value)).abs_diff(value);
            assert!(error * 100 <= value, "{value} reads as {}", middle(bin(value)));
        }
    }

    #[test]
    fn below_128_ms_every_millisecond_has_its_own_bin() {
        assert!((0..128).all(|value| middle(bin(value)) == value));
    }

    #[test]
    fn bins_ascend_with_values() {
        let mut values: Vec<u64> = interesting().collect();
        values.sort_unstable();
        assert!(values.windows(2).all(|pair| bin(pair[0]) <= bin(pair[1])));
        assert!(values.windows(2).all(|pair| bin(pair[1]) - bin(pair[0]) <= 1 || pair[1] > 100_000));
    }

    #[test]
    fn subtracting_undoes_adding() {
        let mut histogram = Histogram::default();
        (0..500).for_each(|n| histogram.add(n * n));
        let before = histogram.clone();
        (0..300).for_each(|n| histogram.add(n * 7));
        (0..300).for_each(|n| histogram.subtract(n * 7));
        assert_eq!(histogram, before);
    }

    #[test]
    fn merging_equals_adding_one_by_one() {
        let (mut all, mut left, mut right) = (Histogram::default(), Histogram::default(), Histogram::default());
        for n in 0..1000_u64 {
            all.add(n * 13 % 7919);
            if n % 3 == 0 { &mut left } else { &mut right }.add(n * 13 % 7919);
        }
        let mut few = Histogram::default();
        few.add(5);
        left.merge(&few);
        left.merge(&right);
        all.merge(&few);
        assert_eq!(left, all);
    }

    #[test]
    fn percentiles_are_nearest_rank() {
        let mut histogram = Histogram::default();
        (1..=10).for_each(|value| histogram.add(value));
        assert_eq!(histogram.percentiles([50, 90, 95, 99]), Some([5, 9, 10, 10]));
        assert_eq!(Histogram::default().percentiles([50]), None);
    }
}
