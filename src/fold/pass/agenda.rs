//! What of one account is to be asked at the next pass, and what of it has been published.

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

/// What waits of one agent.
#[derive(Debug)]
struct OfAgent {
    /// When all of it is due.
    due: Millis,
    scopes: SmallMap<ScopeId, Waiting>,
}

/// What waits to be asked. A pass walks what it takes and no more, however much waits.
#[derive(Debug, Default)]
pub struct Agenda {
    /// How often the records of one agent may be published.
    agent_interval_ms: Millis,
    /// The account and skills, with their windows.
    scopes: SmallMap<ScopeId, Waiting>,
    /// Scopes of agents by agent, since those of one agent are answered by reading what there is of the agent once.
    of_agents: SmallMap<Option<Name>, OfAgent>,
    /// When each of these agents is due.
    due: SmallMap<(Millis, Option<Name>), ()>,
    /// How many scopes wait since when.
    since: SmallMap<Millis, usize>,
    /// Buckets, open ones too: those are asked when they end.
    buckets: SmallMap<(Bucket, ScopeId), Reason>,
    /// The live state.
    pub live: Option<Reason>,
}

impl Agenda {
    /// Nothing to ask yet.
    #[must_use]
    pub fn new(agent_interval_ms: Millis) -> Self {
        Self { agent_interval_ms, ..Self::default() }
    }

    /// Adds what events and time changed by `now`; buckets of those `kinds` of scope alone.
    pub fn add(&mut self, changes: Changes, kinds: &[bool; 4], ledger: &Ledger, now: Millis) {
        let Changes { changed, live } = changes;
        for scope in changed.scopes {
            self.ask(scope, Reason::Changed, ledger, now);
        }
        for (scope, bucket) in changed.buckets.into_iter().filter(|(scope, _)| kinds[scope.kind() as usize]) {
            self.ask_bucket(scope, bucket, Reason::Changed);
        }
        if live {
            self.live = self.live.max(Some(Reason::Changed));
        }
    }

    /// Adds a scope at `now`, which never falls; the stronger reason stands.
    pub fn ask(&mut self, scope: ScopeId, reason: Reason, ledger: &Ledger, now: Millis) {
        let scopes = match scope.agent() {
            None => &mut self.scopes,
            Some(agent) => {
                let due = self.due_at(scope, agent, ledger, now);
                let of_agent = self.of_agents.or_insert(agent, OfAgent { due, scopes: SmallMap::new() });
                if of_agent.due < due {
                    self.due.remove(&(of_agent.due, agent));
                    of_agent.due = due;
                }
                self.due.insert((of_agent.due, agent), ());
                &mut of_agent.scopes
            }
        };
        match scopes.get_mut(&scope) {
            Some(waits) => waits.reason = waits.reason.max(reason),
            None => {
                scopes.insert(scope, Waiting { reason, since: now });
                *self.since.or_insert(now, 0) += 1;
            }
        }
    }

    /// When a scope of an agent is due: at once, unless the agent or this very scope was published within the interval. So
    /// agents are due at moments of their own, and not all of them in one pass.
    fn due_at(&self, scope: ScopeId, agent: Option<Name>, ledger: &Ledger, now: Millis) -> Millis {
        let said = [ScopeId::Agent(agent), scope].into_iter().filter_map(|scope| ledger.scopes.get(&scope));
        said.map(|said| said.at + self.agent_interval_ms).fold(now, Millis::max)
    }

    /// Since when the scope has waited that waits longest.
    #[must_use]
    pub fn waiting_since(&self) -> Option<Millis> {
        self.since.keys().next().copied()
    }

    /// Adds a bucket; the stronger reason stands.
    pub fn ask_bucket(&mut self, scope: ScopeId, bucket: Bucket, reason: Reason) {
        let stands = self.buckets.or_insert((bucket, scope), reason);
        *stands = reason.max(*stands);
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.since.is_empty() && self.buckets.is_empty() && self.live.is_none()
    }

    /// Takes the scopes of the account and of skills.
    pub fn take_scopes(&mut self) -> Vec<(ScopeId, Reason)> {
        let all = self.scopes.drain();
        all.map(|(scope, waiting)| (scope, self.ended(waiting))).collect()
    }

    /// Whether an agent is due at `now`.
    #[must_use]
    pub fn are_agents_due(&self, now: Millis) -> bool {
        self.due.keys().next().is_some_and(|(due, _)| *due <= now)
    }

