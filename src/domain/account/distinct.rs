//! Distinct contacts and agents with a message in one bucket, counted from its facts.
//!
//! The tallies count each in the bucket of the newest message alone, which tells windows that reach up to now, and no
//! single bucket.

use std::collections::{HashMap, HashSet};

use foldhash::fast::FixedState;

use crate::domain::bucket::Bucket;
use crate::domain::day::buckets::{Buckets, Tallied};
use crate::domain::day::tally::Newest;
use crate::domain::fact::{Credit, FactKind};
use crate::domain::names::Name;

/// How many there are, by scope.
#[derive(Debug)]
pub(super) struct Distinct(HashMap<(Tallied, Newest), u64, FixedState>);

impl Distinct {
    /// In the scopes asked for.
    pub(super) fn of(buckets: &Buckets, bucket: Bucket, asked: HashSet<Tallied, FixedState>) -> Self {
        let mut net: HashMap<(Tallied, Newest, Name), i64, FixedState> = HashMap::default();
        if !asked.is_empty() {
            for (fact, row) in buckets.facts(bucket) {
                let Some((newest, Some(who))) = who_wrote(fact.kind, &row.credit) else { continue };
                let scopes = Tallied::counting(fact.scopes, row.credit.skill);
                for scope in scopes.filter(|scope| asked.contains(scope)) {
                    *net.entry((scope, newest, who)).or_default() += fact.sign.unit();
                }
            }
        }
        let mut counts = HashMap::default();
        for (scope, newest, _) in net.into_iter().filter(|(_, net)| *net > 0).map(|(of, _)| of) {
            *counts.entry((scope, newest)).or_default() += 1;
        }
        Self(counts)
    }

    /// How many contacts, or agents, there are in a scope.
    pub(super) fn count(&self, scope: Tallied, newest: Newest) -> u64 {
        self.0.get(&(scope, newest)).copied().unwrap_or(0)
    }
}

/// Whose message a fact is, if it is one and somebody's.
fn who_wrote(kind: FactKind, credit: &Credit) -> Option<(Newest, Option<Name>)> {
    if kind == FactKind::CustomerMessage {
        return Some((Newest::Contact, credit.contact));
    }
    (kind == FactKind::AgentMessage).then_some((Newest::Agent, credit.agent))
}
