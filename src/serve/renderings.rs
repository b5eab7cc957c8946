//! Pages rendered once for all who ask for the same at the same time, and never in the way of anything else.
//!
//! A page of a hundred thousand series takes tens of milliseconds of a core, and ten megabytes. So one is rendered at a
//! time, on a thread of its own; meanwhile all who ask for the same page wait together, and the next rendering is for
//! all of them. It begins after each of them asked: no page is older than the request that it answers, and however many
//! scrapes there are, they cost one core at most.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use axum::body::Bytes;
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};

/// Why there is no page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoPage {
    /// Clients have not taken so many pages yet that there is no room for another.
    NoRoom,
    /// Rendering it failed, which is a bug of ours.
    Failed,
}

/// What those who wait for one page are given together.
type Together = OnceCell<Result<Bytes, NoPage>>;

/// Pages by what is asked.
#[derive(Debug)]
pub(super) struct Renderings<Question> {
    /// Those whose rendering has not begun; without those for whom nobody waits any more.
    waiting: Mutex<HashMap<Question, Weak<Together>>>,
    /// Whose turn it is.
    turn: Arc<Semaphore>,
    /// Room for the pages that clients have not taken yet, in units of [`UNIT`].
    room: Arc<Semaphore>,
    units: usize,
}

/// A semaphore counts up to 2³² at once only.
const UNIT: usize = 1_024;

impl<Question: Clone + Eq + Hash> Renderings<Question> {
    /// With room for so many bytes of pages.
    pub(super) fn new(bytes: usize) -> Self {
        let units = (bytes / UNIT).max(1);
        let (turn, room) = (Arc::new(Semaphore::new(1)), Arc::new(Semaphore::new(units)));
        Self { waiting: Mutex::default(), turn, room, units }
    }

    /// The page that answers a question, as of a moment after it was asked.
    pub(super) async fn page(
        &self,
        question: Question,
        render: impl FnOnce() -> Vec<u8> + Send + 'static,
    ) -> Result<Bytes, NoPage> {
        let together = self.join(&question);
        // Who comes first renders for all; should it be gone before the end, the next one does.
        together.get_or_init(|| self.render(&question, &together, render)).await.clone()
    }

    async fn render(
        &self,
        question: &Question,
        together: &Arc<Together>,
        render: impl FnOnce() -> Vec<u8> + Send + 'static,
    ) -> Result<Bytes, NoPage> {
        let turn = self.turn.clone().acquire_owned().await.map_err(|_| NoPage::Failed)?;
        self.begin(question, together);
        let (room, units) = (self.room.clone(), self.units);
        let page = tokio::task::spawn_blocking(move || {
            let page = render();
            // It stays taken to here, though all who waited may be gone.
            drop(turn);
            Kept::new(page, room, units)
        });
        match page.await {
            Ok(kept) => Ok(Bytes::from_owner(kept?)),
            Err(error) => {
                tracing::error!("a page could not be rendered: {error}");
                Err(NoPage::Failed)
            }
        }
    }

    /// Those who wait for the same.
    fn join(&self, question: &Question) -> Arc<Together> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(together) = waiting.get(question).and_then(Weak::upgrade) {
            return together;
        }
        waiting.retain(|_, together| together.strong_count() > 0);
        let together = Arc::default();
        waiting.insert(question.clone(), Arc::downgrade(&together));
        together
    }

    /// Whoever asks from now on waits for the next rendering.
    fn begin(&self, question: &Question, together: &Arc<Together>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.get(question).is_some_and(|other| other.as_ptr() == Arc::as_ptr(together)) {
            waiting.remove(question);
        }
    }
}

/// A page as long as it is kept for somebody.
struct Kept {
    page: Box<[u8]>,
    /// Given back once the last client has taken the page, or is gone.
    _room: OwnedSemaphorePermit,
}

impl Kept {
    fn new(page: Vec<u8>, room: Arc<Semaphore>, units: usize) -> Result<Self, NoPage> {
        let page = page.into_boxed_slice();
        // A page that is larger than all the room there is goes alone.
        let taken = page.len().div_ceil(UNIT).min(units);
        let room = room.try_acquire_many_owned(u32::try_from(taken).unwrap_or(u32::MAX));
        Ok(Self { page, _room: room.map_err(|_| NoPage::NoRoom)? })
    }
}

