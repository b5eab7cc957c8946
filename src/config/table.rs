//! Every setting, one row each: its names, its default, its range, and how a value becomes a setting.

use super::settings::{BucketScopes, LogFormat, OutputFormat, Settings};
use super::value::{self, Raw, Wrong};
use crate::wire::window;

/// One setting: `name` in the file, `CXPULSE_NAME` in the environment, `--name` (with hyphens) as a flag.
#[derive(Debug)]
pub struct Setting {
    /// Its key in the file.
    pub name: &'static str,
    /// What its value stands for in `--help`.
    pub placeholder: &'static str,
    /// The value that holds when no layer gives one.
    pub default: &'static str,
    /// What it does, with unit and range.
    pub help: &'static str,
    /// How a value is written in the file.
    pub shape: Shape,
    /// Which commands have it as a flag.
    pub used_by: Use,
    /// Whether values may be secret and are masked where they are shown.
    pub secret: bool,
    /// Whether it is one that a first start needs: `--help` lists these first.
    pub main: bool,
    /// What the default comes to beside the settings before it.
    pub(super) fit: fn(&Settings, &str) -> String,
    /// Puts a value into its place, or says what is wrong.
    pub(super) set: fn(&mut Settings, &Raw) -> Result<(), Wrong>,
}

/// How a setting's value is written in TOML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A string.
    Text,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Switch,
    /// An array of strings.
    Texts,
    /// An array of whole numbers.
    Numbers,
    /// An array of windows' words, such as `1h`.
    Windows,
}

/// Which commands a setting concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Whatever folds.
    Fold,
    /// Whatever folds, and whatever must know how long topics keep their records.
    Lives,
    /// Whatever goes on and serves.
    Serve,
    /// Whatever speaks to Kafka of topics.
    Topics,
    /// What reads events from Kafka and publishes to it.
    Kafka,
}

