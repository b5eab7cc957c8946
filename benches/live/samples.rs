//! What the engine says of itself, each second, beside what can be seen of it from outside.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use super::kafka::{Kafka, Topics};
use super::program::Probe;

const EVENT_TO_PUBLISH: &str = "cxpulse_event_to_publish_seconds_bucket";

/// One second's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    /// The sum of its own gauges.
    pub(crate) lag: f64,
    /// Where the partitions end, less the records it says it has consumed: topics of this run alone, from offset 0.
    pub(crate) outside_lag: f64,
    pub(crate) stale_seconds: f64,
    pub(crate) resident: u64,
}

/// Those of a run.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    pub(crate) rows: Vec<Sample>,
    /// Seconds in which the page did not come.
    pub(crate) unanswered: usize,
    /// What its metrics say of publishing, in words.
    pub(crate) publishing: Vec<(String, String)>,
}

/// Takes one each second until nobody holds the other end.
pub(crate) fn sample_until_stopped(engine: Probe, kafka: &Kafka, topics: &Topics, stop: &Receiver<()>) -> Samples {
    let (mut samples, mut behind) = (Samples::default(), BTreeMap::<String, f64>::new());
    let (mut first, mut last) = (None, None);
    while let Err(RecvTimeoutError::Timeout) = stop.recv_timeout(Duration::from_secs(1)) {
        let ends: i64 = topics.ends(kafka).iter().sum();
        let Some(page) = engine.metrics() else {
            samples.unanswered += 1;
            continue;
        };
        samples.rows.push(Sample {
            lag: sum_of(&page, "cxpulse_consumer_lag_records"),
            outside_lag: (ends as f64 - sum_of(&page, "cxpulse_records_consumed_total")).max(0.0),
            stale_seconds: sum_of(&page, "cxpulse_stale_seconds"),
            resident: engine.resident_bytes(),
        });
        for (name, value) in behind_in(&page) {
            let greatest = behind.entry(name).or_default();
            *greatest = greatest.max(value);
        }
        let counts = buckets_in(&page);
        first.get_or_insert_with(|| counts.clone());
        last = Some(counts);
    }
    samples.publishing = behind.into_iter().map(|(name, most)| (name, format!("{most} at most"))).collect();
    if let (Some(first), Some(last)) = (first, last) {
        samples.publishing.push(("s event to publish p99, by its histogram".to_owned(), bound_of(&first, &last, 0.99)));
    }
    samples
}

/// The sum of all series of a metric.
pub(crate) fn sum_of(page: &str, metric: &str) -> f64 {
    series_of(page, metric).map(|(_, value)| value).sum()
}

/// The labels and the value of each series of a metric.
fn series_of<'a>(page: &'a str, metric: &'a str) -> impl Iterator<Item = (&'a str, f64)> {
    page.lines().filter_map(move |line| {
        let (labels, value) = line.strip_prefix(metric)?.rsplit_once(' ')?;
        let is_it = labels.is_empty() || labels.starts_with('{');
        is_it.then(|| Some((labels, value.parse().ok()?))).flatten()
    })
}

/// Every engine metric whose name says that publishing is behind.
fn behind_in(page: &str) -> Vec<(String, f64)> {
    let names = page.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next());
    let behind = names.filter(|name| ["behind", "unpublished", "publish_failures"].iter().any(|w| name.contains(w)));
    behind.map(|name| (name.to_owned(), sum_of(page, name))).collect()
}

/// The cumulative counts of the latency histogram by their bounds as text, in the order of the page.
fn buckets_in(page: &str) -> Vec<(String, f64)> {
    let bound = |labels: &str| labels.split("le=\"").nth(1)?.split('"').next().map(str::to_owned);
    series_of(page, EVENT_TO_PUBLISH).filter_map(|(labels, count)| Some((bound(labels)?, count))).collect()
}

/// The least bound below which this share of what was observed between two pages lies.
fn bound_of(first: &[(String, f64)], last: &[(String, f64)], share: f64) -> String {
    let before = |bound: &String| first.iter().find(|(known, _)| known == bound).map_or(0.0, |(_, count)| *count);
    let counts: Vec<(&String, f64)> = last.iter().map(|(bound, count)| (bound, count - before(bound))).collect();
    let all = counts.last().map_or(0.0, |(_, count)| *count);
    let found = counts.iter().find(|(_, count)| *count >= share * all && all > 0.0);
    found.map_or("no".to_owned(), |(bound, _)| format!("≤ {bound}"))
}

/// The value below or at which this share of sorted values lies.
pub(crate) fn quantile(sorted: &[i64], share: f64) -> Option<i64> {
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(rank.max(1) - 1).copied()
}
