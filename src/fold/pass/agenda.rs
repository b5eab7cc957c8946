//! What of one account is to be asked at the next pass, and what of it has been published.

use std::collections::{HashMap, VecDeque};

use foldhash::fast::FixedState;

use super::cadence::FORGET_ZERO_MS;
use crate::domain::answers::Changes;
use crate::domain::bucket::Bucket;
use crate::domain::compact::small_map::SmallMap;
use crate::domain::event::Millis;
use crate::domain::names::Name;
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

/// What waits to be asked. A pass walks what it takes and no more, however much waits.
#[derive(Debug, Default)]
pub struct Agenda {
    /// The account and skills, with their windows.
    scopes: SmallMap<ScopeId, Waiting>,
    /// Scopes of agents, which wait for their interval.
    of_agents: SmallMap<ScopeId, Waiting>,
    /// Those of agents that are due, the longest unsaid first.
    due: VecDeque<(ScopeId, Waiting)>,
    /// How many scopes wait since when.
    since: SmallMap<Millis, usize>,
    /// Buckets of the account and of skills, open ones too: those are asked when they end.
    buckets: SmallMap<(Bucket, ScopeId), Reason>,
    /// The same of agents.
    buckets_of_agents: SmallMap<(Bucket, ScopeId), Reason>,
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

    /// Adds a scope at `now`, which never falls; the stronger reason stands.
    pub fn ask(&mut self, scope: ScopeId, reason: Reason, now: Millis) {
        let scopes = if scope.is_of_agent() { &mut self.of_agents } else { &mut self.scopes };
        match scopes.get_mut(&scope) {
            Some(waits) => waits.reason = waits.reason.max(reason),
            None => {
                scopes.insert(scope, Waiting { reason, since: now });
                *self.since.or_insert(now, 0) += 1;
            }
        }
    }

    /// Since when the scope has waited that waits longest.
    #[must_use]
    pub fn waiting_since(&self) -> Option<Millis> {
        self.since.keys().next().copied()
    }

    /// Adds a bucket; the stronger reason stands.
    pub fn ask_bucket(&mut self, scope: ScopeId, bucket: Bucket, reason: Reason) {
        let buckets = if scope.is_of_agent() { &mut self.buckets_of_agents } else { &mut self.buckets };
        let stands = buckets.or_insert((bucket, scope), reason);
        *stands = reason.max(*stands);
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let no_bucket = self.buckets.is_empty() && self.buckets_of_agents.is_empty();
        self.since.is_empty() && no_bucket && self.live.is_none()
    }

    /// Takes the scopes of the account and of skills.
    pub fn take_scopes(&mut self) -> Vec<(ScopeId, Reason)> {
        let all = self.scopes.drain();
        all.map(|(scope, waiting)| (scope, self.ended(waiting))).collect()
    }

    /// The interval of agents has come: those that wait are due now, beside those still left from the one before.
    pub fn agents_are_due(&mut self, ledger: &Ledger) {
        let mut due = std::mem::take(&mut self.of_agents);
        for (scope, waiting) in std::mem::take(&mut self.due) {
            let later = due.get(&scope).copied();
            let reason = later.map_or(waiting.reason, |later| self.ended(later).max(waiting.reason));
            due.insert(scope, Waiting { reason, ..waiting });
        }
        // All of an agent's together: they are answered by reading what there is of the agent once.
        let said_at = |scope: &ScopeId| ledger.scopes.get(scope).map(|published| published.at);
        let mut longest_unsaid: HashMap<Option<Name>, Option<Millis>, FixedState> = HashMap::default();
        for (scope, agent) in due.keys().filter_map(|scope| Some((scope, scope.agent()?))) {
            let said_at = said_at(scope);
            longest_unsaid.entry(agent).and_modify(|at| *at = said_at.min(*at)).or_insert(said_at);
        }
        let mut due: Vec<(ScopeId, Waiting)> = due.drain().collect();
        due.sort_by_cached_key(|(scope, _)| {
            let agent = scope.agent().flatten();
            (longest_unsaid.get(&agent).copied().flatten(), agent, said_at(scope))
        });
        self.due = due.into();
    }

    /// Takes some of the agents' scopes that are due.
    pub fn take_agents(&mut self, at_once: usize) -> Vec<(ScopeId, Reason)> {
        let some: Vec<_> = self.due.drain(..at_once.min(self.due.len())).collect();
        some.into_iter().map(|(scope, waiting)| (scope, self.ended(waiting))).collect()
    }

    /// Takes the buckets that are over by `is_closed`, those of agents only when `agents` are due. Whatever goes on is asked
    /// for when it ends.
    pub fn take_buckets(
        &mut self,
        agents: bool,
        is_closed: impl Fn(Bucket) -> bool,
    ) -> Vec<((Bucket, ScopeId), Reason)> {
        let mut closed = Vec::new();
        let of_agents = agents.then_some(&mut self.buckets_of_agents);
        for buckets in std::iter::once(&mut self.buckets).chain(of_agents) {
            // The oldest come first, and what is over is older than what is not.
            let first_open = buckets.keys().map(|(bucket, _)| *bucket).find(|bucket| !is_closed(*bucket));
            let open = first_open.map(|bucket| buckets.split_off(&(bucket, ScopeId::Account))).unwrap_or_default();
            closed.extend(std::mem::replace(buckets, open).drain());
        }
        closed
    }

    /// A wait has ended; why it was.
    fn ended(&mut self, waiting: Waiting) -> Reason {
        let count = self.since.or_insert(waiting.since, 1);
        *count -= 1;
        if *count == 0 {
            self.since.remove(&waiting.since);
        }
        waiting.reason
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
