//! One account in the fold: the account itself, what is to be asked of it, and what of it is on the topics.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::board::{AccountView, Board, BucketUpdate, LiveUpdate, LiveView, Pass, ScopeUpdate, ScopeView, Subject};
use crate::domain::account::{Account, Running, Scope, ScopeKind};
use crate::domain::answers::live::Live;
use crate::domain::answers::metrics::Metrics;
use crate::domain::bucket::Bucket;
use crate::domain::event::Millis;
use crate::domain::policy::Policies;

use super::agenda::{Agenda, Decision, Ledger, Published, Why, decide};
use super::cadence::is_closed;
use crate::fold::FoldSettings;

/// From so many scopes of a kind on, all of the kind are asked at once.
const ASK_ALL_FROM: usize = 64;

/// Every kind of scope, the ones more people look at first.
pub(in crate::fold) const KINDS: [ScopeKind; 4] =
    [ScopeKind::Account, ScopeKind::Skill, ScopeKind::Agent, ScopeKind::AgentSkill];

/// An account and its place in the fold.
#[derive(Debug)]
pub(in crate::fold) struct Member {
    pub(in crate::fold) name: Arc<str>,
    pub(in crate::fold) account: Account,
    pub(in crate::fold) ledger: Ledger,
    policies: Policies,
    /// Which kinds of scope have bucket records.
    buckets: [bool; 4],
    agenda: Agenda,
}

/// What a pass asks of every account.
#[derive(Debug)]
pub(in crate::fold) struct Asking<'a> {
    pub(in crate::fold) now: Millis,
    /// Whether agents are due too.
    pub(in crate::fold) agents: bool,
    pub(in crate::fold) revision: u64,
    pub(in crate::fold) board: &'a Board,
}

impl Member {
    pub(in crate::fold) fn new(name: Arc<str>, policies: Policies, now: Millis, settings: &FoldSettings) -> Self {
        let account = Account::new(policies.clone(), now)
            .forgetting_after(settings.silence)
            .counting_durations_by(settings.histogram_bounds_ms.clone());
        let buckets = settings.buckets;
        let of_agents = buckets[ScopeKind::Agent as usize] || buckets[ScopeKind::AgentSkill as usize];
        let account = if of_agents { account.naming_agent_buckets() } else { account };
        Self { name, account, ledger: Ledger::default(), policies, buckets, agenda: Agenda::default() }
    }

    /// Lets time pass and takes up what changed.
    pub(in crate::fold) fn advance(&mut self, now: Millis) {
        self.account.advance_to(now);
        self.agenda.add(self.account.drain_changes(), &self.buckets);
    }

    /// Every scope there is something to say of, or was.
    pub(in crate::fold) fn all_scopes(&self, kind: ScopeKind) -> Vec<Scope> {
        let mut scopes = self.account.scopes(kind);
        scopes.extend(self.ledger.scopes.keys().filter(|scope| scope.kind() == kind).cloned());
        scopes.sort_unstable();
        scopes.dedup();
        scopes
    }

    /// Asks for a scope, or for the live state.
    pub(in crate::fold) fn ask(&mut self, scope: Option<Scope>, why: Why) {
        match scope {
            Some(scope) => self.agenda.ask(scope, why),
            None => self.agenda.live = self.agenda.live.max(Some(why)),
        }
    }

    /// Asks for what a bucket's end may have changed of a scope.
    pub(in crate::fold) fn sweep(&mut self, scope: Scope, ended: &[Bucket]) {
        if self.buckets[scope.kind() as usize] {
            for bucket in ended {
                self.agenda.ask_bucket(scope.clone(), *bucket, Why::Moved);
            }
        }
        self.agenda.ask(scope, Why::Moved);
    }

    /// Has a record made again.
    pub(in crate::fold) fn give_back(&mut self, subject: Subject) {
        match subject {
            Subject::Scope(_, scope) => self.ask(Some(scope), Why::Again),
            Subject::Bucket(_, scope, bucket) => self.agenda.ask_bucket(scope, bucket, Why::Again),
            Subject::Live(_) => self.ask(None, Why::Again),
        }
    }

    /// Answers what is due; `first` is told of everything that is published for the first time.
    pub(in crate::fold) fn answer(
        &mut self,
        asking: &Asking<'_>,
        pass: &mut Pass,
        first: &mut dyn FnMut(Millis, Option<Scope>),
    ) {
        if self.agenda.is_empty() {
            return;
        }
        let before = asking.board.account(&self.name).unwrap_or_default();
        self.answer_scopes(asking, &before, pass, first);
        self.answer_buckets(asking, pass);
        if let Some(why) = self.agenda.live.take() {
            self.answer_live(why, asking, &before, pass, first);
        }
    }

