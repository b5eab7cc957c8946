//! When to publish what: intervals, bucket ends, repetition. Pure: the time is told.

use crate::domain::bucket::Bucket;
use crate::domain::event::Millis;

/// At a bucket's end, all that changed by time alone follows within this long, evenly spread.
pub const SWEEP_MS: Millis = 20_000;
/// A scope that fell to zero is forgotten after a day.
pub const FORGET_ZERO_MS: Millis = 24 * 3_600_000;

/// Something due once a period, at the latest one tick after it.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    period: Millis,
    next: Millis,
}

impl Pace {
    /// Due at once, then once a `period`.
    #[must_use]
    pub fn new(period: Millis) -> Self {
        Self { period, next: Millis::MIN }
    }

    /// Whether it is due; if so, it is next due a period after it should have been, or after now if that is past.
    pub fn is_due(&mut self, now: Millis) -> bool {
        let due = now >= self.next;
        if due {
            let on_time = self.next.saturating_add(self.period);
            self.next = if on_time > now { on_time } else { now + self.period };
        }
        due
    }
}

/// Whether between two moments any window began to cover other buckets.
#[must_use]
pub fn windows_moved(before: Millis, now: Millis, windows: &[u32]) -> bool {
    windows.iter().any(|&minutes| Bucket::window_start(before, minutes) != Bucket::window_start(now, minutes))
}

/// The buckets that ended after `before` and up to `now`, oldest first; none from before the longest window.
pub fn buckets_ended(before: Millis, now: Millis) -> impl Iterator<Item = Bucket> {
    let first = Bucket::of(before).max(oldest_bucket(now));
    let until = Bucket::of(now);
    std::iter::successors(Some(first), |bucket| Some(bucket.next())).take_while(move |bucket| *bucket < until)
}

/// Whether a bucket is over, and not so old that it may have been forgotten.
#[must_use]
pub fn is_closed(bucket: Bucket, now: Millis) -> bool {
    bucket < Bucket::of(now) && bucket >= oldest_bucket(now)
}

/// The first bucket of a day's window.
fn oldest_bucket(now: Millis) -> Bucket {
    Bucket::window_start(now, 1440)
}

/// How many of `left` to do now, so that they are done by `deadline` at a steady pace.
#[must_use]
pub fn share(left: usize, before: Millis, now: Millis, deadline: Millis) -> usize {
    let (passed, whole) = ((now - before).max(0), (deadline - before).max(0));
    if passed >= whole {
        return left;
    }
    // Rounded up, so that a few are not put off to the end.
    left.min((left as u128 * passed as u128).div_ceil(whole as u128) as usize)
}

/// When something published at `at` is published again, unchanged: within the last third of `after`, spread by `salt`.
#[must_use]
pub fn again_at(at: Millis, after: Millis, salt: u64) -> Millis {
    let spread = (after / 3).max(1);
    // A tick's delay must not make it later than `after`.
    let latest = at + after - (after / 60).min(1_000);
    latest - Millis::try_from(salt % spread.unsigned_abs()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Millis = 60_000;

    #[test]
    fn a_period_is_kept_without_drift_and_a_long_pause_is_not_made_up_for() {
        let mut pace = Pace::new(250);
        assert!(pace.is_due(1_000));
        assert!(!pace.is_due(1_249));
        assert!(pace.is_due(1_260));
        assert!(pace.is_due(1_500), "due on time although the one before was late");
        assert!(pace.is_due(9_999));
        assert!(!pace.is_due(10_000));
    }

    #[test]
    fn windows_of_whole_buckets_move_exactly_at_a_buckets_end() {
        let edge = 300 * MINUTE;
        assert!(!windows_moved(edge - 2, edge - 1, &[5, 60, 1440]));
        assert!(windows_moved(edge - 1, edge, &[5, 60, 1440]));
        assert!(!windows_moved(edge, edge + 1, &[5, 60, 1440]));
    }

    #[test]
    fn a_window_of_seven_minutes_moves_two_minutes_after_a_buckets_end() {
        let edge = 300 * MINUTE;
        assert!(!windows_moved(edge - 1, edge, &[7]));
        assert!(windows_moved(edge + 2 * MINUTE - 1, edge + 2 * MINUTE, &[7]));
    }

    #[test]
    fn a_bucket_has_ended_when_its_end_is_reached() {
        let edge = 300 * MINUTE;
        let ended = |before, now| buckets_ended(before, now).map(Bucket::end).collect::<Vec<_>>();
        assert_eq!(ended(edge - 250, edge - 1), Vec::<Millis>::new());
        assert_eq!(ended(edge - 1, edge), [edge]);
        assert_eq!(ended(edge, edge + 250), Vec::<Millis>::new());
        assert_eq!(ended(edge - 1, edge + 5 * MINUTE), [edge, edge + 5 * MINUTE]);
    }

    #[test]
    fn after_a_long_pause_only_a_days_buckets_end() {
        let now = 100 * 1440 * MINUTE;
        assert_eq!(buckets_ended(0, now).count(), 288);
        assert!(is_closed(Bucket::of(now - 1440 * MINUTE), now));
        assert!(!is_closed(Bucket::of(now - 1440 * MINUTE - 1), now));
        assert!(!is_closed(Bucket::of(now), now));
    }

    #[test]
    fn a_sweep_is_done_in_equal_shares_by_its_deadline() {
        let mut left = 1_000;
        let (mut now, deadline) = (0, SWEEP_MS);
        let mut greatest = 0;
        while now < deadline {
            let take = share(left, now, now + 250, deadline);
            greatest = greatest.max(take);
            left -= take;
            now += 250;
        }
        assert_eq!(left, 0);
        assert!(greatest <= 14, "{greatest}");
        assert_eq!(share(7, deadline, deadline + 1, deadline), 7, "what is overdue is done at once");
        assert_eq!(share(0, 0, 250, deadline), 0);
    }

    #[test]
    fn repetition_is_spread_over_the_last_third_and_never_later() {
        let again: Vec<Millis> = (0..10_000).map(|salt| again_at(0, 300_000, salt * 7_919)).collect();
        assert!(again.iter().all(|at| (199_000..=299_000).contains(at)));
        assert!(again.iter().min().is_some_and(|at| *at < 205_000));
        assert!(again.iter().max().is_some_and(|at| *at > 295_000));
    }
}
