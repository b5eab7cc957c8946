//! Who works when: shifts and breaks, as a function of agent and time alone.
//!
//! Nothing is stored, so that a hundred thousand agents cost nothing, and any moment can be asked about.

use super::random::mix;
use crate::domain::event::{Millis, Status};

const MINUTE_MS: Millis = 60_000;
const DAY_MS: Millis = 1440 * MINUTE_MS;

/// When shifts begin, in UTC hours; the busy hours have the most of them, and someone is there at night.
const SHIFT_STARTS: [Millis; 8] = [8, 13, 9, 22, 6, 12, 10, 16];

/// A shift, in minutes from its start. A repeated status is a refresh, as systems send them.
const SHIFT: [(Millis, Status); 11] = [
    (0, Status::Online),
    (60, Status::Online),
    (120, Status::Away),
    (135, Status::Online),
    (190, Status::Online),
    (240, Status::Away),
    (285, Status::Online),
    (350, Status::Online),
    (420, Status::Away),
    (435, Status::Online),
    (510, Status::Offline),
];

/// One agent's working days.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rota {
    /// The start of the shift of 1970-01-01.
    first: Millis,
}

impl Rota {
    /// The `nth` agent of a skill: neighbours work at different times.
    pub(super) fn new(agent: u32, nth: u32) -> Self {
        let hour = SHIFT_STARTS[nth as usize % SHIFT_STARTS.len()];
        // Nobody logs in on the stroke of the hour.
        let jitter = (mix(u64::from(agent)) % (20 * MINUTE_MS as u64)) as Millis;
        Self { first: hour * 60 * MINUTE_MS + jitter }
    }

    /// The agent's presence at `at`.
    pub(super) fn presence(self, at: Millis) -> Status {
        let into = (at - self.first).rem_euclid(DAY_MS);
        SHIFT[part(into)].1
    }

    /// The next status after `at`, and when.
    pub(super) fn next(self, at: Millis) -> (Millis, Status) {
        let into = (at - self.first).rem_euclid(DAY_MS);
        match SHIFT.get(part(into) + 1) {
            Some((minutes, presence)) => (at - into + minutes * MINUTE_MS, *presence),
            None => (at - into + DAY_MS, SHIFT[0].1),
        }
    }
}

/// Which part of the shift's day it is.
fn part(into: Millis) -> usize {
    SHIFT.iter().rposition(|(minutes, _)| minutes * MINUTE_MS <= into).expect("a shift's day begins at its minute 0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn following_the_changes_agrees_with_asking_at_any_time() {
        let rota = Rota::new(5, 3);
        let mut at = 1_790_000_000_000;
        for _ in 0..30 {
            let (next, presence) = rota.next(at);
            assert!(next > at);
            assert_eq!(rota.presence(next), presence);
            at = next;
        }
    }

    #[test]
    fn at_every_hour_someone_of_eight_is_online() {
        for hour in 0..24 {
            let at = hour * 60 * MINUTE_MS + 1_790_000_000_000 / DAY_MS * DAY_MS;
            assert!((0..8).any(|nth| Rota::new(nth, nth).presence(at) == Status::Online), "hour {hour}");
        }
    }
}
