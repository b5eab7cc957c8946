//! Files instead of Kafka: the same fold, asked once, as of any moment.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::fmt;

use crate::domain::account::{Account, Outcome};
use crate::domain::event::{Body, Event, Identity, Millis};
use crate::domain::policy::PolicyBook;
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
    /// Fold in the order of event time, which decisions depend on, at the price of keeping all lines in memory.
    pub in_order: bool,
}

/// The accounts, advanced to the moment asked for, and what became of the lines.
#[derive(Debug)]
pub struct Replayed {
    /// Sorted by id, as bytes.
    pub accounts: BTreeMap<String, Account>,
    /// One count for each fate.
    pub counts: Counts,
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
    let mut folding = Folding { question, accounts: HashMap::default(), counts: Counts::default() };
    let mut sorting = Sorting::default();
    for name in question.inputs {
        let mut source = FileSource::open(name)?;
        let mut known = 0;
        while let Some(batch) = source.next_batch()? {
            for record in batch.records() {
                let line = record.payload.unwrap_or_default();
                let Some(event) = folding.judged(line, name, record.offset.unsigned_abs()) else { continue };
                if question.in_order { sorting.keep(&event, line) } else { folding.fold(&event) }
            }
            progress(source.bytes_read() - known);
            known = source.bytes_read();
        }
    }
    sorting.fold_into(&mut folding);
    Ok(folding.finish())
}

/// Accounts in the making.
struct Folding<'a> {
    question: &'a Question<'a>,
    accounts: HashMap<String, Account, foldhash::fast::RandomState>,
    counts: Counts,
}

impl Folding<'_> {
    /// The event of a line, if it counts for the question; else counts why not.
    fn judged<'l>(&mut self, line: &'l [u8], name: &'l str, number: u64) -> Option<Event<'l>> {
        self.counts.lines += 1;
        let place = Place::Line { name, line: number };
        let FileRecord { decoded, recorded_at } = decode_line(line, &place);
        match decoded {
            Decoded::Event(event) => self.admitted(event, recorded_at, &place),
            Decoded::Unknown => {
                self.counts.unknown += 1;
                None
            }
            Decoded::Rejected(refusal) => {
                self.reject(refusal, &place);
                None
            }
        }
    }

    fn admitted<'l>(&mut self, event: Event<'l>, recorded_at: Option<Millis>, place: &Place<'_>) -> Option<Event<'l>> {
        match admit(event.at, recorded_at) {
            Admission::Admitted if self.question.account.is_some_and(|id| id != event.account) => {
                self.counts.elsewhere += 1;
            }
            // Nothing will ever ask later than `as_of`: what it would hold back need not be kept.
            Admission::Admitted if event.at > self.question.as_of => self.counts.future += 1,
            Admission::Admitted => return Some(event),
            Admission::Late => self.counts.late += 1,
            Admission::TooFarAhead => self.reject(Refusal::FAR_FUTURE, place),
        }
        None
    }

    fn reject(&mut self, refusal: Refusal, place: &Place<'_>) {
        let first = || match place {
            Place::Line { name, line } => format!("{name}:{line} {}", refusal.field_name()).trim_end().to_owned(),
            Place::Offset { .. } => place.identity_text(),
        };
        self.counts.rejected.entry(refusal.reason.word()).or_insert_with(|| (0, first())).0 += 1;
    }

    fn fold(&mut self, event: &Event<'_>) {
        if !self.accounts.contains_key(&*event.account) {
            let account = Account::new(self.question.policies.of(&event.account), self.question.as_of);
            self.accounts.insert(event.account.clone().into_owned(), account);
        }
        let account = self.accounts.get_mut(&*event.account).expect("it was just put there");
        match account.apply(event) {
            Outcome::Applied => self.counts.applied += 1,
            Outcome::Held => self.counts.future += 1,
            Outcome::Duplicate => self.counts.duplicate += 1,
            Outcome::Conflicting => self.counts.conflicting += 1,
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

/// Events waiting for the end of the input, to be folded in the order of event time.
#[derive(Debug, Default)]
struct Sorting {
    arena: Vec<u8>,
    waiting: Vec<Waiting>,
}

/// One event: its place in the order of SPEC §3, then whatever makes the order complete.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Waiting {
    at: Millis,
    sequence: u32,
    rank: u8,
    identity: u64,
    start: usize,
    end: usize,
}

impl Sorting {
    fn keep(&mut self, event: &Event<'_>, line: &[u8]) {
        let start = self.arena.len();
        self.arena.extend_from_slice(line);
        self.waiting.push(Waiting {
            at: event.at,
            sequence: event.sequence,
            rank: rank(&event.body),
            identity: event.identity.0,
            start,
            end: self.arena.len(),
        });
    }

    fn fold_into(&mut self, folding: &mut Folding<'_>) {
        let arena = &self.arena;
        self.waiting.sort_unstable_by(|a, b| {
            let order = |w: &Waiting| (w.at, w.sequence, w.rank, w.identity);
            // Equal ones are repeats or conflicts: the content alone orders them, never where they stood.
            order(a).cmp(&order(b)).then_with(|| arena[a.start..a.end].cmp(&arena[b.start..b.end]))
        });
        for waiting in &self.waiting {
            // Read a second time: an identity that stands for the place comes from the first.
            let place = Place::Line { name: "", line: 0 };
            let FileRecord { decoded, .. } = decode_line(&arena[waiting.start..waiting.end], &place);
            if let Decoded::Event(event) = decoded {
                folding.fold(&Event { identity: Identity(waiting.identity), ..event });
            }
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

/// The type's place in SPEC §1's table.
fn rank(body: &Body<'_>) -> u8 {
    match body {
        Body::ConversationStarted(_) => 0,
        Body::Assigned { .. } => 1,
        Body::HandedOff => 2,
        Body::ParticipantJoined { .. } => 3,
        Body::TopicTagged { .. } => 4,
        Body::Focused { .. } => 5,
        Body::CustomerMessage { .. } => 6,
        Body::AgentMessage { .. } => 7,
        Body::Unfocused { .. } => 8,
        Body::Snoozed { .. } => 9,
        Body::Closed { .. } => 10,
        Body::Reopened => 11,
        Body::SurveySent { .. } => 12,
        Body::SurveyAnswered { .. } => 13,
        Body::SurveyCommented { .. } => 14,
        Body::MoodPrompted { .. } => 15,
        Body::MoodRecorded { .. } => 16,
        Body::AgentStatus { .. } => 17,
    }
}
