//! A server under load: stretches of the same length, first without readers, then with those of each kind.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Stdio};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use super::client::{BEGUN, ENDED, FLAG};
use super::cores::Cores;
use super::cpu::Cpu;
use super::options::Options;
use super::requests::{Request, Requests};
use super::service::{Day, Service};
use super::support::{print_row, resident_bytes};

/// Before the first stretch.
const BEGINNING: Duration = Duration::from_secs(5);
/// All agents: so many a second.
const ALL_AGENTS: u64 = 4;
/// Two dimensions: so many a second.
const TWO_DIMENSIONS: u64 = 1;

/// Runs every stretch, and prints its rows.
pub(crate) fn run(options: &Options, day: Day) {
    let mut requests = day.ask(|answers| Requests::new(&day.account(), answers));
    log_to_nowhere();
    let cores = Cores::divide();
    let service = day.serve(options);
    println!("\nover HTTP, {} of tokio; {}", threads(options.workers), cores.described());
    let stretch = Stretch { service: &service, cores: &cores, options };
    // What came while the threads began is folded.
    wait(BEGINNING);
    let quiet = stretch.quiet();
    let mut ask = |what, rate, request: fn(&mut Requests, u64) -> Request| {
        let all = (0..rate * options.seconds).map(|_| request(&mut requests, options.liveperson)).collect();
        stretch.asked(what, rate, all)
    };
    let asked = ask("account, one skill, one agent", options.rate, Requests::mixed);
    let ratio = |asked: f64, quiet: f64| format!("{:.2}", asked / quiet);
    print_row(
        "an event with readers ÷ without",
        &[
            ("of the fold's CPU", ratio(asked.fold_us, quiet.fold_us)),
            ("of the fold's and the passes'", ratio(asked.with_passes_us(), quiet.with_passes_us())),
        ],
    );
    ask("all agents", ALL_AGENTS, |requests, _| requests.all_agents());
    ask("two dimensions", TWO_DIMENSIONS, |requests, _| requests.two_dimensions());
}

/// Waits for so long: nobody tells it to stop.
fn wait(length: Duration) {
    let (_never, told) = sync_channel::<()>(0);
    let _is_over = told.recv_timeout(length).is_err();
}

fn threads(workers: usize) -> String {
    if workers == 1 { "one worker thread".to_owned() } else { format!("{workers} worker threads") }
}

/// The program writes a line for each request; here it is made and not written.
fn log_to_nowhere() {
    let lines = tracing_subscriber::fmt().with_ansi(false).with_max_level(tracing::Level::INFO);
    lines.with_writer(std::io::sink).init();
}

/// What an event took in a stretch, in microseconds of CPU.
#[derive(Clone, Copy)]
struct PerEvent {
    fold_us: f64,
    passes_us: f64,
}

impl PerEvent {
    fn with_passes_us(self) -> f64 {
        self.fold_us + self.passes_us
    }
}

struct Stretch<'a> {
    service: &'a Service,
    cores: &'a Cores,
    options: &'a Options,
}

impl Stretch<'_> {
    /// One in which nobody asks.
    fn quiet(&self) -> PerEvent {
        let (_over, ran, events) = self.measured(|| wait(Duration::from_secs(self.options.seconds)));
        print_row("no readers", &[("MB resident", (resident_bytes() / 1_000_000).to_string())]);
        self.tell_events(ran, events)
    }

    /// One in which clients ask all of this.
    fn asked(&self, what: &str, rate: u64, requests: Vec<Request>) -> PerEvent {
        let clients = Clients::start(self, rate, &requests);
        let (rows, ran, events) = self.measured(|| clients.rows());
        print_row(
            what,
            &[
                ("requests/s asked for", rate.to_string()),
                ("µs of CPU/request", format!("{:.0}", ran.serving as f64 / 1e3 / requests.len() as f64)),
            ],
        );
        rows.iter().for_each(|row| print_kind(row));
        self.tell_events(ran, events)
    }

    fn measured<T>(&self, work: impl FnOnce() -> T) -> (T, Cpu, u64) {
        let (before, folded) = (Cpu::now(), self.service.folded());
        let done = work();
        (done, Cpu::now().since(before), self.service.folded() - folded)
    }

    fn tell_events(&self, ran: Cpu, events: u64) -> PerEvent {
        let per_event = |ns: u64| ns as f64 / 1e3 / events as f64;
        let took = PerEvent { fold_us: per_event(ran.fold), passes_us: per_event(ran.passes) };
        print_row(
            "  meanwhile",
            &[
                ("events", events.to_string()),
                ("µs/event of the fold", format!("{:.2}", took.fold_us)),
                ("of the passes", format!("{:.2}", took.passes_us)),
            ],
        );
        took
    }
}

/// The process of the clients.
struct Clients {
    process: Child,
    said: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Clients {
    /// Starts it, and waits until it begins to ask.
    fn start(stretch: &Stretch<'_>, rate: u64, requests: &[Request]) -> Self {
        let program = std::env::current_exe().expect("it has a path");
        let mut command = stretch.cores.of_clients(&program);
        command.args([FLAG, &stretch.service.address.to_string(), &rate.to_string()]);
        command.arg(stretch.options.connections.to_string());
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let mut asked = process.stdin.take().expect("it is piped");
        let lines: String = requests.iter().map(|(kind, path)| format!("{kind}\t{path}\n")).collect();
        asked.write_all(lines.as_bytes()).expect("it reads");
        drop(asked);
        let mut clients = Self { said: BufReader::new(process.stdout.take().expect("it is piped")).lines(), process };
        assert_eq!(clients.line().as_deref(), Some(BEGUN));
        clients
    }

    /// Waits until all is answered; then what it says of each kind.
    fn rows(mut self) -> Vec<String> {
        assert_eq!(self.line().as_deref(), Some(ENDED));
        let rows = std::iter::from_fn(|| self.line()).collect();
        assert!(self.process.wait().is_ok_and(|status| status.success()), "the clients ended well");
        rows
    }

    fn line(&mut self) -> Option<String> {
        self.said.next().map(|line| line.expect("it is text"))
    }
}

fn print_kind(row: &str) {
    let columns: Vec<&str> = row.split('\t').collect();
    let [kind, requests, p50, p99, most, errors, first] = columns[..] else { panic!("seven columns: {row}") };
    let ms = |micros: &str| format!("{:.2}", micros.parse::<f64>().expect("a number") / 1e3);
    print_row(
        &format!("  {kind}"),
        &[
            ("requests", requests.to_owned()),
            ("ms p50", ms(p50)),
            ("ms p99", ms(p99)),
            ("ms at most", ms(most)),
            ("errors", errors.to_owned()),
        ],
    );
    if !first.is_empty() {
        println!("    {first}");
    }
}
