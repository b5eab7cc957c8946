//! The broker, started by the project's own script, and the topics of one run.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};

use super::options::Options;

const ANSWER: Duration = Duration::from_secs(10);

/// A broker that is there while this is, with everything in it.
pub(crate) struct Kafka {
    pub(crate) bootstrap: String,
    /// Asks for ends of partitions; reads nothing.
    asking: BaseConsumer,
    held_by: Option<Child>,
}

impl Kafka {
    /// The one that is named, or one of our own.
    pub(crate) fn start(named: Option<String>) -> Self {
        let (bootstrap, held_by) = match named {
            Some(bootstrap) => (bootstrap, None),
            None => own(),
        };
        let asking = config(&bootstrap).create().expect("a consumer");
        Self { bootstrap, asking, held_by }
    }

    pub(crate) fn config(&self) -> ClientConfig {
        config(&self.bootstrap)
    }

    /// Where each partition of a topic ends; the offset of the record that comes next.
    pub(crate) fn ends_of(&self, topic: &str) -> Vec<i64> {
        let metadata = self.asking.fetch_metadata(Some(topic), ANSWER).expect("the broker answers");
        let partitions = metadata.topics()[0].partitions().len() as i32;
        let end = |partition| self.asking.fetch_watermarks(topic, partition, ANSWER).expect("the broker answers").1;
        (0..partitions).map(end).collect()
    }
}

impl Drop for Kafka {
    fn drop(&mut self) {
        if let Some(script) = &mut self.held_by {
            // Waiting closes its input first, which is what it waits for.
            let _ended = script.wait();
        }
    }
}

fn own() -> (String, Option<Child>) {
    let mut script = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kafka/kafka.sh"));
    script.arg("hold").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut script = script.spawn().expect("kafka.sh starts");
    let mut said = String::new();
    BufReader::new(script.stdout.take().expect("it is piped")).read_line(&mut said).expect("kafka.sh prints text");
    let bootstrap = said.trim().strip_prefix("bootstrap=").expect("kafka.sh says why on standard error").to_owned();
    (bootstrap, Some(script))
}

fn config(bootstrap: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap).set("group.id", "bench-live").set("enable.auto.commit", "false");
    config
}

/// The topics of this run alone.
pub(crate) struct Topics {
    prefix: String,
}

impl Topics {
    /// Creates them, as `cxpulse topics create` does.
    pub(crate) fn create(kafka: &Kafka, options: &Options) -> Self {
        let topics = Self { prefix: format!("live-{}", std::process::id()) };
        let mut command = topics.command(&["topics", "create"], kafka, options);
        let made = command.args(["--partitions", &options.partitions.to_string()]).stdout(Stdio::null()).status();
        assert!(made.is_ok_and(|status| status.success()), "topics were created");
        topics
    }

    /// A command of cxpulse on these topics.
    pub(crate) fn command(&self, args: &[&str], kafka: &Kafka, options: &Options) -> Command {
        let mut command = Command::new(&options.program);
        command.args(args).args(["--brokers", &kafka.bootstrap]);
        for name in ["conversation", "survey", "agent"] {
            command.arg(format!("--{name}-topic")).arg(self.input(name));
        }
        if args[0] != "generate" {
            command.args(["--output-prefix", &self.prefix, "--policy-topic", &format!("{}-policies", self.prefix)]);
        }
        command.stdin(Stdio::null());
        command
    }

    pub(crate) fn input(&self, name: &str) -> String {
        format!("{}-{name}-events", self.prefix)
    }

    pub(crate) fn account_metrics(&self) -> String {
        format!("{}.metrics.account.v1", self.prefix)
    }

    /// Where the partitions of all topics in end.
    pub(crate) fn ends(&self, kafka: &Kafka) -> Vec<i64> {
        ["conversation", "survey", "agent"].iter().flat_map(|name| kafka.ends_of(&self.input(name))).collect()
    }
}
