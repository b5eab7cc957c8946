//! The board as Prometheus text: families, series and labels, written straight from the numbers.
//!
//! The exporter that renders the engine's metrics takes a second for as many series as a scrape has here, and cannot
//! drop one. So the business gauges are written from the table in `families`, family by family, one pass over the scopes each.

use std::borrow::Cow;

use super::cap::{self, Claim};
use super::families;
use super::number;
use super::selection::Families;
use crate::board::ScopeView;
use crate::domain::answers::catalogue::{self, Entry, Number, Object, Read};
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
    let mut sheet = Sheet::new(kind, reading);
    let left_out = sheet.left_out(rows);
    let kept: Vec<&Row<'_>> = rows.iter().zip(&left_out.rows).filter(|(_, out)| !**out).map(|(row, _)| row).collect();
    sheet.make_room(kept.len());
    let lines: Vec<Line<'_>> = kept.into_iter().map(|row| sheet.line(row)).collect();
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
    columns: Vec<Column>,
    /// The labels of each window that is written, as they follow those of a scope.
    windows: Vec<String>,
    reading: Reading<'a>,
}

/// One family, and what of it was read: each scope is read once, window by window, and written family by family.
struct Column {
    object: &'static Object,
    entry: &'static Entry,
    name: String,
    /// A number, or none, for each scope, window and word of the entry's label.
    cells: Vec<Option<Number>>,
}

/// One scope as it is written.
struct Line<'a> {
    row: &'a Row<'a>,
    /// Up to the value of the last label, whose quote the next one closes.
    labels: String,
    /// The same with the window's label in it, for each window one after the other.
    in_windows: String,
    /// Where each of them ends.
    ends: Vec<usize>,
}

impl<'a> Sheet<'a> {
    fn new(kind: ScopeKind, reading: Reading<'a>) -> Self {
        let column = |object, entry: &'static Entry| {
            let name = families::name(families::prefix(kind), &entry.path);
            let wanted = reading.families.want(&name, &entry.path);
            wanted.then(|| Column { object, entry, name, cells: Vec::new() })
        };
        let objects = catalogue::objects().iter();
        let columns = objects.flat_map(|object| object.entries.iter().filter_map(move |entry| column(object, entry)));
        let word = |place: &usize| format!("\",window=\"{}\"", window(reading.windows[*place]));
        let windows = reading.places.iter().map(word).collect();
        Self { columns: columns.collect(), windows, reading }
    }

    /// A family that has no window, if it is written.
    fn plain(&self, (path, help): (&str, &str)) -> Option<Head> {
        let name = live_name(path);
        self.reading.families.want(&name, path).then(|| Head::new(&name, help))
    }

    fn make_room(&mut self, scopes: usize) {
        for column in &mut self.columns {
            column.cells.reserve_exact(scopes * self.windows.len() * column.entry.width());
        }
    }

    /// The scope's labels; its numbers go into the columns.
    fn line<'b>(&mut self, row: &'b Row<'b>) -> Line<'b> {
        let labels = labels(row);
        let (mut in_windows, mut ends) = (String::new(), Vec::with_capacity(self.windows.len()));
        if row.view.is_some() {
            for window in &self.windows {
                in_windows.push_str(&labels);
                in_windows.push_str(window);
                ends.push(in_windows.len());
            }
        }
        let (reading, columns) = (self.reading, &mut self.columns);
        for metrics in in_windows_of(row, reading) {
            let mut known = None;
            for column in &mut *columns {
                column.read(&metrics, reading.with_zeros, &mut known);
            }
        }
        Line { row, labels, in_windows, ends }
    }

    fn left_out(&self, rows: &[Row<'_>]) -> LeftOut {
        let in_a_window: usize = self.columns.iter().map(|column| column.entry.width()).sum();
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
        for metrics in in_windows_of(row, self.reading) {
            let mut known = None;
            for column in &self.columns {
                if self.reading.with_zeros || !column.is_of_nothing(&metrics, &mut known) {
                    series += column.entry.numbers(&metrics).count();
                }
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
        let labels = || lines.iter().flat_map(Line::in_windows);
        for Column { entry, name, cells, .. } in &self.columns {
            let mut head = Head::new(name, &entry.help);
            let words = match entry.read {
                Read::One(_) | Read::Of(..) | Read::OfSla(..) => vec![String::new()],
                Read::Each(label, _) => label.words.iter().map(|word| format!(",{}=\"{word}\"", label.name)).collect(),
            };
            for (labels, cells) in labels().zip(cells.chunks_exact(words.len())) {
                for (word, number) in words.iter().zip(cells).filter_map(|(word, cell)| Some((word, (*cell)?))) {
                    head.series(out, labels, &[word], number);
                }
            }
        }
    }

    fn write_live(&self, out: &mut String, lines: &[Line<'_>]) {
        let lives = || lines.iter().filter_map(|line| Some((line, line.row.live.as_ref()?)));
        for (path, help, read) in families::LIVE {
            let Some(mut head) = self.plain((path, help)) else { continue };
            for (line, live) in lives() {
                head.series(out, &line.labels, &["\""], Number::Count(read(live)));
            }
        }
        let Some(mut head) = self.plain(families::LONGEST_WAITING) else { return };
        for (line, live) in lives() {
            for (rank, waiting) in (1_usize..).zip(&live.longest_waiting) {
                let more = ["\",rank=\"", &rank.to_string(), "\""];
                head.series(out, &line.labels, &more, Number::Millis(age(waiting.age_ms)));
            }
        }
    }

    fn write_owned(&self, out: &mut String, lines: &[Line<'_>]) {
        let Some(mut head) = self.plain(families::OWNED) else { return };
        for line in lines.iter().filter(|line| line.row.owned > 0) {
            head.series(out, &line.labels, &["\""], Number::Count(line.row.owned));
        }
    }
}

/// Whether the object that was looked at last has nothing in it: its families follow each other.
type Known = Option<(*const Object, bool)>;

impl Column {
    /// Reads the numbers of one scope in one window.
    fn read(&mut self, metrics: &Metrics, with_zeros: bool, known: &mut Known) {
        let is_left_out = !with_zeros && self.is_of_nothing(metrics, known);
        let number = |place| if is_left_out { None } else { self.entry.number(metrics, place) };
        self.cells.extend((0..self.entry.width()).map(number));
    }

    fn is_of_nothing(&self, metrics: &Metrics, known: &mut Known) -> bool {
        match *known {
            Some((object, nothing)) if std::ptr::eq(object, self.object) => nothing,
            _ => known.insert((self.object, self.object.is_nothing(metrics))).1,
        }
    }
}

impl Line<'_> {
    /// The labels in each window.
    fn in_windows(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.in_windows[start..*end])
    }
}

/// What is read of a scope, window by window.
fn in_windows_of<'b>(row: &Row<'b>, reading: Reading<'b>) -> impl Iterator<Item = Cow<'b, Metrics>> {
    let Reading { places, now, .. } = reading;
    row.view.into_iter().flat_map(move |view| places.iter().map(move |place| view.window_at(*place, now)))
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
    fn series(&mut self, out: &mut String, labels: &str, more: &[&str], value: Number) {
        if let Some(lines) = self.unwritten.take() {
            out.push_str(&lines);
        }
        out.push_str(&self.name);
        out.push_str(labels);
        for part in more {
            out.push_str(part);
        }
        out.push_str("} ");
        number::write(out, value);
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
