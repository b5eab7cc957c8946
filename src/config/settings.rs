//! What the settings amount to, typed: what the rest of the program is given.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::domain::event::Millis;
use crate::domain::life::silence::Silence;

/// Every setting's result. Units end a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Kafka's bootstrap addresses, `HOST:PORT`.
    pub brokers: Vec<String>,
    /// librdkafka properties beyond ours, such as those of TLS and SASL.
    pub kafka_properties: Vec<(String, String)>,
    /// Where HTTP is served.
    pub listen: SocketAddr,
    /// Where this process may keep files.
    pub data_dir: PathBuf,
    /// The policy file, if there is one.
    pub policy: Option<PathBuf>,
    /// Topic names.
    pub topics: Topics,
    /// The rolling windows, in minutes, ascending.
    pub windows: Vec<u32>,
    /// How often account, skill and live records may be published.
    pub publish_interval_ms: Millis,
    /// How often the records of one agent may be published.
    pub agent_publish_interval_ms: Millis,
    /// After how long an unchanged record is sent again.
    pub republish_after_ms: Millis,
    /// How records are written.
    pub format: OutputFormat,
    /// Which scopes have bucket records.
    pub bucket_scopes: BucketScopes,
    /// The accounts there are, where the configuration lists them.
    pub accounts: Option<BTreeSet<String>>,
    /// Accounts whose message text is kept.
    pub keep_text: Vec<String>,
    /// The silence that ends the life of a closed conversation.
    pub forget_after_ms: Millis,
    /// The silence that ends the life of an open one; no shorter.
    pub forget_open_after_ms: Millis,
    /// How many HTTP clients may be connected at once.
    pub http_connections: usize,
    /// The file that lists the keys of the HTTP API; without one it is open to this machine, and to it alone.
    pub keys_file: Option<PathBuf>,
    /// How many requests of one account the HTTP API answers at once.
    pub requests_at_once: usize,
    /// Whether LivePerson's clients find skills under `skillsMetrics` instead of `skillsMetricsPerAgent`.
    pub has_plain_skills_key: bool,
    /// Origins of web pages that may read the HTTP API from elsewhere.
    pub cors_origins: Vec<String>,
    /// How many series of one scope `/metrics` may carry.
    pub series_cap: usize,
    /// Which of the windows the records of agents have.
    pub agent_windows: Vec<u32>,
    /// Which of the windows `/metrics/agents` has, where its address names none.
    pub agent_metrics_windows: Vec<u32>,
    /// Which families it has, where its address names none: words that `serve` knows.
    pub agent_metrics_families: Vec<String>,
    /// Upper bounds of the duration histograms, ascending.
    pub histogram_bounds_ms: Vec<Millis>,
    /// Go on after a gap of lost offsets.
    pub accept_gap: bool,
    /// Which log lines are written, in `tracing`'s filter language.
    pub log: String,
    /// How log lines are written.
    pub log_format: LogFormat,
}

/// Topic names in and out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Topics {
    /// Events keyed by conversation.
    pub conversation: String,
    /// Survey events keyed by conversation.
    pub survey: String,
    /// Events keyed by agent.
    pub agent: String,
    /// Policies keyed by account, which this version does not read yet.
    pub policy: String,
    /// What the names of all topics out begin with: `cxpulse` in `cxpulse.metrics.account.v1`.
    pub output_prefix: String,
}

/// How records on the topics out are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OutputFormat {
    /// The JSON of SPEC §4 and §6.
    #[default]
    Json,
    /// `cxpulse.v1`.
    Protobuf,
}

/// Which scopes have bucket records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BucketScopes {
    /// The account.
    pub account: bool,
    /// Each skill.
    pub skill: bool,
    /// Each agent.
    pub agent: bool,
    /// Each agent within a skill.
    pub agent_skill: bool,
}

/// How log lines are written, always to standard error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One object a line, for machines.
    Json,
}

impl Settings {
    /// The silence that ends a conversation's life.
    #[must_use]
    pub fn silence(&self) -> Silence {
        Silence { closed_ms: self.forget_after_ms, open_ms: self.forget_open_after_ms }
    }

    /// Before the first layer: every row of the table sets its default over this.
    pub(super) fn blank() -> Self {
        Self {
            brokers: Vec::new(),
            kafka_properties: Vec::new(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            data_dir: PathBuf::new(),
            policy: None,
            topics: Topics::default(),
            windows: Vec::new(),
            publish_interval_ms: 0,
            agent_publish_interval_ms: 0,
            republish_after_ms: 0,
            format: OutputFormat::default(),
            bucket_scopes: BucketScopes::default(),
            accounts: None,
            keep_text: Vec::new(),
            forget_after_ms: 0,
            forget_open_after_ms: 0,
            http_connections: 0,
            keys_file: None,
            requests_at_once: 0,
            has_plain_skills_key: false,
            cors_origins: Vec::new(),
            series_cap: 0,
            agent_windows: Vec::new(),
            agent_metrics_windows: Vec::new(),
            agent_metrics_families: Vec::new(),
            histogram_bounds_ms: Vec::new(),
            accept_gap: false,
            log: String::new(),
            log_format: LogFormat::default(),
        }
    }
}
