//! What is said in the log of records that were rejected or late: one line for each reason, once a minute at most.
//!
//! A source that goes wrong sends thousands of such records. A line for each would hide all others; no line at all would
//! leave the user to find a counter. So they are gathered: how many there were, and where the first one is.

use std::collections::BTreeMap;
use std::fmt;

use crate::domain::event::Millis;
use crate::wire::{Hint, Place, Refusal};

/// The same is not said again sooner.
const QUIET_MS: Millis = 60_000;
/// So long is gathered before the first word, so that the records of one fault are counted together.
const GATHER_MS: Millis = 2_000;

/// What there is to say of one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The reason's word: `late`, or why records were rejected.
    pub reason: &'static str,
    /// Records since the last line.
    pub count: u64,
    /// Where the first of them is.
    first: String,
    /// Which field of the first one is to blame; empty if none is.
    field: &'static str,
    /// What its value looks like instead.
    hint: Option<Hint>,
}

impl Complaint {
    /// Where the first of them is, and what is wrong there.
    #[must_use]
    pub fn first_fault(&self) -> String {
        let hint = self.hint.map(|hint| format!(": {}", hint.text())).unwrap_or_default();
        format!("{} {}{hint}", self.first, self.field).trim_end().to_owned()
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { reason, count, first, field, hint } = self;
        let records = if *count == 1 { "record" } else { "records" };
        match *reason {
            LATE => write!(f, "{count} {records} ignored as late, with a time more than 24 h before Kafka's")?,
            _ => write!(f, "{count} {records} rejected as {reason}")?,
        }
        write!(f, "; the first is {first}")?;
        let hint = hint.map(|hint| format!(": {}", hint.text())).unwrap_or_default();
        if field.is_empty() { Ok(()) } else { write!(f, " (field {field}{hint})") }
    }
}

pub(super) const LATE: &str = "late";

/// Every reason there was, and when it was last spoken of.
#[derive(Debug, Default)]
pub(super) struct Complaints {
    reasons: BTreeMap<&'static str, Gathered>,
}

#[derive(Debug, Default)]
struct Gathered {
    waiting: Option<Complaint>,
    /// When it was first looked at.
    since: Option<Millis>,
    told_at: Option<Millis>,
}

impl Complaints {
    /// Adds a late record.
    pub(super) fn late(&mut self, place: &Place<'_>) {
        self.add(LATE, "", None, place);
    }

    /// Adds a rejected one.
    pub(super) fn rejected(&mut self, refusal: Refusal, place: &Place<'_>) {
        self.add(refusal.reason.word(), refusal.field_name(), refusal.hint, place);
    }

    /// What is to be said at `now`.
    pub(super) fn take_due(&mut self, now: Millis) -> Vec<Complaint> {
        self.reasons.values_mut().filter_map(|gathered| gathered.take_due(now)).collect()
    }

    /// Everything that has not been said.
    pub(super) fn take_all(&mut self) -> Vec<Complaint> {
        self.reasons.values_mut().filter_map(|gathered| gathered.waiting.take()).collect()
    }

    fn add(&mut self, reason: &'static str, field: &'static str, hint: Option<Hint>, place: &Place<'_>) {
        let waiting = &mut self.reasons.entry(reason).or_default().waiting;
        match waiting {
            Some(complaint) => complaint.count += 1,
            None => *waiting = Some(Complaint { reason, count: 1, first: place.to_string(), field, hint }),
        }
    }
}

impl Gathered {
    fn take_due(&mut self, now: Millis) -> Option<Complaint> {
        self.waiting.as_ref()?;
        let since = *self.since.get_or_insert(now);
        let quiet = self.told_at.is_none_or(|told_at| now - told_at >= QUIET_MS);
        if !quiet || now - since < GATHER_MS {
            return None;
        }
        (self.since, self.told_at) = (None, Some(now));
        self.waiting.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(offset: i64) -> Place<'static> {
        Place::Offset { topic: "agent-events", partition: 4, offset }
    }

    fn lines(complaints: Vec<Complaint>) -> Vec<String> {
        complaints.iter().map(Complaint::to_string).collect()
    }

    #[test]
    fn one_line_says_how_many_there_were_and_where_the_first_one_is() {
        let mut complaints = Complaints::default();
        for offset in 7..2_007 {
            complaints.rejected(Refusal::FAR_FUTURE, &at(offset));
        }
        complaints.late(&at(3));
        complaints.rejected(Refusal::UNDECODABLE, &Place::Line { name: "day.jsonl", line: 9 });
        assert_eq!(
            lines(complaints.take_all()),
            [
                "2000 records rejected as far_future; the first is agent-events/4 at offset 7 (field occurred_at)",
                "1 record ignored as late, with a time more than 24 h before Kafka's; the first is agent-events/4 at offset 3",
                "1 record rejected as undecodable; the first is day.jsonl:9",
            ]
        );
        assert_eq!(complaints.take_all(), []);
        let seconds = Refusal { hint: Some(Hint::Seconds), ..Refusal::FAR_FUTURE };
        complaints.rejected(seconds, &at(7));
        let said = lines(complaints.take_all());
        assert!(
            said[0].ends_with("(field occurred_at: it looks like seconds; right would be milliseconds)"),
            "{said:?}"
        );
    }

    #[test]
    fn a_reason_is_spoken_of_once_a_minute_and_each_by_itself() {
        let mut complaints = Complaints::default();
        complaints.late(&at(1));
        assert_eq!(complaints.take_due(10_000), []);
        assert_eq!(complaints.take_due(10_000 + GATHER_MS - 1), []);
        assert_eq!(complaints.take_due(10_000 + GATHER_MS).len(), 1);
        complaints.late(&at(2));
        complaints.late(&at(3));
        complaints.rejected(Refusal::UNDECODABLE, &at(4));
        assert_eq!(complaints.take_due(20_000), [], "the other has just been seen");
        let due = complaints.take_due(20_000 + GATHER_MS);
        assert_eq!(due.iter().map(|complaint| complaint.reason).collect::<Vec<_>>(), ["undecodable"]);
        assert_eq!(complaints.take_due(10_000 + GATHER_MS + QUIET_MS - 1), []);
        let due = complaints.take_due(10_000 + GATHER_MS + QUIET_MS);
        assert!(lines(due)[0].starts_with("2 records ignored as late"), "what came meanwhile is counted");
        assert_eq!(complaints.take_due(999_999_999), [], "nothing is said of nothing");
    }
}
