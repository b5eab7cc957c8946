//! Asking every scope again when windows begin to cover other buckets, spread over some seconds.

use std::collections::VecDeque;

use crate::domain::account::Scope;
use crate::domain::bucket::Bucket;
use crate::domain::event::Millis;

use super::cadence::{SWEEP_MS, buckets_ended, share, windows_moved};
use super::member::{KINDS, Member};

/// What is left to ask since windows last moved.
#[derive(Debug, Default)]
pub(in crate::fold) struct Sweep {
    /// Account and skill scopes first.
    left: VecDeque<(usize, Scope)>,
    ended: Vec<Bucket>,
    deadline: Millis,
}

impl Sweep {
    /// Begins anew if between two moments windows moved or buckets ended; what was left is asked with the rest.
    pub(in crate::fold) fn begin_if_moved(&mut self, before: Millis, now: Millis, windows: &[u32], members: &[Member]) {
        let ended: Vec<Bucket> = buckets_ended(before, now).collect();
        if ended.is_empty() && !windows_moved(before, now, windows) {
            return;
        }
        if self.left.is_empty() {
            self.ended.clear();
        }
        self.ended.extend(ended);
        self.deadline = now + SWEEP_MS;
        self.left.clear();
        for kind in KINDS {
            for (index, member) in members.iter().enumerate() {
                self.left.extend(member.all_scopes(kind).into_iter().map(|scope| (index, scope)));
            }
        }
    }

    /// The part of it that is to be asked now.
    pub(in crate::fold) fn take_share(&mut self, before: Millis, now: Millis) -> Vec<(usize, Scope)> {
        let count = share(self.left.len(), before, now, self.deadline);
        self.left.drain(..count).collect()
    }

    /// The buckets that ended and may not have been published yet.
    pub(in crate::fold) fn ended(&self) -> &[Bucket] {
        &self.ended
    }
}
