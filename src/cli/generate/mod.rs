//! `cxpulse generate`: a simulated contact centre, written to a file, to standard output or to Kafka.
//!
//! Here are the flags and what is wrong with them. `run` lets the simulator's records meet a clock and an output,
//! `lines` writes them as bytes. Kafka is one more `Output`.

#[cfg(feature = "kafka")]
mod kafka;
mod lines;
mod run;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::help::examples;
use super::number::within;
use crate::config::{self, ConfigError};
use crate::domain::event::Millis;
use crate::simulate::Settings;
use crate::wire::time::{parse_rfc3339, rfc3339};

pub use crate::source::simulated::push_line;
pub use lines::{JsonLines, push_value};
use run::Ticks;
pub use run::{Output, Pace};

/// The simulator moves clocks by some days either way under `--chaos`, and all of it must fit 1970–9999.
const EARLIEST_BEGIN: Millis = 5 * 86_400_000;
const LATEST_END: Millis = 253_370_764_800_000;

/// Write the events of a simulated contact centre: to a file, to standard output or to Kafka
#[derive(Debug, Clone, Args)]
#[command(after_help = examples!(
    "cxpulse generate --conversations 1000 --end 2026-03-01T12:00:00Z --output events.jsonl",
    "cxpulse generate --brokers 127.0.0.1:9092 --rate 50"
))]
pub struct GenerateArgs {
    /// The same seed and --end give the same bytes
    #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true)]
    #[arg(value_parser = within(0..=u64::MAX))]
    pub seed: u64,
    /// How many conversations begin in the hours before --end, in all
    #[arg(long, value_name = "N", default_value_t = 10_000, allow_negative_numbers = true)]
    #[arg(value_parser = within::<u64>(1..=1_000_000_000))]
    pub conversations: u64,
    /// How many agents work there, in all accounts together
    #[arg(long, value_name = "N", default_value_t = 100, allow_negative_numbers = true)]
    #[arg(value_parser = within::<u32>(1..=10_000_000))]
    pub agents: u32,
    /// How many skills there are, in all accounts together
    #[arg(long, value_name = "N", default_value_t = 8, allow_negative_numbers = true)]
    #[arg(value_parser = within::<u32>(1..=1_000_000))]
    pub skills: u32,
    /// How many accounts share the conversations
    #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true)]
    #[arg(value_parser = within::<u32>(1..=1_000_000))]
    pub accounts: u32,
    /// How many hours before --end the first conversation begins
    #[arg(long, value_name = "H", default_value_t = 24, allow_negative_numbers = true)]
    #[arg(value_parser = within::<u32>(1..=8_784))]
    pub hours: u32,
    /// When it ends, such as 2026-03-01T13:00:00Z [default: now]
    #[arg(long, value_name = "RFC3339", value_parser = time)]
    pub end: Option<Millis>,
    /// Goes on live after the end, with so many events a second, until stopped
    #[arg(long, value_name = "EVENTS/S", allow_negative_numbers = true)]
    #[arg(value_parser = within::<u64>(1..=10_000_000))]
    pub rate: Option<u64>,
    /// Adds duplicates, reordering, late, far-future, conflicting, unknown and undecodable records
    #[arg(long)]
    pub chaos: bool,
    /// How records are written; Protobuf goes to Kafka only
    #[arg(long, value_enum, default_value_t = Format::Json)]
    pub format: Format,
    /// A file of JSON lines to write, or - for standard output
    #[arg(long, value_name = "FILE|-", conflicts_with = "brokers")]
    pub output: Option<PathBuf>,
    /// Kafka's addresses, where no --output is given [env: CXPULSE_BROKERS]
    #[arg(long, value_name = "HOST:PORT,…")]
    pub brokers: Option<String>,
    /// Further librdkafka properties, such as security.protocol=SSL [env: CXPULSE_KAFKA_PROPERTIES]
    #[arg(long, value_name = "KEY=VALUE,…", conflicts_with = "output")]
    pub kafka_properties: Option<String>,
    /// Where events of conversations go, in Kafka [default: conversation-events] [env: CXPULSE_CONVERSATION_TOPIC]
    #[arg(long, value_name = "TOPIC", conflicts_with = "output")]
    pub conversation_topic: Option<String>,
    /// Where events of surveys go, in Kafka [default: survey-events] [env: CXPULSE_SURVEY_TOPIC]
    #[arg(long, value_name = "TOPIC", conflicts_with = "output")]
    pub survey_topic: Option<String>,
    /// Where events of agents go, in Kafka [default: agent-events] [env: CXPULSE_AGENT_TOPIC]
    #[arg(long, value_name = "TOPIC", conflicts_with = "output")]
    pub agent_topic: Option<String>,
    /// The file of settings that `run` reads, for the properties and the topics [env: CXPULSE_CONFIG]
    #[arg(long, value_name = "FILE", conflicts_with = "output")]
    pub config: Option<PathBuf>,
}

