//! Tracing set-up, and every engine metric's name in one table.
//!
//! Engine metrics are about this program; the business's own numbers are written by `serve` straight from the board.

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use metrics_process::Collector;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{LogFormat, Settings};

/// Records between the last folded one and the end, by `topic` and `partition`; absent while Kafka does not answer.
pub const CONSUMER_LAG: &str = "cxpulse_consumer_lag_records";
/// From a record's timestamp to its effect on a published metric of its account or skill.
pub const EVENT_TO_PUBLISH: &str = "cxpulse_event_to_publish_seconds";
/// Records read, however they ended.
pub const RECORDS_CONSUMED: &str = "cxpulse_records_consumed_total";
/// Records refused, by `topic` and `reason`.
pub const RECORDS_REJECTED: &str = "cxpulse_records_rejected_total";
/// Records more than 24 h behind their timestamp, by `topic`.
pub const RECORDS_LATE: &str = "cxpulse_records_late_total";
/// Records whose identity and content were known.
pub const RECORDS_DUPLICATE: &str = "cxpulse_records_duplicate_total";
/// Records whose identity was known with other content.
pub const RECORDS_CONFLICTING: &str = "cxpulse_records_conflicting_total";
/// Records of a type this version does not know, by `topic`.
pub const RECORDS_UNKNOWN: &str = "cxpulse_records_unknown_total";
/// Records without a value, by `topic`.
pub const RECORDS_EMPTY: &str = "cxpulse_records_empty_total";
/// Changes of the partitions that are read, after the start.
pub const REBALANCES: &str = "cxpulse_rebalances_total";
/// How much of what was there at the start has been read, 0 to 1.
pub const RESTORE_PROGRESS: &str = "cxpulse_restore_progress_ratio";
/// Records that Kafka did not take, by `what` they are.
pub const PUBLISH_FAILURES: &str = "cxpulse_publish_failures_total";
/// Records that Kafka took.
pub const RECORDS_PUBLISHED: &str = "cxpulse_records_published_total";
/// How long the scope waits that waits longest to be published anew: for its interval, for its turn, or for Kafka.
pub const PUBLISH_BEHIND: &str = "cxpulse_publish_behind_seconds";
/// Rejected records that reached the dead-letter topic.
pub const DEAD_LETTERS: &str = "cxpulse_dead_letters_total";
/// Conversations kept in memory.
pub const CONVERSATIONS: &str = "cxpulse_conversations";
/// 1 once first caught up.
pub const READY: &str = "cxpulse_ready";
/// How far numbers may be behind: the age of the oldest record not folded, or since when Kafka has not answered.
pub const STALE_SECONDS: &str = "cxpulse_stale_seconds";
/// 1 where that is ten seconds or more.
pub const STALE: &str = "cxpulse_stale";
/// Clients that are connected by HTTP.
pub const HTTP_CONNECTIONS: &str = "cxpulse_http_connections";
/// What HTTP clients were refused, by `reason`.
pub const HTTP_REFUSED: &str = "cxpulse_http_refused_total";
/// Always 1; the version is a label.
pub const BUILD_INFO: &str = "cxpulse_build_info";
/// Series over the cap, by `scope`: each page says so of itself, so that it is none of [`ENGINE_METRICS`].
pub const EXPORT_SERIES_DROPPED: &str = "cxpulse_export_series_dropped";

/// What a metric counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Never falls.
    Counter,
    /// Rises and falls.
    Gauge,
    /// Observations by size.
    Histogram,
}

