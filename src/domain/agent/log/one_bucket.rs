//! The facts of one bucket of an agent's log: what a bucket record of an agent says.

use super::super::super::bucket::Bucket;
use super::super::super::buckets::greatest_net;
use super::super::super::event::Millis;
use super::super::super::intern::Name;
use super::super::super::tally::{Maximum, Tally};
use super::super::super::window::Windows;
use super::{Entry, Log};

impl Log {
    /// The sums of one bucket, under one skill or all; `now` is the moment up to which facts have been added.
    #[must_use]
    pub fn in_bucket(&self, skill: Option<Option<Name>>, bucket: Bucket, now: Millis) -> Tally {
        let all = Windows::at(now, &[1]);
        let entries: Vec<Entry> = self.of(skill, &all).filter(|entry| entry.bucket == bucket).collect();
        let mut tally = Tally::default();
        let mut lost = Vec::new();
        for entry in &entries {
            if let Maximum::Lost(which) = entry.add_to(&mut tally) {
                lost.push(which);
            }
        }
        for which in lost {
            let of_it = entries.iter().filter(|entry| entry.kind.duration() == Some(which));
            tally.set_max(which, greatest_net(of_it.map(|entry| (entry.value, entry.sign))));
        }
        tally
    }
}
