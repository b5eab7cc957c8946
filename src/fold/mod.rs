//! The intake: routing records to accounts, progress, and what is handed over.
//!
//! A fold takes batches of records, decides how each record ends, and adds the events to their accounts. At every
//! publishing interval it lets time pass, and hands over a view of each account that changed: passes are made of them
//! elsewhere. It reads no clock, names no source and no topic, and never waits.

mod complaints;
mod forgetting;
pub mod handover;
pub mod outcomes;
pub mod pass;
mod passing;
pub mod progress;
pub mod together;

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::account::{Account, AccountSettings};
use crate::domain::event::{Event, Millis};
use crate::domain::history::Fate;
use crate::domain::policy::PolicyBook;
use crate::wire::batch::{Record, RecordBatch};
use crate::wire::{Admission, Decoded, FileRecord, Place, Refusal, admit, decode, decode_line};

use forgetting::FORGET_EVERY_MS;
use handover::Handover;
use outcomes::{Outcomes, Skipped};
use pass::cadence::Pace;
use progress::Progress;
use together::Together;

/// While catching up, time passes for the accounts only so often: it is what fires timers.
const CATCH_UP_ADVANCE_MS: Millis = 60_000;

/// When to hand over, and what is settled about every account.
#[derive(Debug, Clone)]
pub struct FoldSettings {
    /// How often account, skill and live records may be published.
    pub interval_ms: Millis,
    /// What holds for every account.
    pub account: AccountSettings,
}

impl Default for FoldSettings {
    /// As SPEC §6 has it.
    fn default() -> Self {
        Self { interval_ms: 250, account: AccountSettings::default() }
    }
}

/// The accounts of one worker.
#[derive(Debug)]
pub struct Fold {
    settings: FoldSettings,
    policies: Arc<PolicyBook>,
    outcomes: Arc<Outcomes>,
    /// In the order in which they were first seen.
    accounts: Vec<AccountInFold>,
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
        let mut together = Together::default();
        for record in batch.records() {
            match self.read(&record) {
                Ok(Read::Event(event, written)) => together.add(self.place_of(&event), event, written),
                Ok(Read::Skipped(skipped)) => self.outcomes.skip(skipped, &record.place),
                Err(refusal) => {
                    rejected(&record, &refusal);
                    self.outcomes.skip(Skipped::Rejected(refusal), &record.place);
                }
            }
            if together.is_full() {
                self.apply(&mut together);
            }
        }
        self.apply(&mut together);
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

    /// How far the sources have been folded.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    fn read<'a>(&self, record: &Record<'a>) -> Result<Read<'a>, Refusal> {
        let (decoded, written) = read(record);
        let event = match decoded {
            Decoded::Event(event) => event,
            Decoded::Unknown => return Ok(Read::Skipped(Skipped::Unknown)),
            Decoded::Empty => return Ok(Read::Skipped(Skipped::Empty)),
            Decoded::Rejected(refusal) => return Err(refusal),
        };
        match admit(event.at, written) {
            Admission::Admitted => Ok(Read::Event(event, written)),
            Admission::Late => Ok(Read::Skipped(Skipped::Late)),
            Admission::TooFarAhead => Err(Refusal::FAR_FUTURE),
        }
    }

    fn apply(&mut self, together: &mut Together<'_>) {
        for (place, events) in together.by_account() {
            let outcomes = self.accounts[place].account.apply_all(events.iter().map(|(event, _)| event));
            for ((_, written), outcome) in events.iter().zip(outcomes) {
                self.outcomes.count(outcome);
                if self.caught_up && outcome == Fate::Applied {
                    // The fallback is for a source without timestamps, whose latency nobody can know.
                    let written = written.unwrap_or(self.now);
                    self.oldest_record = Some(self.oldest_record.map_or(written, |oldest| oldest.min(written)));
                }
            }
        }
    }

    fn place_of(&mut self, event: &Event<'_>) -> usize {
        match self.index.get(&*event.account) {
            Some(&place) => place,
            None => self.join(&event.account),
        }
    }

    fn join(&mut self, id: &str) -> usize {
        let id: Arc<str> = Arc::from(id);
        let account = Account::new(self.policies.of(&id), &self.settings.account, self.now);
        self.index.insert(id.clone(), self.accounts.len());
        self.accounts.push(AccountInFold { id, account });
        self.accounts.len() - 1
    }

    /// Lets time pass for every account, and takes a view of those that changed.
    fn hand_over(&mut self) -> Handover {
        let (now, revision, oldest_record) = (self.now, self.progress.revision(), self.oldest_record.take());
        let mut handover = Handover { now, revision, oldest_record, ..Handover::default() };
        for (place, one) in self.accounts.iter_mut().enumerate() {
            one.account.advance_to(now);
            if one.account.take_changed() {
                handover.views.insert(place, (one.id.clone(), one.account.view()));
            }
        }
        handover
    }
}

/// What a record turned out to be.
#[expect(clippy::large_enum_variant, reason = "nearly every record is an event: a box would only cost an allocation")]
enum Read<'a> {
    /// To be folded, and when it was written.
    Event(Event<'a>, Option<Millis>),
    /// Nothing to fold.
    Skipped(Skipped),
}

/// The event in a record, and when the record was written.
fn read<'a>(record: &Record<'a>) -> (Decoded<'a>, Option<Millis>) {
    match record.place {
        Place::Offset { .. } => (decode(&record.as_ref()), record.timestamp),
        Place::Line { .. } => {
            let FileRecord { decoded, recorded_at } = decode_line(record.payload.unwrap_or_default(), &record.place);
            (decoded, recorded_at)
        }
    }
}
