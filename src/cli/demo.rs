//! `cxpulse demo`: a simulated contact centre, folded and served in one process.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;

use super::flags::DemoFlags;
use super::help::examples;
use super::live_line::live_line;
use super::number::within;
use super::{Failure, duration, output, runtime};
use crate::board::Board;
use crate::{clock, config, pipeline, simulate, telemetry};

/// Conversations of a day for each agent: about eight hours at a comfortable pace.
const CONVERSATIONS_PER_AGENT: u64 = 40;
/// Agents for each skill.
const AGENTS_PER_SKILL: u32 = 10;
/// Brands that share the centre.
const ACCOUNTS: u32 = 2;

/// Play a simulated contact centre and serve its live numbers, with nothing to install
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "cxpulse demo --agents 200",
    "cxpulse demo --seed 7 --listen 127.0.0.1:9000 --for 10m"
))]
pub(super) struct Demo {
    /// Another seed, another day
    #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true)]
    #[arg(value_parser = within(0..=u64::MAX))]
    seed: u64,
    /// How many agents work there
    #[arg(long, value_name = "N", default_value_t = 60, allow_negative_numbers = true)]
    #[arg(value_parser = within::<u32>(1..=100_000))]
    agents: u32,
    /// Stop by itself after so long: 30s, 10m, 1h [default: goes on until stopped]
    #[arg(long = "for", value_name = "DURATION", allow_hyphen_values = true, value_parser = duration::parse)]
    last: Option<Duration>,
    #[command(flatten)]
    flags: DemoFlags,
}

impl Demo {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let Some(resolved) = self.flags.load()? else { return Ok(()) };
        let settings = resolved.settings;
        let policies = config::policy_book(settings.policy.as_deref())?;
        telemetry::start_logging(&settings);
        let demo = pipeline::demo::Demo {
            centre: self.centre(),
            last: self.last,
            began: Box::new(say_addresses),
            word: Box::new(say_numbers),
        };
        runtime::block_on(pipeline::demo::demo(&settings, policies, demo))
    }

    fn centre(&self) -> simulate::Settings {
        simulate::Settings {
            seed: self.seed,
            conversations: u64::from(self.agents) * CONVERSATIONS_PER_AGENT,
            agents: self.agents,
            skills: (self.agents / AGENTS_PER_SKILL).max(1),
            accounts: ACCOUNTS.min(self.agents),
            hours: 24,
            end_ms: clock::now(),
            chaos: false,
        }
    }
}

fn say_addresses(address: SocketAddr) {
    say(&format!(
        "A simulated contact centre, live at\n\n  http://{address}/                what there is\n  \
         http://{address}/metrics         Prometheus: accounts, skills, the engine\n  \
         http://{address}/metrics/agents  Prometheus: agents\n  http://{address}/readyz          whether it is ready\n\n\
         A day of conversations is being folded; then it goes on in real time. Ctrl-C stops it.\n"
    ));
}

fn say_numbers(board: &Board) {
    for (account, view) in board.accounts() {
        if let Some(line) = live_line(&account, &view, board.windows(), clock::now()) {
            say(&line);
        }
    }
}

fn say(text: &str) {
    // A demonstration that nobody reads goes on being served.
    let _nobody_reads = output::print(format!("{text}\n").as_bytes()).is_err();
}
