//! How many facts were stated and taken back: what counters for `rate()` tell.

use std::sync::Arc;

use crate::domain::event::Millis;
use crate::domain::fact::{DurationKind, FactKind, Scopes, Sign, Stated};

/// How many facts of the account were stated, and taken back, since it exists: by kind, and durations by size too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    stated: [u64; FactKind::COUNT],
    retracted: [u64; FactKind::COUNT],
    /// Upper bounds of the sizes, ascending, in milliseconds.
    bounds_ms: Arc<[Millis]>,
    /// By `DurationKind`.
    durations: [Sizes; 4],
}

/// The stated durations of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Sizes {
    /// How many lie over the bound before and not over their own; the last, over all bounds.
    counts: Vec<u64>,
    sum_ms: u64,
}

impl Default for Flow {
    fn default() -> Self {
        Self::by_size(Arc::from([]))
    }
}

impl Flow {
    /// Counts durations by these upper bounds (milliseconds, ascending) too.
    #[must_use]
    pub fn by_size(bounds_ms: Arc<[Millis]>) -> Self {
        let sizes = || Sizes { counts: vec![0; bounds_ms.len() + 1], sum_ms: 0 };
        let durations = std::array::from_fn(|_| sizes());
        Self { stated: [0; FactKind::COUNT], retracted: [0; FactKind::COUNT], bounds_ms, durations }
    }

    /// A fact counts once, in the account: what it adds to other scopes is the same fact.
    pub fn count(&mut self, stated: &Stated) {
        let Stated { kind, value, scopes, .. } = *stated;
        if !scopes.has(Scopes::ACCOUNT) {
            return;
        }
        match stated.sign {
            Sign::State => {
                self.stated[kind as usize] += 1;
                if let Some(duration) = kind.duration() {
                    let place = self.bounds_ms.partition_point(|bound| *bound < value);
                    let sizes = &mut self.durations[duration as usize];
                    sizes.counts[place] += 1;
                    sizes.sum_ms += value.unsigned_abs();
                }
            }
            Sign::Retract => self.retracted[kind as usize] += 1,
        }
    }

    /// Stated so far, never falling.
    #[must_use]
    pub fn stated(&self, kind: FactKind) -> u64 {
        self.stated[kind as usize]
    }

    /// Taken back so far, never falling.
    #[must_use]
    pub fn retracted(&self, kind: FactKind) -> u64 {
        self.retracted[kind as usize]
    }

    /// The bounds by which durations are counted, ascending, in milliseconds.
    #[must_use]
    pub fn bounds_ms(&self) -> &[Millis] {
        &self.bounds_ms
    }

    /// How many durations were stated so far between the bound before each bound, exclusive, and itself, inclusive;
    /// the last is how many were over all bounds. Never falling.
    #[must_use]
    pub fn sizes(&self, kind: DurationKind) -> &[u64] {
        &self.durations[kind as usize].counts
    }

    /// The sum of the durations stated so far, in milliseconds, never falling.
    #[must_use]
    pub fn sum_ms(&self, kind: DurationKind) -> u64 {
        self.durations[kind as usize].sum_ms
    }
}
