//! A few values, each known by a key, in the order in which they were first heard of.
//!
//! A conversation has one survey and one or two agents, so its values are looked through. Where there are many, which only
//! happens when somebody means it, they are found.

use std::collections::HashMap;
use std::hash::Hash;

use foldhash::fast::FixedState;
use smallvec::SmallVec;

/// Values by key.
#[derive(Debug, Clone)]
pub(super) struct Keyed<K, V> {
    all: SmallVec<[(K, V); 1]>,
    /// Where each is, if there are many.
    #[expect(clippy::box_collection, reason = "eight bytes in every life, for what few have")]
    places: Option<Box<HashMap<K, u32, FixedState>>>,
}

/// More than this are many.
const FEW: usize = 16;

impl<K, V> Default for Keyed<K, V> {
    fn default() -> Self {
        Self { all: SmallVec::new(), places: None }
    }
}

impl<K: Copy + Eq + Hash, V: Default> Keyed<K, V> {
    /// Where the value of a key is; a new one if there was none.
    pub(super) fn place(&mut self, key: K) -> usize {
        let found = match &self.places {
            Some(places) => places.get(&key).map(|place| *place as usize),
            None => self.all.iter().position(|(one, _)| *one == key),
        };
        found.unwrap_or_else(|| self.push(key))
    }

    /// Adds a value that no key will find.
    pub(super) fn push_apart(&mut self, key: K) -> usize {
        self.all.push((key, V::default()));
        self.all.len() - 1
    }

    /// The value at a place.
    pub(super) fn at(&mut self, place: usize) -> &mut V {
        &mut self.all[place].1
    }

    fn push(&mut self, key: K) -> usize {
        let place = self.push_apart(key);
        match &mut self.places {
            Some(places) => _ = places.insert(key, place as u32),
            None if place >= FEW => self.places = Some(Box::new(self.found_by_key())),
            None => {}
        }
        place
    }

    /// The first place of each key.
    fn found_by_key(&self) -> HashMap<K, u32, FixedState> {
        self.all.iter().enumerate().rev().map(|(place, (key, _))| (*key, place as u32)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_values_are_found_by_their_keys() {
        let mut keyed: Keyed<u32, u32> = Keyed::default();
        for key in 0..100 {
            let place = keyed.place(key);
            *keyed.at(place) = key + 1;
            assert!((0..=key).all(|key| keyed.place(key) == key as usize));
        }
        assert!((0..100).all(|place| *keyed.at(place) == place as u32 + 1));
    }
}
