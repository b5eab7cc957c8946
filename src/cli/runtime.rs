//! The asynchronous runtime of the commands that serve.

use std::future::Future;
use std::time::Duration;

use super::Failure;
use crate::pipeline::PipelineError;

/// Threads for HTTP; folding and reading have their own.
const SERVING_THREADS: usize = 2;

/// Runs to the end, and leaves behind what has not ended by then.
pub(super) fn block_on(pipeline: impl Future<Output = Result<(), PipelineError>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(SERVING_THREADS).enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Running(format!("no threads to serve with: {error}")))?;
    let result = runtime.block_on(pipeline);
    runtime.shutdown_timeout(Duration::ZERO);
    Ok(result?)
}

impl From<PipelineError> for Failure {
    fn from(error: PipelineError) -> Self {
        match error {
            PipelineError::Configuration(message) => Self::Usage(message),
            PipelineError::Running(message) => Self::Running(message),
        }
    }
}
