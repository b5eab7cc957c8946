//! The program's stages in this process: the thread that folds, the one that makes passes, and the HTTP server, as
//! `pipeline` puts them together, but for Kafka at both ends.

use std::net::SocketAddr;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use cxpulse::board::{Board, Inquiries, Reception};
use cxpulse::clock;
use cxpulse::domain::answers::Answers;
use cxpulse::domain::policy::PolicyBook;
use cxpulse::fold::handover::Tray;
use cxpulse::fold::pass::{PassSettings, Passes};
use cxpulse::fold::{Fold, FoldSettings};
use cxpulse::random;
use cxpulse::serve::access::{Access, AccessSettings};
use cxpulse::serve::asking::Asking;
use cxpulse::serve::http::{self, Said, Serving, Shown};
use cxpulse::serve::limits::Limits;
use cxpulse::serve::liveperson::SkillsKey;
use cxpulse::serve::native::stream::{StreamSettings, Streams};
use cxpulse::serve::selection::Families;
use cxpulse::wire::batch::RecordBatch;
use tokio::runtime::Runtime;

use super::cpu::{FOLD, PASSES, SOURCE};
use super::options::Options;
use super::source::{Clock, LIVE_FROM, Source};

/// Records of a poll.
const POLLED: usize = 512;
/// As the program has them.
const TICK: Duration = Duration::from_millis(10);
const WAIT: Duration = Duration::from_millis(100);
const FEED_ROOM: usize = 8;
const WINDOWS: [u32; 7] = [5, 15, 30, 60, 240, 720, 1440];

/// A day that is folded, with its first pass made.
pub(crate) struct Day {
    source: Source,
    fold: Fold,
    passes: Passes,
    board: Arc<Board>,
}

impl Day {
    pub(crate) fn fold(options: &Options) -> Self {
        let mut source = Source::new(options);
        let (settings, policies) = (FoldSettings::default(), Arc::new(PolicyBook::default()));
        let mut fold = Fold::new(settings, policies, Arc::default(), LIVE_FROM);
        while let Some(batch) = source.batch(POLLED, LIVE_FROM) {
            take(&mut fold, &batch);
        }
        fold.advance();
        fold.set_caught_up();
        let board = Arc::new(Board::new(&WINDOWS));
        let mut passes = Passes::new(PassSettings::default(), board.clone());
        let first = fold.tick(LIVE_FROM).expect("the first is due at once");
        let _said = passes.pass(first);
        Self { source, fold, passes, board }
    }

    /// The one account there is.
    pub(crate) fn account(&self) -> Arc<str> {
        self.board.accounts().remove(0).0
    }

    /// Asks about it.
    pub(crate) fn ask<T>(&self, question: impl FnOnce(&Answers) -> T) -> T {
        let reception: Arc<Reception> = self.board.reception(&self.account()).expect("there is a pass");
        reception.ask(LIVE_FROM, question)
    }

    /// Goes on with it, and serves it.
    pub(crate) fn serve(self, options: &Options) -> Service {
        let (clock, inquiries) = (Clock::start(), Arc::<Inquiries>::default());
        let (runtime, address) = serve(self.board, inquiries.clone(), options.workers);
        let (folded, tray) = (Arc::<AtomicU64>::default(), Arc::<Tray>::default());
        let (feed, fed) = sync_channel(FEED_ROOM);
        let (stop, stopped) = sync_channel::<()>(0);
        let (counted, to_passes) = (folded.clone(), tray.clone());
        let threads = vec![
            named(SOURCE, move || feed_until(self.source, &clock, &feed, &stopped)),
            named(FOLD, move || fold_fed(self.fold, &clock, &fed, &to_passes, &inquiries, &counted)),
            named(PASSES, move || pass_all(self.passes, &tray)),
        ];
        Service { address, folded, stop: Some(stop), threads, _runtime: runtime }
    }
}

/// A server that is asked while its account goes on.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    folded: Arc<AtomicU64>,
    stop: Option<SyncSender<()>>,
    threads: Vec<JoinHandle<()>>,
    _runtime: Runtime,
}

impl Service {
    /// How many events have been folded since it began.
    pub(crate) fn folded(&self) -> u64 {
        self.folded.load(Ordering::Acquire)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.stop.take());
        for thread in self.threads.drain(..) {
            let _panicked = thread.join().is_err();
        }
    }
}

fn named(name: &str, work: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
    thread::Builder::new().name(name.to_owned()).spawn(work).expect("a thread")
}

fn take(fold: &mut Fold, batch: &RecordBatch) {
    fold.fold(batch, &mut |_, refusal| panic!("an event of the simulator is refused: {refusal:?}"));
}

/// Hands over what is written by now, a hundred times a second.
fn feed_until(mut source: Source, clock: &Clock, feed: &SyncSender<RecordBatch>, stopped: &Receiver<()>) {
    while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(TICK) {
        let now = clock.now();
        while let Some(batch) = source.batch(POLLED, now) {
            feed.send(batch).expect("the fold outlives its source");
        }
    }
}

/// As the program's thread does.
fn fold_fed(
    mut fold: Fold,
    clock: &Clock,
    fed: &Receiver<RecordBatch>,
    tray: &Tray,
    inquiries: &Inquiries,
    folded: &AtomicU64,
) {
    loop {
        match fed.recv_timeout(TICK) {
            Ok(batch) => {
                take(&mut fold, &batch);
                folded.fetch_add(batch.len() as u64, Ordering::AcqRel);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if let Some(handover) = fold.tick(clock.now()) {
            tray.put(handover);
        }
        inquiries.take().into_iter().for_each(|inquiry| fold.answer(inquiry));
    }
    tray.close();
}

/// As the program's thread does where a publisher always keeps up.
fn pass_all(mut passes: Passes, tray: &Tray) {
    while !tray.is_finished() {
        let wait = if passes.are_agents_left() { Duration::ZERO } else { WAIT };
        let _said = match tray.take(wait) {
            Some(handover) => passes.pass(handover),
            None if passes.are_agents_left() => passes.pass_agents(),
            None => None,
        };
    }
}

/// On loopback, without keys, with every other setting as it is by default.
fn serve(board: Arc<Board>, inquiries: Arc<Inquiries>, workers: usize) -> (Runtime, SocketAddr) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    let listener = runtime.block_on(http::listen(any_port)).expect("a port");
    let address = listener.local_addr().expect("it listens");
    let settings =
        AccessSettings { listen: address, requests_at_once: 32, cors_origins: Vec::new(), session_secret: None };
    let access = Arc::new(Access::new(&settings, None, Box::new(clock::now), || random::bytes().ok()));
    let asking = Arc::new(Asking::new(board.clone(), inquiries, Box::new(|| 0), questions_at_once()));
    // As the program does once it has caught up.
    asking.prepare(|| true);
    let streams = Arc::new(Streams::new(asking.clone(), access.clone(), StreamSettings::default()));
    let shown = Shown { series_cap: 100_000, agent_windows: vec![60], agent_families: Families::EVERY };
    let serving = Serving {
        board,
        flows: Arc::default(),
        health: Arc::default(),
        traffic: Arc::default(),
        engine: Box::new(String::new),
        shown,
        said: Said::default(),
        access,
        asking,
        streams,
        skills_key: SkillsKey::default(),
        clock: clock::now,
    };
    runtime.spawn(http::serve(listener, Arc::new(serving), Limits::default(), std::future::pending()));
    (runtime, address)
}

/// As the program has it.
fn questions_at_once() -> usize {
    4 * thread::available_parallelism().map_or(1, NonZero::get) + 4
}
