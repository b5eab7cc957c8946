//! What the fold has to say and when: passes, their cadence, repetition, corrections, tombstones.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cxpulse::board::{Board, BucketUpdate, Pass, Subject};
use cxpulse::domain::answers::metrics::Metrics;
use cxpulse::domain::event::Millis;
use cxpulse::domain::policy::{BUILT_IN, Policies, Policy, PolicyBook};
use cxpulse::domain::scope::{Scope, ScopeKind};
use cxpulse::fold::outcomes::{EventCounts, Outcomes};
use cxpulse::fold::pass::{PassSettings, Passes};
use cxpulse::fold::{Fold, FoldSettings};
use cxpulse::wire::batch::{Arrival, RecordBatch};
use cxpulse::wire::output::keys::{bucket_key, metric_key};

/// 2026-01-05T12:00:00Z, a bucket's end.
const NOON: Millis = 1_767_614_400_000;
const SECOND: Millis = 1_000;
const MINUTE: Millis = 60 * SECOND;
const DAY: Millis = 1_440 * MINUTE;
const TICK: Millis = 250;

/// A fold with one topic, whose clock the test turns.
struct Desk {
    fold: Fold,
    passes: Passes,
    board: Arc<Board>,
    outcomes: Arc<Outcomes>,
    topics: Arc<[String]>,
    offset: i64,
    now: Millis,
    refused: Vec<String>,
}

impl Desk {
    fn with_policies(policies: PolicyBook, now: Millis) -> Self {
        Self::with_settings(PassSettings::default(), policies, now)
    }

    fn with_settings(settings: PassSettings, policies: PolicyBook, now: Millis) -> Self {
        Self::with_both(FoldSettings::default(), settings, policies, now)
    }

    fn with_both(fold: FoldSettings, settings: PassSettings, policies: PolicyBook, now: Millis) -> Self {
        let outcomes = Arc::new(Outcomes::default());
        let board = Arc::new(Board::new(&[5, 60, 1440]));
        let fold = Fold::new(fold, Arc::new(policies), outcomes.clone(), now);
        let passes = Passes::new(settings, board.clone());
        let topics = Arc::from(["conversation-events".to_owned()]);
        Self { fold, passes, board, outcomes, topics, offset: 0, now, refused: Vec::new() }
    }

    /// Caught up at `now` with nothing.
    fn open(now: Millis) -> Self {
        let mut desk = Self::with_policies(PolicyBook::default(), now);
        desk.fold.set_caught_up();
        desk
    }

