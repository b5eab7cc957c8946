//! The skills under which an agent has facts: few as a rule, and then next to each other.

use std::collections::{BTreeSet, HashMap};

use foldhash::fast::FixedState;
use smallvec::SmallVec;

use crate::domain::names::Name;

/// The skills of one agent, each at a place that it keeps.
#[derive(Debug, Default)]
pub(super) struct Skills {
    names: SmallVec<[Option<Name>; 8]>,
    /// Those that changed since they were last drained, a bit each.
    changed: u64,
    /// What is needed where they are more than bits.
    many: Option<Box<Many>>,
}

#[derive(Debug, Default)]
struct Many {
    /// The place of each.
    places: HashMap<Option<Name>, u32, FixedState>,
    /// Those without a bit that changed.
    changed: BTreeSet<u32>,
}

/// Skills that have a bit, and are looked through one by one.
const FEW: usize = u64::BITS as usize;

impl Skills {
    /// The skills, by place.
    pub(super) fn iter(&self) -> impl Iterator<Item = Option<Name>> {
        self.names.iter().copied()
    }

    /// The place of a skill, if it is known.
    #[inline]
    pub(super) fn find(&self, skill: Option<Name>) -> Option<usize> {
        match &self.many {
            None => self.names.iter().position(|one| *one == skill),
            Some(many) => many.places.get(&skill).map(|place| *place as usize),
        }
    }

    /// The place of a skill, known from now on and marked as changed.
    #[inline]
    pub(super) fn touch(&mut self, skill: Option<Name>) -> usize {
        let place = self.find(skill).unwrap_or_else(|| self.push(skill));
        if place < FEW {
            self.changed |= 1 << place;
        } else if let Some(many) = &mut self.many {
            many.changed.insert(place as u32);
        }
        place
    }

    /// Whether some are marked.
    pub(super) fn is_changed(&self) -> bool {
        self.changed != 0 || self.many.as_ref().is_some_and(|many| !many.changed.is_empty())
    }

    /// The skills that were marked since the last call.
    pub(super) fn drain_changed(&mut self) -> Vec<Option<Name>> {
        let bits = std::mem::take(&mut self.changed);
        let with_bits = (0..FEW).filter(|place| bits >> place & 1 == 1);
        let others = self.many.as_mut().map(|many| std::mem::take(&mut many.changed)).unwrap_or_default();
        let places = with_bits.chain(others.into_iter().map(|place| place as usize));
        places.map(|place| self.names[place]).collect()
    }

    #[cold]
    fn push(&mut self, skill: Option<Name>) -> usize {
        let place = self.names.len();
        self.names.push(skill);
        if place == FEW {
            let places = self.names.iter().copied().zip(0..).collect();
            self.many = Some(Box::new(Many { places, ..Many::default() }));
        } else if let Some(many) = &mut self.many {
            many.places.insert(skill, place as u32);
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skill_keeps_its_place_and_tells_once_that_it_changed() {
        let mut skills = Skills::default();
        let name = |place: usize| Name::from_code(place as u32 * 3);
        for place in 0..200 {
            assert_eq!((skills.find(name(place)), skills.touch(name(place))), (None, place));
        }
        assert!((0..200).all(|place| skills.find(name(place)) == Some(place)));
        assert_eq!(skills.drain_changed(), (0..200).map(name).collect::<Vec<_>>());
        [3, 150, 63, 64, 3].into_iter().for_each(|place| _ = skills.touch(name(place)));
        assert_eq!(skills.drain_changed(), [3, 63, 64, 150].map(name));
        assert_eq!(skills.drain_changed(), []);
    }
}
