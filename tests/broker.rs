//! That the tests' own Kafka does what the other tests take from it.

use crate::support::kafka::KafkaServer;

#[test]
fn what_kafkas_producer_writes_its_consumer_reads_with_key_headers_and_place() {
    let kafka = KafkaServer::start();
    kafka.create_topic("broker-round-trip", 1, &["cleanup.policy=compact"]);
    let records = "content-type:application/json,trace:7\tlily\t{\"score\":5}\nNULL\tlily\tNULL\n";
    kafka.tool(&["produce", "--topic", "broker-round-trip"], records);

    let read = kafka.tool(&["consume", "--topic", "broker-round-trip", "--max-messages", "2"], "");

    let without_times: Vec<&str> =
        read.lines().map(|line| line.split_once('\t').expect("the time is first").1).collect();
    assert_eq!(
        without_times,
        [
            "Partition:0\tOffset:0\tcontent-type:application/json,trace:7\tlily\t{\"score\":5}",
            "Partition:0\tOffset:1\tNO_HEADERS\tlily\tnull",
        ]
    );
}

#[test]
fn a_broker_of_ones_own_is_another_than_the_shared_one_and_ends_with_its_value() {
    let shared = KafkaServer::start();
    let own = KafkaServer::own();
    let address = own.bootstrap().to_owned();
    assert_ne!(address, shared.bootstrap());
    assert!(answers(&address), "it answers while it is held");

    drop(own);

    assert!(!answers(&address));
}

#[test]
#[should_panic(expected = "broker-no-such-topic")]
fn a_tool_that_fails_fails_the_test_and_says_what_kafka_said() {
    KafkaServer::start().tool(&["topics", "--describe", "--topic", "broker-no-such-topic"], "");
}

fn answers(address: &str) -> bool {
    std::net::TcpStream::connect(address).is_ok()
}
