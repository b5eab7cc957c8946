//! The board as Prometheus text: families, series and labels, written straight from the numbers.
//!
//! The exporter that renders the engine's metrics takes a second for as many series as a scrape has here, and cannot
//! drop one. So the business gauges are written from the table in `families`, family by family, one pass over the scopes each.

use std::borrow::Cow;

use super::cap::{self, Claim};
use super::families::{self, Family, Read};
use super::number::{self, Value};
use super::selection::Families;
use crate::board::ScopeView;
use crate::domain::answers::live::Live;
use crate::domain::answers::metrics::Metrics;
use crate::domain::event::Millis;
use crate::domain::scope::{Scope, ScopeKind};

pub use crate::wire::window::word as window;

/// One scope and its numbers.
#[derive(Debug, Clone)]
pub struct Row<'a> {
    /// The account it belongs to.
    pub account: &'a str,
    /// Which scope of the account.
    pub scope: Cow<'a, Scope>,
    /// As many metrics as there are windows; none for an agent with nothing in the last day.
    pub view: Option<&'a ScopeView>,
    /// The live state, of an account.
    pub live: Option<Live>,
    /// How many conversations an agent owns.
    pub owned: u64,
    /// How many series of it are written elsewhere and share its fate.
    pub elsewhere: usize,
}

/// Which windows and families are read, when, and how much.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// The rolling windows (minutes), in the order of every view's metrics.
    pub windows: &'a [u32],
    /// The places of those that are written.
    pub places: &'a [usize],
    /// The families that are written.
    pub families: &'a Families,
    /// Whether objects are written that have nothing in them.
    pub with_zeros: bool,
    /// The moment of every number.
    pub now: Millis,
    /// The most series of one kind of scope.
    pub cap: usize,
}

/// What the cap left out of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Of each row whether it was.
    pub rows: Vec<bool>,
    /// How many series they have.
    pub series: usize,
}

impl<'a> Row<'a> {
    /// A scope by its numbers alone.
    #[must_use]
    pub fn of(account: &'a str, scope: &'a Scope, view: &'a ScopeView) -> Self {
        Self { account, scope: Cow::Borrowed(scope), view: Some(view), live: None, owned: 0, elsewhere: 0 }
    }
}

/// Appends every family of one kind of scope; a scope is written whole or not at all.
pub fn write_scopes(out: &mut String, kind: ScopeKind, rows: &[Row<'_>], reading: Reading<'_>) -> LeftOut {
    let sheet = Sheet::new(kind, reading);
    let left_out = sheet.left_out(rows);
    let kept = rows.iter().zip(&left_out.rows).filter(|(_, out)| !**out).map(|(row, _)| row);
    let lines: Vec<Line<'_>> = kept.map(|row| sheet.line(row)).collect();
    sheet.write_windows(out, &lines);
    sheet.write_live(out, &lines);
    sheet.write_owned(out, &lines);
    left_out
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

/// The families of one kind of scope that are written.
struct Sheet<'a> {
    kind: ScopeKind,
    families: Vec<Family>,
    reading: Reading<'a>,
}

/// One scope as it is written.
struct Line<'a> {
    row: &'a Row<'a>,
    /// Up to the value of the last label, whose quote the next one closes.
    labels: String,
    /// One for each window that is written.
    metrics: Vec<Cow<'a, Metrics>>,
}

impl<'a> Sheet<'a> {
    fn new(kind: ScopeKind, reading: Reading<'a>) -> Self {
        let mut sheet = Self { kind, families: families::window_families(), reading };
        let wanted = |family: &Family| {
            reading.families.want(&families::name(families::prefix(kind), &family.path), &family.path)
        };
        sheet.families.retain(wanted);
        sheet
    }

    /// A family that has no window, if it is written.
    fn plain(&self, (path, help): (&str, &str)) -> Option<Head> {
        let name = live_name(path);
        self.reading.families.want(&name, path).then(|| Head::new(&name, help))
    }

    fn line<'b>(&self, row: &'b Row<'b>) -> Line<'b> {
        Line { row, labels: labels(row), metrics: self.metrics(row).collect() }
    }

