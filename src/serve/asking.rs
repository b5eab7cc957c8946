//! How an endpoint asks an account: whether it may, as of which moment, and on which thread.
//!
//! What is answered in a moment is answered where it is asked, if nobody has to be waited for. The rest runs on threads of its
//! own, so many at once: the others wait for a moment, and are then told to come again. A fold never knows of any of it.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::access::{self, Caller};
use super::problem::Problem;
use super::streamed::{Chunks, Gone, streamed};
use crate::board::{Board, Found, Inquiries, Reception, Unanswered};
use crate::domain::answers::{Answers, questions};
use crate::domain::bucket::Bucket;
use crate::domain::day::view::View;
use crate::domain::event::Millis;
use crate::wire::keys::Accounts;
use crate::wire::output::json::Head;

/// How long a question waits for a place. Most are answered in less than a millisecond, so that those that come together have
/// theirs in a moment; where all places are taken for longer, who asks learns it while they may still ask elsewhere. How many
/// wait is bounded by how many requests of an account may be under way.
const PATIENCE: Duration = Duration::from_secs(1);

/// How many accounts are told to who may choose one.
pub(super) const MOST_KNOWN: usize = 1_000;

/// Of an account with fewer bytes of facts the first who asks does not wait long.
const LARGE_BYTES: usize = 1 << 20;
/// What is further behind has other things to do.
const NEARLY_MS: u64 = 10_000;

/// What every question is asked through.
pub struct Asking {
    board: Arc<Board>,
    /// Where the fold is asked what it alone knows.
    inquiries: Arc<Inquiries>,
    /// How far behind the source the instance may be, in milliseconds.
    stale_ms: Box<dyn Fn() -> u64 + Send + Sync>,
    /// A permit for each question that may be answered at the same time.
    questions: Arc<Semaphore>,
    /// How long one waits for it.
    patience: Duration,
    /// A permit for each answer that may be sent while it is made. It is kept as long as the client takes, so that these
    /// are others than those of questions: who downloads slowly holds up who downloads, and no one else.
    exports: Arc<Semaphore>,
    /// The same for what streams tell, who wait for their turn.
    streams: Arc<Semaphore>,
}

/// An account that somebody may ask.
#[derive(Debug, Clone)]
pub(super) struct Desk {
    account: String,
    reception: Arc<Reception>,
    inquiries: Arc<Inquiries>,
    /// The latest that was known of all accounts when the question came: the answer is as of this moment or later.
    known: Moment,
    /// Whether who asks may see private texts.
    pub(super) private: bool,
}

/// How much was known of an account at a moment: where it is the same again, nothing happened but that time passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) as_of: Millis,
    /// How often there was a newer view.
    pub(super) renewals: u64,
}

/// The moment that an answer is of, and the state of the data then.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) as_of: Millis,
    pub(super) revision: u64,
    pub(super) stale_ms: u64,
    /// From when on everything has been read, where something before it was gone.
    pub(super) complete_since: Option<Millis>,
}

impl std::fmt::Debug for Asking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asking").field("questions", &self.questions).finish_non_exhaustive()
    }
}

impl Asking {
    /// Asks at the receptions of a board and the fold, so many questions at once, and beside them as many answers that are
    /// sent while they are made.
    #[must_use]
    pub fn new(
        board: Arc<Board>,
        inquiries: Arc<Inquiries>,
        stale_ms: Box<dyn Fn() -> u64 + Send + Sync>,
        at_once: usize,
    ) -> Self {
        let permits = [at_once, at_once, at_once.div_ceil(2)];
        let [questions, exports, streams] = permits.map(|permits| Arc::new(Semaphore::new(permits)));
        Self { board, inquiries, stale_ms, questions, patience: PATIENCE, exports, streams }
    }

    /// The account that a caller asks.
    ///
    /// # Errors
    /// Before anything is known; for an account that the caller may not ask; for one that is not known.
    pub(super) fn desk(&self, caller: &Caller, account: &str) -> Result<Desk, Problem> {
        access::account(caller, account)?;
        self.find(caller, account)?.ok_or_else(|| access::unknown_account(caller, account))
    }

    /// The same on LivePerson's paths, which answer 401 to all who may not.
    ///
    /// # Errors
    /// As above.
    pub(super) fn operations_desk(&self, caller: &Caller, account: &str) -> Result<Desk, Problem> {
        access::operations_account(caller, account)?;
        self.find(caller, account)?.ok_or_else(access::unknown_operations_account)
    }