/// The table. Durations are whole milliseconds, seconds, minutes or hours, as the name's end says.
pub const SETTINGS: &[Setting] = &[
    Setting {
        set: |s, raw| put(&mut s.brokers, value::addresses(raw)),
        main: true,
        ..row("brokers", "HOST:PORT,…", "127.0.0.1:9092", "Kafka's bootstrap addresses", Shape::Texts, Use::Topics)
    },
    Setting {
        set: |s, raw| put(&mut s.kafka_properties, value::properties(raw)),
        secret: true,
        ..row(
            "kafka_properties",
            "KEY=VALUE,…",
            "",
            "Further librdkafka properties, such as security.protocol=SSL (in the file also a table)",
            Shape::Texts,
            Use::Topics,
        )
    },
    Setting {
        set: |s, raw| put(&mut s.listen, value::address(raw)),
        main: true,
        ..row("listen", "ADDRESS:PORT", "127.0.0.1:8080", "Where HTTP is served", Shape::Text, Use::Serve)
    },
    Setting {
        set: |s, raw| put(&mut s.data_dir, value::required_path(raw)),
        main: true,
        ..row(
            "data_dir",
            "DIR",
            "cxpulse-data",
            "Where this process keeps files, relative to the working directory: what browsers' sessions are known by",
            Shape::Text,
            Use::Serve,
        )
    },
    Setting {
        set: |s, raw| put(&mut s.policy, value::optional_path(raw)),
        main: true,
        ..row(
            "policy",
            "FILE",
            "",
            "The accounts' policies: JSON if it ends in .json, else TOML",
            Shape::Text,
            Use::Fold,
        )
    },
    Setting {
        set: |s, raw| put(&mut s.topics.conversation, value::topic(raw)),
        ..row(
            "conversation_topic",
            "TOPIC",
            "conversation-events",
            "Events keyed by conversation",
            Shape::Text,
            Use::Topics,
        )
    },
    Setting {
        set: |s, raw| put(&mut s.topics.survey, value::topic(raw)),
        ..row("survey_topic", "TOPIC", "survey-events", "Survey events keyed by conversation", Shape::Text, Use::Topics)
    },
    Setting {
        set: |s, raw| put(&mut s.topics.agent, value::topic(raw)),
        ..row("agent_topic", "TOPIC", "agent-events", "Events keyed by agent", Shape::Text, Use::Topics)
    },
    Setting {
        set: |s, raw| put(&mut s.topics.policy, value::topic(raw)),
        ..row(
            "policy_topic",
            "TOPIC",
            "account-policies",
            "Policies keyed by account: `topics` creates and checks it, no version reads it yet",
            Shape::Text,
            Use::Topics,
        )
    },
    Setting {
        set: |s, raw| put(&mut s.topics.output_prefix, value::topic(raw)),
        ..row(
            "output_prefix",
            "PREFIX",
            "cxpulse",
            "What the names of all topics out begin with, as in cxpulse.live.v1",
            Shape::Text,
            Use::Topics,
        )
    },
    Setting {
        set: |s, raw| put(&mut s.windows, value::windows(raw)),
        ..row(
            "windows",
            "WINDOW,…",
            "5m,15m,30m,1h,4h,12h,24h",
            "The rolling windows published all the time, each 1m to 24h; a number alone is minutes",
            Shape::Windows,
            Use::Serve,
        )
    },
    Setting {
        set: |s, raw| put(&mut s.publish_interval_ms, value::whole(raw, "milliseconds", 50..=60_000)),
        ..row(
            "publish_interval_ms",
            "MS",
            "250",
            "How often account, skill and live records may be published: milliseconds, 50 to 60000",
            Shape::Number,
            Use::Kafka,
        )
    },
    Setting {
        set: |s, raw| put(&mut s.agent_publish_interval_ms, value::whole(raw, "milliseconds", 50..=300_000)),
        ..row(
            "agent_publish_interval_ms",
            "MS",
            "5000",
            "How often the records of one agent may be published: milliseconds, 50 to 300000",
            Shape::Number,
            Use::Kafka,
        )
    },
    Setting {
        set: |s, raw| put(&mut s.republish_after_ms, scaled(value::whole(raw, "seconds", 1..=300), 1_000)),
        ..row(
            "republish_after_seconds",
            "SECONDS",
            "300",
            "After how long an unchanged record is sent again: seconds, 1 to 300",
            Shape::Number,
            Use::Kafka,
        )
    },
    Setting {
        set: |s, raw| {
            put(&mut s.format, value::word(raw, &[("json", OutputFormat::Json), ("protobuf", OutputFormat::Protobuf)]))
        },
        ..row("format", "FORMAT", "json", "How records are written: json or protobuf", Shape::Text, Use::Kafka)
    },
    Setting {
        set: |s, raw| put(&mut s.bucket_scopes, bucket_scopes(raw)),
        ..row(
            "bucket_scopes",
            "SCOPE,…",
            "account,skill",
            "Which scopes have bucket records: account, skill, agent, agent-skill",
            Shape::Texts,
            Use::Kafka,
        )
    },
    Setting {
        set: |s, raw| put(&mut s.accounts, value::accounts(raw)),
        ..row(
            "accounts",
            "ACCOUNT,…",
            value::EVERY_ACCOUNT,
            "The accounts there are: an event of another one is a dead letter, unknown_account; * is whatever comes",
            Shape::Texts,
            Use::Kafka,
        )
    },
    Setting {
        set: |s, raw| put(&mut s.keep_text, value::ids(raw)),
        ..row(
            "keep_text",
            "ACCOUNT,…",
            "",
            "Accounts whose messages' texts are kept, for 31 days at most, for keys that may see private text",
            Shape::Texts,
            Use::Kafka,
        )
    },
    Setting {
        set: |s, raw| put(&mut s.forget_after_ms, scaled(value::whole(raw, "hours", 24..=744), 3_600_000)),
        ..row(
            "forget_after_hours",
            "HOURS",
            "168",
            "The silence that ends the life of a closed conversation: hours of event time, 24 to 744",
            Shape::Number,
            Use::Lives,
        )
    },
    Setting {
        set: |s, raw| put(&mut s.forget_open_after_ms, scaled(value::whole(raw, "hours", 24..=744), 3_600_000)),
        ..row(
            "forget_open_after_hours",
            "HOURS",
            "744",
            "The silence that ends the life of an open one: hours of event time, forget_after_hours to 744 (31 days)",
            Shape::Number,
            Use::Fold,
        )
    },
    Setting {
        set: |s, raw| put(&mut s.http_connections, value::whole(raw, "connections", 8..=100_000)),
        ..row(
            "http_connections",
            "CONNECTIONS",
            "768",
            "How many HTTP clients may be connected at once, 8 to 100000; more are refused, and counted",
            Shape::Number,
            Use::Serve,
        )
    },
    Setting {
        set: |s, raw| put(&mut s.keys_file, value::optional_path(raw)),
        ..row(
            "keys_file",
            "FILE",
            "",
            "The keys of the HTTP API, as `cxpulse keys` writes them; without it a loopback address is open to all on it",
            Shape::Text,
            Use::Serve,
        )
    },
    Setting {
        set: |s, raw| put(&mut s.requests_at_once, value::whole(raw, "requests", 1..=10_000)),
        ..row(
            "requests_at_once",
            "REQUESTS",
            "32",
            "How many requests of one account the HTTP API answers at once, 1 to 10000; more are refused, and counted",
            Shape::Number,
            Use::Serve,
        )
    },
    Setting {
        set: |s, raw| put(&mut s.has_plain_skills_key, value::word(raw, SKILLS_KEYS)),
        ..row(
            "liveperson_skills_key",
            "NAME",
            "skillsMetricsPerAgent",
            "Under which name LivePerson's clients find skills: skillsMetricsPerAgent, or skillsMetrics",
            Shape::Text,
            Use::Serve,
        )
    },
    Setting {
        set: |s, raw| put(&mut s.cors_origins, value::origins(raw)),
        ..row(
            "cors_origins",
            "ORIGIN,…",
            "",
            "Web pages of which origins may read the HTTP API, such as https://wall.example.com",
            Shape::Texts,
            Use::Serve,
        )
    },
    Setting {
        set: |s, raw| put(&mut s.series_cap, value::whole(raw, "series", 1_000..=10_000_000)),
        ..row(
            "series_cap",
            "SERIES",
            "100000",
            "How many series of one scope /metrics may carry, 1000 to 10000000; the rest is counted",
            Shape::Number,
            Use::Serve,
        )
    },
    Setting {
        set: |s, raw| put(&mut s.agent_windows, agent_windows(raw, &s.windows)),
        fit: agent_windows_there_are,
        ..row(
            "agent_windows",
            "WINDOW,…",
            AGENT_WINDOWS,
            "Which of the windows the records of agents have on their topics, such as 5m,1h",
            Shape::Windows,
            Use::Kafka,
        )
    },
    Setting {
        set: |s, raw| put(&mut s.agent_metrics_windows, agent_windows(raw, &s.windows)),
        fit: agent_windows_there_are,
        ..row(
            "agent_metrics_windows",
            "WINDOW,…",
            AGENT_WINDOWS,
            "Which of the windows /metrics/agents has by default, such as 5m,1h",
            Shape::Windows,
            Use::Serve,
        )
    },
    Setting {
        set: |s, raw| put(&mut s.agent_metrics_families, families(raw)),
        ..row(
            "agent_metrics_families",
            "FAMILY,…",
            "csat_ratio,csat_samples,csat_sent,csat_response_rate,first_response_mean_seconds,\
             first_response_p95_seconds,first_response_samples,first_response_sla_ratio,first_response_sla_samples,\
             handle_mean_seconds,handle_samples,resolved,agent_messages,availability_ratio,\
             availability_online_seconds,utilisation_ratio,live_owned",
            "Which families /metrics/agents has by default: names such as csat_ratio, objects such as csat, or all",
            Shape::Texts,
            Use::Serve,
        )
    },
    Setting {
        set: |s, raw| put(&mut s.histogram_bounds_ms, milliseconds(value::ascending(raw, "seconds", 1..=604_800))),
        ..row(
            "histogram_bounds_seconds",
            "SECONDS,…",
            "5,10,30,60,120,300,600,1800,3600,14400,43200,86400",
            "Upper bounds of the duration histograms for rate(): seconds, each 1 to 604800",
            Shape::Numbers,
            Use::Serve,
        )
    },
    Setting {
        set: |s, raw| put(&mut s.accept_gap, value::switch(raw)),
        ..row(
            "accept_gap",
            "true|false",
            "false",
            "Go on from the earliest offset left when offsets were lost, instead of stopping",
            Shape::Switch,
            Use::Kafka,
        )
    },
    Setting {
        set: |s, raw| put(&mut s.log, value::log_filter(raw)),
        ..row(
            "log",
            "FILTER",
            "info",
            "Which log lines are written: off, error, warn, info, debug, trace, or target=level pairs",
            Shape::Text,
            Use::Serve,
        )
    },
    Setting {
        set: |s, raw| put(&mut s.log_format, value::word(raw, &[("text", LogFormat::Text), ("json", LogFormat::Json)])),
        ..row("log_format", "FORMAT", "text", "How log lines are written: text or json", Shape::Text, Use::Serve)
    },
];

