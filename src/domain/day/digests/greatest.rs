//! The greatest durations of groups that lost theirs: all that were kept of it were taken back since.
//!
//! What is taken back was stated in the same bucket. So each bucket is looked at by itself: its own digests know the greatest of
//! nearly every group, and only where they do not its facts are read.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::draft::counts;
use super::{Cutting, Key, Lacks, Making, Walk};
use crate::domain::bucket::Bucket;
use crate::domain::day::facts::FactsView;
use crate::domain::day::sums::greatest_net;
use crate::domain::event::Millis;
use crate::domain::fact::{DurationKind, Sign};

/// A group, by the first of its columns, and the kind of duration whose greatest it lost.
pub type Lost = (Key, DurationKind);

/// Finds the greatest duration that stands in buckets from one to another, for each that lost it. `group` tells a group by
/// so many columns from the key of what is wanted of it.
pub fn greatest(
    making: &mut Making<'_>,
    (from, to): (Bucket, Bucket),
    columns: usize,
    lost: &[Lost],
    group: impl Fn(&Key) -> Option<Key>,
) -> Vec<Millis> {
    let mut by_group: Vec<(Lost, usize)> = lost.iter().copied().zip(0..).collect();
    by_group.sort_unstable();
    let (mut found, mut unknown) = (vec![0; lost.len()], Vec::new());
    let cutting = making.cutting;
    for facts in cutting.day.buckets.iter().filter(|facts| (from..=to).contains(&facts.bucket())) {
        let digests = cutting.day.digests.of_bucket(making, facts.bucket(), Lacks::Nothing);
        let mut walk = Walk::over(digests.iter().map(|digest| &**digest));
        for of_group in by_group.chunk_by(|((a, _), _), ((b, _), _)| a == b) {
            let ((key, _), _) = of_group[0];
            walk.skip_to(&key);
            if !walk.meet(&key[..columns], |key| group(key).is_some()) {
                continue;
            }
            let summing = &mut making.summing;
            walk.sum(summing);
            for ((_, which), place) in of_group {
                match summing.durations(*which).greatest() {
                    Some(max_ms) => found[*place] = max_ms.max(found[*place]),
                    None => unknown.push(((key, *which), *place)),
                }
            }
            summing.clear();
        }
        add_facts(&cutting, facts, &unknown, &group, &mut found);
        unknown.clear();
    }
    found
}

/// Puts in what stands in a bucket of some groups, where that is greater.
fn add_facts(
    cutting: &Cutting<'_>,
    facts: &FactsView,
    unknown: &[(Lost, usize)],
    group: impl Fn(&Key) -> Option<Key>,
    found: &mut [Millis],
) {
    if unknown.is_empty() {
        return;
    }
    let index: HashMap<Lost, usize, FixedState> = unknown.iter().map(|(lost, _)| *lost).zip(0..).collect();
    let mut values: Vec<Vec<(Millis, Sign)>> = vec![Vec::new(); unknown.len()];
    for fact in facts.iter().filter(|fact| counts(cutting.cut, fact)) {
        let Some(which) = fact.kind.duration() else { continue };
        let credit = cutting.day.rows.get(fact.row).credit;
        for key in (cutting.keys)(&credit).iter().filter_map(&group) {
            if let Some(nth) = index.get(&(key, which)) {
                values[*nth].push((fact.value, fact.sign));
            }
        }
    }
    for ((_, place), values) in unknown.iter().zip(values) {
        found[*place] = greatest_net(values.into_iter()).0.max(found[*place]);
    }
}
