//! The groups of an answer while it is gathered: into which each fact falls, and what each has by interval.
//!
//! A day has millions of facts, and some share a row: whom and what they are credited to. So the groups of a row are found
//! once while facts with it come close together, and a fact is then added by number.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use smallvec::SmallVec;

use super::asked::{Asked, Key};
use crate::domain::day::tally::{Tally, Times};
use crate::domain::fact::{Credit, FactKind, Sign, Stated};
use crate::domain::names::Name;

/// The groups so far.
pub(super) struct Groups<'a> {
    asked: &'a Asked<'a>,
    /// Parts of each group: one for each interval, or one.
    places: usize,
    index: HashMap<Key, usize, FixedState>,
    /// In the order in which they were found.
    keys: Vec<Key>,
    /// Those of a group come one after the other.
    parts: Vec<Option<Box<Part>>>,
    /// By the last digits of a row's number.
    recent: Vec<Recent>,
}

/// What is gathered of one group in one interval.
#[derive(Debug, Default, Clone)]
pub(super) struct Part {
    pub(super) tally: Tally,
    pub(super) contacts: People,
    pub(super) agents: People,
}

/// Who wrote, each as often as they wrote until they are counted.
#[derive(Debug, Default, Clone)]
pub(super) struct People {
    names: Vec<Name>,
    /// How many of the first are different, and in order.
    distinct: usize,
}

/// A row that came lately, and the groups into which what is credited to it falls.
#[derive(Debug, Clone, Default)]
struct Recent {
    /// Its number and one more: 0 for none.
    row: u64,
    contact: Option<Name>,
    agent: Option<Name>,
    groups: SmallVec<[usize; 1]>,
}

/// How many rows are remembered: as many as fit into the cache next to the core.
const RECENT: usize = 4_096;
/// So many names are kept before equal ones are looked for.
const MANY: usize = 256;

impl<'a> Groups<'a> {
    pub(super) fn new(asked: &'a Asked<'a>, places: usize) -> Self {
        let recent = vec![Recent::default(); RECENT];
        Self { asked, places, index: HashMap::default(), keys: Vec::new(), parts: Vec::new(), recent }
    }

    /// How many parts there may be by now.
    pub(super) fn len(&self) -> usize {
        self.parts.len()
    }

    /// Adds a fact that stands; `credit` tells what it is credited to.
    pub(super) fn add(&mut self, fact: &Stated, place: usize, credit: impl FnOnce() -> Credit) {
        let slot = fact.row as usize % RECENT;
        if self.recent[slot].row != fact.row + 1 {
            self.recent[slot] = self.found(fact.row, &credit());
        }
        let Self { recent, parts, places, .. } = self;
        let of_row = &recent[slot];
        for group in &of_row.groups {
            parts[group * *places + place].get_or_insert_default().add(fact, of_row.contact, of_row.agent);
        }
    }

    /// Adds time spent in one part of the groups of a credit.
    pub(super) fn add_times(&mut self, place: usize, times: Times, credit: &Credit) {
        for group in self.of(credit) {
            self.parts[group * self.places + place].get_or_insert_default().tally.add_times(times, 1);
        }
    }

    /// Each group with its parts.
    pub(super) fn drain(self) -> impl Iterator<Item = (Key, Vec<Option<Box<Part>>>)> {
        let Self { keys, parts, places, .. } = self;
        let mut parts = parts.into_iter();
        keys.into_iter().map(move |key| (key, parts.by_ref().take(places).collect()))
    }

    fn found(&mut self, row: u64, credit: &Credit) -> Recent {
        let groups = if self.asked.covers_credit(credit) { self.of(credit) } else { SmallVec::new() };
        Recent { row: row + 1, contact: credit.contact, agent: credit.agent, groups }
    }

    fn of(&mut self, credit: &Credit) -> SmallVec<[usize; 1]> {
        let Self { asked, places, index, keys, parts, .. } = self;
        let number = |key| {
            *index.entry(key).or_insert_with(|| {
                keys.push(key);
                parts.resize_with(keys.len() * *places, Default::default);
                keys.len() - 1
            })
        };
        asked.keys(credit).into_iter().map(number).collect()
    }
}

impl Part {
    fn add(&mut self, fact: &Stated, contact: Option<Name>, agent: Option<Name>) {
        // Nothing is taken back here, so no maximum is lost.
        let _ = self.tally.add(fact.kind, fact.value, Sign::State);
        match fact.kind {
            FactKind::CustomerMessage => contact.into_iter().for_each(|contact| self.contacts.add(contact)),
            FactKind::AgentMessage => agent.into_iter().for_each(|agent| self.agents.add(agent)),
            _ => {}
        }
    }

    /// What several hold.
    pub(super) fn sum(parts: &[Option<Box<Self>>]) -> Self {
        let mut sum = Self::default();
        parts.iter().flatten().for_each(|part| sum.merge(part));
        sum
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.tally.merge(&other.tally);
        self.contacts.names.extend(&other.contacts.names);
        self.agents.names.extend(&other.agents.names);
    }
}

impl People {
    fn add(&mut self, name: Name) {
        if self.names.last() == Some(&name) {
            return;
        }
        self.names.push(name);
        if self.names.len() >= MANY.max(2 * self.distinct) {
            self.tidy();
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        if self.names.len() <= 1 {
            return self.names.len() as u64;
        }
        let mut all = self.clone();
        all.tidy();
        all.names.len() as u64
    }

    fn tidy(&mut self) {
        self.names.sort_unstable();
        self.names.dedup();
        self.distinct = self.names.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_counted_once_however_often_they_wrote() {
        let mut people = People::default();
        (0..10_000).for_each(|nth| people.add(Name::at(nth * 7 % 300)));
        assert_eq!(people.count(), 300);
        assert!(people.names.len() < 1_000, "equal ones are not all kept");
    }
}
