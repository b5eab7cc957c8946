//! The reception of an account: where its newest answers are, for passes to renew and for readers to ask.
//!
//! Only the passes put anything here, and nobody who folds ever waits for it. A reader who asks holds up the next pass over
//! this account for as long as the question takes: what takes longer than a moment is asked of the view alone instead.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::domain::answers::{Answers, Changes, Next};
use crate::domain::day::view::View;
use crate::domain::event::Millis;

/// Answers about one account, as of the newest view.
#[derive(Debug)]
pub struct Reception {
    kept: RwLock<Kept>,
    /// How much had been folded when the newest view was taken. Changes with it, behind the same lock.
    revision: AtomicU64,
    /// How many views there were after the first.
    renewals: AtomicU64,
    /// Whether changed buckets of agents are named among the changes.
    names_agent_buckets: bool,
}

/// What is kept of an account between passes.
#[derive(Debug)]
enum Kept {
    /// What is summed of it.
    Answers(Box<Answers>),
    /// What can be summed anew: of twenty thousand accounts most have few facts, and are asked rarely.
    View(Arc<View>),
    /// Nothing, while the one becomes the other.
    Moving,
}

impl Reception {
    /// The reception of an account of which there is a first view, taken when so much had been folded. What changed until
    /// then is among the first changes.
    #[must_use]
    pub fn new(view: Box<View>, revision: u64, names_agent_buckets: bool) -> Self {
        let answers = Box::new(Answers::new(view, names_agent_buckets));
        let (kept, revision) = (RwLock::new(Kept::Answers(answers)), AtomicU64::new(revision));
        Self { kept, revision, renewals: AtomicU64::new(0), names_agent_buckets }
    }

    /// Asks what is answered in a moment, as of `now` if nothing newer is known: every part of the answer fits together.
    pub fn ask<T>(&self, now: Millis, question: impl FnOnce(&Answers) -> T) -> T {
        if self.is_behind(now) {
            self.change(|answers| answers.pass_time(now));
        }
        // Whoever renews it meanwhile makes it newer.
        match &*self.read() {
            Kept::Answers(answers) => question(answers),
            Kept::View(view) => {
                let mut answers = Answers::new(view.clone(), self.names_agent_buckets);
                answers.pass_time(now);
                question(&answers)
            }
            Kept::Moving => unreachable!("nobody leaves it so"),
        }
    }

    /// The same, if it can be asked without waiting for anybody and nothing has to be summed first.
    pub fn ask_at_once<T>(&self, now: Millis, question: impl FnOnce(&Answers) -> Option<T>) -> Option<T> {
        match &*self.kept.try_read().ok()? {
            Kept::Answers(answers) if answers.now() >= now => question(answers),
            _ => None,
        }
    }

    /// The newest view, as of `now` if nothing newer is known: for questions that take their time.
    #[must_use]
    pub fn view(&self, now: Millis) -> Arc<View> {
        self.ask(now, Answers::shared_view)
    }

    /// How many bytes of facts the newest view has.
    #[must_use]
    pub fn fact_bytes(&self) -> usize {
        match &*self.read() {
            Kept::Answers(answers) => answers.view().day.fact_bytes(),
            Kept::View(view) => view.day.fact_bytes(),
            Kept::Moving => unreachable!("nobody leaves it so"),
        }
    }

    /// How much had been folded when the newest view was taken; for a question that of its answer.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision.load(Ordering::Acquire)
    }

    /// How often there was a newer view so far: while it stays the same, nothing happened but that time passed.
    #[must_use]
    pub fn renewals(&self) -> u64 {
        self.renewals.load(Ordering::Acquire)
    }

    /// Goes on to a newer view, taken when so much had been folded; what changed. Who asks meanwhile waits for the sums alone.
    pub(crate) fn renew(&self, view: Box<View>, revision: u64) -> Changes {
        let next = Next::from(view);
        let (before, changes) = self.change(|answers| {
            let before = answers.renew(next);
            self.revision.store(revision, Ordering::Release);
            self.renewals.fetch_add(1, Ordering::AcqRel);
            (before, answers.drain_changes())
        });
        drop(before);
        changes
    }

    /// Changes the answers, which are summed for it if they are not.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Answers) -> T) -> T {
        let mut kept = self.write();
        let mut answers = match std::mem::replace(&mut *kept, Kept::Moving) {
            Kept::Answers(answers) => answers,
            Kept::View(view) => {
                let mut answers = Box::new(Answers::new(view, self.names_agent_buckets));
                // These changes are known.
                answers.drain_changes();
                answers
            }
            Kept::Moving => unreachable!("nobody leaves it so"),
        };
        let outcome = change(&mut answers);
        *kept = Kept::Answers(answers);
        outcome
    }

    /// Lets go of what is summed.
    pub(crate) fn rest(&self) {
        let mut kept = self.write();
        *kept = match std::mem::replace(&mut *kept, Kept::Moving) {
            Kept::Answers(answers) => Kept::View(answers.into_view()),
            resting => resting,
        };
    }

    /// Whether nothing is summed.
    pub(crate) fn is_resting(&self) -> bool {
        matches!(&*self.read(), Kept::View(_))
    }

    fn is_behind(&self, now: Millis) -> bool {
        matches!(&*self.read(), Kept::Answers(answers) if answers.now() < now)
    }

    fn read(&self) -> RwLockReadGuard<'_, Kept> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Kept> {
        self.kept.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::{Account, AccountSettings};
    use crate::domain::policy::Policies;
    use crate::domain::scope::ScopeKind;

    const MINUTE: Millis = 60_000;

    fn view(now: Millis) -> Box<View> {
        Box::new(Account::new(Policies::default(), &AccountSettings::default(), now).view())
    }

    #[test]
    fn a_reader_is_answered_as_of_the_moment_whether_the_account_rests_or_not() {
        let reception = Reception::new(view(10 * MINUTE), 7, false);
        let asked = |now| reception.ask(now, |answers| (answers.now(), answers.scope_ids(ScopeKind::Account).len()));
        let at_once = |now| reception.ask_at_once(now, |answers| Some(answers.now()));
        assert_eq!(at_once(12 * MINUTE), None, "the time has to pass first");
        assert_eq!(asked(12 * MINUTE), (12 * MINUTE, 1));
        assert_eq!(at_once(12 * MINUTE), Some(12 * MINUTE));
        assert_eq!(reception.change(|_| at_once(12 * MINUTE)), None, "somebody changes it");
        assert_eq!(asked(11 * MINUTE), (12 * MINUTE, 1), "what is known already is no older");
        reception.rest();
        assert!(reception.is_resting());
        assert_eq!(at_once(12 * MINUTE), None, "nothing is summed");
        assert_eq!(asked(13 * MINUTE), (13 * MINUTE, 1));
        assert!(reception.is_resting(), "a reader leaves it as it was");
        assert_eq!(reception.view(14 * MINUTE).now, 14 * MINUTE);
        assert_eq!((reception.revision(), reception.renewals()), (7, 0));
        assert!(!reception.renew(view(20 * MINUTE), 9).live, "nothing but time has changed");
        assert_eq!((reception.revision(), reception.renewals()), (9, 1));
        assert_eq!((reception.is_resting(), asked(0)), (false, (20 * MINUTE, 1)));
    }
}
