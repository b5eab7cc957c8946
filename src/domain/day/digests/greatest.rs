//! The greatest durations of groups that lost theirs: the only number that what is taken back cannot be subtracted from.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::draft::counts;
use super::{Cutting, Key};
use crate::domain::bucket::Bucket;
use crate::domain::day::facts::FactsView;
use crate::domain::day::sums::greatest_net;
use crate::domain::event::Millis;
use crate::domain::fact::{DurationKind, Sign};

/// A group, by the first of its columns, and the kind of duration whose greatest it lost.
pub type Lost = (Key, DurationKind);

/// Finds the greatest duration that stands in buckets from one to another, for each that lost it, among what is wanted.
/// `group` tells a group by its key.
pub fn greatest(
    cutting: &Cutting<'_>,
    (from, to): (Bucket, Bucket),
    lost: &[Lost],
    group: impl Fn(&Key) -> Option<Key>,
) -> Vec<Millis> {
    let index: HashMap<(Key, u8), usize, FixedState> =
        lost.iter().enumerate().map(|(place, (key, which))| ((*key, *which as u8), place)).collect();
    let mut values: Vec<Vec<(Millis, Sign)>> = lost.iter().map(|_| Vec::new()).collect();
    let buckets = cutting.day.buckets.iter().filter(|facts| (from..=to).contains(&facts.bucket()));
    for fact in buckets.flat_map(FactsView::iter).filter(|fact| counts(cutting.cut, fact)) {
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
