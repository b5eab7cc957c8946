//! The durations of one kind in a group.

use super::bins::Bins;
use super::top::Top;
use crate::domain::compact::varint::{Reader, write, write_signed};
use crate::domain::event::Millis;

/// Their sum, how many there are of each size, and the greatest.
#[derive(Debug, Default)]
pub(super) struct Durations {
    sum_ms: Millis,
    bins: Bins,
    top: Top,
}

/// How they stand in an entry: there are none, one, or more.
const NONE: u8 = 0;
const ONE: u8 = 1;
const MORE: u8 = 2;

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

    /// Whether nothing was ever added, or all of it taken back.
    pub(super) fn is_nothing(&self) -> bool {
        self.top.is_empty() && self.is_none_left()
    }

    fn is_none_left(&self) -> bool {
        self.bins.iter().next().is_none()
    }

    pub(super) fn sum_ms(&self) -> Millis {
        self.sum_ms
    }

    /// How many there are of each size.
    pub(super) fn bins(&self) -> impl Iterator<Item = (u16, u32)> {
        self.bins.iter().map(|(bin, count)| (bin, count as u32))
    }

    /// The greatest; none if it was taken back, with others as great, while others are left.
    pub(super) fn greatest(&self) -> Option<Millis> {
        self.top.greatest().or_else(|| self.is_none_left().then_some(0))
    }

    pub(super) fn form(&self) -> u8 {
        let mut counts = self.bins.iter().map(|(_, count)| count);
        match (counts.next(), counts.next()) {
            (None, _) if self.top.is_empty() => NONE,
            (Some(1), None) if self.top.only().is_some() => ONE,
            _ => MORE,
        }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match self.form() {
            NONE => {}
            ONE => write(out, self.sum_ms as u64),
            _ => self.write_more(out),
        }
    }

    fn write_more(&self, out: &mut Vec<u8>) {
        write_signed(out, self.sum_ms);
        write(out, self.bins.iter().count() as u64);
        let mut last = 0;
        for (bin, count) in self.bins.iter() {
            write(out, u64::from(bin - last));
            write_signed(out, i64::from(count));
            last = bin;
        }
        self.top.write(out);
    }

    /// Adds what stands in an entry in such a form.
    #[inline]
    pub(super) fn read(&mut self, reader: &mut Reader<'_>, form: u8) {
        match form {
            NONE => {}
            ONE => self.add(reader.number() as Millis, 1),
            _ => self.read_more(reader),
        }
    }

    fn read_more(&mut self, reader: &mut Reader<'_>) {
        self.sum_ms += reader.signed();
        let mut bin = 0;
        for _ in 0..reader.number() {
            bin += reader.number() as u16;
            self.bins.add(bin, reader.signed() as i32);
        }
        self.top.read(reader);
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
        assert_eq!((some.form(), zero.form(), of(&[]).form(), of(&[(5, 1), (5, -1)]).form()), (MORE, ONE, NONE, NONE));
        let sum = together(&[some, zero]);
        assert_eq!((sum.sum_ms(), sum.bins().map(|(_, count)| count).sum::<u32>()), (1_805, 4));
        assert_eq!(sum.greatest(), Some(900));
        let (gone, back) = (of(&[(900, -2), (5, -1)]), of(&[(900, 2), (5, 1)]));
        assert_eq!(gone.form(), MORE);
        let nothing = together(&[back, gone]);
        assert_eq!((nothing.is_nothing(), nothing.greatest(), nothing.form()), (true, Some(0), NONE));
    }

    #[test]
    fn the_greatest_is_not_known_where_all_that_were_kept_are_gone() {
        let many = || of(&(1..=10).map(|value| (value, 1)).collect::<Vec<_>>());
        assert_eq!(together(&[many(), of(&[(10, -1), (9, -1)])]).greatest(), Some(8));
        assert_eq!(together(&[many(), of(&[(10, -1), (9, -1), (8, -1)])]).greatest(), None);
    }
}
