//! The only place that knows every stage: builds them, joins them by bounded channels, owns tasks and shutdown order.
//!
//! ```text
//! source ──feed──> fold ──passes──> board ──> serve
//!                    │                └─outbox──> publish
//!                    └──rejected──> dead letters
//! ```
//!
//! A stage that reads or folds has a thread of its own; only HTTP is asynchronous. To stop, the source is told to; its
//! feed ends, and so, one after the other, does everything behind it.

mod access;
pub mod demo;
mod engine;
mod folding;
mod passing;
pub mod replay;
#[cfg(feature = "kafka")]
pub mod run;
mod shared;
mod stages;

use crate::config::ConfigError;
use crate::serve::http::CannotListen;

/// Why the pipeline did not begin, or ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// The user can put it right: a setting, or the layout of the topics.
    #[error("{0}")]
    Configuration(String),
    /// It failed while running.
    #[error("{0}")]
    Running(String),
}

impl From<CannotListen> for PipelineError {
    fn from(error: CannotListen) -> Self {
        Self::Configuration(error.to_string())
    }
}

impl From<ConfigError> for PipelineError {
    fn from(error: ConfigError) -> Self {
        Self::Configuration(error.to_string())
    }
}
