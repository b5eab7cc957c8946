//! One account in the passes: its answers, what is to be asked of them, and what of them is on the topics.

use std::sync::Arc;
use std::thread;

use crate::board::{
    AccountView, Board, BucketUpdate, LiveUpdate, LiveView, Pass, Reception, SaidLately, ScopeUpdate, ScopeView,
};
use crate::domain::answers::live::Live;
use crate::domain::answers::metrics::Metrics;
use crate::domain::answers::windows::Over;
use crate::domain::answers::{Answers, PerWindow};
use crate::domain::bucket::Bucket;
use crate::domain::day::view::View;
use crate::domain::day::window::Windows;
use crate::domain::event::Millis;
use crate::domain::scope::{ScopeId, ScopeKind};

use super::PassSettings;
use super::agenda::{Agenda, Decision, Ledger, Published, Reason, decide};
use super::cadence::is_closed;

/// How many scopes of agents are asked at most before accounts and skills have their turn again.
const AGENTS_AT_ONCE: usize = 250;

/// An account and its place in the passes.
#[derive(Debug)]
pub(super) struct AccountInPass {
    pub(super) name: Arc<str>,
    pub(super) ledger: Ledger,
    /// Where its answers are.
    reception: Arc<Reception>,
    /// While nothing is summed: the scopes with anything that are not in the ledger.
    others: Box<[ScopeId]>,
    /// Which kinds of scope have bucket records.
    buckets: [bool; 4],
    agenda: Agenda,
}

/// What a pass asks of every account.
#[derive(Debug)]
pub(super) struct PassQuestion<'a> {
    pub(super) now: Millis,
    pub(super) revision: u64,
    pub(super) windows: &'a Windows,
    /// Where the answers before are.
    pub(super) board: &'a Board,
}

/// What a pass has besides its answers.
pub(super) struct PassMemory<'a> {
    /// Told of everything that is published for the first time.
    pub(super) first: &'a mut dyn FnMut(Millis, Option<ScopeId>),
    /// Numbers for equal ones to share.
    pub(super) said: &'a mut SaidLately<PerWindow>,
    /// The same of single buckets.
    pub(super) said_of_buckets: &'a mut SaidLately<Arc<Metrics>>,
    /// For those who ask meanwhile.
    pub(super) courtesy: &'a mut Courtesy,
}

/// Lets others go first now and then: whoever asks for something short does not wait for a whole pass.
#[derive(Debug, Default)]
pub(super) struct Courtesy {
    /// Scopes of small accounts answered since.
    small: usize,
}

impl Courtesy {
    /// Letting others go costs about a microsecond, and such a scope not much more: so many of them do it together.
    const TOGETHER: usize = 8;

    fn let_others_go(&mut self, is_small: bool) {
        self.small += usize::from(is_small);
        if !is_small || self.small >= Self::TOGETHER {
            self.small = 0;
            thread::yield_now();
        }
    }
}

impl AccountInPass {
    pub(super) fn new(name: Arc<str>, view: Box<View>, revision: u64, settings: &PassSettings) -> Self {
        let buckets = settings.buckets;
        let names_agent_buckets = buckets[ScopeKind::Agent as usize] || buckets[ScopeKind::AgentSkill as usize];
        let reception = Arc::new(Reception::new(view, revision, names_agent_buckets));
        let (ledger, mut agenda) = (Ledger::default(), Agenda::new(settings.agent_interval_ms));
        reception.change(|answers| agenda.add(answers.drain_changes(), &buckets, &ledger, answers.now()));
        Self { name, ledger, reception, others: Box::default(), buckets, agenda }
    }

    /// Where it is asked.
    pub(super) fn reception(&self) -> &Arc<Reception> {
        &self.reception
    }

    /// Takes up what changed.
    pub(super) fn renew(&mut self, view: Box<View>, revision: u64) {
        let now = view.now;
        let changes = self.reception.renew(view, revision);
        self.agenda.add(changes, &self.buckets, &self.ledger, now);
    }

