//! Files instead of Kafka: the same fold, asked once, as of any moment.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::fmt;

use crate::domain::account::{Account, AccountSettings};
use crate::domain::answers::Answers;
use crate::domain::event::{Event, Millis};
use crate::domain::history::HistorySettings;
use crate::domain::life::silence::Silence;
use crate::domain::policy::PolicyBook;
use crate::fold::intake::{self, Folder};
use crate::fold::outcomes::Outcomes;
use crate::source::file::{FileError, FileSource};
use crate::wire::Refusal;

/// What is read, and for which question.
#[derive(Debug)]
pub struct Question<'a> {
    /// File names; `-` is standard input.
    pub inputs: &'a [String],
    /// The moment of every answer; an event after it does not exist.
    pub as_of: Millis,
    /// The one account asked for, or all.
    pub account: Option<&'a str>,
    /// What the accounts decided.
    pub policies: &'a PolicyBook,
    /// The silence that ends a conversation's life.
    pub silence: Silence,
}

/// The accounts, advanced to the moment asked for, and what became of the lines.
#[derive(Debug)]
pub struct Replayed {
    /// Sorted by id, as bytes.
    pub accounts: BTreeMap<String, Account>,
    /// One count for each fate.
    pub counts: Counts,
}

impl Replayed {
    /// Answers about one account, which must be there.
    #[must_use]
    pub fn answers(&mut self, account: &str) -> Answers {
        self.accounts.get_mut(account).expect("only accounts that were read are asked for").answers()
    }
}

/// What became of every line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Lines that are not blank.
    pub lines: u64,
    /// Added to the set.
    pub applied: u64,
    /// Of another account than the one asked for.
    pub elsewhere: u64,
    /// After `as_of`.
    pub future: u64,
    /// Known already.
    pub duplicate: u64,
    /// Known already, with other content.
    pub conflicting: u64,
    /// More than 24 h behind their `recorded_at`.
    pub late: u64,
    /// Of a type this version does not know.
    pub unknown: u64,
    /// Refused, by reason, with the first place.
    pub rejected: BTreeMap<&'static str, (u64, String)>,
}

/// Reads every input and folds it; `progress` is told how many bytes were read since it was last called.
///
/// # Errors
/// An input that cannot be read.
pub fn replay(question: &Question<'_>, progress: &mut dyn FnMut(u64)) -> Result<Replayed, FileError> {
    let outcomes = Outcomes::default();
    let mut folding = Folding::new(question);
    for name in question.inputs {
        let mut source = FileSource::open(name)?;
        let mut known = 0;
        while let Some(batch) = source.next_batch()? {
            folding.lines += batch.len() as u64;
            intake::fold(&batch, &outcomes, &mut folding);
            progress(source.bytes_read() - known);
            known = source.bytes_read();
        }
    }
    Ok(folding.finish(&outcomes))
}

/// Accounts in the making.
struct Folding<'a> {
    question: &'a Question<'a>,
    accounts: Vec<Joining>,
    /// Where each is in `accounts`.
    index: HashMap<String, usize, foldhash::fast::FixedState>,
    lines: u64,
    elsewhere: u64,
    future: u64,
}

/// An account that something was read of.
struct Joining {
    id: String,
    account: Account,
    /// Whether it is more than what came too late: without an event there is no account, in whatever order lines come.
    has_events: bool,
}

impl Folder for Folding<'_> {
    type Key = usize;

    fn find(&mut self, id: &str) -> Result<usize, Refusal> {
        let key = self.place_of(id);
        self.accounts[key].has_events = true;
        Ok(key)
    }

    fn account(&mut self, key: &usize) -> &mut Account {
        &mut self.accounts[*key].account
    }

    /// What was written after the moment asked for had not come by then.
    fn late(&mut self, event: &Event<'_>, written: Millis) {
        if !self.is_elsewhere(event) && written <= self.question.as_of {
            let key = self.place_of(&event.account);
            self.accounts[key].account.note_late(event, written);
        }
    }

    fn wants(&mut self, event: &Event<'_>) -> bool {
        let elsewhere = self.is_elsewhere(event);
        // Nothing will ever ask later than `as_of`: what it would hold back need not be kept.
        let future = !elsewhere && event.at > self.question.as_of;
        self.elsewhere += u64::from(elsewhere);
        self.future += u64::from(future);
        !elsewhere && !future
    }
}

impl<'a> Folding<'a> {
    fn new(question: &'a Question<'a>) -> Self {
        Self { question, accounts: Vec::new(), index: HashMap::default(), lines: 0, elsewhere: 0, future: 0 }
    }

    fn is_elsewhere(&self, event: &Event<'_>) -> bool {
        self.question.account.is_some_and(|id| id != event.account)
    }

    fn place_of(&mut self, id: &str) -> usize {
        self.index.get(id).copied().unwrap_or_else(|| self.join(id))
    }

    fn join(&mut self, id: &str) -> usize {
        let Question { policies, as_of, silence, .. } = *self.question;
        let settings = AccountSettings {
            history: HistorySettings { silence, ..HistorySettings::default() },
            ..AccountSettings::default()
        };
        let account = Account::new(policies.of(id), &settings, as_of);
        self.index.insert(id.to_owned(), self.accounts.len());
        self.accounts.push(Joining { id: id.to_owned(), account, has_events: false });
        self.accounts.len() - 1
    }

    fn finish(self, outcomes: &Outcomes) -> Replayed {
        let counts = self.counts(outcomes);
        let joined = self.accounts.into_iter().filter(|one| one.has_events);
        let mut accounts: BTreeMap<String, Account> = joined.map(|one| (one.id, one.account)).collect();
        for account in accounts.values_mut() {
            account.advance_to(self.question.as_of);
        }
        Replayed { accounts, counts }
    }

    fn counts(&self, outcomes: &Outcomes) -> Counts {
        let events = outcomes.events();
        let skipped = outcomes.skipped();
        let firsts: BTreeMap<_, _> =
            outcomes.last_complaints().iter().map(|complaint| (complaint.reason, complaint.first_fault())).collect();
        let rejected = skipped.by_reason().filter(|(_, count)| *count > 0);
        let first = |reason| firsts.get(reason).cloned().unwrap_or_default();
        Counts {
            lines: self.lines,
            applied: events.applied,
            elsewhere: self.elsewhere,
            future: self.future + events.held,
            duplicate: events.duplicate,
            conflicting: events.conflicting,
            late: skipped.late,
            unknown: skipped.unknown,
            rejected: rejected.map(|(reason, count)| (reason, (count, first(reason)))).collect(),
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} lines: {} applied", self.lines, self.applied)?;
        let fates = [
            (self.duplicate, "duplicate"),
            (self.conflicting, "conflicting"),
            (self.late, "late"),
            (self.unknown, "of an unknown type"),
            (self.future, "after --as-of"),
            (self.elsewhere, "of other accounts"),
        ];
        for (n, fate) in fates.into_iter().filter(|(n, _)| *n > 0) {
            write!(f, ", {n} {fate}")?;
        }
        for (reason, (n, first)) in &self.rejected {
            write!(f, ", {n} {reason} (first at {first})")?;
        }
        Ok(())
    }
}
