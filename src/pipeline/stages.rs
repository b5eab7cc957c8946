//! The tasks of a running pipeline: what ends first ends everything, in order and in time.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

use super::PipelineError;

/// How long everything together may take to end: an orchestrator kills after ten seconds or more.
const ENDING: Duration = Duration::from_secs(9);

/// Tells threads and tasks alike to stop.
#[derive(Debug, Clone)]
pub(super) struct Stop {
    flag: Arc<AtomicBool>,
    tasks: watch::Sender<bool>,
}

impl Stop {
    pub(super) fn new() -> Self {
        Self { flag: Arc::default(), tasks: watch::Sender::new(false) }
    }

    /// For threads that look now and then.
    pub(super) fn flag(&self) -> Arc<AtomicBool> {
        self.flag.clone()
    }

    /// Ends when it is told to.
    pub(super) fn told(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut tasks = self.tasks.subscribe();
        async move {
            // An error is that nobody can tell any more, which is as good as having been told.
            let _gone = tasks.wait_for(|told| *told).await.is_err();
        }
    }

    fn tell(&self) {
        self.flag.store(true, Ordering::Relaxed);
        self.tasks.send_replace(true);
    }
}

/// The stages under way.
#[derive(Debug)]
pub(super) struct Stages {
    stop: Stop,
    running: JoinSet<Result<(), PipelineError>>,
}

impl Stages {
    pub(super) fn new() -> Self {
        Self { stop: Stop::new(), running: JoinSet::new() }
    }

    pub(super) fn stop(&self) -> &Stop {
        &self.stop
    }

    /// A stage that blocks: it gets a thread.
    pub(super) fn thread(&mut self, stage: impl FnOnce() -> Result<(), PipelineError> + Send + 'static) {
        self.running.spawn_blocking(stage);
    }

    /// A stage that does not.
    pub(super) fn task(&mut self, stage: impl Future<Output = Result<(), PipelineError>> + Send + 'static) {
        self.running.spawn(stage);
    }

    /// Runs until `enough` ends or any stage does; then stops the others, and waits for them.
    pub(super) async fn run(mut self, enough: impl Future<Output = ()>) -> Result<(), PipelineError> {
        let first = tokio::select! {
            () = enough => {
                tracing::info!("stopping");
                Ok(())
            }
            // Why it ended is the last word.
            Some(ended) = self.running.join_next() => judged(ended),
        };
        self.stop.tell();
        match tokio::time::timeout(ENDING, self.rest(first)).await {
            Ok(result) => result,
            Err(_elapsed) => {
                tracing::warn!("stopped without waiting any longer for what had not ended");
                Ok(())
            }
        }
    }

    /// The first error of all: a stage that fails ends the ones behind it, which then have nothing to say.
    async fn rest(&mut self, mut result: Result<(), PipelineError>) -> Result<(), PipelineError> {
        while let Some(ended) = self.running.join_next().await {
            result = result.and(judged(ended));
        }
        result
    }
}

/// Ends when the process is told to stop: SIGTERM, or SIGINT from a terminal.
pub(super) async fn signal() {
    let interrupted = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!("SIGINT cannot be listened to: {error}");
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupted => {}
        () = terminated() => {}
    }
}

#[cfg(unix)]
async fn terminated() {
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut signals) => {
            signals.recv().await;
        }
        Err(error) => {
            tracing::warn!("SIGTERM cannot be listened to: {error}");
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending::<()>().await;
}

fn judged(ended: Result<Result<(), PipelineError>, JoinError>) -> Result<(), PipelineError> {
    ended.unwrap_or_else(|error| Err(PipelineError::Running(format!("a stage ended unexpectedly: {error}"))))
}
