//! The workers that fold: routing, progress, passes.
//!
//! A fold takes batches of records, decides how each record ends, and adds the events to their accounts. At every tick
//! it asks the accounts what changed and what time has moved, and puts one pass of answers on the board. It reads no
//! clock, names no source and no topic, and never waits.

mod complaints;
mod event_batch;
mod forgetting;
pub mod intake;
pub mod outcomes;
mod partition_time;
pub mod pass;
pub mod progress;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::board::{Board, Pass, Subject};
use crate::domain::account::Account;
use crate::domain::event::Millis;
use crate::domain::life::silence::Silence;
use crate::domain::policy::PolicyBook;
use crate::wire::Refusal;
use crate::wire::batch::{Record, RecordBatch};

use forgetting::FORGET_EVERY_MS;
use intake::Folder;
use outcomes::Outcomes;
use pass::agenda::Why;
use pass::cadence::Every;
use pass::member::{Asking, Member};
use pass::repeats::Repeats;
use pass::sweep::Sweep;
use progress::Progress;

/// While catching up, time passes for the accounts only so often: it is what fires timers.
const CATCH_UP_ADVANCE_MS: Millis = 60_000;

/// How often live states are looked at although no event changed them: a snooze ends, a silence ends a life.
const LIVE_LOOK_MS: Millis = 1_000;

/// When to publish, which buckets, and how durations are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoldSettings {
    /// How often account, skill and live records may be published.
    pub interval_ms: Millis,
    /// How often agent records may be published.
    pub agent_interval_ms: Millis,
    /// After how long an unchanged record is published again at the latest.
    pub republish_after_ms: Millis,
    /// The silence that ends a conversation's life.
    pub silence: Silence,
    /// Which kinds of scope have bucket records: account, skill, agent, agent within a skill.
    pub buckets: [bool; 4],
    /// Upper bounds by which stated durations are counted, ascending.
    pub histogram_bounds_ms: Arc<[Millis]>,
    /// The accounts there are, where that is known: events of others are rejected.
    pub accounts: Option<BTreeSet<String>>,
}

impl Default for FoldSettings {
    /// As SPEC §6 has it.
    fn default() -> Self {
        Self {
            interval_ms: 250,
            agent_interval_ms: 5_000,
            republish_after_ms: 300_000,
            silence: Silence::default(),
            buckets: [true, true, false, false],
            histogram_bounds_ms: Arc::from([]),
            accounts: None,
        }
    }
}

/// The accounts of one worker, and what is to be said of them.
#[derive(Debug)]
pub struct Fold {
    settings: FoldSettings,
    policies: Arc<PolicyBook>,
    board: Arc<Board>,
    outcomes: Arc<Outcomes>,
    /// In the order in which they were first seen.
    members: Vec<Member>,
    /// Where each account is in `members`.
    index: HashMap<Arc<str>, usize, foldhash::fast::FixedState>,
    progress: Progress,
    /// Never falls.
    now: Millis,
    caught_up: bool,
    pace: Every,
    agent_pace: Every,
    live_pace: Every,
    catch_up_pace: Every,
    forget_pace: Every,
    last_pass: Option<Millis>,
    sweep: Sweep,
    repeats: Repeats,
    /// Of the records applied since the last pass that said something.
    oldest_record: Option<Millis>,
}

impl Fold {
    /// A fold without events, asked from `now` on.
    #[must_use]
    pub fn new(
        settings: FoldSettings,
        policies: Arc<PolicyBook>,
        board: Arc<Board>,
        outcomes: Arc<Outcomes>,
        now: Millis,
    ) -> Self {
        Self {
            pace: Every::new(settings.interval_ms),
            agent_pace: Every::new(settings.agent_interval_ms),
            repeats: Repeats::new(settings.republish_after_ms),
            settings,
            policies,
            board,
            outcomes,
            members: Vec::new(),
            index: HashMap::default(),
            progress: Progress::default(),
            now,
            caught_up: false,
            live_pace: Every::new(LIVE_LOOK_MS),
            catch_up_pace: Every::new(CATCH_UP_ADVANCE_MS),
            forget_pace: Every::new(FORGET_EVERY_MS),
            last_pass: None,
            sweep: Sweep::default(),
            oldest_record: None,
        }
    }

