//! The sixth law: what is forgotten could never have changed an answer.
//!
//! The records of a set lie in three partitions, each in the order in which they were written, and are read at
//! different speeds. Two folds get them; one of them forgets, again and again, whatever all partitions have passed. At
//! no moment may anybody tell them apart, and in the end both must say what the batch reference says.

use std::collections::BTreeMap;

use cxpulse::domain::account::{Account, AccountSettings};
use cxpulse::domain::answers::Answers as Asked;
use cxpulse::domain::history::HistorySettings;
use cxpulse::domain::life::silence::Silence;
use serde_json::Value;

use crate::engine::{Folded, add_line_to, book};
use crate::reference::with_silences;

use super::answers::{Answers, answers, reference_answers, unequal, unlike_the_reference};
use super::arrival::drawn;
use super::changes::Named;
use super::random::Set;

const HOUR_MS: i64 = 3_600_000;
const LATE_AFTER_MS: i64 = 24 * HOUR_MS;
const PARTITIONS: u64 = 3;
/// The silences that end a life.
const FORGET_AFTER_MS: [i64; 6] = [HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS, 24 * HOUR_MS, 30 * HOUR_MS, 72 * HOUR_MS];
/// By how much longer a silence ends an open one.
const OPEN_FOR_LONGER_MS: [i64; 4] = [0, HOUR_MS, 12 * HOUR_MS, 48 * HOUR_MS];
/// How far a partition is read behind the one read first.
const LAGS_MS: [i64; 4] = [0, 0, HOUR_MS, 11 * HOUR_MS];

/// What differs between a fold that forgets and one that does not, or the reference.
pub(super) fn broken_by_forgetting(set: &Set) -> Vec<String> {
    let delivery = Delivery::of(set);
    let mut two = Two::new(set, &delivery);
    for (number, record) in (1..).zip(&delivery.records) {
        two.read(number, record);
        if drawn(record.line, set.seed ^ 3).is_multiple_of(3) {
            two.forget();
        }
        if drawn(record.line, set.seed ^ 4).is_multiple_of(8) {
            let broken = two.differences();
            if !broken.is_empty() {
                return [broken, vec![format!("after\n{}", record.line)]].concat();
            }
        }
    }
    two.finish()
}

/// The same of the set of days with the same seed.
#[cfg(feature = "planted-bugs")]
pub(super) fn broken_by_forgetting_in_days(set: &Set) -> Vec<String> {
    broken_by_forgetting(&Set::of_days(set.seed))
}

/// A line on its way.
struct Record<'a> {
    line: &'a String,
    partition: usize,
    written_ms: i64,
}

/// The records that are written by the time of the question, in the order in which they are read.
struct Delivery<'a> {
    records: Vec<Record<'a>>,
    /// How many records of each partition are yet to be read.
    left: [usize; PARTITIONS as usize],
}

impl<'a> Delivery<'a> {
    fn of(set: &'a Set) -> Self {
        let record = |line: &'a String| {
            let event: Value = serde_json::from_str(line).expect("our own");
            let partition = (drawn(line, set.seed) % PARTITIONS) as usize;
            Record { line, partition, written_ms: event["recorded_at"].as_i64().expect("our own") }
        };
        let lag = |partition: usize| LAGS_MS[((set.seed >> (2 * partition)) % 4) as usize];
        let written = set.lines.iter().map(record).filter(|record| record.written_ms <= set.as_of_ms);
        let mut records: Vec<Record<'_>> = written.collect();
        records.sort_by_key(|one| (one.written_ms + lag(one.partition), one.written_ms, drawn(one.line, 5)));
        let mut left = [0; PARTITIONS as usize];
        records.iter().for_each(|record| left[record.partition] += 1);
        Self { records, left }
    }
}

/// A fold that forgets and one that does not.
struct Two<'a> {
    set: &'a Set,
    silence: Silence,
    forgetting: Folded,
    remembering: Folded,
    lines: Vec<String>,
    now_ms: i64,
    /// When the last record read of each partition was written.
    passed_ms: [Option<i64>; PARTITIONS as usize],
    left: [usize; PARTITIONS as usize],
    /// What was told of both, to know what changed since.
    asked: [BTreeMap<String, Asked>; 2],
}

impl<'a> Two<'a> {
    fn new(set: &'a Set, delivery: &Delivery<'_>) -> Self {
        Self {
            set,
            silence: silence(set.seed),
            forgetting: Folded::nothing(),
            remembering: Folded::nothing(),
            lines: Vec::new(),
            now_ms: i64::MIN,
            passed_ms: [None; PARTITIONS as usize],
            left: delivery.left,
            asked: Default::default(),
        }
    }