    /// Folds an event of account `acme`, written as it happened.
    fn event(&mut self, at: Millis, rest: &str) {
        self.record(at, &format!(r#"{{"account_id":"acme","occurred_at":{at},{rest}}}"#));
    }

    fn record(&mut self, written: Millis, payload: &str) {
        self.arrive(written, Some(payload.as_bytes()));
    }

    fn tombstone(&mut self, written: Millis) {
        self.arrive(written, None);
    }

    fn arrive(&mut self, written: Millis, payload: Option<&[u8]>) {
        let mut batch = RecordBatch::new(self.topics.clone());
        let timestamp = Some(written);
        batch.push(Arrival { topic: 0, partition: Some(0), offset: self.offset, timestamp, key: None, payload }, []);
        self.offset += 1;
        let refused = &mut self.refused;
        self.fold.fold(&batch, &mut |record, refusal| {
            refused.push(format!("{} {}", record.place.identity_text(), refusal));
        });
    }

    /// An answer of 5 to a survey of one conversation that `lily` of `sales` talked in.
    fn answer(&mut self, at: Millis, conversation: &str) {
        let id = format!(r#""conversation_id":"{conversation}""#);
        self.event(at, &format!(r#"{id},"type":"assigned","agent_id":"lily","skill_id":"sales""#));
        self.event(at, &format!(r#"{id},"type":"survey_answered","survey_id":"s","score":5"#));
    }

    /// Lets the clock tick up to and including `until`; what was said, in order.
    fn tick_until(&mut self, until: Millis) -> Vec<Arc<Pass>> {
        let mut passes = Vec::new();
        while self.now < until {
            self.now = (self.now + TICK).min(until);
            passes.extend(self.fold.tick(self.now).and_then(|handover| self.passes.pass(handover)));
        }
        passes
    }

    fn tick(&mut self) -> Vec<Arc<Pass>> {
        self.tick_until(self.now + TICK)
    }
}

/// Every record's key with the moment of its pass, and whether it is a tombstone.
fn said(passes: &[Arc<Pass>]) -> Vec<(String, Millis, bool)> {
    let mut said = Vec::new();
    for pass in passes {
        let scopes = pass.scopes.iter().map(|s| (metric_key(&s.account, &s.scope), s.view.is_none()));
        let buckets = pass.buckets.iter().map(|b| (bucket_key(&b.account, &b.scope, b.bucket), false));
        let lives = pass.lives.iter().map(|l| (format!("live {}", l.account), l.view.is_none()));
        said.extend(scopes.chain(buckets).chain(lives).map(|(key, gone)| (key, pass.as_of, gone)));
    }
    said
}

fn keys(passes: &[Arc<Pass>]) -> BTreeSet<String> {
    said(passes).into_iter().map(|(key, ..)| key).collect()
}

fn set(keys: &[&str]) -> BTreeSet<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

#[test]
fn nothing_is_said_before_the_fold_has_caught_up_and_then_everything_as_of_one_moment() {
    let mut desk = Desk::with_policies(PolicyBook::default(), NOON);
    desk.answer(NOON - 7 * MINUTE, "c1");
    assert!(desk.tick_until(NOON + 10 * SECOND).is_empty());
    desk.fold.set_caught_up();

    let passes = desk.tick();

    assert_eq!(passes.len(), 1);
    let edge = NOON - 5 * MINUTE;
    let (account, skill) = (format!("acme/account/{edge}"), format!("acme/skill/sales/{edge}"));
    let expected = ["acme", "acme/sales", "acme/lily", "acme/sales/lily", "live acme", &account, &skill];
    assert_eq!(keys(&passes), set(&expected));
    let totals: Vec<u64> = passes[0].scopes[0]
        .view
        .as_ref()
        .map_or_else(Vec::new, |view| view.metrics.iter().map(|metrics| metrics.csat.total()).collect());
    assert_eq!(totals, [0, 1, 1], "5, 60 and 1440 minutes");
    assert_eq!((passes[0].as_of, passes[0].revision), (desk.now, 2));
}

#[test]
fn an_event_is_said_with_the_next_tick_and_agents_follow_within_their_interval() {
    let all = set(&["acme", "acme/sales", "live acme", "acme/lily", "acme/sales/lily"]);
    let agents = set(&["acme/lily", "acme/sales/lily"]);
    let mut desk = Desk::open(NOON + MINUTE);
    desk.tick();
    desk.answer(desk.now, "c1");
    assert_eq!(keys(&desk.tick()), all, "nothing was said of lily");
    let said_at = desk.now;

    desk.answer(desk.now, "c2");
    assert_eq!(keys(&desk.tick()), &all - &agents);
    desk.answer(desk.now, "c3");
    assert_eq!(keys(&desk.tick_until(said_at + 5 * SECOND - TICK)), &all - &agents);
    assert_eq!(keys(&desk.tick()), agents, "an interval after the last word");

    let quiet = desk.now + 5 * SECOND;
    assert_eq!(keys(&desk.tick_until(quiet)), set(&[]));
    desk.answer(desk.now, "c4");
    assert_eq!(keys(&desk.tick()), all, "nothing was said of lily for an interval");
}

#[test]
fn the_oldest_event_behind_a_pass_is_known_for_its_latency() {
    let mut desk = Desk::open(NOON);
    desk.answer(NOON - 2, "c1");
    desk.answer(NOON - 1, "c2");
    assert_eq!(desk.tick()[0].oldest_record, Some(NOON - 2));
}

#[test]
fn growth_alone_is_no_change() {
    let mut desk = Desk::open(NOON + MINUTE);
    desk.event(NOON + MINUTE, r#""type":"agent_status","agent_id":"lily","status":"online""#);
    desk.event(NOON + MINUTE, r#""type":"customer_message","conversation_id":"c1","characters":3"#);
    let opened = desk.now + 6 * SECOND;
    assert!(!desk.tick_until(opened).is_empty());

    assert_eq!(keys(&desk.tick_until(NOON + 4 * MINUTE)), set(&[]), "online time and the wait grow, nothing happens");
}

#[test]
fn what_readers_see_has_grown_all_the_same() {
    let mut desk = Desk::open(NOON + MINUTE);
    let status =
        |agent: &str, status: &str| format!(r#""type":"agent_status","agent_id":"{agent}","status":"{status}""#);
    desk.event(NOON + MINUTE, &status("lily", "online"));
    desk.event(NOON + MINUTE, &status("max", "away"));
    desk.event(NOON + MINUTE, &status("zoe", "offline"));
    for (conversation, agent, skill) in [("c1", "lily", "sales"), ("c2", "max", ""), ("c3", "ann", "sales")] {
        let id = format!(r#""conversation_id":"{conversation}""#);
        desk.event(NOON + MINUTE, &format!(r#"{id},"type":"assigned","skill_id":"{skill}""#));
        desk.event(NOON + MINUTE, &format!(r#"{id},"type":"customer_message","characters":3"#));
        desk.event(NOON + MINUTE + 5, &format!(r#"{id},"type":"focused","agent_id":"{agent}""#));
    }
    let asked = desk.now + 6 * SECOND;
    desk.tick_until(asked);
    assert_eq!(keys(&desk.tick_until(NOON + 4 * MINUTE + 17)), set(&[]), "nothing happens");

    let seen = desk.board.account("acme").expect("it is on the board");
    desk.fold.advance();
    let answers = desk.fold.accounts_mut()[0].1.answers();
    assert_eq!(answers.now(), desk.now);
    for kind in [ScopeKind::Account, ScopeKind::Skill, ScopeKind::Agent, ScopeKind::AgentSkill] {
        let mut asked = answers.all_window_metrics(kind, &[5, 60, 1440]);
        asked.retain(|(_, metrics)| !metrics.iter().all(Metrics::is_zero));
        assert!(asked.iter().any(|(_, metrics)| metrics[0].focus_ms > 2 * MINUTE.unsigned_abs()), "{kind:?}");
        for (scope, metrics) in asked {
            let view = &seen.scopes(kind)[&scope];
            let shown = (0..metrics.len()).map(|window| view.window_at(window, desk.now).into_owned());
            assert_eq!(shown.collect::<Vec<_>>(), metrics, "{scope:?}");
        }
    }
    assert_eq!(seen.live.as_ref().map(|view| view.at(desk.now)), Some(answers.live()));
}

#[test]
fn a_snooze_that_ends_by_itself_is_said_within_seconds() {
    let mut desk = Desk::open(NOON + MINUTE);
    let until = NOON + 3 * MINUTE;
    desk.event(NOON + MINUTE, r#""conversation_id":"c1","type":"customer_message","characters":3"#);
    desk.event(NOON + MINUTE + 1, &format!(r#""conversation_id":"c1","type":"snoozed","until":{until}"#));
    let snoozing = desk.tick_until(until - SECOND);
    let waiting = |passes: &[Arc<Pass>]| -> Vec<u64> {
        let lives = passes.iter().flat_map(|pass| &pass.lives).filter_map(|update| update.view.as_ref());
        lives.map(|view| view.live.waiting).collect()
    };
    assert_eq!(waiting(&snoozing), [0]);

    assert_eq!(waiting(&desk.tick_until(until + 2 * SECOND)), [1]);
}

#[test]
fn what_a_buckets_end_moves_follows_within_half_a_minute_with_the_closed_bucket() {
    // Nothing is due again meanwhile.
    let settings = PassSettings { republish_after_ms: DAY, ..PassSettings::default() };
    let mut desk = Desk::with_settings(settings, PolicyBook::default(), NOON + MINUTE);
    desk.fold.set_caught_up();
    desk.answer(NOON + MINUTE, "c1");
    let settled = desk.now + 6 * SECOND;
    desk.tick_until(settled);
    let edge = NOON + 5 * MINUTE;
    assert_eq!(keys(&desk.tick_until(edge - TICK)), set(&[]));

    let at_end_of_bucket = keys(&desk.tick_until(edge + 30 * SECOND));
    let (account, skill) = (format!("acme/account/{edge}"), format!("acme/skill/sales/{edge}"));
    assert!(at_end_of_bucket.is_superset(&set(&[&account, &skill])), "{at_end_of_bucket:?}");

    desk.tick_until(edge + 5 * MINUTE - TICK);
    let passes = desk.tick_until(edge + 5 * MINUTE + 30 * SECOND);
    let moved = keys(&passes);
    assert!(moved.is_superset(&set(&["acme", "acme/sales", "acme/lily", "acme/sales/lily"])), "{moved:?}");
    let account = passes.iter().flat_map(|pass| &pass.scopes).find(|update| update.scope.kind() as usize == 0);
    let totals: Vec<u64> = account
        .and_then(|update| update.view.as_ref())
        .map_or_else(Vec::new, |view| view.metrics.iter().map(|metrics| metrics.csat.total()).collect());
    assert_eq!(totals, [0, 1, 1], "it has left the window of five minutes");
}

#[test]
fn a_closed_bucket_is_said_again_when_a_late_event_corrects_it() {
    let mut desk = Desk::open(NOON + 11 * MINUTE);
    desk.tick();
    desk.answer(NOON + 2 * MINUTE, "c1");
    let key = format!("acme/account/{}", NOON + 5 * MINUTE);
    assert!(keys(&desk.tick()).contains(&key));
    desk.answer(NOON + 2 * MINUTE + 1, "c2");
    let passes = desk.tick();
    let counts = passes.iter().flat_map(|pass| &pass.buckets).filter(|bucket| bucket.scope.skill.is_none());
    assert_eq!(counts.map(|bucket| bucket.metrics.csat.total()).collect::<Vec<_>>(), [2]);
}

#[test]
fn closed_buckets_of_agents_are_said_where_they_are_asked_for_and_again_when_corrected() {
    let settings = PassSettings { buckets: [false, false, true, true], ..PassSettings::default() };
    let mut desk = Desk::with_settings(settings, PolicyBook::default(), NOON + MINUTE);
    desk.fold.set_caught_up();
    desk.answer(NOON + MINUTE, "c1");
    desk.event(NOON + MINUTE, r#""type":"agent_status","agent_id":"max","status":"online""#);
    let edge = NOON + 5 * MINUTE;
    let buckets = |passes: &[Arc<Pass>]| -> Vec<(String, u64)> {
        let updates = passes.iter().flat_map(|pass| &pass.buckets);
        let key = |update: &BucketUpdate| bucket_key(&update.account, &update.scope, update.bucket);
        updates.map(|update| (key(update), update.metrics.csat.total())).collect()
    };
    assert_eq!(buckets(&desk.tick_until(edge - TICK)), [], "no bucket has ended");

    let ended = buckets(&desk.tick_until(edge + 30 * SECOND));

    let [lily, in_sales] = ["agent/lily", "agent-skill/sales/lily"].map(|of| format!("acme/{of}/{edge}"));
    let max = format!("acme/agent/max/{edge}");
    let ended: BTreeMap<String, u64> = ended.into_iter().collect();
    assert_eq!(ended, BTreeMap::from([(lily.clone(), 1), (in_sales.clone(), 1), (max, 0)]), "nobody else did anything");

    desk.answer(NOON + 2 * MINUTE, "c2");
    let corrected = buckets(&desk.tick_until(edge + MINUTE));
    assert_eq!(corrected, [(lily, 2), (in_sales, 2)]);
}

#[test]
fn everything_that_is_not_empty_is_said_again_within_five_minutes() {
    let mut desk = Desk::open(NOON + MINUTE);
    for conversation in 0..40 {
        let id = format!(r#""conversation_id":"c{conversation}""#);
        desk.event(NOON + MINUTE, &format!(r#"{id},"type":"assigned","agent_id":"a{conversation}","skill_id":"s""#));
        desk.event(NOON + MINUTE, &format!(r#"{id},"type":"survey_answered","score":4"#));
    }
    let end = NOON + 41 * MINUTE;
    let mut times: BTreeMap<String, Vec<Millis>> = BTreeMap::new();
    for (key, at, _) in said(&desk.tick_until(end)) {
        times.entry(key).or_default().push(at);
    }
    times.retain(|key, _| key.split('/').all(|part| part.parse::<i64>().is_err()));
    assert_eq!(times.len(), 1 + 1 + 40 + 40 + 1);
    for (key, times) in &mut times {
        times.push(end);
        let longest = times.windows(2).map(|pair| pair[1] - pair[0]).max();
        assert!(longest <= Some(5 * MINUTE), "{key}: {longest:?}");
    }
}

#[test]
fn a_scope_that_falls_to_zero_is_said_once_more_as_zeros_and_a_day_later_as_a_tombstone() {
    let mut desk = Desk::open(NOON);
    desk.answer(NOON, "c1");
    desk.event(NOON, r#""conversation_id":"c1","type":"closed""#);
    let quiet = NOON + DAY - MINUTE;
    desk.tick_until(quiet);

    let zeros = desk.tick_until(NOON + DAY + 20 * MINUTE);
    let mut last =
        zeros.iter().flat_map(|pass| &pass.scopes).filter(|update| metric_key("acme", &update.scope) == "acme/sales");
    let last = last.next_back().and_then(|update| update.view.clone()).expect("the skill was said");
    assert!(last.metrics.iter().all(Metrics::is_zero));

    assert_eq!(keys(&desk.tick_until(NOON + 2 * DAY)), set(&[]), "zeros are said once");

    let gone = said(&desk.tick_until(NOON + 2 * DAY + 40 * MINUTE));
    let tombstones: BTreeSet<&str> = gone.iter().filter(|(.., gone)| *gone).map(|(key, ..)| key.as_str()).collect();
    assert_eq!(tombstones, BTreeSet::from(["acme", "acme/lily", "acme/sales", "acme/sales/lily"]));
    assert!(gone.iter().filter(|(_, _, gone)| !gone).all(|(key, ..)| key == "live acme"), "{gone:?}");
}

#[test]
fn what_could_not_be_published_is_said_again_at_once_although_nothing_changed() {
    let mut desk = Desk::open(NOON + MINUTE);
    desk.answer(NOON + MINUTE, "c1");
    let passes = desk.tick();
    let settled = desk.now + 6 * SECOND;
    desk.tick_until(settled);
    assert_eq!(keys(&desk.tick()), set(&[]));
    let account = passes[0].scopes[0].account.clone();
    let failed = [
        Subject::Scope(account.clone(), passes[0].scopes[0].scope.clone()),
        Subject::Live(account),
        Subject::Live(Arc::from("nobody")),
    ];

    desk.passes.give_back(failed.into_iter().collect());

    assert_eq!(keys(&desk.tick()), set(&["acme", "live acme"]));
}

#[test]
fn every_record_is_counted_by_its_ending_and_the_refused_are_shown() {
    let mut desk = Desk::open(NOON);
    let id = r#""conversation_id":"c1","type":"handed_off""#;
    desk.event(NOON, &format!(r#"{id},"event_id":"e1""#));
    desk.event(NOON, &format!(r#"{id},"event_id":"e1""#));
    desk.event(NOON - 1, &format!(r#"{id},"event_id":"e1""#));
    desk.event(NOON + MINUTE, &format!(r#"{id},"event_id":"e2""#));
    desk.event(NOON, r#""conversation_id":"c1","type":"sang_a_song""#);
    let at = |at: Millis| format!(r#"{{"account_id":"acme","occurred_at":{at},{id}}}"#);
    desk.record(NOON + DAY, &at(NOON));
    desk.record(NOON + DAY + 1, &at(NOON));
    desk.record(NOON - 60 * MINUTE, &at(NOON));
    desk.record(NOON - 60 * MINUTE - 1, &at(NOON));
    desk.record(NOON, "\u{1}");
    desk.tombstone(NOON);

    let (events, skipped) = (desk.outcomes.events(), desk.outcomes.skipped());
    assert_eq!(events, EventCounts { applied: 3, held: 1, duplicate: 1, conflicting: 1 });
    assert_eq!((skipped.late, skipped.unknown, skipped.rejected(), skipped.empty), (1, 1, 2, 1));
    let places = ["conversation-events/0/00000000000000000008 far_future: occurred_at"];
    assert_eq!(desk.refused[..1], places);
    assert!(desk.refused[1].starts_with("conversation-events/0/00000000000000000009 "), "{:?}", desk.refused);
    assert_eq!(desk.fold.progress().revision(), 11);
}

#[test]
fn where_the_accounts_are_listed_an_event_of_another_one_is_refused_and_counted() {
    let accounts = Some(std::iter::once("acme".to_owned()).collect());
    let settings = FoldSettings { accounts, ..FoldSettings::default() };
    let mut desk = Desk::with_both(settings, PassSettings::default(), PolicyBook::default(), NOON);
    desk.fold.set_caught_up();
    let started = r#""conversation_id":"c1","type":"conversation_started""#;
    desk.event(NOON, started);
    desk.record(NOON, &format!(r#"{{"account_id":"other","occurred_at":{NOON},{started}}}"#));
    desk.record(NOON + DAY + 1, &format!(r#"{{"account_id":"other","occurred_at":{NOON},{started}}}"#));
    assert_eq!(desk.refused, ["conversation-events/0/00000000000000000001 unknown_account: account_id"]);
    let (events, skipped) = (desk.outcomes.events(), desk.outcomes.skipped());
    assert_eq!((events.applied, skipped.late), (1, 1), "late is late, whose it may be");
    assert_eq!(skipped.by_reason().filter(|(_, n)| *n > 0).collect::<Vec<_>>(), [("unknown_account", 1)]);
    assert_eq!(desk.fold.accounts().len(), 1);
}

#[test]
fn an_account_that_no_longer_names_its_agents_has_their_records_taken_back() {
    let silent = Policy { agent_metrics: false, ..BUILT_IN };
    let policies = Policies::new(vec![(NOON + 7 * MINUTE, silent)]).expect("one version");
    let book = PolicyBook { accounts: std::iter::once(("acme".to_owned(), policies.into())).collect() };
    let mut desk = Desk::with_policies(book, NOON);
    desk.fold.set_caught_up();
    desk.answer(NOON + MINUTE, "c1");
    let named = keys(&desk.tick_until(NOON + 6 * MINUTE));
    assert!(named.contains("acme/lily") && named.contains("acme/sales/lily"));

    desk.answer(NOON + 7 * MINUTE, "c2");
    let after = said(&desk.tick_until(NOON + 11 * MINUTE));

    let agents: Vec<_> = after.iter().filter(|(key, ..)| key.ends_with("lily")).collect();
    let last: BTreeMap<&str, bool> = agents.iter().map(|(key, _, gone)| (key.as_str(), *gone)).collect();
    assert_eq!(last, BTreeMap::from([("acme/lily", true), ("acme/sales/lily", true)]));
}

#[test]
fn a_view_says_in_which_bucket_its_scope_was_last_active_whatever_came_late_or_was_taken_back() {
    let mut desk = Desk::open(NOON);
    let active = |desk: &Desk, skill: Option<&str>, agent: Option<&str>| {
        let scope = Scope { skill: skill.map(str::to_owned), agent: agent.map(str::to_owned) };
        let account = desk.board.account("acme").expect("it is on the board");
        let view = account.scopes(scope.kind()).get(&scope).expect("its scope too");
        view.active_at(desk.now).map(|bucket| NOON - bucket.end())
    };
    let message = r#""type":"agent_message","agent_id":"lily","characters":1"#;
    desk.event(NOON - 60 * MINUTE, r#""conversation_id":"c1","type":"assigned","skill_id":"sales""#);
    desk.event(NOON - 58 * MINUTE, &format!(r#""conversation_id":"c1",{message}"#));
    desk.event(NOON - 179 * MINUTE, &format!(r#""conversation_id":"c2",{message}"#));
    desk.tick_until(NOON + 6 * SECOND);
    let an_hour_ago = Some(55 * MINUTE);
    assert_eq!(active(&desk, None, None), an_hour_ago);
    assert_eq!(active(&desk, Some("sales"), None), an_hour_ago);
    assert_eq!(active(&desk, None, Some("lily")), an_hour_ago);
    assert_eq!(active(&desk, Some("sales"), Some("lily")), an_hour_ago);
    assert_eq!(active(&desk, Some("-1"), Some("lily")), Some(175 * MINUTE));

    // A message of a quarter of an hour ago turns out to be a repeat of an earlier one.
    for minutes in [14, 70] {
        let repeated = format!(r#""event_id":"e1","conversation_id":"c1",{message}"#);
        desk.event(NOON - minutes * MINUTE, &repeated);
    }
    desk.tick_until(NOON + 12 * SECOND);
    assert_eq!(active(&desk, Some("sales"), None), an_hour_ago);
    assert_eq!(active(&desk, Some("sales"), Some("lily")), an_hour_ago);

    // A status ended 20 minutes ago.
    desk.event(NOON - 50 * MINUTE, r#""type":"agent_status","agent_id":"lily","status":"online""#);
    desk.event(NOON - 20 * MINUTE, r#""type":"agent_status","agent_id":"lily","status":"offline""#);
    desk.tick_until(NOON + 18 * SECOND);
    assert_eq!(active(&desk, None, Some("lily")), Some(20 * MINUTE));
    assert_eq!(active(&desk, Some("sales"), Some("lily")), an_hour_ago, "presence belongs to no skill");

    desk.event(NOON - 7 * MINUTE, r#""conversation_id":"c1","type":"focused","agent_id":"lily""#);
    desk.tick_until(NOON + 24 * SECOND);
    assert_eq!(active(&desk, None, Some("lily")), Some(-5 * MINUTE), "a visit goes on");
}

/// A desk with one message of each of 400 agents: each is one scope and, within no skill, another; a pass says 250 of them.
fn four_hundred_agents() -> Desk {
    let mut desk = Desk::open(NOON);
    for agent in 0..400 {
        let talk =
            format!(r#""conversation_id":"c{agent}","type":"agent_message","agent_id":"a{agent}","characters":1"#);
        desk.event(NOON, &talk);
    }
    desk
}

#[test]
fn how_long_agents_wait_for_their_turn_is_told() {
    let mut desk = four_hundred_agents();
    let mut behind = || {
        desk.tick();
        desk.passes.behind_ms()
    };
    assert_eq!([(); 4].map(|()| behind()), [0, TICK, 2 * TICK, 0]);
}

#[test]
fn agents_that_a_pass_has_no_room_for_are_said_before_the_next_one_if_there_is_time() {
    let mut desk = four_hundred_agents();
    let first = desk.tick().remove(0);
    let mut passes = vec![first.clone()];
    while desk.passes.are_agents_left() {
        passes.extend(desk.passes.pass_agents());
    }
    assert!(passes.iter().all(|pass| (pass.as_of, pass.revision) == (first.as_of, first.revision)));
    let of_agents = |pass: &Arc<Pass>| pass.scopes.iter().filter(|update| update.scope.agent.is_some()).count();
    assert_eq!(passes.iter().map(of_agents).collect::<Vec<_>>(), [250, 250, 250, 50]);
    assert_eq!(passes[1..].iter().map(|pass| pass.len()).sum::<usize>(), 550, "of agents, and nothing else again");
    assert_eq!((desk.tick().len(), desk.passes.behind_ms()), (0, 0));
}
