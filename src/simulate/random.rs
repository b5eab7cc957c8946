//! A small random generator, seeded and split at will: the simulator's only source of chance.
//!
//! `SplitMix64` (Steele, Lea, Flood 2014): eight bytes of state, so that every conversation carries its own, and what
//! happens in one does not depend on which others run beside it.

use crate::domain::event::Millis;

/// The odd constant by which SplitMix64 walks: 2^64 divided by the golden ratio.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// One stream of chance.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    /// The stream of `seed` that `purpose` names.
    pub(super) fn new(seed: u64, purpose: u64) -> Self {
        Self(mix(seed ^ mix(purpose)))
    }

    /// Sixty-four even bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        scramble(self.0)
    }

    /// An even choice of `0..n`; `n` is at least 1.
    pub(super) fn below(&mut self, n: u32) -> u32 {
        debug_assert!(n > 0);
        // The high half of a product: no division, and a bias of at most n / 2^32.
        (((self.bits() >> 32) * u64::from(n)) >> 32) as u32
    }

    /// True in `per_mille` of a thousand cases.
    pub(super) fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1000) < per_mille
    }

    /// An even choice of `from..=to`.
    pub(super) fn between(&mut self, from: u32, to: u32) -> u32 {
        from + self.below(to - from + 1)
    }

    /// An even choice of the items; there is at least one.
    pub(super) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u32) as usize]
    }

    /// A duration spread as `quantiles` say: equally likely to lie between any two neighbours.
    pub(super) fn spread(&mut self, quantiles: &Quantiles) -> Millis {
        let cell = self.below(quantiles.len() as u32 - 1) as usize;
        let (low, high) = (quantiles[cell], quantiles[cell + 1]);
        low + Millis::from(self.below((high - low) as u32 + 1))
    }
}

/// A distribution of durations by its octiles, rising. A table instead of a formula: the same on every machine.
pub(super) type Quantiles = [Millis; 9];

/// Sixty-four well-mixed bits of `value`; no two values share them.
pub(super) fn mix(value: u64) -> u64 {
    scramble(value.wrapping_add(GOLDEN))
}

fn scramble(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_of_seed_zero_is_the_published_one() {
        let mut random = Random(0);
        assert_eq!([random.bits(), random.bits()], [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4]);
    }

    #[test]
    fn a_spread_stays_within_its_table_and_reaches_both_halves() {
        let table = [0, 1, 2, 3, 100, 200, 300, 400, 1000];
        let mut random = Random::new(1, 1);
        let drawn: Vec<_> = (0..1000).map(|_| random.spread(&table)).collect();
        assert!(drawn.iter().all(|value| (0..=1000).contains(value)));
        let upper = drawn.iter().filter(|value| **value > 100).count();
        assert!((400..600).contains(&upper), "half lie above the median, not {upper}");
    }
}
