//! Distinct contacts: each is counted in the bucket of its newest message, in the account and in each skill.
//!
//! A window reaches up to now, so the contacts in it are those whose newest bucket is in it: a sum over buckets. When
//! the last message of a newest bucket is taken back, the next one is looked for among the facts, for all at once.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::bucket::Bucket;
use super::buckets::{Buckets, Tallied};
use super::fact::{FactKind, Sign, Signed};
use super::intern::Name;
use super::tally::Newest;

/// A contact in a scope; eight bytes, since there are two for nearly every contact of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    contact: Name,
    /// `Tallied` by its code.
    scope: u32,
}

impl Key {
    fn new(contact: Name, scope: Tallied) -> Self {
        Self { contact, scope: scope.code() }
    }
}

/// The newest activity of every contact, in the account and under each skill.
#[derive(Debug, Default)]
pub struct Contacts {
    newest: HashMap<Key, (Bucket, u32), FixedState>,
    /// Those whose newest messages were taken back.
    unsettled: Vec<Key>,
}

impl Contacts {
    /// Takes note of a customer's message that was stated or taken back.
    pub fn add(&mut self, signed: &Signed, buckets: &mut Buckets) {
        let Some(contact) = signed.fact.credit.contact else { return };
        for scope in [Tallied::Account, Tallied::Skill(signed.fact.credit.skill)] {
            let bucket = Bucket::of(signed.fact.at);
            match signed.sign {
                Sign::State => self.state(Key::new(contact, scope), bucket, buckets),
                Sign::Retract => self.retract(Key::new(contact, scope), bucket, buckets),
            }
        }
    }

    fn state(&mut self, key: Key, bucket: Bucket, buckets: &mut Buckets) {
        match self.newest.get_mut(&key) {
            Some((newest, count)) if *newest == bucket => *count += 1,
            Some((newest, _)) if *newest > bucket => {}
            _ => self.set(key, (bucket, 1), buckets),
        }
    }

    fn retract(&mut self, key: Key, bucket: Bucket, buckets: &mut Buckets) {
        let Some((newest, count)) = self.newest.get_mut(&key).filter(|(newest, _)| *newest == bucket) else { return };
        *count -= 1;
        if *count == 0 {
            count_in(key, *newest, -1, buckets);
            self.newest.remove(&key);
            self.unsettled.push(key);
        }
    }

    fn set(&mut self, key: Key, newest: (Bucket, u32), buckets: &mut Buckets) {
        if let Some((before, _)) = self.newest.insert(key, newest) {
            count_in(key, before, -1, buckets);
        }
        count_in(key, newest.0, 1, buckets);
    }

    /// Finds the newest messages of those whose newest were taken back. Must come before any question.
    pub fn settle(&mut self, buckets: &mut Buckets) {
        let mut open: HashMap<Key, i64, FixedState> = self.unsettled.drain(..).map(|key| (key, 0)).collect();
        for bucket in buckets.newest_first() {
            if open.is_empty() {
                return;
            }
            count_messages(bucket, buckets, &mut open);
            let found: Vec<(Key, i64)> = open.extract_if(|_, net| *net > 0).collect();
            for (key, net) in found {
                self.settle_one(key, (bucket, net as u32), buckets);
            }
        }
    }

    /// A message stated in the meantime may be older than this, never newer.
    fn settle_one(&mut self, key: Key, newest: (Bucket, u32), buckets: &mut Buckets) {
        if self.newest.get(&key) != Some(&newest) {
            self.set(key, newest, buckets);
        }
    }

    /// Drops those whose newest message is older than `oldest`.
    pub fn drop_before(&mut self, oldest: Bucket) {
        self.newest.retain(|_, (newest, _)| *newest >= oldest);
    }
}

fn count_messages(bucket: Bucket, buckets: &Buckets, open: &mut HashMap<Key, i64, FixedState>) {
    for (fact, row) in buckets.facts(bucket).filter(|(fact, _)| fact.kind == FactKind::CustomerMessage) {
        let Some(contact) = row.credit.contact else { continue };
        for scope in [Tallied::Account, Tallied::Skill(row.credit.skill)] {
            if let Some(net) = open.get_mut(&Key::new(contact, scope)) {
                *net += fact.sign.unit();
            }
        }
    }
}

fn count_in(key: Key, bucket: Bucket, unit: i64, buckets: &mut Buckets) {
    buckets.change(Tallied::from_code(key.scope), bucket, |tally| tally.count_newest(Newest::Contact, unit));
}
