//! In which order and when lines arrive: chosen by the line's own bytes, so that leaving out one moves no other.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::random::at_ms;

/// A number that a line draws for itself; another `seed` is another draw.
pub(super) fn drawn(line: &str, seed: u64) -> u64 {
    xxh3_64_with_seed(line.as_bytes(), seed)
}

/// The lines in another order, some of them twice.
pub(super) fn shuffled_and_repeated(lines: &[String], seed: u64) -> Vec<String> {
    let twice = |line: &&String| drawn(line, seed).is_multiple_of(5);
    let mut all: Vec<(u64, &String)> = lines.iter().map(|line| (drawn(line, seed ^ 1), line)).collect();
    all.extend(lines.iter().filter(twice).map(|line| (drawn(line, seed ^ 2), line)));
    all.sort();
    all.into_iter().map(|(_, line)| line.clone()).collect()
}

const MINUTE_MS: i64 = 60_000;
/// How late lines are; below zero, the producer's clock is ahead.
const DELAYS_MS: [i64; 12] = [
    0,
    0,
    1,
    777,
    40_000,
    5 * MINUTE_MS,
    33 * MINUTE_MS,
    3 * 60 * MINUTE_MS,
    30 * 60 * MINUTE_MS,
    -1,
    -90_000,
    -50 * MINUTE_MS,
];

/// The lines with the moments at which they arrive, in that order.
pub(super) fn arrivals(lines: &[String], seed: u64) -> Vec<(i64, &String)> {
    let delay = |line: &str| DELAYS_MS[(drawn(line, seed) % DELAYS_MS.len() as u64) as usize];
    let mut arrivals: Vec<(i64, &String)> = lines.iter().map(|line| (at_ms(line) + delay(line), line)).collect();
    arrivals.sort();
    arrivals
}
