//! The way from an event to its record: a delay, mostly short, and a queue that gives records out in arrival order.
//!
//! What waits here is what a network would hold: some seconds of traffic and a few late ones, whatever the run's size.

use super::random::{Quantiles, Random};
use super::record::Record;
use crate::domain::event::Millis;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

const USUAL_DELAY: Quantiles = [15, 60, 110, 180, 270, 400, 600, 950, 2_000];
const LONG_DELAY_MS: u32 = 1_200_000;

/// Records on their way.
#[derive(Debug)]
pub(super) struct Delivery {
    random: Random,
    /// How many of a thousand take up to twenty minutes.
    slow_per_mille: u32,
    /// When each arrives; the count keeps those of one millisecond in the order in which they were sent.
    arrivals: BinaryHeap<Reverse<(Millis, u64, u32)>>,
    sent: u64,
    /// The records themselves, by place: they are large, and a heap moves what it holds.
    places: Vec<Option<Record>>,
    free: Vec<u32>,
}

impl Delivery {
    pub(super) fn new(random: Random, slow_per_mille: u32) -> Self {
        Self { random, slow_per_mille, arrivals: BinaryHeap::new(), sent: 0, places: Vec::new(), free: Vec::new() }
    }

    /// A delay for one record.
    pub(super) fn delay(&mut self) -> Millis {
        if self.random.chance(self.slow_per_mille) {
            Millis::from(self.random.below(LONG_DELAY_MS + 1))
        } else {
            self.random.spread(&USUAL_DELAY)
        }
    }

    /// Sends a record; it arrives at its own time.
    pub(super) fn send(&mut self, record: Record) {
        let arrives = record.timestamp_ms;
        let place = match self.free.pop() {
            Some(place) => {
                self.places[place as usize] = Some(record);
                place
            }
            None => {
                self.places.push(Some(record));
                self.places.len() as u32 - 1
            }
        };
        self.arrivals.push(Reverse((arrives, self.sent, place)));
        self.sent += 1;
    }

    /// When the next record arrives.
    pub(super) fn next_arrival(&self) -> Option<Millis> {
        self.arrivals.peek().map(|Reverse((at, ..))| *at)
    }

    /// The next record.
    pub(super) fn receive(&mut self) -> Option<Record> {
        let Reverse((_, _, place)) = self.arrivals.pop()?;
        self.free.push(place);
        self.places[place as usize].take()
    }
}
