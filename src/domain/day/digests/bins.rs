//! Counters found by number of which few are in use at a time: they are emptied in no time.

use crate::domain::day::histogram::{BINS, OCTAVE, bin, middle, rank};

/// A count for each bin of a histogram, of which some hold something.
#[derive(Debug)]
pub(super) struct Bins {
    counts: Box<[i32; BINS]>,
    /// A bit for each octave that was touched.
    octaves: u64,
    /// All that they hold.
    count: i64,
}

const _: () = assert!(BINS.is_multiple_of(OCTAVE) && BINS / OCTAVE <= u64::BITS as usize, "an octave has a bit");

impl Default for Bins {
    fn default() -> Self {
        Self { counts: Box::new([0; BINS]), octaves: 0, count: 0 }
    }
}

impl Bins {
    #[inline]
    pub(super) fn add(&mut self, bin: u16, count: i32) {
        let bin = usize::from(bin);
        self.counts[bin] += count;
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
        let touched = bits(self.octaves).flat_map(|octave| octave * OCTAVE..(octave + 1) * OCTAVE);
        touched.map(|bin| (bin as u16, self.counts[bin])).filter(|(_, count)| *count != 0)
    }

    /// Nearest-rank percentiles, as a histogram has them; none of no values. Nothing may be taken back that is not there.
    pub(super) fn percentiles<const N: usize>(&self, percents: [u64; N]) -> Option<[u64; N]> {
        let count = u64::try_from(self.count).ok().filter(|count| *count > 0)?;
        let (mut bin, mut before) = (0_usize, 0);
        Some(percents.map(|percent| {
            let rank = rank(count, percent);
            loop {
                if bin.is_multiple_of(OCTAVE) {
                    bin += (self.octaves >> (bin / OCTAVE)).trailing_zeros() as usize * OCTAVE;
                    let octave: i32 = self.counts[bin..bin + OCTAVE].iter().sum();
                    if before + (octave as u64) < rank {
                        (bin, before) = (bin + OCTAVE, before + octave as u64);
                        continue;
                    }
                }
                let here = self.counts[bin] as u64;
                if before + here >= rank {
                    return middle(bin as u16);
                }
                (bin, before) = (bin + 1, before + here);
            }
        }))
    }

    pub(super) fn clear(&mut self) {
        for octave in bits(std::mem::take(&mut self.octaves)) {
            self.counts[octave * OCTAVE..(octave + 1) * OCTAVE].fill(0);
        }
        self.count = 0;
    }
}

/// The places of the bits that are set, ascending.
fn bits(mut word: u64) -> impl Iterator<Item = usize> {
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
