//! Deliberate bugs of the fold, one at a time, which the laws must catch: a test that cannot fail proves nothing.
//!
//! Without the feature `planted-bugs`, which no release has, nothing is ever planted, and what asks costs nothing.

use crate::domain::fact::FactKind;

/// A bug that could be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// What happens on the edge of a bucket counts in the one just ended.
    EdgeOnTheWrongSide,
    /// A window begins a bucket too late.
    WindowOneBucketLate,
    /// A change of rating leaves the answer before it standing.
    ChangedRatingKept,
    /// A reopening leaves the resolution standing.
    ReopenedResolutionKept,
    /// A response does not replace the overdue it was waited for.
    AnsweredOverdueKept,
    /// The greatest value stays when it is taken back.
    GreatestKept,
    /// Of two events of one millisecond, the one that arrived first is first.
    TiesByArrival,
    /// An event happened when it arrived.
    TimeOfArrival,
    /// An event that is repeated counts again.
    DuplicateTakenAgain,
    /// An event later than now counts at once.
    FutureAtOnce,
    /// What comes due between two events is noticed after the second.
    TimersAfterTheEvent,
    /// An agent who opens another conversation has not left the one before.
    TwoVisitsAtOnce,
    /// Nobody hears what changed in the buckets of skills.
    SkillsInSilence,
    /// What may still be touched for a day is forgotten.
    ForgottenADayEarly,
    /// An open conversation is over as soon as a closed one.
    OpenEndsLikeClosed,
    /// A late event leaves lives parted, or together, as they were.
    PartedOnce,
}

/// Whether a retraction of this kind of fact gets lost.
pub(super) fn is_retraction_lost(kind: FactKind) -> bool {
    use FactKind as K;
    match kind {
        K::Answer1 | K::Answer2 | K::Answer3 | K::Answer4 | K::Answer5 => is_planted(Bug::ChangedRatingKept),
        K::Resolved | K::ResolvedWithin | K::ResolvedMissed => is_planted(Bug::ReopenedResolutionKept),
        K::ResponseOverdue | K::FirstResponseOverdue => is_planted(Bug::AnsweredOverdueKept),
        _ => false,
    }
}

/// Whether this bug is in.
#[cfg(not(feature = "planted-bugs"))]
pub(super) const fn is_planted(_: Bug) -> bool {
    false
}

#[cfg(feature = "planted-bugs")]
pub(super) use bed::is_planted;
#[cfg(feature = "planted-bugs")]
pub use bed::{ALL, with};

#[cfg(feature = "planted-bugs")]
mod bed {
    use std::cell::Cell;

    use super::Bug;

    /// Every bug.
    pub const ALL: [Bug; 16] = [
        Bug::EdgeOnTheWrongSide,
        Bug::WindowOneBucketLate,
        Bug::ChangedRatingKept,
        Bug::ReopenedResolutionKept,
        Bug::AnsweredOverdueKept,
        Bug::GreatestKept,
        Bug::TiesByArrival,
        Bug::TimeOfArrival,
        Bug::DuplicateTakenAgain,
        Bug::FutureAtOnce,
        Bug::TimersAfterTheEvent,
        Bug::TwoVisitsAtOnce,
        Bug::SkillsInSilence,
        Bug::ForgottenADayEarly,
        Bug::OpenEndsLikeClosed,
        Bug::PartedOnce,
    ];

    thread_local! {
        /// Of this thread, so that tests beside it are none the wiser.
        static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    pub(in super::super) fn is_planted(bug: Bug) -> bool {
        PLANTED.get() == Some(bug)
    }

    /// Works on this thread with a bug in the fold, or with none.
    pub fn with<T>(bug: Option<Bug>, work: impl FnOnce() -> T) -> T {
        let before = PLANTED.replace(bug);
        let done = work();
        PLANTED.set(before);
        done
    }
}
