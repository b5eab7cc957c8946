//! Combinations that many facts share, as one number: the topics tagged so far, and line, channel and company.
//!
//! Readers share the tables, in pages: a number that comes later copies the page that it goes into, once for a reader.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;

use crate::domain::compact::pages::Pages;
use crate::domain::names::Name;

/// Where a conversation came from: line, channel, company.
pub type Origins = [Option<Name>; 3];

/// The combinations of one account; 0 is the empty one of each sort.
#[derive(Debug, Default)]
pub struct Combinations {
    topics: Numbered<Arc<[Name]>>,
    origins: Numbered<Origins>,
}

/// The combinations as they were when they were taken.
#[derive(Debug, Clone, Default)]
pub struct CombinationsView {
    topics: Pages<Arc<[Name]>, PAGE>,
    origins: Pages<Origins, PAGE>,
}

/// Combinations in a page.
const PAGE: usize = 256;

impl Combinations {
    /// The topics of `set` and one more.
    pub fn with_topic(&mut self, set: u32, topic: Name) -> u32 {
        let topics = self.topics.of(set);
        match topics.binary_search(&topic) {
            Ok(_) => set,
            Err(place) => {
                let (before, after) = topics.split_at(place);
                let more = [before, &[topic], after].concat();
                self.topics.number(more.into())
            }
        }
    }

    /// Line, channel and company of a conversation.
    pub fn via(&mut self, origins: Origins) -> u32 {
        self.origins.number(origins)
    }

    /// The combinations as they are now.
    #[must_use]
    pub fn view(&self) -> CombinationsView {
        CombinationsView { topics: self.topics.values.clone(), origins: self.origins.values.clone() }
    }
}

impl CombinationsView {
    /// The topics of a set, ascending by name number.
    #[must_use]
    pub fn topics(&self, set: u32) -> &[Name] {
        self.topics.get(set as usize).map_or(&[], |topics| topics)
    }

    /// Line, channel and company of a number.
    #[must_use]
    pub fn origins(&self, number: u32) -> Origins {
        self.origins.get(number as usize).copied().unwrap_or_default()
    }
}

#[derive(Debug)]
struct Numbered<T> {
    values: Pages<T, PAGE>,
    numbers: HashMap<T, u32, FixedState>,
}

impl<T: Clone + Default + Eq + std::hash::Hash> Default for Numbered<T> {
    fn default() -> Self {
        let mut numbered = Self { values: Pages::default(), numbers: HashMap::default() };
        numbered.number(T::default());
        numbered
    }
}

impl<T: Clone + Eq + std::hash::Hash> Numbered<T> {
    fn of(&self, number: u32) -> &T {
        self.values.get(number as usize).expect("it was given")
    }

    fn number(&mut self, value: T) -> u32 {
        if let Some(&number) = self.numbers.get(&value) {
            return number;
        }
        let number = self.values.len() as u32;
        self.values.push(value.clone());
        self.numbers.insert(value, number);
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_combination_has_one_number_however_it_comes_about() {
        let (mut all, [a, b]) = (Combinations::default(), [0, 1].map(Name::at));
        let ab = [(a, b), (b, a)].map(|(first, second)| {
            let set = all.with_topic(0, first);
            all.with_topic(set, second)
        });
        assert_eq!(ab[0], ab[1]);
        assert_eq!(all.with_topic(ab[0], a), ab[0]);
        assert_eq!((all.view().topics(ab[0]), all.view().topics(0)), ([a, b].as_slice(), [].as_slice()));
        assert_eq!(all.via([None; 3]), 0);
        let via = all.via([Some(a), None, Some(b)]);
        assert_eq!(all.view().origins(via), [Some(a), None, Some(b)]);
    }
}
