//! How many facts were stated and taken back: what counters for `rate()` tell.

use std::sync::Arc;

use crate::domain::compact::growth;
use crate::domain::event::Millis;
use crate::domain::fact::{DurationKind, FactKind, Scopes, Sign, Stated};

/// How many facts of the account were stated, and taken back, since it exists: by kind, and durations by size too.
///
/// Most accounts have facts of a few kinds: what has none takes no room.
#[derive(Debug, Clone)]
pub struct Flow {
    /// Where in `counts` each kind stands; `NOWHERE` before its first fact.
    places: [u8; FactKind::COUNT],
    counts: Vec<Counts>,
    /// Upper bounds of the sizes, ascending, in milliseconds.
    bounds_ms: Arc<[Millis]>,
    /// By `DurationKind`; absent before the first duration.
    durations: Option<Box<[Sizes; 4]>>,
}

/// How many facts of one kind there were.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    stated: u64,
    retracted: u64,
}

const NOWHERE: u8 = u8::MAX;

/// The stated durations of one kind.
#[derive(Debug, Clone, Default)]
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
        Self { places: [NOWHERE; FactKind::COUNT], counts: Vec::new(), bounds_ms, durations: None }
    }

    /// A fact counts once, in the account: what it adds to other scopes is the same fact.
    pub fn count(&mut self, stated: &Stated) {
        let Stated { kind, value, scopes, .. } = *stated;
        if !scopes.has(Scopes::ACCOUNT) {
            return;
        }
        match stated.sign {
            Sign::State => {
                self.counts_mut(kind).stated += 1;
                if let Some(duration) = kind.duration() {
                    self.count_size(duration, value);
                }
            }
            Sign::Retract => self.counts_mut(kind).retracted += 1,
        }
    }

    fn counts_mut(&mut self, kind: FactKind) -> &mut Counts {
        let place = &mut self.places[kind as usize];
        if *place == NOWHERE {
            *place = self.counts.len() as u8;
            growth::push(&mut self.counts, Counts::default());
        }
        &mut self.counts[usize::from(*place)]
    }

    fn count_size(&mut self, duration: DurationKind, value: Millis) {
        let bounds_ms = &self.bounds_ms;
        let none = || Sizes { counts: vec![0; bounds_ms.len() + 1], sum_ms: 0 };
        let durations = self.durations.get_or_insert_with(|| Box::new(std::array::from_fn(|_| none())));
        let sizes = &mut durations[duration as usize];
        sizes.counts[bounds_ms.partition_point(|bound| *bound < value)] += 1;
        sizes.sum_ms += value.unsigned_abs();
    }

    fn counts(&self, kind: FactKind) -> Counts {
        self.counts.get(usize::from(self.places[kind as usize])).copied().unwrap_or_default()
    }

    /// Stated so far, never falling.
    #[must_use]
    pub fn stated(&self, kind: FactKind) -> u64 {
        self.counts(kind).stated
    }

    /// Taken back so far, never falling.
    #[must_use]
    pub fn retracted(&self, kind: FactKind) -> u64 {
        self.counts(kind).retracted
    }

    /// The bounds by which durations are counted, ascending, in milliseconds.
    #[must_use]
    pub fn bounds_ms(&self) -> &[Millis] {
        &self.bounds_ms
    }

    /// How many durations were stated so far between the bound before each bound, exclusive, and itself, inclusive;
    /// the last is how many were over all bounds. Never falling; empty before the first duration of any kind.
    #[must_use]
    pub fn sizes(&self, kind: DurationKind) -> &[u64] {
        self.durations.as_ref().map_or(&[], |durations| &durations[kind as usize].counts)
    }

    /// The sum of the durations stated so far, in milliseconds, never falling.
    #[must_use]
    pub fn sum_ms(&self, kind: DurationKind) -> u64 {
        self.durations.as_ref().map_or(0, |durations| durations[kind as usize].sum_ms)
    }
}
