//! What of one account is to be asked at the next pass, and what of it has been published.

use std::collections::{BTreeMap, HashMap};

use super::cadence::FORGET_ZERO_MS;
use crate::domain::account::{Changes, Scope};
use crate::domain::bucket::Bucket;
use crate::domain::event::Millis;

/// Why something is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Time passed: published only if it is other than before.
    Moved,
    /// Events changed it: published also if it is zero and nobody knows what is on the topic.
    Changed,
    /// It was long ago, or failed: published in any case.
    Again,
}

/// What waits to be asked.
#[derive(Debug, Default)]
pub struct Agenda {
    /// Scopes with their windows.
    pub scopes: BTreeMap<Scope, Why>,
    /// Buckets, open ones too: those are left out now and asked when they end.
    pub buckets: BTreeMap<(Scope, Bucket), Why>,
    /// The live state.
    pub live: Option<Why>,
}

impl Agenda {
    /// Adds what events and time changed; buckets of those `kinds` of scope alone.
    pub fn add(&mut self, changes: Changes, kinds: &[bool; 4]) {
        for scope in changes.scopes {
            self.ask(scope, Why::Changed);
        }
        for (scope, bucket) in changes.buckets.into_iter().filter(|(scope, _)| kinds[scope.kind() as usize]) {
            self.ask_bucket(scope, bucket, Why::Changed);
        }
        if changes.live {
            self.live = self.live.max(Some(Why::Changed));
        }
    }

    /// Adds a scope; the stronger reason stands.
    pub fn ask(&mut self, scope: Scope, why: Why) {
        let reason = self.scopes.entry(scope).or_insert(why);
        *reason = why.max(*reason);
    }

    /// Adds a bucket; the stronger reason stands.
    pub fn ask_bucket(&mut self, scope: Scope, bucket: Bucket, why: Why) {
        let reason = self.buckets.entry((scope, bucket)).or_insert(why);
        *reason = why.max(*reason);
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scopes.is_empty() && self.buckets.is_empty() && self.live.is_none()
    }

    /// Takes the scopes that are due: those of agents only when `agents` are.
    pub fn take_scopes(&mut self, agents: bool) -> BTreeMap<Scope, Why> {
        let all = std::mem::take(&mut self.scopes);
        let (due, later) = all.into_iter().partition(|(scope, _)| agents || scope.agent.is_none());
        self.scopes = later;
        due
    }

    /// Takes the buckets that are due, likewise.
    pub fn take_buckets(&mut self, agents: bool) -> BTreeMap<(Scope, Bucket), Why> {
        let all = std::mem::take(&mut self.buckets);
        let (due, later) = all.into_iter().partition(|((scope, _), _)| agents || scope.agent.is_none());
        self.buckets = later;
        due
    }
}

/// What is on a topic under one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// When it was last published.
    pub at: Millis,
    /// Since when it is zero there.
    pub zero_since: Option<Millis>,
}

impl Published {
    /// What follows from publishing at `now`.
    #[must_use]
    pub fn then(before: Option<Self>, now: Millis, zero: bool) -> Self {
        let since = before.and_then(|before| before.zero_since).unwrap_or(now);
        Self { at: now, zero_since: zero.then_some(since) }
    }
}

/// What is on the topics of one account.
#[derive(Debug, Default)]
pub struct Ledger {
    /// By scope.
    pub scopes: HashMap<Scope, Published, foldhash::fast::FixedState>,
    /// The live state.
    pub live: Option<Published>,
}

/// What to do with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Nothing: it is on the topic already, or nobody will miss it.
    Skip,
    /// Publish it.
    Publish,
    /// It has been zero for a day: publish a tombstone and forget it.
    Forget,
}

/// Whether an answer of `now` is published.
#[must_use]
pub fn decide(why: Why, published: Option<Published>, same_as_before: bool, zero: bool, now: Millis) -> Decision {
    let zero_since = published.and_then(|published| published.zero_since).filter(|_| zero);
    if zero_since.is_some_and(|since| now - since >= FORGET_ZERO_MS) {
        return Decision::Forget;
    }
    let wanted = match (why, published) {
        (Why::Again, _) => true,
        // An earlier process may have left other numbers on the topic.
        (Why::Changed, None) => true,
        (Why::Moved, None) => !zero,
        (Why::Changed | Why::Moved, Some(_)) => !same_as_before,
    };
    if wanted { Decision::Publish } else { Decision::Skip }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(skill: &str, agent: &str) -> Scope {
        let name = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Scope { skill: name(skill), agent: name(agent) }
    }

    #[test]
    fn agents_wait_for_their_own_interval() {
        let mut agenda = Agenda::default();
        for (skill, agent) in [("", ""), ("s", ""), ("", "a"), ("s", "a")] {
            agenda.ask(scope(skill, agent), Why::Changed);
        }
        assert_eq!(agenda.take_scopes(false).len(), 2);
        assert_eq!(agenda.take_scopes(false).len(), 0);
        assert_eq!(agenda.take_scopes(true).len(), 2);
    }

    #[test]
    fn the_stronger_reason_stands() {
        let mut agenda = Agenda::default();
        agenda.ask(scope("", ""), Why::Again);
        agenda.ask(scope("", ""), Why::Moved);
        agenda.add(Changes { scopes: vec![scope("", "")], live: true, ..Changes::default() }, &[true; 4]);
        assert_eq!(agenda.take_scopes(true), BTreeMap::from([(scope("", ""), Why::Again)]));
        assert_eq!(agenda.live, Some(Why::Changed));
    }

    #[test]
    fn zero_since_is_the_first_time_it_was_published_as_zero() {
        let first = Published::then(None, 10, true);
        let again = Published::then(Some(first), 20, true);
        assert_eq!(again, Published { at: 20, zero_since: Some(10) });
        assert_eq!(Published::then(Some(again), 30, false).zero_since, None);
    }

    #[test]
    fn an_unchanged_answer_is_not_published_unless_it_is_due_again() {
        let known = Some(Published { at: 1, zero_since: None });
        assert_eq!(decide(Why::Changed, known, true, false, 2), Decision::Skip);
        assert_eq!(decide(Why::Moved, known, true, false, 2), Decision::Skip);
        assert_eq!(decide(Why::Moved, known, false, true, 2), Decision::Publish);
        assert_eq!(decide(Why::Again, known, true, false, 2), Decision::Publish);
    }

    #[test]
    fn a_zero_that_nobody_published_is_published_only_when_events_were_behind_it() {
        assert_eq!(decide(Why::Moved, None, false, true, 2), Decision::Skip);
        assert_eq!(decide(Why::Changed, None, false, true, 2), Decision::Publish);
    }

    #[test]
    fn a_day_of_zeros_ends_in_a_tombstone_unless_there_is_something_again() {
        let zero = Some(Published { at: 5, zero_since: Some(5) });
        let next_day = 5 + FORGET_ZERO_MS;
        assert_eq!(decide(Why::Moved, zero, true, true, next_day - 1), Decision::Skip);
        assert_eq!(decide(Why::Moved, zero, true, true, next_day), Decision::Forget);
        assert_eq!(decide(Why::Changed, zero, false, false, next_day), Decision::Publish);
    }
}
