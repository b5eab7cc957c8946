//! Numbers that were said lately, for the next that are equal to share their memory.
//!
//! Of many scopes with little traffic most say the same as some other. What is looked through is bounded: whoever says much
//! that differs shares little, and nothing grows.

use std::hash::{BuildHasher, Hash};

use foldhash::fast::FixedState;

/// What was said lately; a clone of it shares its memory.
#[derive(Debug)]
pub struct SaidLately<T> {
    /// By hash.
    slots: Box<[Option<T>]>,
}

/// How many are remembered at most: a megabyte of them.
const SLOTS: usize = 512;

impl<T: Clone> Default for SaidLately<T> {
    fn default() -> Self {
        Self { slots: vec![None; SLOTS].into() }
    }
}

impl<T: Clone + Eq + Hash> SaidLately<T> {
    /// The same, in the memory of what is equal if that was said lately.
    #[must_use]
    pub fn share(&mut self, said: T) -> T {
        let slot = &mut self.slots[FixedState::default().hash_one(&said) as usize % SLOTS];
        match slot {
            Some(before) if *before == said => before.clone(),
            _ => slot.insert(said).clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn what_is_equal_is_shared_and_what_is_not_is_not() {
        let mut lately = SaidLately::default();
        let all: Vec<Arc<u64>> = (0..2_000).map(|number| lately.share(Arc::new(number % 20))).collect();
        assert!((0..2_000).all(|number| *all[number] == number as u64 % 20));
        let is_shared = |number: &usize| Arc::ptr_eq(&all[*number], &all[number % 20]);
        assert!((0..2_000).filter(is_shared).count() > 1_000, "but for those whose slots are the same");
    }
}
