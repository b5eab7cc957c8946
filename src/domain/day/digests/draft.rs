//! Facts on their way into a digest: each is put to its group, and group by group they are summed.

use std::sync::Arc;

use super::digest::Entries;
use super::{COLUMNS, Cut, Digest, Making};
use crate::domain::day::facts::{Cursor, FactsView};
use crate::domain::event::Millis;
use crate::domain::fact::{Credit, FactKind, Stated};
use crate::domain::span::Span;

/// Facts by group.
#[derive(Debug)]
pub struct Draft<'m, 'a> {
    making: &'m mut Making<'a>,
}

/// A fact of a group.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    pub(super) group: u32,
    pub(super) kind: FactKind,
    pub(super) unit: i8,
    pub(super) at: Millis,
    /// Of a message whose it is, by code.
    pub(super) value: Millis,
}

/// So many facts are read at a time, so that what is known of their rows is in the caches when they are added.
const TOGETHER: usize = 128;

impl<'m, 'a> Draft<'m, 'a> {
    /// No facts yet.
    #[must_use]
    pub(super) fn new(making: &'m mut Making<'a>) -> Self {
        making.items.clear();
        Self { making }
    }

    /// What digests lack of the facts of their buckets.
    #[must_use]
    pub fn of_rest(making: &'m mut Making<'a>, digests: &[Arc<Digest>]) -> Self {
        let (day, mut draft) = (making.cutting.day, Self::new(making));
        for (facts, mut cursor) in digests.iter().flat_map(|digest| digest.rest(day)) {
            draft.read(facts, &mut cursor);
        }
        draft
    }

    /// Adds the facts that a reader of a bucket has not read.
    pub(super) fn read(&mut self, facts: &FactsView, cursor: &mut Cursor) {
        let cut = self.making.cutting.cut;
        let mut together = std::mem::take(&mut self.making.together);
        loop {
            facts.read(cursor, TOGETHER, &mut together);
            if together.is_empty() {
                break;
            }
            let counting = || together.iter().filter(|fact| counts(cut, fact));
            counting().for_each(|fact| self.making.groups.prefetch(&self.making.cutting, fact.row));
            counting().for_each(|fact| self.add(fact));
        }
        self.making.together = together;
    }

    /// Adds, of the facts that a reader of a bucket has not read, what reaches into a span.
    pub fn read_spans(&mut self, facts: &FactsView, cursor: &mut Cursor, within: Span) {
        while let Some(fact) = facts.next(cursor) {
            if fact.kind.is_span() && counts(self.making.cutting.cut, &fact) {
                let credit = self.making.cutting.day.rows.get(fact.row).credit;
                self.add_span(fact.kind, fact.span().shared(within), fact.sign.unit() as i8, &credit);
            }
        }
    }

    /// Adds what goes on for a while.
    pub fn add_span(&mut self, kind: FactKind, span: Span, unit: i8, credit: &Credit) {
        if span.length_ms() == 0 {
            return;
        }
        let Making { cutting, groups, items, .. } = &mut *self.making;
        for key in (cutting.keys)(credit) {
            items.push(Item { group: groups.number(key), kind, unit, at: span.from, value: span.length_ms() });
        }
    }

    fn add(&mut self, fact: &Stated) {
        let Making { cutting, groups, items, .. } = &mut *self.making;
        if cutting.cut.has_side {
            return self.add_with_side(fact);
        }
        let of_row = groups.of_row(cutting, fact.row);
        let value = match fact.kind {
            FactKind::CustomerMessage => Millis::from(of_row.contact),
            FactKind::AgentMessage => Millis::from(of_row.agent),
            _ => fact.value,
        };
        let (Stated { at, kind, .. }, unit) = (*fact, fact.sign.unit() as i8);
        items.extend(groups.groups(&of_row).iter().map(|group| Item { group: *group, kind, unit, at, value }));
    }

    /// What is credited alike falls into several groups.
    fn add_with_side(&mut self, fact: &Stated) {
        let Making { cutting, groups, items, .. } = &mut *self.making;
        let credit = cutting.day.rows.get(fact.row).credit;
        let (side, unit) = (fact.scopes.side().map_or(0, |side| side as u32 + 1), fact.sign.unit() as i8);
        for mut key in (cutting.keys)(&credit) {
            key[COLUMNS - 1] = side;
            let Stated { at, value, kind, .. } = *fact;
            items.push(Item { group: groups.number(key), kind, unit, at, value });
        }
    }

    /// The entries of a digest that begins at `start`.
    pub(super) fn entries(self, start: Millis) -> Entries {
        let Making { cutting, groups, summing, items, sorting, .. } = self.making;
        let mut entries = Entries::with_capacity(items.len() * 8);
        sorting.each(items, groups, |key, of_it| {
            of_it.for_each(|item| summing.add(item, cutting.cut));
            summing.net();
            entries.push(key, start, summing);
        });
        entries.shrink();
        entries
    }
}

/// Whether a fact counts in a cut.
pub(super) fn counts(cut: Cut, fact: &Stated) -> bool {
    let is_presence = matches!(fact.kind, FactKind::Online | FactKind::Away);
    cut.kinds.has(fact.kind) && fact.scopes.has(cut.scope) && (cut.has_presence || !is_presence)
}
