//! `cxpulse topics create|check`: the topics this version reads and writes, as they should be.

#[cfg(feature = "kafka")]
mod admin;
#[cfg(feature = "kafka")]
mod layout;

use clap::{Args, Subcommand};

use super::Failure;
use super::flags::KafkaFlags;
#[cfg(not(feature = "kafka"))]
use crate::config::Settings;
#[cfg(feature = "kafka")]
pub(super) use admin::check_for_run;
#[cfg(feature = "kafka")]
use admin::create_and_check;

/// Create the topics, or check that they are as they should be
#[derive(Debug, Args)]
pub(super) struct Topics {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Create the topics that do not exist, and check the others
    Create(Create),
    /// Name everything that is wrong with the topics, and what would be right
    Check(Check),
}

#[derive(Debug, Args)]
struct Create {
    /// Partitions of each new topic
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(i32).range(1..=10_000))]
    partitions: i32,
    /// Copies of each partition [default: as the brokers are configured]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..=100))]
    replication: Option<i32>,
    #[command(flatten)]
    flags: KafkaFlags,
}

#[derive(Debug, Args)]
struct Check {
    #[command(flatten)]
    flags: KafkaFlags,
}

impl Topics {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let (Action::Create(Create { flags, .. }) | Action::Check(Check { flags })) = &self.action;
        let Some(resolved) = flags.load()? else { return Ok(()) };
        let new = match &self.action {
            Action::Create(create) => Some((create.partitions, create.replication)),
            Action::Check(_) => None,
        };
        create_and_check(&resolved.settings, new)
    }
}

#[cfg(not(feature = "kafka"))]
fn create_and_check(_: &Settings, _: Option<(i32, Option<i32>)>) -> Result<(), Failure> {
    let message = "this cxpulse was built without Kafka; right would be a build with the feature `kafka`";
    Err(Failure::Usage(message.to_owned()))
}
