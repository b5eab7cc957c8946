//! What the Kafka source tells beside records: that a partition has nothing more to read.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use cxpulse::clock;
use cxpulse::domain::event::Millis;
use cxpulse::source::Feed;
use cxpulse::source::kafka::{self, Checked, KafkaSourceSettings, TopicCheck};

use crate::support::kafka::KafkaServer;

const LONG: Duration = Duration::from_secs(60);

fn settings(bootstrap: &str, topic: &str) -> KafkaSourceSettings {
    KafkaSourceSettings {
        connection: vec![("bootstrap.servers".to_owned(), bootstrap.to_owned())],
        topics: vec![topic.to_owned()],
        also_needed: Vec::new(),
        check: TopicCheck(Box::new(|| Checked::Fine(Vec::new()))),
        accept_gap: false,
        clock: clock::now,
    }
}

/// When each partition was at its end, once all have been; and how many records had come before.
fn wait_for_ends(fed: &Receiver<Feed>, partitions: usize) -> (BTreeMap<i32, Millis>, usize) {
    let (mut ends, mut records) = (BTreeMap::new(), 0);
    while ends.len() < partitions {
        if let Feed::Records(batch) = fed.recv_timeout(LONG).expect("something is told every second") {
            records += batch.len();
            ends.extend(batch.ends().iter().map(|end| (end.partition, end.at)));
        }
    }
    (ends, records)
}

#[test]
fn a_partition_with_nothing_more_to_read_is_told_to_be_at_its_end_after_what_it_held() {
    let server = KafkaServer::start();
    let topic = "kafka-source-ends";
    server.create_topic(topic, 3, &[]);
    server.tool(&["produce", "--topic", topic], &"NULL\tk\t{}\n".repeat(5));
    let began_at = clock::now();
    let stop = AtomicBool::new(false);
    let (feed, fed) = sync_channel(8);
    std::thread::scope(|scope| {
        let source = settings(server.bootstrap(), topic);
        scope.spawn(|| kafka::run(source, feed, std::sync::Arc::default(), &stop).expect("the broker is there"));
        let (ends, records) = wait_for_ends(&fed, 3);
        stop.store(true, Ordering::Relaxed);
        drop(fed);
        assert!(ends.values().all(|at| (began_at..=clock::now()).contains(at)), "{ends:?}");
        assert_eq!((ends.into_keys().collect::<Vec<_>>(), records), (vec![0, 1, 2], 5));
    });
}

#[test]
fn of_a_topic_made_anew_with_fewer_partitions_it_is_told_that_the_old_ones_are_no_more() {
    let server = KafkaServer::start();
    let topic = "kafka-source-anew";
    server.create_topic(topic, 3, &[]);
    let stop = AtomicBool::new(false);
    let (feed, fed) = sync_channel(8);
    std::thread::scope(|scope| {
        let source = KafkaSourceSettings { accept_gap: true, ..settings(server.bootstrap(), topic) };
        scope.spawn(|| kafka::run(source, feed, std::sync::Arc::default(), &stop).expect("the broker is there"));
        wait_for_ends(&fed, 3);
        server.delete_topic(topic);
        server.create_topic(topic, 1, &[]);
        let anew = loop {
            match fed.recv_timeout(LONG).expect("the source goes on") {
                Feed::Records(batch) if batch.anew().is_empty() => {}
                Feed::Records(batch) => break batch,
                Feed::CaughtUp => {}
            }
        };
        stop.store(true, Ordering::Relaxed);
        drop(fed);
        let partitions: Vec<i32> = anew.positions().iter().map(|position| position.partition).collect();
        assert_eq!((anew.anew(), partitions), (&[0][..], vec![0]));
    });
}
