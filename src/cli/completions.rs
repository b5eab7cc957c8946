//! `cxpulse completions`: what a shell needs to complete this command line.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::help::examples;
use super::{Cli, Failure, output};

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "cxpulse completions bash > ~/.local/share/bash-completion/completions/cxpulse",
    "cxpulse completions fish | source"
))]
pub(super) struct Completions {
    /// Which shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "cxpulse", &mut script);
        output::print(&script)
    }
}
