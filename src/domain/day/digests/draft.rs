//! Facts on their way into a digest: each is put to its group, and group by group they are summed.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;
use smallvec::SmallVec;

use super::digest::Entries;
use super::{COLUMNS, Cut, Cutting, Digest, Key, Summing};
use crate::domain::day::facts::{Cursor, FactsView};
use crate::domain::event::Millis;
use crate::domain::fact::{Credit, FactKind, Stated};
use crate::domain::names::Name;
use crate::domain::span::Span;

/// Facts by group.
pub struct Draft<'a> {
    cutting: Cutting<'a>,
    index: HashMap<Key, u32, FixedState>,
    /// By the number of a group.
    keys: Vec<Key>,
    items: Vec<Item>,
    /// Rows that came lately, by the last digits of their numbers.
    recent: Vec<Recent>,
}

/// A fact of a group.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    group: u32,
    /// Whose message it is, if people are counted, by code; else 0.
    pub(super) who: u32,
    pub(super) at: Millis,
    pub(super) value: Millis,
    pub(super) kind: FactKind,
    pub(super) unit: i32,
}

/// A row, and the groups into which what is credited to it falls.
#[derive(Debug, Clone, Default)]
struct Recent {
    /// Its number and one more: 0 for none.
    row: u64,
    contact: u32,
    agent: u32,
    groups: SmallVec<[u32; 2]>,
}

/// How many rows are remembered.
const RECENT: usize = 4_096;

impl<'a> Draft<'a> {
    /// No facts yet.
    #[must_use]
    pub(super) fn new(cutting: &Cutting<'a>) -> Self {
        let (index, keys, items, recent) = Default::default();
        Self { cutting: *cutting, index, keys, items, recent }
    }

    /// What digests lack of the facts of their buckets.
    #[must_use]
    pub fn of_rest(cutting: &Cutting<'a>, digests: &[Arc<Digest>]) -> Self {
        let mut draft = Self::new(cutting);
        for (facts, mut cursor) in digests.iter().flat_map(|digest| digest.rest(cutting.day)) {
            draft.read(facts, &mut cursor);
        }
        draft
    }

    /// Adds the facts that a reader of a bucket has not read.
    pub(super) fn read(&mut self, facts: &FactsView, cursor: &mut Cursor) {
        while let Some(fact) = facts.next(cursor) {
            if counts(self.cutting.cut, &fact) {
                self.add(&fact);
            }
        }
    }

    /// Adds, of the facts that a reader of a bucket has not read, what reaches into a span.
    pub fn read_spans(&mut self, facts: &FactsView, cursor: &mut Cursor, within: Span) {
        while let Some(fact) = facts.next(cursor) {
            if fact.kind.is_span() && counts(self.cutting.cut, &fact) {
                let credit = self.cutting.day.rows.get(fact.row).credit;
                self.add_span(fact.kind, fact.span().shared(within), fact.sign.unit() as i32, &credit);
            }
        }
    }

    /// Adds what goes on for a while.
    pub fn add_span(&mut self, kind: FactKind, span: Span, unit: i32, credit: &Credit) {
        if span.length_ms() == 0 {
            return;
        }
        for key in (self.cutting.keys)(credit) {
            let group = self.group(key);
            self.items.push(Item { group, who: 0, at: span.from, value: span.length_ms(), kind, unit });
        }
    }

    fn add(&mut self, fact: &Stated) {
        if self.cutting.cut.has_side {
            return self.add_with_side(fact);
        }
        let slot = fact.row as usize % RECENT;
        if self.recent.is_empty() {
            self.recent.resize(RECENT, Recent::default());
        }
        if self.recent[slot].row != fact.row + 1 {
            self.recent[slot] = self.found(fact.row);
        }
        let Recent { contact, agent, groups, .. } = &self.recent[slot];
        let who = match fact.kind {
            FactKind::CustomerMessage if self.cutting.cut.has_people => *contact,
            FactKind::AgentMessage if self.cutting.cut.has_people => *agent,
            _ => 0,
        };
        let Stated { at, value, kind, .. } = *fact;
        let unit = fact.sign.unit() as i32;
        self.items.extend(groups.iter().map(|group| Item { group: *group, who, at, value, kind, unit }));
    }

    /// What is credited alike falls into several groups.
    fn add_with_side(&mut self, fact: &Stated) {
        let credit = self.cutting.day.rows.get(fact.row).credit;
        let (side, unit) = (fact.scopes.side().map_or(0, |side| side as u32 + 1), fact.sign.unit() as i32);
        for mut key in (self.cutting.keys)(&credit) {
            key[COLUMNS - 1] = side;
            let group = self.group(key);
            let Stated { at, value, kind, .. } = *fact;
            self.items.push(Item { group, who: 0, at, value, kind, unit });
        }
    }

    fn found(&mut self, row: u64) -> Recent {
        let credit = self.cutting.day.rows.get(row).credit;
        let groups = (self.cutting.keys)(&credit).into_iter().map(|key| self.group(key)).collect();
        let [contact, agent] = [credit.contact, credit.agent].map(Name::to_code);
        Recent { row: row + 1, contact, agent, groups }
    }

    fn group(&mut self, key: Key) -> u32 {
        let keys = &mut self.keys;
        *self.index.entry(key).or_insert_with(|| {
            keys.push(key);
            keys.len() as u32 - 1
        })
    }

    /// The entries of a digest that begins at `start`.
    pub(super) fn entries(self, start: Millis, summing: &mut Summing) -> Entries {
        let Self { cutting, keys, items, .. } = self;
        let mut groups: Vec<u32> = (0..keys.len() as u32).collect();
        groups.sort_unstable_by_key(|group| keys[*group as usize]);
        let (starts, places) = by_group(&items, keys.len());
        let mut entries = Entries::with_capacity(items.len() * 8);
        for group in groups {
            let of_it = starts[group as usize] as usize..starts[group as usize + 1] as usize;
            for place in &places[of_it] {
                summing.add(&items[*place as usize], cutting.cut);
            }
            summing.net();
            entries.push(&keys[group as usize], start, summing);
        }
        entries.shrink();
        entries
    }
}

/// The places of items, group by group, and where those of each group begin.
fn by_group(items: &[Item], groups: usize) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0_u32; groups + 1];
    items.iter().for_each(|item| starts[item.group as usize + 1] += 1);
    (0..groups).for_each(|group| starts[group + 1] += starts[group]);
    let (mut next, mut places) = (starts.clone(), vec![0; items.len()]);
    for (place, item) in (0..).zip(items) {
        places[next[item.group as usize] as usize] = place;
        next[item.group as usize] += 1;
    }
    (starts, places)
}

/// Whether a fact counts in a cut.
pub(super) fn counts(cut: Cut, fact: &Stated) -> bool {
    let is_presence = matches!(fact.kind, FactKind::Online | FactKind::Away);
    cut.kinds.has(fact.kind) && fact.scopes.has(cut.scope) && (cut.has_presence || !is_presence)
}

impl std::fmt::Debug for Draft<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Draft")
            .field("groups", &self.keys.len())
            .field("items", &self.items.len())
            .finish_non_exhaustive()
    }
}
