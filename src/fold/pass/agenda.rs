//! What of one account is to be asked at the next pass, and what of it has been published.

use std::collections::{BTreeMap, VecDeque};

use super::cadence::FORGET_ZERO_MS;
use crate::domain::answers::Changes;
use crate::domain::bucket::Bucket;
use crate::domain::compact::small_map::SmallMap;
use crate::domain::event::Millis;
use crate::domain::scope::ScopeId;

/// Why something is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Time passed: published only if it is other than before.
    Moved,
    /// Events changed it: published also if it is zero and nobody knows what is on the topic.
    Changed,
    /// It was long ago, or failed: published in any case.
    Again,
}

/// Why a scope waits, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Waiting {
    reason: Reason,
    since: Millis,
}

impl Waiting {
    /// The stronger reason stands, and the longer wait.
    fn join(&mut self, other: Self) {
        self.reason = self.reason.max(other.reason);
        self.since = self.since.min(other.since);
    }
}

/// Scopes of agents come behind the others.
const FIRST_OF_AGENT: ScopeId = ScopeId::Agent(None);

/// What waits to be asked.
#[derive(Debug, Default)]
pub struct Agenda {
    /// Scopes with their windows.
    scopes: SmallMap<ScopeId, Waiting>,
    /// Those of agents that are due, the longest unsaid first.
    due: VecDeque<(ScopeId, Waiting)>,
    /// Buckets, open ones too: those are left out now and asked when they end.
    buckets: SmallMap<(ScopeId, Bucket), Reason>,
    /// The live state.
    pub live: Option<Reason>,
}

impl Agenda {
    /// Adds what events and time changed by `now`; buckets of those `kinds` of scope alone.
    pub fn add(&mut self, changes: Changes, kinds: &[bool; 4], now: Millis) {
        let Changes { changed, live } = changes;
        for scope in changed.scopes {
            self.ask(scope, Reason::Changed, now);
        }
        for (scope, bucket) in changed.buckets.into_iter().filter(|(scope, _)| kinds[scope.kind() as usize]) {
            self.ask_bucket(scope, bucket, Reason::Changed);
        }
        if live {
            self.live = self.live.max(Some(Reason::Changed));
        }
    }

    /// Adds a scope at `now`; the stronger reason stands.
    pub fn ask(&mut self, scope: ScopeId, reason: Reason, now: Millis) {
        let waiting = Waiting { reason, since: now };
        self.scopes.or_insert(scope, waiting).join(waiting);
    }

    /// Since when the scope has waited that waits longest.
    #[must_use]
    pub fn waiting_since(&self) -> Option<Millis> {
        let due = self.due.iter().map(|(_, waiting)| waiting);
        self.scopes.values().chain(due).map(|waiting| waiting.since).min()
    }

    /// Adds a bucket; the stronger reason stands.
    pub fn ask_bucket(&mut self, scope: ScopeId, bucket: Bucket, reason: Reason) {
        let stands = self.buckets.or_insert((scope, bucket), reason);
        *stands = reason.max(*stands);
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scopes.is_empty() && self.due.is_empty() && self.buckets.is_empty() && self.live.is_none()
    }

    /// Takes the scopes of the account and of skills.
    pub fn take_scopes(&mut self) -> Vec<(ScopeId, Reason)> {
        let later = self.scopes.split_off(&FIRST_OF_AGENT);
        std::mem::replace(&mut self.scopes, later).drain().map(|(scope, waiting)| (scope, waiting.reason)).collect()
    }

    /// The interval of agents has come: those that wait are due now, beside those still left from the one before.
    pub fn agents_are_due(&mut self, ledger: &Ledger) {
        let mut due = self.scopes.split_off(&FIRST_OF_AGENT);
        for (scope, waiting) in self.due.drain(..) {
            due.or_insert(scope, waiting).join(waiting);
        }
        let mut due: Vec<(ScopeId, Waiting)> = due.drain().collect();
        due.sort_by_cached_key(|(scope, _)| ledger.scopes.get(scope).map(|published| published.at));
        self.due = due.into();
    }

    /// Takes some of the agents' scopes that are due.
    pub fn take_agents(&mut self, at_once: usize) -> Vec<(ScopeId, Reason)> {
        let due = self.due.drain(..at_once.min(self.due.len()));
        due.map(|(scope, waiting)| (scope, waiting.reason)).collect()
    }

