//! Plain counters and histograms for `rate()`: what this process stated, and took back, since it was ready.
//!
//! Unlike the gauges they are this instance's own: a restore counts nothing, and they never fall; what a retraction
//! undoes is counted beside them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::number;
use crate::domain::answers::catalogue::{self, Number};
use crate::domain::day::flow::Flow;
use crate::domain::fact::{DurationKind, FactKind};

/// The flows of every account, told by the fold's thread and read by scrapes.
#[derive(Debug, Default)]
pub struct Flows {
    /// Shared with the scrapes that read it: the fold never waits until one is written.
    accounts: Mutex<BTreeMap<Arc<str>, Arc<Told>>>,
}

#[derive(Debug, Clone, Default)]
struct Told {
    /// When the process became ready: what counts nothing.
    before: Flow,
    now: Flow,
}

impl Told {
    /// How many durations fell between two bounds.
    fn sized(&self, kind: DurationKind, place: usize) -> u64 {
        // An account that came later had no bounds before.
        let count = |flow: &Flow| flow.sizes(kind).get(place).copied().unwrap_or(0);
        count(&self.now) - count(&self.before)
    }
}

impl Flows {
    /// What an account had stated when the process became ready.
    pub fn begin(&self, account: &str, flow: &Flow) {
        let told = Told { before: flow.clone(), now: flow.clone() };
        self.lock().insert(Arc::from(account), Arc::new(told));
    }

    /// What an account has stated by now.
    pub fn tell(&self, account: &str, flow: &Flow) {
        let mut accounts = self.lock();
        match accounts.get_mut(account) {
            Some(told) => Arc::make_mut(told).now.clone_from(flow),
            None => {
                let told = Told { before: Flow::default(), now: flow.clone() };
                accounts.insert(Arc::from(account), Arc::new(told));
            }
        }
    }

    /// Appends every family, for the accounts there are.
    pub fn write(&self, out: &mut String) {
        self.write_some(out, &|_| true, &|_| true);
    }

    /// Appends the families that `wants` names, for the accounts that `of` does.
    pub fn write_some(&self, out: &mut String, wants: &dyn Fn(&str) -> bool, of: &dyn Fn(&str) -> bool) {
        let all: Accounts = self.lock().iter().map(|(account, told)| (account.clone(), told.clone())).collect();
        let accounts: Accounts = all.into_iter().filter(|(account, _)| of(account)).collect();
        if accounts.is_empty() {
            return;
        }
        for counter in COUNTERS {
            write_counter(out, counter, STATED, &accounts, wants);
            write_counter(out, counter, RETRACTED, &accounts, wants);
        }
        for (counter, kind) in HISTOGRAMS {
            if wants(counter.stem) {
                write_histogram(out, counter, *kind, &accounts);
            }
            write_counter(out, counter, RETRACTED, &accounts, wants);
        }
    }

