//! Events that are folded together: some hundreds, account by account, so that each can look its own up ahead.

use std::collections::BTreeMap;

use crate::domain::event::{Event, Millis};

/// Events waiting to be folded.
#[derive(Debug)]
pub(super) struct EventBatch<'a, Key> {
    /// By the account.
    waiting: BTreeMap<Key, Vec<Written<'a>>>,
    count: usize,
}

/// An event, and when its record was written.
pub(super) type Written<'a> = (Event<'a>, Option<Millis>);

/// Events that wait at most: enough for an account to look ahead, few enough to stay in the caches.
const MOST: usize = 512;

impl<Key> Default for EventBatch<'_, Key> {
    fn default() -> Self {
        Self { waiting: BTreeMap::new(), count: 0 }
    }
}

impl<'a, Key: Ord> EventBatch<'a, Key> {
    /// Has an event of an account wait.
    pub(super) fn add(&mut self, account: Key, event: Event<'a>, written: Option<Millis>) {
        self.waiting.entry(account).or_default().push((event, written));
        self.count += 1;
    }

    /// Whether it is time to fold them.
    #[must_use]
    pub(super) fn is_full(&self) -> bool {
        self.count >= MOST
    }

    /// Takes all that wait, account by account.
    pub(super) fn by_account(&mut self) -> impl Iterator<Item = (Key, Vec<Written<'a>>)> + use<'a, Key> {
        self.count = 0;
        std::mem::take(&mut self.waiting).into_iter()
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
        let mut batch = EventBatch::default();
        for (account, at) in [(1, 10), (0, 20), (1, 5)] {
            batch.add(account, event(at), Some(at));
        }
        let times = |events: &[Written<'_>]| events.iter().map(|(event, _)| event.at).collect::<Vec<_>>();
        let by_account: Vec<_> = batch.by_account().map(|(account, events)| (account, times(&events))).collect();
        assert_eq!(by_account, [(0, vec![20]), (1, vec![10, 5])]);
        assert!(!batch.is_full());
        assert_eq!(batch.by_account().count(), 0);
    }
}
