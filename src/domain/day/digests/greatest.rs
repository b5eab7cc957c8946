//! The greatest durations of groups that lost theirs: the only number that what is taken back cannot be subtracted from.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::draft::counts;
use super::{Cutting, Digest, Key, Lacks, Summing, Walk};
use crate::domain::bucket::Bucket;
use crate::domain::day::facts::FactsView;
use crate::domain::day::sums::greatest_net;
use crate::domain::event::Millis;
use crate::domain::fact::{DurationKind, Sign};

/// A group, by the first of its columns, and the kind of duration whose greatest it lost.
pub type Lost = (Key, DurationKind);

/// Finds the greatest duration that stands in buckets from one to another, for each that lost it, among what is wanted.
/// `group` tells a group by its key.
///
/// What is taken back was stated in the same bucket. So buckets whose digest has nothing else taken back need not be read,
/// where the first so many columns are all there are.
pub fn greatest(
    cutting: &Cutting<'_>,
    (from, to): (Bucket, Bucket),
    lost: &[Lost],
    columns: Option<usize>,
    group: impl Fn(&Key) -> Option<Key>,
) -> Vec<Millis> {
    let (mut settled, mut changed, mut summing) = (Vec::new(), Vec::new(), Summing::default());
    for facts in cutting.day.buckets.iter().filter(|facts| (from..=to).contains(&facts.bucket())) {
        let kept =
            columns.map(|_| cutting.day.digests.of_bucket(cutting, facts.bucket(), Lacks::Nothing, &mut summing));
        match kept.as_deref() {
            Some([one]) if !one.has_gone() => settled.push(one.clone()),
            _ => changed.push(facts),
        }
    }
    let mut found = in_facts(cutting, &changed, lost, group);
    if let Some(columns) = columns {
        add_settled(&settled, columns, lost, &mut summing, &mut found);
    }
    found
}

/// The same among the facts of some buckets.
fn in_facts(
    cutting: &Cutting<'_>,
    buckets: &[&FactsView],
    lost: &[Lost],
    group: impl Fn(&Key) -> Option<Key>,
) -> Vec<Millis> {
    let index: HashMap<(Key, u8), usize, FixedState> =
        lost.iter().enumerate().map(|(place, (key, which))| ((*key, *which as u8), place)).collect();
    let mut values: Vec<Vec<(Millis, Sign)>> = lost.iter().map(|_| Vec::new()).collect();
    let facts = buckets.iter().flat_map(|facts| facts.iter());
    for fact in facts.filter(|fact| counts(cutting.cut, fact)) {
        let Some(which) = fact.kind.duration().filter(|which| lost.iter().any(|(_, lost)| lost == which)) else {
            continue;
        };
        let credit = cutting.day.rows.get(fact.row).credit;
        for key in (cutting.keys)(&credit).iter().filter_map(&group) {
            if let Some(place) = index.get(&(key, which as u8)) {
                values[*place].push((fact.value, fact.sign));
            }
        }
    }
    values.into_iter().map(|values| greatest_net(values.into_iter()).0).collect()
}

/// Puts in what digests of other buckets know, where that is greater.
fn add_settled(settled: &[Arc<Digest>], columns: usize, lost: &[Lost], summing: &mut Summing, found: &mut [Millis]) {
    let mut by_key: Vec<(Key, DurationKind, usize)> =
        lost.iter().enumerate().map(|(place, (key, which))| (*key, *which, place)).collect();
    by_key.sort_unstable();
    let mut walk = Walk::over(settled.iter().map(|digest| &**digest));
    for of_group in by_key.chunk_by(|a, b| a.0 == b.0) {
        let key = of_group[0].0;
        walk.skip_to(&key);
        if walk.peek().is_none_or(|next| next[..columns] != key[..columns]) {
            continue;
        }
        let _summed = walk.next(columns, |_| true, summing);
        for (_, which, place) in of_group {
            found[*place] = found[*place].max(summing.greatest(*which).unwrap_or(0));
        }
        summing.clear();
    }
}
