//! What is due again although nothing changed: every record that is not empty, and tombstones after a day of zeros.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::hash::BuildHasher;

use foldhash::fast::FixedState;

use crate::domain::event::Millis;
use crate::domain::scope::ScopeId;

use super::agenda::Published;
use super::cadence::{FORGET_ZERO_MS, again_at};
use super::member::AccountInPass;

/// Which of a fold's accounts, and which scope of it; none is the live state.
type Key = (u32, Option<ScopeId>);

/// One entry for everything that is on a topic, by the time at which it is to be looked at.
#[derive(Debug)]
pub(super) struct Repeats {
    after: Millis,
    queue: BinaryHeap<Reverse<(Millis, Key)>>,
}

impl Repeats {
    /// Everything again after at most so long.
    pub(super) fn new(after: Millis) -> Self {
        Self { after, queue: BinaryHeap::new() }
    }

    /// Adds what is published for the first time.
    pub(super) fn add(&mut self, at: Millis, index: usize, scope: Option<ScopeId>) {
        let key = (u32::try_from(index).expect("fewer than 4 G accounts"), scope);
        let due = again_at(at, self.after, salt(&key));
        self.queue.push(Reverse((due, key)));
    }

    /// What is due. An entry that was published meanwhile is put off: so each key has one, however often it changes.
    pub(super) fn take_due(&mut self, now: Millis, accounts: &[Box<AccountInPass>]) -> Vec<Key> {
        let mut due = Vec::new();
        while let Some(mut first) = self.queue.peek_mut() {
            let Reverse((at, key)) = &mut *first;
            if *at > now {
                break;
            }
            let ledger = &accounts[key.0 as usize].ledger;
            let published = key.1.map_or(ledger.live, |scope| ledger.scopes.get(&scope).copied());
            let Some(published) = published else {
                PeekMut::pop(first);
                continue;
            };
            let next = next_due(published, self.after, key);
            if next <= now {
                due.push(*key);
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
fn salt(key: &Key) -> u64 {
    FixedState::default().hash_one((key.0 as usize, key.1))
}
