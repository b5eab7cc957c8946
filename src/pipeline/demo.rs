//! `demo`: a simulated contact centre instead of Kafka, and nobody to publish to.
//!
//! The simulator's records take the way of all records, as bytes in batches, so that what the demonstration shows is
//! the engine itself.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, SyncSender};
use std::time::Duration;

use super::PipelineError;
use super::folding;
use super::shared::Shared;
use super::stages::{Stages, signal};
use crate::board::Board;
use crate::clock;
use crate::config::Settings;
use crate::domain::event::Millis;
use crate::domain::policy::PolicyBook;
use crate::serve::http;
use crate::simulate::{self, Record, Simulation, Topic};
use crate::source::Feed;
use crate::source::simulated;
use crate::source::status::SourceStatus;
use crate::wire::batch::{Arrival, RecordBatch};

/// How often the simulated records of the moment are fetched.
const BEAT: Duration = Duration::from_millis(100);
/// How often there is a word on the numbers.
const WORD_EVERY: Duration = Duration::from_secs(5);
/// Records of a batch.
const BATCH_RECORDS: usize = 512;
/// Batches that may wait for the fold.
const FEED_ROOM: usize = 8;

/// What is played, and who is told of it.
pub struct Demo {
    /// The contact centre; its end is now.
    pub centre: simulate::Settings,
    /// Stop by itself after so long.
    pub last: Option<Duration>,
    /// Told the address once it is served.
    pub began: Box<dyn FnOnce(SocketAddr) + Send>,
    /// Told of the board every few seconds.
    pub word: Box<dyn FnMut(&Board) + Send>,
}

impl std::fmt::Debug for Demo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Demo").field("centre", &self.centre).field("last", &self.last).finish_non_exhaustive()
    }
}

/// Plays until SIGTERM, SIGINT, or for as long as was asked.
///
/// # Errors
/// When the address cannot be served, or a stage gives up.
pub async fn demo(settings: &Settings, policies: PolicyBook, demo: Demo) -> Result<(), PipelineError> {
    let listener = http::listen(settings.listen).await?;
    let address = listener.local_addr().map_err(|error| PipelineError::Running(error.to_string()))?;
    let shared = Shared::new(settings)?;
    let mut stages = Stages::new();
    let (feed, fed) = mpsc::sync_channel(FEED_ROOM);
    let fold = shared.fold(settings, policies);
    let outlets = shared.outlets(None, |_, _| ());
    stages.thread(move || {
        folding::run(fold, &fed, outlets);
        Ok(())
    });
    let player = Player::new(&demo, feed, shared.status.clone());
    let stop = stages.stop().flag();
    stages.thread(move || {
        player.play(&stop);
        Ok(())
    });
    shared.start_serving(&mut stages, listener, Box::new(|| ()));
    (demo.began)(address);
    stages.task(talk(shared.board.clone(), demo.word, stages.stop().told()));
    let last = demo.last;
    stages
        .run(async move {
            tokio::select! { () = signal() => {}, () = elapsed(last) => {} }
        })
        .await
}

/// The simulator's thread.
struct Player {
    simulation: Simulation,
    topics: Arc<[String]>,
    next_offsets: [i64; 3],
    feed: SyncSender<Feed>,
    status: Arc<SourceStatus>,
}

impl Player {
    fn new(demo: &Demo, feed: SyncSender<Feed>, status: Arc<SourceStatus>) -> Self {
        let topics = ["conversation-events", "survey-events", "agent-events"].map(str::to_owned);
        let simulation = Simulation::endless(&demo.centre);
        Self { simulation, topics: Arc::from(topics), next_offsets: [0; 3], feed, status }
    }

    /// The day before as fast as it goes, then what happens as it happens.
    fn play(mut self, stop: &AtomicBool) {
        let (_beat, beats) = mpsc::sync_channel::<Infallible>(1);
        self.status.set_reachable(true, clock::now());
        let mut listened_to = self.hand_over(clock::now(), stop) && self.feed.send(Feed::CaughtUp).is_ok();
        self.status.set_caught_up();
        while listened_to && !stop.load(Ordering::Relaxed) {
            // Nothing is ever sent: it is a pause.
            let _pause = beats.recv_timeout(BEAT);
            listened_to = self.hand_over(clock::now(), stop);
        }
    }

    /// Everything that arrives up to `now`; false once nobody listens or it is to stop.
    fn hand_over(&mut self, now: Millis, stop: &AtomicBool) -> bool {
        loop {
            let mut batch = RecordBatch::new(self.topics.clone());
            while batch.len() < BATCH_RECORDS
                && let Some(record) = self.simulation.next_until(now)
            {
                self.push(&mut batch, &record);
            }
            if batch.is_empty() {
                return true;
            }
            self.status.add_records(batch.len() as u64);
            if self.feed.send(Feed::Records(batch)).is_err() || stop.load(Ordering::Relaxed) {
                return false;
            }
        }
    }

    fn push(&mut self, batch: &mut RecordBatch, record: &Record) {
        let topic = match record.topic {
            Topic::Conversation => 0,
            Topic::Survey => 1,
            Topic::Agent => 2,
        };
        let mut payload = Vec::with_capacity(256);
        simulated::push_json(&mut payload, record);
        let arrival = Arrival {
            topic,
            partition: Some(0),
            offset: self.next_offsets[topic],
            timestamp: Some(record.timestamp_ms),
            key: Some(record.key().as_bytes()),
            payload: Some(&payload),
        };
        self.next_offsets[topic] += 1;
        batch.push(arrival, []);
    }
}

async fn talk(
    board: Arc<Board>,
    mut word: Box<dyn FnMut(&Board) + Send>,
    told: impl Future<Output = ()>,
) -> Result<(), PipelineError> {
    let mut told = std::pin::pin!(told);
    let mut pause = Duration::from_millis(500);
    while tokio::time::timeout(pause, &mut told).await.is_err() {
        if board.as_of() > 0 {
            word(&board);
            pause = WORD_EVERY;
        }
    }
    Ok(())
}

async fn elapsed(last: Option<Duration>) {
    match last {
        Some(last) => tokio::time::sleep(last).await,
        None => std::future::pending().await,
    }
}
