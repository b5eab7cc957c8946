//! Bad days on a real Kafka: what is kept, and what is said aloud.

use std::collections::{BTreeMap, BTreeSet};

use cxpulse::clock;
use cxpulse::domain::event::Millis;
use cxpulse::domain::scope::Scope;
use cxpulse::publish::topics::OutputTopics;
use cxpulse::wire::output::keys::bucket_key;
use rdkafka::message::{Header, Headers, Message, OwnedHeaders, OwnedMessage};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

use crate::support::kafka::KafkaServer;
use crate::support::run::{LONG, Run, Topics};

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

/// The values of all headers of a name, in their order.
fn values(record: &OwnedMessage, name: &str) -> Vec<String> {
    let headers = record.headers().expect("it has headers").iter().filter(|header| header.key == name);
    headers.map(|header| text(header.value)).collect()
}

fn text(bytes: Option<&[u8]>) -> String {
    String::from_utf8(bytes.expect("there is one").to_vec()).expect("UTF-8")
}

/// One series of each topic that is not 0.
fn by_topic(page: &str, name: &str) -> BTreeMap<String, String> {
    let series = page.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('{')?.rsplit_once("} "));
    let not_zero = series.filter(|(_, value)| *value != "0");
    not_zero.map(|(labels, value)| (labels.to_owned(), value.to_owned())).collect()
}

