//! A map in ascending order of keys: a short column while it has a few entries, a tree beyond.
//!
//! Of twenty thousand accounts most have a scope or two of each kind. A tree begins with room for eleven entries; a column
//! with what there is.

use std::collections::BTreeMap;
use std::ops::Index;

/// Values by key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmallMap<K, V>(Entries<K, V>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Entries<K, V> {
    /// Ascending by key, at most `FEW`.
    Few(Vec<(K, V)>),
    #[expect(clippy::box_collection, reason = "in a box it is no larger than a column, and few maps have many")]
    Many(Box<BTreeMap<K, V>>),
}

use Entries::{Few, Many};

/// Entries in a column at most.
const FEW: usize = 8;

impl<K, V> Default for SmallMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K, V> SmallMap<K, V> {
    /// Nothing, which takes no memory.
    #[must_use]
    pub const fn new() -> Self {
        Self(Few(Vec::new()))
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.0 {
            Few(few) => few.len(),
            Many(many) => many.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every entry by ascending key.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        let (few, many) = match &self.0 {
            Few(few) => (few.as_slice(), None),
            Many(many) => (&[][..], Some(&**many)),
        };
        few.iter().map(|(key, value)| (key, value)).chain(many.into_iter().flatten())
    }

    /// Every key, ascending.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    /// Every value by ascending key.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    /// Takes every entry out, by ascending key.
    pub fn drain(&mut self) -> impl Iterator<Item = (K, V)> + use<K, V> {
        let (few, many) = match std::mem::take(self).0 {
            Few(few) => (few, None),
            Many(many) => (Vec::new(), Some(*many)),
        };
        few.into_iter().chain(many.into_iter().flatten())
    }
}

impl<K: Ord, V> SmallMap<K, V> {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&V> {
        match &self.0 {
            Few(few) => few.iter().find(|(other, _)| other == key).map(|(_, value)| value),
            Many(many) => many.get(key),
        }
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        match &mut self.0 {
            Few(few) => few.iter_mut().find(|(other, _)| other == key).map(|(_, value)| value),
            Many(many) => many.get_mut(key),
        }
    }

    /// The value of a key, to be changed; this one if there is none.
    pub fn or_insert(&mut self, key: K, value: V) -> &mut V {
        if let Few(few) = &mut self.0
            && few.len() == FEW
            && few.iter().all(|(other, _)| *other != key)
        {
            self.0 = Many(Box::new(std::mem::take(few).into_iter().collect()));
        }
        match &mut self.0 {
            Few(few) => {
                let place = few.binary_search_by(|(other, _)| other.cmp(&key)).unwrap_or_else(|place| {
                    if few.len() == few.capacity() {
                        few.reserve_exact(few.len().max(1));
                    }
                    few.insert(place, (key, value));
                    place
                });
                &mut few[place].1
            }
            Many(many) => many.entry(key).or_insert(value),
        }
    }

    /// Sets the value of a key.
    pub fn insert(&mut self, key: K, value: V) {
        match self.get_mut(&key) {
            Some(stands) => *stands = value,
            None => _ = self.or_insert(key, value),
        }
    }

    /// Takes out the entries from a key on.
    #[must_use]
    pub fn split_off(&mut self, key: &K) -> Self {
        match &mut self.0 {
            Few(few) => match few.partition_point(|(other, _)| other < key) {
                0 => std::mem::take(self),
                place => Self(Few(few.split_off(place))),
            },
            Many(many) => Self(Many(Box::new(many.split_off(key)))),
        }
    }

    /// Takes out the entries before a key, ascending. Where there are none, as nearly always, it costs a look.
    pub fn drain_before(&mut self, key: &K) -> impl Iterator<Item = (K, V)> + use<K, V> {
        let mut before = Self::new();
        if self.keys().next().is_some_and(|first| first < key) {
            let later = self.split_off(key);
            before = std::mem::replace(self, later);
        }
        before.drain()
    }

    /// Takes out the value of a key.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        match &mut self.0 {
            Few(few) => {
                let place = few.iter().position(|(other, _)| other == key)?;
                Some(few.remove(place).1)
            }
            Many(many) => many.remove(key),
        }
    }
}

impl<K: Ord, V> Index<&K> for SmallMap<K, V> {
    type Output = V;

    fn index(&self, key: &K) -> &V {
        self.get(key).expect("an index is a key that is there")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_map_however_many_come_and_go() {
        let (mut small, mut tree) = (SmallMap::default(), BTreeMap::new());
        for number in 0..400_u64 {
            let key = number * 7_919 % 23;
            if number / 40 % 2 == 1 {
                assert_eq!(small.remove(&key), tree.remove(&key));
            } else {
                small.insert(key, number);
                tree.insert(key, number);
                *small.or_insert(key % 5, 0) += 1;
                *tree.entry(key % 5).or_insert(0) += 1;
            }
            assert!(small.iter().eq(&tree));
            assert_eq!((small.len(), small.get(&key)), (tree.len(), tree.get(&key)));
            let (mut begin, mut end) = (small.clone(), tree.clone());
            assert!(begin.split_off(&key).iter().eq(&end.split_off(&key)));
            assert!(begin.iter().eq(&end));
            let mut later = small.clone();
            assert!(later.drain_before(&key).eq(end));
            assert!(later.keys().all(|other| *other >= key));
        }
        assert!(small.drain().eq(tree));
        assert!(small.is_empty());
    }
}
