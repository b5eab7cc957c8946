//! Which gauges there are: one row per number of SPEC §4, by its path in the metrics object, and of the live state.
//!
//! The names follow from the paths by the rule of SPEC §7, which stands here once, in [`name`].

use super::number::Value;
use crate::domain::answers::live::Live;
use crate::domain::answers::metrics::{ClosedBy, Csat, Durations, Metrics, Moods, Percentiles, Sla};
use crate::domain::scope::ScopeKind;

/// One family: its path in the JSON object, its help, and how its numbers are found.
pub(super) struct Family {
    pub(super) path: String,
    pub(super) help: String,
    pub(super) read: Read,
}

impl Family {
    /// Whether the object that it tells of has nothing in it; a plain number is an object of its own.
    pub(super) fn is_of_nothing(&self, metrics: &Metrics) -> bool {
        match self.read {
            Read::Of(of, _) => of(metrics).count == 0,
            Read::OfSla(of, _) => of(metrics).count == 0,
            Read::One(read) => self.object_is_zero(metrics).unwrap_or_else(|| read(metrics).is_none_or(Value::is_zero)),
            Read::Each(..) => self.object_is_zero(metrics).unwrap_or(false),
        }
    }

    fn object_is_zero(&self, metrics: &Metrics) -> Option<bool> {
        match object(&self.path) {
            "csat" => Some(metrics.csat == Csat::default()),
            "mood" => Some(metrics.mood == Moods::default()),
            "closed_by" => Some(metrics.closed_by == ClosedBy::default()),
            "availability" => Some(metrics.availability.as_ref().is_none_or(|a| a.online_ms + a.away_ms == 0)),
            "utilisation" => Some(metrics.utilisation.as_ref().is_none_or(|u| u.focus_ms + u.online_ms == 0)),
            _ => None,
        }
    }

    /// How many series it may have in one window of one scope.
    pub(super) fn most_series(&self) -> usize {
        match self.read {
            Read::One(_) | Read::Of(..) | Read::OfSla(..) => 1,
            Read::Each(_, words, _) => words.len(),
        }
    }
}

/// The count below which a number is thin, if the policy names one.
pub(super) type Minimum = Option<u32>;

/// How a number of an object is found.
pub(super) type ReadOf<T> = fn(&T, Minimum) -> Option<Value>;

