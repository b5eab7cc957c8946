//! The intake: routing records to accounts, progress, and what is handed over.
//!
//! A fold takes batches of records, decides how each record ends, and adds the events to their accounts. At every
//! publishing interval it lets time pass, and hands over a view of each account that changed: passes are made of them
//! elsewhere. It reads no clock, names no source and no topic, and never waits.

mod complaints;
mod event_batch;
mod forgetting;
pub mod handover;
pub mod intake;
pub mod outcomes;
mod partition_time;
pub mod pass;
pub mod progress;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::board::{Found, Inquiry};
use crate::domain::account::{Account, AccountSettings};
use crate::domain::event::{Event, Millis};
use crate::domain::policy::PolicyBook;
use crate::wire::Refusal;
use crate::wire::batch::{Record, RecordBatch};

use forgetting::FORGET_EVERY_MS;
use handover::Handover;
use intake::Folder;
use outcomes::Outcomes;
use pass::cadence::Pace;
use progress::Progress;

/// While catching up, time passes for the accounts only so often: it is what fires timers.
const CATCH_UP_ADVANCE_MS: Millis = 60_000;

/// When to hand over, and what is settled about every account.
#[derive(Debug, Clone)]
pub struct FoldSettings {
    /// How often account, skill and live records may be published.
    pub interval_ms: Millis,
    /// What holds for every account.
    pub account: AccountSettings,
    /// The accounts there are, where that is known: events of others are rejected.
    pub accounts: Option<BTreeSet<String>>,
    /// The accounts whose messages' texts are kept.
    pub keep_text: BTreeSet<String>,
}

impl Default for FoldSettings {
    /// As SPEC §6 has it.
    fn default() -> Self {
        Self { interval_ms: 250, account: AccountSettings::default(), accounts: None, keep_text: BTreeSet::new() }
    }
}

/// The accounts of one worker.
#[derive(Debug)]
pub struct Fold {
    settings: FoldSettings,
    policies: Arc<PolicyBook>,
    outcomes: Arc<Outcomes>,
    /// In the order in which they were first seen; none of them moves when others come.
    #[expect(
        clippy::vec_box,
        reason = "a column of them would be copied as it grows, and have room for as many again"
    )]
    accounts: Vec<Box<AccountInFold>>,
    /// Where each account is in `accounts`.
    index: HashMap<Arc<str>, usize, foldhash::fast::FixedState>,
    progress: Progress,
    /// Never falls.
    now: Millis,
    caught_up: bool,
    pace: Pace,
    catch_up_pace: Pace,
    forget_pace: Pace,
    /// Of the records applied since the last handover.
    oldest_record: Option<Millis>,
}

#[derive(Debug)]
struct AccountInFold {
    id: Arc<str>,
    account: Account,
}

impl Fold {
    /// A fold without events, asked from `now` on.
    #[must_use]
    pub fn new(settings: FoldSettings, policies: Arc<PolicyBook>, outcomes: Arc<Outcomes>, now: Millis) -> Self {
        Self {
            pace: Pace::new(settings.interval_ms),
            settings,
            policies,
            outcomes,
            accounts: Vec::new(),
            index: HashMap::default(),
            progress: Progress::default(),
            now,
            caught_up: false,
            catch_up_pace: Pace::new(CATCH_UP_ADVANCE_MS),
            forget_pace: Pace::new(FORGET_EVERY_MS),
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

    /// Lets time pass. Once caught up, and once per interval: hands over what changed.
    pub fn tick(&mut self, now: Millis) -> Option<Handover> {
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
        let handover = self.hand_over();
        self.forget_if_due();
        Some(handover)
    }

    /// Lets time pass for every account.
    pub fn advance(&mut self) {
        for one in &mut self.accounts {
            one.account.advance_to(self.now);
        }
    }

    /// Every account by its id, in the order of ids: for questions beside the passes.
    #[must_use]
    pub fn accounts(&self) -> Vec<(&str, &Account)> {
        let mut accounts: Vec<_> = self.accounts.iter().map(|one| (&*one.id, &one.account)).collect();
        accounts.sort_unstable_by_key(|(name, _)| *name);
        accounts
    }

    /// The same, for questions that need a view.
    pub fn accounts_mut(&mut self) -> Vec<(&str, &mut Account)> {
        let mut accounts: Vec<_> = self.accounts.iter_mut().map(|one| (&*one.id, &mut one.account)).collect();
        accounts.sort_unstable_by_key(|(name, _)| *name);
        accounts
    }

    /// Answers a question after one conversation.
    pub fn answer(&mut self, inquiry: Inquiry) {
        let (now, revision) = (self.now, self.progress.revision());
        let place = self.index.get(inquiry.account.as_str()).copied();
        let found = place.and_then(|place| {
            let account = &mut self.accounts[place].account;
            account.advance_to(now);
            let lives = account.lives(&inquiry.conversation)?;
            Some(Found { view: Box::new(account.view()), revision, lives })
        });
        inquiry.answer(found);
    }

    /// How far the sources have been folded.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    fn join(&mut self, id: &str) -> usize {
        let id: Arc<str> = Arc::from(id);
        let account = Account::new(self.policies.of(&id), &self.settings.account, self.now);
        self.index.insert(id.clone(), self.accounts.len());
        self.accounts.push(Box::new(AccountInFold { id, account }));
        self.accounts.len() - 1
    }

    /// Lets time pass for every account, and takes a view of those that changed.
    fn hand_over(&mut self) -> Handover {
        let (now, revision, oldest_record) = (self.now, self.progress.revision(), self.oldest_record.take());
        let complete_since = self.progress.complete_since();
        let mut handover = Handover { now, revision, complete_since, oldest_record, ..Handover::default() };
        for (place, one) in self.accounts.iter_mut().enumerate() {
            one.account.advance_to(now);
            if one.account.take_changed() {
                handover.views.insert(place, (one.id.clone(), Box::new(one.account.view())));
            }
        }
        handover
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
        &mut self.fold.accounts[*key].account
    }

    fn keeps_text(&self, account: &str) -> bool {
        !self.fold.settings.keep_text.is_empty() && self.fold.settings.keep_text.contains(account)
    }

    fn rejected(&mut self, record: &Record<'_>, refusal: &Refusal) {
        (self.rejected)(record, refusal);
    }

    /// An account is there from its first event on; what was late before that is nobody's.
    fn late(&mut self, event: &Event<'_>, written: Millis) {
        if let Some(&index) = self.fold.index.get(&*event.account) {
            self.fold.accounts[index].account.note_late(event, written);
        }
    }

    fn applied(&mut self, written: Option<Millis>) {
        if self.fold.caught_up {
            // The fallback is for a source without timestamps, whose latency nobody can know.
            let written = written.unwrap_or(self.fold.now);
            self.fold.oldest_record = Some(self.fold.oldest_record.map_or(written, |oldest| oldest.min(written)));
        }
    }
}
