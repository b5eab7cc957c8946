//! `cxpulse topics create|check`: the topics this version reads and writes, as they should be.

#[cfg(feature = "kafka")]
mod admin;
#[cfg(feature = "kafka")]
mod layout;

use clap::{Args, Subcommand};

use super::Failure;
use super::flags::TopicFlags;
use super::help::examples;
use super::number::within;
#[cfg(not(feature = "kafka"))]
use crate::config::Settings;
#[cfg(feature = "kafka")]
pub(super) use admin::check_for_run;
#[cfg(feature = "kafka")]
use admin::create_and_check;

/// Create the topics, or check that they are as they should be
#[derive(Debug, Args)]
#[command(after_help = examples!("cxpulse topics create --brokers 127.0.0.1:9092", "cxpulse topics check"))]
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
#[command(after_help = examples!(
    "cxpulse topics create --brokers 127.0.0.1:9092",
    "cxpulse topics create --partitions 12 --replication 3"
))]
struct Create {
    /// Partitions of each new topic [default: 6]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = within::<i32>(1..=10_000))]
    partitions: Option<i32>,
    /// Copies of each partition [default: as the brokers are configured]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = within::<i32>(1..=100))]
    replication: Option<i32>,
    #[command(flatten)]
    flags: TopicFlags,
}

#[derive(Debug, Args)]
#[command(after_help = examples!(
    "cxpulse topics check --brokers 127.0.0.1:9092",
    "cxpulse topics check --config cxpulse.toml"
))]
struct Check {
    #[command(flatten)]
    flags: TopicFlags,
}

/// What `create` was told of the topics to make.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(feature = "kafka"), expect(dead_code, reason = "only Kafka needs it"))]
struct NewTopics {
    partitions: Option<i32>,
    replication: Option<i32>,
}

impl Topics {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let (Action::Create(Create { flags, .. }) | Action::Check(Check { flags })) = &self.action;
        let Some(resolved) = flags.load()? else { return Ok(()) };
        let new = match &self.action {
            Action::Create(create) => {
                Some(NewTopics { partitions: create.partitions, replication: create.replication })
            }
            Action::Check(_) => None,
        };
        create_and_check(&resolved.settings, new)
    }
}

#[cfg(not(feature = "kafka"))]
fn create_and_check(_: &Settings, _: Option<NewTopics>) -> Result<(), Failure> {
    Err(Failure::Usage(super::help::WITHOUT_KAFKA.to_owned()))
}
