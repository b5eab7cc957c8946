//! The library as `replay` uses it, and the batch reference, behind one face: event lines in, answers out.

use std::collections::BTreeMap;
use std::sync::Arc;

use cxpulse::domain::account::{Account, AccountSettings};
use cxpulse::domain::answers::Answers;
use cxpulse::domain::history::HistorySettings;
use cxpulse::domain::policy::PolicyBook;
use cxpulse::domain::scope::ScopeKind;
use cxpulse::fold::intake::{self, Folder};
use cxpulse::fold::outcomes::Outcomes;
use cxpulse::wire::batch::{Arrival, RecordBatch};
use cxpulse::wire::{Refusal, output::json, policy};
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

use crate::reference::{self, By, Input, Question};
use crate::scenarios::{Counts, Subject};

/// So few closed conversations keep their state that others are folded again all the time.
const RESTING: usize = 1;
/// From so many events on a life is long, where any is.
const LONG: usize = 2;

/// The fold under test.
pub(crate) struct Engine;

/// Accounts by id, and how the lines ended.
pub(crate) struct Folded {
    pub(crate) accounts: BTreeMap<String, Account>,
    outcomes: Outcomes,
}

/// Answers by account.
pub(crate) type Asked = BTreeMap<String, Answers>;

/// How many lines are folded together: one by one as often as not, so that what comes late is late.
const TOGETHER: [usize; 4] = [1, 1, 5, 64];

/// Folds lines, in their order, as of a moment; by the batch, how long is up to the first line.
pub(crate) fn fold(lines: &[String], policies: &PolicyBook, as_of_ms: i64) -> Folded {
    let mut folded = Folded::nothing();
    let drawn = lines.first().map_or(0, |line| xxh3_64(line.as_bytes()));
    let numbered: Vec<(u64, &str)> = (1..).zip(lines.iter().map(String::as_str)).collect();
    for together in numbered.chunks(TOGETHER[drawn as usize % TOGETHER.len()]) {
        folded.add(together, &|name| account(policies, as_of_ms, name));
    }
    folded.advance_to(as_of_ms);
    folded
}

impl Folded {
    /// Before the first line.
    pub(crate) fn nothing() -> Self {
        Self { accounts: BTreeMap::new(), outcomes: Outcomes::default() }
    }

    /// Every account in which anything happened, ready to be asked.
    pub(crate) fn asked(&mut self) -> Asked {
        let accounts = self.accounts.iter_mut().filter(|(_, account)| !account.is_empty());
        accounts.map(|(name, account)| (name.clone(), account.answers())).collect()
    }

    /// Lets time pass in every account.
    pub(crate) fn advance_to(&mut self, now_ms: i64) {
        self.accounts.values_mut().for_each(|account| account.advance_to(now_ms));
    }

    /// Folds lines with their numbers, together, as `replay` does.
    fn add(&mut self, lines: &[(u64, &str)], new: &dyn Fn(&str) -> Account) {
        let mut batch = RecordBatch::new(Arc::from(["test".to_owned()]));
        for (number, line) in lines {
            let (offset, payload) = (i64::try_from(*number).expect("few lines"), Some(line.as_bytes()));
            batch.push(Arrival { topic: 0, partition: None, offset, timestamp: None, key: None, payload }, []);
        }
        intake::fold(&batch, &self.outcomes, &mut Folding { accounts: &mut self.accounts, new });
    }

    /// What was skipped.
    pub(crate) fn counts(&self) -> Counts {
        let (events, skipped) = (self.outcomes.events(), self.outcomes.skipped());
        Counts {
            late: skipped.late,
            unknown: skipped.unknown,
            rejected: skipped.rejected(),
            duplicate: events.duplicate,
            conflicting: events.conflicting,
        }
    }
}

/// Accounts by id, each made when its first event comes.
struct Folding<'a> {
    accounts: &'a mut BTreeMap<String, Account>,
    new: &'a dyn Fn(&str) -> Account,
}

impl Folder for Folding<'_> {
    type Key = String;

    fn find(&mut self, id: &str) -> Result<String, Refusal> {
        self.accounts.entry(id.to_owned()).or_insert_with(|| (self.new)(id));
        Ok(id.to_owned())
    }

    fn account(&mut self, key: &String) -> &mut Account {
        self.accounts.get_mut(key).expect("it was found")
    }
}

fn account(policies: &PolicyBook, as_of_ms: i64, name: &str) -> Account {
    Account::new(policies.of(name), &settings(as_of_ms), as_of_ms)
}

/// As few states as can be, so that they are folded again and again; and every other time nearly all lives are long.
fn settings(as_of_ms: i64) -> AccountSettings {
    let long_from = if as_of_ms % 2 == 0 { LONG } else { usize::MAX };
    let history = HistorySettings { closed_states: RESTING, long_from, ..HistorySettings::default() };
    AccountSettings { history, ..AccountSettings::default() }
}

/// Folds one more line; an account that it is the first of is asked from `as_of_ms` on.
pub(crate) fn add_line(folded: &mut Folded, policies: &PolicyBook, as_of_ms: i64, number: u64, line: &str) {
    folded.add(&[(number, line)], &|name| account(policies, as_of_ms, name));
}