    /// Takes the buckets that are over by `is_closed`, those of agents only when `agents` are due. Whatever goes on is asked
    /// for when it ends.
    pub fn take_buckets(
        &mut self,
        agents: bool,
        is_closed: impl Fn(Bucket) -> bool,
    ) -> BTreeMap<Bucket, Vec<(ScopeId, Reason)>> {
        let mut by_bucket: BTreeMap<Bucket, Vec<(ScopeId, Reason)>> = BTreeMap::new();
        for ((scope, bucket), reason) in self.buckets.drain() {
            if !agents && scope.is_of_agent() {
                self.buckets.insert((scope, bucket), reason);
            } else if is_closed(bucket) {
                by_bucket.entry(bucket).or_default().push((scope, reason));
            }
        }
        by_bucket
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
    pub scopes: SmallMap<ScopeId, Published>,
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
pub fn decide(reason: Reason, published: Option<Published>, same_as_before: bool, zero: bool, now: Millis) -> Decision {
    let zero_since = published.and_then(|published| published.zero_since).filter(|_| zero);
    if zero_since.is_some_and(|since| now - since >= FORGET_ZERO_MS) {
        return Decision::Forget;
    }
    let wanted = match (reason, published) {
        (Reason::Again, _) => true,
        // An earlier process may have left other numbers on the topic.
        (Reason::Changed, None) => true,
        (Reason::Moved, None) => !zero,
        (Reason::Changed | Reason::Moved, Some(_)) => !same_as_before,
    };
    if wanted { Decision::Publish } else { Decision::Skip }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::day::sums::Changed;
    use crate::domain::names::Name;

    const OF_AGENT: ScopeId = ScopeId::Agent(None);

    #[test]
    fn agents_wait_for_their_own_interval_and_the_longest_unsaid_comes_first() {
        let (mut agenda, mut ledger) = (Agenda::default(), Ledger::default());
        let agent = |place| ScopeId::Agent(Some(Name::at(place)));
        ledger.scopes.insert(agent(1), Published { at: 20, zero_since: None });
        ledger.scopes.insert(agent(2), Published { at: 10, zero_since: None });
        for scope in [ScopeId::Account, ScopeId::Skill(None), agent(1), agent(2), OF_AGENT] {
            agenda.ask(scope, Reason::Changed, 30);
        }
        assert_eq!(agenda.take_scopes().len(), 2);
        assert_eq!((agenda.take_scopes().len(), agenda.take_agents(9).len()), (0, 0));
        agenda.agents_are_due(&ledger);
        let order = |agents: Vec<(ScopeId, Reason)>| agents.into_iter().map(|(scope, _)| scope).collect::<Vec<_>>();
        assert_eq!(order(agenda.take_agents(2)), [OF_AGENT, agent(2)]);
        agenda.ask(OF_AGENT, Reason::Again, 40);
        agenda.agents_are_due(&ledger);
        assert_eq!(agenda.waiting_since(), Some(30));
        assert_eq!(agenda.take_agents(9), [(OF_AGENT, Reason::Again), (agent(1), Reason::Changed)]);
        assert!(agenda.is_empty() && agenda.waiting_since().is_none());
    }

    #[test]
    fn the_stronger_reason_stands() {
        let mut agenda = Agenda::default();
        agenda.ask(ScopeId::Account, Reason::Again, 0);
        agenda.ask(ScopeId::Account, Reason::Moved, 0);
        let changed = Changed { scopes: vec![ScopeId::Account], buckets: Vec::new() };
        agenda.add(Changes { changed, live: true }, &[true; 4], 0);
        assert_eq!(agenda.take_scopes(), [(ScopeId::Account, Reason::Again)]);
        assert_eq!(agenda.live, Some(Reason::Changed));
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
        assert_eq!(decide(Reason::Changed, known, true, false, 2), Decision::Skip);
        assert_eq!(decide(Reason::Moved, known, true, false, 2), Decision::Skip);
        assert_eq!(decide(Reason::Moved, known, false, true, 2), Decision::Publish);
        assert_eq!(decide(Reason::Again, known, true, false, 2), Decision::Publish);
    }

    #[test]
    fn a_zero_that_nobody_published_is_published_only_when_events_were_behind_it() {
        assert_eq!(decide(Reason::Moved, None, false, true, 2), Decision::Skip);
        assert_eq!(decide(Reason::Changed, None, false, true, 2), Decision::Publish);
    }

    #[test]
    fn a_day_of_zeros_ends_in_a_tombstone_unless_there_is_something_again() {
        let zero = Some(Published { at: 5, zero_since: Some(5) });
        let next_day = 5 + FORGET_ZERO_MS;
        assert_eq!(decide(Reason::Moved, zero, true, true, next_day - 1), Decision::Skip);
        assert_eq!(decide(Reason::Moved, zero, true, true, next_day), Decision::Forget);
        assert_eq!(decide(Reason::Changed, zero, false, false, next_day), Decision::Publish);
    }
}
