//! When the accounts forget: now and then, and only what every partition has passed.
//!
//! An event is late, and ignored, when it is a day older than its record. So once every partition has passed a moment,
//! no event of more than a day before it will come.

use super::Fold;
use crate::domain::event::Millis;
use crate::wire::admission::LATE_AFTER_MS;

/// How often something is forgotten.
pub(super) const FORGET_EVERY_MS: Millis = 60_000;
/// How many conversations of an account are looked at each time: some milliseconds' work.
const FORGET_AT_ONCE: usize = 65_536;
/// For records that are written with another's clock, out of order, after their producer had kept them back, or to a
/// partition that has not been found yet.
const GRACE_MS: Millis = 3_600_000;

impl Fold {
    /// Lets every account forget, once in a while.
    pub(super) fn forget_if_due(&mut self) {
        if !self.forget_pace.is_due(self.now) {
            return;
        }
        let Some(passed) = self.progress.look() else { return };
        let admissible_from = passed.min(self.now).saturating_sub(GRACE_MS + LATE_AFTER_MS);
        for one in &mut self.accounts {
            one.account.forget_before(admissible_from, FORGET_AT_ONCE);
        }
    }
}
