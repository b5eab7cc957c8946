//! `cxpulse demo`: a simulated contact centre, folded and served in one process.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;

use super::flags::DemoFlags;
use super::help::examples;
use super::live_line::LiveTable;
use super::number::within;
use super::{Failure, duration, output, runtime};
use crate::domain::event::Millis;
use crate::{clock, config, pipeline, serve, simulate, telemetry};

/// Conversations of a day for each agent: about eight hours at a comfortable pace.
const CONVERSATIONS_PER_AGENT: u64 = 40;
/// Agents for each skill.
const AGENTS_PER_SKILL: u32 = 10;
/// Brands that share the centre.
const ACCOUNTS: u32 = 2;

/// The end of the simulated day before it is moved to now: noon, when there is most to see. It is always the same, so
/// that a seed is always the same day.
const PLAYED_END: Millis = 1_772_366_400_000;
/// The end of the day that the commands to try next make.
const TRY_END: &str = "2026-03-01T12:00:00Z";

/// Play a simulated contact centre and serve its live numbers, with nothing to install
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "cxpulse demo --agents 200",
    "cxpulse demo --seed 7 --listen 127.0.0.1:9000 --for 10m"
))]
pub(super) struct Demo {
    /// Another seed, another day; the same seed plays the same one again
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
        let mut table = LiveTable::default();
        let demo = pipeline::demo::Demo {
            centre: self.centre(),
            last: self.last,
            began: Box::new(say_addresses),
            word: Box::new(move |board| table.lines(board, clock::now()).iter().for_each(|line| say(line))),
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
            end_ms: PLAYED_END,
            chaos: false,
        }
    }
}

/// This program as it was called, so that what is printed can be pasted.
#[expect(clippy::disallowed_methods, reason = "its name is no flag")]
fn program() -> String {
    std::env::args_os().next().map_or_else(|| "cxpulse".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// What there is to see, and what to try next in another terminal.
fn say_addresses(address: SocketAddr) {
    let program = program();
    let board = if serve::wallboard::is_built() { "the wallboard, for your browser" } else { "what there is" };
    say(&format!(
        "A simulated contact centre, live at

  http://{address}/                {board}
  http://{address}/metrics         Prometheus: accounts, skills, engine
  http://{address}/metrics/agents  Prometheus: agents
  http://{address}/readyz          whether it is ready

To try next, in another terminal:

  curl -s http://{address}/metrics | grep 'csat_ratio.*window=\"1h\"'
  {program} generate --end {TRY_END} --output day.jsonl
  {program} replay --input day.jsonl --as-of {TRY_END} \\
    --window 1h --by skill

A day of conversations is being folded; then it goes on in real time. Below, for
each account: open conversations, those waiting and the longest wait, agents
online; and over a window the satisfaction with its number of answers (n), the
median first response and handle time. Ctrl-C stops it.
"
    ));
}

fn say(text: &str) {
    // A demonstration that nobody reads goes on being served.
    let _nobody_reads = output::print(format!("{text}\n").as_bytes()).is_err();
}
