//! Buckets and windows are the same numbers: a window is the sum of its buckets, a bucket the difference of two windows.

use std::collections::BTreeMap;

use cxpulse::domain::answers::Answers;
use cxpulse::domain::bucket::Bucket;
use cxpulse::domain::day::DAY_MINUTES;
use cxpulse::domain::scope::{Scope, ScopeKind};
use cxpulse::wire::output::json::metrics_json;
use serde_json::Value;

use crate::engine::{Reference, book, fold};
use crate::scenarios::Subject;

use super::compare::differences;
use super::random::{Set, at_ms};

/// The buckets of the last day, oldest first.
pub(super) fn day(now_ms: i64) -> impl Iterator<Item = Bucket> {
    let oldest = Bucket::window_start(now_ms, DAY_MINUTES);
    (0..=Bucket::of(now_ms).since(oldest)).map(move |place| oldest.later(place))
}

/// Everything that has buckets.
pub(super) fn every_scope(account: &Answers) -> Vec<Scope> {
    KINDS.into_iter().flat_map(|(kind, _)| account.scopes(kind)).collect()
}

/// Every kind of scope, with its word in a question.
const KINDS: [(ScopeKind, &str); 4] = [
    (ScopeKind::Account, "account"),
    (ScopeKind::Skill, "skill"),
    (ScopeKind::Agent, "agent"),
    (ScopeKind::AgentSkill, "agent-skill"),
];

/// Every account of a set, asked at its moment.
fn answers_of(set: &Set) -> BTreeMap<String, Answers> {
    let folded = fold(&set.lines, &book(&set.policies), set.as_of_ms);
    folded.accounts.into_iter().map(|(name, mut account)| (name, account.answers())).collect()
}

/// Where the sum of all buckets is not the window of a day, or a greatest value not the greatest of theirs.
pub(super) fn broken_in_the_sum(set: &Set) -> Vec<String> {
    let asked = answers_of(set);
    let scopes = asked.values().flat_map(|account| every_scope(account).into_iter().map(move |of| (account, of)));
    scopes.flat_map(|(account, scope)| sum_broken(account, &scope)).collect()
}

fn sum_broken(account: &Answers, scope: &Scope) -> Vec<String> {
    let mut sum = Leaves::default();
    for bucket in day(account.now()) {
        sum.add(&in_bucket(account, scope, bucket));
    }
    let mut whole = Leaves::default();
    whole.add(&shown(&account.window_metrics(scope, &[DAY_MINUTES])[0]));
    whole.unlike(&sum, &format!("the day of {scope:?}"))
}

/// Where a bucket in which something happened is not what the reference's window from it on has more than the next.
pub(super) fn broken_against_the_reference(set: &Set) -> Vec<String> {
    let asked = answers_of(set);
    let mut buckets: Vec<Bucket> = set.lines.iter().map(|line| Bucket::of(at_ms(line))).collect();
    buckets.retain(|bucket| day(set.as_of_ms).any(|one| one == *bucket));
    buckets.sort_unstable();
    buckets.dedup();
    let every = buckets.len().div_ceil(BUCKETS).max(1);
    let buckets = buckets.into_iter().skip(set.seed as usize % every).step_by(every);
    buckets
        .flat_map(|bucket| {
            asked.iter().flat_map(move |(name, account)| unlike_the_windows(set, (name, account), bucket))
        })
        .collect()
}

/// How many buckets of a set are looked at.
const BUCKETS: usize = 6;

fn unlike_the_windows(set: &Set, (name, account): (&str, &Answers), bucket: Bucket) -> Vec<String> {
    let (Some(from_here), Some(after)) = (minutes_from(bucket, set), minutes_from(bucket.next(), set)) else {
        return vec![];
    };
    let mut broken = vec![];
    for (kind, by) in KINDS {
        let [from_here, after] = [from_here, after].map(|minutes| reference_rows(set, minutes, by));
        for scope in account.scopes(kind) {
            let mut expected = Leaves::default();
            expected.add(row_of(&from_here, name, &scope));
            let mut found = Leaves::default();
            found.add(&in_bucket(account, &scope, bucket));
            found.add(row_of(&after, name, &scope));
            broken.extend(expected.unlike(&found, &format!("{scope:?} in {bucket:?}")));
        }
    }
    broken
}