    /// Folds every record of a batch; `rejected` is told of those that are no events.
    pub fn fold(&mut self, batch: &RecordBatch, rejected: &mut dyn FnMut(&Record<'_>, &Refusal)) {
        let outcomes = self.outcomes.clone();
        intake::fold(batch, &outcomes, &mut Folding { fold: self, rejected });
        self.progress.advance(batch);
    }

    /// Says that everything that was there at the start has been folded: from now on there are passes.
    pub fn set_caught_up(&mut self) {
        self.caught_up = true;
    }

    /// Has records made again that could not be published.
    pub fn give_back(&mut self, failed: BTreeSet<Subject>) {
        for subject in failed {
            let (Subject::Scope(account, _) | Subject::Bucket(account, ..) | Subject::Live(account)) = &subject;
            if let Some(&index) = self.index.get(account) {
                self.members[index].give_back(subject);
            }
        }
    }

    /// Lets time pass. Once caught up, and once per interval: answers what changed, puts it on the board and gives it
    /// back for publishing; nothing if nothing is to be said.
    pub fn tick(&mut self, now: Millis) -> Option<Arc<Pass>> {
        self.now = self.now.max(now);
        if !self.caught_up {
            if self.catch_up_pace.is_due(self.now) {
                self.advance();
                self.forget_if_due();
            }
            return None;
        }
        if !self.pace.is_due(self.now) {
            return None;
        }
        let pass = Arc::new(self.pass());
        self.board.put(&pass);
        self.forget_if_due();
        (!pass.is_empty()).then_some(pass)
    }

    /// Lets time pass for every account, without a pass.
    pub fn advance(&mut self) {
        for member in &mut self.members {
            member.account.advance_to(self.now);
        }
    }

    /// Every account by its id, in the order of ids: for questions beside the board.
    #[must_use]
    pub fn accounts(&self) -> Vec<(&str, &Account)> {
        let mut accounts: Vec<_> = self.members.iter().map(|member| (&*member.name, &member.account)).collect();
        accounts.sort_unstable_by_key(|(name, _)| *name);
        accounts
    }

    /// How far the sources have been folded.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    fn join(&mut self, account: &str) -> usize {
        let name: Arc<str> = Arc::from(account);
        self.members.push(Member::new(name.clone(), self.policies.of(account), self.now, &self.settings));
        self.index.insert(name, self.members.len() - 1);
        self.members.len() - 1
    }

    fn pass(&mut self) -> Pass {
        let now = self.now;
        let (agents, lives) = (self.agent_pace.is_due(now), self.live_pace.is_due(now));
        for member in &mut self.members {
            member.advance(now);
            if lives {
                member.ask(None, Why::Moved);
            }
        }
        self.plan(now);
        let asking = Asking { now, agents, revision: self.progress.revision(), board: &self.board };
        let mut pass = Pass { as_of: now, revision: asking.revision, ..Pass::default() };
        for (index, member) in self.members.iter_mut().enumerate() {
            member.answer(&asking, &mut pass, &mut |at, scope| self.repeats.add(at, index, scope));
        }
        self.last_pass = Some(now);
        if !pass.is_empty() {
            pass.oldest_record = self.oldest_record.take();
        }
        pass
    }

    /// Asks for what time alone has moved, and for what is due again.
    fn plan(&mut self, now: Millis) {
        let windows = self.board.windows();
        if let Some(before) = self.last_pass {
            self.sweep.begin_if_moved(before, now, windows, &self.members);
            for (index, scope) in self.sweep.take_share(before, now) {
                self.members[index].sweep(scope, self.sweep.ended());
            }
        }
        for (index, scope) in self.repeats.take_due(now, &self.members) {
            self.members[index].ask(scope, Why::Again);
        }
    }
}

/// A fold while it takes records in.
struct Folding<'a> {
    fold: &'a mut Fold,
    rejected: &'a mut dyn FnMut(&Record<'_>, &Refusal),
}

impl Folder for Folding<'_> {
    type Key = usize;

    fn find(&mut self, id: &str) -> Result<usize, Refusal> {
        if let Some(&index) = self.fold.index.get(id) {
            return Ok(index);
        }
        // Asked of new accounts alone: all that were taken in are known.
        match &self.fold.settings.accounts {
            Some(known) if !known.contains(id) => Err(Refusal::UNKNOWN_ACCOUNT),
            _ => Ok(self.fold.join(id)),
        }
    }

    fn account(&mut self, key: &usize) -> &mut Account {
        &mut self.fold.members[*key].account
    }

    fn rejected(&mut self, record: &Record<'_>, refusal: &Refusal) {
        (self.rejected)(record, refusal);
    }

    fn applied(&mut self, written: Option<Millis>) {
        if self.fold.caught_up {
            // The fallback is for a source without timestamps, whose latency nobody can know.
            let written = written.unwrap_or(self.fold.now);
            self.fold.oldest_record = Some(self.fold.oldest_record.map_or(written, |oldest| oldest.min(written)));
        }
    }
}
