//! Files instead of Kafka: the same fold, asked once, as of any moment.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::fmt;

use crate::domain::account::{Account, AccountSettings};
use crate::domain::answers::Answers;
use crate::domain::event::{Event, Millis};
use crate::domain::history::Fate;
use crate::domain::life::silence::Silence;
use crate::domain::policy::PolicyBook;
use crate::fold::together::Together;
use crate::source::file::{FileError, FileSource};
use crate::wire::{Admission, Decoded, FileRecord, Place, Refusal, admit, decode_line};

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
    let mut folding = Folding { question, accounts: Vec::new(), index: HashMap::default(), counts: Counts::default() };
    for name in question.inputs {
        let mut source = FileSource::open(name)?;
        let mut known = 0;
        while let Some(batch) = source.next_batch()? {
            let mut together = Together::default();
            for record in batch.records() {
                folding.take(record.payload.unwrap_or_default(), &record.place, &mut together);
                if together.is_full() {
                    folding.fold(&mut together);
                }
            }
            folding.fold(&mut together);
            progress(source.bytes_read() - known);
            known = source.bytes_read();
        }
    }
    Ok(folding.finish())
}

/// Accounts in the making.
struct Folding<'a> {
    question: &'a Question<'a>,
    accounts: Vec<(String, Account)>,
    /// Where each is in `accounts`.
    index: HashMap<String, usize, foldhash::fast::FixedState>,
    counts: Counts,
}

impl Folding<'_> {
    fn take<'a>(&mut self, line: &'a [u8], place: &Place<'a>, together: &mut Together<'a>) {
        self.counts.lines += 1;
        let FileRecord { decoded, recorded_at } = decode_line(line, place);
        match decoded {
            Decoded::Event(event) => self.judge(event, recorded_at, place, together),
            Decoded::Unknown => self.counts.unknown += 1,
            Decoded::Rejected(refusal) => self.reject(refusal, place),
            Decoded::Empty => unreachable!("a line has a value: `decode_line` knows no other"),
        }
    }

    fn judge<'a>(
        &mut self,
        event: Event<'a>,
        recorded_at: Option<Millis>,
        place: &Place<'_>,
        together: &mut Together<'a>,
    ) {
        match admit(event.at, recorded_at) {
            Admission::Admitted if self.question.account.is_some_and(|id| id != event.account) => {
                self.counts.elsewhere += 1;
            }
            // Nothing will ever ask later than `as_of`: what it would hold back need not be kept.
            Admission::Admitted if event.at > self.question.as_of => self.counts.future += 1,
            Admission::Admitted => together.add(self.account_of(&event), event, recorded_at),
            Admission::Late => self.counts.late += 1,
            Admission::TooFarAhead => self.reject(Refusal::FAR_FUTURE, place),
        }
    }

    fn reject(&mut self, refusal: Refusal, place: &Place<'_>) {
        let first = || match place {
            Place::Line { name, line } => {
                let hint = refusal.hint.map(|hint| format!(": {}", hint.text())).unwrap_or_default();
                format!("{name}:{line} {}{hint}", refusal.field_name()).trim_end().to_owned()
            }
            Place::Offset { .. } => place.identity_text(),
        };
        self.counts.rejected.entry(refusal.reason.word()).or_insert_with(|| (0, first())).0 += 1;
    }

    fn account_of(&mut self, event: &Event<'_>) -> usize {
        if let Some(&index) = self.index.get(&*event.account) {
            return index;
        }
        let name = event.account.clone().into_owned();
        let settings = AccountSettings { silence: self.question.silence, ..AccountSettings::default() };
        let account = Account::new(self.question.policies.of(&name), &settings, self.question.as_of);
        self.index.insert(name.clone(), self.accounts.len());
        self.accounts.push((name, account));
        self.accounts.len() - 1
    }

    fn fold(&mut self, together: &mut Together<'_>) {
        for (account, events) in together.by_account() {
            for outcome in self.accounts[account].1.apply_all(events.iter().map(|(event, _)| event)) {
                *match outcome {
                    Fate::Applied => &mut self.counts.applied,
                    Fate::Held => &mut self.counts.future,
                    Fate::Duplicate => &mut self.counts.duplicate,
                    Fate::Conflicting => &mut self.counts.conflicting,
                } += 1;
            }
        }
    }

    fn finish(self) -> Replayed {
        let mut accounts: BTreeMap<String, Account> = self.accounts.into_iter().collect();
        for account in accounts.values_mut() {
            account.advance_to(self.question.as_of);
        }
        Replayed { accounts, counts: self.counts }
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
