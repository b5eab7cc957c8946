//! A half-open span of time.

use super::event::Millis;

/// From one moment to another, that one left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Its first millisecond.
    pub from: Millis,
    /// The first after it.
    pub to: Millis,
}

impl Span {
    /// How long it is.
    #[must_use]
    pub fn length_ms(self) -> Millis {
        self.to - self.from
    }

    /// How much of it two spans share.
    #[must_use]
    pub fn overlap_ms(self, other: Self) -> Millis {
        (self.to.min(other.to) - self.from.max(other.from)).max(0)
    }

    /// What two spans share, if anything.
    #[must_use]
    pub fn shared(self, other: Self) -> Self {
        let from = self.from.max(other.from);
        Self { from, to: self.to.min(other.to).max(from) }
    }
}
