//! The program from outside: `cxpulse run` as a process, on topics of a test's own.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use serde_json::Value;

use super::kafka::KafkaServer;

pub(crate) const LONG: Duration = Duration::from_secs(60);

/// The topics of one test, so that tests may share a broker.
pub(crate) struct Topics {
    pub(crate) kafka: &'static KafkaServer,
    pub(crate) prefix: &'static str,
}

impl Topics {
    pub(crate) fn create(prefix: &'static str) -> Self {
        let topics = Self { kafka: KafkaServer::start(), prefix };
        let created = topics.cxpulse(&["topics", "create", "--partitions", "3"]);
        assert!(created.status.success(), "{}", String::from_utf8_lossy(&created.stderr));
        topics
    }

    pub(crate) fn input(&self, name: &str) -> String {
        format!("{}-{name}-events", self.prefix)
    }

    /// A command with this test's brokers and topics.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cxpulse"));
        command.args(args).args(["--brokers", self.kafka.bootstrap()]);
        for name in ["conversation", "survey", "agent"] {
            command.arg(format!("--{name}-topic")).arg(self.input(name));
        }
        if args[0] != "generate" {
            command.args(["--output-prefix", self.prefix, "--policy-topic", &format!("{}-policies", self.prefix)]);
        }
        command
    }

    pub(crate) fn cxpulse(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("cxpulse starts")
    }

    /// Runs until everything there was is folded and published, then ends it as an orchestrator would.
    pub(crate) fn run_once(&self, args: &[&str]) {
        let mut run = Run::start(self, args);
        run.wait_for("ready:");
        run.terminate();
    }

    /// The last record under each key, as Kafka's own console consumer reads it.
    pub(crate) fn last_records(&self, topic: &str) -> BTreeMap<String, Value> {
        let last = self.consume(topic).into_iter().map(|read| (read.key, read.value));
        let last: BTreeMap<String, String> = last.collect();
        last.into_iter().map(|(key, value)| (key, serde_json::from_str(&value).expect("is JSON"))).collect()
    }

    pub(crate) fn consume(&self, topic: &str) -> Vec<Read> {
        self.consume_with(topic, &[])
    }

    pub(crate) fn consume_bytes(&self, topic: &str) -> Vec<Read> {
        self.consume_with(topic, &["--value-deserializer", "org.apache.kafka.common.serialization.BytesDeserializer"])
    }

    fn consume_with(&self, topic: &str, options: &[&str]) -> Vec<Read> {
        let ends = self.kafka.tool(&["offsets", "--topic", topic], "");
        let records: u64 = ends.lines().filter_map(|line| line.rsplit(':').next()?.parse::<u64>().ok()).sum();
        if records == 0 {
            return Vec::new();
        }
        let records = records.to_string();
        let args = ["consume", "--topic", topic, "--max-messages", &records];
        let read = self.kafka.tool(&[&args, options].concat(), "");
        read.lines().filter(|line| line.starts_with("CreateTime:")).map(Read::parse).collect()
    }
}

/// A record as the console consumer prints it.
pub(crate) struct Read {
    pub(crate) headers: String,
    pub(crate) key: String,
    pub(crate) value: String,
}

impl Read {
    fn parse(line: &str) -> Self {
        let mut parts = line.splitn(6, '\t').skip(3).map(str::to_owned);
        let mut next = || parts.next().expect("six columns");
        Self { headers: next(), key: next(), value: next() }
    }
}

/// A running `cxpulse run`.
pub(crate) struct Run {
    pub(crate) process: Child,
    lines: Receiver<String>,
    pub(crate) said: Vec<String>,
}

impl Run {
    pub(crate) fn start(topics: &Topics, args: &[&str]) -> Self {
        let mut command = topics.command(&["run", "--listen", "127.0.0.1:0"]);
        let mut process = command.args(args).stderr(Stdio::piped()).spawn().expect("cxpulse starts");
        let errors = BufReader::new(process.stderr.take().expect("it is piped"));
        let (send, lines) = sync_channel(1_000);
        let reading = move || errors.lines().map_while(Result::ok).try_for_each(|line| send.send(line));
        std::thread::Builder::new().spawn(reading).expect("a thread starts");
        Self { process, lines, said: Vec::new() }
    }

    pub(crate) fn wait_for(&mut self, words: &str) {
        while !self.said.last().is_some_and(|line| line.contains(words)) {
            let said = &self.said;
            let line = self.lines.recv_timeout(LONG).unwrap_or_else(|_| panic!("no {words:?} in {said:#?}"));
            self.said.push(line);
        }
    }

    /// Asks the pages it serves; `path` as in `/metrics`.
    pub(crate) fn get(&self, path: &str) -> String {
        let address = self.said.iter().find_map(|line| line.split("http://").nth(1)?.split('/').next());
        let mut stream = std::net::TcpStream::connect(address.expect("it says where it serves")).expect("it answers");
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        std::io::Write::write_all(&mut stream, request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        std::io::Read::read_to_string(&mut stream, &mut answer).expect("it writes text");
        answer
    }

    /// The first answer that is as wanted, and between two a moment for the program.
    pub(crate) fn get_until(&mut self, path: &str, wanted: impl Fn(&str) -> bool) -> String {
        let mut answer = self.get(path);
        for _ in 0..2_400 {
            if wanted(&answer) {
                return answer;
            }
            self.said.extend(self.lines.recv_timeout(Duration::from_millis(25)));
            answer = self.get(path);
        }
        panic!("{path} never was as wanted, but {answer} after {:#?}", self.said);
    }

    /// The status and everything that it said, once it has ended by itself.
    pub(crate) fn ended(mut self) -> (Option<i32>, Vec<String>) {
        self.said.extend(self.lines.iter());
        let status = self.process.wait().expect("it ends");
        (status.code(), std::mem::take(&mut self.said))
    }

    /// What it said in all.
    pub(crate) fn terminate(mut self) -> Vec<String> {
        let killed = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status();
        assert!(killed.is_ok_and(|status| status.success()));
        let ended = self.process.wait().expect("it ends");
        self.said.extend(self.lines.iter());
        assert!(ended.success(), "{:#?}", self.said);
        std::mem::take(&mut self.said)
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // After `terminate` there is nothing left to kill.
        let _gone = self.process.kill();
    }
}
