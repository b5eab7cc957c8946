//! Where each text begins, by its hash: a table that can be looked at ahead, step by step, without waiting for memory.
//!
//! A slot is five bytes: eight bits of the hash, and where the text begins. A look-up reads slots that follow each other,
//! mostly of one line, and then one text. The line is known from the hash alone, so it can be brought into the caches
//! before anything is read.

use crate::domain::compact::prefetch::prefetch;

/// Beginnings of texts by hash.
#[derive(Debug, Default, Clone)]
pub(super) struct Index {
    /// As many as a power of two says, or none.
    slots: Vec<Slot>,
    /// How many texts there are.
    len: usize,
    /// How many slots are not empty: those of texts, and those of texts that were removed.
    taken: usize,
}

/// The tag, and the beginning.
type Slot = [u8; 5];

const EMPTY: Slot = [0; 5];
const REMOVED: Slot = [1, 0, 0, 0, 0];
/// Tags below it say that a slot has no text.
const FIRST_TAG: u8 = 2;
/// The fewest slots.
const LEAST: usize = 16;

impl Index {
    /// How many texts there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Has what a look-up reads first brought into the caches.
    #[inline]
    pub(super) fn prefetch(&self, hash: u64) {
        if let Some(slot) = self.slots.get(self.home(hash)) {
            prefetch(slot);
        }
    }

    /// The first beginning that may be of a text with this hash.
    #[inline]
    pub(super) fn likely(&self, hash: u64) -> Option<u32> {
        self.find(hash, |_| true)
    }

    /// The beginning that `is_it`, among those that may be of a text with this hash.
    #[inline]
    pub(super) fn find(&self, hash: u64, mut is_it: impl FnMut(u32) -> bool) -> Option<u32> {
        let place = self.place(hash, &mut is_it)?;
        Some(start_of(self.slots[place]))
    }

    /// Adds a text that is not there yet; `hash_at` gives the hashes of those that are.
    pub(super) fn insert(&mut self, hash: u64, start: u32, hash_at: impl Fn(u32) -> u64) {
        // Three quarters at most, so that a look-up of what is not there ends soon.
        if (self.taken + 1) * 4 > self.slots.len() * 3 {
            self.grow(hash_at);
        }
        self.put(hash, start);
    }

    /// Removes a text.
    pub(super) fn remove(&mut self, hash: u64, start: u32) {
        if let Some(place) = self.place(hash, &mut |other| other == start) {
            self.slots[place] = REMOVED;
            self.len -= 1;
        }
    }

    /// Removes all.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    fn place(&self, hash: u64, is_it: &mut impl FnMut(u32) -> bool) -> Option<usize> {
        let mask = self.slots.len().checked_sub(1)?;
        let (mut place, tag) = (self.home(hash), tag(hash));
        loop {
            let slot = self.slots[place & mask];
            if slot[0] == tag && is_it(start_of(slot)) {
                return Some(place & mask);
            }
            if slot[0] == EMPTY[0] {
                return None;
            }
            place += 1;
        }
    }

    fn home(&self, hash: u64) -> usize {
        hash as usize & self.slots.len().wrapping_sub(1)
    }

    /// Puts a text into the first slot from its home on that has none.
    fn put(&mut self, hash: u64, start: u32) {
        let mask = self.slots.len() - 1;
        let mut place = self.home(hash);
        while self.slots[place & mask][0] >= FIRST_TAG {
            place += 1;
        }
        let slot = &mut self.slots[place & mask];
        self.taken += usize::from(*slot == EMPTY);
        self.len += 1;
        let [a, b, c, d] = start.to_le_bytes();
        *slot = [tag(hash), a, b, c, d];
    }

    /// Makes room, and leaves out what was removed.
    fn grow(&mut self, hash_at: impl Fn(u32) -> u64) {
        let slots = (self.len * 2).next_power_of_two().max(LEAST);
        let old = std::mem::replace(self, Self { slots: vec![EMPTY; slots], len: 0, taken: 0 });
        for slot in old.slots.into_iter().filter(|slot| slot[0] >= FIRST_TAG) {
            let start = start_of(slot);
            self.put(hash_at(start), start);
        }
    }
}

/// Eight bits of the hash that do not say where its home is.
fn tag(hash: u64) -> u8 {
    ((hash >> 56) as u8).max(FIRST_TAG)
}

fn start_of([_, a, b, c, d]: Slot) -> u32 {
    u32::from_le_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hash under which many texts have the same home.
    fn hash(start: u32) -> u64 {
        u64::from(start) << 55 | u64::from(start % 7)
    }

    #[test]
    fn what_was_added_is_found_until_it_is_removed() {
        let mut index = Index::default();
        assert_eq!(index.find(5, |_| true), None);
        (0..2_000).for_each(|start| index.insert(hash(start), start, hash));
        (0..2_000).filter(|start| start % 3 == 0).for_each(|start| index.remove(hash(start), start));
        index.remove(hash(3), 3);
        for start in 0..2_000 {
            let found = index.find(hash(start), |other| other == start);
            assert_eq!(found, (start % 3 != 0).then_some(start));
        }
        assert_eq!(index.len(), 2_000 - 667);
    }

    #[test]
    fn slots_of_what_was_removed_are_used_again() {
        let mut index = Index::default();
        for round in 0..1_000 {
            index.insert(hash(round), round, hash);
            index.remove(hash(round), round);
        }
        assert_eq!((index.len(), index.slots.len()), (0, LEAST));
    }
}
