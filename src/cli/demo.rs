//! `cxpulse demo`: a simulated contact centre, folded and served in one process.

use clap::Args;

use super::Failure;
use super::flags::DemoFlags;

/// Play a simulated contact centre and serve its live numbers, with nothing to install
#[derive(Debug, Args)]
pub(super) struct Demo {
    #[command(flatten)]
    flags: DemoFlags,
}

impl Demo {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let Some(_resolved) = self.flags.load()? else { return Ok(()) };
        Ok(())
    }
}