    /// The JSON of an answer that is made on a thread of its own, as soon as there is a place for it.
    ///
    /// # Errors
    /// Where there is none in time, and whatever the answer's maker says.
    pub(super) async fn answer(
        &self,
        answer: impl FnOnce() -> Result<Vec<u8>, Problem> + Send + 'static,
    ) -> Result<Response, Problem> {
        let place = tokio::time::timeout(self.patience, self.questions.clone().acquire_owned()).await;
        let Ok(Ok(permit)) = place else {
            let what = "as many questions are being answered as may be at once";
            return Err(Problem::too_many(what, Duration::from_secs(1)));
        };
        run(permit, answer).await.map(json)
    }

    /// What is made on a thread of its own for a stream, which waits for its turn.
    ///
    /// # Errors
    /// Whatever its maker says.
    pub(super) async fn in_turn<T: Send + 'static>(
        &self,
        make: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let permit = self.streams.clone().acquire_owned().await.map_err(|_| Problem::internal())?;
        run(permit, make).await
    }

    /// Makes what most people ask for quick to answer, of accounts that are large, for as long as it goes on.
    pub fn prepare(&self, goes_on: impl Fn() -> bool) {
        for (account, _) in self.board.accounts() {
            let reception = self.board.reception(&account);
            if let Some(large) = reception.filter(|of_it| goes_on() && of_it.fact_bytes() >= LARGE_BYTES) {
                questions::prepare(&large.view(self.board.as_of()), &goes_on);
            }
        }
    }

    /// The bucket of now, once nearly all that was written has been read.
    #[must_use]
    pub fn current_bucket(&self) -> Option<Bucket> {
        let as_of = self.board.as_of();
        (as_of > 0 && (self.stale_ms)() <= NEARLY_MS).then(|| Bucket::of(as_of))
    }

    /// Of which accounts of these anything is known, sorted by id: the first thousand.
    pub(super) fn known(&self, accounts: &Accounts) -> Vec<Arc<str>> {
        let mut known = self.board.asked(|id| accounts.has(id));
        known.truncate(MOST_KNOWN);
        known
    }

    /// Tells of every pass, after which there may be something else to answer.
    pub(super) fn passes(&self) -> watch::Receiver<()> {
        self.board.passes()
    }

    /// How much is known of an account.
    pub(super) fn seen(&self, account: &str) -> Seen {
        let as_of = self.board.as_of();
        let renewals = self.board.reception(account).map_or(0, |reception| reception.renewals());
        Seen { as_of, renewals }
    }

    /// The body of an answer that is made on a thread of its own while it is sent.
    ///
    /// # Errors
    /// Where as many are being sent as may be.
    pub(super) fn stream(
        &self,
        make: impl FnOnce(Chunks) -> Result<(), Gone> + Send + 'static,
    ) -> Result<Body, Problem> {
        let permit = self.exports.clone().try_acquire_owned().map_err(|_| {
            Problem::too_many("as many exports are being made as may be at once", Duration::from_secs(5))
        })?;
        let (chunks, body) = streamed();
        // Nobody waits for it: it ends with its answer or its client, and when it fails its client is told.
        tokio::task::spawn_blocking(move || {
            let _gone = make(chunks).is_err();
            drop(permit);
        });
        Ok(body)
    }

    fn find(&self, caller: &Caller, account: &str) -> Result<Option<Desk>, Problem> {
        let (as_of, revision) = (self.board.as_of(), self.board.revision());
        if as_of == 0 {
            return Err(Problem::not_ready());
        }
        let complete_since = self.board.complete_since();
        let known = Moment { as_of, revision, stale_ms: (self.stale_ms)(), complete_since };
        let (account, private) = (account.to_owned(), caller.may_see_private());
        let inquiries = self.inquiries.clone();
        Ok(self.board.reception(&account).map(|reception| Desk { account, reception, inquiries, known, private }))
    }
}

impl Desk {
    /// Asks what is answered in a moment: every part of the answer is as of the moment that the question is told.
    pub(super) fn ask<T>(&self, question: impl FnOnce(&Answers, Moment) -> T) -> T {
        self.reception.ask(self.known.as_of, |answers| question(answers, self.moment_of(answers)))
    }

    /// The same of what is answered at once, if nobody has to be waited for.
    pub(super) fn ask_at_once<T>(&self, question: impl FnOnce(&Answers, Moment) -> Option<T>) -> Option<T> {
        self.reception.ask_at_once(self.known.as_of, |answers| question(answers, self.moment_of(answers)))
    }