    fn read(&mut self, number: u64, record: &Record<'_>) {
        self.advance_to(record.written_ms);
        let (policies, now_ms, silence) = (book(&self.set.policies), self.now_ms, self.silence);
        for folded in [&mut self.forgetting, &mut self.remembering] {
            add_line_to(folded, number, record.line, |name| {
                let history = HistorySettings { silence, closed_states: 2, ..HistorySettings::default() };
                let settings = AccountSettings { history, ..AccountSettings::default() };
                Account::new(policies.of(name), &settings, now_ms)
            });
        }
        self.lines.push(record.line.clone());
        self.passed_ms[record.partition] = Some(record.written_ms);
        self.left[record.partition] -= 1;
    }

    fn advance_to(&mut self, now_ms: i64) {
        self.now_ms = self.now_ms.max(now_ms);
        self.forgetting.advance_to(self.now_ms);
        self.remembering.advance_to(self.now_ms);
    }

    /// Forgets what every partition has passed, if all have been read; one at its end has passed everything by now.
    fn forget(&mut self) {
        let at_end = |partition: usize| (self.left[partition] == 0).then_some(self.now_ms);
        let passed = |partition: usize| at_end(partition).or(self.passed_ms[partition]);
        let all: Option<Vec<i64>> = (0..PARTITIONS as usize).map(passed).collect();
        let Some(passed_ms) = all.and_then(|all| all.into_iter().min()) else { return };
        let at_once = if self.set.seed.is_multiple_of(2) { 2 } else { usize::MAX };
        for account in self.forgetting.accounts.values_mut() {
            account.forget_before(passed_ms - LATE_AFTER_MS, at_once);
        }
    }

    fn answers(&mut self) -> [Answers; 2] {
        [&mut self.remembering, &mut self.forgetting].map(|folded| without_requests(answers(folded, 1440)))
    }

    fn differing_answers(&mut self) -> Vec<String> {
        self.advance_to(self.now_ms);
        let [expected, found] = self.answers();
        unequal(&expected, &found)
    }

    fn differences(&mut self) -> Vec<String> {
        let mut broken = self.differing_answers();
        for (name, account) in &mut self.forgetting.accounts {
            let other = self.remembering.accounts.get_mut(name).expect("both have got the same lines");
            let [found, expected] = [(0, account), (1, other)].map(|(which, account)| {
                let asked = self.asked[which].entry(name.clone());
                let answers = asked.or_insert_with(|| Asked::new(account.view(), true));
                answers.renew(account.view().into());
                Named::drained(answers)
            });
            // A status that lapsed long ago is marked once more when another follows, if it is remembered.
            let scopes = found.scopes.iter().all(|scope| expected.scopes.contains(scope));
            let buckets = found.buckets.iter().all(|bucket| expected.buckets.contains(bucket));
            if !scopes || !buckets {
                broken.push(format!("{name}: changes because it forgot: {found:?}"));
            }
        }
        if self.remembering.counts() != self.forgetting.counts() {
            broken.push(format!("counts: {:?}, {:?}", self.remembering.counts(), self.forgetting.counts()));
        }
        broken
    }

    /// What differs in the end: from the reference, and under other policies.
    fn finish(&mut self) -> Vec<String> {
        self.advance_to(self.set.as_of_ms);
        self.forget();
        let mut broken = self.differences();
        let asked = Set { lines: self.lines.clone(), window_minutes: 1440, ..self.set.clone() };
        let Silence { closed_ms, open_ms } = self.silence;
        let expected = with_silences(closed_ms, open_ms, || without_requests(reference_answers(&asked)));
        broken.extend(unlike_the_reference(&expected, &self.answers()[1]));
        self.restate();
        broken.extend(self.differing_answers());
        broken
    }

    fn restate(&mut self) {
        let other = book(&Set::random(self.set.seed + 7_919).policies);
        for folded in [&mut self.forgetting, &mut self.remembering] {
            folded.accounts.iter_mut().for_each(|(name, account)| account.restate(other.of(name)));
        }
    }
}

/// The silences that end a life in the set of a seed.
fn silence(seed: u64) -> Silence {
    let closed_ms = FORGET_AFTER_MS[(seed % 6) as usize];
    Silence { closed_ms, open_ms: closed_ms + OPEN_FOR_LONGER_MS[(seed / 6 % 4) as usize] }
}

/// `replay` alone is asked for them, and forgets nothing.
fn without_requests(mut answers: Answers) -> Answers {
    answers.retain(|(asked, _)| asked != "rating-requests");
    answers
}