impl Setting {
    /// Its flag, without the dashes.
    #[must_use]
    pub fn flag(&self) -> String {
        self.name.replace('_', "-")
    }

    /// Its environment variable.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("CXPULSE_{}", self.name.to_uppercase())
    }
}

/// A row whose `set` is still to be given.
const fn row(
    name: &'static str,
    placeholder: &'static str,
    default: &'static str,
    help: &'static str,
    shape: Shape,
    used_by: Use,
) -> Setting {
    Setting {
        name,
        placeholder,
        default,
        help,
        shape,
        used_by,
        secret: false,
        main: false,
        fit: |_, default| default.to_owned(),
        set: |_, _| Ok(()),
    }
}

fn put<T>(place: &mut T, value: Result<T, Wrong>) -> Result<(), Wrong> {
    *place = value?;
    Ok(())
}

fn scaled(value: Result<i64, Wrong>, unit_ms: i64) -> Result<i64, Wrong> {
    value.map(|n| n * unit_ms)
}

fn milliseconds(value: Result<Vec<u32>, Wrong>) -> Result<Vec<i64>, Wrong> {
    value.map(|bounds| bounds.into_iter().map(|seconds| i64::from(seconds) * 1_000).collect())
}

/// What the page of agents has unless somebody says otherwise.
const AGENT_WINDOWS: &str = "1h,24h";

