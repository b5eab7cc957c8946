//! What is due again although nothing changed: every record that is not empty, and tombstones after a day of zeros.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use crate::domain::account::Scope;
use crate::domain::event::Millis;

use super::agenda::Published;
use super::cadence::{FORGET_ZERO_MS, again_at};
use super::member::Member;

/// Which of a fold's accounts, and which scope of it; none is the live state.
type Key = (usize, Option<Scope>);

/// One entry for everything that is on a topic, by the time at which it is to be looked at.
#[derive(Debug)]
pub(in crate::fold) struct Repeats {
    after: Millis,
    queue: BinaryHeap<Reverse<(Millis, Key)>>,
}

impl Repeats {
    /// Everything again after at most so long.
    pub(in crate::fold) fn new(after: Millis) -> Self {
        Self { after, queue: BinaryHeap::new() }
    }

    /// Adds what is published for the first time.
    pub(in crate::fold) fn add(&mut self, at: Millis, index: usize, scope: Option<Scope>) {
        let key = (index, scope);
        let due = again_at(at, self.after, salt(&key));
        self.queue.push(Reverse((due, key)));
    }

    /// What is due. An entry that was published meanwhile is put off: so each key has one, however often it changes.
    pub(in crate::fold) fn take_due(&mut self, now: Millis, members: &[Member]) -> Vec<Key> {
        let mut due = Vec::new();
        while let Some(mut first) = self.queue.peek_mut() {
            let Reverse((at, key)) = &mut *first;
            if *at > now {
                break;
            }
            let ledger = &members[key.0].ledger;
            let published = key.1.as_ref().map_or(ledger.live, |scope| ledger.scopes.get(scope).copied());
            let Some(published) = published else {
                PeekMut::pop(first);
                continue;
            };
            let next = next_due(published, self.after, key);
            if next <= now {
                due.push(key.clone());
                *at = again_at(now, self.after, salt(key));
            } else {
                *at = next;
            }
        }
        due
    }
}

fn next_due(published: Published, after: Millis, key: &Key) -> Millis {
    match published.zero_since {
        Some(since) => since + FORGET_ZERO_MS,
        None => again_at(published.at, after, salt(key)),
    }
}

/// Spreads keys evenly, and each to the same place every time.
fn salt((index, scope): &Key) -> u64 {
    let skill = scope.as_ref().and_then(|scope| scope.skill.as_deref()).unwrap_or_default();
    let agent = scope.as_ref().and_then(|scope| scope.agent.as_deref()).unwrap_or_default();
    xxhash_rust::xxh3::xxh3_64(format!("{index}/{skill}/{agent}").as_bytes())
}
