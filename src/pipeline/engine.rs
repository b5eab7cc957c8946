//! The engine's figures, gathered from the stages that count them, for one scrape.

use std::sync::Arc;

use metrics::{counter, gauge};
use metrics_exporter_prometheus::PrometheusHandle;

use crate::domain::event::Millis;
use crate::fold::outcomes::Outcomes;
use crate::serve::health::Health;
use crate::serve::traffic::Traffic;
use crate::source::status::SourceStatus;
use crate::telemetry;

/// Tells what only this pipeline counts, beside what all do.
pub(super) type Counts = Box<dyn Fn() + Send + Sync>;

/// What is known may be so far behind before it is called stale.
const STALE_FROM_MS: Millis = 10_000;

/// Everything that counts something about this program.
pub(super) struct Engine {
    pub(super) recorder: PrometheusHandle,
    pub(super) outcomes: Arc<Outcomes>,
    pub(super) status: Arc<SourceStatus>,
    pub(super) health: Arc<Health>,
    pub(super) traffic: Arc<Traffic>,
    pub(super) counts: Counts,
    pub(super) clock: fn() -> Millis,
}

impl Engine {
    /// The engine's metrics as Prometheus text.
    pub(super) fn render(&self) -> String {
        self.tell_records();
        self.tell_source();
        self.tell_traffic();
        gauge!(telemetry::READY).set(truth(self.health.is_ready()));
        (self.counts)();
        telemetry::tell_process();
        self.recorder.render() + &self.lag()
    }

    /// Written here because the recorder keeps every series for ever, and an old lag is worse than none.
    fn lag(&self) -> String {
        let mut text = String::new();
        for ((topic, partition), records) in self.status.lag() {
            if text.is_empty() {
                text = telemetry::head(telemetry::CONSUMER_LAG);
            }
            // Kafka's topics have names without a character that would have to be escaped.
            let labels = format!("topic=\"{topic}\",partition=\"{partition}\"");
            text += &format!("{}{{{labels}}} {records}\n", telemetry::CONSUMER_LAG);
        }
        text
    }

    fn tell_records(&self) {
        counter!(telemetry::RECORDS_CONSUMED).absolute(self.outcomes.total());
        let events = self.outcomes.events();
        counter!(telemetry::RECORDS_DUPLICATE).absolute(events.duplicate);
        counter!(telemetry::RECORDS_CONFLICTING).absolute(events.conflicting);
        for (topic, counts) in self.outcomes.by_topic() {
            counter!(telemetry::RECORDS_LATE, "topic" => topic.clone()).absolute(counts.late);
            counter!(telemetry::RECORDS_UNKNOWN, "topic" => topic.clone()).absolute(counts.unknown);
            counter!(telemetry::RECORDS_EMPTY, "topic" => topic.clone()).absolute(counts.empty);
            for (reason, count) in counts.by_reason() {
                counter!(telemetry::RECORDS_REJECTED, "topic" => topic.clone(), "reason" => reason).absolute(count);
            }
        }
    }

    fn tell_source(&self) {
        let stale_ms = self.status.stale_ms((self.clock)());
        gauge!(telemetry::STALE_SECONDS).set(stale_ms as f64 / 1_000.0);
        gauge!(telemetry::STALE).set(truth(stale_ms >= STALE_FROM_MS));
        let progress = if self.status.caught_up() {
            1.0
        } else {
            let (read, to_go) = (self.status.records() as f64, self.status.to_go() as f64);
            read / (read + to_go).max(1.0)
        };
        gauge!(telemetry::RESTORE_PROGRESS).set(progress);
    }

    fn tell_traffic(&self) {
        gauge!(telemetry::HTTP_CONNECTIONS).set(self.traffic.connections() as f64);
        for (reason, count) in self.traffic.refused() {
            counter!(telemetry::HTTP_REFUSED, "reason" => reason).absolute(count);
        }
    }
}

fn truth(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}
