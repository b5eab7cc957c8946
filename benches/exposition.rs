//! The board to Prometheus text: what a scrape of so many series costs one core.
//!
//! Serves SPEC §7's "100 000 series render in ≤ 20 ms of one core".

mod support;

use cxpulse::board::ScopeView;
use cxpulse::domain::answers::metrics::{Csat, Durations, Metrics, Percentiles, Sla};
use cxpulse::domain::answers::rates::Rates;
use cxpulse::domain::scope::{Scope, ScopeKind};
use cxpulse::serve::exposition::{Reading, Row, write_scopes};
use cxpulse::serve::selection::Families;
use support::{print_row, thread_cpu_ns};

const ROUNDS: usize = 9;
const WINDOWS: [u32; 7] = [5, 15, 30, 60, 240, 720, 1440];

fn main() {
    // Every window and family of some 170 agents is a hundred thousand series; of four times as many it is over the cap.
    rendering("every family of 170 agents", 170, &Families::EVERY);
    rendering("every family of 700 agents, over the cap", 700, &Families::EVERY);
    let few = Families::named("families", ["csat_ratio", "csat_samples", "handle", "agent_messages"]);
    rendering("twelve families of 1 190 agents", 1_190, &few.expect("they are known"));
}

fn rendering(what: &str, agents: usize, families: &Families) {
    let agent = |n: usize| Scope { skill: None, agent: Some(format!("agent-{n:05}")) };
    let crew: Vec<(Scope, ScopeView)> = (0..agents).map(|n| (agent(n), view(n as u64))).collect();
    let rows: Vec<Row<'_>> = crew.iter().map(|(scope, view)| Row::of("acme", scope, view)).collect();
    let places: Vec<usize> = (0..WINDOWS.len()).collect();
    let reading =
        Reading { windows: &WINDOWS, places: &places, families, with_zeros: false, now: 10_000, cap: 100_000 };
    let mut out = String::new();
    let mut ns: Vec<u64> = (0..ROUNDS)
        .map(|_| {
            out.clear();
            let before = thread_cpu_ns();
            write_scopes(&mut out, ScopeKind::Agent, &rows, reading);
            thread_cpu_ns() - before
        })
        .collect();
    ns.sort_unstable();
    let series = out.lines().filter(|line| !line.starts_with('#')).count();
    let ms = |ns: u64| format!("{:.1}", ns as f64 / 1e6);
    print_row(what, &[("series", series.to_string()), ("ms (best)", ms(ns[0])), ("ms (median)", ms(ns[ROUNDS / 2]))]);
}

/// An agent with something in everything, online.
fn view(n: u64) -> ScopeView {
    let percentiles = Percentiles { p50_ms: 31_000, p90_ms: 60_500, p95_ms: 60_501, p99_ms: 61_000, max_ms: 61_001 };
    let durations = Durations { count: 30 + n, sum_ms: 1_000_003, percentiles: Some(percentiles) };
    let sla = Sla { within: 20 + n, count: 30 + n };
    let metrics = Metrics {
        csat: Csat { answers: [1, 0, 2, n, 9], sent: 80, sent_answered: 12, ..Csat::default() },
        first_response: durations.clone(),
        response: durations.clone(),
        handle: durations.clone(),
        resolution: durations,
        first_response_sla: sla.clone(),
        response_sla: sla.clone(),
        resolution_sla: sla,
        closed: 9 + n,
        agent_messages: 99,
        focus_ms: 100_001,
        ..Metrics::default()
    };
    let rates = Rates { focus: 1, ..Rates::default() };
    ScopeView { as_of: 1_000, revision: 1, metrics: vec![metrics; WINDOWS.len()].into(), rates, active: None }
}