/// Every engine metric: its name, kind and help.
pub const ENGINE_METRICS: &[(&str, Kind, &str)] = &[
    (CONSUMER_LAG, Kind::Gauge, "Records between the last folded one and the end of the partition."),
    (EVENT_TO_PUBLISH, Kind::Histogram, "From a record's timestamp to a published metric of account or skill."),
    (RECORDS_CONSUMED, Kind::Counter, "Records read."),
    (RECORDS_REJECTED, Kind::Counter, "Records refused and sent to the dead-letter topic."),
    (RECORDS_LATE, Kind::Counter, "Records ignored as more than 24 h behind their timestamp."),
    (RECORDS_DUPLICATE, Kind::Counter, "Records whose identity and content were known."),
    (RECORDS_CONFLICTING, Kind::Counter, "Records whose identity was known with other content."),
    (RECORDS_UNKNOWN, Kind::Counter, "Records of a type this version does not know."),
    (RECORDS_EMPTY, Kind::Counter, "Records without a value: tombstones, which are ignored."),
    (REBALANCES, Kind::Counter, "Changes of the partitions that are read, new ones and such as had to be read anew."),
    (RESTORE_PROGRESS, Kind::Gauge, "How much of what was there at the start has been read."),
    (PUBLISH_FAILURES, Kind::Counter, "Records that Kafka did not take."),
    (RECORDS_PUBLISHED, Kind::Counter, "Metric, bucket and live records that Kafka took."),
    (PUBLISH_BEHIND, Kind::Gauge, "How long the scope has waited that waits longest to be published anew."),
    (DEAD_LETTERS, Kind::Counter, "Rejected records that reached the dead-letter topic."),
    (CONVERSATIONS, Kind::Gauge, "Conversations kept in memory."),
    (READY, Kind::Gauge, "Whether this process has once caught up."),
    (STALE_SECONDS, Kind::Gauge, "Age of the oldest record not folded, or since when Kafka has not answered."),
    (STALE, Kind::Gauge, "Whether numbers may be ten seconds behind or more."),
    (HTTP_CONNECTIONS, Kind::Gauge, "Clients that are connected by HTTP."),
    (HTTP_REFUSED, Kind::Counter, "HTTP connections and requests that were refused or cut off."),
    (BUILD_INFO, Kind::Gauge, "The version that runs."),
];

/// What the operating system says of the process, under the names that Prometheus' own clients use.
pub const PROCESS_METRICS: &[&str] = &[
    "process_cpu_seconds_total",
    "process_max_fds",
    "process_open_fds",
    "process_resident_memory_bytes",
    "process_start_time_seconds",
    "process_threads",
    "process_virtual_memory_bytes",
    "process_virtual_memory_max_bytes",
];

/// Asks the operating system for [`PROCESS_METRICS`], as of now.
pub fn tell_process() {
    Collector::default().collect();
}

/// Upper bounds of [`EVENT_TO_PUBLISH`], in seconds, dense around the publishing intervals.
const LATENCY_BOUNDS_SECONDS: [f64; 12] = [0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0];

/// Sends log lines to standard error, as the settings say. A second call changes nothing.
pub fn start_logging(settings: &Settings) {
    // The settings have been checked, so that this filter parses; a filter is no reason to stop.
    let targets: Targets = settings.log.parse().unwrap_or_default();
    let registry = tracing_subscriber::registry().with(targets);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    // It fails only where a subscriber is installed already, and then that one serves.
    let _installed_before = match settings.log_format {
        LogFormat::Text => registry.with(lines.with_ansi(false)).try_init().is_err(),
        LogFormat::Json => registry.with(lines.json()).try_init().is_err(),
    };
}

/// A recorder for the engine's metrics, with its buckets set.
///
/// # Errors
/// Never with the bounds of this file.
pub fn engine_recorder() -> Result<PrometheusRecorder, BuildError> {
    let latency = Matcher::Full(EVENT_TO_PUBLISH.to_owned());
    let builder = PrometheusBuilder::new().set_buckets_for_metric(latency, &LATENCY_BOUNDS_SECONDS)?;
    Ok(builder.build_recorder())
}

/// Installs the recorder for the whole process and describes every metric; the handle renders them.
///
/// # Errors
/// When the process has a recorder already.
pub fn start_engine_metrics() -> Result<PrometheusHandle, Box<dyn std::error::Error + Send + Sync>> {
    let recorder = engine_recorder()?;
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder)?;
    describe();
    Ok(handle)
}

/// What stands above the series of a metric of the table that is written without the recorder.
#[must_use]
pub fn head(metric: &str) -> String {
    let found = ENGINE_METRICS.iter().find(|(name, ..)| *name == metric);
    let Some((name, kind, help)) = found else { return String::new() };
    let kind = match kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
    };
    format!("# HELP {name} {help}\n# TYPE {name} {kind}\n")
}

/// Tells the current recorder every metric's help, and states what is always there.
pub fn describe() {
    for (name, kind, help) in ENGINE_METRICS {
        match kind {
            Kind::Counter => describe_counter!(*name, Unit::Count, *help),
            Kind::Gauge => describe_gauge!(*name, Unit::Count, *help),
            Kind::Histogram => describe_histogram!(*name, Unit::Seconds, *help),
        }
    }
    Collector::default().describe();
    metrics::gauge!(BUILD_INFO, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    metrics::gauge!(READY).set(0.0);
    metrics::gauge!(STALE).set(0.0);
    for name in [RECORDS_DUPLICATE, RECORDS_CONFLICTING] {
        metrics::counter!(name).absolute(0);
    }
}