/// Folds one more line; an account that it is the first of is as `new` makes it.
pub(crate) fn add_line_to(folded: &mut Folded, number: u64, line: &str, new: impl Fn(&str) -> Account) {
    folded.add(&[(number, line)], &new);
}

/// The policy book of a policy document.
pub(crate) fn book(policies: &Value) -> PolicyBook {
    if policies.is_null() {
        return PolicyBook::default();
    }
    policy::from_json(policies.to_string().as_bytes()).expect("tests give good policies")
}

/// What `replay` prints for a folded account set.
pub(crate) fn metrics_of(asked: &Asked, window_minutes: u32, kind: ScopeKind) -> Value {
    let mut all = Vec::new();
    for (name, account) in asked {
        for (scope, metrics) in account.all_window_metrics(kind, &[window_minutes]) {
            if !metrics[0].is_zero() {
                all.push(parsed(&json::replay_json(name, &scope, window_minutes, account.now(), &metrics[0])));
            }
        }
    }
    Value::Array(all)
}

/// Live states as `replay` prints them.
pub(crate) fn live_of(asked: &Asked) -> Value {
    let live =
        |(name, account): (&String, &Answers)| parsed(&json::live_json(name, account.now(), None, &account.live()));
    asked.iter().map(live).collect()
}

/// Decisions on rating requests as `replay` prints them.
pub(crate) fn requests_of(folded: &mut Folded) -> Value {
    let requests = folded.accounts.iter_mut().flat_map(|(name, account)| {
        let requests = account.rating_requests(name).into_iter();
        requests.map(|request| parsed(&json::rating_request_json(name, &request))).collect::<Vec<_>>()
    });
    requests.collect()
}

fn parsed(json: &[u8]) -> Value {
    serde_json::from_slice(json).expect("valid JSON is written")
}

/// A scope's word on the command line.
pub(crate) fn kind_named(by: &str) -> ScopeKind {
    match by {
        "account" => ScopeKind::Account,
        "skill" => ScopeKind::Skill,
        "agent" => ScopeKind::Agent,
        "agent-skill" => ScopeKind::AgentSkill,
        other => panic!("no scope is called {other}"),
    }
}

impl Subject for Engine {
    fn metrics(&self, lines: &[String], policies: &Value, as_of_ms: i64, window_minutes: u32, by: &str) -> Value {
        metrics_of(&fold(lines, &book(policies), as_of_ms).asked(), window_minutes, kind_named(by))
    }

    fn live(&self, lines: &[String], policies: &Value, as_of_ms: i64) -> Value {
        live_of(&fold(lines, &book(policies), as_of_ms).asked())
    }

    fn rating_requests(&self, lines: &[String], policies: &Value, as_of_ms: i64) -> Value {
        requests_of(&mut fold(lines, &book(policies), as_of_ms))
    }

    fn counts(&self, lines: &[String], policies: &Value, as_of_ms: i64) -> Counts {
        fold(lines, &book(policies), as_of_ms).counts()
    }
}

/// The batch reference.
pub(crate) struct Reference;

fn inputs(lines: &[String]) -> Vec<Input> {
    let input = |(line_number, text): (u64, &String)| Input { name: "test".into(), line_number, text: text.clone() };
    (1..).zip(lines).map(input).collect()
}

/// The reference's answer to a question about one account.
pub(crate) fn asked_of_reference(lines: &[String], policies: &Value, account: &str, asked: &reference::Asked) -> Value {
    reference::answer(&inputs(lines), policies, account, asked)
}

/// What the reference keeps beside the numbers.
pub(crate) fn words_of_reference(lines: &[String], policies: &Value, as_of_ms: i64) -> Value {
    reference::words(&inputs(lines), policies, as_of_ms)
}

/// Ratings, conversations and agents one by one, as the reference has them.
pub(crate) fn people_of_reference(lines: &[String], policies: &Value, as_of_ms: i64) -> Value {
    reference::people(&inputs(lines), policies, as_of_ms)
}

impl Subject for Reference {
    fn metrics(&self, lines: &[String], policies: &Value, as_of_ms: i64, window_minutes: u32, by: &str) -> Value {
        let by = match kind_named(by) {
            ScopeKind::Account => By::Account,
            ScopeKind::Skill => By::Skill,
            ScopeKind::Agent => By::Agent,
            ScopeKind::AgentSkill => By::AgentSkill,
        };
        reference::metrics(&inputs(lines), policies, &Question { as_of_ms, window_minutes, by, account: None })
    }

    fn live(&self, lines: &[String], policies: &Value, as_of_ms: i64) -> Value {
        reference::live(&inputs(lines), policies, as_of_ms)
    }

    fn rating_requests(&self, lines: &[String], policies: &Value, as_of_ms: i64) -> Value {
        reference::rating_requests(&inputs(lines), policies, as_of_ms)
    }

    fn counts(&self, lines: &[String], _policies: &Value, as_of_ms: i64) -> Counts {
        let counts = reference::counts(&inputs(lines), as_of_ms);
        let [late, unknown, rejected, duplicate, conflicting] =
            [counts.late, counts.unknown, counts.rejected, counts.duplicate, counts.conflicting].map(|n| n as u64);
        Counts { late, unknown, rejected, duplicate, conflicting }
    }
}