/// How a record's event is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Flat JSON.
    Json,
    /// `cxpulse.v1.Event`.
    Protobuf,
}

/// Where the records go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// Lines to a file.
    File(PathBuf),
    /// Lines to standard output.
    StandardOutput,
    /// Records to Kafka, in this format.
    Kafka {
        /// As given.
        brokers: String,
        /// How events are written.
        format: Format,
    },
}

/// Why a run did not begin or did not end.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The user can put it right.
    #[error("{flag}: {wrong}; {right}")]
    Usage {
        /// Which setting.
        flag: &'static str,
        /// What is wrong with it.
        wrong: String,
        /// What would be right.
        right: String,
    },
    /// A setting that says how to get to Kafka is wrong.
    #[error("{0}")]
    Setting(#[from] ConfigError),
    /// A topic that is not there; nothing is created by accident.
    #[error(
        "{setting} = {topic:?}: Kafka at {brokers} has no such topic; right would be `cxpulse topics create` first"
    )]
    NoTopic {
        /// Which setting names it.
        setting: &'static str,
        /// The topic.
        topic: String,
        /// Where it was looked for.
        brokers: String,
    },
    /// librdkafka refuses a property.
    #[cfg(feature = "kafka")]
    #[error("{0}")]
    Connection(#[from] crate::connection::Refused),
    /// The output took no more.
    #[error("cannot write to {to}: {source}")]
    Write {
        /// Which output.
        to: String,
        /// What it said.
        source: io::Error,
    },
}

impl GenerateArgs {
    /// What the simulator is told, on a run that begins at `now`.
    ///
    /// # Errors
    /// `Usage` where the hours before the end do not fit the calendar of events.
    pub fn settings(&self, now: Millis) -> Result<Settings, GenerateError> {
        let end_ms = self.end.unwrap_or(now);
        let begin = end_ms - Millis::from(self.hours) * 3_600_000;
        if begin < EARLIEST_BEGIN || end_ms > LATEST_END {
            return Err(GenerateError::Usage {
                flag: "--end",
                wrong: format!("{} leaves no room for {} hours of events before it", rfc3339(end_ms), self.hours),
                right: "right would be events between 1970-01-06 and 9999-01-01".to_owned(),
            });
        }
        let &Self { seed, conversations, agents, skills, accounts, hours, chaos, .. } = self;
        Ok(Settings { seed, conversations, agents, skills, accounts, hours, end_ms, chaos })
    }

    /// Where the records go.
    ///
    /// # Errors
    /// `Usage` without a destination, and for Protobuf to a file.
    pub fn destination(&self) -> Result<Destination, GenerateError> {
        match (&self.output, &self.brokers) {
            (Some(_), _) if self.format == Format::Protobuf => Err(GenerateError::Usage {
                flag: "--format",
                wrong: "a file holds JSON lines, not Protobuf".to_owned(),
                right: "right would be --format json, or Kafka with --brokers HOST:PORT".to_owned(),
            }),
            (Some(path), _) if path.as_os_str() == "-" => Ok(Destination::StandardOutput),
            (Some(path), _) => Ok(Destination::File(path.clone())),
            (None, Some(brokers)) => Ok(Destination::Kafka { brokers: brokers.clone(), format: self.format }),
            (None, None) => Err(GenerateError::Usage {
                flag: "--output",
                wrong: "the records have nowhere to go".to_owned(),
                right:
                    "right would be a file with --output FILE, standard output with --output -, or Kafka with --brokers HOST:PORT"
                        .to_owned(),
            }),
        }
    }

