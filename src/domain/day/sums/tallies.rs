//! The tallies of the account or of one skill, bucket by bucket, and sums of them that are kept for the next who ask.
//!
//! A day has 289 buckets, and of most of them nothing changes between two questions. Four buckets make a block, four blocks a
//! larger one. A block is summed when it is asked for a second time with nothing changed in it: what is asked for once between
//! two changes, as passes do, would be summed for nothing.

use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::domain::bucket::Bucket;
use crate::domain::day::by_bucket::ByBucket;
use crate::domain::day::tally::Tally;

/// The tallies of one scope.
#[derive(Debug, Default)]
pub(super) struct Tallies {
    cells: ByBucket<Cell>,
    /// By level, and by the first bucket; none as long as there are few tallies.
    blocks: Vec<ByBucket<Block>>,
    /// Counts how often something changed after blocks had been asked for.
    turn: u32,
    /// Whether any was asked for since.
    were_asked: AtomicBool,
}

/// What is known of one bucket.
#[derive(Debug, Default)]
pub(super) struct Cell {
    pub(super) tally: Tally,
    /// Whether it has changed since the changes were last drained.
    pub(super) is_changed: bool,
    /// The turn before which the blocks were last told of a change.
    told_before: u32,
}

/// Buckets behind each other.
#[derive(Debug, Default)]
struct Block {
    /// Whether it has been asked for since something changed in it. Then those of lower levels in it have been too.
    was_asked: AtomicBool,
    /// Of all its tallies.
    sum: OnceLock<Tally>,
}

/// How many buckets a block of each level has.
const SIZES: [i64; 3] = [4, 16, 64];
/// So many buckets are summed in no time.
const FEW: i64 = 8;

impl Tallies {
    /// What is known of a bucket, for something to change in it.
    #[inline]
    pub(super) fn change(&mut self, bucket: Bucket) -> &mut Cell {
        let Self { cells, blocks, turn, were_asked } = self;
        let known = cells.range();
        if blocks.is_empty() && known.end.since(known.start) > FEW {
            blocks.resize_with(SIZES.len(), ByBucket::default);
            cells.iter().for_each(|(bucket, _)| tell(blocks, bucket));
        }
        *turn += u32::from(std::mem::take(were_asked.get_mut()));
        let cell = cells.entry(bucket, Cell::default);
        if cell.told_before <= *turn {
            cell.told_before = *turn + 1;
            tell(blocks, bucket);
        }
        cell
    }

    /// What is known of a bucket, if anything is.
    pub(super) fn cell(&mut self, bucket: Bucket) -> Option<&mut Cell> {
        self.cells.get_mut(bucket)
    }

    /// The tally of a bucket.
    pub(super) fn tally(&self, bucket: Bucket) -> Option<&Tally> {
        self.cells.get(bucket).map(|cell| &cell.tally)
    }

