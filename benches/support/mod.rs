//! What the benches share: a thread's CPU time, an allocator that counts, traffic as Protobuf, and a table.
//!
//! CPU time, not wall time: a machine that does other things as well makes a run longer, not its figures.

#![expect(dead_code, reason = "each bench is a program of its own and uses a part of this")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fs;
use std::sync::Arc;

use cxpulse::cli::generate::{Format, push_value};
use cxpulse::domain::event::Millis;
use cxpulse::simulate::{Settings, Simulation};
use cxpulse::wire::batch::{Arrival, RecordBatch};
use cxpulse::wire::{Place, RecordRef};

/// Half past one in the afternoon of a working day.
pub(crate) const END: Millis = 1_795_008_600_000;

/// The flags after `--`, without those that cargo adds.
#[expect(clippy::disallowed_methods, reason = "a bench has no command line of cxpulse's")]
pub(crate) fn flags() -> Vec<String> {
    std::env::args().skip(1).filter(|flag| flag != "--bench").collect()
}

/// The nanoseconds this thread has run on a core. The system brings them up to date at its own ticks, every 4 ms, and
/// when a thread gives its core away, which is why this one does: then they are exact to the microsecond.
pub(crate) fn thread_cpu_ns() -> u64 {
    std::thread::yield_now();
    cpu_ns("/proc/thread-self/schedstat")
}

/// The nanoseconds the main thread has run on a core, to 4 ms: for another thread that watches it.
pub(crate) fn main_thread_cpu_ns() -> u64 {
    cpu_ns("/proc/self/schedstat")
}

fn cpu_ns(path: &str) -> u64 {
    let text = fs::read_to_string(path).expect("Linux tells every thread its CPU time");
    text.split_whitespace().next().and_then(|ns| ns.parse().ok()).expect("the first number is nanoseconds on a core")
}

/// The process's resident memory.
pub(crate) fn resident_bytes() -> u64 {
    let text = fs::read_to_string("/proc/self/statm").expect("Linux tells every process its memory");
    let pages: u64 = text.split_whitespace().nth(1).and_then(|pages| pages.parse().ok()).expect("a number of pages");
    pages * 4096
}

/// A contact centre's day of this size, in one account with twenty skills.
pub(crate) fn day(conversations: u64, agents: u32) -> Simulation {
    Simulation::new(&Settings {
        seed: 1,
        conversations,
        agents,
        skills: 20,
        accounts: 1,
        hours: 24,
        end_ms: END,
        chaos: false,
    })
}

/// Records as a poll would bring them: their bytes one after the other.
#[derive(Default)]
pub(crate) struct Batch {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Batch {
    /// Takes up to so many records from a run, in place of what was here.
    pub(crate) fn fill(&mut self, run: &mut Simulation, format: Format, records: usize) {
        self.bytes.clear();
        self.ends.clear();
        for record in run.by_ref().take(records) {
            push_value(&mut self.bytes, &record, format);
            self.ends.push(self.bytes.len());
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub(crate) fn bytes_per_record(&self) -> usize {
        self.bytes.len() / self.ends.len().max(1)
    }

    /// The records, ready to decode.
    pub(crate) fn records(&self, format: Format) -> impl Iterator<Item = RecordRef<'_>> {
        let mut from = 0;
        self.ends.iter().enumerate().map(move |(offset, to)| {
            let payload = &self.bytes[from..*to];
            from = *to;
            let place = Place::Offset { topic: "conversation-events", partition: 0, offset: offset as i64 };
            let content_type = Some(format.content_type().as_bytes());
            RecordRef { payload: Some(payload), content_type, timestamp: None, place }
        })
    }
}

/// The rest of a run in batches of so many records, as Protobuf, on one partition of one topic.
pub(crate) fn record_batches(run: &mut Simulation, records: usize) -> Vec<RecordBatch> {
    let topics: Arc<[String]> = Arc::from(["conversation-events".to_owned()]);
    let mut offset = 0;
    let next = || {
        let mut batch = RecordBatch::new(topics.clone());
        let mut bytes = Vec::new();
        for record in run.by_ref().take(records) {
            bytes.clear();
            let content_type = push_value(&mut bytes, &record, Format::Protobuf).map(str::as_bytes);
            let (timestamp, payload) = (Some(record.timestamp_ms), Some(bytes.as_slice()));
            let arrival = Arrival { topic: 0, partition: Some(0), offset, timestamp, key: None, payload };
            batch.push(arrival, [(&b"content-type"[..], content_type)]);
            offset += 1;
        }
        (!batch.is_empty()).then_some(batch)
    };
    std::iter::from_fn(next).collect()
}

/// Counts what is asked of the system's allocator while `counting` runs on a thread.
pub(crate) struct Counted;

thread_local! {
    static IS_COUNTING: Cell<bool> = const { Cell::new(false) };
    static HELD_BYTES: Cell<i64> = const { Cell::new(0) };
    static TAKEN_BYTES: Cell<u64> = const { Cell::new(0) };
}

/// Runs `work` and counts the bytes it takes and does not give back.
pub(crate) fn counting<T>(work: impl FnOnce() -> T) -> T {
    IS_COUNTING.set(true);
    let result = work();
    IS_COUNTING.set(false);
    result
}

/// The bytes that counted work has taken and not given back.
pub(crate) fn held_bytes() -> i64 {
    HELD_BYTES.get()
}

/// The bytes that counted work has taken, whether or not it gave them back: what was copied is among them.
pub(crate) fn taken_bytes() -> u64 {
    TAKEN_BYTES.get()
}

fn count(bytes: i64) {
    if IS_COUNTING.get() {
        HELD_BYTES.set(HELD_BYTES.get() + bytes);
        TAKEN_BYTES.set(TAKEN_BYTES.get() + bytes.max(0).unsigned_abs());
    }
}

#[expect(unsafe_code, reason = "an allocator is unsafe by its trait; this one hands everything on to the system's")]
// SAFETY: every call goes to `System` unchanged, and counting neither allocates nor unwinds.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        count(-(layout.size() as i64));
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as i64 - layout.size() as i64);
        unsafe { System.realloc(place, layout, size) }
    }
}

/// One line of a table: what was measured, in words, and its figures.
pub(crate) fn print_row(what: &str, figures: &[(&str, String)]) {
    let figures: Vec<_> = figures.iter().map(|(name, value)| format!("{value} {name}")).collect();
    println!("{what:<44} {}", figures.join("  "));
}
