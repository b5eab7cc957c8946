//! Something for each bucket of a day in which there is something.
//!
//! An account of one event has one bucket, and a busy one all of them: what is empty takes a pointer, and before the first
//! and after the last nothing.

use std::collections::VecDeque;
use std::ops::Range;

use crate::domain::bucket::Bucket;

/// Values by bucket.
#[derive(Debug)]
pub(super) struct ByBucket<T> {
    /// The bucket of the first place.
    first: Bucket,
    places: VecDeque<Option<Box<T>>>,
}

impl<T> Default for ByBucket<T> {
    fn default() -> Self {
        Self { first: Bucket::of(0), places: VecDeque::new() }
    }
}

impl<T> ByBucket<T> {
    /// The value of a bucket.
    pub(super) fn get(&self, bucket: Bucket) -> Option<&T> {
        let place = usize::try_from(bucket.since(self.first)).ok()?;
        self.places.get(place)?.as_deref()
    }

    /// The same, to be changed.
    pub(super) fn get_mut(&mut self, bucket: Bucket) -> Option<&mut T> {
        let place = usize::try_from(bucket.since(self.first)).ok()?;
        self.places.get_mut(place)?.as_deref_mut()
    }

    /// The buckets from the first place to the last.
    pub(super) fn range(&self) -> Range<Bucket> {
        self.first..self.first.later(self.places.len() as i64)
    }

    /// The value of a bucket; a new one if there is none.
    #[inline]
    pub(super) fn entry(&mut self, bucket: Bucket, new: impl FnOnce() -> T) -> &mut T {
        if self.places.is_empty() {
            self.first = bucket;
        }
        while bucket < self.first {
            self.places.push_front(None);
            self.first = self.first.later(-1);
        }
        let place = bucket.since(self.first) as usize;
        while self.places.len() <= place {
            self.places.push_back(None);
        }
        self.places[place].get_or_insert_with(|| Box::new(new()))
    }

    /// Drops the values of buckets before `oldest`.
    pub(super) fn drop_before(&mut self, oldest: Bucket) {
        let old = oldest.since(self.first).clamp(0, self.places.len() as i64);
        self.places.drain(..old as usize);
        self.first = self.first.later(old);
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Every value by its bucket, oldest first.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (Bucket, &T)> {
        let first = self.first;
        let values = self.places.iter().enumerate();
        values.filter_map(move |(place, value)| Some((first.later(place as i64), value.as_deref()?)))
    }

    /// Every value, oldest first.
    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.places.iter_mut().filter_map(Option::as_deref_mut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_in_the_order_of_their_buckets_and_go_by_age() {
        let (mut all, bucket) = (ByBucket::default(), |number| Bucket::of(0).later(number));
        for number in [7, 3, 9] {
            *all.entry(bucket(number), || 0) += number;
        }
        assert_eq!(all.iter().collect::<Vec<_>>(), [(bucket(3), &3), (bucket(7), &7), (bucket(9), &9)]);
        assert_eq!((all.get(bucket(7)), all.get(bucket(8)), all.get(bucket(1))), (Some(&7), None, None));
        assert_eq!(all.range(), bucket(3)..bucket(10));
        assert_eq!(all.get_mut(bucket(9)), Some(&mut 9));
        all.drop_before(bucket(4));
        assert_eq!(all.values_mut().collect::<Vec<_>>(), [&mut 7, &mut 9]);
        all.drop_before(bucket(40));
        assert!(all.is_empty() && all.range().is_empty());
        *all.entry(bucket(50), || 1) += 1;
        assert_eq!(all.get(bucket(50)), Some(&2));
    }
}