    fn answer_scopes(
        &mut self,
        asking: &Asking<'_>,
        before: &AccountView,
        pass: &mut Pass,
        first: &mut dyn FnMut(Millis, Option<Scope>),
    ) {
        let due = self.agenda.take_scopes(asking.agents);
        let named = self.policies.at(asking.now).agent_metrics;
        let mut at_once = self.ask_at_once(&due, asking.board.windows());
        let running = if due.is_empty() { Running::default() } else { self.account.running() };
        for (scope, why) in due {
            let known = self.ledger.scopes.get(&scope).copied();
            if scope.agent.is_some() && !named {
                if known.is_some() {
                    self.forget_scope(scope, pass);
                }
                continue;
            }
            let asked = at_once.remove(&scope);
            let metrics = asked.unwrap_or_else(|| self.account.window_metrics(&scope, asking.board.windows()));
            let zero = metrics.iter().all(Metrics::is_zero);
            let same = before.scopes(scope.kind()).get(&scope).is_some_and(|view| *view.metrics == *metrics);
            match decide(why, known, same, zero, asking.now) {
                Decision::Skip => {}
                Decision::Forget => self.forget_scope(scope, pass),
                Decision::Publish => {
                    if known.is_none() {
                        first(asking.now, Some(scope.clone()));
                    }
                    self.ledger.scopes.insert(scope.clone(), Published::then(known, asking.now, zero));
                    let rates = self.account.rates(&scope, &running);
                    let (as_of, revision, active) = (asking.now, asking.revision, self.account.active(&scope));
                    let view = ScopeView { as_of, revision, metrics: metrics.into(), rates, active };
                    pass.scopes.push(ScopeUpdate { account: self.name.clone(), scope, view: Some(Arc::new(view)) });
                }
            }
        }
    }

    /// All scopes of those kinds of which many are due: cheaper than one by one.
    fn ask_at_once(&self, due: &BTreeMap<Scope, Why>, windows: &[u32]) -> BTreeMap<Scope, Vec<Metrics>> {
        let many = |kind: &ScopeKind| due.keys().filter(|scope| scope.kind() == *kind).count() >= ASK_ALL_FROM;
        let kinds = KINDS.into_iter().filter(many);
        kinds.flat_map(|kind| self.account.all_window_metrics(kind, windows)).collect()
    }

    fn forget_scope(&mut self, scope: Scope, pass: &mut Pass) {
        self.ledger.scopes.remove(&scope);
        pass.scopes.push(ScopeUpdate { account: self.name.clone(), scope, view: None });
    }

    fn answer_buckets(&mut self, asking: &Asking<'_>, pass: &mut Pass) {
        let named = self.policies.at(asking.now).agent_metrics;
        let mut by_bucket: BTreeMap<Bucket, Vec<(Scope, Why)>> = BTreeMap::new();
        for ((scope, bucket), why) in self.agenda.take_buckets(asking.agents) {
            if is_closed(bucket, asking.now) && (scope.agent.is_none() || named) {
                by_bucket.entry(bucket).or_default().push((scope, why));
            }
        }
        for (bucket, asked) in by_bucket {
            let scopes: Vec<&Scope> = asked.iter().map(|(scope, _)| scope).collect();
            let metrics = self.account.all_bucket_metrics(&scopes, bucket);
            for ((scope, why), metrics) in asked.into_iter().zip(metrics) {
                if why > Why::Moved || !metrics.is_zero() {
                    pass.buckets.push(BucketUpdate { account: self.name.clone(), scope, bucket, metrics });
                }
            }
        }
    }

    fn answer_live(
        &mut self,
        why: Why,
        asking: &Asking<'_>,
        before: &AccountView,
        pass: &mut Pass,
        first: &mut dyn FnMut(Millis, Option<Scope>),
    ) {
        let live = self.account.live();
        let zero = is_zero(&live);
        let same = before.live.as_ref().is_some_and(|view| same_state(&view.live, &live));
        let account = self.name.clone();
        match decide(why, self.ledger.live, same, zero, asking.now) {
            Decision::Skip => {}
            Decision::Forget => {
                self.ledger.live = None;
                pass.lives.push(LiveUpdate { account, view: None });
            }
            Decision::Publish => {
                if self.ledger.live.is_none() {
                    first(asking.now, None);
                }
                self.ledger.live = Some(Published::then(self.ledger.live, asking.now, zero));
                let view = LiveView { as_of: asking.now, revision: asking.revision, live };
                pass.lives.push(LiveUpdate { account, view: Some(Arc::new(view)) });
            }
        }
    }
}

fn is_zero(live: &Live) -> bool {
    *live == Live::default()
}

/// Whether nothing but ages differs: growth alone is no change.
fn same_state(before: &Live, now: &Live) -> bool {
    let ageless = |live: &Live| {
        let mut live = live.clone();
        live.longest_waiting.iter_mut().for_each(|waiting| waiting.age_ms = 0);
        live
    };
    ageless(before) == ageless(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::answers::live::Waiting;

    #[test]
    fn a_wait_that_only_grows_is_the_same_state() {
        let waiting = |age_ms| {
            let longest_waiting = vec![Waiting { conversation: "c".into(), since: 5, age_ms }];
            Live { open: 1, waiting: 1, longest_waiting, ..Live::default() }
        };
        assert!(same_state(&waiting(10), &waiting(20)));
        assert!(!same_state(&waiting(10), &Live { open: 2, ..waiting(10) }));
        assert!(is_zero(&Live::default()) && !is_zero(&waiting(1)));
    }
}
