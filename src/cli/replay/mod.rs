//! `cxpulse replay`: the numbers of files, as of any moment.

mod questions;

use std::path::Path;

use clap::{Args, ValueEnum};

use super::flags::FoldFlags;
use super::help::examples;
use super::progress::Progress;
use super::{Failure, output};
use crate::config;
use crate::domain::answers::questions::Frame;
use crate::domain::event::Millis;
use crate::domain::scope::ScopeKind;
use crate::pipeline::replay::{Question, Replayed, replay};
use crate::wire::output::json::{live_json, rating_request_json, replay_json};
use crate::wire::time::parse_rfc3339;
use crate::wire::window;

use questions::{Asked, QuestionFlags};

/// Print the numbers of event files, as of any moment, as a JSON array
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "cxpulse replay --input events.jsonl --as-of 2026-03-01T12:00:00Z --window 1h --by skill",
    "cxpulse replay --input events.jsonl --as-of 2026-03-01T12:00:00Z --window 4h --explain csat.score",
    "gunzip -c events.jsonl.gz | cxpulse replay --input - --as-of 2026-03-01T12:00:00Z --show live"
))]
pub struct Replay {
    /// Files of JSON lines, in any order; - is standard input
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    input: Vec<String>,
    /// The moment of every answer; events after it do not exist
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    as_of: Millis,
    /// How far back the numbers reach: 1m to 1440m, or 1h to 24h; 60m and 1h are the same [not used with --show]
    #[arg(long, value_name = "60m|24h", allow_hyphen_values = true, value_parser = window_minutes, required_unless_present = "show")]
    window: Option<u32>,
    /// One object for each of these [default: account] [not used with --show]
    #[arg(long, value_enum)]
    by: Option<By>,
    /// Only this account
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// Print this instead of windows
    #[arg(long, value_enum)]
    show: Option<Show>,
    #[command(flatten)]
    questions: QuestionFlags,
    #[command(flatten)]
    flags: FoldFlags,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    Account,
    Skill,
    Agent,
    AgentSkill,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Show {
    /// The live state of each account
    Live,
    /// The decisions whether to ask for a rating, in the order of the closes
    RatingRequests,
}

impl Replay {
    pub(super) fn run(&self) -> Result<(), Failure> {
        self.check_together()?;
        let asked = match self.window {
            Some(window) => self.questions.asked(Frame::window(self.as_of, window))?,
            None => None,
        };
        let Some(resolved) = self.flags.load()? else { return Ok(()) };
        super::ask_for_huge_pages();
        let policies = config::policy_book(resolved.settings.policy.as_deref())?;
        let question = Question {
            inputs: &self.input,
            as_of: self.as_of,
            account: self.account.as_deref(),
            policies: &policies,
            silence: resolved.settings.silence(),
        };
        let mut progress = Progress::new(self.input.iter().map(|name| regular_size(Path::new(name))).sum());
        let mut read = 0;
        let replayed = replay(&question, &mut |bytes| {
            read += bytes;
            progress.say(read, || format!("{} MB read", read / 1_000_000));
        });
        drop(progress);
        let mut replayed = replayed.map_err(|error| {
            if error.is_usage() { Failure::Usage(error.to_string()) } else { Failure::Running(error.to_string()) }
        })?;
        eprintln!("cxpulse: {}", replayed.counts);
        output::print(&array(&self.objects(&mut replayed, asked.as_ref())))
    }

    /// Refuses flags that ask for different things.
    fn check_together(&self) -> Result<(), Failure> {
        let (by, show) = (self.by.map(word), self.show.map(word));
        if let (Some(by), Some(show)) = (&by, &show) {
            let right = "right would be to leave --by out: what is shown is not split into scopes";
            return Err(Failure::Usage(format!("--by {by} does not go with --show {show}; {right}")));
        }
        let others = by.map(|by| format!("--by {by}")).or(show.map(|show| format!("--show {show}")));
        match (self.questions.given().first(), others) {
            (Some(flag), Some(other)) => {
                let right = "right would be to leave one of them out";
                Err(Failure::Usage(format!("{flag} does not go with {other}; {right}")))
            }
            _ => Ok(()),
        }
    }

    fn objects(&self, replayed: &mut Replayed, asked: Option<&Asked>) -> Vec<Vec<u8>> {
        if let Some(asked) = asked {
            let accounts = replayed.accounts.iter_mut();
            return accounts.map(|(id, account)| asked.answer(id, &account.answers())).collect();
        }
        match (self.show, self.window) {
            (Some(Show::RatingRequests), _) => rating_requests(replayed),
            (None, Some(window)) => self.scopes(replayed, window),
            (Some(Show::Live), _) | (None, None) => self.live(replayed),
        }
    }

    fn scopes(&self, replayed: &mut Replayed, window: u32) -> Vec<Vec<u8>> {
        let mut objects = Vec::new();
        for (id, account) in &mut replayed.accounts {
            for (scope, metrics) in
                account.answers().all_window_metrics(self.by.unwrap_or(By::Account).kind(), &[window])
            {
                let told = metrics.iter().filter(|metrics| !metrics.is_zero());
                objects.extend(told.map(|metrics| replay_json(id, &scope, window, self.as_of, metrics)));
            }
        }
        objects
    }

    fn live(&self, replayed: &mut Replayed) -> Vec<Vec<u8>> {
        let accounts = replayed.accounts.iter_mut();
        accounts.map(|(id, account)| live_json(id, self.as_of, None, &account.answers().live())).collect()
    }
}

impl By {
    fn kind(self) -> ScopeKind {
        match self {
            Self::Account => ScopeKind::Account,
            Self::Skill => ScopeKind::Skill,
            Self::Agent => ScopeKind::Agent,
            Self::AgentSkill => ScopeKind::AgentSkill,
        }
    }
}

fn rating_requests(replayed: &mut Replayed) -> Vec<Vec<u8>> {
    let mut objects = Vec::new();
    for (id, account) in &mut replayed.accounts {
        objects.extend(account.rating_requests(id).iter().map(|request| rating_request_json(id, request)));
    }
    objects
}

/// A JSON array with one object a line.
fn array(objects: &[Vec<u8>]) -> Vec<u8> {
    if objects.is_empty() {
        return b"[]\n".to_vec();
    }
    let mut out = b"[\n".to_vec();
    out.extend(objects.join(&b",\n"[..]));
    out.extend(b"\n]\n");
    out
}

/// As it is written on the command line.
fn word(value: impl ValueEnum) -> String {
    value.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

fn moment(text: &str) -> Result<Millis, String> {
    parse_rfc3339(text)
        .map_err(|_| "right would be an RFC 3339 time with an offset, such as 2026-03-01T13:29:00Z".into())
}

fn window_minutes(word: &str) -> Result<u32, String> {
    window::parse(word).ok_or_else(|| format!("right would be {}", window::RIGHT))
}

/// Bytes, where they are known before they are read.
fn regular_size(path: &Path) -> Option<u64> {
    std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|metadata| metadata.len())
}
