//! The facts of a bucket that stand: those that were stated and not taken back.
//!
//! A fact that is taken back is in the stream twice, with opposite signs, in one bucket, since its moment is the same. So
//! what was taken back is gathered first, and each of it cancels one that says the same.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::domain::bucket::Bucket;
use crate::domain::day::DayView;
use crate::domain::event::Millis;
use crate::domain::fact::{Kinds, Row, Sign, Stated};
use crate::domain::names::Name;

/// What a fact says, whatever the number of its row: what was taken back may have come with another row that says the same.
type Said = ([u8; 2], [Millis; 2], [u32; 6]);

/// The facts of a bucket that stand, each with whom it is credited to, in the order in which they were stated.
pub(super) fn standing(day: &DayView, bucket: Bucket) -> impl Iterator<Item = (Stated, Row)> {
    standing_of(day, bucket, Kinds::ALL)
}

/// The same of some kinds: what is taken back is of the kind of what was stated, so no other fact is looked at.
pub(super) fn standing_of(day: &DayView, bucket: Bucket, kinds: Kinds) -> impl Iterator<Item = (Stated, Row)> {
    let facts = move || day.facts_of(bucket, kinds);
    let mut gone: HashMap<Said, u32, FixedState> = HashMap::default();
    for (fact, row) in facts().filter(|(fact, _)| fact.sign == Sign::Retract) {
        *gone.entry(said(&fact, &row)).or_default() += 1;
    }
    facts().filter(move |(fact, row)| fact.sign == Sign::State && !cancelled(&mut gone, fact, row))
}

/// Whether one that says the same was taken back, and not matched yet.
fn cancelled(gone: &mut HashMap<Said, u32, FixedState>, fact: &Stated, row: &Row) -> bool {
    if gone.is_empty() {
        return false;
    }
    let Some(left) = gone.get_mut(&said(fact, row)).filter(|left| **left > 0) else { return false };
    *left -= 1;
    true
}

fn said(fact: &Stated, row: &Row) -> Said {
    let Stated { at, value, kind, scopes, .. } = *fact;
    let credit = &row.credit;
    let [conversation, agent, skill, contact] =
        [row.conversation, credit.agent, credit.skill, credit.contact].map(Name::to_code);
    ([kind as u8, scopes.0], [at, value], [conversation, agent, skill, contact, credit.topics, credit.via])
}
