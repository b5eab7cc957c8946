//! Counters found by number of which few are in use at a time: they are emptied in no time.

use crate::domain::day::histogram::{BINS, OCTAVE, bin, middle, rank};

/// A count for each bin of a histogram, of which some hold something.
#[derive(Debug)]
pub(super) struct Bins {
    counts: Box<[i32; BINS]>,
    /// Of each octave a bit for each bin that was touched.
    touched: [u64; OCTAVES],
    /// A bit for each octave that was touched.
    octaves: u64,
    /// All that they hold.
    count: i64,
}

const OCTAVES: usize = BINS / OCTAVE;
const _: () = assert!(BINS.is_multiple_of(OCTAVE) && OCTAVES <= u64::BITS as usize, "an octave has a bit");
const _: () = assert!(OCTAVE == u64::BITS as usize, "so has a bin");

impl Default for Bins {
    fn default() -> Self {
        Self { counts: Box::new([0; BINS]), touched: [0; OCTAVES], octaves: 0, count: 0 }
    }
}

impl Bins {
    #[inline]
    pub(super) fn add(&mut self, bin: u16, count: i32) {
        let bin = usize::from(bin);
        self.counts[bin] += count;
        self.touched[bin / OCTAVE] |= 1 << (bin % OCTAVE);
        self.octaves |= 1 << (bin / OCTAVE);
        self.count += i64::from(count);
    }

    #[inline]
    pub(super) fn add_value(&mut self, value: i64, count: i32) {
        self.add(bin(value as u64), count);
    }

    /// How many values there are.
    pub(super) fn count(&self) -> i64 {
        self.count
    }

    /// Those that hold something, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u16, i32)> {
        let of_octave = |octave: usize| bits(self.touched[octave]).map(move |bin| octave * OCTAVE + bin);
        bits(self.octaves)
            .flat_map(of_octave)
            .map(|bin| (bin as u16, self.counts[bin]))
            .filter(|(_, count)| *count != 0)
    }

    /// Nearest-rank percentiles, ascending, as a histogram has them; none of no values. Nothing may be taken back that is not
    /// there.
    pub(super) fn percentiles<const N: usize>(&self, percents: [u64; N]) -> Option<[u64; N]> {
        let count = u64::try_from(self.count).ok().filter(|count| *count > 0)?;
        let (mut bins, mut last, mut seen) = (self.iter(), 0, 0);
        Some(percents.map(|percent| {
            let rank = rank(count, percent) as i64;
            while seen < rank {
                let Some((bin, here)) = bins.next() else { break };
                (last, seen) = (bin, seen + i64::from(here));
            }
            middle(last)
        }))
    }

    pub(super) fn clear(&mut self) {
        for octave in bits(std::mem::take(&mut self.octaves)) {
            for bin in bits(std::mem::take(&mut self.touched[octave])) {
                self.counts[octave * OCTAVE + bin] = 0;
            }
        }
        self.count = 0;
    }
}

/// The places of the bits that are set, ascending.
pub(super) fn bits(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        (word != 0).then(|| {
            let place = word.trailing_zeros() as usize;
            word &= word - 1;
            place
        })
    })
}

/// How many messages of each of many people stand, by the codes of their names.
#[derive(Debug, Default)]
pub(super) struct Messages {
    counts: Vec<i32>,
    /// Whose were touched; some more than once.
    touched: Vec<u32>,
}

impl Messages {
    #[inline]
    pub(super) fn add(&mut self, code: u32, count: i32) {
        let place = code as usize;
        if self.counts.len() <= place {
            self.counts.resize((place + 1).next_power_of_two(), 0);
        }
        if self.counts[place] == 0 {
            self.touched.push(code);
        }
        self.counts[place] += count;
    }

    /// Takes all that are not zero, in no order.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = (u32, i32)> {
        let Self { counts, touched } = self;
        let taken = touched.drain(..).map(|code| (code, std::mem::take(&mut counts[code as usize])));
        taken.filter(|(_, count)| *count != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::day::histogram::Histogram;

    #[test]
    fn bins_are_told_in_their_order_and_emptied() {
        let mut bins = Bins::default();
        for value in [700, 3, i64::MAX, 3, 64] {
            bins.add_value(value, 1);
        }
        bins.add_value(64, -1);
        assert_eq!((bins.count(), bins.percentiles([50, 75, 100])), (4, Some([3, 700, middle(bin(i64::MAX as u64))])));
        let counts: Vec<(u16, i32)> = bins.iter().collect();
        assert_eq!(counts.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [2, 1, 1]);
        assert!(counts.is_sorted() && counts[0].0 == 3);
        bins.clear();
        assert_eq!((bins.iter().count(), bins.percentiles([50])), (0, None));
        bins.add_value(700, 1);
        assert_eq!(bins.iter().map(|(_, count)| count).collect::<Vec<_>>(), [1], "nothing is left of before");
    }

    #[test]
    fn percentiles_are_those_of_a_histogram() {
        let (mut bins, mut histogram) = (Bins::default(), Histogram::new());
        for value in (0..400_u64).map(|place| place * place * 7_919 % 1_000_003) {
            bins.add_value(value as i64, 1);
            histogram.add(value);
            let percents = [1, 50, 90, 95, 99, 100];
            assert_eq!(bins.percentiles(percents), histogram.percentiles(percents));
        }
    }

    #[test]
    fn whoever_has_no_message_left_is_not_told() {
        let mut messages = Messages::default();
        for (code, count) in [(7, 1), (3, 2), (7, -1), (7, 1), (9, 1), (9, -1)] {
            messages.add(code, count);
        }
        let mut left: Vec<_> = messages.drain().collect();
        left.sort_unstable();
        assert_eq!(left, [(3, 2), (7, 1)]);
        assert_eq!(messages.drain().count(), 0);
    }
}