    /// Lets go of what is summed, where it is soon made anew. Where agents are not named the ledger tells nothing of them, so
    /// that what is summed must.
    fn rest(&mut self) {
        let others = self.newest(|answers| {
            if !answers.are_soon_made() || !answers.view().policy().agent_metrics {
                return None;
            }
            let scopes = ScopeKind::ALL.into_iter().flat_map(|kind| answers.scope_ids(kind));
            Some(scopes.filter(|scope| self.ledger.scopes.get(scope).is_none()).collect())
        });
        if let Some(others) = others {
            self.others = others;
            self.reception.rest();
        }
    }

    /// Asks as of the newest that is known.
    fn newest<T>(&self, question: impl FnOnce(&Answers) -> T) -> T {
        self.reception.ask(Millis::MIN, question)
    }

    /// Since when the scope has waited that waits longest.
    pub(super) fn waiting_since(&self) -> Option<Millis> {
        self.agenda.waiting_since()
    }

    /// Whether there is something to say of an agent who is due at `now`.
    pub(super) fn are_agents_due(&self, now: Millis) -> bool {
        self.agenda.are_agents_due(now)
    }

    /// Every scope there is something to say of, or was.
    pub(super) fn all_scopes(&self, kind: ScopeKind) -> Vec<ScopeId> {
        let mut scopes = match self.reception.is_resting() {
            false => self.newest(|answers| answers.scope_ids(kind)),
            true => self.others.iter().filter(|scope| scope.kind() == kind).copied().collect(),
        };
        scopes.extend(self.ledger.scopes.keys().filter(|scope| scope.kind() == kind));
        scopes.sort_unstable();
        scopes.dedup();
        scopes
    }

    /// Asks for a scope, or for the live state.
    pub(super) fn ask(&mut self, scope: Option<ScopeId>, reason: Reason, now: Millis) {
        match scope {
            Some(scope) => self.agenda.ask(scope, reason, &self.ledger, now),
            None => self.agenda.live = self.agenda.live.max(Some(reason)),
        }
    }

    /// Asks for what a bucket's end may have changed of a scope.
    pub(super) fn sweep(&mut self, scope: ScopeId, ended: &[Bucket], now: Millis) {
        if self.buckets[scope.kind() as usize] {
            for bucket in ended {
                self.agenda.ask_bucket(scope, *bucket, Reason::Moved);
            }
        }
        self.agenda.ask(scope, Reason::Moved, &self.ledger, now);
    }

    /// Has the record of a scope, or of one bucket of it, made again.
    pub(super) fn give_back(&mut self, scope: &crate::domain::scope::Scope, bucket: Option<Bucket>, now: Millis) {
        let Some(scope) = self.newest(|answers| answers.view().names.find(scope)) else { return };
        match bucket {
            Some(bucket) => self.agenda.ask_bucket(scope, bucket, Reason::Again),
            None => self.agenda.ask(scope, Reason::Again, &self.ledger, now),
        }
    }

    /// Answers what is due.
    pub(super) fn answer(&mut self, question: &PassQuestion<'_>, pass: &mut Pass, memory: &mut PassMemory<'_>) {
        let due = self.take_due(question);
        if !due.is_empty() {
            self.reception.change(|answers| answers.pass_time(question.now));
            let reception = self.reception.clone();
            reception.ask(Millis::MIN, |answers| self.answer_due(answers, due, question, pass, memory));
        }
        if !self.reception.is_resting() {
            self.rest();
        }
    }

    fn answer_due(
        &mut self,
        answers: &Answers,
        due: Due,
        question: &PassQuestion<'_>,
        pass: &mut Pass,
        memory: &mut PassMemory<'_>,
    ) {
        let before = question.board.account(&self.name).unwrap_or_default();
        let named = due.scopes.into_iter().filter(|(scope, _)| self.is_named(answers, *scope, pass));
        let named: Vec<(ScopeId, Reason)> = named.collect();
        let scopes: Vec<ScopeId> = named.iter().map(|(scope, _)| *scope).collect();
        let is_small = answers.are_soon_made();
        for (asked, over) in named.iter().zip(answers.over_all(&scopes, question.windows)) {
            self.answer_scope(answers, *asked, over, question, &before, pass, memory);
            memory.courtesy.let_others_go(is_small);
        }
        self.answer_buckets(answers, due.buckets, pass, memory);
        if let Some(reason) = due.live {
            self.answer_live(answers, reason, question, &before, pass, memory);
        }
    }

