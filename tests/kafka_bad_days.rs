//! Bad days on a real Kafka: what is kept, and what is said aloud.

use std::collections::BTreeSet;

use cxpulse::clock;
use cxpulse::domain::event::Millis;
use cxpulse::domain::scope::Scope;
use cxpulse::publish::topics::OutputTopics;
use cxpulse::wire::keys::bucket_key;
use rdkafka::message::{Headers, Message, OwnedMessage};

use crate::support::kafka::KafkaServer;
use crate::support::run::{Run, Topics};

const BUCKET: Millis = 300_000;
const DAY: &str = "retention.ms=86400000";

/// The value of a series, labels and all.
fn figure(page: &str, series: &str) -> Option<f64> {
    let line = page.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
    line.parse().ok()
}

fn is(series: &str, value: f64) -> impl Fn(&str) -> bool {
    let series = series.to_owned();
    move |page| figure(page, &series) == Some(value)
}

fn message(account: &str, number: usize, at: Millis) -> String {
    let id = format!(r#""account_id":"{account}","conversation_id":"{account}-{number}""#);
    format!(r#"{{{id},"type":"customer_message","characters":5,"occurred_at":{at}}}"#)
}

fn header(record: &OwnedMessage, name: &str) -> String {
    let mut headers = record.headers().expect("it has headers").iter();
    let value = headers.find(|header| header.key == name).and_then(|header| header.value);
    String::from_utf8(value.expect("it has the header").to_vec()).expect("UTF-8")
}

#[test]
fn a_topic_that_takes_little_loses_no_record_that_fits_by_itself() {
    let kafka = KafkaServer::start();
    let names = OutputTopics::new("kb-small");
    let small = "max.message.bytes=12000";
    kafka.create_topic(&names.buckets, 2, &[small, "cleanup.policy=compact,delete", DAY]);
    kafka.create_topic(&names.dead_letters, 2, &[small, DAY]);
    let topics = Topics::create("kb-small");
    let (now, accounts) = (clock::now(), ["a0", "a1", "a2", "a3"]);
    let mut expected = BTreeSet::new();
    let mut events = Vec::new();
    for (number, account) in (0..240).flat_map(|number| accounts.map(|account| (number, account))) {
        let at = now - BUCKET * (number as Millis + 1);
        events.push(message(account, number, at));
        let bucket = cxpulse::domain::bucket::Bucket::of(at);
        expected.insert(bucket_key(account, &Scope::default(), bucket));
    }
    kafka.produce(&topics.input("conversation"), events.iter().map(String::as_str));
    let bad: Vec<String> = (0..2_000).map(|number| format!(r#"{{"type":"closed","number":{number}}}"#)).collect();
    let noise: String =
        (0..13_000u64).map(|n| (b'!' + (xxhash_rust::xxh3::xxh3_64(&n.to_le_bytes()) % 90) as u8) as char).collect();
    kafka.produce(&topics.input("survey"), bad.iter().map(String::as_str).chain([noise.as_str()]));

    // Some 800 bytes a bucket: packed without being pressed together, fifteen are too many.
    let mut run = Run::start(&topics, &["--kafka-properties", "compression.type=none"]);
    run.wait_for("ready:");
    run.get_until("/metrics", is("cxpulse_dead_letters_total", 2_000.0));
    run.get_until("/metrics", is("cxpulse_publish_failures_total{what=\"dead_letters\"}", 1.0));
    let said = run.terminate().join("\n");

    let buckets = kafka.records(&names.buckets);
    let keys: BTreeSet<String> = buckets.iter().map(|record| text(record.key())).collect();
    assert_eq!(expected.difference(&keys).collect::<Vec<_>>(), Vec::<&String>::new());
    let letters = kafka.records(&names.dead_letters);
    let values: BTreeSet<String> = letters.iter().map(|record| text(record.payload())).collect();
    assert_eq!(values, bad.into_iter().collect(), "each of them, and nothing else");
    assert_eq!(letters.len(), 2_000, "and once");
    assert!(said.contains("kb-small.dead-letters.v1: the dead letter of kb-small-survey-events/"), "{said}");
    assert!(said.contains("is too large (13004 bytes and its headers)"), "{said}");
    assert!(!said.contains("cannot be published"), "{said}");
}

fn text(bytes: Option<&[u8]>) -> String {
    String::from_utf8(bytes.expect("there is one").to_vec()).expect("UTF-8")
}
