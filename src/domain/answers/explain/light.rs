//! A row in numbers, and how rows come from the newest to the oldest without all of them being held.
//!
//! Facts are kept by bucket, in the order in which they were stated. So a bucket's rows are sorted by themselves. What goes
//! on, and what ends after the frame, belongs between them by its time; of that there is little: an agent is in one visit
//! and one status at a time.

use std::cmp::Ordering;

use super::{Counts, What};
use crate::domain::answers::questions::asked::Asked;
use crate::domain::answers::standing::standing;
use crate::domain::bucket::Bucket;
use crate::domain::day::view::NamesView;
use crate::domain::event::Millis;
use crate::domain::fact::{Credit, Row, Stated};
use crate::domain::names::Name;

/// A row whose names are numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Light {
    pub(super) at: Millis,
    pub(super) what: What,
    pub(super) value: Option<Millis>,
    pub(super) conversation: Option<Name>,
    pub(super) credit: Credit,
    pub(super) counts: Counts,
    pub(super) running: bool,
}

/// The rows that are made of the facts which a question covers, and of what goes on beside them, newest first.
pub(super) fn newest_first<'a>(
    asked: &'a Asked<'a>,
    going_on: Vec<Light>,
    mut row: impl FnMut(&Stated, &Row) -> Option<Light> + 'a,
) -> impl Iterator<Item = Light> + 'a {
    let frame = asked.question.frame();
    let after = asked.view.day.newest_first().take_while(|bucket| *bucket > frame.to);
    let mut between = going_on;
    between.extend(after.flat_map(|bucket| covered(asked, bucket)).filter_map(|(fact, of)| row(&fact, &of)));
    // The newest is taken first.
    between.sort_unstable_by_key(|light| light.at);
    let within = asked.view.day.newest_first().filter(move |bucket| (frame.from..=frame.to).contains(bucket));
    within.map(Some).chain([None]).flat_map(move |bucket| {
        let facts = bucket.into_iter().flat_map(|bucket| covered(asked, bucket));
        let mut rows: Vec<Light> = facts.filter_map(|(fact, of)| row(&fact, &of)).collect();
        // What ends at the first moment of a bucket is older than all that happened in it.
        let older = bucket.map_or(0, |bucket| between.partition_point(|light| light.at <= bucket.start()));
        rows.extend(between.drain(older..));
        sort(asked, rows)
    })
}

/// The same rows, newest first.
pub(super) fn sort(asked: &Asked<'_>, mut rows: Vec<Light>) -> Vec<Light> {
    rows.sort_by(|a, b| order(&asked.view.names, a, b));
    rows
}

/// The facts of a bucket that a question covers.
fn covered<'a>(asked: &'a Asked<'a>, bucket: Bucket) -> impl Iterator<Item = (Stated, Row)> + 'a {
    let facts = standing(&asked.view.day, bucket);
    facts.filter(move |(fact, row)| asked.is_in_time(bucket, fact) && asked.covers(fact, &row.credit))
}

/// The newest first; of one moment by names, never by numbers, which depend on what was heard of first.
fn order(names: &NamesView, a: &Light, b: &Light) -> Ordering {
    let conversation = |light: &Light| light.conversation.map(|name| names.conversations.text(name));
    let contact = |light: &Light| light.credit.contact.map(|name| names.contacts.text(name));
    let same_moment = || {
        conversation(a)
            .cmp(&conversation(b))
            .then(a.what.cmp(&b.what))
            .then_with(|| names.agent_text(a.credit.agent).cmp(names.agent_text(b.credit.agent)))
            .then_with(|| names.skill_text(a.credit.skill).cmp(names.skill_text(b.credit.skill)))
            .then_with(|| contact(a).cmp(&contact(b)))
            .then(a.value.cmp(&b.value))
    };
    b.at.cmp(&a.at).then_with(same_moment)
}
