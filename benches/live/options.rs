//! The flags, each with the size that SPEC §12 names.

use std::path::PathBuf;

/// What is run, and how much of it.
pub(crate) struct Options {
    /// The release binary.
    pub(crate) program: PathBuf,
    /// A broker that is there already; one is started otherwise.
    pub(crate) brokers: Option<String>,
    /// How long it is live.
    minutes: f64,
    /// Events a second.
    pub(crate) rate: u64,
    /// Records there are before it starts, about.
    pub(crate) backlog: u64,
    pub(crate) agents: u32,
    pub(crate) skills: u32,
    pub(crate) partitions: u32,
    /// Slow HTTP clients.
    pub(crate) clients: usize,
    /// Scrapes at once, each second.
    pub(crate) scrapes: usize,
}

const USAGE: &str = "live: flags are --program PATH --brokers HOST:PORT --minutes N --rate N --backlog N --agents N \
--skills N --partitions N --clients N --scrapes N";

impl Options {
    /// Of the command line. Panics where a flag is unknown or its value is none.
    pub(crate) fn read(flags: &[String]) -> Self {
        let mut options = Self {
            program: PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/target/release/cxpulse")),
            brokers: None,
            minutes: 10.0,
            rate: 10_000,
            backlog: 3_000_000,
            agents: 5_000,
            skills: 20,
            partitions: 6,
            clients: 0,
            scrapes: 0,
        };
        for pair in flags.chunks(2) {
            let [name, value] = pair else { panic!("{}: without a value; {USAGE}", pair[0]) };
            options.set(name, value);
        }
        assert!(options.program.exists(), "{} is not there; `make release` builds it", options.program.display());
        options
    }

    fn set(&mut self, name: &str, value: &str) {
        match name {
            "--program" => self.program = PathBuf::from(value),
            "--brokers" => self.brokers = Some(value.to_owned()),
            "--minutes" => self.minutes = number(name, value),
            "--rate" => self.rate = number(name, value),
            "--backlog" => self.backlog = number(name, value),
            "--agents" => self.agents = number(name, value),
            "--skills" => self.skills = number(name, value),
            "--partitions" => self.partitions = number(name, value),
            "--clients" => self.clients = number(name, value),
            "--scrapes" => self.scrapes = number(name, value),
            _ => panic!("{name} is unknown; {USAGE}"),
        }
    }

    pub(crate) fn live_ms(&self) -> u64 {
        (self.minutes * 60_000.0) as u64
    }
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> T {
    value.parse().unwrap_or_else(|_| panic!("{name} {value}: is no number; {USAGE}"))
}
