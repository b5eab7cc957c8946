//! Bytes to events, and the simulator that makes them: what one core does in a second.
//!
//! Serves SPEC §12's "decode + fold": what decoding takes of it.

mod support;

use std::hint::black_box;

use cxpulse::cli::generate::{Format, push_line};
use cxpulse::wire::{Decoded, decode};
use support::{Batch, day, flags, print_row, thread_cpu_ns};

/// Rounds over the same records, of which the best and the median are told.
const ROUNDS: usize = 9;

fn main() {
    let conversations = if flags().iter().any(|flag| flag == "--quick") { 2_000 } else { 20_000 };
    for format in [Format::Protobuf, Format::Json] {
        decoding(format, conversations);
    }
    simulating(conversations);
}

fn decoding(format: Format, conversations: u64) {
    let mut batch = Batch::default();
    batch.fill(&mut day(conversations, 1_000), format, usize::MAX);
    let size = batch.bytes_per_record();
    measure(&format!("decode {format:?}, {size} bytes a record"), batch.len(), || {
        let events = batch.records(format).filter(|record| matches!(decode(black_box(record)), Decoded::Event(_)));
        assert_eq!(events.count(), batch.len(), "all of them are events");
    });
}

fn simulating(conversations: u64) {
    let records = day(conversations, 1_000).count();
    let mut line = Vec::new();
    measure("simulate, to JSON lines", records, || {
        for record in day(conversations, 1_000) {
            line.clear();
            push_line(&mut line, &record);
            black_box(&line);
        }
    });
}

fn measure(what: &str, events: usize, mut work: impl FnMut()) {
    let mut ns: Vec<u64> = (0..ROUNDS)
        .map(|_| {
            let before = thread_cpu_ns();
            work();
            thread_cpu_ns() - before
        })
        .collect();
    ns.sort_unstable();
    let each = |ns: u64| ns as f64 / events as f64;
    print_row(
        what,
        &[
            ("ns/event (best)", format!("{:.0}", each(ns[0]))),
            ("ns/event (median)", format!("{:.0}", each(ns[ROUNDS / 2]))),
            ("M events/s/core", format!("{:.2}", 1000.0 / each(ns[0]))),
        ],
    );
}