    /// How many series an account has in the families that `wants` names.
    pub fn series(&self, wants: &dyn Fn(&str) -> bool) -> usize {
        let bounds = self.lock().values().map(|told| told.now.bounds_ms().len()).max().unwrap_or(0);
        let side = |counter: &Counter, (ending, ..): Side| {
            if wants(&format!("{}_{ending}", counter.stem)) { counter.values.len() } else { 0 }
        };
        let counters: usize = COUNTERS.iter().map(|counter| side(counter, STATED) + side(counter, RETRACTED)).sum();
        // Beside its bounds a histogram has one to infinity, a sum and a count.
        let sizes = |counter: &Counter| if wants(counter.stem) { bounds + 3 } else { 0 };
        let histograms = HISTOGRAMS.iter().map(|(counter, _)| sizes(counter) + side(counter, RETRACTED));
        counters + histograms.sum::<usize>()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Arc<str>, Arc<Told>>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name of every family.
pub(super) fn names() -> impl Iterator<Item = String> {
    let counters = COUNTERS.iter().map(|counter| format!("{}_{}", counter.stem, STATED.0));
    let histograms = HISTOGRAMS.iter().map(|(counter, _)| counter.stem.to_owned());
    let all = COUNTERS.iter().chain(HISTOGRAMS.iter().map(|(counter, _)| counter));
    counters.chain(histograms).chain(all.map(|counter| format!("{}_{}", counter.stem, RETRACTED.0)))
}

type Accounts = Vec<(Arc<str>, Arc<Told>)>;

/// What of the facts is counted: the end of the family's name, the words for it, and how many there are.
type Side = (&'static str, &'static str, fn(&Flow, FactKind) -> u64);

const STATED: Side = ("total", "stated", Flow::stated);
const RETRACTED: Side = ("retracted_total", "taken back", Flow::retracted);

/// One family and its retractions: the name's stem, its help, its label, and of each value the number in the catalogue
/// whose facts it counts.
struct Counter {
    stem: &'static str,
    help: &'static str,
    label: &'static str,
    values: &'static [(&'static str, &'static str)],
}

const COUNTERS: &[Counter] = &[
    Counter {
        stem: "cxpulse_survey_answers",
        help: "Valid answers",
        label: "score",
        values: &[
            ("1", "csat.answers.1"),
            ("2", "csat.answers.2"),
            ("3", "csat.answers.3"),
            ("4", "csat.answers.4"),
            ("5", "csat.answers.5"),
        ],
    },
    plain("cxpulse_surveys_sent", "Surveys sent", &[("", "csat.sent")]),
    plain("cxpulse_conversations_started", "Conversations started", &[("", "conversations_started")]),
    Counter {
        stem: "cxpulse_conversations_closed",
        help: "Closes that had an effect",
        label: "closed_by",
        values: &[("agent", "closed_by.agent"), ("customer", "closed_by.customer"), ("system", "closed_by.system")],
    },
    plain("cxpulse_conversations_resolved", "Resolutions", &[("", "resolved")]),
    plain("cxpulse_first_responses", "First responses", &[("", "first_response.count")]),
    plain("cxpulse_conversations_abandoned", "Abandoned conversations", &[("", "abandoned")]),
    plain("cxpulse_conversations_reopened", "Reopenings", &[("", "reopened")]),
    Counter {
        stem: "cxpulse_messages",
        help: "Messages",
        label: "sender",
        values: &[("customer", "customer_messages"), ("agent", "agent_messages"), ("automated", "automated_messages")],
    },
];

/// The durations by size. What is taken back is counted, but leaves the histogram as it is: it would fall.
const HISTOGRAMS: &[(Counter, DurationKind)] = &[
    (
        plain("cxpulse_first_response_seconds", "First response times", &[("", "first_response.count")]),
        DurationKind::FirstResponse,
    ),
    (plain("cxpulse_response_seconds", "Response times", &[("", "response.count")]), DurationKind::Response),
    (plain("cxpulse_handle_seconds", "Handle times", &[("", "handle.count")]), DurationKind::Handle),
    (plain("cxpulse_resolution_seconds", "Resolution times", &[("", "resolution.count")]), DurationKind::Resolution),
];

type Values = &'static [(&'static str, &'static str)];

const fn plain(stem: &'static str, help: &'static str, values: Values) -> Counter {
    Counter { stem, help, label: "", values }
}

impl Counter {
    /// Each value of the label, with its facts.
    fn facts(&self) -> Vec<(&'static str, &'static [FactKind])> {
        let facts = |path| catalogue::facts(path).expect("the table names numbers of the catalogue");
        self.values.iter().map(|(value, path)| (*value, facts(path))).collect()
    }
}

fn write_counter(
    out: &mut String,
    counter: &Counter,
    (ending, what, count): Side,
    accounts: &[(Arc<str>, Arc<Told>)],
    wants: &dyn Fn(&str) -> bool,
) {
    let Counter { stem, help, label, .. } = counter;
    if !wants(&format!("{stem}_{ending}")) {
        return;
    }
    out.push_str(&format!(
        "# HELP {stem}_{ending} {help}, {what} since this process was ready.\n# TYPE {stem}_{ending} counter\n"
    ));
    let values = counter.facts();
    for (account, told) in accounts {
        for (value, kinds) in &values {
            let since = |kind: &FactKind| count(&told.now, *kind).saturating_sub(count(&told.before, *kind));
            out.push_str(&format!("{stem}_{ending}{{account=\""));
            number::label(out, account);
            if !label.is_empty() {
                out.push_str(&format!("\",{label}=\"{value}"));
            }
            out.push_str("\"} ");
            number::write(out, Number::Count(kinds.iter().map(since).sum()));
            out.push('\n');
        }
    }
}

fn write_histogram(out: &mut String, counter: &Counter, kind: DurationKind, accounts: &[(Arc<str>, Arc<Told>)]) {
    let Counter { stem, help, .. } = counter;
    out.push_str(&format!("# HELP {stem} {help}, stated since this process was ready.\n# TYPE {stem} histogram\n"));
    for (account, told) in accounts {
        let mut line = |ending: &str, le: Option<&str>, value: Number| {
            out.push_str(&format!("{stem}_{ending}{{account=\""));
            number::label(out, account);
            if let Some(le) = le {
                out.push_str(&format!("\",le=\"{le}"));
            }
            out.push_str("\"} ");
            number::write(out, value);
            out.push('\n');
        };
        let bounds = told.now.bounds_ms().iter().map(|ms| number::text(Number::Millis(ms.unsigned_abs())));
        let mut stated = 0;
        for (place, le) in bounds.chain(["+Inf".to_owned()]).enumerate() {
            stated += told.sized(kind, place);
            line("bucket", Some(&le), Number::Count(stated));
        }
        line("sum", None, Number::Millis(told.now.sum_ms(kind) - told.before.sum_ms(kind)));
        line("count", None, Number::Count(stated));
    }
}
