//! Sets of topics, each with one number however it came about.
//!
//! A set is a tree over the numbers of its topics, sixteen branches a level, and equal branches of all sets are one. So a
//! set with one more topic costs a branch a level and no copy: a conversation may have a hundred thousand.

use std::sync::Arc;

use super::Name;
use super::numbered::{Numbered, NumberedView};

/// The sets of one account; 0 is the empty one.
#[derive(Debug, Default)]
pub(super) struct TopicSets(Numbered<Branch>);

/// The sets as they were when they were taken.
#[derive(Debug, Clone, Default)]
pub(super) struct TopicSetsView(NumberedView<Branch>);

/// A set, or what it has of a range of topics.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Branch {
    /// How many levels are below it: at none its bits are topics.
    height: u32,
    /// Which of its parts are not empty.
    filled: u16,
    /// Their numbers.
    below: Arc<[u32]>,
}

/// Bits of a topic's number that a level tells.
const BITS: u32 = 4;

impl Branch {
    /// The part in which a topic is.
    fn part(&self, topic: usize) -> u32 {
        (topic >> (BITS * self.height)) as u32 & ((1 << BITS) - 1)
    }

    /// Whether a topic is too large to be anywhere in it.
    fn is_beyond(&self, topic: usize) -> bool {
        topic.checked_shr(BITS * (self.height + 1)).unwrap_or(0) > 0
    }

    /// Where the number of a part is, or would be.
    fn place(&self, part: u32) -> (usize, bool) {
        let before = self.filled & ((1_u32 << part) - 1) as u16;
        (before.count_ones() as usize, self.filled >> part & 1 == 1)
    }
}

impl TopicSets {
    /// The topics of `set` and one more.
    pub(super) fn with(&mut self, set: u32, topic: Name) -> u32 {
        let (mut set, topic) = (set, topic.index());
        while self.0.of(set).is_beyond(topic) {
            set = self.raised(set);
        }
        self.insert(set, topic)
    }

    /// The sets as they are now.
    pub(super) fn view(&self) -> TopicSetsView {
        TopicSetsView(self.0.view())
    }

    /// The same set as a tree with one more level.
    fn raised(&mut self, set: u32) -> u32 {
        let Branch { height, filled, .. } = self.0.of(set);
        let below: &[u32] = if filled == 0 { &[] } else { &[set] };
        self.0.number(Branch { height: height + 1, filled: below.len() as u16, below: below.into() })
    }

    fn insert(&mut self, number: u32, topic: usize) -> u32 {
        let branch = self.0.of(number);
        let (part, height) = (branch.part(topic), branch.height);
        let ((place, is_filled), filled) = (branch.place(part), branch.filled | 1 << part);
        if height == 0 {
            return if is_filled { number } else { self.0.number(Branch { filled, ..Branch::default() }) };
        }
        let mut below = branch.below.to_vec();
        if is_filled {
            below[place] = self.insert(below[place], topic);
        } else {
            let empty = self.0.number(Branch { height: height - 1, ..Branch::default() });
            below.insert(place, self.insert(empty, topic));
        }
        self.0.number(Branch { height, filled, below: below.into() })
    }
}

impl TopicSetsView {
    /// The topics of a set, ascending by number.
    pub(super) fn topics(&self, set: u32) -> Vec<Name> {
        let mut topics = Vec::new();
        self.collect(set, 0, &mut topics);
        topics
    }

    fn collect(&self, number: u32, before: usize, topics: &mut Vec<Name>) {
        let Some(Branch { height, filled, below }) = self.0.get(number) else { return };
        let parts = (0..u16::BITS).filter(|part| filled >> part & 1 == 1);
        for (place, part) in parts.enumerate() {
            let first = before + ((part as usize) << (BITS * height));
            match below.get(place) {
                Some(below) => self.collect(*below, first, topics),
                None => topics.push(Name::at(first)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set_of(sets: &mut TopicSets, topics: &[usize]) -> u32 {
        topics.iter().fold(0, |set, topic| sets.with(set, Name::at(*topic)))
    }

    #[test]
    fn a_set_has_one_number_however_it_comes_about() {
        let mut sets = TopicSets::default();
        for topics in [&[0, 1][..], &[15, 16, 17], &[3, 300, 70_000, 5], &[4_096, 0]] {
            let number = set_of(&mut sets, topics);
            let back: Vec<usize> = topics.iter().rev().copied().collect();
            assert_eq!(set_of(&mut sets, &back), number);
            assert_eq!(sets.with(number, Name::at(topics[0])), number);
            let mut sorted = topics.to_vec();
            sorted.sort_unstable();
            assert_eq!(sets.view().topics(number).iter().map(|topic| topic.index()).collect::<Vec<_>>(), sorted);
        }
        assert_eq!(sets.view().topics(0), []);
    }

    #[test]
    fn many_topics_cost_a_few_branches_each() {
        let mut sets = TopicSets::default();
        let all: Vec<usize> = (0..10_000).collect();
        let number = set_of(&mut sets, &all);
        assert_eq!(sets.view().topics(number).len(), all.len());
        assert!(sets.0.len() < 5 * all.len(), "{}", sets.0.len());
    }
}
