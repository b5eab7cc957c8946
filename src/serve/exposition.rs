//! The board as Prometheus text: families, series and labels, written straight from the numbers.
//!
//! The exporter that renders the engine's metrics takes a second for as many series as a scrape has here, and cannot
//! drop one. So the business gauges are written from the table in `families`, family by family, one pass over the scopes each.

use std::borrow::Cow;

use super::families::{self, Family, Read};
use super::number::{self, Value};
use crate::board::ScopeView;
use crate::domain::account::{Scope, ScopeKind};
use crate::domain::event::Millis;
use crate::domain::live::Live;
use crate::domain::metrics::Metrics;

pub use crate::wire::window::word as window;

/// One scope and its numbers.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The account it belongs to.
    pub account: &'a str,
    /// Which scope of the account.
    pub scope: &'a Scope,
    /// As many metrics as there are windows.
    pub view: &'a ScopeView,
}

/// Which windows there are, and when and how much is read.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// The rolling windows (minutes), in the order of every view's metrics.
    pub windows: &'a [u32],
    /// The moment of every number.
    pub now: Millis,
    /// The most series of one kind of scope.
    pub cap: usize,
}

/// Appends every window family of one kind of scope; returns how many series the cap left out.
///
/// A scope is written whole or not at all: the first rows that fit the cap are.
pub fn write_windows(out: &mut String, kind: ScopeKind, rows: &[Row<'_>], reading: Reading<'_>) -> usize {
    let families = families::window_families();
    let (kept, dropped) = fitting(&families, rows, reading.cap);
    let windows: Vec<String> =
        reading.windows.iter().map(|minutes| format!("\",window=\"{}\"", window(*minutes))).collect();
    let scopes: Vec<(String, Cow<'_, [Metrics]>)> =
        rows[..kept].iter().map(|row| (labels(row), row.view.at(reading.now))).collect();
    for family in &families {
        let head = Head::new(&families::name(prefix(kind), &family.path), &family.help);
        write_family(out, family, head, &windows, &scopes);
    }
    dropped
}

/// Appends the live state of accounts.
pub fn write_live(out: &mut String, accounts: &[(&str, Live)]) {
    for (path, help, read) in families::LIVE {
        let mut head = Head::new(&families::name("cxpulse_account", path), help);
        for (account, live) in accounts {
            head.series(out, &format!("{{account=\"{}\"", escaped(account)), &[], Value::Count(read(live)));
        }
    }
    let name = families::name("cxpulse_account", "live.longest_waiting.age_ms");
    let mut head = Head::new(&name, "Age of the longest waiting conversations; rank 1 waits longest.");
    for (account, live) in accounts {
        for (rank, waiting) in (1..).zip(&live.longest_waiting) {
            let labels = format!("{{account=\"{}\",rank=\"{rank}\"", escaped(account));
            head.series(out, &labels, &[], Value::Millis(age(waiting.age_ms)));
        }
    }
}

/// Appends how many conversations each agent owns.
pub fn write_owned(out: &mut String, accounts: &[(&str, Live)]) {
    let name = families::name("cxpulse_account", "live.owned");
    let mut head = Head::new(&name, "Open conversations assigned to the agent.");
    for (account, live) in accounts {
        for (agent, owned) in &live.owned {
            let labels = format!("{{account=\"{}\",agent=\"{}\"", escaped(account), escaped(agent));
            head.series(out, &labels, &[], Value::Count(owned.len() as u64));
        }
    }
}

/// A kind of scope's name in metrics and labels.
#[must_use]
pub fn scope_word(kind: ScopeKind) -> &'static str {
    match kind {
        ScopeKind::Account => "account",
        ScopeKind::Skill => "skill",
        ScopeKind::Agent => "agent",
        ScopeKind::AgentSkill => "agent_skill",
    }
}

/// A family's name, and its HELP and TYPE lines until its first series is written: without one it has none.
struct Head {
    name: String,
    unwritten: Option<String>,
}

impl Head {
    fn new(name: &str, help: &str) -> Self {
        let lines = format!("# HELP {name} {help}\n# TYPE {name} gauge\n");
        Self { name: name.to_owned(), unwritten: Some(lines) }
    }

    /// One series: `labels` begins with the brace and lacks the closing one, `more` follows as it is.
    fn series(&mut self, out: &mut String, labels: &str, more: &[&str], value: Value) {
        if let Some(lines) = self.unwritten.take() {
            out.push_str(&lines);
        }
        out.push_str(&self.name);
        out.push_str(labels);
        for part in more {
            out.push_str(part);
        }
        out.push_str("} ");
        value.write(out);
        out.push('\n');
    }
}

fn write_family(
    out: &mut String,
    family: &Family,
    mut head: Head,
    windows: &[String],
    scopes: &[(String, Cow<'_, [Metrics]>)],
) {
    for (labels, metrics) in scopes {
        for (metrics, window) in metrics.iter().zip(windows) {
            numbers(family, metrics, |label, value| match label {
                None => head.series(out, labels, &[window], value),
                Some((key, word)) => head.series(out, labels, &[window, ",", key, "=\"", word, "\""], value),
            });
        }
    }
}

/// Every number of a family in one window, with the label that tells it from its siblings.
fn numbers(family: &Family, metrics: &Metrics, mut each: impl FnMut(Option<(&str, &str)>, Value)) {
    let one = match family.read {
        Read::One(read) => read(metrics),
        Read::Of(of, read) => read(of(metrics), metrics.minimum_n),
        Read::OfSla(of, read) => read(of(metrics), metrics.minimum_n),
        Read::Each(label, words, read) => {
            for (i, word) in words.iter().enumerate() {
                if let Some(value) = read(metrics, i) {
                    each(Some((label, word)), value);
                }
            }
            None
        }
    };
    if let Some(value) = one {
        each(None, value);
    }
}

/// How many of the first rows fit the cap, and how many series the others have.
fn fitting(families: &[Family], rows: &[Row<'_>], cap: usize) -> (usize, usize) {
    let (mut series, mut kept, mut dropped) = (0, 0, 0);
    for (i, row) in rows.iter().enumerate() {
        let own: usize = row.view.metrics.iter().map(|metrics| count(families, metrics)).sum();
        if dropped == 0 && series + own <= cap {
            (series, kept) = (series + own, i + 1);
        } else {
            dropped += own;
        }
    }
    (kept, dropped)
}

fn count(families: &[Family], metrics: &Metrics) -> usize {
    let mut series = 0;
    for family in families {
        numbers(family, metrics, |_, _| series += 1);
    }
    series
}

/// The labels of a scope, up to the value of the last one, whose quote the window's label closes.
fn labels(row: &Row<'_>) -> String {
    let mut out = format!("{{account=\"{}", escaped(row.account));
    for (key, value) in [("skill", &row.scope.skill), ("agent", &row.scope.agent)] {
        if let Some(value) = value {
            out.push_str("\",");
            out.push_str(key);
            out.push_str("=\"");
            number::label(&mut out, value);
        }
    }
    out
}

fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    number::label(&mut out, value);
    out
}

fn prefix(kind: ScopeKind) -> &'static str {
    match kind {
        ScopeKind::Account => "cxpulse_account",
        ScopeKind::Skill => "cxpulse_skill",
        ScopeKind::Agent => "cxpulse_agent",
        ScopeKind::AgentSkill => "cxpulse_agent_skill",
    }
}

fn age(ms: Millis) -> u64 {
    u64::try_from(ms).unwrap_or(0)
}
