//! What readers see: the latest numbers of every account, each as of one moment.
//!
//! The passes put their answers here; the publisher, `/metrics` and the API read them, or ask for others. Everything
//! is behind an `Arc`: a reader takes what it needs in microseconds and computes outside any lock, so that the fold never
//! waits for it.

mod inquiries;
mod outbox;
mod pass;
mod reception;
mod said_lately;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use dashmap::DashMap;
use foldhash::fast::FixedState;
use tokio::sync::watch;

pub use inquiries::{Found, Inquiries, Inquiry, Unanswered};
pub use outbox::Outbox;
pub use pass::{BucketUpdate, LiveUpdate, LiveView, Pass, ScopeUpdate, ScopeView, Subject};
pub use reception::Reception;
pub use said_lately::SaidLately;

use crate::domain::compact::small_map::SmallMap;
use crate::domain::event::Millis;
use crate::domain::scope::{Scope, ScopeKind};

/// No moment at all.
const NEVER: Millis = Millis::MIN;

/// The latest of every account.
#[derive(Debug)]
pub struct Board {
    windows: Arc<[u32]>,
    accounts: DashMap<Arc<str>, Arc<AccountView>, FixedState>,
    receptions: DashMap<Arc<str>, Arc<Reception>, FixedState>,
    as_of: AtomicI64,
    revision: AtomicU64,
    /// `NEVER` where nothing is missing.
    complete_since: AtomicI64,
    /// Told of every pass.
    passed: watch::Sender<()>,
}

/// The latest of one account. Its parts may be as of different moments: a scope is asked again when it changes, and
/// tells by itself how it grows meanwhile ([`ScopeView::window_at`], [`LiveView::at`]).
#[derive(Debug, Clone, Default)]
pub struct AccountView {
    /// The live state; absent before the first pass that has it.
    pub live: Option<Arc<LiveView>>,
    /// One map per kind of scope: most passes touch the small ones. Absent where there is no scope.
    scopes: [Option<Arc<ScopeViews>>; 4],
}

/// The latest of the scopes of one kind, by skill, agent.
pub type ScopeViews = SmallMap<Scope, Arc<ScopeView>>;

impl AccountView {
    /// Every scope of a kind, sorted by skill, agent.
    #[must_use]
    pub fn scopes(&self, kind: ScopeKind) -> &ScopeViews {
        static NONE: ScopeViews = ScopeViews::new();
        self.scopes[kind as usize].as_deref().unwrap_or(&NONE)
    }

    fn put(&mut self, scope: &Scope, view: Option<&Arc<ScopeView>>) {
        let of_kind = &mut self.scopes[scope.kind() as usize];
        let scopes = Arc::make_mut(of_kind.get_or_insert_default());
        match view {
            Some(view) => scopes.insert(scope.clone(), view.clone()),
            None => _ = scopes.remove(scope),
        }
        if scopes.is_empty() {
            *of_kind = None;
        }
    }

    fn is_empty(&self) -> bool {
        self.live.is_none() && self.scopes.iter().all(Option::is_none)
    }
}

impl Board {
    /// An empty board for these rolling windows (minutes).
    #[must_use]
    pub fn new(windows: &[u32]) -> Self {
        let (as_of, revision, complete_since) = (AtomicI64::new(0), AtomicU64::new(0), AtomicI64::new(NEVER));
        let (accounts, receptions) = (DashMap::default(), DashMap::default());
        let (windows, passed) = (Arc::from(windows), watch::Sender::new(()));
        Self { windows, accounts, receptions, as_of, revision, complete_since, passed }
    }

    /// The rolling windows (minutes), in the order of every view's metrics.
    #[must_use]
    pub fn windows(&self) -> &[u32] {
        &self.windows
    }

    /// The moment of the latest pass; 0 before the first.
    #[must_use]
    pub fn as_of(&self) -> Millis {
        self.as_of.load(Ordering::Acquire)
    }

