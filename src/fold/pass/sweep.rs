//! Asking every scope again when windows begin to cover other buckets, spread over some seconds.

use std::collections::VecDeque;

use crate::domain::bucket::Bucket;
use crate::domain::event::Millis;
use crate::domain::scope::{ScopeId, ScopeKind};

use super::cadence::{SWEEP_MS, buckets_ended, share, windows_moved};
use super::member::AccountInPass;

/// What is left to ask since windows last moved.
#[derive(Debug, Default)]
pub(super) struct Sweep {
    /// Account and skill scopes first.
    left: VecDeque<(usize, ScopeId)>,
    ended: Vec<Bucket>,
    deadline: Millis,
}

impl Sweep {
    /// Begins anew if between two moments windows moved or buckets ended; what was left is asked with the rest.
    pub(super) fn begin_if_moved(
        &mut self,
        before: Millis,
        now: Millis,
        windows: &[u32],
        accounts: &[Box<AccountInPass>],
    ) {
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
        for kind in ScopeKind::ALL {
            for (place, account) in accounts.iter().enumerate() {
                self.left.extend(account.all_scopes(kind).into_iter().map(|scope| (place, scope)));
            }
        }
    }

    /// The part of it that is to be asked now.
    pub(super) fn take_share(&mut self, before: Millis, now: Millis) -> Vec<(usize, ScopeId)> {
        let count = share(self.left.len(), before, now, self.deadline);
        self.left.drain(..count).collect()
    }

    /// The buckets that ended and may not have been published yet.
    pub(super) fn ended(&self) -> &[Bucket] {
        &self.ended
    }
}
