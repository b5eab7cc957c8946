//! The streams of a server: each question that clients listen to is answered once for all of them, while there are any.
//!
//! A question has a task of its own, which wakes at each pass, looks whether there can be anything new, has it computed on
//! a thread, and puts the newest view where the clients find it. It ends with the last of them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use super::content::Content;
use super::pace::Pace;
use super::told::{Newest, Told};
use super::wanted::Wanted;
use crate::serve::access::{Access, AtOnce, Caller, Permit};
use crate::serve::asking::Asking;
use crate::serve::problem::Problem;
use crate::wire::keys::Accounts;

/// What all views that are told may take together, in KiB.
const ROOM_KIB: usize = 256 << 10;

/// How streams go on.
#[derive(Debug, Clone, Copy)]
pub struct StreamSettings {
    /// How many an account may have at once.
    pub at_once: usize,
    /// How often there is a sign of life.
    pub heartbeat: Duration,
    /// How often there are passes: no update comes more often. Clients are told of it.
    pub publish_interval: Duration,
}

impl Default for StreamSettings {
    fn default() -> Self {
        Self { at_once: 64, heartbeat: Duration::from_secs(5), publish_interval: Duration::from_millis(250) }
    }
}

/// All streams.
pub struct Streams {
    asking: Arc<Asking>,
    access: Arc<Access>,
    settings: StreamSettings,
    at_once: Arc<AtOnce>,
    /// Where the newest view of each question is put that is listened to.
    questions: Mutex<HashMap<Arc<Wanted>, watch::Sender<Newest>>>,
    /// What answers them. Behind a lock of its own: a task that cannot begin any more takes its question away at once.
    tasks: Mutex<JoinSet<()>>,
    /// A permit for each KiB of views.
    room: Arc<Semaphore>,
    ending: watch::Sender<bool>,
    /// How many views were computed so far.
    computed: AtomicU64,
}

impl Streams {
    /// Of accounts that are asked so, for callers that are let in so.
    #[must_use]
    pub fn new(asking: Arc<Asking>, access: Arc<Access>, settings: StreamSettings) -> Self {
        let (at_once, room) = (Arc::new(AtOnce::new(settings.at_once)), Arc::new(Semaphore::new(ROOM_KIB)));
        let (ending, computed) = (watch::Sender::new(false), AtomicU64::new(0));
        let (questions, tasks) = (Mutex::default(), Mutex::default());
        Self { asking, access, settings, at_once, questions, tasks, room, ending, computed }
    }

    /// Tells all clients that the server stops.
    pub fn end(&self) {
        self.ending.send_replace(true);
    }

    /// How many views were computed so far, for however many clients.
    #[must_use]
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    /// How many questions are listened to.
    #[must_use]
    pub fn listened_to(&self) -> usize {
        self.questions().len()
    }

    pub(super) fn asking(&self) -> &Asking {
        &self.asking
    }

    pub(super) fn settings(&self) -> &StreamSettings {
        &self.settings
    }

    pub(super) fn ending(&self) -> watch::Receiver<bool> {
        self.ending.subscribe()
    }

    pub(super) fn still_holds(&self, caller: &Caller) -> bool {
        self.access.still_holds(caller)
    }

    pub(super) fn is_stale(&self, caller: &Caller) -> bool {
        self.access.is_stale(caller)
    }

    /// What is known of an account, as the head of an answer that says nothing more.
    pub(super) fn known(&self, caller: &Caller, account: &str) -> Result<Vec<u8>, Problem> {
        Ok(self.asking.desk(caller, account)?.known_head().members(None))
    }

    /// One more stream of an account.
    pub(super) fn enter(&self, account: &str) -> Result<Permit, Problem> {
        self.at_once.enter(account).ok_or_else(|| {
            let what =
                format!("{} streams of this account are open, which is as many as there may be", self.at_once.most());
            Problem::too_many(what, Duration::from_secs(5))
        })
    }

