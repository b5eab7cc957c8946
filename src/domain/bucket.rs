//! Five minutes of event time, the grain of every number (SPEC §2).

use crate::domain::event::Millis;
use crate::domain::planted::{Bug, is_planted};

/// Length of a bucket.
pub const BUCKET_MS: Millis = 300_000;

/// A half-open interval of five minutes aligned to the epoch, named by its end. Its number fits 32 bits until the
/// year 22 000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bucket(i32);

impl Bucket {
    /// The bucket in which `at` lies.
    #[must_use]
    pub fn of(at: Millis) -> Self {
        Self(at.div_euclid(BUCKET_MS) as i32)
    }

    /// The bucket that `now` belongs to as a question: on a boundary, the one just ended.
    #[must_use]
    pub fn asked_at(now: Millis) -> Self {
        Self::of(now - 1)
    }

    /// The first bucket of a window of `minutes` asked for at `now`.
    #[must_use]
    pub fn window_start(now: Millis, minutes: u32) -> Self {
        Self::of(now - Millis::from(minutes) * 60_000).later(i64::from(is_planted(Bug::WindowOneBucketLate)))
    }

    /// Its first millisecond.
    #[must_use]
    pub fn start(self) -> Millis {
        Millis::from(self.0) * BUCKET_MS
    }

    /// The first millisecond after it, which is also its name.
    #[must_use]
    pub fn end(self) -> Millis {
        self.start() + BUCKET_MS
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The one `by` buckets after it, before it where that is negative.
    #[must_use]
    pub fn later(self, by: i64) -> Self {
        Self(self.0 + by as i32)
    }

    /// Its place in a ring of `size` buckets.
    #[must_use]
    pub fn modulo(self, size: i64) -> u32 {
        i64::from(self.0).rem_euclid(size) as u32
    }

    /// How many buckets after `earlier` it comes.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        i64::from(self.0) - i64::from(earlier.0)
    }

    /// The parts of `[from, to)` that fall into each bucket.
    pub fn cut(from: Millis, to: Millis) -> impl Iterator<Item = (Self, Millis)> {
        let mut at = from;
        std::iter::from_fn(move || {
            (at < to).then(|| {
                let bucket = Self::of(at);
                let end = bucket.end().min(to);
                let part = end - at;
                at = end;
                (bucket, part)
            })
        })
    }
}
