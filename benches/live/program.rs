//! The processes: the load, and the engine under it, seen from outside.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::Duration;

use super::kafka::{Kafka, Topics};
use super::options::Options;

/// The longest a backlog may take to be written or read.
const LONG: Duration = Duration::from_secs(3_600);
/// Of a process's CPU time in /proc: a constant of Linux's interface.
const TICKS_PER_SECOND: f64 = 100.0;

/// A process of ours, and what it says on standard error.
struct Said {
    process: Child,
    lines: Receiver<String>,
}

impl Said {
    fn start(command: &mut Command) -> Self {
        let mut process = command.stderr(Stdio::piped()).spawn().expect("cxpulse starts");
        let errors = BufReader::new(process.stderr.take().expect("it is piped"));
        let (send, lines) = sync_channel(1_000);
        let read = move || {
            for line in errors.lines().map_while(Result::ok) {
                if line.contains("WARN") || line.contains("ERROR") {
                    eprintln!("{line}");
                }
                // Full once nobody waits for a line any more; a process must not wait for us then.
                let _not_waited_for = send.try_send(line);
            }
        };
        thread::Builder::new().name("stderr".to_owned()).spawn(read).expect("a thread starts");
        Self { process, lines }
    }

    fn wait_for(&self, words: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(LONG).unwrap_or_else(|_| panic!("it ended without saying {words:?}"));
            if line.contains(words) {
                return line;
            }
        }
    }

    /// Ends it as an orchestrator would.
    fn terminate(&mut self) {
        let killed = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status();
        assert!(killed.is_ok_and(|status| status.success()), "it still runs");
        self.process.wait().expect("it ends");
    }
}

impl Drop for Said {
    fn drop(&mut self) {
        // After `terminate` there is nothing left to kill.
        let _gone = self.process.kill();
    }
}

/// `cxpulse generate --rate`: the backlog, then live.
pub(crate) struct Load(Said);

/// As the simulator has it: 2 050 events for a hundred conversations.
const EVENTS_A_CONVERSATION: f64 = 20.5;

impl Load {
    pub(crate) fn start(options: &Options, kafka: &Kafka, topics: &Topics) -> Self {
        let conversations = (options.backlog as f64 / EVENTS_A_CONVERSATION) as u64;
        let mut command = topics.command(&["generate", "--seed", "1", "--format", "protobuf"], kafka, options);
        command.args(["--conversations", &conversations.max(1).to_string(), "--rate", &options.rate.to_string()]);
        command.args(["--agents", &options.agents.to_string(), "--skills", &options.skills.to_string()]);
        Self(Said::start(&mut command))
    }

    pub(crate) fn wait_for_backlog(&self) {
        self.0.wait_for("records up to");
    }

    pub(crate) fn stop(mut self) {
        self.0.terminate();
    }
}

/// `cxpulse run`.
pub(crate) struct Engine {
    said: Said,
    /// From where it is looked at.
    pub(crate) probe: Probe,
}

/// What can be seen of it by whoever knows its number and its address.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Probe {
    process: u32,
    pub(crate) address: SocketAddr,
}

impl Engine {
    pub(crate) fn start(options: &Options, kafka: &Kafka, topics: &Topics) -> Self {
        let said = Said::start(&mut topics.command(&["run", "--listen", "127.0.0.1:0"], kafka, options));
        let line = said.wait_for("http://");
        let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
        let address = address.trim().parse().expect("it says where it serves");
        let process = said.process.id();
        Self { said, probe: Probe { process, address } }
    }

    pub(crate) fn wait_until_ready(&self) {
        self.said.wait_for("ready:");
    }

    pub(crate) fn stop(mut self) {
        self.said.terminate();
    }
}

impl Probe {
    /// The page of metrics; `None` if it does not come.
    pub(crate) fn metrics(&self) -> Option<String> {
        get(self.address, "/metrics")
    }

    /// The CPU time of the process so far.
    pub(crate) fn cpu_seconds(&self) -> f64 {
        let text = self.proc("stat");
        // The name stands in brackets and may hold anything; the times are the 14th and 15th field.
        let after_name = text.rsplit(')').next().expect("there is something after the name");
        let ticks = after_name.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<f64>().expect("a number"));
        ticks.sum::<f64>() / TICKS_PER_SECOND
    }

    pub(crate) fn resident_bytes(&self) -> u64 {
        let text = self.proc("statm");
        text.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).expect("a number of pages") * 4096
    }

    fn proc(&self, file: &str) -> String {
        fs::read_to_string(format!("/proc/{}/{file}", self.process)).expect("it runs")
    }
}

/// The body of a page; `None` if it does not come with 200 within half a minute.
pub(crate) fn get(address: SocketAddr, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(30)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    head.starts_with("HTTP/1.1 200").then(|| body.to_owned())
}
