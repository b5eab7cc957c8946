//! What a fold hands over at a publishing interval: views of the accounts that changed, for passes to be made elsewhere.
//!
//! The fold never waits for whoever takes it. If that is slow, what waits is joined: the newest view of each account stands
//! for the ones before it, so that a backlog of passes is no larger than the accounts.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::domain::day::view::View;
use crate::domain::event::Millis;

/// What happened since the handover before.
#[derive(Debug, Default)]
pub struct Handover {
    /// Everything is as of this moment.
    pub now: Millis,
    /// The sum of the source positions that had been folded.
    pub revision: u64,
    /// From when on everything has been read, where something before it was gone.
    pub complete_since: Option<Millis>,
    /// When the oldest record folded since was written: for the latency from event to publication.
    pub oldest_record: Option<Millis>,
    /// The accounts that changed, by their number in the fold, with their ids.
    pub views: BTreeMap<usize, (Arc<str>, Box<View>)>,
}

impl Handover {
    /// Goes on to a later one.
    pub fn join(&mut self, later: Self) {
        let oldest = self.oldest_record.into_iter().chain(later.oldest_record).min();
        self.views.extend(later.views);
        (self.now, self.revision, self.oldest_record) = (later.now, later.revision, oldest);
        self.complete_since = later.complete_since;
    }
}

/// Where a handover waits to be taken.
#[derive(Debug, Default)]
pub struct Tray {
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Inner {
    waiting: Option<Handover>,
    closed: bool,
}

impl Tray {
    /// Puts a handover down, or joins it with the one that waits.
    pub fn put(&self, handover: Handover) {
        let mut inner = self.lock();
        match &mut inner.waiting {
            Some(waiting) => waiting.join(handover),
            None => inner.waiting = Some(handover),
        }
        self.changed.notify_one();
    }

    /// Takes what waits, waited for at most so long.
    pub fn take(&self, wait: Duration) -> Option<Handover> {
        let idle = |inner: &mut Inner| inner.waiting.is_none() && !inner.closed;
        let waited = self.changed.wait_timeout_while(self.lock(), wait, idle);
        waited.unwrap_or_else(PoisonError::into_inner).0.waiting.take()
    }

    /// Says that nothing more comes.
    pub fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Whether nothing more comes and nothing is left.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        let inner = self.lock();
        inner.closed && inner.waiting.is_none()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::{Account, AccountSettings};
    use crate::domain::policy::Policies;

    fn handover(account: usize, now: Millis, oldest_record: Option<Millis>) -> Handover {
        let view = Account::new(Policies::default(), &AccountSettings::default(), now).view();
        let views = BTreeMap::from([(account, (Arc::from("a"), Box::new(view)))]);
        Handover { now, revision: now as u64, oldest_record, views, complete_since: None }
    }

    #[test]
    fn what_waits_is_joined_and_the_newest_view_of_an_account_stands() {
        let tray = Tray::default();
        tray.put(handover(1, 10, Some(7)));
        tray.put(handover(2, 20, None));
        tray.put(handover(1, 30, Some(25)));
        let taken = tray.take(Duration::ZERO).expect("it waits");
        let views: Vec<_> = taken.views.iter().map(|(account, (_, view))| (*account, view.now)).collect();
        assert_eq!((taken.now, taken.revision, taken.oldest_record), (30, 30, Some(7)));
        assert_eq!(views, [(1, 30), (2, 20)]);
        assert!(tray.take(Duration::ZERO).is_none());
    }

    #[test]
    fn it_is_finished_when_it_is_closed_and_empty() {
        let tray = Tray::default();
        tray.put(handover(1, 10, None));
        tray.close();
        assert!(!tray.is_finished());
        assert!(tray.take(Duration::from_secs(60)).is_some());
        assert!(tray.take(Duration::from_secs(60)).is_none(), "a closed tray is not waited for");
        assert!(tray.is_finished());
    }
}
