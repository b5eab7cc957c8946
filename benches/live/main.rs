//! The whole job against a real Kafka: a backlog, then events at a rate, and how long a number takes to show one of them.
//!
//! Serves SPEC §12's row on latency (10 000 events/s, 5 000 agents, after a backlog of 3 M, for ten minutes, bucket edges
//! included) and, with `--clients` and `--scrapes`, that no HTTP client holds up the others. It looks from outside: at a
//! release binary, through Kafka's topics, HTTP and /proc. What is timed is a *canary*: one small account beside the large
//! one, of which an event is written now and then, and whose published number is awaited by a plain consumer.

mod canary;
mod clients;
mod kafka;
mod options;
mod program;
mod samples;
#[path = "../support/mod.rs"]
mod support;

use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Duration;

use canary::{Canary, Seen};
use clients::{Scrape, hold_slow_clients, scrape_at_once};
use cxpulse::clock;
use kafka::{Kafka, Topics};
use options::Options;
use program::{Engine, Load, Probe};
use samples::{Sample, Samples, quantile, sample_until_stopped};
use support::print_row;

const BUCKET_MS: i64 = 300_000;
/// What a bucket's end asks for is over after this.
const EDGE_MS: i64 = 10_000;

fn main() {
    let options = Options::read(&support::flags());
    let kafka = Kafka::start(options.brokers.clone());
    let topics = Topics::create(&kafka, &options);
    let load = Load::start(&options, &kafka, &topics);
    load.wait_for_backlog();
    let backlog: i64 = topics.ends(&kafka).iter().sum();
    print_row("backlog", &[("records", backlog.to_string())]);
    let engine = Engine::start(&options, &kafka, &topics);
    catch_up(&engine);
    live(&options, &kafka, &topics, engine.probe);
    load.stop();
    engine.stop();
}

/// Waits until it is ready, and says what a record took. Records go on coming meanwhile and are counted too.
fn catch_up(engine: &Engine) {
    let began = clock::now();
    engine.wait_until_ready();
    let engine = engine.probe;
    let (seconds, cpu) = ((clock::now() - began) as f64 / 1_000.0, engine.cpu_seconds());
    let page = engine.metrics().expect("it is ready and serves");
    let records = samples::sum_of(&page, "cxpulse_records_consumed_total");
    print_row(
        "catch-up",
        &[
            ("records", format!("{records:.0}")),
            ("s", format!("{seconds:.1}")),
            ("records/s", format!("{:.0}", records / seconds)),
            ("µs of CPU/record", format!("{:.2}", cpu * 1e6 / records)),
            ("MB resident", megabytes(engine.resident_bytes())),
        ],
    );
}

fn live(options: &Options, kafka: &Kafka, topics: &Topics, engine: Probe) {
    let (began, cpu) = (clock::now(), engine.cpu_seconds());
    let canary = Canary::new(kafka, topics);
    let (mut samples, mut scrapes) = (Samples::default(), Vec::<Scrape>::new());
    let mut seen = Vec::new();
    thread::scope(|scope| {
        // Whoever waits on a receiver stops when its sender is gone.
        let (end_of_samples, stop_samples) = sync_channel::<()>(0);
        let (end_of_events, stop_events) = sync_channel::<()>(0);
        let (end_of_clients, stop_clients) = sync_channel::<()>(0);
        let (end_of_scrapes, stop_scrapes) = sync_channel::<()>(0);
        let address = engine.address;
        let sampling = scope.spawn(move || sample_until_stopped(engine, kafka, topics, &stop_samples));
        let writing = scope.spawn(|| canary.write_until_stopped(stop_events));
        let reading = scope.spawn(|| canary.read_until_all_are_seen());
        let slow = scope.spawn(move || hold_slow_clients(address, options.clients, &stop_clients));
        let scraping = scope.spawn(move || scrape_at_once(address, options.scrapes, &stop_scrapes));
        // Nobody sends on this one: it is a wait of the run's length.
        let (_open, run) = sync_channel::<()>(0);
        let _timed_out = run.recv_timeout(Duration::from_millis(options.live_ms()));
        drop((end_of_events, end_of_clients, end_of_scrapes));
        writing.join().expect("canaries are written");
        seen = reading.join().expect("canaries are read");
        drop(end_of_samples);
        samples = sampling.join().expect("samples are taken");
        slow.join().expect("clients are slow");
        scrapes = scraping.join().expect("pages are scraped");
    });
    let cores = (engine.cpu_seconds() - cpu) / ((clock::now() - began) as f64 / 1_000.0);
    report_canaries(&seen);
    report_engine(&samples, cores, options.rate);
    report_scrapes(&scrapes);
}

