//! Sums of tallies that are kept for the next who ask: of some buckets behind each other, and of all from a bucket on.
//!
//! A day has 289 buckets, and of most of them nothing changes between two questions.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::fast::FixedState;

use crate::domain::bucket::Bucket;
use crate::domain::day::tally::Tally;
use crate::domain::scope::ScopeId;

/// What is kept.
#[derive(Debug, Default)]
pub(super) struct Summed {
    /// In which blocks something changed since `forget`: a bit for each.
    changed: u32,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// From a bucket on.
    since: Vec<(ScopeId, Bucket, Arc<Tally>)>,
    /// Of the buckets of a block, by its first.
    blocks: HashMap<(ScopeId, Bucket), Arc<Tally>, FixedState>,
}

/// Buckets of a block; those of a bit more than a day have bits of their own.
const BLOCK: i64 = 16;
const BLOCKS: i64 = u32::BITS as i64;
/// So many are kept of each.
const MOST_SINCE: usize = 64;
const MOST_BLOCKS: usize = 4_096;
/// Fewer tallies are summed in no time.
const FEW: usize = 4;

impl Summed {
    /// Notes that a tally changes.
    #[inline]
    pub(super) fn change(&mut self, bucket: Bucket) {
        self.changed |= bit(bucket);
    }

    /// Forgets what may be summed otherwise now; must come before anything changes.
    pub(super) fn forget(&mut self, oldest: Bucket) {
        let kept = self.kept.get_mut().unwrap_or_else(PoisonError::into_inner);
        kept.since.clear();
        let changed = std::mem::take(&mut self.changed);
        kept.blocks.retain(|(_, first), _| *first >= oldest && bit(*first) & changed == 0);
    }

    /// The sum of a scope's tallies, which come newest first, from a bucket on.
    pub(super) fn since(&self, scope: ScopeId, from: Bucket, newest: &[(Bucket, &Tally)]) -> Arc<Tally> {
        if let Some((.., sum)) = self.kept().since.iter().find(|of| (of.0, of.1) == (scope, from)) {
            return sum.clone();
        }
        let (mut blocks, mut singles) = (Vec::new(), Vec::new());
        for block in newest.chunk_by(|a, b| first_of(a.0) == first_of(b.0)) {
            let first = first_of(block[0].0);
            if block.len() < FEW || first < from || bit(first) & self.changed != 0 {
                singles.extend(block.iter().map(|(_, tally)| *tally));
            } else {
                blocks.push(self.block(scope, first, block));
            }
        }
        let sum = Arc::new(Tally::sum(blocks.iter().map(|block| &**block).chain(singles.iter().copied())));
        let mut kept = self.kept();
        if kept.since.len() < MOST_SINCE {
            kept.since.push((scope, from, sum.clone()));
        }
        sum
    }

    fn block(&self, scope: ScopeId, first: Bucket, tallies: &[(Bucket, &Tally)]) -> Arc<Tally> {
        if let Some(sum) = self.kept().blocks.get(&(scope, first)) {
            return sum.clone();
        }
        let sum = Arc::new(Tally::sum(tallies.iter().map(|(_, tally)| *tally)));
        let mut kept = self.kept();
        if kept.blocks.len() < MOST_BLOCKS {
            kept.blocks.insert((scope, first), sum.clone());
        }
        sum
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first bucket of a block.
fn first_of(bucket: Bucket) -> Bucket {
    bucket.later(-i64::from(bucket.modulo(BLOCK)))
}

fn bit(bucket: Bucket) -> u32 {
    1 << (i64::from(bucket.modulo(BLOCK * BLOCKS)) / BLOCK)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fact::{FactKind, Sign};

    #[test]
    fn a_sum_is_that_of_its_tallies_whatever_changes_between_two_questions() {
        let oldest = Bucket::of(0).later(5);
        let mut tallies: Vec<Tally> = vec![Tally::default(); 289];
        let mut summed = Summed::default();
        for step in 0..600_usize {
            summed.forget(oldest);
            let place = step * 7_919 % 289;
            summed.change(oldest.later(place as i64));
            let _known = tallies[place].add(FactKind::ResolvedWithin, (step % 50) as i64, Sign::State);
            for from in [0, 1, 11, 12, 200, 280, 288] {
                let newest: Vec<(Bucket, &Tally)> =
                    (from..289).rev().map(|place| (oldest.later(place as i64), &tallies[place])).collect();
                let expected = Tally::sum(tallies[from..].iter());
                let sum = summed.since(ScopeId::Account, oldest.later(from as i64), &newest);
                assert_eq!(*sum, expected, "step {step} from {from}");
            }
        }
        assert!(summed.kept().blocks.len() > 10, "most blocks are kept");
    }
}
