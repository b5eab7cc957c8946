//! How much of any span many others cover, all together, found by a few comparisons.

use crate::domain::event::Millis;
use crate::domain::span::Span;

/// Many spans.
#[derive(Debug)]
pub(super) struct Covered {
    begun: Moments,
    ended: Moments,
}

/// Moments, and the sum of those up to each.
#[derive(Debug)]
struct Moments {
    sorted: Vec<Millis>,
    /// Of how many, from none to all; counted from the first, so that the sum fits.
    sums: Vec<Millis>,
}

impl Covered {
    pub(super) fn by(spans: impl Iterator<Item = Span>) -> Self {
        let (begun, mut ended): (Vec<Millis>, Vec<Millis>) = spans.map(|span| (span.from, span.to)).unzip();
        // What goes on ends at no moment that anybody asks for.
        ended.retain(|end| *end < Millis::MAX);
        Self { begun: Moments::of(begun), ended: Moments::of(ended) }
    }

    pub(super) fn overlap_ms(&self, span: Span) -> Millis {
        let passed = |moments: &Moments| moments.passed_ms(span.to) - moments.passed_ms(span.from);
        passed(&self.begun) - passed(&self.ended)
    }
}

impl Moments {
    fn of(mut sorted: Vec<Millis>) -> Self {
        sorted.sort_unstable();
        let first = sorted.first().copied().unwrap_or_default();
        let mut sums = vec![0];
        sums.extend(sorted.iter().scan(0, |sum, moment| {
            *sum += moment - first;
            Some(*sum)
        }));
        Self { sorted, sums }
    }

    /// The time from each of those before a moment to it, all together.
    fn passed_ms(&self, at: Millis) -> Millis {
        let before = self.sorted.partition_point(|moment| *moment < at);
        let first = self.sorted.first().copied().unwrap_or_default();
        before as Millis * (at - first) - self.sums[before]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_covered_is_the_sum_of_what_each_covers() {
        let (now, span) = (1_000_000, |from, to| Span { from, to });
        let spans: Vec<Span> = (0..500)
            .map(|nth| {
                let from = now - nth * 7_919 % 5_000;
                let to = if nth % 3 == 0 { Millis::MAX } else { from + nth * 31 % 700 };
                span(from, to)
            })
            .collect();
        let covered = Covered::by(spans.iter().copied());
        for asked in [span(now - 4_000, now), span(now - 5_500, now - 4_900), span(now - 9, now), span(now, now + 300)]
        {
            let one_by_one: Millis = spans.iter().map(|one| one.overlap_ms(asked)).sum();
            assert_eq!(covered.overlap_ms(asked), one_by_one);
        }
        assert_eq!(Covered::by(std::iter::empty()).overlap_ms(span(0, now)), 0);
    }
}
