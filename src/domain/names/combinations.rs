//! Combinations that many facts share, as one number: the topics tagged so far, and line, channel and company.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::domain::names::Name;

/// Where a conversation came from: line, channel, company.
pub type Origins = [Option<Name>; 3];

/// The combinations of one account; 0 is the empty one of each sort.
#[derive(Debug)]
pub struct Combinations {
    topics: Numbered<Vec<Name>>,
    origins: Numbered<Origins>,
}

impl Default for Combinations {
    fn default() -> Self {
        Self { topics: Numbered::starting_with(Vec::new()), origins: Numbered::starting_with([None; 3]) }
    }
}

impl Combinations {
    /// The topics of `set` and one more.
    pub fn with_topic(&mut self, set: u32, topic: Name) -> u32 {
        let mut topics = self.topics.of(set).clone();
        if let Err(place) = topics.binary_search(&topic) {
            topics.insert(place, topic);
        }
        self.topics.number(topics)
    }

    /// Line, channel and company of a conversation.
    pub fn via(&mut self, origins: Origins) -> u32 {
        self.origins.number(origins)
    }

    /// The topics of a set, ascending by name number.
    #[must_use]
    pub fn topics(&self, set: u32) -> &[Name] {
        self.topics.of(set)
    }

    /// Line, channel and company of a number.
    #[must_use]
    pub fn origins(&self, number: u32) -> Origins {
        *self.origins.of(number)
    }
}

#[derive(Debug)]
struct Numbered<T> {
    values: Vec<T>,
    numbers: HashMap<T, u32, FixedState>,
}

impl<T: Clone + Eq + std::hash::Hash> Numbered<T> {
    fn starting_with(value: T) -> Self {
        let mut numbered = Self { values: Vec::new(), numbers: HashMap::default() };
        numbered.number(value);
        numbered
    }

    fn of(&self, number: u32) -> &T {
        &self.values[number as usize]
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
