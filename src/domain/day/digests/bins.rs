//! Counters found by number of which few are in use at a time: they are emptied in no time.

use crate::domain::day::histogram::{BINS, bin};

/// A count for each bin of a histogram, of which some hold something.
#[derive(Debug)]
pub(super) struct Bins {
    counts: Box<[i32; BINS]>,
    /// A bit for each that was touched.
    touched: [u64; WORDS],
    /// A bit for each word that has one.
    words: u64,
}

const WORDS: usize = BINS.div_ceil(64);

impl Default for Bins {
    fn default() -> Self {
        Self { counts: Box::new([0; BINS]), touched: [0; WORDS], words: 0 }
    }
}

impl Bins {
    #[inline]
    pub(super) fn add(&mut self, bin: u16, count: i32) {
        let bin = usize::from(bin);
        self.counts[bin] += count;
        self.touched[bin / 64] |= 1 << (bin % 64);
        self.words |= 1 << (bin / 64);
    }

    #[inline]
    pub(super) fn add_value(&mut self, value: i64, count: i32) {
        self.add(bin(value as u64), count);
    }

    /// Those that hold something, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u16, i32)> {
        let touched = bits(self.words).flat_map(|word| bits(self.touched[word]).map(move |bit| word * 64 + bit));
        touched.map(|bin| (bin as u16, self.counts[bin])).filter(|(_, count)| *count != 0)
    }

    pub(super) fn clear(&mut self) {
        for word in bits(std::mem::take(&mut self.words)) {
            for bit in bits(std::mem::take(&mut self.touched[word])) {
                self.counts[word * 64 + bit] = 0;
            }
        }
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

    #[test]
    fn bins_are_told_in_their_order_and_emptied() {
        let mut bins = Bins::default();
        for value in [700, 3, i64::MAX, 3, 64] {
            bins.add_value(value, 1);
        }
        bins.add_value(64, -1);
        let counts: Vec<(u16, i32)> = bins.iter().collect();
        assert_eq!(counts.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [2, 1, 1]);
        assert!(counts.is_sorted() && counts[0].0 == 3);
        bins.clear();
        assert_eq!(bins.iter().count(), 0);
        bins.add_value(700, 1);
        assert_eq!(bins.iter().map(|(_, count)| count).collect::<Vec<_>>(), [1], "nothing is left of before");
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