#[test]
fn a_topic_that_takes_little_loses_no_record_that_fits_by_itself() {
    let kafka = KafkaServer::start();
    let names = OutputTopics::new("kb-small");
    let small = "max.message.bytes=12000";
    kafka.create_topic(&names.buckets, 3, &[small, "cleanup.policy=compact,delete", DAY]);
    kafka.create_topic(&names.dead_letters, 3, &[small, DAY]);
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

#[test]
fn a_restart_writes_no_dead_letter_again_and_the_ones_that_are_missing() {
    let topics = Topics::create("kb-again");
    let kafka = topics.kafka;
    let letters = OutputTopics::new(topics.prefix).dead_letters;
    let bad =
        |from: usize, to: usize| (from..to).map(|n| format!(r#"{{"type":"closed","n":{n}}}"#)).collect::<Vec<_>>();
    kafka.produce(&topics.input("survey"), bad(0, 30).iter().map(String::as_str));
    let own = OwnedHeaders::new().insert(Header { key: "cxpulse-reason", value: Some("mine") });
    let own = own.insert(Header { key: "trace", value: Some("7") });
    let producer: BaseProducer = kafka.config().create().expect("a producer");
    let topic = topics.input("agent");
    producer.send(BaseRecord::to(&topic).key("k").payload("{}").headers(own)).expect("the queue has room");
    producer.flush(LONG).expect("the broker takes it");
    let mut first = Run::start(&topics, &[]);
    first.wait_for("ready:");
    first.get_until("/metrics", is("cxpulse_dead_letters_total", 31.0));
    first.terminate();
    kafka.produce(&topics.input("survey"), bad(30, 33).iter().map(String::as_str));

    let mut second = Run::start(&topics, &[]);
    second.wait_for("ready:");
    kafka.produce(&topics.input("survey"), bad(33, 34).iter().map(String::as_str));
    second.get_until("/metrics", is("cxpulse_dead_letters_total", 4.0));
    let said = second.terminate().join("\n");

    let records = kafka.records(&letters);
    let places = |record: &OwnedMessage| {
        ["topic", "partition", "offset"].map(|name| values(record, &format!("cxpulse-{name}")).join(","))
    };
    let different: BTreeSet<[String; 3]> = records.iter().map(places).collect();
    assert_eq!((records.len(), different.len()), (35, 35), "{said}");
    assert!(said.contains("31 dead letters are there already"), "{said}");
    let own = records.iter().find(|record| record.key() == Some(b"k")).expect("its letter is there");
    assert_eq!(values(own, "cxpulse-reason"), ["missing"]);
    assert_eq!((values(own, "original-cxpulse-reason"), values(own, "trace")), (vec!["mine".into()], vec!["7".into()]));
}

#[test]
fn records_that_are_skipped_are_counted_by_topic_and_spoken_of_once_for_each_reason() {
    let topics = Topics::create("kb-skipped");
    let (agent, survey) = (topics.input("agent"), topics.input("survey"));
    let now = clock::now();
    let producer: BaseProducer = topics.kafka.config().create().expect("a producer");
    let send = |topic: &str, value: Option<&str>, written: Millis| {
        let mut record = BaseRecord::to(topic).key("k").timestamp(written);
        record.payload = value;
        producer.send(record).expect("the queue has room");
    };
    for number in 0..5 {
        send(&survey, Some(&message("a", number, now - 90_000_000)), now);
        send(&agent, Some(&message("a", number, now)), now - 7_200_000);
    }
    send(&agent, Some("{}"), now);
    send(&survey, None, now);
    send(&agent, Some(&message("a", 1, now).replace("customer_message", "sang_a_song")), now);
    producer.flush(LONG).expect("the broker takes them");

    let mut run = Run::start(&topics, &[]);
    run.wait_for("ready:");
    let page = run.get("/metrics");
    let said = run.terminate();

    let series = |topic: &str, more: &str| format!("topic=\"{topic}\"{more}");
    let counts = |counts: &[(String, &str)]| counts.iter().map(|(key, value)| (key.clone(), (*value).into())).collect();
    let late: BTreeMap<String, String> = counts(&[(series(&survey, ""), "5")]);
    assert_eq!(by_topic(&page, "cxpulse_records_late_total"), late);
    assert_eq!(by_topic(&page, "cxpulse_records_empty_total"), counts(&[(series(&survey, ""), "1")]));
    assert_eq!(by_topic(&page, "cxpulse_records_unknown_total"), counts(&[(series(&agent, ""), "1")]));
    let rejected = [(series(&agent, ",reason=\"far_future\""), "5"), (series(&agent, ",reason=\"missing\""), "1")];
    assert_eq!(by_topic(&page, "cxpulse_records_rejected_total"), counts(&rejected));
    let warnings: Vec<&str> = said.iter().filter(|line| line.contains("WARN")).map(String::as_str).collect();
    assert_eq!(warnings.len(), 3, "{warnings:#?}");
    for (count, topic) in [
        ("5 records ignored as late", &survey),
        ("5 records rejected as far_future", &agent),
        ("1 record rejected as missing", &agent),
    ] {
        let line =
            warnings.iter().find(|line| line.contains(count)).unwrap_or_else(|| panic!("{count} in {warnings:#?}"));
        assert!(line.contains(&format!("the first is {topic}/")) && line.contains(" at offset "), "{line}");
    }
}

#[test]
fn an_event_of_an_account_that_is_not_listed_is_a_dead_letter_and_is_counted() {
    let topics = Topics::create("kb-accounts");
    let conversation = topics.input("conversation");
    let now = clock::now();
    let messages = ["acme", "stranger"].map(|account| message(account, 1, now));
    topics.kafka.produce(&conversation, messages.iter().map(String::as_str));

    let mut run = Run::start(&topics, &["--accounts", "acme,globex"]);
    run.wait_for("ready:");
    let page = run.get("/metrics");
    run.terminate();

    let rejected = by_topic(&page, "cxpulse_records_rejected_total");
    let series = format!("topic=\"{conversation}\",reason=\"unknown_account\"");
    assert_eq!(rejected, BTreeMap::from([(series, "1".to_owned())]));
    assert!(page.contains("{account=\"acme\"") && !page.contains("{account=\"stranger\""), "{page}");
    let letters = topics.consume(&OutputTopics::new(topics.prefix).dead_letters);
    assert_eq!(letters.iter().map(|letter| letter.value.as_str()).collect::<Vec<_>>(), [messages[1].as_str()]);
    for part in ["cxpulse-reason:unknown_account", "cxpulse-field:account_id"] {
        assert!(letters[0].headers.contains(part), "{part} in {}", letters[0].headers);
    }
}

#[test]
fn a_topic_deleted_and_made_again_is_two_log_lines_however_many_records_it_has() {
    let topics = Topics::create("kb-anew");
    let (kafka, survey) = (topics.kafka, topics.input("survey"));
    let now = clock::now();
    let messages = |from: usize, to: usize| (from..to).map(|number| message("a", number, now)).collect::<Vec<_>>();
    kafka.produce(&survey, messages(0, 9).iter().map(String::as_str));
    let lag = "cxpulse_consumer_lag_records{";
    let mut runs = [Run::start(&topics, &[]), Run::start(&topics, &["--accept-gap"])];
    for run in &mut runs {
        run.wait_for("ready:");
        run.get_until("/metrics", |page| {
            by_topic(page, "cxpulse_consumer_lag_records").is_empty() && page.contains(lag)
        });
    }

    kafka.delete_topic(&survey);
    for run in &mut runs {
        run.wait_for("kb-anew-survey-events does not exist any more");
        let page = run.get_until("/metrics", |page| figure(page, "cxpulse_stale_seconds") > Some(3.0));
        assert!(!page.contains(lag), "nobody knows it");
    }
    kafka.create_topic(&survey, 3, &[]);
    kafka.produce(&survey, messages(9, 21).iter().map(String::as_str));
    let [strict, mut lenient] = runs;
    let (status, said) = strict.ended();
    lenient.wait_for("was made anew");
    let page = lenient.get_until("/metrics", |page| {
        is("cxpulse_records_consumed_total", 21.0)(page) && is("cxpulse_stale_seconds", 0.0)(page) && page.contains(lag)
    });
    assert_eq!(by_topic(&page, "cxpulse_consumer_lag_records"), BTreeMap::new());

    assert_eq!(status, Some(1), "{said:#?}");
    assert!(said.last().is_some_and(|line| line.contains("kb-anew-survey-events was made anew")), "{said:#?}");
    for said in [said, lenient.terminate()] {
        let after = said.iter().skip_while(|line| !line.contains("ready:")).skip(1);
        let lines: Vec<&String> = after.filter(|line| !line.ends_with("stopping")).collect();
        assert_eq!(lines.len(), 2, "{said:#?}");
    }
}

#[test]
fn an_open_transaction_is_seen_as_lag_until_it_ends() {
    let topics = Topics::create("kb-open");
    let topic = topics.input("survey");
    let mut config = topics.kafka.config();
    let producer: BaseProducer = config.set("transactional.id", "kb-open").create().expect("a producer");
    producer.init_transactions(LONG).expect("the broker answers");
    producer.begin_transaction().expect("it can begin");
    let mut run = Run::start(&topics, &[]);
    run.wait_for("ready:");

    for number in 0..3 {
        let value = message("a", number, clock::now());
        producer.send(BaseRecord::to(&topic).partition(1).key("k").payload(&value)).expect("the queue has room");
    }
    producer.flush(LONG).expect("the broker takes them");
    let lag = format!("cxpulse_consumer_lag_records{{topic=\"{topic}\",partition=\"1\"}}");
    run.get_until("/metrics", is(&lag, 3.0));
    let page = run.get_until("/metrics", |page| figure(page, "cxpulse_stale_seconds") > Some(1.0));
    assert_eq!(figure(&page, "cxpulse_stale"), Some(0.0), "it is from ten seconds on");
    producer.commit_transaction(LONG).expect("the broker answers");
    let page = run.get_until("/metrics", is(&lag, 0.0));

    assert_eq!(figure(&page, "cxpulse_records_consumed_total"), Some(3.0));
    run.get_until("/metrics", is("cxpulse_stale_seconds", 0.0));
    run.terminate();
}

#[test]
fn a_run_looks_at_its_topics_first_and_says_what_would_be_right() {
    let kafka = KafkaServer::start();
    kafka.create_topic("kb-check-survey-events", 1, &["cleanup.policy=compact"]);
    kafka.create_topic("kb-check-agent-events", 1, &["retention.ms=3600000"]);
    // It says that these two are not as they should be, and creates the others.
    let topics = Topics { kafka, prefix: "kb-check" };
    assert_eq!(topics.cxpulse(&["topics", "create", "--partitions", "1"]).status.code(), Some(2));

    let (status, said) = Run::start(&topics, &[]).ended();

    assert_eq!(status, Some(2), "{said:#?}");
    let last = said.last().expect("it says why");
    let why = "cxpulse: kb-check-survey-events: cleanup.policy is compact; right would be delete";
    assert!(last.starts_with(why), "{said:#?}");
    assert!(!said.iter().any(|line| line.contains("stopping") || line.contains("does not answer")), "{said:#?}");

    kafka.delete_topic("kb-check-survey-events");
    kafka.create_topic("kb-check-survey-events", 1, &[]);
    let mut run = Run::start(&topics, &[]);
    run.wait_for("ready:");
    let said = run.terminate();
    let short = said.iter().find(|line| line.contains("kb-check-agent-events: retention.ms is 3600000"));
    assert!(short.is_some_and(|line| line.contains("WARN") && line.contains("691200000 (192 h) or more")), "{said:#?}");
}

#[test]
fn a_broker_that_cannot_be_spoken_to_is_named_with_the_reason() {
    let topics = Topics { kafka: KafkaServer::start(), prefix: "kb-tls" };
    let mut run = Run::start(&topics, &["--kafka-properties", "security.protocol=SSL"]);
    run.wait_for("does not answer (");
    // Who of the two hangs up first is theirs to decide, and librdkafka says it in other words.
    let reasons = ["SSL handshake failed", "in state SSL_HANDSHAKE"];
    let last = run.said.last().expect("it was waited for");
    assert!(reasons.iter().any(|reason| last.contains(reason)), "{:#?}", run.said);
    let page = run.get_until("/metrics", |page| figure(page, "cxpulse_stale_seconds") > Some(0.0));
    assert!(!page.contains("cxpulse_consumer_lag_records"), "{page}");
    assert_eq!(run.terminate().iter().filter(|line| line.contains("does not answer")).count(), 1);
}
