//! The wallboard of `cxpulse run` on a Kafka of its own, which is stopped at the end, as the server is in between.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use cxpulse::clock;
use cxpulse::wire::time::rfc3339;

use super::browse;
use crate::support::kafka::KafkaServer;

/// A `cxpulse run` that is killed when it is let go.
struct Server(Child);

impl Server {
    fn start(kafka: &KafkaServer, address: &str) -> Self {
        let mut program = Command::new(env!("CARGO_BIN_EXE_cxpulse"));
        program.args(["run", "--brokers", kafka.bootstrap(), "--listen", address, "--log", "warn"]);
        Self(program.stdin(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A conversation of now in which an agent wrote, and its survey is answered.
fn answered(conversation: &str, score: u8) -> [String; 2] {
    let begins = format!(
        r#"{{"account_id":"acme","conversation_id":"{conversation}","occurred_at":"{}""#,
        rfc3339(clock::now())
    );
    [
        format!(r#"{begins},"type":"agent_message","agent_id":"lily","characters":7}}"#),
        format!(r#"{begins},"type":"survey_answered","survey_id":"s","score":{score}}}"#),
    ]
}

/// An address that is free: the same one for the server before and after.
fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it has one").to_string()
}

#[test]
fn the_board_follows_kafka_and_says_when_it_cannot() {
    let mut kafka = Some(KafkaServer::own());
    let broker = kafka.as_ref().expect("it was just started");
    let mut topics = Command::new(env!("CARGO_BIN_EXE_cxpulse"));
    topics.args(["topics", "create", "--brokers", broker.bootstrap()]);
    assert!(topics.output().expect("it starts").status.success());
    let tell = |kafka: &KafkaServer, conversation: &str, score: u8| {
        let events = answered(conversation, score);
        kafka.produce("conversation-events", events.iter().map(String::as_str));
    };
    tell(broker, "c1", 5);
    let address = free_address();
    let mut server = Some(Server::start(broker, &address));
    until_it_listens(&address);
    browse("kafka", &address, |asked| {
        match (asked, &kafka) {
            ("answer 1", Some(broker)) => tell(broker, "c2", 1),
            ("kill", _) => server = None,
            ("start", Some(broker)) => server = Some(Server::start(broker, &address)),
            ("stop kafka", _) => kafka = None,
            (other, _) => panic!("{other} cannot be done here"),
        }
        "done".to_owned()
    });
}

/// A server listens before it has read anything.
fn until_it_listens(address: &str) {
    while std::net::TcpStream::connect(address).is_err() {
        std::thread::yield_now();
    }
}
