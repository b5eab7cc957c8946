//! Combinations that many facts share, as one number: the topics tagged so far, and line, channel and company.

use super::numbered::{Numbered, NumberedView};
use super::topic_sets::{TopicSets, TopicSetsView};
use crate::domain::names::Name;

/// Where a conversation came from: line, channel, company.
pub type Origins = [Option<Name>; 3];

/// The combinations of one account; 0 is the empty one of each sort.
#[derive(Debug, Default)]
pub struct Combinations {
    topics: TopicSets,
    origins: Numbered<Origins>,
}

/// The combinations as they were when they were taken.
#[derive(Debug, Clone, Default)]
pub struct CombinationsView {
    topics: TopicSetsView,
    origins: NumberedView<Origins>,
}

impl Combinations {
    /// The topics of `set` and one more.
    pub fn with_topic(&mut self, set: u32, topic: Name) -> u32 {
        self.topics.with(set, topic)
    }

    /// Line, channel and company of a conversation.
    pub fn via(&mut self, origins: Origins) -> u32 {
        self.origins.number(origins)
    }

    /// The combinations as they are now.
    #[must_use]
    pub fn view(&self) -> CombinationsView {
        CombinationsView { topics: self.topics.view(), origins: self.origins.view() }
    }
}

impl CombinationsView {
    /// The topics of a set, ascending by name number.
    #[must_use]
    pub fn topics(&self, set: u32) -> Vec<Name> {
        self.topics.topics(set)
    }

    /// Line, channel and company of a number.
    #[must_use]
    pub fn origins(&self, number: u32) -> Origins {
        self.origins.get(number).copied().unwrap_or_default()
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
        assert_eq!((all.view().topics(ab[0]), all.view().topics(0)), (vec![a, b], vec![]));
        assert_eq!(all.via([None; 3]), 0);
        let via = all.via([Some(a), None, Some(b)]);
        assert_eq!(all.view().origins(via), [Some(a), None, Some(b)]);
    }
}