impl AsRef<[u8]> for Kept {
    fn as_ref(&self) -> &[u8] {
        &self.page
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

    use tokio::task::JoinSet;

    use super::*;

    /// Pages that a test renders one by one: each names the moment at which it began.
    struct Press {
        renderings: Arc<Renderings<&'static str>>,
        asked: Arc<AtomicUsize>,
        begun: Arc<AtomicUsize>,
        held: Arc<Mutex<Receiver<()>>>,
        release: SyncSender<()>,
        readers: JoinSet<Result<Bytes, NoPage>>,
    }

    impl Press {
        fn with_room(bytes: usize) -> Self {
            let (release, held) = sync_channel(100);
            let held = Arc::new(Mutex::new(held));
            let renderings = Arc::new(Renderings::new(bytes));
            Self { renderings, asked: Arc::default(), begun: Arc::default(), held, release, readers: JoinSet::new() }
        }

        /// Has so many readers ask, and returns once all wait.
        async fn ask(&mut self, readers: usize, question: &'static str) {
            let before = self.asked.load(Ordering::SeqCst);
            for _ in 0..readers {
                let (renderings, asked) = (self.renderings.clone(), self.asked.clone());
                let (begun, held) = (self.begun.clone(), self.held.clone());
                self.readers.spawn(async move {
                    asked.fetch_add(1, Ordering::SeqCst);
                    let page = renderings.page(question, move || {
                        let nth = begun.fetch_add(1, Ordering::SeqCst);
                        held.lock().expect("nobody fails").recv().expect("the test releases it");
                        format!("{question} {nth}").into_bytes()
                    });
                    page.await
                });
            }
            until(|| self.asked.load(Ordering::SeqCst) == before + readers).await;
        }

        async fn begun(&self, renderings: usize) {
            until(|| self.begun.load(Ordering::SeqCst) == renderings).await;
        }

        /// What the readers got, sorted.
        async fn pages(&mut self, renderings: usize) -> Vec<String> {
            (0..renderings).for_each(|_| self.release.send(()).expect("renderings wait"));
            let mut pages = Vec::new();
            while let Some(page) = self.readers.join_next().await {
                match page {
                    Ok(Ok(page)) => pages.push(String::from_utf8(page.to_vec()).expect("text")),
                    Ok(Err(no_page)) => pages.push(format!("{no_page:?}")),
                    Err(gone) => assert!(gone.is_cancelled(), "{gone}"),
                }
            }
            pages.sort_unstable();
            pages
        }
    }

    async fn until(condition: impl Fn() -> bool) {
        while !condition() {
            tokio::task::yield_now().await;
        }
    }

    /// One thread, so that who was asked to wait does wait once it lets others go on.
    fn on_one_thread(test: impl Future<Output = ()>) {
        tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(test);
    }

    #[test]
    fn a_flood_of_scrapes_is_rendered_twice_and_nobody_gets_a_page_from_before_it_asked() {
        on_one_thread(async {
            let mut press = Press::with_room(1 << 20);
            press.ask(1, "metrics").await;
            press.begun(1).await;
            press.ask(100, "metrics").await;
            let pages = press.pages(2).await;
            assert_eq!(pages.len(), 101);
            assert_eq!(pages.iter().filter(|page| *page == "metrics 0").count(), 1);
            assert_eq!(pages.iter().filter(|page| *page == "metrics 1").count(), 100);
        });
    }

    #[test]
    fn other_questions_take_turns() {
        on_one_thread(async {
            let mut press = Press::with_room(1 << 20);
            press.ask(1, "a").await;
            press.begun(1).await;
            for question in ["b", "c", "b"] {
                press.ask(1, question).await;
            }
            assert_eq!(press.pages(3).await, ["a 0", "b 1", "b 1", "c 2"]);
        });
    }

    #[test]
    fn when_the_first_is_gone_the_others_are_answered_still() {
        on_one_thread(async {
            let mut press = Press::with_room(1 << 20);
            press.ask(1, "a").await;
            press.begun(1).await;
            press.ask(1, "b").await;
            press.readers.abort_all();
            press.ask(3, "b").await;
            assert_eq!(press.pages(2).await, ["b 1"; 3]);
            assert_eq!(press.renderings.waiting.lock().expect("nobody fails").len(), 0);
        });
    }

    #[test]
    fn pages_that_nobody_took_yet_leave_no_room_for_more() {
        on_one_thread(async {
            let mut press = Press::with_room(2 * UNIT);
            for (question, taken) in [("a", "a 0"), ("b", "b 1")] {
                press.ask(1, question).await;
                press.release.send(()).expect("it waits");
                let page = press.readers.join_next().await.expect("a reader").expect("it ends").expect("a page");
                assert_eq!(page, taken);
                std::mem::forget(page);
            }
            press.ask(1, "c").await;
            assert_eq!(press.pages(1).await, ["NoRoom"]);
        });
    }
}
