//! Events that are folded together: some hundreds, account by account, so that each can look its own up ahead.

use std::collections::BTreeMap;

use crate::domain::event::{Event, Millis};

/// Events waiting to be folded. They are large: each is put down once, and stays there.
#[derive(Debug)]
pub(super) struct EventBatch<'a, Key> {
    waiting: Vec<Written<'a>>,
    /// Whose each of them is.
    accounts: Vec<Key>,
}

/// An event, and when its record was written.
pub(super) type Written<'a> = (Event<'a>, Option<Millis>);

/// Events that wait at most: enough for an account to look ahead, few enough to stay in the caches.
const MOST: usize = 512;

impl<'a, Key: Ord + Clone> EventBatch<'a, Key> {
    /// None yet, with room for so many as will come, as far as they wait at the same time.
    pub(super) fn with_room_for(events: usize) -> Self {
        let room = events.min(MOST);
        Self { waiting: Vec::with_capacity(room), accounts: Vec::with_capacity(room) }
    }

    /// Has an event of an account wait.
    #[inline]
    pub(super) fn add(&mut self, account: Key, event: Event<'a>, written: Option<Millis>) {
        self.waiting.push((event, written));
        self.accounts.push(account);
    }

    /// Whether it is time to fold them.
    #[must_use]
    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() >= MOST
    }

    /// All that wait, account by account.
    pub(super) fn by_account(&self) -> Vec<(Key, Vec<&Written<'a>>)> {
        let mut by_account: BTreeMap<Key, Vec<&Written<'a>>> = BTreeMap::new();
        let alike = self.accounts.chunk_by(|a, b| a == b);
        let mut rest = self.waiting.as_slice();
        for accounts in alike {
            let (these, others) = rest.split_at(accounts.len());
            by_account.entry(accounts[0].clone()).or_default().extend(these);
            rest = others;
        }
        by_account.into_iter().collect()
    }

    /// Lets all of them go.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
        self.accounts.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Body, Identity, Sequence};

    fn event(at: Millis) -> Event<'static> {
        Event {
            account: "a".into(),
            conversation: "c".into(),
            identity: Identity(at as u64),
            at,
            sequence: Sequence::said(0),
            body: Body::HandedOff,
        }
    }

    #[test]
    fn events_come_back_by_account_and_in_their_order() {
        let mut batch = EventBatch::with_room_for(2);
        for (account, at) in [(1, 10), (0, 20), (1, 5)] {
            batch.add(account, event(at), Some(at));
        }
        let times = |events: &[&Written<'_>]| events.iter().map(|(event, _)| event.at).collect::<Vec<_>>();
        let by_account: Vec<_> =
            batch.by_account().into_iter().map(|(account, events)| (account, times(&events))).collect();
        assert_eq!(by_account, [(0, vec![20]), (1, vec![10, 5])]);
        assert!(!batch.is_full());
        batch.clear();
        assert_eq!(batch.by_account().len(), 0);
    }
}
