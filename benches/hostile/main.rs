//! Input that is made to hurt: what the worst record, conversation, agent, skill or account costs a core.
//!
//! Serves SPEC §12's hostile row: no event costs more than 20 µs, in order or out of it, and an account of one event
//! is not larger than 8 kB. Each shape is measured at two sizes, the second four times the first: a cost that grows
//! with the size (1.0 times is constant, 4.0 times is linear in an event and quadratic in all) shows long before it is
//! over the figure. Each size runs in a process of its own, so that one leaves no memory to the next.

mod events;
mod shapes;
#[path = "../support/mod.rs"]
mod support;

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use cxpulse::board::Board;
use cxpulse::domain::event::Millis;
use cxpulse::domain::policy::PolicyBook;
use cxpulse::fold::outcomes::Outcomes;
use cxpulse::fold::pass::{self, PassSettings};
use cxpulse::fold::{Fold, FoldSettings};
use cxpulse::wire::batch::RecordBatch;
use events::{Sent, batches, last_moment};
use shapes::{Passes, Shape, shapes};
use support::{Counted, counting, flags, held_bytes, main_thread_cpu_ns, print_row, resident_bytes, thread_cpu_ns};

#[global_allocator]
static COUNTED: Counted = Counted;

/// What an event may cost.
const MOST_MICROS: f64 = 20.0;
/// What an account of one event may weigh.
const MOST_BYTES: u64 = 8_000;
/// How many times larger the second size is.
const FACTOR: usize = 4;
/// One size of a shape is stopped after so much of CPU time: the largest, 200 000 events, takes less within the figure.
const CAP_NS: u64 = 5_000_000_000;
/// What is stopped between two batches is stopped within one, or within a pass, after so much.
const CAP_OF_A_BATCH_NS: u64 = 2 * CAP_NS;
/// A run shorter than this is done three times, and the quickest counts.
const SHORT_NS: u64 = 300_000_000;

const WINDOWS: [u32; 7] = [5, 15, 30, 60, 240, 720, 1440];

fn main() {
    let flags = flags();
    let value = |name: &str| flags.iter().position(|flag| flag == name).and_then(|at| flags.get(at + 1));
    let all = shapes();
    if let Some(name) = value("--measure") {
        let shape = all.iter().find(|shape| shape.name == *name).expect("a shape has this name");
        let size = value("--size").and_then(|size| size.parse().ok()).expect("a number of what the shape has many of");
        println!("{}", measure(shape, size).to_line());
        return;
    }
    let divisor = if flags.iter().any(|flag| flag == "--quick") { 10 } else { 1 };
    let wanted = value("--shape").map_or("", String::as_str);
    let rows: Vec<bool> = all.iter().filter(|s| s.name.contains(wanted)).map(|s| report(s, s.size / divisor)).collect();
    let over = rows.iter().filter(|is_over| **is_over).count();
    println!("{over} of {} shapes are over {MOST_MICROS} µs an event or {MOST_BYTES} B an account", rows.len());
}

/// Measures a shape at both sizes and prints its row; true if it is over a figure.
fn report(shape: &Shape, size: usize) -> bool {
    let [small, large] = [size, size * FACTOR].map(|size| by_itself(shape, size));
    let growth = match (small.is_stopped(), large.is_stopped()) {
        (false, false) => format!("{:.1}", large.micros() / small.micros()),
        (false, true) => format!("> {:.1}", large.micros() / small.micros()),
        (true, _) => "?".to_owned(),
    };
    let mut is_over = small.micros().max(large.micros()) > MOST_MICROS;
    let mut figures = vec![
        ("µs/event", format!("{size}: {}", small.text())),
        ("µs/event", format!("{}: {}", size * FACTOR, large.text())),
        ("times as much", growth),
        ("µs/event of passes", format!("{:.2}", large.passes_micros())),
    ];
    if shape.weighs {
        figures.push(("B each requested", (large.requested / (size * FACTOR) as u64).to_string()));
        figures.push(("B each resident", (large.resident / (size * FACTOR) as u64).to_string()));
    }
    if shape.is_of_accounts {
        is_over |= large.resident / (size * FACTOR) as u64 > MOST_BYTES;
    }
    if is_over {
        figures.push(("the figure", "OVER".to_owned()));
    }
    print_row(&shape.name, &figures);
    is_over
}

/// Measures one size in a process of its own.
fn by_itself(shape: &Shape, size: usize) -> Measured {
    let program = std::env::current_exe().expect("a program knows its path");
    let output = Command::new(program).args(["--measure", &shape.name, "--size", &size.to_string()]).output();
    let output = output.expect("the same program starts again");
    let problem = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{} of {size}: {problem}", shape.name);
    Measured::parse(&String::from_utf8_lossy(&output.stdout))
}

/// What one size of a shape took.
#[derive(Clone, Copy)]
struct Measured {
    /// Events that were folded: all of them, unless the cap stopped it.
    folded: u64,
    /// 1 if the cap stopped it.
    stopped: u64,
    /// CPU time of the fold and the passes.
    ns: u64,
    /// Of it, the passes'.
    passes_ns: u64,
    /// Bytes the fold holds of those it asked the allocator for.
    requested: u64,
    /// Bytes the process has grown by.
    resident: u64,
}

impl Measured {
    fn is_stopped(&self) -> bool {
        self.stopped > 0
    }

