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
use super::shared::Shared;
use super::stages::{Stages, signal};
use crate::board::Board;
use crate::clock;
use crate::config::Settings;
use crate::domain::bucket::Bucket;
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
    /// The contact centre. Its end becomes the last bucket's end before now, so that a demonstration of the same centre
    /// has the same numbers, whenever it is played.
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
    shared.start_folding(settings, policies, &mut stages, fed, None, |_, _| ());
    let player = Player::new(&demo.centre, clock::now(), feed, shared.status.clone());
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
    /// How much later its records happen here: whole buckets, since numbers are made of them.
    later_ms: Millis,
    topics: Arc<[String]>,
    next_offsets: [i64; 3],
    feed: SyncSender<Feed>,
    status: Arc<SourceStatus>,
}

impl Player {
    fn new(centre: &simulate::Settings, now: Millis, feed: SyncSender<Feed>, status: Arc<SourceStatus>) -> Self {
        let topics = ["conversation-events", "survey-events", "agent-events"].map(str::to_owned);
        let simulation = Simulation::endless(centre);
        let later_ms = Bucket::of(now).start() - Bucket::of(centre.end_ms).start();
        Self { simulation, later_ms, topics: Arc::from(topics), next_offsets: [0; 3], feed, status }
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
                && let Some(record) = self.simulation.next_until(now - self.later_ms)
            {
                self.push(&mut batch, &record.moved(self.later_ms));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::Account;
    use crate::domain::answers::metrics::Metrics;
    use crate::domain::scope::Scope;
    use crate::fold::outcomes::Outcomes;
    use crate::fold::{Fold, FoldSettings};

    /// The numbers of every account, `after_ms` after the beginning of a demonstration that starts at `started`.
    fn numbers(seed: u64, started: Millis, after_ms: Millis) -> Vec<(String, Vec<Metrics>)> {
        let end_ms = 1_772_366_400_000;
        let centre = simulate::Settings {
            seed,
            conversations: 200,
            agents: 5,
            skills: 1,
            accounts: 2,
            hours: 24,
            end_ms,
            chaos: false,
        };
        let (feed, fed) = mpsc::sync_channel(100);
        let mut player = Player::new(&centre, started, feed, Arc::default());
        assert!(player.hand_over(started + after_ms, &AtomicBool::new(false)), "all of it finds room");
        drop(player);
        let (policies, outcomes) = (Arc::default(), Arc::new(Outcomes::default()));
        let now = started + after_ms;
        let mut fold = Fold::new(FoldSettings::default(), policies, outcomes, now);
        for fed in fed {
            let Feed::Records(batch) = fed else { continue };
            fold.fold(&batch, &mut |_, refusal| panic!("{refusal}"));
        }
        let of = |account: &mut Account| account.answers().window_metrics(&Scope::default(), &[5, 60, 1440]);
        fold.accounts_mut().into_iter().map(|(name, account)| (name.to_owned(), of(account))).collect()
    }

    #[test]
    fn a_seed_plays_the_same_numbers_whenever_it_is_played() {
        let (monday, friday) = (1_780_000_030_000, 1_780_000_030_000 + 1_234 * 300_000);
        for after_ms in [0, 200_000, 3_600_000] {
            let once = numbers(7, monday, after_ms);
            assert_eq!(once.len(), 2);
            assert!(once.iter().all(|(_, metrics)| metrics[2].conversations_started > 20));
            assert_eq!(once, numbers(7, friday, after_ms));
        }
        assert_ne!(numbers(7, monday, 0), numbers(8, monday, 0));
    }
}
