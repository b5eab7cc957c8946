//! A real Kafka, one for the whole test binary, and Kafka's own tools as a client that shares no code with ours.
//!
//! The broker belongs to `tests/kafka/kafka.sh hold`, which cleans up when its standard input ends. We never close that
//! input: the system does when this process ends, in whatever way, where a destructor of a static would not run.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::OwnedMessage;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

const LONG: Duration = Duration::from_secs(60);
/// Names a broker to use instead of starting one.
const BOOTSTRAP_VARIABLE: &str = "CXPULSE_TEST_BOOTSTRAP";

/// A running broker; one of our own ends with its value.
pub(crate) struct KafkaServer {
    bootstrap: String,
    held_by: Option<Child>,
}

impl KafkaServer {
    /// The broker of this test binary, started by whoever asks first. Tests share it, so each uses topics of its own.
    pub(crate) fn start() -> &'static Self {
        static SHARED: OnceLock<KafkaServer> = OnceLock::new();
        SHARED.get_or_init(|| Self::existing().unwrap_or_else(Self::own))
    }

    /// A broker for one test that must not share it, whatever `CXPULSE_TEST_BOOTSTRAP` says.
    pub(crate) fn own() -> Self {
        let mut script = Command::new(script("kafka.sh"));
        script.arg("hold").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut script = script.spawn().expect("kafka.sh starts");
        let mut said = String::new();
        let printed = script.stdout.take().expect("its output is piped");
        BufReader::new(printed).read_line(&mut said).expect("kafka.sh prints text");
        let bootstrap = said.trim().strip_prefix("bootstrap=").expect("kafka.sh says why on standard error").to_owned();
        Self { bootstrap, held_by: Some(script) }
    }

    /// Where clients connect: `host:port`.
    pub(crate) fn bootstrap(&self) -> &str {
        &self.bootstrap
    }

    /// What `tests/kafka/tool.sh` prints for these arguments and this standard input; panics if it fails.
    pub(crate) fn tool(&self, args: &[&str], stdin: &str) -> String {
        let mut tool = Command::new(script("tool.sh"));
        tool.args(args).env(BOOTSTRAP_VARIABLE, &self.bootstrap).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut tool = tool.stderr(Stdio::piped()).spawn().expect("tool.sh starts");
        let mut input = tool.stdin.take().expect("its input is piped");
        let output = std::thread::scope(|scope| {
            // Beside the reading: a tool that answers while it reads would otherwise fill its pipe and wait for us.
            scope.spawn(move || input.write_all(stdin.as_bytes()));
            tool.wait_with_output().expect("tool.sh ends")
        });
        let problem = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "tool.sh {args:?}: {problem}");
        String::from_utf8(output.stdout).expect("the tools print UTF-8")
    }

    /// Creates a topic with so many partitions, and settings such as `cleanup.policy=compact`.
    pub(crate) fn create_topic(&self, topic: &str, partitions: i32, settings: &[&str]) {
        let settings = settings.iter().map(|setting| setting.split_once('=').expect("a name, = and a value"));
        let new = NewTopic::new(topic, partitions, TopicReplication::Fixed(1));
        let new = settings.fold(new, |new, (name, value)| new.set(name, value));
        let created = self.ask(|admin| block_on(admin.create_topics([&new], &AdminOptions::new())));
        assert_eq!(created, [Ok(topic.to_owned())]);
    }

    /// Deletes a topic with everything in it.
    pub(crate) fn delete_topic(&self, topic: &str) {
        let deleted = self.ask(|admin| block_on(admin.delete_topics(&[topic], &AdminOptions::new())));
        assert_eq!(deleted, [Ok(topic.to_owned())]);
    }

    fn ask<T>(&self, question: impl FnOnce(AdminClient<DefaultClientContext>) -> KafkaResult<T>) -> T {
        question(self.config().create().expect("a client")).expect("the broker answers")
    }

    /// Every record of a topic up to where it ends now, by a client that starts in no time.
    pub(crate) fn records(&self, topic: &str) -> Vec<OwnedMessage> {
        let mut config = self.config();
        config.set("group.id", "reads-all").set("enable.auto.commit", "false").set("enable.partition.eof", "true");
        let consumer: BaseConsumer = config.create().expect("a consumer");
        let metadata = consumer.fetch_metadata(Some(topic), LONG).expect("the broker answers");
        let partitions = metadata.topics()[0].partitions().len();
        let mut list = TopicPartitionList::new();
        for partition in 0..partitions as i32 {
            list.add_partition_offset(topic, partition, Offset::Beginning).expect("it is an offset");
        }
        consumer.assign(&list).expect("it can be read");
        let (mut records, mut ends) = (Vec::new(), 0);
        while ends < partitions {
            match consumer.poll(LONG).expect("something comes, if only an end") {
                Ok(record) => records.push(record.detach()),
                Err(KafkaError::PartitionEOF(_)) => ends += 1,
                Err(error) => panic!("{topic}: {error}"),
            }
        }
        records
    }

    /// Writes records of a value each, all on their way at once.
    pub(crate) fn produce<'a>(&self, topic: &str, values: impl IntoIterator<Item = &'a str>) {
        let producer: BaseProducer = self.config().create().expect("a producer");
        for (number, value) in values.into_iter().enumerate() {
            let key = number.to_string();
            producer.send(BaseRecord::to(topic).key(&key).payload(value)).expect("the queue has room");
        }
        producer.flush(LONG).expect("the broker takes them");
    }

    pub(crate) fn config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.bootstrap);
        config
    }

    fn existing() -> Option<Self> {
        #[expect(clippy::disallowed_methods, reason = "tests have no settings of their own")]
        let bootstrap = std::env::var(BOOTSTRAP_VARIABLE).ok().filter(|value| !value.is_empty())?;
        Some(Self { bootstrap, held_by: None })
    }
}

impl Drop for KafkaServer {
    fn drop(&mut self) {
        if let Some(script) = &mut self.held_by {
            // Waiting closes its input first, which is what it waits for. Should it fail, the system closes it later.
            let _ = script.wait();
        }
    }
}

fn block_on<T>(answer: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(answer)
}

fn script(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/kafka").join(name)
}
