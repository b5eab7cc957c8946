//! One account in the passes: its answers, what is to be asked of them, and what of them is on the topics.

use std::sync::Arc;

use crate::board::{AccountView, BucketUpdate, LiveUpdate, LiveView, Pass, PerWindow, ScopeUpdate, ScopeView};
use crate::domain::answers::Answers;
use crate::domain::answers::live::Live;
use crate::domain::answers::metrics::Metrics;
use crate::domain::answers::windows::Over;
use crate::domain::bucket::Bucket;
use crate::domain::day::view::View;
use crate::domain::day::window::Windows;
use crate::domain::event::Millis;
use crate::domain::scope::{ScopeId, ScopeKind};

use super::agenda::{Agenda, Decision, Ledger, Published, Reason, decide};
use super::cadence::is_closed;

/// How many scopes of agents one pass asks at most, so that it does not hold up the account and the skills.
const AGENTS_AT_ONCE: usize = 250;

/// How many scopes are answered before it is decided what of them is said: a bound on what is held meanwhile.
const ANSWERED_AT_ONCE: usize = 256;

/// An account and its place in the passes.
#[derive(Debug)]
pub(super) struct AccountInPass {
    pub(super) name: Arc<str>,
    pub(super) ledger: Ledger,
    answers: Answers,
    /// Which kinds of scope have bucket records.
    buckets: [bool; 4],
    agenda: Agenda,
}

/// What a pass asks of every account.
#[derive(Debug)]
pub(super) struct PassQuestion<'a> {
    pub(super) now: Millis,
    /// Whether the interval of agents has come.
    pub(super) agents: bool,
    pub(super) revision: u64,
    pub(super) windows: &'a [u32],
}

impl AccountInPass {
    pub(super) fn new(name: Arc<str>, view: View, buckets: [bool; 4]) -> Self {
        let of_agents = buckets[ScopeKind::Agent as usize] || buckets[ScopeKind::AgentSkill as usize];
        let answers = Answers::new(view, of_agents);
        let mut new = Self { name, ledger: Ledger::default(), answers, buckets, agenda: Agenda::default() };
        new.take_up_changes();
        new
    }

    /// Takes up what changed.
    pub(super) fn renew(&mut self, view: View) {
        self.answers.renew(view);
        self.take_up_changes();
    }

    fn take_up_changes(&mut self) {
        self.agenda.add(self.answers.drain_changes(), &self.buckets, self.answers.now());
    }

    /// Since when the scope has waited that waits longest.
    pub(super) fn waiting_since(&self) -> Option<Millis> {
        self.agenda.waiting_since()
    }

    /// Every scope there is something to say of, or was.
    pub(super) fn all_scopes(&self, kind: ScopeKind) -> Vec<ScopeId> {
        let mut scopes = self.answers.scope_ids(kind);
        scopes.extend(self.ledger.scopes.keys().filter(|scope| scope.kind() == kind));
        scopes.sort_unstable();
        scopes.dedup();
        scopes
    }

    /// Asks for a scope, or for the live state.
    pub(super) fn ask(&mut self, scope: Option<ScopeId>, reason: Reason) {
        match scope {
            Some(scope) => self.agenda.ask(scope, reason, self.answers.now()),
            None => self.agenda.live = self.agenda.live.max(Some(reason)),
        }
    }

    /// Asks for what a bucket's end may have changed of a scope.
    pub(super) fn sweep(&mut self, scope: ScopeId, ended: &[Bucket]) {
        if self.buckets[scope.kind() as usize] {
            for bucket in ended {
                self.agenda.ask_bucket(scope, *bucket, Reason::Moved);
            }
        }
        self.agenda.ask(scope, Reason::Moved, self.answers.now());
    }

    /// Has the record of a scope, or of one bucket of it, made again.
    pub(super) fn give_back(&mut self, scope: &crate::domain::scope::Scope, bucket: Option<Bucket>) {
        let Some(scope) = self.answers.view().names.find(scope) else { return };
        match bucket {
            Some(bucket) => self.agenda.ask_bucket(scope, bucket, Reason::Again),
            None => self.agenda.ask(scope, Reason::Again, self.answers.now()),
        }
    }

    /// Whether anything waits to be answered.
    pub(super) fn has_something_due(&self) -> bool {
        !self.agenda.is_empty()
    }