    fn take_due(&mut self, question: &PassQuestion<'_>) -> Due {
        if self.agenda.is_empty() {
            return Due::default();
        }
        let mut scopes = self.agenda.take_scopes();
        scopes.extend(self.agenda.take_agents(AGENTS_AT_ONCE, question.now));
        let buckets = self.agenda.take_buckets(|bucket| is_closed(bucket, question.now));
        Due { scopes, buckets, live: self.agenda.live.take() }
    }

    /// Whether a scope is named to anybody; one that no longer is is forgotten.
    fn is_named(&mut self, answers: &Answers, scope: ScopeId, pass: &mut Pass) -> bool {
        let is_named = !scope.is_of_agent() || answers.view().policy().agent_metrics;
        if !is_named && self.ledger.scopes.get(&scope).is_some() {
            self.forget_scope(answers, scope, pass);
        }
        is_named
    }

    #[expect(clippy::too_many_arguments, reason = "what is asked, of what, and where the answer goes")]
    fn answer_scope(
        &mut self,
        answers: &Answers,
        (scope, reason): (ScopeId, Reason),
        over: Over,
        question: &PassQuestion<'_>,
        before: &AccountView,
        pass: &mut Pass,
        memory: &mut PassMemory<'_>,
    ) {
        let known = self.ledger.scopes.get(&scope).copied();
        let Over { metrics, active } = over;
        let name = answers.view().names.scope(scope);
        let zero = metrics.iter().all(Metrics::is_zero);
        let same = before.scopes(scope.kind()).get(&name).is_some_and(|view| view.metrics == metrics);
        match decide(reason, known, same, zero, question.now) {
            Decision::Skip => {}
            Decision::Forget => self.forget_scope(answers, scope, pass),
            Decision::Publish => {
                if known.is_none() {
                    (memory.first)(question.now, Some(scope));
                }
                self.ledger.scopes.insert(scope, Published::then(known, question.now, zero));
                let rates = answers.rates(scope);
                let (as_of, revision, metrics) = (question.now, question.revision, memory.said.share(metrics));
                let view = ScopeView { as_of, revision, metrics, rates, active };
                pass.scopes.push(ScopeUpdate { account: self.name.clone(), scope: name, view: Some(Arc::new(view)) });
            }
        }
    }

    fn forget_scope(&mut self, answers: &Answers, scope: ScopeId, pass: &mut Pass) {
        self.ledger.scopes.remove(&scope);
        let scope = answers.view().names.scope(scope);
        pass.scopes.push(ScopeUpdate { account: self.name.clone(), scope, view: None });
    }

    fn answer_buckets(
        &self,
        answers: &Answers,
        due: Vec<((Bucket, ScopeId), Reason)>,
        pass: &mut Pass,
        memory: &mut PassMemory<'_>,
    ) {
        let named = answers.view().policy().agent_metrics;
        for ((bucket, scope), reason) in due.into_iter().filter(|((_, scope), _)| named || !scope.is_of_agent()) {
            let metrics = answers.in_bucket(scope, bucket);
            if reason > Reason::Moved || !metrics.is_zero() {
                let scope = answers.view().names.scope(scope);
                let metrics = memory.said_of_buckets.share(Arc::new(metrics));
                pass.buckets.push(BucketUpdate { account: self.name.clone(), scope, bucket, metrics });
            }
        }
    }

    fn answer_live(
        &mut self,
        answers: &Answers,
        reason: Reason,
        question: &PassQuestion<'_>,
        before: &AccountView,
        pass: &mut Pass,
        memory: &mut PassMemory<'_>,
    ) {
        let live = answers.live();
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
                    (memory.first)(question.now, None);
                }
                self.ledger.live = Some(Published::then(self.ledger.live, question.now, zero));
                let view = LiveView { as_of: question.now, revision: question.revision, live };
                pass.lives.push(LiveUpdate { account, view: Some(Arc::new(view)) });
            }
        }
    }
}

/// What of an account is to be answered in a pass.
#[derive(Debug, Default)]
struct Due {
    scopes: Vec<(ScopeId, Reason)>,
    buckets: Vec<((Bucket, ScopeId), Reason)>,
    live: Option<Reason>,
}

impl Due {
    fn is_empty(&self) -> bool {
        self.scopes.is_empty() && self.buckets.is_empty() && self.live.is_none()
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