    fn metrics<'b>(&self, row: &Row<'b>) -> impl Iterator<Item = Cow<'b, Metrics>> {
        let Reading { places, now, .. } = self.reading;
        row.view.into_iter().flat_map(move |view| places.iter().map(move |place| view.window_at(*place, now)))
    }

    fn left_out(&self, rows: &[Row<'_>]) -> LeftOut {
        let in_a_window: usize = self.families.iter().map(Family::most_series).sum();
        let at_most = |row: &Row<'_>| in_a_window * self.reading.places.len() + self.without_window(row);
        if rows.iter().map(at_most).sum::<usize>() <= self.reading.cap {
            return LeftOut { rows: vec![false; rows.len()], series: 0 };
        }
        let mut account = 0;
        let claims = rows.iter().enumerate().map(|(place, row)| {
            account += usize::from(place > 0 && rows[place - 1].account != row.account);
            let active = row.view.and_then(|view| view.active_at(self.reading.now));
            Claim { account, active, series: self.series(row) }
        });
        let (rows, series) = cap::left_out(&claims.collect::<Vec<_>>(), self.reading.cap);
        LeftOut { rows, series }
    }

    fn series(&self, row: &Row<'_>) -> usize {
        let mut series = self.without_window(row);
        for metrics in self.metrics(row) {
            for family in &self.families {
                self.numbers(family, &metrics, |_, _| series += 1);
            }
        }
        series
    }

    fn without_window(&self, row: &Row<'_>) -> usize {
        let wants = |path: &str| usize::from(self.reading.families.want(&live_name(path), path));
        let live = row.live.as_ref().map_or(0, |live| {
            let counts: usize = families::LIVE.iter().map(|(path, ..)| wants(path)).sum();
            counts + wants(families::LONGEST_WAITING.0) * live.longest_waiting.len()
        });
        let owned = if row.owned > 0 { wants(families::OWNED.0) } else { 0 };
        live + owned + row.elsewhere
    }

    fn write_windows(&self, out: &mut String, lines: &[Line<'_>]) {
        let word = |place: &usize| format!("\",window=\"{}\"", window(self.reading.windows[*place]));
        let windows: Vec<String> = self.reading.places.iter().map(word).collect();
        for family in &self.families {
            let mut head = Head::new(&families::name(families::prefix(self.kind), &family.path), &family.help);
            for Line { labels, metrics, .. } in lines {
                for (metrics, window) in metrics.iter().zip(&windows) {
                    self.numbers(family, metrics, |label, value| match label {
                        None => head.series(out, labels, &[window], value),
                        Some((key, word)) => head.series(out, labels, &[window, ",", key, "=\"", word, "\""], value),
                    });
                }
            }
        }
    }

    fn write_live(&self, out: &mut String, lines: &[Line<'_>]) {
        let lives = || lines.iter().filter_map(|line| Some((line, line.row.live.as_ref()?)));
        for (path, help, read) in families::LIVE {
            let Some(mut head) = self.plain((path, help)) else { continue };
            for (line, live) in lives() {
                head.series(out, &line.labels, &["\""], Value::Count(read(live)));
            }
        }
        let Some(mut head) = self.plain(families::LONGEST_WAITING) else { return };
        for (line, live) in lives() {
            for (rank, waiting) in (1_usize..).zip(&live.longest_waiting) {
                let more = ["\",rank=\"", &rank.to_string(), "\""];
                head.series(out, &line.labels, &more, Value::Millis(age(waiting.age_ms)));
            }
        }
    }

    fn write_owned(&self, out: &mut String, lines: &[Line<'_>]) {
        let Some(mut head) = self.plain(families::OWNED) else { return };
        for line in lines.iter().filter(|line| line.row.owned > 0) {
            head.series(out, &line.labels, &["\""], Value::Count(line.row.owned));
        }
    }

    /// Every number of a family in one window, with the label that tells it from its siblings.
    fn numbers(&self, family: &Family, metrics: &Metrics, mut each: impl FnMut(Option<(&str, &str)>, Value)) {
        if !self.reading.with_zeros && family.is_of_nothing(metrics) {
            return;
        }
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

/// The labels of a scope, up to the value of the last one, whose quote the window's label closes.
fn labels(row: &Row<'_>) -> String {
    let mut out = String::from("{account=\"");
    number::label(&mut out, row.account);
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

/// The live state is the account's, and what agents own a map in it.
fn live_name(path: &str) -> String {
    families::name(families::prefix(ScopeKind::Account), path)
}

fn age(ms: Millis) -> u64 {
    u64::try_from(ms).unwrap_or(0)
}
