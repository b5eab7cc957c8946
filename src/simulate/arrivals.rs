//! When conversations begin: a given number over the hours before the end, more of them in busy hours.
//!
//! Walked forward one by one, so that a million starts cost no memory: the k-th begins somewhere in the k-th of N
//! equal parts of the day's load, which is a broken line through the hours.

use super::random::Random;
use crate::domain::event::Millis;

/// Load of each UTC hour: nights are quiet, not empty, so that a demo has something to show at any time.
const HOUR_LOAD: [u64; 24] =
    [40, 34, 30, 30, 34, 42, 60, 90, 130, 158, 166, 160, 146, 150, 158, 156, 146, 132, 116, 100, 86, 70, 58, 48];

const HOUR_MS: Millis = 3_600_000;

/// The starts, in order. Endless: after the given number come more of the same.
#[derive(Debug)]
pub(super) struct Arrivals {
    random: Random,
    /// How many are still to come before `end`.
    left: u64,
    end: Millis,
    /// The start of the present hour, or the beginning if that lies within it.
    from: Millis,
    /// How much of the load since `from` has been used, in load-milliseconds × `scale`.
    used: u64,
    /// The number of conversations: in these units each one's part is the whole load, and nothing is rounded.
    scale: u64,
    part: u64,
    afterwards: Option<Evenly>,
}

/// Starts at even distances, once the end has passed.
#[derive(Debug)]
struct Evenly {
    per_hour: u64,
    given: u64,
}

impl Arrivals {
    /// `conversations` over the time from `begin` to `end`, and then on at the same load.
    pub(super) fn new(random: Random, conversations: u64, begin: Millis, end: Millis) -> Self {
        let (scale, part) = (conversations.max(1), load(begin, end).max(1));
        Self { random, left: conversations, end, from: begin, used: 0, scale, part, afterwards: None }
    }

    /// Goes on after the end at a rate of its own.
    pub(super) fn afterwards(mut self, per_hour: u64) -> Self {
        self.afterwards = Some(Evenly { per_hour: per_hour.max(1), given: 0 });
        self
    }

    /// When the next one begins, if any does before the end.
    pub(super) fn next_before_end(&mut self) -> Option<Millis> {
        self.left = self.left.checked_sub(1)?;
        Some(self.walk().min(self.end - 1))
    }

    /// When the next one begins, on either side of the end.
    pub(super) fn next_endless(&mut self) -> Millis {
        if let Some(at) = self.next_before_end() {
            return at;
        }
        match &mut self.afterwards {
            Some(evenly) => self.end + evenly.next(),
            None => self.walk(),
        }
    }

    /// A place in the next part of the load.
    fn walk(&mut self) -> Millis {
        let inside = (u128::from(self.random.bits()) * u128::from(self.part)) >> 64;
        let at = self.at(self.used + inside as u64);
        self.used += self.part;
        self.enter_hour();
        at
    }

    /// The time at which `used` of the load since `from` has come; it may lie hours ahead.
    fn at(&self, mut used: u64) -> Millis {
        let mut from = self.from;
        loop {
            let weight = hour_load(from) * self.scale;
            let whole = weight * (hour_end(from) - from) as u64;
            if used < whole {
                return from + (used / weight) as Millis;
            }
            used -= whole;
            from = hour_end(from);
        }
    }

    /// Moves `from` on to the hour in which `used` lies.
    fn enter_hour(&mut self) {
        loop {
            let whole = hour_load(self.from) * self.scale * (hour_end(self.from) - self.from) as u64;
            if self.used < whole {
                return;
            }
            self.used -= whole;
            self.from = hour_end(self.from);
        }
    }
}

impl Evenly {
    /// How long after the end the next one begins.
    fn next(&mut self) -> Millis {
        let after = u128::from(self.given) * HOUR_MS as u128 / u128::from(self.per_hour);
        self.given += 1;
        after as Millis
    }
}

/// The whole load of a time, in load-milliseconds.
fn load(begin: Millis, end: Millis) -> u64 {
    let mut sum = 0;
    let mut from = begin;
    while from < end {
        let to = hour_end(from).min(end);
        sum += hour_load(from) * (to - from) as u64;
        from = to;
    }
    sum
}

fn hour_load(at: Millis) -> u64 {
    HOUR_LOAD[at.div_euclid(HOUR_MS).rem_euclid(24) as usize]
}

fn hour_end(at: Millis) -> Millis {
    (at.div_euclid(HOUR_MS) + 1) * HOUR_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: Millis = 1_790_000_123_456;

    fn starts(conversations: u64, hours: i64) -> Vec<Millis> {
        let mut arrivals = Arrivals::new(Random::new(1, 1), conversations, END - hours * HOUR_MS, END);
        std::iter::from_fn(|| arrivals.next_before_end()).collect()
    }

    #[test]
    fn all_of_them_begin_in_the_hours_asked_for_and_in_order() {
        for (conversations, hours) in [(1, 1), (7, 24), (100_000, 24), (1000, 1), (1000, 400)] {
            let starts = starts(conversations, hours);
            assert_eq!(starts.len() as u64, conversations);
            assert!(starts.is_sorted());
            assert!(starts[0] >= END - hours * HOUR_MS && *starts.last().expect("not empty") < END);
        }
    }

    #[test]
    fn the_busiest_hour_has_several_times_the_starts_of_the_quietest() {
        let mut hours = [0u32; 24];
        starts(100_000, 24).iter().for_each(|at| hours[at.div_euclid(HOUR_MS).rem_euclid(24) as usize] += 1);
        assert!(hours[10] > 4 * hours[2], "{hours:?}");
    }

    #[test]
    fn afterwards_they_go_on_at_the_rate_asked_for() {
        let mut arrivals = Arrivals::new(Random::new(1, 1), 2, END - HOUR_MS, END).afterwards(3600);
        let starts: Vec<_> = (0..5).map(|_| arrivals.next_endless() - END).collect();
        assert!(starts[1] < 0);
        assert_eq!(starts[2..], [0, 1000, 2000]);
    }
}
