//! Distinct contacts and agents with a message in one bucket, counted from its facts.
//!
//! The tallies count each in the bucket of the newest message alone, which tells windows that reach up to now, and no
//! single bucket.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::buckets::counting;
use crate::domain::bucket::Bucket;
use crate::domain::day::DayView;
use crate::domain::day::facts::Cursor;
use crate::domain::day::rows::SummedFor;
use crate::domain::day::tally::Distinct;
use crate::domain::fact::FactKind;
use crate::domain::names::Name;
use crate::domain::scope::ScopeId;

/// How many there are in one bucket, by scope; it goes on from where it stopped reading.
#[derive(Debug)]
pub struct DistinctInBucket {
    bucket: Bucket,
    cursor: Cursor,
    /// Messages that stand, by whose they are.
    net: HashMap<(ScopeId, Distinct, Name), i32, FixedState>,
    counts: HashMap<(ScopeId, Distinct), u64, FixedState>,
}

impl DistinctInBucket {
    /// Nothing read yet.
    #[must_use]
    pub fn new(bucket: Bucket) -> Self {
        Self { bucket, cursor: Cursor::default(), net: HashMap::default(), counts: HashMap::default() }
    }

    /// Of which bucket.
    #[must_use]
    pub fn bucket(&self) -> Bucket {
        self.bucket
    }

    /// Reads what was stated since the last view.
    pub fn read_on(&mut self, day: &DayView) {
        let Some(facts) = day.bucket(self.bucket) else { return };
        while let Some(fact) = facts.next(&mut self.cursor) {
            let Some((distinct, whose)) = who_writes(fact.kind) else { continue };
            let row = day.rows.summed_for(fact.row);
            let Some(who) = whose(&row) else { continue };
            for scope in counting(fact.scopes, row.skill) {
                let net = self.net.entry((scope, distinct, who)).or_default();
                let before = *net > 0;
                *net += fact.sign.unit() as i32;
                let change = i64::from(*net > 0) - i64::from(before);
                if change != 0 {
                    let count = self.counts.entry((scope, distinct)).or_default();
                    *count = count.wrapping_add_signed(change);
                }
            }
        }
    }

    /// How many contacts, or agents, there are in the account or a skill.
    #[must_use]
    pub fn count(&self, scope: ScopeId, distinct: Distinct) -> u64 {
        self.counts.get(&(scope, distinct)).copied().unwrap_or(0)
    }
}

/// Who wrote, as a row has it.
type Whose = fn(&SummedFor) -> Option<Name>;

/// Who is counted by a fact that is a message.
fn who_writes(kind: FactKind) -> Option<(Distinct, Whose)> {
    match kind {
        FactKind::CustomerMessage => Some((Distinct::Contacts, |row| row.contact)),
        FactKind::AgentMessage => Some((Distinct::Agents, |row| row.agent)),
        _ => None,
    }
}