    fn micros(&self) -> f64 {
        self.ns as f64 / self.folded as f64 / 1_000.0
    }

    fn passes_micros(&self) -> f64 {
        self.passes_ns as f64 / self.folded as f64 / 1_000.0
    }

    /// What is known of a run that was stopped is that it takes more.
    fn text(&self) -> String {
        format!("{}{:.2}", if self.is_stopped() { "> " } else { "" }, self.micros())
    }

    fn to_line(self) -> String {
        let Self { folded, stopped, ns, passes_ns, requested, resident } = self;
        format!("{folded} {stopped} {ns} {passes_ns} {requested} {resident}")
    }

    fn parse(line: &str) -> Self {
        let mut numbers = line.split_whitespace().map(|word| word.parse().expect("it prints numbers"));
        let mut next = || numbers.next().expect("it prints six of them");
        let [folded, stopped, ns, passes_ns, requested, resident] = std::array::from_fn(|_| next());
        Self { folded, stopped, ns, passes_ns, requested, resident }
    }
}

fn measure(shape: &Shape, size: usize) -> Measured {
    let sent = (shape.make)(size);
    let now = last_moment(&sent);
    let batches = batches(&sent);
    drop::<Vec<Sent>>(sent);
    watched(|| quickest(shape.passes, &batches, now))
}

fn quickest(passes: Passes, batches: &[(RecordBatch, Millis)], now: Millis) -> Measured {
    let first = run(passes, batches, now);
    let again = if first.ns < SHORT_NS { 2 } else { 0 };
    // What it weighs is the first run's: a later one finds memory that the one before it has given back.
    let ns = (0..again).map(|_| run(passes, batches, now)).chain([first]).min_by_key(|run| run.ns);
    let Measured { ns, passes_ns, .. } = ns.expect("there is the first one");
    Measured { ns, passes_ns, ..first }
}

/// Events that have been folded, those of the batch under way included.
static UNDER_WAY: AtomicU64 = AtomicU64::new(0);

/// Does the work, unless one batch of it takes beyond measure: then the process ends with what is known until then.
fn watched<T>(work: impl FnOnce() -> T) -> T {
    let begin = main_thread_cpu_ns();
    let (end, ended) = sync_channel::<()>(0);
    thread::scope(|scope| {
        scope.spawn(move || watch(begin, &ended));
        let done = work();
        drop(end);
        done
    })
}

fn watch(begin: u64, ended: &Receiver<()>) {
    while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(Duration::from_millis(100)) {
        let ns = main_thread_cpu_ns() - begin;
        if ns > CAP_OF_A_BATCH_NS {
            let folded = UNDER_WAY.load(Ordering::Relaxed);
            println!("{}", Measured { folded, stopped: 1, ns, passes_ns: 0, requested: 0, resident: 0 }.to_line());
            std::process::exit(0);
        }
    }
}

/// Folds all of it, or what can be folded until the cap, and lets one pass be made at the end, so that nothing that was
/// put off goes uncounted.
fn run(passes: Passes, batches: &[(RecordBatch, Millis)], now: Millis) -> Measured {
    let outcomes = Arc::<Outcomes>::default();
    let (resident, held) = (resident_bytes(), held_bytes());
    let mut fold = counting(|| new_fold(passes, batches, now, &outcomes));
    let mut maker = counting(|| pass::Passes::new(PassSettings::default(), Arc::new(Board::new(&WINDOWS))));
    let (mut folded, mut stopped, mut passes_ns) = (0, 0, 0);
    let begin = thread_cpu_ns();
    for (batch, arrived) in batches {
        folded += batch.len() as u64;
        UNDER_WAY.store(folded, Ordering::Relaxed);
        counting(|| fold.fold(batch, &mut |record, refusal| panic!("{}: {refusal}", record.place.identity_text())));
        if passes == Passes::Live {
            passes_ns += tick(&mut fold, &mut maker, *arrived);
        }
        if thread_cpu_ns() - begin > CAP_NS {
            stopped = 1;
            break;
        }
    }
    if stopped == 0 {
        fold.set_caught_up();
        passes_ns += tick(&mut fold, &mut maker, now);
    }
    let ns = thread_cpu_ns() - begin;
    let (requested, resident) = (held_bytes() - held, resident_bytes().saturating_sub(resident));
    assert!(outcomes.skipped().by_reason().all(|(_, count)| count == 0), "all of them are events of now");
    Measured { folded, stopped, ns, passes_ns, requested: requested.unsigned_abs(), resident }
}

fn new_fold(passes: Passes, batches: &[(RecordBatch, Millis)], now: Millis, outcomes: &Arc<Outcomes>) -> Fold {
    let begin = match passes {
        Passes::AtTheEnd => now,
        Passes::Live => batches.first().map_or(now, |(_, arrived)| *arrived),
    };
    let mut fold = Fold::new(FoldSettings::default(), Arc::<PolicyBook>::default(), outcomes.clone(), begin);
    if passes == Passes::Live {
        fold.set_caught_up();
    }
    fold
}

/// Lets time pass, and says what it took. What a pass says is handed to the publisher, which is not measured here.
fn tick(fold: &mut Fold, maker: &mut pass::Passes, now: Millis) -> u64 {
    let before = thread_cpu_ns();
    let pass = counting(|| fold.tick(now).and_then(|handover| maker.pass(handover)));
    let ns = thread_cpu_ns() - before;
    counting(|| drop(pass));
    ns
}