/// How a family finds its numbers in a window's metrics; no value, no series.
#[derive(Clone, Copy)]
pub(super) enum Read {
    /// One number.
    One(fn(&Metrics) -> Option<Value>),
    /// One number of a duration.
    Of(fn(&Metrics) -> &Durations, ReadOf<Durations>),
    /// One number of a service level.
    OfSla(fn(&Metrics) -> &Sla, ReadOf<Sla>),
    /// A map or a list: a number for each value of a label.
    Each(&'static str, &'static [&'static str], fn(&Metrics, usize) -> Option<Value>),
}

/// One number of the live state: its path, its help, where it is.
pub(super) type LiveFamily = (&'static str, &'static str, fn(&Live) -> u64);

/// The ages of the longest waiting, by rank.
pub(super) const LONGEST_WAITING: (&str, &str) =
    ("live.longest_waiting.age_ms", "Age of the longest waiting conversations; rank 1 waits longest.");

/// What an agent owns.
pub(super) const OWNED: (&str, &str) = ("live.owned", "Open conversations assigned to the agent.");

/// The live state's plain counts.
pub(super) const LIVE: [LiveFamily; 6] = [
    ("live.open", "Open conversations.", |live| live.open),
    ("live.waiting", "Open conversations with a customer message that no human has answered.", |live| live.waiting),
    ("live.unassigned", "Open conversations without an assignee.", |live| live.unassigned),
    ("live.snoozed", "Open conversations that are snoozed.", |live| live.snoozed),
    ("live.agents_online", "Agents online.", |live| live.agents_online),
    ("live.agents_away", "Agents away.", |live| live.agents_away),
];

/// The family's name: prefix and path, with `_ms` → `_seconds`, a share or score → ratio, an object's count or
/// total → samples. A map's or a list's keys are no part of the path, but a label.
pub(super) fn name(prefix: &str, path: &str) -> String {
    let (object, key) = path.rsplit_once('.').map_or(("", path), |(object, key)| (object, key));
    let key = match key {
        "share" | "score" => "ratio".to_owned(),
        "count" | "total" if !object.is_empty() => "samples".to_owned(),
        _ => key.strip_suffix("_ms").map_or_else(|| key.to_owned(), |stem| format!("{stem}_seconds")),
    };
    let words = [prefix, &object.replace('.', "_"), &key];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}

/// What a family's name has behind its scope: `csat_ratio`.
pub(super) fn key(path: &str) -> String {
    name("", path)
}

/// The object in which a path begins: `csat`.
pub(super) fn object(path: &str) -> &str {
    path.split_once('.').map_or(path, |(object, _)| object)
}

/// What the names of a kind of scope's families begin with.
pub(super) fn prefix(kind: ScopeKind) -> &'static str {
    match kind {
        ScopeKind::Account => "cxpulse_account",
        ScopeKind::Skill => "cxpulse_skill",
        ScopeKind::Agent => "cxpulse_agent",
        ScopeKind::AgentSkill => "cxpulse_agent_skill",
    }
}

/// The path of every family there is, with the kind of scope that has it.
pub(super) fn all_paths() -> Vec<(ScopeKind, String)> {
    let kinds = [ScopeKind::Account, ScopeKind::Skill, ScopeKind::Agent, ScopeKind::AgentSkill];
    let windows = kinds.into_iter().flat_map(|kind| window_families().into_iter().map(move |of| (kind, of.path)));
    let live = LIVE.iter().map(|(path, ..)| *path).chain([LONGEST_WAITING.0, OWNED.0]);
    windows.chain(live.map(|path| (ScopeKind::Account, path.to_owned()))).collect()
}

/// Every family of a window, in the order of the metrics object.
pub(super) fn window_families() -> Vec<Family> {
    let mut all = csat();
    all.extend(mood());
    for (path, what, of) in DURATIONS {
        all.extend(of_durations(path, what, of));
    }
    for (path, what, of) in SLAS {
        all.extend(of_sla(path, what, of));
    }
    all.extend(COUNTS.map(|(path, help, read)| family(path, help, Read::One(read))));
    all
}

type DurationRow = (&'static str, &'static str, fn(&Metrics) -> &Durations);
type SlaRow = (&'static str, &'static str, fn(&Metrics) -> &Sla);
type CountRow = (&'static str, &'static str, fn(&Metrics) -> Option<Value>);

const DURATIONS: [DurationRow; 4] = [
    ("first_response", "First response time", |m| &m.first_response),
    ("response", "Response time", |m| &m.response),
    ("handle", "Handle time", |m| &m.handle),
    ("resolution", "Resolution time", |m| &m.resolution),
];

const SLAS: [SlaRow; 3] = [
    ("first_response_sla", "First responses", |m| &m.first_response_sla),
    ("response_sla", "Responses", |m| &m.response_sla),
    ("resolution_sla", "Resolutions", |m| &m.resolution_sla),
];

const COUNTS: [CountRow; 21] = [
    ("conversations_started", "Conversations started.", |m| count(m.conversations_started)),
    ("closed", "Closes that had an effect.", |m| count(m.closed)),
    ("closed_by.agent", "Closes by an agent.", |m| count(m.closed_by.agent)),
    ("closed_by.customer", "Closes by the customer.", |m| count(m.closed_by.customer)),
    ("closed_by.system", "Closes by the system.", |m| count(m.closed_by.system)),
    ("resolved", "Conversations whose last close resolved them.", |m| count(m.resolved)),
    ("abandoned", "Closes with the outcome abandoned.", |m| count(m.abandoned)),
    ("reopened", "Reopenings.", |m| count(m.reopened)),
    ("customer_messages", "Messages of customers.", |m| count(m.customer_messages)),
    ("agent_messages", "Messages of humans.", |m| count(m.agent_messages)),
    ("automated_messages", "Messages of bots, workflows and macros.", |m| count(m.automated_messages)),
    ("proactive_messages", "Human messages before any of the customer.", |m| count(m.proactive_messages)),
    ("active_agents", "Agents with a human message.", |m| count(m.active_agents)),
    ("unique_contacts", "Distinct contacts with a message.", |m| m.unique_contacts.map(Value::Count)),
    ("focus_ms", "Time that agents spent in conversations.", |m| millis(m.focus_ms)),
    ("availability.online_ms", "Time online.", |m| m.availability.as_ref().map(|a| Value::Millis(a.online_ms))),
    ("availability.away_ms", "Time away.", |m| m.availability.as_ref().map(|a| Value::Millis(a.away_ms))),
    ("availability.share", "Time online ÷ (online + away).", |m| quotient(m.availability.as_ref()?.share())),
    ("utilisation.focus_ms", "Focus time while online.", |m| m.utilisation.as_ref().map(|u| Value::Millis(u.focus_ms))),
    ("utilisation.online_ms", "Time online.", |m| m.utilisation.as_ref().map(|u| Value::Millis(u.online_ms))),
    ("utilisation.share", "Focus time while online ÷ time online.", |m| quotient(m.utilisation.as_ref()?.share())),
];

fn csat() -> Vec<Family> {
    const SCORES: &[&str] = &["1", "2", "3", "4", "5"];
    const REASONS: &[&str] = &["invalid_score", "rating_window", "comment_frozen", "change_window"];
    const BOUNDS: &[&str] = &["low", "high"];
    let one = |path, help, read| family(path, help, Read::One(read));
    let each = |path, help, label, values, read| family(path, help, Read::Each(label, values, read));
    vec![
        each("csat.answers", "Valid answers by score.", "score", SCORES, |m, i| count(m.csat.answers[i])),
        one("csat.total", "Valid answers.", |m| count(m.csat.total())),
        one("csat.positive", "Answers of 4 and 5.", |m| count(m.csat.positive())),
        one("csat.score", "Positive ÷ all valid answers.", |m| quotient(m.csat.score())),
        one("csat.average", "Mean score, 1 to 5.", |m| quotient(m.csat.average())),
        each("csat.interval", "Wilson 95 % interval of the ratio.", "bound", BOUNDS, |m, i| {
            quotient(m.csat.interval().map(|interval| interval[i]))
        }),
        one("csat.sent", "Surveys sent.", |m| count(m.csat.sent)),
        one("csat.sent_answered", "Surveys sent that have a valid answer.", |m| count(m.csat.sent_answered)),
        one("csat.response_rate", "Of the surveys sent, the share answered.", |m| quotient(m.csat.response_rate())),
        each("csat.refused", "Answers that entered no average.", "reason", REASONS, |m, i| {
            count(m.csat.refused.by_reason()[i].1)
        }),
        one("csat.thin", "1 where the answers are fewer than minimum_n.", |m| thin(m.minimum_n, m.csat.total())),
    ]
}

fn mood() -> Vec<Family> {
    let one = |path, help, read| family(path, help, Read::One(read));
    vec![
        one("mood.happy", "Happy customers.", |m| count(m.mood.happy)),
        one("mood.neutral", "Neutral customers.", |m| count(m.mood.neutral)),
        one("mood.unhappy", "Unhappy customers.", |m| count(m.mood.unhappy)),
        one("mood.average", "Mean mood, 1 to 5.", |m| quotient(m.mood.average())),
        one("mood.prompted", "Agents asked for a mood.", |m| count(m.mood.prompted)),
        one("mood.prompted_recorded", "Agents asked who gave one.", |m| count(m.mood.prompted_recorded)),
        one("mood.completion", "Of the agents asked, the share who gave one.", |m| quotient(m.mood.completion())),
        one("mood.thin", "1 where the moods are fewer than minimum_n.", |m| thin(m.minimum_n, m.mood.total())),
    ]
}

fn of_durations(path: &str, what: &str, of: fn(&Metrics) -> &Durations) -> Vec<Family> {
    fn percentile(d: &Durations, pick: fn(&Percentiles) -> u64) -> Option<Value> {
        d.percentiles.as_ref().map(|p| Value::Millis(pick(p)))
    }
    let each: [(&str, &str, ReadOf<Durations>); 9] = [
        ("count", "how many", |d, _| count(d.count)),
        ("sum_ms", "sum", |d, _| millis(d.sum_ms)),
        ("mean_ms", "mean", |d, _| d.mean_ms().map(Value::MeanMillis)),
        ("p50_ms", "median", |d, _| percentile(d, |p| p.p50_ms)),
        ("p90_ms", "90th percentile", |d, _| percentile(d, |p| p.p90_ms)),
        ("p95_ms", "95th percentile", |d, _| percentile(d, |p| p.p95_ms)),
        ("p99_ms", "99th percentile", |d, _| percentile(d, |p| p.p99_ms)),
        ("max_ms", "maximum", |d, _| percentile(d, |p| p.max_ms)),
        ("thin", "1 where there are fewer than minimum_n", |d, minimum| thin(minimum, d.count)),
    ];
    each.map(|(key, how, read)| family(format!("{path}.{key}"), format!("{what}: {how}."), Read::Of(of, read))).into()
}

fn of_sla(path: &str, what: &str, of: fn(&Metrics) -> &Sla) -> Vec<Family> {
    let each: [(&str, &str, ReadOf<Sla>); 4] = [
        ("within", "within the target", |s, _| count(s.within)),
        ("count", "judged against the target, the overdue included", |s, _| count(s.count)),
        ("share", "share within the target", |s, _| quotient(s.share())),
        ("thin", "1 where there are fewer than minimum_n", |s, minimum| thin(minimum, s.count)),
    ];
    each.map(|(key, how, read)| family(format!("{path}.{key}"), format!("{what}: {how}."), Read::OfSla(of, read)))
        .into()
}

fn family(path: impl Into<String>, help: impl Into<String>, read: Read) -> Family {
    Family { path: path.into(), help: help.into(), read }
}

fn count(n: u64) -> Option<Value> {
    Some(Value::Count(n))
}

fn millis(n: u64) -> Option<Value> {
    Some(Value::Millis(n))
}

fn quotient(n: Option<f64>) -> Option<Value> {
    n.map(Value::Quotient)
}

fn thin(minimum: Minimum, n: u64) -> Option<Value> {
    minimum.filter(|minimum| n < u64::from(*minimum)).map(|_| Value::Count(1))
}
