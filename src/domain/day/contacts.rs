//! Distinct contacts: each is counted in the bucket of its newest message, in the account and in each skill.
//!
//! A window reaches up to now, so the contacts in it are those whose newest bucket is in it: a sum over buckets. When
//! the last message of a newest bucket is taken back, the next one is looked for among the facts, for all at once.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::domain::bucket::Bucket;
use crate::domain::day::buckets::{Buckets, Tallied};
use crate::domain::day::tally::Newest;
use crate::domain::fact::{FactKind, Sign, Signed};
use crate::domain::names::Name;

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
    newest: HashMap<Key, Bucket, FixedState>,
    /// Those with messages taken back from their newest bucket.
    unsettled: Vec<Key>,
}

/// The last message of a conversation that was noted: another one like it says nothing new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noted {
    contact: Name,
    skill: Option<Name>,
    bucket: Bucket,
}

impl Contacts {
    /// Takes note of a customer's message that was stated or taken back; `noted` is the conversation's last one.
    pub fn add(&mut self, signed: &Signed, noted: &mut Option<Noted>, buckets: &mut Buckets) {
        let Some(contact) = signed.fact.credit.contact else { return };
        let (skill, bucket) = (signed.fact.credit.skill, Bucket::of(signed.fact.at));
        let keys = [Tallied::Account, Tallied::Skill(skill)].map(|scope| Key::new(contact, scope));
        match signed.sign {
            Sign::State => {
                let note = Some(Noted { contact, skill, bucket });
                if std::mem::replace(noted, note) != note {
                    keys.into_iter().for_each(|key| self.state(key, bucket, buckets));
                }
            }
            Sign::Retract => {
                *noted = None;
                keys.into_iter().for_each(|key| self.retract(key, bucket, buckets));
            }
        }
    }

    fn state(&mut self, key: Key, bucket: Bucket, buckets: &mut Buckets) {
        if self.newest.get(&key).is_none_or(|newest| *newest < bucket) {
            self.set(key, bucket, buckets);
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

    fn set(&mut self, key: Key, newest: Bucket, buckets: &mut Buckets) {
        if let Some(before) = self.newest.insert(key, newest) {
            count_in(key, before, -1, buckets);
        }
        count_in(key, newest, 1, buckets);
    }

    /// Finds the newest messages of those whose newest were taken back. Must come before any question.
    pub fn settle(&mut self, buckets: &mut Buckets) {
        let mut open: HashMap<Key, i64, FixedState> = self.unsettled.drain(..).map(|key| (key, 0)).collect();
        for bucket in buckets.newest_first() {
            if open.is_empty() {
                return;
            }
            count_messages(bucket, buckets, &mut open);
            let found: Vec<Key> = open.extract_if(|_, net| *net > 0).map(|(key, _)| key).collect();
            found.into_iter().for_each(|key| self.state(key, bucket, buckets));
        }
    }

    /// Drops those whose newest message is older than `oldest`.
    pub fn drop_before(&mut self, oldest: Bucket) {
        self.newest.retain(|_, newest| *newest >= oldest);
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
