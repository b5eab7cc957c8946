//! The greatest of values that are stated and taken back.

use super::entry::{read_times, write_times};
use crate::domain::compact::varint::{Reader, write};
use crate::domain::event::Millis;

/// The greatest few, so that one is known still when others were taken back.
#[derive(Debug, Default)]
pub(super) struct Top {
    /// Values, and how often each was stated less how often it was taken back. Once netted they stand in descending order, each
    /// once.
    values: Vec<(Millis, i32)>,
    /// All values from this one on are here; smaller ones may not be.
    least: Millis,
    /// With so many they are netted.
    room: usize,
}

/// So many that stand are kept.
const KEPT: usize = 3;
/// What is read is netted once there is so much of it, and twice what was left the time before.
const ROOM: usize = 4 * KEPT;

impl Top {
    /// Adds a value, or takes it back.
    pub(super) fn add(&mut self, value: Millis, times: i32) {
        if value >= self.least {
            self.values.push((value, times));
        }
    }

    /// Nets what was added: of what was stated and taken back nothing is left.
    pub(super) fn net(&mut self) {
        let least = self.least;
        self.values.sort_unstable_by(|a, b| b.cmp(a));
        self.values.dedup_by(|next, kept| {
            let is_equal = next.0 == kept.0;
            kept.1 += if is_equal { next.1 } else { 0 };
            is_equal
        });
        self.values.retain(|(value, times)| *value >= least && *times != 0);
        let mut standing = self.values.iter().enumerate().filter(|(_, (_, times))| *times > 0);
        if let Some((place, (value, _))) = standing.nth(KEPT - 1)
            && place + 1 < self.values.len()
        {
            self.least = *value;
            self.values.truncate(place + 1);
        }
    }

    /// Whether all values are here, however small.
    pub(super) fn is_whole(&self) -> bool {
        self.least == 0
    }

    /// Whether there is no value, not even a small one; of what was netted.
    pub(super) fn is_nothing(&self) -> bool {
        self.is_whole() && self.values.is_empty()
    }

    /// The only value there is; of what was netted.
    pub(super) fn only(&self) -> Option<Millis> {
        match self.values[..] {
            [(value, 1)] if self.is_whole() => Some(value),
            _ => None,
        }
    }

    /// The greatest that stands, of what was netted; none if there is none, or none is known.
    pub(super) fn greatest(&self) -> Option<Millis> {
        self.values.iter().find(|(_, times)| *times > 0).map(|(value, _)| *value)
    }

    /// From where on all values are known.
    pub(super) fn least(&self) -> Millis {
        self.least
    }

    /// Adds what another has, in which smaller values than this may not be.
    pub(super) fn add_from(&mut self, least: Millis, values: impl Iterator<Item = (Millis, i32)>) {
        self.least = self.least.max(least);
        values.for_each(|(value, times)| self.add(value, times));
    }

    /// Nets what was added, once it is much.
    pub(super) fn make_room(&mut self) {
        if self.values.len() >= self.room.max(ROOM) {
            self.net();
            self.room = 2 * self.values.len();
        }
    }

    /// Appends the values, of what was netted.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        write(out, self.values.len() as u64);
        let mut before = None;
        for (value, times) in &self.values {
            let number = before.map_or(*value, |before| before - value);
            write_times(out, number as u64, *times);
            before = Some(*value);
        }
    }

    pub(super) fn clear(&mut self) {
        self.values.clear();
        (self.least, self.room) = (0, 0);
    }
}

/// The values that `write` wrote, and how often each counts.
pub(super) fn read_values(reader: &mut Reader<'_>) -> impl Iterator<Item = (Millis, i32)> {
    let mut before = None;
    (0..reader.number()).map(move |_| {
        let (number, times) = read_times(reader);
        let value = before.map_or(number as Millis, |before| before - number as Millis);
        before = Some(value);
        (value, times)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[(Millis, i32)]) -> Top {
        let mut top = Top::default();
        values.iter().for_each(|(value, times)| top.add(*value, *times));
        top.net();
        top
    }

    /// What is read back of several, one after the other.
    fn together<'t>(all: impl IntoIterator<Item = &'t Top>) -> Top {
        let mut both = Top::default();
        for top in all {
            let mut bytes = Vec::new();
            top.write(&mut bytes);
            both.add_from(top.least(), read_values(&mut Reader::new(&bytes)));
            both.make_room();
        }
        both.net();
        both
    }

    #[test]
    fn the_greatest_is_known_until_all_that_are_kept_were_taken_back() {
        let stated = of(&[(5, 1), (900, 1), (70, 1), (900, 1), (70, -1), (60, 1), (6, 1), (0, 1)]);
        let greatest = |taken_back: &[(Millis, i32)]| together([&stated, &of(taken_back)]).greatest();
        assert_eq!(greatest(&[]), Some(900));
        assert_eq!(greatest(&[(900, -1)]), Some(900), "one as great is left");
        assert_eq!(greatest(&[(900, -2)]), Some(60));
        assert_eq!(greatest(&[(900, -2), (60, -1)]), Some(6));
        assert_eq!(greatest(&[(900, -2), (60, -1), (6, -1)]), None);
        assert_eq!(greatest(&[(900, -2), (60, -1), (6, -1), (5, 1)]), None, "one may be greater that is not kept");
        assert_eq!(greatest(&[(900, -2), (60, -1), (6, -1), (7, 1)]), Some(7));
    }

    #[test]
    fn it_does_not_matter_in_which_order_tops_are_put_together() {
        let many = of(&(1..100).map(|value| (value * 10, 1)).collect::<Vec<_>>());
        let (some, gone) = (of(&[(985, 1), (3, 1)]), of(&[(990, -1), (980, -1)]));
        let greatest = |order: [&Top; 3]| together(order).greatest();
        assert_eq!(greatest([&many, &some, &gone]), Some(985));
        assert_eq!(greatest([&gone, &some, &many]), Some(985));
        assert_eq!(together([&together([&many, &gone]), &some]).greatest(), Some(985));
    }

    #[test]
    fn of_a_few_that_stand_or_were_taken_back_all_are_known() {
        let few = of(&[(5, 1), (900, 1)]);
        assert_eq!(together([&few, &of(&[(900, -1), (5, -1), (1, 1)])]).only(), Some(1));
        assert!(together([&few, &of(&[(900, -1), (5, -1)])]).is_nothing());
        let taken_back = of(&(0..1_000).map(|value| (value, -1)).collect::<Vec<_>>());
        let stated =
            (0..1_000).step_by(10).map(|first| of(&(first..first + 10).map(|value| (value, 1)).collect::<Vec<_>>()));
        let stated: Vec<Top> = stated.collect();
        assert_eq!(together(std::iter::once(&taken_back).chain(&stated)).greatest(), None);
    }
}
