//! Where passes wait for the publisher, and what it could not publish waits for the next pass.
//!
//! Bounded, and never waited for: while it is full, what passes say gathers as a set of subjects, so that a slow or silent
//! Kafka costs neither memory nor time.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::pass::{Pass, Subject};

/// Passes that may wait at once.
const ROOM: usize = 2;

/// Passes on their way to the publisher, and failures on their way back.
#[derive(Debug, Default)]
pub struct Outbox {
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Inner {
    /// At most `ROOM` where who puts asks first.
    passes: VecDeque<Arc<Pass>>,
    /// A set: a subject that fails again and again is one subject.
    failed: BTreeSet<Subject>,
    closed: bool,
}

impl Outbox {
    /// Whether a pass would find room.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.lock().passes.len() < ROOM
    }

    /// Whether no pass waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lock().passes.is_empty()
    }

    /// Puts a pass in line.
    pub fn put(&self, pass: Arc<Pass>) {
        self.lock().passes.push_back(pass);
        self.changed.notify_one();
    }

    /// The next pass, waited for at most so long.
    pub fn take(&self, wait: Duration) -> Option<Arc<Pass>> {
        let idle = |inner: &mut Inner| inner.passes.is_empty() && !inner.closed;
        let waited = self.changed.wait_timeout_while(self.lock(), wait, idle);
        waited.unwrap_or_else(PoisonError::into_inner).0.passes.pop_front()
    }

    /// Says that no more passes come.
    pub fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Whether no more passes come and none is left.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        let inner = self.lock();
        inner.closed && inner.passes.is_empty()
    }

    /// Gives a subject back whose record could not be published: the next pass makes it again.
    pub fn give_back(&self, subject: Subject) {
        self.lock().failed.insert(subject);
    }

    /// Takes what was given back.
    #[must_use]
    pub fn take_failed(&self) -> BTreeSet<Subject> {
        std::mem::take(&mut self.lock().failed)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass(as_of: i64) -> Arc<Pass> {
        Arc::new(Pass { as_of, ..Pass::default() })
    }

    #[test]
    fn passes_come_out_in_order_and_there_is_room_again() {
        let outbox = Outbox::default();
        outbox.put(pass(1));
        outbox.put(pass(2));
        assert!(!outbox.has_room());
        assert_eq!(outbox.take(Duration::ZERO).map(|pass| pass.as_of), Some(1));
        assert!(outbox.has_room());
        assert_eq!(outbox.take(Duration::ZERO).map(|pass| pass.as_of), Some(2));
        assert_eq!(outbox.take(Duration::ZERO).map(|pass| pass.as_of), None);
    }

    #[test]
    fn it_is_finished_when_it_is_closed_and_empty() {
        let outbox = Outbox::default();
        outbox.put(pass(1));
        outbox.close();
        assert!(!outbox.is_finished());
        assert!(outbox.take(Duration::from_secs(60)).is_some());
        assert!(outbox.take(Duration::from_secs(60)).is_none(), "a closed outbox is not waited for");
        assert!(outbox.is_finished());
    }

    #[test]
    fn a_subject_that_fails_twice_comes_back_once() {
        let outbox = Outbox::default();
        outbox.give_back(Subject::Live(Arc::from("a")));
        outbox.give_back(Subject::Live(Arc::from("a")));
        assert_eq!(outbox.take_failed().len(), 1);
        assert!(outbox.take_failed().is_empty());
    }
}