/// For which window a bucket is the first; 0 minutes for the one that comes next.
fn minutes_from(bucket: Bucket, set: &Set) -> Option<u32> {
    if bucket > Bucket::of(set.as_of_ms) {
        return Some(0);
    }
    let minutes = u32::try_from((set.as_of_ms - bucket.start()) / 60_000).ok()?;
    (minutes > 0 && Bucket::window_start(set.as_of_ms, minutes) == bucket).then_some(minutes)
}

/// The rows of the reference for a window, if it is one.
fn reference_rows(set: &Set, minutes: u32, by: &str) -> Value {
    if minutes == 0 {
        return Value::Null;
    }
    Reference.metrics(&set.lines, &set.policies, set.as_of_ms, minutes, by)
}

/// The metrics of a row; null if there is no such row.
fn row_of<'a>(rows: &'a Value, name: &str, scope: &Scope) -> &'a Value {
    let is_it = |row: &&Value| {
        let has = |field: &str, id: &Option<String>| row[field].as_str() == id.as_deref();
        row["account_id"] == name && has("skill_id", &scope.skill) && has("agent_id", &scope.agent)
    };
    rows.as_array().into_iter().flatten().find(is_it).map_or(&Value::Null, |row| &row["metrics"])
}

/// Where the newest bucket is not the reference's window that has it alone: percentiles and distinct contacts too.
pub(super) fn broken_in_the_bucket_of_now(set: &Set) -> Vec<String> {
    // The last millisecond of a bucket, so that a minute back is still in it.
    let set = Set { as_of_ms: Bucket::of(set.as_of_ms).end() - 1, window_minutes: 1, ..set.clone() };
    let asked = answers_of(&set);
    let mut broken = vec![];
    for (kind, by) in KINDS {
        let rows = reference_rows(&set, 1, by);
        for (name, account) in &asked {
            for scope in account.scopes(kind) {
                let expected = row_of(&rows, name, &scope);
                let found = account.bucket_metrics(&scope, Bucket::of(set.as_of_ms));
                if !(expected.is_null() && found.is_zero()) {
                    broken.extend(differences(&format!("{scope:?}"), expected, &shown(&found)));
                }
            }
        }
    }
    broken
}

fn in_bucket(account: &Answers, scope: &Scope, bucket: Bucket) -> Value {
    shown(&account.bucket_metrics(scope, bucket))
}

fn shown(metrics: &cxpulse::domain::answers::metrics::Metrics) -> Value {
    serde_json::from_slice(&metrics_json(metrics)).expect("valid JSON is written")
}

/// The numbers of a `metrics` object that add up from bucket to bucket, and the greatest values, by path.
#[derive(Default)]
struct Leaves(BTreeMap<String, u64>);

/// Quotients and percentiles do not add up, nor do people who are in several buckets.
#[rustfmt::skip]
const NO_SUMS: [&str; 14] = [
    "score", "average", "interval", "response_rate", "completion", "mean_ms", "share", "p50_ms", "p90_ms", "p95_ms",
    "p99_ms", "active_agents", "unique_contacts", "thin",
];

impl Leaves {
    fn add(&mut self, metrics: &Value) {
        self.add_at("", metrics);
    }

    fn add_at(&mut self, path: &str, value: &Value) {
        match value {
            Value::Object(fields) => {
                let summed = fields.iter().filter(|(key, _)| !NO_SUMS.contains(&key.as_str()));
                summed.for_each(|(key, value)| self.add_at(&format!("{path}.{key}"), value));
            }
            Value::Array(items) => {
                items.iter().zip(0..).for_each(|(value, place)| self.add_at(&format!("{path}[{place}]"), value));
            }
            Value::Number(number) => self.add_number(path, number.as_u64()),
            _ => {}
        }
    }

    fn add_number(&mut self, path: &str, number: Option<u64>) {
        let Some(number) = number.filter(|number| *number > 0) else { return };
        let sum = self.0.entry(path.to_owned()).or_default();
        *sum = if path.ends_with("max_ms") { number.max(*sum) } else { *sum + number };
    }

    fn unlike(&self, found: &Self, of: &str) -> Vec<String> {
        let paths: std::collections::BTreeSet<&String> = self.0.keys().chain(found.0.keys()).collect();
        let differ = paths.into_iter().filter(|path| self.0.get(*path) != found.0.get(*path));
        differ.map(|path| format!("{of}{path}: {:?}, but {:?}", self.0.get(path), found.0.get(path))).collect()
    }
}
