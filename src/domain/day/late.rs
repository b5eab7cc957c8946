//! Events that came too late to count, by when they came: no number has them, and who asks why is told how many.

use std::collections::HashSet;
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::by_bucket::ByBucket;
use crate::domain::bucket::Bucket;
use crate::domain::event::Millis;

/// So many of five minutes are told apart; of more, those beyond are not counted.
const MOST: usize = 65_536;

/// What came late in a day.
#[derive(Debug, Default)]
pub(super) struct Late {
    /// The identities, since what is read again is counted once.
    buckets: ByBucket<HashSet<u64, FixedState>>,
    /// How many there were when they were counted last.
    counted: LateView,
    is_changed: bool,
}

/// How many events came late, by the five minutes in which they did: the oldest first.
pub type LateView = Arc<[(Bucket, u64)]>;

impl Late {
    /// Notes an event by when its record was written. Whether it is another one.
    pub(super) fn note(&mut self, written: Millis, identity: u64) -> bool {
        let known = self.buckets.entry(Bucket::of(written), HashSet::default);
        let is_new = known.len() < MOST && known.insert(identity);
        self.is_changed |= is_new;
        is_new
    }

    /// Drops what came before `oldest`.
    pub(super) fn drop_before(&mut self, oldest: Bucket) {
        if !self.buckets.is_empty() {
            self.buckets.drop_before(oldest);
            self.is_changed = true;
        }
    }

    /// How many there are now.
    pub(super) fn view(&mut self) -> LateView {
        if std::mem::take(&mut self.is_changed) {
            let counts = self.buckets.iter().map(|(bucket, known)| (bucket, known.len() as u64));
            self.counted = counts.collect();
        }
        self.counted.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_counted_once_by_when_it_came() {
        let mut late = Late::default();
        let noted = [(5, 1), (5, 1), (6, 2), (300_001, 1)].map(|(written, identity)| late.note(written, identity));
        assert_eq!(noted, [true, false, true, true]);
        assert_eq!(*late.view(), [(Bucket::of(5), 2), (Bucket::of(300_001), 1)]);
        late.drop_before(Bucket::of(300_000));
        assert_eq!(*late.view(), [(Bucket::of(300_001), 1)]);
        assert_eq!((0..2 * MOST as u64).filter(|identity| late.note(0, *identity)).count(), MOST);
    }
}