    /// Runs to its destination; `now` is the clock.
    ///
    /// # Errors
    /// `Usage` for settings and for a file that cannot be made, `Write` once it has begun.
    pub fn run_to_destination(&self, now: impl FnMut() -> Millis) -> Result<(), GenerateError> {
        let mut pace = Ticks(now);
        let settings = self.settings((pace.0)())?;
        let configured = config::load(&self.layers())?;
        match self.destination_or_configured(&configured)? {
            Destination::File(path) => {
                let mut output = JsonLines::new(create(&path)?);
                self.run_to(&settings, &mut output, &mut pace, &path.display().to_string())
            }
            Destination::StandardOutput => {
                let mut output = JsonLines::new(io::stdout().lock());
                self.run_to(&settings, &mut output, &mut pace, "standard output")
            }
            Destination::Kafka { brokers, .. } => {
                self.run_to_kafka(&configured.settings, &settings, &mut pace, &brokers)
            }
        }
    }

    /// Where the records go; where no flag says, to the brokers that the environment or the file of settings names.
    #[cfg(feature = "kafka")]
    fn destination_or_configured(&self, configured: &config::Resolved) -> Result<Destination, GenerateError> {
        let is_given = self.output.is_some() || self.brokers.is_some();
        if is_given || *configured.origin("brokers") == config::Origin::Default {
            return self.destination();
        }
        let brokers = configured.settings.brokers.join(",");
        Ok(Destination::Kafka { brokers, format: self.format })
    }

    #[cfg(not(feature = "kafka"))]
    fn destination_or_configured(&self, _: &config::Resolved) -> Result<Destination, GenerateError> {
        self.destination()
    }

    #[cfg(feature = "kafka")]
    fn run_to_kafka(
        &self,
        configured: &config::Settings,
        settings: &Settings,
        pace: &mut impl Pace,
        brokers: &str,
    ) -> Result<(), GenerateError> {
        let mut output = kafka::KafkaOutput::new(configured, self.format)?;
        output.find_topics(brokers)?;
        self.run_to(settings, &mut output, pace, &format!("Kafka at {brokers}"))
    }

    /// The settings of `run` that say how to get to Kafka, so that a broker which asks for more needs one description.
    fn layers(&self) -> config::Layers {
        let given = [
            ("brokers", &self.brokers),
            ("kafka_properties", &self.kafka_properties),
            ("conversation_topic", &self.conversation_topic),
            ("survey_topic", &self.survey_topic),
            ("agent_topic", &self.agent_topic),
        ];
        let flags = given.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))).collect();
        config::Layers { flags, file: self.config.clone() }
    }

    #[cfg(not(feature = "kafka"))]
    fn run_to_kafka(
        &self,
        _: &config::Settings,
        _: &Settings,
        _: &mut impl Pace,
        _: &str,
    ) -> Result<(), GenerateError> {
        Err(GenerateError::Usage {
            flag: "--brokers",
            wrong: "this cxpulse was built without Kafka (`cxpulse --version` tells)".to_owned(),
            right: "right would be --output FILE, or the program that `make release` builds".to_owned(),
        })
    }
}

impl GenerateError {
    /// Whether the user can put it right: exit status 2.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        !matches!(self, Self::Write { .. })
    }
}

impl Format {
    /// The value of a record's `content-type` header.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Protobuf => "application/protobuf",
        }
    }
}

fn time(text: &str) -> Result<Millis, String> {
    parse_rfc3339(text).map_err(|_| "not a time between 1970 and 9999, such as 2026-03-01T13:00:00Z".to_owned())
}

fn create(path: &Path) -> Result<File, GenerateError> {
    File::create(path).map_err(|source| GenerateError::Usage {
        flag: "--output",
        wrong: format!("cannot create {}: {source}", path.display()),
        right: "right would be a file in a folder that exists and may be written to".to_owned(),
    })
}
