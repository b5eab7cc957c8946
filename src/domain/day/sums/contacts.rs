//! Distinct contacts: each is counted in the bucket of its newest message, in the account and in each skill.
//!
//! A window reaches up to now, so the contacts in it are those whose newest bucket is in it: a sum over buckets. When
//! the last message of a newest bucket is taken back, the next one is looked for among the facts, for all at once and no
//! further back than the oldest of the messages that were taken back.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::buckets::Buckets;
use crate::domain::bucket::Bucket;
use crate::domain::day::DayView;
use crate::domain::day::tally::Distinct;
use crate::domain::fact::{Credit, FactKind, Sign, Stated};
use crate::domain::names::Name;
use crate::domain::scope::ScopeId;

/// A contact in a scope; eight bytes, since there are two for nearly every contact of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    contact: Name,
    /// The skill by its code, or `ACCOUNT`.
    scope: u32,
}

/// Instead of a skill's code.
const ACCOUNT: u32 = u32::MAX;

impl Key {
    fn both(contact: Name, skill: Option<Name>) -> [Self; 2] {
        [ACCOUNT, Name::to_code(skill)].map(|scope| Self { contact, scope })
    }

    fn scope(self) -> ScopeId {
        if self.scope == ACCOUNT { ScopeId::Account } else { ScopeId::Skill(Name::from_code(self.scope)) }
    }
}

/// The newest activity of every contact, in the account and under each skill.
#[derive(Debug, Default)]
pub(super) struct Contacts {
    newest: HashMap<Key, Bucket, FixedState>,
    /// Those with messages taken back from their newest bucket.
    unsettled: Vec<Key>,
}

impl Contacts {
    /// Takes note of a customer's message that was stated or taken back.
    pub(super) fn add(&mut self, bucket: Bucket, stated: &Stated, credit: &Credit, buckets: &mut Buckets) {
        let Some(contact) = credit.contact else { return };
        for key in Key::both(contact, credit.skill) {
            match stated.sign {
                Sign::State => self.state(key, bucket, buckets),
                Sign::Retract => self.retract(key, bucket, buckets),
            }
        }
    }

    fn state(&mut self, key: Key, bucket: Bucket, buckets: &mut Buckets) {
        let before = self.newest.get(&key).copied();
        if before.is_none_or(|before| before < bucket) {
            self.newest.insert(key, bucket);
            before.into_iter().for_each(|before| count_in(key, before, -1, buckets));
            count_in(key, bucket, 1, buckets);
        }
    }

    /// Whether another message keeps the contact in the bucket is found out for all at once.
    fn retract(&mut self, key: Key, bucket: Bucket, buckets: &mut Buckets) {
        if self.newest.get(&key) == Some(&bucket) {
            count_in(key, bucket, -1, buckets);
            self.newest.remove(&key);
            self.unsettled.push(key);
        }
    }

    /// Finds the newest messages of those whose newest were taken back. Must come before any question.
    pub(super) fn settle(&mut self, buckets: &mut Buckets, day: &DayView) {
        let mut open: HashMap<Key, i64, FixedState> = self.unsettled.drain(..).map(|key| (key, 0)).collect();
        for bucket in day.newest_first() {
            if open.is_empty() {
                return;
            }
            count_messages(bucket, day, &mut open);
            let found: Vec<Key> = open.extract_if(|_, net| *net > 0).map(|(key, _)| key).collect();
            found.into_iter().for_each(|key| self.state(key, bucket, buckets));
        }
    }

    /// Drops those whose newest message is older than `oldest`.
    pub(super) fn drop_before(&mut self, oldest: Bucket) {
        self.newest.retain(|_, newest| *newest >= oldest);
    }
}

fn count_messages(bucket: Bucket, day: &DayView, open: &mut HashMap<Key, i64, FixedState>) {
    for (fact, row) in day.facts(bucket).filter(|(fact, _)| fact.kind == FactKind::CustomerMessage) {
        let Some(contact) = row.credit.contact else { continue };
        for key in Key::both(contact, row.credit.skill) {
            if let Some(net) = open.get_mut(&key) {
                *net += fact.sign.unit();
            }
        }
    }
}

fn count_in(key: Key, bucket: Bucket, unit: i64, buckets: &mut Buckets) {
    buckets.change(key.scope(), bucket, |tally| tally.count_distinct(Distinct::Contacts, unit));
}