    /// The revision of the latest pass.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision.load(Ordering::Acquire)
    }

    /// From when on everything has been read, where something before it was gone.
    #[must_use]
    pub fn complete_since(&self) -> Option<Millis> {
        Some(self.complete_since.load(Ordering::Acquire)).filter(|since| *since != NEVER)
    }

    /// The latest of one account.
    #[must_use]
    pub fn account(&self, account: &str) -> Option<Arc<AccountView>> {
        self.accounts.get(account).map(|view| view.clone())
    }

    /// The latest of every account, sorted by id.
    #[must_use]
    pub fn accounts(&self) -> Vec<(Arc<str>, Arc<AccountView>)> {
        let mut accounts: Vec<_> =
            self.accounts.iter().map(|entry| (entry.key().clone(), entry.value().clone())).collect();
        accounts.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        accounts
    }

    /// Tells that a pass was put up since it was asked last. Who is slow is told once of many.
    #[must_use]
    pub fn passes(&self) -> watch::Receiver<()> {
        self.passed.subscribe()
    }

    /// Where an account is asked.
    #[must_use]
    pub fn reception(&self, account: &str) -> Option<Arc<Reception>> {
        self.receptions.get(account).map(|reception| reception.clone())
    }

    /// The accounts with such an id that can be asked, sorted.
    #[must_use]
    pub fn asked(&self, wants: impl Fn(&str) -> bool) -> Vec<Arc<str>> {
        let ids = self.receptions.iter().filter(|entry| wants(entry.key())).map(|entry| entry.key().clone());
        let mut ids: Vec<Arc<str>> = ids.collect();
        ids.sort_unstable();
        ids
    }

    /// Where an account is asked from now on, of which there was no view yet.
    pub fn open_reception(&self, account: &Arc<str>, reception: Arc<Reception>) {
        self.receptions.insert(account.clone(), reception);
    }

    /// Puts a pass up: what it does not name stays as it was.
    pub fn put(&self, pass: &Pass) {
        // A pass says of an account after the other what there is of each: mostly both.
        let mut lives = pass.lives.iter().peekable();
        for scopes in pass.scopes.chunk_by(|a, b| a.account == b.account) {
            let account = &scopes[0].account;
            let live = lives.next_if(|live| live.account == *account);
            self.change(account, |view| {
                scopes.iter().for_each(|update| view.put(&update.scope, update.view.as_ref()));
                live.into_iter().for_each(|update| view.live.clone_from(&update.view));
            });
        }
        for update in lives {
            self.change(&update.account, |view| view.live.clone_from(&update.view));
        }
        // First, so that nobody who is answered takes for whole what is not.
        self.complete_since.store(pass.complete_since.unwrap_or(NEVER), Ordering::Release);
        self.as_of.store(pass.as_of, Ordering::Release);
        self.revision.store(pass.revision, Ordering::Release);
        self.passed.send_replace(());
    }

    /// Changes what nobody reads in its place, and a copy of what somebody does. Who looks meanwhile waits for it, so that
    /// no reader sees half a pass of an account's scopes.
    fn change(&self, account: &Arc<str>, change: impl FnOnce(&mut AccountView)) {
        let mut view = self.accounts.entry(account.clone()).or_default();
        let now = Arc::make_mut(view.value_mut());
        change(now);
        let is_empty = now.is_empty();
        drop(view);
        if is_empty {
            self.accounts.remove(account);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::answers::metrics::Metrics;
    use crate::domain::answers::rates::Rates;

    fn scope(skill: &str) -> Scope {
        Scope { skill: (!skill.is_empty()).then(|| skill.to_owned()), agent: None }
    }

    fn update(account: &str, skill: &str, closed: Option<u64>) -> ScopeUpdate {
        let metrics = |closed| vec![Metrics { closed, ..Metrics::default() }].into();
        let view = |closed| {
            let (rates, active) = (Rates::default(), None);
            Arc::new(ScopeView { as_of: 5, revision: 1, metrics: metrics(closed), rates, active })
        };
        let view = closed.map(view);
        ScopeUpdate { account: Arc::from(account), scope: scope(skill), view }
    }

    fn pass(as_of: Millis, scopes: Vec<ScopeUpdate>) -> Pass {
        Pass { as_of, revision: as_of as u64, scopes, ..Pass::default() }
    }

    fn closed(board: &Board, account: &str, skill: &str) -> Option<u64> {
        let scope = scope(skill);
        Some(board.account(account)?.scopes(scope.kind()).get(&scope)?.metrics[0].closed)
    }

    #[test]
    fn a_pass_changes_what_it_names_and_nothing_else() {
        let board = Board::new(&[60]);
        board.put(&pass(5, vec![update("a", "", Some(1)), update("a", "s", Some(2)), update("b", "", Some(3))]));
        board.put(&pass(6, vec![update("a", "s", Some(9))]));
        assert_eq!(closed(&board, "a", ""), Some(1));
        assert_eq!(closed(&board, "a", "s"), Some(9));
        assert_eq!(closed(&board, "b", ""), Some(3));
        assert_eq!((board.as_of(), board.revision()), (6, 6));
    }

    #[test]
    fn who_waits_for_passes_is_told_once_of_those_that_came_meanwhile() {
        let board = Board::new(&[60]);
        let mut passes = board.passes();
        assert!(!passes.has_changed().expect("the board is there"));
        board.put(&pass(5, Vec::new()));
        board.put(&pass(6, Vec::new()));
        assert!(passes.has_changed().expect("the board is there"));
        passes.mark_unchanged();
        assert_eq!(board.as_of(), 6);
    }

    #[test]
    fn what_a_reader_took_stays_as_it_was() {
        let board = Board::new(&[60]);
        board.put(&pass(5, vec![update("a", "", Some(1))]));
        let taken = board.account("a").expect("just put");
        board.put(&pass(6, vec![update("a", "", Some(2))]));
        assert_eq!(taken.scopes(ScopeKind::Account)[&scope("")].metrics[0].closed, 1);
    }

    #[test]
    fn a_tombstone_takes_a_scope_off_and_the_last_one_the_account() {
        let board = Board::new(&[60]);
        board.put(&pass(5, vec![update("a", "", Some(0)), update("a", "s", Some(0))]));
        board.put(&pass(6, vec![update("a", "s", None)]));
        assert_eq!(closed(&board, "a", "s"), None);
        assert_eq!(board.accounts().len(), 1);
        board.put(&pass(7, vec![update("a", "", None)]));
        assert!(board.accounts().is_empty());
    }
}