    /// Every tally, the newest first.
    pub(super) fn newest_first(&self) -> impl Iterator<Item = (Bucket, &Tally)> {
        self.cells.iter().rev().map(|(bucket, cell)| (bucket, &cell.tally))
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The buckets from the oldest to the newest that there is.
    pub(super) fn range(&self) -> Range<Bucket> {
        self.cells.range()
    }

    /// Drops those of buckets before `oldest`.
    pub(super) fn drop_before(&mut self, oldest: Bucket) {
        self.cells.drop_before(oldest);
        // One that is older in part is not asked for again: there are no questions about what is gone.
        self.blocks.iter_mut().for_each(|blocks| blocks.drop_before(oldest));
    }

    /// The sum over buckets behind each other.
    pub(super) fn sum(&self, buckets: Range<Bucket>) -> Tally {
        Tally::sum(self.pieces(buckets, SIZES.len()).into_iter())
    }

    /// Tallies of buckets, and sums of blocks of the lower levels, that are together what is in these buckets.
    fn pieces(&self, buckets: Range<Bucket>, levels: usize) -> Vec<&Tally> {
        let (known, mut pieces) = (self.range(), Vec::new());
        let (mut at, end) = (buckets.start.max(known.start), buckets.end.min(known.end));
        while at < end {
            let fits = |level: &usize| at.modulo(SIZES[*level]) == 0 && at.later(SIZES[*level]) <= end;
            let block = (0..levels).rev().filter(fits).find_map(|level| Some((self.block(level, at)?, level)));
            if let Some((sum, level)) = block {
                pieces.push(sum);
                at = at.later(SIZES[level]);
            } else {
                pieces.extend(self.tally(at));
                at = at.next();
            }
        }
        pieces
    }

    /// The sum of a block, from the second time on that it is asked for as it is.
    fn block(&self, level: usize, first: Bucket) -> Option<&Tally> {
        let block = self.blocks.get(level)?.get(first)?;
        let sum = || Tally::sum(self.pieces(first..first.later(SIZES[level]), level).into_iter());
        // Of two who ask at the same time each may be the first.
        let is_asked_again = || {
            self.were_asked.store(true, Ordering::Relaxed);
            block.was_asked.swap(true, Ordering::Relaxed)
        };
        block.sum.get().or_else(|| is_asked_again().then(|| block.sum.get_or_init(sum)))
    }
}

/// Tells the blocks that have a bucket that something changes in it.
fn tell(blocks: &mut [ByBucket<Block>], bucket: Bucket) {
    for (size, blocks) in SIZES.into_iter().zip(blocks) {
        let first = bucket.later(-i64::from(bucket.modulo(size)));
        if blocks.get_mut(first).is_some_and(|block| !*block.was_asked.get_mut()) {
            return;
        }
        *blocks.entry(first, Block::default) = Block::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fact::{FactKind, Sign};

    #[test]
    fn a_sum_is_that_of_its_tallies_whatever_changes_between_two_questions() {
        let (oldest, mut tallies) = (Bucket::of(0).later(5), Tallies::default());
        let at = |place: u64| oldest.later(place as i64);
        let mut plain: Vec<Tally> = vec![Tally::default(); 289];
        for step in 0..600_u64 {
            // Half of what changes is new, as it mostly is.
            let place = [step * 7_919 % 289, 280 + step % 9][(step % 2) as usize];
            for tally in [&mut tallies.change(at(place)).tally, &mut plain[place as usize]] {
                let _known = tally.add(FactKind::ResolvedWithin, (step % 50) as i64, Sign::State);
            }
            for (from, to) in [(0, 289), (1, 289), (11, 75), (12, 280), (200, 289), (280, 289), (288, 289), (9, 9)] {
                let sum = tallies.sum(at(from)..at(to));
                let expected = Tally::sum(plain[from as usize..to as usize].iter());
                assert_eq!(sum, expected, "step {step}, {from} to {to}");
            }
        }
        let kept = |level: usize| tallies.blocks[level].iter().filter(|(_, block)| block.sum.get().is_some()).count();
        assert!(kept(0) > 40 && kept(1) > 8, "most blocks are kept: {}, {}, {}", kept(0), kept(1), kept(2));
    }

    #[test]
    fn a_block_is_summed_when_it_is_asked_for_again_with_nothing_changed() {
        let (mut tallies, at) = (Tallies::default(), |place| Bucket::of(0).later(place));
        (0..16).for_each(|place| _ = tallies.change(at(place)));
        let kept = |tallies: &Tallies| {
            let summed = |blocks: &ByBucket<Block>| blocks.iter().filter(|(_, of)| of.sum.get().is_some()).count();
            tallies.blocks.iter().map(summed).collect::<Vec<_>>()
        };
        for change in [3, 7, 3, 3] {
            tallies.change(at(change));
            _ = tallies.sum(at(0)..at(8));
            assert_eq!(kept(&tallies)[1], 0);
        }
        assert_eq!(kept(&tallies), [1, 0, 0], "the second block did not change");
        _ = tallies.sum(at(0)..at(8));
        assert_eq!(kept(&tallies), [2, 0, 0]);
        _ = [tallies.sum(at(0)..at(16)), tallies.sum(at(0)..at(16))];
        assert_eq!(kept(&tallies), [4, 1, 0]);
        tallies.change(at(9));
        assert_eq!(kept(&tallies), [3, 0, 0]);
    }

    #[test]
    fn few_tallies_have_no_blocks() {
        let (mut tallies, at) = (Tallies::default(), |place| Bucket::of(0).later(place));
        (0..=FEW).for_each(|place| _ = tallies.change(at(place)));
        assert!(tallies.blocks.is_empty());
        tallies.change(at(2));
        assert_eq!(tallies.blocks.len(), SIZES.len());
    }
}
