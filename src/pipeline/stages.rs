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
    /// How long the others may take once one has ended.
    ending: Duration,
}

impl Stages {
    pub(super) fn new() -> Self {
        Self { stop: Stop::new(), running: JoinSet::new(), ending: ENDING }
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
        let mut result = tokio::select! {
            () = enough => {
                tracing::info!("stopping");
                Ok(())
            }
            // Why it ended is the last word.
            Some(ended) = self.running.join_next() => judged(ended),
        };
        self.stop.tell();
        if tokio::time::timeout(self.ending, self.rest(&mut result)).await.is_err() {
            tracing::warn!("stopped without waiting any longer for what had not ended");
        }
        result
    }

    /// Keeps the first error of all: a stage that fails ends the ones behind it, which then have nothing to say. It
    /// stays with the caller, who may not wait for the last stage.
    async fn rest(&mut self, result: &mut Result<(), PipelineError>) {
        while let Some(ended) = self.running.join_next().await {
            let also = judged(ended);
            if result.is_ok() {
                *result = also;
            }
        }
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

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    fn failure() -> Result<(), PipelineError> {
        Err(PipelineError::Running("offsets are gone".to_owned()))
    }

    /// What is told at the end where one stage fails, beside one that never ends.
    fn told(failing: impl Future<Output = Result<(), PipelineError>> + Send + 'static) -> Option<String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let ended = runtime.block_on(async {
            let mut stages = Stages { ending: Duration::from_millis(1), ..Stages::new() };
            let stop = stages.stop().told();
            stages.task(pending());
            stages.task(failing);
            stages.task(async {
                stop.await;
                Err(PipelineError::Running("nobody listens".to_owned()))
            });
            stages.run(pending()).await
        });
        ended.err().map(|error| error.to_string())
    }

    #[test]
    fn why_the_first_stage_failed_is_told_though_another_does_not_end() {
        assert_eq!(told(ready(failure())).as_deref(), Some("offsets are gone"));
    }

    #[test]
    fn a_failure_on_the_way_out_is_told_though_another_does_not_end() {
        assert_eq!(told(ready(Ok(()))).as_deref(), Some("nobody listens"));
    }
}
