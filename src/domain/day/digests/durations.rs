//! The durations of one kind in a group.

use super::bins::Bins;
use crate::domain::compact::varint::{Reader, write, write_signed};
use crate::domain::event::Millis;

/// Their sum, how many there are of each size, and the greatest.
#[derive(Debug, Default)]
pub(super) struct Durations {
    sum_ms: Millis,
    bins: Bins,
    /// The greatest that was stated, and how many are as great.
    max_ms: Millis,
    at_max: i32,
    /// Those that were taken back of what is not here, and how often.
    gone: Vec<(Millis, i32)>,
    /// Facts that are not netted yet: each stated (+1) or taken back (−1).
    values: Vec<(Millis, i32)>,
}

/// How they stand in an entry: there are none, one, or more.
const NONE: u8 = 0;
const ONE: u8 = 1;
const MORE: u8 = 2;

impl Durations {
    /// Adds a fact.
    pub(super) fn add(&mut self, value: Millis, unit: i32) {
        self.sum_ms += value * Millis::from(unit);
        self.bins.add_value(value, unit);
        self.values.push((value, unit));
    }

    /// Nets the facts that were added: of what was stated and taken back nothing is left.
    pub(super) fn settle(&mut self) {
        let mut values = std::mem::take(&mut self.values);
        if values.iter().any(|(_, unit)| *unit < 0) {
            values.sort_unstable();
        }
        for equal in values.chunk_by(|a, b| a.0 == b.0) {
            let (value, net) = (equal[0].0, equal.iter().map(|(_, unit)| *unit).sum::<i32>());
            if net > 0 {
                self.add_greatest(value, net);
            } else if net < 0 {
                self.gone.push((value, -net));
            }
        }
        values.clear();
        self.values = values;
    }

    fn add_greatest(&mut self, value: Millis, count: i32) {
        if self.at_max == 0 || value > self.max_ms {
            (self.max_ms, self.at_max) = (value, count);
        } else if value == self.max_ms {
            self.at_max += count;
        }
    }

    /// Whether something was taken back that is not here.
    pub(super) fn has_gone(&self) -> bool {
        !self.gone.is_empty()
    }

    /// Whether nothing was ever added.
    pub(super) fn is_nothing(&self) -> bool {
        self.at_max == 0 && self.gone.is_empty()
    }

    pub(super) fn sum_ms(&self) -> Millis {
        self.sum_ms
    }

    /// How many there are of each size.
    pub(super) fn bins(&self) -> impl Iterator<Item = (u16, u32)> {
        self.bins.iter().map(|(bin, count)| (bin, count as u32))
    }

    /// The greatest; none if it was taken back, while others are left.
    pub(super) fn greatest(&self) -> Option<Millis> {
        let gone: i32 = self.gone.iter().filter(|(value, _)| *value == self.max_ms).map(|(_, count)| count).sum();
        if self.at_max > gone {
            return Some(self.max_ms);
        }
        self.bins.iter().next().is_none().then_some(0)
    }

    pub(super) fn form(&self) -> u8 {
        if self.is_nothing() {
            return NONE;
        }
        let mut bins = self.bins.iter().map(|(_, count)| count);
        let is_one = (bins.next(), bins.next(), self.at_max) == (Some(1), None, 1) && self.gone.is_empty();
        if is_one { ONE } else { MORE }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match self.form() {
            NONE => {}
            ONE => write(out, self.max_ms as u64),
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
        write(out, self.at_max as u64);
        write(out, self.max_ms as u64);
        write(out, self.gone.len() as u64);
        for (value, count) in &self.gone {
            write(out, *value as u64);
            write(out, *count as u64);
        }
    }

    /// Adds what stands in an entry in such a form.
    #[inline]
    pub(super) fn read(&mut self, reader: &mut Reader<'_>, form: u8) {
        match form {
            NONE => {}
            ONE => {
                let value = reader.number() as Millis;
                self.sum_ms += value;
                self.bins.add_value(value, 1);
                self.add_greatest(value, 1);
            }
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
        let (at_max, max_ms) = (reader.number() as i32, reader.number() as Millis);
        if at_max > 0 {
            self.add_greatest(max_ms, at_max);
        }
        for _ in 0..reader.number() {
            let value = reader.number() as Millis;
            self.gone.push((value, reader.number() as i32));
        }
    }

    pub(super) fn clear(&mut self) {
        self.bins.clear();
        self.gone.clear();
        (self.sum_ms, self.max_ms, self.at_max) = (0, 0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[(Millis, i32)]) -> Durations {
        let mut durations = Durations::default();
        values.iter().for_each(|(value, unit)| durations.add(*value, *unit));
        durations.settle();
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
        sum
    }

    #[test]
    fn the_greatest_is_known_unless_what_came_apart_took_the_last_of_them_back() {
        let (some, zero) = (of(&[(900, 1), (5, 1), (900, 1), (70, 1), (70, -1)]), of(&[(0, 1)]));
        assert_eq!((some.form(), zero.form(), of(&[]).form(), of(&[(5, 1), (5, -1)]).form()), (MORE, ONE, NONE, NONE));
        let greatest = |others: &[&[(Millis, i32)]]| {
            let others = others.iter().map(|values| of(values));
            together(&[of(&[(900, 1), (5, 1), (900, 1)])].into_iter().chain(others).collect::<Vec<_>>()).greatest()
        };
        assert_eq!(greatest(&[]), Some(900));
        assert_eq!(greatest(&[&[(900, -1), (5, -1)]]), Some(900), "one as great is left");
        assert_eq!(greatest(&[&[(900, -1)], &[(900, -1)]]), None);
        assert_eq!(greatest(&[&[(900, -2)], &[(1_000, 1)]]), Some(1_000));
        assert_eq!(greatest(&[&[(900, -2), (5, -1)]]), Some(0), "nothing is left");
        let sum = together(&[some, zero]);
        assert_eq!((sum.sum_ms(), sum.bins().map(|(_, count)| count).sum::<u32>()), (1_805, 4));
    }
}
