//! The durations of one kind in a group.

use super::bins::Bins;
use super::entry::{read_times, write_times};
use super::top::{Top, read_values};
use crate::domain::compact::varint::{Reader, write, write_signed};
use crate::domain::day::tally::whole;
use crate::domain::event::Millis;

/// Their sum, how many there are of each size, and the greatest: of all that there is, or of a part that may have nothing but
/// what is taken back.
#[derive(Debug, Default)]
pub struct Durations {
    sum_ms: Millis,
    bins: Bins,
    top: Top,
}

/// How they stand in an entry: there are none, one, a few values that tell the rest, or more.
const NONE: u8 = 0;
const ONE: u8 = 1;
const FEW: u8 = 2;
const MORE: u8 = 3;

impl Durations {
    /// Adds a fact.
    pub(super) fn add(&mut self, value: Millis, times: i32) {
        self.sum_ms += value * Millis::from(times);
        self.bins.add_value(value, times);
        self.top.add(value, times);
    }

    /// Nets what was added, which is to come before the greatest is asked for, or anything written.
    pub(super) fn net(&mut self) {
        self.top.net();
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        whole(self.bins.count())
    }

    /// Their sum, in milliseconds.
    #[must_use]
    pub fn sum_ms(&self) -> u64 {
        whole(self.sum_ms)
    }

    /// Nearest-rank percentiles, as a histogram has them.
    #[must_use]
    pub fn percentiles<const N: usize>(&self, percents: [u64; N]) -> Option<[u64; N]> {
        self.bins.percentiles(percents)
    }

    /// The greatest; none if all that were kept of it are taken back, while others are left.
    #[must_use]
    pub fn greatest(&self) -> Option<Millis> {
        self.top.greatest().or_else(|| (self.bins.count() == 0).then_some(0))
    }

    pub(super) fn form(&self) -> u8 {
        match (self.top.is_whole(), self.top.only()) {
            (_, Some(_)) => ONE,
            (true, None) if self.top.is_nothing() => NONE,
            (true, None) => FEW,
            (false, None) => MORE,
        }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match self.form() {
            NONE => {}
            ONE => write(out, self.sum_ms as u64),
            FEW => self.top.write(out),
            _ => self.write_more(out),
        }
    }

    fn write_more(&self, out: &mut Vec<u8>) {
        write_signed(out, self.sum_ms);
        write(out, self.bins.iter().count() as u64);
        let mut before = 0;
        for (bin, count) in self.bins.iter() {
            write_times(out, u64::from(bin - before), count);
            before = bin;
        }
        write(out, self.top.least() as u64);
        self.top.write(out);
    }

    /// Adds what stands in an entry in such a form.
    #[inline]
    pub(super) fn read(&mut self, reader: &mut Reader<'_>, form: u8) {
        match form {
            NONE => {}
            ONE => self.add(reader.number() as Millis, 1),
            FEW => read_values(reader).for_each(|(value, times)| self.add(value, times)),
            _ => self.read_more(reader),
        }
        self.top.make_room();
    }

    fn read_more(&mut self, reader: &mut Reader<'_>) {
        self.sum_ms += reader.signed();
        let mut bin = 0;
        for _ in 0..reader.number() {
            let (number, count) = read_times(reader);
            bin += number as u16;
            self.bins.add(bin, count);
        }
        let least = reader.number() as Millis;
        self.top.add_from(least, read_values(reader));
    }

    pub(super) fn clear(&mut self) {
        self.bins.clear();
        self.top.clear();
        self.sum_ms = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[(Millis, i32)]) -> Durations {
        let mut durations = Durations::default();
        values.iter().for_each(|(value, unit)| durations.add(*value, *unit));
        durations.net();
        durations
    }

    /// What is read back of several, one after the other.
    fn together(all: &[Durations]) -> Durations {
        let mut sum = Durations::default();
        for one in all {
            let mut bytes = Vec::new();
            one.write(&mut bytes);
            sum.read(&mut Reader::new(&bytes), one.form());
        }
        sum.net();
        sum
    }

    #[test]
    fn what_is_written_is_read_back_and_what_is_taken_back_leaves_nothing() {
        let (some, zero) = (of(&[(900, 1), (5, 1), (900, 1), (70, 1), (70, -1)]), of(&[(0, 1)]));
        assert_eq!((some.form(), zero.form(), of(&[]).form(), of(&[(5, 1), (5, -1)]).form()), (FEW, ONE, NONE, NONE));
        let sum = together(&[some, zero]);
        assert_eq!((sum.sum_ms(), sum.count()), (1_805, 4));
        assert_eq!(sum.greatest(), Some(900));
        let (gone, back) = (of(&[(900, -2), (5, -1)]), of(&[(900, 2), (5, 1)]));
        assert_eq!((gone.form(), of(&[(900, 1), (5, 1), (70, 1), (80, 1)]).form()), (FEW, MORE));
        let nothing = together(&[back, gone]);
        assert_eq!((nothing.greatest(), nothing.form()), (Some(0), NONE));
    }

    #[test]
    fn the_greatest_is_not_known_where_all_that_were_kept_are_gone() {
        let many = || of(&(1..=10).map(|value| (value, 1)).collect::<Vec<_>>());
        assert_eq!(together(&[many(), of(&[(10, -1), (9, -1)])]).greatest(), Some(8));
        assert_eq!(together(&[many(), of(&[(10, -1), (9, -1), (8, -1)])]).greatest(), None);
    }
}
