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

use crate::board::{Board, Pass, SaidLately, Subject};
use crate::domain::answers::PerWindow;
use crate::domain::answers::metrics::Metrics;
use crate::domain::day::view::View;
use crate::domain::day::window::Windows;
use crate::domain::event::Millis;

use super::handover::Handover;
use agenda::Reason;
use member::{AccountInPass, Courtesy, PassMemory, PassQuestion};
use repeats::Repeats;
use sweep::Sweep;

/// What is said, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassSettings {
    /// How often the records of one agent may be published.
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

/// What the last pass was of.
#[derive(Debug, Clone, Copy)]
struct LastPass {
    now: Millis,
    revision: u64,
    complete_since: Option<Millis>,
}

/// The accounts as the passes know them.
#[derive(Debug)]
pub struct Passes {
    settings: PassSettings,
    board: Arc<Board>,
    #[expect(
        clippy::vec_box,
        reason = "a column of them would be copied as it grows, and have room for as many again"
    )]
    accounts: Vec<Box<AccountInPass>>,
    /// Where each account of the fold is in `accounts`.
    places: HashMap<usize, usize, foldhash::fast::FixedState>,
    /// The same by id.
    ids: HashMap<Arc<str>, usize, foldhash::fast::FixedState>,
    last: Option<LastPass>,
    sweep: Sweep,
    repeats: Repeats,
    said: SaidLately<PerWindow>,
    said_of_buckets: SaidLately<Arc<Metrics>>,
    courtesy: Courtesy,
    /// Of the records folded since the last pass that said something.
    oldest_record: Option<Millis>,
}

impl Passes {
    /// Passes onto a board, whose windows they ask for.
    #[must_use]
    pub fn new(settings: PassSettings, board: Arc<Board>) -> Self {
        Self {
            repeats: Repeats::new(settings.republish_after_ms),
            settings,
            board,
            accounts: Vec::new(),
            places: HashMap::default(),
            ids: HashMap::default(),
            last: None,
            sweep: Sweep::default(),
            said: SaidLately::default(),
            said_of_buckets: SaidLately::default(),
            courtesy: Courtesy::default(),
            oldest_record: None,
        }
    }

    /// Answers what changed and what is due, puts it on the board and gives it back for publishing; nothing if nothing is
    /// to be said.
    pub fn pass(&mut self, handover: Handover) -> Option<Arc<Pass>> {
        let Handover { now, revision, complete_since, oldest_record, views } = handover;
        self.oldest_record = self.oldest_record.into_iter().chain(oldest_record).min();
        self.plan(now);
        let last = LastPass { now, revision, complete_since };
        self.last = Some(last);
        self.put(views, last)
    }

    /// Whether agents are due whom the last pass had no room for.
    #[must_use]
    pub fn are_agents_left(&self) -> bool {
        self.last.is_some_and(|last| self.accounts.iter().any(|account| account.are_agents_due(last.now)))
    }

    /// Answers some of them, as of the last pass: for who has time until the next one.
    pub fn pass_agents(&mut self) -> Option<Arc<Pass>> {
        let last = self.last?;
        self.put(Views::new(), last)
    }

    fn put(&mut self, views: Views, last: LastPass) -> Option<Arc<Pass>> {
        let pass = Arc::new(self.answer(views, last));
        self.board.put(&pass);
        (!pass.is_empty()).then_some(pass)
    }

    /// How long the scope has waited, at the last pass, that waits longest to be said anew. Agents wait for their interval.
    #[must_use]
    pub fn behind_ms(&self) -> Millis {
        let since = self.accounts.iter().filter_map(|account| account.waiting_since()).min();
        self.last.zip(since).map_or(0, |(last, since)| (last.now - since).max(0))
    }

    /// Has records made again that could not be published.
    pub fn give_back(&mut self, failed: BTreeSet<Subject>) {
        for subject in failed {
            let (Subject::Scope(id, _) | Subject::Bucket(id, ..) | Subject::Live(id)) = &subject;
            let Some(account) = self.ids.get(id).map(|&place| &mut self.accounts[place]) else { continue };
            let now = self.last.expect("an account is there after a pass").now;
            match &subject {
                Subject::Scope(_, scope) => account.give_back(scope, None, now),
                Subject::Bucket(_, scope, bucket) => account.give_back(scope, Some(*bucket), now),
                Subject::Live(_) => account.ask(None, Reason::Again, now),
            }
        }
    }

    /// Asks for what time alone has moved, and for what is due again.
    fn plan(&mut self, now: Millis) {
        if let Some(LastPass { now: before, .. }) = self.last {
            self.sweep.begin_if_moved(before, now, self.board.windows(), &self.accounts);
            for (place, scope) in self.sweep.take_share(before, now) {
                self.accounts[place].sweep(scope, self.sweep.ended(), now);
            }
        }
        for (place, scope) in self.repeats.take_due(now, &self.accounts) {
            self.accounts[place as usize].ask(scope, Reason::Again, now);
        }
    }

    /// Takes up the views and answers, one account after the other: what is summed of one is let go before the next, if it is
    /// soon made anew.
    fn answer(&mut self, views: Views, LastPass { now, revision, complete_since }: LastPass) -> Pass {
        let mut pass = Pass { as_of: now, revision, complete_since, ..Pass::default() };
        let windows = Windows::at(now, self.board.windows());
        let board = self.board.clone();
        let question = PassQuestion { now, revision, windows: &windows, board: &board };
        let (mut known, mut new) = (Vec::new(), Vec::new());
        for (number, (id, view)) in views {
            match self.places.get(&number) {
                Some(&place) => known.push((place, view)),
                None => new.push((number, id, view)),
            }
        }
        known.sort_unstable_by_key(|(place, _)| *place);
        let mut known = known.into_iter().peekable();
        for place in 0..self.accounts.len() {
            if let Some((_, view)) = known.next_if(|(of, _)| *of == place) {
                self.accounts[place].renew(view, revision);
            }
            self.answer_one(place, &question, &mut pass);
        }
        for (number, id, view) in new {
            let place = self.join(number, id, view, revision);
            self.answer_one(place, &question, &mut pass);
        }
        if !pass.is_empty() {
            pass.oldest_record = self.oldest_record.take();
        }
        pass
    }

    fn join(&mut self, number: usize, id: Arc<str>, view: Box<View>, revision: u64) -> usize {
        let place = self.accounts.len();
        self.places.insert(number, place);
        self.ids.insert(id.clone(), place);
        let account = AccountInPass::new(id.clone(), view, revision, &self.settings);
        self.board.open_reception(&id, account.reception().clone());
        self.accounts.push(Box::new(account));
        place
    }

    fn answer_one(&mut self, place: usize, question: &PassQuestion<'_>, pass: &mut Pass) {
        let Self { accounts, repeats, said, said_of_buckets, courtesy, .. } = self;
        let first = &mut |at, scope| repeats.add(at, place, scope);
        accounts[place].answer(question, pass, &mut PassMemory { first, said, said_of_buckets, courtesy });
    }
}

/// What a handover brings.
type Views = BTreeMap<usize, (Arc<str>, Box<View>)>;
