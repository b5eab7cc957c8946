//! What to say of the accounts, and when: what changed, what time moved, and what is due again.
//!
//! Passes are made beside the fold, from what it hands over: on another thread, at their own pace. A pass answers, decides
//! what is news, and puts it on the board; the publisher takes it from there.

pub mod agenda;
pub mod cadence;
mod member;
mod repeats;
mod sweep;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::board::{Board, Pass, Subject};
use crate::domain::day::view::View;
use crate::domain::event::Millis;

use super::handover::Handover;
use agenda::Reason;
use cadence::Pace;
use member::{AccountInPass, PassQuestion};
use repeats::Repeats;
use sweep::Sweep;

/// What is said, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassSettings {
    /// How often agent records may be published.
    pub agent_interval_ms: Millis,
    /// After how long an unchanged record is published again at the latest.
    pub republish_after_ms: Millis,
    /// Which kinds of scope have bucket records: account, skill, agent, agent within a skill.
    pub buckets: [bool; 4],
}

impl Default for PassSettings {
    /// As SPEC §6 has it.
    fn default() -> Self {
        Self { agent_interval_ms: 5_000, republish_after_ms: 300_000, buckets: [true, true, false, false] }
    }
}

/// The accounts as the passes know them.
#[derive(Debug)]
pub struct Passes {
    settings: PassSettings,
    board: Arc<Board>,
    accounts: Vec<AccountInPass>,
    /// Where each account of the fold is in `accounts`.
    places: HashMap<usize, usize, foldhash::fast::FixedState>,
    /// The same by id.
    ids: HashMap<Arc<str>, usize, foldhash::fast::FixedState>,
    agent_pace: Pace,
    last_pass: Option<Millis>,
    sweep: Sweep,
    repeats: Repeats,
    /// Of the records folded since the last pass that said something.
    oldest_record: Option<Millis>,
}

impl Passes {
    /// Passes onto a board, whose windows they ask for.
    #[must_use]
    pub fn new(settings: PassSettings, board: Arc<Board>) -> Self {
        Self {
            agent_pace: Pace::new(settings.agent_interval_ms),
            repeats: Repeats::new(settings.republish_after_ms),
            settings,
            board,
            accounts: Vec::new(),
            places: HashMap::default(),
            ids: HashMap::default(),
            last_pass: None,
            sweep: Sweep::default(),
            oldest_record: None,
        }
    }

    /// Answers what changed and what is due, puts it on the board and gives it back for publishing; nothing if nothing is
    /// to be said.
    pub fn pass(&mut self, handover: Handover) -> Option<Arc<Pass>> {
        let Handover { now, revision, oldest_record, views } = handover;
        self.oldest_record = self.oldest_record.into_iter().chain(oldest_record).min();
        self.take_up(views);
        self.plan(now);
        let pass = Arc::new(self.answer(now, revision));
        self.board.put(&pass);
        (!pass.is_empty()).then_some(pass)
    }

    /// How long the scope has waited, at the last pass, that waits longest to be said anew. Agents wait for their interval.
    #[must_use]
    pub fn behind_ms(&self) -> Millis {
        let since = self.accounts.iter().filter_map(AccountInPass::waiting_since).min();
        self.last_pass.zip(since).map_or(0, |(now, since)| (now - since).max(0))
    }

    /// Has records made again that could not be published.
    pub fn give_back(&mut self, failed: BTreeSet<Subject>) {
        for subject in failed {
            let (Subject::Scope(id, _) | Subject::Bucket(id, ..) | Subject::Live(id)) = &subject;
            let Some(account) = self.ids.get(id).map(|&place| &mut self.accounts[place]) else { continue };
            match &subject {
                Subject::Scope(_, scope) => account.give_back(scope, None),
                Subject::Bucket(_, scope, bucket) => account.give_back(scope, Some(*bucket)),
                Subject::Live(_) => account.ask(None, Reason::Again),
            }
        }
    }

    fn take_up(&mut self, views: BTreeMap<usize, (Arc<str>, View)>) {
        for (number, (id, view)) in views {
            match self.places.get(&number) {
                Some(&place) => self.accounts[place].renew(view),
                None => self.join(number, id, view),
            }
        }
    }

    fn join(&mut self, number: usize, id: Arc<str>, view: View) {
        self.places.insert(number, self.accounts.len());
        self.ids.insert(id.clone(), self.accounts.len());
        self.accounts.push(AccountInPass::new(id, view, self.settings.buckets));
    }

    /// Asks for what time alone has moved, and for what is due again.
    fn plan(&mut self, now: Millis) {
        if let Some(before) = self.last_pass {
            self.sweep.begin_if_moved(before, now, self.board.windows(), &self.accounts);
            for (place, scope) in self.sweep.take_share(before, now) {
                self.accounts[place].sweep(scope, self.sweep.ended());
            }
        }
        for (place, scope) in self.repeats.take_due(now, &self.accounts) {
            self.accounts[place].ask(scope, Reason::Again);
        }
        self.last_pass = Some(now);
    }

    fn answer(&mut self, now: Millis, revision: u64) -> Pass {
        let windows = self.board.windows();
        let question = PassQuestion { now, agents: self.agent_pace.is_due(now), revision, windows };
        let mut pass = Pass { as_of: now, revision, ..Pass::default() };
        for (place, account) in self.accounts.iter_mut().enumerate().filter(|(_, account)| account.has_something_due())
        {
            let before = self.board.account(&account.name).unwrap_or_default();
            account.answer(&question, &before, &mut pass, &mut |at, scope| self.repeats.add(at, place, scope));
        }
        if !pass.is_empty() {
            pass.oldest_record = self.oldest_record.take();
        }
        pass
    }
}
