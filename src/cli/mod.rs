//! The command line: one file per command.
//!
//! Exit status: 0, 1 for what fails while running, 2 for a wrong flag, setting, policy, topic or input.

mod agent_families;
mod completions;
mod demo;
mod duration;
pub mod flags;
pub mod generate;
mod help;
mod keys;
#[cfg(feature = "kafka")]
mod last_reason;
mod live_line;
mod number;
mod output;
mod progress;
pub mod replay;
mod run;
mod runtime;
mod topics;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::clock;
use crate::config::{self, ConfigError};

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "cxpulse",
    version = help::VERSION,
    about,
    max_term_width = 120,
    arg_required_else_help = true,
    after_help = help::examples!("cxpulse demo", "cxpulse run --brokers 127.0.0.1:9092", "cxpulse run --help")
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Demo),
    Run(run::Run),
    Replay(replay::Replay),
    Generate(generate::GenerateArgs),
    Topics(topics::Topics),
    Keys(keys::Keys),
    Completions(completions::Completions),
}

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The user can put it right: a flag, a setting, a policy, an input.
    #[error("{0}")]
    Usage(String),
    /// It failed while running.
    #[error("{0}")]
    Running(String),
}

/// Runs the command that the process was given.
#[must_use]
pub fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => status(cli.run()),
        Err(help_or_error) => {
            // Nothing is left to do where not even this can be written.
            let _unwritable = help_or_error.print();
            ExitCode::from(u8::try_from(help_or_error.exit_code()).unwrap_or(2))
        }
    }
}

/// Has the program started once more with huge pages, if it has not been.
#[expect(clippy::disallowed_methods, reason = "they are handed on as they are")]
fn ask_for_huge_pages() {
    config::ask_for_huge_pages(std::env::args_os());
}

impl Cli {
    fn run(self) -> Result<(), Failure> {
        match self.command {
            Command::Demo(demo) => demo.run(),
            Command::Run(run) => run.run(),
            Command::Replay(replay) => replay.run(),
            Command::Generate(generate) => Ok(generate.run_to_destination(clock::now)?),
            Command::Topics(topics) => topics.run(),
            Command::Keys(keys) => keys.run(),
            Command::Completions(completions) => completions.run(),
        }
    }
}

impl Failure {
    /// What a shell is told.
    #[must_use]
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Running(_) => 1,
        }
    }
}

impl From<generate::GenerateError> for Failure {
    fn from(error: generate::GenerateError) -> Self {
        if error.is_usage() { Self::Usage(error.to_string()) } else { Self::Running(error.to_string()) }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Usage(error.to_string())
    }
}

fn status(result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("cxpulse: {failure}");
            ExitCode::from(failure.exit_status())
        }
    }
}
