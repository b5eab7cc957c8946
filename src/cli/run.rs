//! `cxpulse run`: reads Kafka, folds, publishes and serves until it is told to stop.

use clap::Args;

use super::Failure;
use super::flags::RunFlags;
use super::help::examples;
use crate::config::Resolved;

/// Read events from Kafka, and publish and serve live numbers
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "cxpulse run --brokers kafka-1:9092,kafka-2:9092 --listen 0.0.0.0:8080 --keys-file keys.toml",
    "cxpulse run --config cxpulse.toml --policy policies.toml --print-config"
))]
pub(super) struct Run {
    #[command(flatten)]
    flags: RunFlags,
}

impl Run {
    pub(super) fn run(&self) -> Result<(), Failure> {
        match self.flags.load()? {
            Some(resolved) => {
                super::ask_for_huge_pages();
                start(&resolved)
            }
            None => Ok(()),
        }
    }
}

#[cfg(feature = "kafka")]
fn start(resolved: &Resolved) -> Result<(), Failure> {
    let settings = &resolved.settings;
    let policies = crate::config::policy_book(settings.policy.as_deref())?;
    crate::telemetry::start_logging(settings);
    let check = super::topics::check_for_run(settings.clone());
    super::runtime::block_on(crate::pipeline::run::run(settings, policies, check))
}

#[cfg(not(feature = "kafka"))]
fn start(_resolved: &Resolved) -> Result<(), Failure> {
    Err(Failure::Usage(super::help::WITHOUT_KAFKA.to_owned()))
}
