//! `cxpulse run`: reads Kafka, folds, publishes and serves until it is told to stop.

use clap::Args;

use super::Failure;
use super::flags::RunFlags;

/// Read events from Kafka, and publish and serve live numbers
#[derive(Debug, Args)]
pub(super) struct Run {
    #[command(flatten)]
    flags: RunFlags,
}

impl Run {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let Some(_resolved) = self.flags.load()? else { return Ok(()) };
        Ok(())
    }
}