    /// Takes some scopes of the agents who are due at `now`, agent by agent, who has been due the longest first.
    pub fn take_agents(&mut self, at_once: usize, now: Millis) -> Vec<(ScopeId, Reason)> {
        let mut taken = Vec::new();
        while taken.len() < at_once {
            let first = self.due.keys().next().copied();
            let Some((due, agent)) = first.filter(|(due, _)| *due <= now) else { break };
            let of_agent = self.of_agents.get_mut(&agent).expect("who is due has something to say");
            let scopes = &mut of_agent.scopes;
            let beyond = scopes.keys().nth(at_once - taken.len()).copied();
            let later = beyond.map(|first| scopes.split_off(&first)).unwrap_or_default();
            let some = std::mem::replace(scopes, later);
            if scopes.is_empty() {
                self.of_agents.remove(&agent);
                self.due.remove(&(due, agent));
            }
            taken.extend(some.iter().map(|(scope, waiting)| (*scope, self.ended(*waiting))));
        }
        taken
    }

    /// Takes the buckets that are over by `is_closed`. Whatever goes on is asked for when it ends.
    pub fn take_buckets(&mut self, is_closed: impl Fn(Bucket) -> bool) -> Vec<((Bucket, ScopeId), Reason)> {
        // The oldest come first, and what is over is older than what is not.
        let first_open = self.buckets.keys().map(|(bucket, _)| *bucket).find(|bucket| !is_closed(*bucket));
        let open = first_open.map(|bucket| self.buckets.split_off(&(bucket, ScopeId::Account))).unwrap_or_default();
        std::mem::replace(&mut self.buckets, open).drain().collect()
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
    fn an_agent_waits_for_an_interval_since_the_last_word_and_who_is_due_longest_comes_first() {
        let (mut agenda, mut ledger) = (Agenda::new(100), Ledger::default());
        let agent = |place| ScopeId::Agent(Some(Name::at(place)));
        ledger.scopes.insert(agent(1), Published { at: 20, zero_since: None });
        ledger.scopes.insert(agent(2), Published { at: 10, zero_since: None });
        for scope in [ScopeId::Account, ScopeId::Skill(None), agent(1), agent(2), OF_AGENT] {
            agenda.ask(scope, Reason::Changed, &ledger, 30);
        }
        assert_eq!(agenda.take_scopes().len(), 2);
        assert_eq!(agenda.take_agents(9, 30), [(OF_AGENT, Reason::Changed)], "of whom nothing was said");
        assert_eq!(agenda.take_agents(9, 109), []);
        agenda.ask(agent(2), Reason::Again, &ledger, 109);
        agenda.ask(OF_AGENT, Reason::Moved, &ledger, 115);
        assert_eq!(agenda.waiting_since(), Some(30));
        let first_two = [(agent(2), Reason::Again), (OF_AGENT, Reason::Moved)];
        assert_eq!((agenda.take_agents(2, 200), agenda.waiting_since()), (first_two.to_vec(), Some(30)));
        assert_eq!(agenda.take_agents(2, 200), [(agent(1), Reason::Changed)]);
        assert!(agenda.is_empty() && agenda.waiting_since().is_none());
    }

    #[test]
    fn a_scope_that_was_asked_for_alone_waits_for_an_interval_since_its_own_last_word() {
        let (mut agenda, mut ledger) = (Agenda::new(100), Ledger::default());
        let in_skill = ScopeId::AgentSkill(None, None);
        ledger.scopes.insert(OF_AGENT, Published { at: 0, zero_since: None });
        ledger.scopes.insert(in_skill, Published { at: 60, zero_since: None });
        agenda.ask(OF_AGENT, Reason::Changed, &ledger, 90);
        agenda.ask(in_skill, Reason::Changed, &ledger, 95);
        assert_eq!(agenda.take_agents(9, 159), [], "what is said of an agent is said at one time");
        let both = [(OF_AGENT, Reason::Changed), (in_skill, Reason::Changed)];
        assert_eq!(agenda.take_agents(9, 160), both);
        assert!(agenda.is_empty() && agenda.take_agents(9, 999).is_empty());
    }

    #[test]
    fn of_an_agent_with_more_scopes_than_a_pass_takes_the_rest_stays_due() {
        let (mut agenda, ledger) = (Agenda::new(100), Ledger::default());
        let scopes: Vec<ScopeId> = (0..20).map(|skill| ScopeId::AgentSkill(None, Some(Name::at(skill)))).collect();
        scopes.iter().for_each(|scope| agenda.ask(*scope, Reason::Changed, &ledger, 0));
        let mut taken = Vec::new();
        for count in [8, 8, 4, 0] {
            let some = agenda.take_agents(8, 0);
            assert_eq!(some.len(), count);
            taken.extend(some.into_iter().map(|(scope, _)| scope));
        }
        assert_eq!(taken, scopes);
        assert!(agenda.is_empty());
    }

    #[test]
    fn the_stronger_reason_stands() {
        let (mut agenda, ledger) = (Agenda::default(), Ledger::default());
        agenda.ask(ScopeId::Account, Reason::Again, &ledger, 0);
        agenda.ask(ScopeId::Account, Reason::Moved, &ledger, 0);
        let changed = Changed { scopes: vec![ScopeId::Account], buckets: Vec::new() };
        agenda.add(Changes { changed, live: true }, &[true; 4], &ledger, 0);
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
