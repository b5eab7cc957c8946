//! Rolling windows: the last T minutes at a moment, by whole buckets, several at once (SPEC §2).

use crate::domain::bucket::Bucket;
use crate::domain::day::tally::Tally;
use crate::domain::event::Millis;
use crate::domain::span::Span;

/// Windows asked for at one moment.
#[derive(Debug, Clone)]
pub struct Windows {
    now: Millis,
    /// First bucket and place in the question, narrowest first.
    starts: Vec<(Bucket, usize)>,
}

impl Windows {
    /// The last `minutes` (each 1–1440) at `now`.
    #[must_use]
    pub fn at(now: Millis, minutes: &[u32]) -> Self {
        let starts = minutes.iter().map(|minutes| Bucket::window_start(now, *minutes));
        let mut starts: Vec<(Bucket, usize)> = starts.zip(0..).collect();
        starts.sort_unstable_by_key(|(start, _)| std::cmp::Reverse(*start));
        Self { now, starts }
    }

    /// As of when.
    #[must_use]
    pub fn now(&self) -> Millis {
        self.now
    }

    /// Where each part ends: the first bucket of its window, narrowest first.
    pub fn starts(&self) -> impl Iterator<Item = Bucket> {
        self.starts.iter().map(|(start, _)| *start)
    }

    /// The part into which a bucket falls: that of the narrowest window that has it.
    #[must_use]
    pub fn part_of(&self, bucket: Bucket) -> Option<usize> {
        self.starts.iter().position(|(start, _)| *start <= bucket)
    }

    /// Parts up to the last that has something.
    #[must_use]
    pub fn trim(mut parts: Vec<Tally>) -> Vec<Tally> {
        let with_something = parts.iter().rposition(|part| !part.is_empty()).map_or(0, |last| last + 1);
        parts.truncate(with_something);
        parts
    }

    /// The windows' tallies, in the order of the question, from those of the parts, up to the last that has something.
    #[must_use]
    pub fn sum(&self, parts: Vec<Tally>) -> Vec<Tally> {
        let (sums, places) = self.distinct(parts);
        places.iter().map(|place| sums[usize::from(*place)].clone()).collect()
    }

    /// The same, but each that differs from the one before once, narrowest first, and which of them each window's is.
    #[must_use]
    pub fn distinct(&self, parts: Vec<Tally>) -> (Vec<Tally>, Box<[u16]>) {
        let (mut sums, mut places) = (Vec::<Tally>::with_capacity(parts.len().max(1)), vec![0; self.starts.len()]);
        let mut parts = parts.into_iter();
        for (_, place) in &self.starts {
            let mut sum = parts.next().unwrap_or_default();
            let narrower = sums.last();
            if narrower.is_none() || !sum.is_empty() {
                narrower.into_iter().for_each(|narrower| sum.merge(narrower));
                sums.push(sum);
            }
            places[*place] = sums.len() as u16 - 1;
        }
        (sums, places.into())
    }

    /// Each window's place in the question and its span `[from, now]`.
    pub fn spans(&self) -> impl Iterator<Item = (usize, Span)> {
        self.starts.iter().map(|(start, place)| (*place, Span { from: start.start(), to: self.now }))
    }
}