    /// Answers what is due; `first` is told of everything that is published for the first time.
    pub(super) fn answer(
        &mut self,
        question: &PassQuestion<'_>,
        before: &AccountView,
        pass: &mut Pass,
        first: &mut dyn FnMut(Millis, Option<ScopeId>),
    ) {
        self.answers.pass_time(question.now);
        if question.agents {
            self.agenda.agents_are_due(&self.ledger);
        }
        let mut due = self.agenda.take_scopes();
        due.extend(self.agenda.take_agents(AGENTS_AT_ONCE));
        let windows = Windows::at(question.now, question.windows);
        due.retain(|(scope, _)| self.is_named(*scope, pass));
        for some in due.chunks(ANSWERED_AT_ONCE) {
            let scopes: Vec<ScopeId> = some.iter().map(|(scope, _)| *scope).collect();
            let over = self.answers.over_all(&scopes, &windows);
            for ((scope, reason), over) in some.iter().zip(over) {
                self.answer_scope((*scope, *reason), over, question, before, pass, first);
            }
        }
        self.answer_buckets(question, pass);
        if let Some(reason) = self.agenda.live.take() {
            self.answer_live(reason, question, before, pass, first);
        }
    }

    /// Whether a scope is named to anybody; one that no longer is is forgotten.
    fn is_named(&mut self, scope: ScopeId, pass: &mut Pass) -> bool {
        let is_named = !scope.is_of_agent() || self.answers.view().policy().agent_metrics;
        if !is_named && self.ledger.scopes.contains_key(&scope) {
            self.forget_scope(scope, pass);
        }
        is_named
    }

    fn answer_scope(
        &mut self,
        (scope, reason): (ScopeId, Reason),
        over: Over,
        question: &PassQuestion<'_>,
        before: &AccountView,
        pass: &mut Pass,
        first: &mut dyn FnMut(Millis, Option<ScopeId>),
    ) {
        let known = self.ledger.scopes.get(&scope).copied();
        let (metrics, active) = (PerWindow::from(over.metrics), over.active);
        let zero = metrics.iter().all(Metrics::is_zero);
        let name = self.answers.view().names.scope(scope);
        let same = before.scopes(scope.kind()).get(&name).is_some_and(|view| view.metrics == metrics);
        match decide(reason, known, same, zero, question.now) {
            Decision::Skip => {}
            Decision::Forget => self.forget_scope(scope, pass),
            Decision::Publish => {
                if known.is_none() {
                    first(question.now, Some(scope));
                }
                self.ledger.scopes.insert(scope, Published::then(known, question.now, zero));
                let rates = self.answers.rates(scope);
                let (as_of, revision) = (question.now, question.revision);
                let view = ScopeView { as_of, revision, metrics, rates, active };
                pass.scopes.push(ScopeUpdate { account: self.name.clone(), scope: name, view: Some(Arc::new(view)) });
            }
        }
    }

    fn forget_scope(&mut self, scope: ScopeId, pass: &mut Pass) {
        self.ledger.scopes.remove(&scope);
        let scope = self.answers.view().names.scope(scope);
        pass.scopes.push(ScopeUpdate { account: self.name.clone(), scope, view: None });
    }

    fn answer_buckets(&mut self, question: &PassQuestion<'_>, pass: &mut Pass) {
        let named = self.answers.view().policy().agent_metrics;
        for (bucket, mut asked) in self.agenda.take_buckets(question.agents, |bucket| is_closed(bucket, question.now)) {
            asked.retain(|(scope, _)| named || !scope.is_of_agent());
            let scopes: Vec<ScopeId> = asked.iter().map(|(scope, _)| *scope).collect();
            let metrics = self.answers.in_bucket(&scopes, bucket);
            for ((scope, reason), metrics) in asked.into_iter().zip(metrics) {
                if reason > Reason::Moved || !metrics.is_zero() {
                    let scope = self.answers.view().names.scope(scope);
                    pass.buckets.push(BucketUpdate { account: self.name.clone(), scope, bucket, metrics });
                }
            }
        }
    }

    fn answer_live(
        &mut self,
        reason: Reason,
        question: &PassQuestion<'_>,
        before: &AccountView,
        pass: &mut Pass,
        first: &mut dyn FnMut(Millis, Option<ScopeId>),
    ) {
        let live = self.answers.live();
        let zero = is_zero(&live);
        let same = before.live.as_ref().is_some_and(|view| same_state(&view.live, &live));
        let account = self.name.clone();
        match decide(reason, self.ledger.live, same, zero, question.now) {
            Decision::Skip => {}
            Decision::Forget => {
                self.ledger.live = None;
                pass.lives.push(LiveUpdate { account, view: None });
            }
            Decision::Publish => {
                if self.ledger.live.is_none() {
                    first(question.now, None);
                }
                self.ledger.live = Some(Published::then(self.ledger.live, question.now, zero));
                let view = LiveView { as_of: question.now, revision: question.revision, live };
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
