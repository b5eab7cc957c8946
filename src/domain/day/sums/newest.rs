//! The newest bucket with a message that stands.
//!
//! It is told with the number of messages that stand there, so that most retractions leave no question. Where the last one
//! goes, whoever has the messages must look for the next.

use crate::domain::bucket::{BUCKET_MS, Bucket};
use crate::domain::event::Millis;
use crate::domain::fact::Sign;

/// The newest bucket and how many messages stand in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Newest {
    /// No message stands in a later one.
    bucket: Bucket,
    count: u32,
}

/// The newest bucket before and after.
pub(super) type Move = [Option<Bucket>; 2];

impl Newest {
    /// There is no message.
    pub(super) fn none() -> Self {
        Self { bucket: Bucket::of(Millis::from(i32::MIN) * BUCKET_MS), count: 0 }
    }

    /// As many messages as `count` stand in a bucket, and none in later ones.
    pub(super) fn at(bucket: Bucket, count: u32) -> Self {
        Self { bucket, count }
    }

    /// The bucket, if there is one.
    #[inline]
    pub(super) fn bucket(self) -> Option<Bucket> {
        (self.count > 0).then_some(self.bucket)
    }

    /// Whether it must be looked for.
    pub(super) fn is_lost(self) -> bool {
        self.count == 0 && self != Self::none()
    }

    /// Adds a message or takes it back.
    #[inline]
    pub(super) fn add(&mut self, bucket: Bucket, sign: Sign) -> Move {
        let before = self.bucket();
        match sign {
            Sign::State if bucket > self.bucket => *self = Self { bucket, count: 1 },
            Sign::State if bucket == self.bucket => self.count += 1,
            Sign::Retract if bucket == self.bucket => self.count = self.count.saturating_sub(1),
            Sign::State | Sign::Retract => {}
        }
        [before, self.bucket()]
    }

    /// Lets go of what is older.
    pub(super) fn drop_before(&mut self, oldest: Bucket) {
        if self.bucket < oldest {
            *self = Self::none();
        }
    }
}
