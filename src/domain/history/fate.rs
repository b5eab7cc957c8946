//! What became of an event.

/// How an event ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Fate {
    /// Added to the set.
    Applied,
    /// Later than `now`: waits beside the fold.
    Held,
    /// Its identity and content were known.
    Duplicate,
    /// Its identity was known with other content, or it joins two lives that have an identity in common.
    Conflicting,
}
