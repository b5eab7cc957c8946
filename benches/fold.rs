//! Decode and fold a day of conversations, with few and with many agents: time per event, memory per conversation.
//!
//! The time is that of decoding, of folding, and of summing the day for those who ask.
//!
//! Serves three rows of SPEC §12: decode + fold, the cost from 100 to 100 000 agents, and memory. Each size runs in a
//! process of its own, so that one leaves no memory to the next. Records are made batch by batch, outside the time.

mod support;

use std::process::Command;

use cxpulse::cli::generate::Format;
use cxpulse::domain::account::{Account, AccountSettings};
use cxpulse::domain::history::Fate;
use cxpulse::domain::policy::Policies;
use cxpulse::wire::{Decoded, decode};
use support::{Batch, Counted, END, counting, day, flags, held_bytes, print_row, resident_bytes, thread_cpu_ns};

#[global_allocator]
static COUNTED: Counted = Counted;

/// Records made ahead of each stretch of timed work: long beside the caches, short beside memory.
const BATCH_RECORDS: usize = 200_000;

/// Records decoded before they are folded, as the fold does with a poll's.
const POLLED: usize = 512;

const AGENTS: [u32; 3] = [100, 10_000, 100_000];

#[expect(clippy::disallowed_methods, reason = "they are handed on as they are")]
fn main() {
    // As the program does.
    cxpulse::config::ask_for_huge_pages(std::env::args_os());
    let flags = flags();
    let value = |name: &str| flags.iter().position(|flag| flag == name).and_then(|at| flags.get(at + 1)?.parse().ok());
    let quick = flags.iter().any(|flag| flag == "--quick");
    let conversations = value("--conversations").unwrap_or(if quick { 50_000 } else { 1_000_000 });
    match value("--agents") {
        Some(agents) => fold(conversations, u32::try_from(agents).expect("a number of agents")),
        None => AGENTS.iter().for_each(|agents| by_itself(conversations, *agents)),
    }
}

/// Runs one size in a process of its own.
fn by_itself(conversations: u64, agents: u32) {
    let program = std::env::current_exe().expect("a program knows its path");
    let (conversations, agents) = (conversations.to_string(), agents.to_string());
    let status = Command::new(program).args(["--conversations", &conversations, "--agents", &agents]).status();
    assert!(status.is_ok_and(|status| status.success()), "the run with {agents} agents");
}

fn fold(conversations: u64, agents: u32) {
    let resident_before = resident_bytes();
    let mut run = day(conversations, agents);
    let mut batch = Batch::default();
    batch.fill(&mut run, Format::Protobuf, BATCH_RECORDS);
    let mut account = counting(|| Account::new(Policies::default(), &AccountSettings::default(), END));
    let (mut events, mut ns) = (0, 0);
    while !batch.is_empty() {
        events += batch.len();
        ns += timed(|| apply(&mut account, &batch));
        batch.fill(&mut run, Format::Protobuf, BATCH_RECORDS);
    }
    ns += timed(|| account.advance_to(END));
    // What is summed of the day, as whoever publishes it keeps it.
    let mut answers = None;
    let summing_ns = timed(|| answers = Some(account.answers()));
    drop((run, batch));
    let resident = resident_bytes().saturating_sub(resident_before);
    report((conversations, agents), events, (ns + summing_ns, summing_ns), resident);
    assert!(account.conversations() > 0 && answers.is_some(), "all is there until it has been weighed");
}

fn apply(account: &mut Account, batch: &Batch) {
    let mut events = Vec::with_capacity(POLLED);
    let mut records = batch.records(Format::Protobuf).peekable();
    while records.peek().is_some() {
        for record in records.by_ref().take(POLLED) {
            let Decoded::Event(event) = decode(&record) else { panic!("the simulator writes events") };
            events.push(event);
        }
        let outcomes = account.apply_all(events.iter());
        assert!(outcomes.iter().all(|outcome| *outcome == Fate::Applied), "every event is new, none later than now");
        events.clear();
    }
}

/// The CPU time of counted work.
fn timed(work: impl FnOnce()) -> u64 {
    let before = thread_cpu_ns();
    counting(work);
    thread_cpu_ns() - before
}

fn report((conversations, agents): (u64, u32), events: usize, (ns, summing_ns): (u64, u64), resident: u64) {
    let each = ns as f64 / events as f64;
    print_row(
        &format!("fold {conversations} conversations, {agents} agents"),
        &[
            ("ns/event", format!("{each:.0}")),
            ("of it sums", format!("{:.0}", summing_ns as f64 / events as f64)),
            ("M events/s/core", format!("{:.2}", 1000.0 / each)),
            ("records/conversation", format!("{:.1}", events as f64 / conversations as f64)),
            ("B/conversation requested", (held_bytes() / conversations as i64).to_string()),
            ("B/conversation resident", (resident / conversations).to_string()),
        ],
    );
}