fn report_canaries(seen: &[Seen]) {
    let after_edge = |one: &&Seen| one.sent_at.rem_euclid(BUCKET_MS) < EDGE_MS;
    canary_row("canary, all", seen.iter());
    canary_row("canary, 10 s after a bucket's end", seen.iter().filter(after_edge));
}

fn canary_row<'a>(what: &str, seen: impl Iterator<Item = &'a Seen>) {
    // An event that was never shown took longer than any that was.
    let mut latencies: Vec<i64> = seen.map(|one| one.latency_ms.unwrap_or(i64::MAX)).collect();
    latencies.sort_unstable();
    let never = latencies.iter().filter(|latency| **latency == i64::MAX).count();
    print_row(
        what,
        &[
            ("events", latencies.len().to_string()),
            ("never shown", never.to_string()),
            ("ms p50", at_most(&latencies, 0.5)),
            ("ms p99", at_most(&latencies, 0.99)),
            ("ms max", at_most(&latencies, 1.0)),
        ],
    );
}

/// The value at which this share of sorted values lies, in words.
fn at_most(sorted: &[i64], share: f64) -> String {
    match quantile(sorted, share) {
        None => "-".to_owned(),
        Some(i64::MAX) => "more".to_owned(),
        Some(value) => value.to_string(),
    }
}

fn report_engine(samples: &Samples, cores: f64, rate: u64) {
    let rows = &samples.rows;
    let greatest = |of: fn(&Sample) -> f64| rows.iter().map(of).fold(0.0, f64::max);
    print_row("CPU while live", &[("cores", format!("{cores:.2}"))]);
    print_row(
        "lag",
        &[
            ("records at most, by its gauge", format!("{:.0}", greatest(|row| row.lag))),
            ("by the ends of the partitions", format!("{:.0}", greatest(|row| row.outside_lag))),
            ("is a second's worth", rate.to_string()),
            ("s stale at most", format!("{:.1}", greatest(|row| row.stale_seconds))),
            ("samples", rows.len().to_string()),
            ("of them unanswered", samples.unanswered.to_string()),
        ],
    );
    let resident: Vec<u64> = rows.iter().step_by(10).map(|row| row.resident).collect();
    let (first, second) = resident.split_at(resident.len() / 2);
    let most = |half: &[u64]| megabytes(half.iter().copied().max().unwrap_or(0));
    print_row("memory, each 10 s", &[("MB at most, first half", most(first)), ("second half", most(second))]);
    for (name, value) in &samples.publishing {
        print_row("publishing", &[(name.as_str(), value.clone())]);
    }
}

fn report_scrapes(scrapes: &[Scrape]) {
    if scrapes.is_empty() {
        return;
    }
    let mut took: Vec<i64> = scrapes.iter().filter(|scrape| scrape.is_whole).map(|scrape| scrape.took_ms).collect();
    took.sort_unstable();
    let failed = (scrapes.len() - took.len()).to_string();
    print_row(
        "scrapes at once",
        &[
            ("pages", scrapes.len().to_string()),
            ("not answered with 200", failed),
            ("ms p50", at_most(&took, 0.5)),
            ("ms p99", at_most(&took, 0.99)),
            ("ms max", at_most(&took, 1.0)),
        ],
    );
}

fn megabytes(bytes: u64) -> String {
    (bytes / 1_000_000).to_string()
}