/// Some of the windows there are.
fn agent_windows(raw: &Raw, windows: &[u32]) -> Result<Vec<u32>, Wrong> {
    let right = format!("any of {}", words(windows));
    let chosen = value::windows(raw).map_err(|wrong| Wrong::new(wrong.what, right.as_str()))?;
    match chosen.iter().find(|minutes| !windows.contains(minutes)) {
        Some(other) => Err(Wrong::new(format!("{:?} is none of the windows", window::word(*other)), right)),
        None => Ok(chosen),
    }
}

/// Those windows of the default that there are, or the longest there is.
fn agent_windows_there_are(settings: &Settings, default: &str) -> String {
    let there = |minutes: &u32| settings.windows.contains(minutes);
    let chosen: Vec<u32> = default.split(',').filter_map(window::parse).filter(there).collect();
    let longest = settings.windows.last().into_iter().copied().collect();
    words(&if chosen.is_empty() { longest } else { chosen })
}

fn words(windows: &[u32]) -> String {
    windows.iter().map(|minutes| window::word(*minutes)).collect::<Vec<_>>().join(",")
}

/// LivePerson's wire and its documentation differ; whether it is the plain one.
const SKILLS_KEYS: &[(&str, bool)] = &[("skillsMetricsPerAgent", false), ("skillsMetrics", true)];

fn families(raw: &Raw) -> Result<Vec<String>, Wrong> {
    let items = raw.items();
    if items.is_empty() {
        Err(Wrong::new("it is empty", "families such as csat_ratio or csat, or all"))
    } else {
        Ok(items)
    }
}

fn bucket_scopes(raw: &Raw) -> Result<BucketScopes, Wrong> {
    let mut scopes = BucketScopes::default();
    for word in raw.items() {
        match word.as_str() {
            "account" => scopes.account = true,
            "skill" => scopes.skill = true,
            "agent" => scopes.agent = true,
            "agent-skill" => scopes.agent_skill = true,
            _ => return Err(Wrong::new(format!("{word:?} is no scope"), "any of account, skill, agent, agent-skill")),
        }
    }
    Ok(scopes)
}
