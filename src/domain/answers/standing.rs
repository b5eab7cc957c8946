//! The facts of a bucket that stand: those that were stated and not taken back.
//!
//! A fact that is taken back is in the stream twice, with opposite signs, in one bucket, since its moment is the same. So
//! what was taken back is gathered first, and each of it cancels one that says the same.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::domain::bucket::Bucket;
use crate::domain::day::DayView;
use crate::domain::day::facts::FactsView;
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
    stand(day, bucket, kinds).map(|fact| (fact, day.rows.get(fact.row)))
}

/// All of them, without whom they are credited to: for who looks that up now and then.
pub(super) fn facts_standing(day: &DayView, bucket: Bucket) -> impl Iterator<Item = Stated> {
    stand(day, bucket, Kinds::ALL)
}

fn stand(day: &DayView, bucket: Bucket, kinds: Kinds) -> impl Iterator<Item = Stated> {
    let facts =
        move || day.bucket(bucket).into_iter().flat_map(FactsView::iter).filter(move |fact| kinds.has(fact.kind));
    let mut gone = Gone::default();
    facts().filter(|fact| fact.sign == Sign::Retract).for_each(|fact| gone.add(&fact, &day.rows.get(fact.row)));
    facts().filter(move |fact| fact.sign == Sign::State && !gone.cancels(fact, || day.rows.get(fact.row)))
}

/// What was taken back in a bucket, and not matched yet.
struct Gone {
    said: HashMap<Said, u32, FixedState>,
    /// A bit for each moment of it, by its last digits: most facts are of none of them, and need not be looked up.
    moments: Box<[u64; WORDS]>,
}

/// As many bits as there are facts in a busy bucket: 4 KiB.
const WORDS: usize = 512;

impl Default for Gone {
    fn default() -> Self {
        Self { said: HashMap::default(), moments: Box::new([0; WORDS]) }
    }
}

impl Gone {
    fn add(&mut self, fact: &Stated, row: &Row) {
        *self.said.entry(said(fact, row)).or_default() += 1;
        let (word, bit) = moment(fact);
        self.moments[word] |= bit;
    }

    /// Whether one that says the same was taken back, and not matched yet.
    fn cancels(&mut self, fact: &Stated, row: impl FnOnce() -> Row) -> bool {
        let (word, bit) = moment(fact);
        if self.moments[word] & bit == 0 {
            return false;
        }
        let Some(left) = self.said.get_mut(&said(fact, &row())).filter(|left| **left > 0) else { return false };
        *left -= 1;
        true
    }
}

/// The place of a fact's moment among the bits.
fn moment(fact: &Stated) -> (usize, u64) {
    let digits = (fact.at as usize) % (WORDS * 64);
    (digits / 64, 1 << (digits % 64))
}

fn said(fact: &Stated, row: &Row) -> Said {
    let Stated { at, value, kind, scopes, .. } = *fact;
    let credit = &row.credit;
    let [conversation, agent, skill, contact] =
        [row.conversation, credit.agent, credit.skill, credit.contact].map(Name::to_code);
    ([kind as u8, scopes.0], [at, value], [conversation, agent, skill, contact, credit.topics, credit.via])
}