    /// Where the newest view of a question is found; from now on it is answered if nobody listened to it yet.
    pub(super) fn listen(self: &Arc<Self>, wanted: &Arc<Wanted>) -> watch::Receiver<Newest> {
        let mut questions = self.questions();
        if let Some(newest) = questions.get(wanted) {
            return newest.subscribe();
        }
        let (newest, first) = watch::channel(None);
        questions.insert(wanted.clone(), newest.clone());
        drop(questions);
        self.spawn(Question { streams: self.clone(), wanted: wanted.clone(), newest });
        first
    }

    fn spawn(&self, question: Question) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(question.answer());
    }

    /// Room for a view of so many bytes: its rows, and once more what is written of it.
    fn make_room(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Problem> {
        let kib = u32::try_from(2 * bytes / 1024 + 1).unwrap_or(u32::MAX);
        self.room.clone().try_acquire_many_owned(kib).map_err(|_| Problem::busy())
    }

    fn questions(&self) -> MutexGuard<'_, HashMap<Arc<Wanted>, watch::Sender<Newest>>> {
        self.questions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A question while somebody listens to its answers.
struct Question {
    streams: Arc<Streams>,
    wanted: Arc<Wanted>,
    newest: watch::Sender<Newest>,
}

impl Question {
    async fn answer(self) {
        let mut passes = self.streams.asking.passes();
        let mut last = Last::default();
        while !self.is_over() {
            passes.mark_unchanged();
            if let Err(problem) = self.answer_if_due(&mut last).await {
                self.newest.send_replace(Some(Err(problem)));
                return;
            }
            tokio::select! {
                () = self.newest.closed() => {}
                passed = passes.changed() => if passed.is_err() { return },
            }
        }
    }

    /// An error is why there is no answer, and will be none.
    async fn answer_if_due(&self, last: &mut Last) -> Result<(), Problem> {
        let seen = self.streams.asking.seen(&self.wanted.account);
        if !last.pace.is_due(seen) {
            return Ok(());
        }
        match self.content().await {
            Ok(content) => {
                self.put(last, content);
                last.pace.note(seen);
                Ok(())
            }
            // The first is waited for. Those who have a view have time for another attempt, at the next pass.
            Err(problem) if last.told.is_none() || problem.status().is_client_error() => Err(problem),
            Err(_) => Ok(()),
        }
    }

    /// Puts a view up, if there is anything to tell of it.
    fn put(&self, last: &mut Last, content: Content) {
        let grown = last.pace.has_to_grow(content.as_of);
        let (as_of, rows) = (content.as_of, content.row_count());
        let next = match &last.told {
            Some(told) => told.next(content, grown),
            None => Some(Told::first(content)),
        };
        if let Some(next) = next.map(Arc::new) {
            last.pace.tell(as_of, rows);
            self.newest.send_replace(Some(Ok(next.clone())));
            last.told = Some(next);
        }
    }

    async fn content(&self) -> Result<Content, Problem> {
        self.streams.computed.fetch_add(1, Ordering::Relaxed);
        let everybody = Caller::with(Accounts::Every, self.wanted.private);
        let desk = self.streams.asking.desk(&everybody, &self.wanted.account)?;
        let wanted = self.wanted.clone();
        let content = self.streams.asking.in_turn(move || wanted.content(&desk)).await?;
        let _room = Some(self.streams.make_room(content.bytes())?);
        Ok(Content { _room, ..content })
    }

    /// Whether nobody listens any more: then nobody can begin to, but by asking anew.
    fn is_over(&self) -> bool {
        let mut questions = self.streams.questions();
        let is_over = self.newest.receiver_count() == 0;
        if is_over {
            questions.remove(&self.wanted);
        }
        is_over
    }
}

impl Drop for Question {
    /// However it ends, who asks from now on asks anew, and who listens finds that nothing more comes.
    fn drop(&mut self) {
        let mut questions = self.streams.questions();
        if questions.get(&self.wanted).is_some_and(|newest| newest.same_channel(&self.newest)) {
            questions.remove(&self.wanted);
        }
    }
}

/// What was told last, and when there may be something again.
#[derive(Default)]
struct Last {
    told: Option<Arc<Told>>,
    pace: Pace,
}

impl std::fmt::Debug for Streams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Streams").field("settings", &self.settings).finish_non_exhaustive()
    }
}
