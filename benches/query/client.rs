//! The clients, in a process of their own: requests are due at their times, and are sent on the next free connection.
//!
//! A request that has to wait for the ones before it has waited since it was due: what is slow is not left out.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::source::instant;

/// Makes this program a client.
pub(crate) const FLAG: &str = "--client";
/// Said once all connections are open.
pub(crate) const BEGUN: &str = "begun";
/// Said at the end of what is asked.
pub(crate) const ENDED: &str = "ended";

/// How late a request is that was never answered.
const PATIENCE: Duration = Duration::from_secs(30);

/// A request that was made.
struct Made {
    kind: usize,
    micros: u64,
    /// Why it was not answered.
    trouble: Option<String>,
}

/// Asks what stands on standard input, a kind and a path in each line, at a rate over so many connections of an address;
/// then prints a line for each kind: its name, requests, p50, p99 and the longest in µs, errors, and one of them.
pub(crate) fn run(arguments: &[String]) {
    let [address, rate, connections] = arguments else { panic!("{FLAG} ADDRESS RATE CONNECTIONS") };
    let rate: f64 = rate.parse().expect("a rate");
    let lines: Vec<String> = io::stdin().lines().map(|line| line.expect("text")).collect();
    let requests: Vec<(&str, &str)> = lines.iter().map(|line| line.split_once('\t').expect("two columns")).collect();
    let kinds: Vec<&str> =
        requests.iter().map(|request| request.0).collect::<std::collections::BTreeSet<_>>().into_iter().collect();
    let connections = connections.parse::<usize>().expect("a number of connections");
    let streams: Vec<_> = (0..connections).map(|_| Connection::open(address)).collect();
    println!("{BEGUN}");
    let plan = Plan { requests: &requests, kinds: &kinds, rate, began: instant(), next: AtomicUsize::new(0) };
    let made: Vec<Made> = thread::scope(|scope| {
        let plan = &plan;
        let threads: Vec<_> = streams.into_iter().map(|stream| scope.spawn(move || plan.ask_on(stream))).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("a client does not panic")).collect()
    });
    println!("{ENDED}");
    report(&kinds, made);
}

struct Plan<'a> {
    requests: &'a [(&'a str, &'a str)],
    kinds: &'a [&'a str],
    rate: f64,
    began: Instant,
    next: AtomicUsize,
}

impl Plan<'_> {
    /// Asks the next of all requests, as long as there are any.
    fn ask_on(&self, mut stream: Connection) -> Vec<Made> {
        let mut made = Vec::new();
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let Some((kind, path)) = self.requests.get(number) else { return made };
            let due = self.began + Duration::from_secs_f64(number as f64 / self.rate);
            wait_until(due);
            let trouble = stream.ask(path).err();
            let micros = (instant() - due).as_micros() as u64;
            let kind = self.kinds.binary_search(kind).expect("it is one of them");
            made.push(Made { kind, micros, trouble });
        }
    }
}

fn wait_until(due: Instant) {
    loop {
        let left = due.saturating_duration_since(instant());
        if left.is_zero() {
            return;
        }
        thread::park_timeout(left);
    }
}

/// A connection that stays.
struct Connection {
    address: String,
    stream: BufReader<TcpStream>,
}

impl Connection {
    fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).expect("it listens");
        stream.set_nodelay(true).expect("it can be set");
        stream.set_read_timeout(Some(PATIENCE)).expect("it can be set");
        Self { address: address.to_owned(), stream: BufReader::new(stream) }
    }

    /// Asks, and takes the whole answer; whatever is not 200 is trouble.
    fn ask(&mut self, path: &str) -> Result<(), String> {
        let answer = self.exchange(path);
        if let Err(error) = &answer {
            *self = Self::open(&self.address.clone());
            return Err(error.to_string());
        }
        match answer {
            Ok((200, _)) => Ok(()),
            Ok((status, body)) => Err(format!("{status} {}", String::from_utf8_lossy(&body))),
            Err(error) => Err(error.to_string()),
        }
    }

    fn exchange(&mut self, path: &str) -> io::Result<(u16, Vec<u8>)> {
        let asked = format!("GET {path} HTTP/1.1\r\nhost: {}\r\naccept: application/json\r\n\r\n", self.address);
        self.stream.get_mut().write_all(asked.as_bytes())?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let no_answer = || io::Error::other("no answer");
        let status = line.get(9..12).and_then(|status| status.parse().ok()).ok_or_else(no_answer)?;
        let mut length = None;
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().ok();
            }
        }
        let mut body = vec![0; length.ok_or_else(|| io::Error::other("no length"))?];
        self.stream.read_exact(&mut body)?;
        Ok((status, body))
    }
}

fn report(kinds: &[&str], made: Vec<Made>) {
    let mut by_kind: BTreeMap<usize, (Vec<u64>, Vec<String>)> = BTreeMap::new();
    for one in made {
        let (times, troubles) = by_kind.entry(one.kind).or_default();
        times.push(one.micros);
        troubles.extend(one.trouble);
    }
    for (kind, (mut times, troubles)) in by_kind {
        times.sort_unstable();
        let share = |share: f64| times[((times.len() as f64 * share).ceil() as usize).max(1) - 1];
        let first = troubles.first().map_or("", String::as_str).replace(['\n', '\t'], " ");
        let (p50, p99, most) = (share(0.5), share(0.99), share(1.0));
        println!("{}\t{}\t{p50}\t{p99}\t{most}\t{}\t{first}", kinds[kind], times.len(), troubles.len());
    }
}