    fn moment_of(&self, answers: &Answers) -> Moment {
        let revision = self.known.revision.max(self.reception.revision());
        Moment { as_of: answers.now(), revision, ..self.known }
    }

    /// The newest view, for questions that take their time.
    pub(super) fn view(&self) -> (Arc<View>, Moment) {
        self.ask(|answers, moment| (answers.shared_view(), moment))
    }

    /// Asks the fold for the events of one conversation; nothing where nothing is known of it.
    ///
    /// # Errors
    /// Where as many ask as may, or there is no answer in time.
    pub(super) fn inquire(&self, conversation: &str, wait: Duration) -> Result<Option<(Found, Moment)>, Unanswered> {
        let found = self.inquiries.ask(&self.account, conversation, wait)?;
        Ok(found.map(|found| {
            let moment = Moment { as_of: found.view.now, revision: found.revision, ..self.known };
            (found, moment)
        }))
    }

    /// Which account it is.
    pub(super) fn account(&self) -> &str {
        &self.account
    }

    /// As of when everything was known when the question came.
    pub(super) fn known_as_of(&self) -> Millis {
        self.known.as_of
    }

    /// How one begins that tells no more than what is known.
    pub(super) fn known_head(&self) -> Head<'_> {
        self.head(self.known)
    }

    /// How an answer begins that has no private texts for anybody.
    pub(super) fn head(&self, moment: Moment) -> Head<'_> {
        let Moment { as_of, revision, stale_ms, complete_since } = moment;
        let (revision, stale_ms) = (Some(revision), Some(stale_ms));
        Head { account: &self.account, as_of, revision, stale_ms, complete_since, private: None }
    }

    /// How one begins that has them for those who may see them.
    pub(super) fn private_head(&self, moment: Moment) -> Head<'_> {
        Head { private: Some(self.private), ..self.head(moment) }
    }
}

async fn run<T: Send + 'static>(
    permit: OwnedSemaphorePermit,
    make: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let made = tokio::task::spawn_blocking(move || {
        let made = make();
        drop(permit);
        made
    });
    made.await.unwrap_or_else(|_| Err(Problem::internal()))
}

/// A body of JSON, which is asked for again before it is used again.
pub(super) fn json(body: Vec<u8>) -> Response {
    let head = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")];
    (head, body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build();
        runtime.expect("a runtime")
    }

    #[test]
    fn questions_that_come_together_wait_for_each_other_and_not_for_long() {
        let asking = Asking::new(Arc::new(Board::new(&[60])), Arc::default(), Box::new(|| 0), 1);
        let asking = Asking { patience: Duration::from_millis(300), ..asking };
        let (end, wait) = std::sync::mpsc::sync_channel::<()>(0);
        let slow = move || {
            let _ended = wait.recv().is_err();
            Ok(Vec::new())
        };
        let status =
            |answer: Result<Response, Problem>| answer.map_or_else(|problem| problem.status().as_u16(), |_| 200);
        runtime().block_on(async {
            let (first, second) = (asking.answer(slow), async { status(asking.answer(|| Ok(Vec::new())).await) });
            let mut first = std::pin::pin!(first);
            let refused = tokio::select! { biased; _ = &mut first => 0, refused = second => refused };
            assert_eq!(refused, 429, "nobody waits for as long as a question may take");
            let third = async { status(asking.answer(|| Ok(Vec::new())).await) };
            let ends = async { drop(end) };
            let (first, third, ()) = tokio::join!(first, third, ends);
            assert_eq!((status(first), third), (200, 200), "a place is waited for");
        });
    }

    #[test]
    fn who_downloads_keeps_a_place_among_downloads_until_it_has_all_of_it_or_goes_away() {
        let runtime = runtime();
        let _within = runtime.enter();
        let asking = Asking::new(Arc::new(Board::new(&[60])), Arc::default(), Box::new(|| 0), 1);
        // More than may wait for a client.
        let long = |chunks: Chunks| (0..1_000).try_for_each(|_| chunks.send(vec![0; 1_000]));
        let first = asking.stream(long).expect("there is room");
        let refused = asking.stream(long).map(|_| ()).expect_err("there is room for one");
        assert_eq!(refused.status(), 429);
        assert!(runtime.block_on(asking.answer(|| Ok(Vec::new()))).is_ok(), "who asks has places of its own");
        drop(first);
        while asking.exports.available_permits() == 0 {
            std::thread::yield_now();
        }
        assert!(asking.stream(long).is_ok());
    }
}
