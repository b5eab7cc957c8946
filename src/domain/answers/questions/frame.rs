//! The time that a question covers: whole buckets, from one to another.

use crate::domain::bucket::Bucket;
use crate::domain::event::Millis;
use crate::domain::span::Span;

/// Buckets from one to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// The first.
    pub from: Bucket,
    /// The last.
    pub to: Bucket,
}

impl Frame {
    /// The last `minutes` (1–1440) at `now`.
    #[must_use]
    pub fn window(now: Millis, minutes: u32) -> Self {
        Self { from: Bucket::window_start(now, minutes), to: Bucket::asked_at(now) }
    }

    /// The bucket of the frame in which a fact of a bucket counts; what happened at exactly `now` belongs to the bucket just
    /// ended.
    pub(super) fn place(self, bucket: Bucket, now: Millis) -> Option<Bucket> {
        let bucket = bucket.min(Bucket::asked_at(now));
        (self.from <= bucket && bucket <= self.to).then_some(bucket)
    }

    /// The last bucket whose facts count in it; none where it begins after now.
    pub(super) fn last(self, now: Millis) -> Option<Bucket> {
        let newest = Bucket::asked_at(now);
        let last = if self.to >= newest { newest.next() } else { self.to };
        (self.from <= newest && self.from <= self.to).then_some(last)
    }

    /// Its time, up to now.
    pub(in crate::domain::answers) fn span(self, now: Millis) -> Span {
        let from = self.from.start();
        Span { from, to: self.to.end().min(now).max(from) }
    }

    /// Its intervals of so many buckets, oldest first.
    pub(super) fn intervals(self, buckets: u32) -> impl Iterator<Item = Self> {
        let mut from = self.from;
        std::iter::from_fn(move || {
            let of_it = Self { from, to: from.later(i64::from(buckets) - 1).min(self.to) };
            from = of_it.to.next();
            (of_it.from <= self.to).then_some(of_it)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Millis = 60_000;

    #[test]
    fn at_an_edge_the_bucket_just_ended_is_the_last_and_has_what_happened_then() {
        let frame = Frame::window(30 * MINUTE, 5);
        assert_eq!((frame.from.start(), frame.to.end()), (25 * MINUTE, 30 * MINUTE));
        assert_eq!(frame.place(Bucket::of(30 * MINUTE), 30 * MINUTE), Some(frame.to));
        assert_eq!(frame.place(Bucket::of(24 * MINUTE), 30 * MINUTE), None);
        let before = Frame { from: frame.from, to: frame.from };
        assert_eq!(before.place(Bucket::of(30 * MINUTE), 31 * MINUTE), None);
        assert_eq!(frame.last(30 * MINUTE), Some(Bucket::of(30 * MINUTE)));
        assert_eq!((before.last(36 * MINUTE), frame.last(24 * MINUTE)), (Some(before.to), None));
    }

    #[test]
    fn the_last_interval_may_be_shorter() {
        let frame = Frame::window(29 * MINUTE, 29);
        let spans: Vec<Span> = frame.intervals(4).map(|of_it| of_it.span(29 * MINUTE)).collect();
        let span = |from, to| Span { from: from * MINUTE, to: to * MINUTE };
        assert_eq!(spans, [span(0, 20), span(20, 29)]);
    }
}
