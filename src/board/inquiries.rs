//! What only the fold can answer: the events of one conversation, which no view has.
//!
//! A reader puts an inquiry here and waits; the fold takes one between two batches, and copies what it keeps of the
//! conversation, some twenty bytes an event. Everything else is done on the reader's thread.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use thiserror::Error;

use crate::domain::day::view::View;
use crate::domain::history::retold::Lives;

/// Inquiries that wait for the fold.
#[derive(Debug, Default)]
pub struct Inquiries {
    waiting: Mutex<VecDeque<Inquiry>>,
    /// Whether any wait, for the fold to look at between two batches.
    are_waiting: AtomicBool,
}

/// A question after one conversation.
#[derive(Debug)]
pub struct Inquiry {
    /// The account.
    pub account: String,
    /// The conversation.
    pub conversation: String,
    reply: SyncSender<Option<Found>>,
}

/// What the fold knows of a conversation.
#[derive(Debug)]
pub struct Found {
    /// The account at the same moment.
    pub view: Box<View>,
    /// How much had been folded by then.
    pub revision: u64,
    /// The conversation's events.
    pub lives: Lives,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unanswered {
    /// As many wait as may.
    #[error("as many wait for the fold as may")]
    TooMany,
    /// The fold has had no time for it, or has ended.
    #[error("the fold did not answer in time")]
    NotInTime,
}

/// How many may wait.
const MOST: usize = 64;

impl Inquiries {
    /// Asks after a conversation, and waits at most so long; nothing where nothing is known of it.
    ///
    /// # Errors
    /// Where as many ask as may, and where there is no answer in time.
    pub fn ask(&self, account: &str, conversation: &str, wait: Duration) -> Result<Option<Found>, Unanswered> {
        let answer = self.put(account, conversation)?;
        answer.recv_timeout(wait).map_err(|_| Unanswered::NotInTime)
    }

    /// The one that has waited longest.
    pub fn take(&self) -> Option<Inquiry> {
        if !self.are_waiting.load(Ordering::Acquire) {
            return None;
        }
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let longest = waiting.pop_front();
        self.are_waiting.store(!waiting.is_empty(), Ordering::Release);
        longest
    }

    fn put(&self, account: &str, conversation: &str) -> Result<Receiver<Option<Found>>, Unanswered> {
        let (reply, answer) = sync_channel(1);
        let (account, conversation) = (account.to_owned(), conversation.to_owned());
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= MOST {
            return Err(Unanswered::TooMany);
        }
        waiting.push_back(Inquiry { account, conversation, reply });
        self.are_waiting.store(true, Ordering::Release);
        Ok(answer)
    }
}

impl Inquiry {
    /// Answers it. Who asked may have gone.
    pub fn answer(self, found: Option<Found>) {
        let _gone = self.reply.try_send(found).is_err();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_wait_and_the_longest_is_answered_first() {
        let inquiries = Inquiries::default();
        assert!(inquiries.take().is_none());
        let answers: Vec<_> = (0..MOST).map(|number| inquiries.put("a", &number.to_string())).collect();
        assert_eq!(inquiries.put("a", "one more").err(), Some(Unanswered::TooMany));
        let first = inquiries.take().expect("many wait");
        assert_eq!((&*first.account, &*first.conversation), ("a", "0"));
        first.answer(None);
        assert!(answers[0].as_ref().expect("it was put").try_recv().expect("it was answered").is_none());
        assert_eq!(std::iter::from_fn(|| inquiries.take()).count(), MOST - 1);
        assert!(inquiries.take().is_none());
    }

    #[test]
    fn who_is_not_answered_in_time_is_told_so() {
        let inquiries = Inquiries::default();
        assert_eq!(inquiries.ask("a", "c", Duration::ZERO).err(), Some(Unanswered::NotInTime));
        inquiries.take().expect("it still waits").answer(None);
    }
}
