//! Distinct contacts and agents with a message in one bucket, counted from its facts.
//!
//! The tallies count each in the bucket of the newest message alone, which tells windows that reach up to now, and no
//! single bucket.

use std::collections::{HashMap, HashSet};

use foldhash::fast::FixedState;

use super::buckets::counting;
use crate::domain::bucket::Bucket;
use crate::domain::day::DayView;
use crate::domain::day::tally::Distinct;
use crate::domain::fact::{Credit, FactKind};
use crate::domain::names::Name;
use crate::domain::scope::ScopeId;

/// How many there are, by scope.
#[derive(Debug)]
pub struct DistinctInBucket(HashMap<(ScopeId, Distinct), u64, FixedState>);

impl DistinctInBucket {
    /// In the scopes asked for, of the account and skills.
    #[must_use]
    pub fn of(day: &DayView, bucket: Bucket, asked: &HashSet<ScopeId, FixedState>) -> Self {
        let mut net: HashMap<(ScopeId, Distinct, Name), i64, FixedState> = HashMap::default();
        if !asked.is_empty() {
            for (fact, row) in day.facts(bucket) {
                let Some((distinct, Some(who))) = who_wrote(fact.kind, &row.credit) else { continue };
                let scopes = counting(fact.scopes, row.credit.skill);
                for scope in scopes.filter(|scope| asked.contains(scope)) {
                    *net.entry((scope, distinct, who)).or_default() += fact.sign.unit();
                }
            }
        }
        let mut counts = HashMap::default();
        for (scope, distinct, _) in net.into_iter().filter(|(_, net)| *net > 0).map(|(of, _)| of) {
            *counts.entry((scope, distinct)).or_default() += 1;
        }
        Self(counts)
    }

    /// How many contacts, or agents, there are in a scope.
    #[must_use]
    pub fn count(&self, scope: ScopeId, distinct: Distinct) -> u64 {
        self.0.get(&(scope, distinct)).copied().unwrap_or(0)
    }
}

/// Whose message a fact is, if it is one and somebody's.
fn who_wrote(kind: FactKind, credit: &Credit) -> Option<(Distinct, Option<Name>)> {
    if kind == FactKind::CustomerMessage {
        return Some((Distinct::Contacts, credit.contact));
    }
    (kind == FactKind::AgentMessage).then_some((Distinct::Agents, credit.agent))
}
