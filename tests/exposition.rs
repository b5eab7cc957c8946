//! The board as Prometheus text: names by the rule, escapes, the cap, and what is not there.

use std::sync::Arc;

use cxpulse::board::{LiveView, ScopeView};
use cxpulse::domain::account::{Account, AccountSettings};
use cxpulse::domain::answers::live::{Live, Waiting};
use cxpulse::domain::answers::metrics::{Availability, Csat, Durations, Metrics, Percentiles, Refused, Sla};
use cxpulse::domain::answers::rates::Rates;
use cxpulse::domain::bucket::Bucket;
use cxpulse::domain::event::{Body, Change, Event, Identity, Millis, Outcome as Ended, Sequence, Side, Text};
use cxpulse::domain::fact::DurationKind;
use cxpulse::domain::history::Fate;
use cxpulse::domain::policy::Policies;
use cxpulse::domain::scope::{Scope, ScopeKind};
use cxpulse::serve::exposition::{LeftOut, Reading, Row, window, write_scopes};
use cxpulse::serve::flows::Flows;
use cxpulse::serve::selection::Families;

fn quiet() -> Metrics {
    Metrics::default()
}

fn busy() -> Metrics {
    Metrics {
        csat: Csat { answers: [1, 0, 2, 1, 1], sent: 8, sent_answered: 4, refused: Refused::default() },
        first_response: Durations {
            count: 3,
            sum_ms: 100_000,
            percentiles: Some(Percentiles {
                p50_ms: 30_000,
                p90_ms: 60_500,
                p95_ms: 60_500,
                p99_ms: 60_500,
                max_ms: 60_001,
            }),
        },
        first_response_sla: Sla { within: 2, count: 4 },
        availability: Some(Availability { online_ms: 3_000, away_ms: 1_000 }),
        unique_contacts: Some(3),
        minimum_n: Some(4),
        ..Metrics::default()
    }
}

/// Asked at 1 s.
fn view(metrics: &[Metrics]) -> ScopeView {
    ScopeView { as_of: 1_000, revision: 1, metrics: metrics.to_vec().into(), rates: Rates::default(), active: None }
}

const EVERY_FAMILY: &Families = &Families::EVERY;

/// All of the windows, at most four.
fn reading(windows: &[u32]) -> Reading<'_> {
    let places = &[0, 1, 2, 3][..windows.len()];
    Reading { windows, places, families: EVERY_FAMILY, with_zeros: true, now: 1_000, cap: 100_000 }
}

fn text(kind: ScopeKind, minutes: &[u32], rows: &[Row<'_>]) -> String {
    read(kind, rows, reading(minutes))
}

fn read(kind: ScopeKind, rows: &[Row<'_>], reading: Reading<'_>) -> String {
    let mut out = String::new();
    let nobody = LeftOut { rows: vec![false; rows.len()], series: 0 };
    assert_eq!(write_scopes(&mut out, kind, rows, reading), nobody);
    out
}

fn account_text(metrics: Metrics) -> String {
    let scope = Scope::default();
    text(ScopeKind::Account, &[60], &[Row::of("north", &scope, &view(&[metrics]))])
}

#[track_caller]
fn assert_line(text: &str, line: &str) {
    assert!(text.lines().any(|found| found == line), "no line {line}\nin\n{text}");
}

#[test]
fn names_follow_from_the_paths_of_the_metrics_object() {
    let text = account_text(busy());
    for line in [
        "# HELP cxpulse_account_csat_ratio Positive ÷ all valid answers.",
        "# TYPE cxpulse_account_csat_ratio gauge",
        "cxpulse_account_csat_ratio{account=\"north\",window=\"1h\"} 0.4",
        "cxpulse_account_csat_samples{account=\"north\",window=\"1h\"} 5",
        "cxpulse_account_csat_answers{account=\"north\",window=\"1h\",score=\"3\"} 2",
        "cxpulse_account_csat_refused{account=\"north\",window=\"1h\",reason=\"rating_window\"} 0",
        "cxpulse_account_csat_response_rate{account=\"north\",window=\"1h\"} 0.5",
        "cxpulse_account_first_response_samples{account=\"north\",window=\"1h\"} 3",
        "cxpulse_account_first_response_sum_seconds{account=\"north\",window=\"1h\"} 100",
        "cxpulse_account_first_response_mean_seconds{account=\"north\",window=\"1h\"} 33.333333333333336",
        "cxpulse_account_first_response_p95_seconds{account=\"north\",window=\"1h\"} 60.5",
        "cxpulse_account_first_response_max_seconds{account=\"north\",window=\"1h\"} 60.001",
        "cxpulse_account_first_response_thin{account=\"north\",window=\"1h\"} 1",
        "cxpulse_account_first_response_sla_within{account=\"north\",window=\"1h\"} 2",
        "cxpulse_account_first_response_sla_samples{account=\"north\",window=\"1h\"} 4",
        "cxpulse_account_first_response_sla_ratio{account=\"north\",window=\"1h\"} 0.5",
        "cxpulse_account_availability_online_seconds{account=\"north\",window=\"1h\"} 3",
        "cxpulse_account_availability_ratio{account=\"north\",window=\"1h\"} 0.75",
        "cxpulse_account_unique_contacts{account=\"north\",window=\"1h\"} 3",
        "cxpulse_account_closed_by_customer{account=\"north\",window=\"1h\"} 0",
    ] {
        assert_line(&text, line);
    }
}

#[test]
fn what_has_no_value_has_no_series_and_what_has_no_series_has_no_family() {
    let text = account_text(quiet());
    assert_line(&text, "cxpulse_account_csat_samples{account=\"north\",window=\"1h\"} 0");
    for absent in [
        "csat_ratio",
        "csat_average",
        "first_response_mean_seconds",
        "first_response_p50_seconds",
        "_thin",
        "availability",
        "utilisation",
        "unique_contacts",
        "NaN",
    ] {
        assert!(!text.contains(absent), "{absent} in\n{text}");
    }
}

#[test]
fn every_scope_and_window_stands_in_one_family() {
    let scopes =
        [("4", "9"), ("5", "9")].map(|(skill, agent)| Scope { skill: Some(skill.into()), agent: Some(agent.into()) });
    let view = view(&[quiet(), busy()]);
    let rows: Vec<_> = scopes.iter().map(|scope| Row::of("a", scope, &view)).collect();
    let text = text(ScopeKind::AgentSkill, &[5, 1440], &rows);
    let family: Vec<_> = text.lines().filter(|line| line.contains("cxpulse_agent_skill_csat_positive")).collect();
    assert_eq!(
        family,
        [
            "# HELP cxpulse_agent_skill_csat_positive Answers of 4 and 5.",
            "# TYPE cxpulse_agent_skill_csat_positive gauge",
            "cxpulse_agent_skill_csat_positive{account=\"a\",skill=\"4\",agent=\"9\",window=\"5m\"} 0",
            "cxpulse_agent_skill_csat_positive{account=\"a\",skill=\"4\",agent=\"9\",window=\"24h\"} 2",
            "cxpulse_agent_skill_csat_positive{account=\"a\",skill=\"5\",agent=\"9\",window=\"5m\"} 0",
            "cxpulse_agent_skill_csat_positive{account=\"a\",skill=\"5\",agent=\"9\",window=\"24h\"} 2",
        ]
    );
    let heads: Vec<_> = text.lines().filter(|line| line.starts_with("# TYPE")).collect();
    let mut once = heads.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(heads.len(), once.len(), "a family that stands there twice");
}

#[test]
fn label_values_are_escaped() {
    let scope = Scope { skill: Some("a\"b\\c\nd".into()), agent: None };
    let text = text(ScopeKind::Skill, &[5], &[Row::of("ä", &scope, &view(&[quiet()]))]);
    assert_line(&text, r#"cxpulse_skill_closed{account="ä",skill="a\"b\\c\nd",window="5m"} 0"#);
}

#[test]
fn windows_are_named_by_minutes_or_whole_hours() {
    assert_eq!([1, 5, 59, 60, 90, 240, 1440].map(window), ["1m", "5m", "59m", "1h", "90m", "4h", "24h"]);
}

#[test]
fn the_live_state_has_counts_and_the_ages_of_the_longest_waiting() {
    let waiting = |n: i64| Waiting { conversation: format!("c{n}"), since: n, age_ms: 10_500 - n };
    let live = Live { open: 7, waiting: 2, longest_waiting: vec![waiting(0), waiting(500)], ..Live::default() };
    let (north, nine) = (Scope::default(), Scope { skill: None, agent: Some("9".into()) });
    let numbers = view(&[quiet()]);
    let account = Row { live: Some(live), ..Row::of("north", &north, &numbers) };
    let agent = Row { view: None, owned: 2, ..Row::of("north", &nine, &numbers) };
    let (account, agents) = (text(ScopeKind::Account, &[5], &[account]), text(ScopeKind::Agent, &[5], &[agent]));
    assert_line(&account, "cxpulse_account_live_open{account=\"north\"} 7");
    assert_line(&account, "cxpulse_account_live_waiting{account=\"north\"} 2");
    assert_line(&account, "cxpulse_account_live_longest_waiting_age_seconds{account=\"north\",rank=\"1\"} 10.5");
    assert_line(&account, "cxpulse_account_live_longest_waiting_age_seconds{account=\"north\",rank=\"2\"} 10");
    assert_line(&agents, "cxpulse_account_live_owned{account=\"north\",agent=\"9\"} 2");
    assert!(!account.contains("c1") && !agents.contains("c1"), "no conversation is a label");
}

#[test]
fn what_runs_has_grown_by_the_time_it_is_read() {
    let metrics = Metrics { focus_ms: 500, availability: Some(Availability::default()), ..busy() };
    let view = ScopeView { rates: Rates { focus: 2, online: 3, away: 1, ..Rates::default() }, ..view(&[metrics]) };
    let waiting = Waiting { conversation: "c".into(), since: 0, age_ms: 1_000 };
    let live = LiveView { as_of: 1_000, revision: 1, live: Live { longest_waiting: vec![waiting], ..Live::default() } };
    let scope = Scope::default();
    let rows = [Row { live: Some(live.at(11_000)), ..Row::of("north", &scope, &view) }];
    let out = read(ScopeKind::Account, &rows, Reading { now: 11_000, ..reading(&[5]) });
    assert_line(&out, "cxpulse_account_focus_seconds{account=\"north\",window=\"5m\"} 20.5");
    assert_line(&out, "cxpulse_account_availability_online_seconds{account=\"north\",window=\"5m\"} 30");
    assert_line(&out, "cxpulse_account_availability_ratio{account=\"north\",window=\"5m\"} 0.75");
    assert_line(&out, "cxpulse_account_live_longest_waiting_age_seconds{account=\"north\",rank=\"1\"} 11");
}

/// Agents `00`, `01` …, the first the longest inactive, in one window.
fn crew(size: usize) -> Vec<(Scope, ScopeView)> {
    let active = |n: usize| Some(Bucket::of(n as Millis * 300_000));
    let agent = |n| Scope { skill: None, agent: Some(format!("{n:02}")) };
    (0..size).map(|n| (agent(n), ScopeView { active: active(n), ..view(&[busy()]) })).collect()
}

fn rows<'a>(account: &'a str, crew: &'a [(Scope, ScopeView)]) -> Vec<Row<'a>> {
    crew.iter().map(|(scope, view)| Row::of(account, scope, view)).collect()
}

fn series(text: &str) -> usize {
    text.lines().filter(|line| !line.starts_with('#')).count()
}

#[test]
fn over_the_cap_the_longest_inactive_scopes_are_left_out_whole_and_counted() {
    let crew = crew(30);
    let rows = rows("north", &crew);
    let each = series(&text(ScopeKind::Agent, &[5], &rows)) / 30;
    let mut out = String::new();
    let reading = Reading { cap: each * 10 + each / 2, ..reading(&[5]) };
    let left_out = write_scopes(&mut out, ScopeKind::Agent, &rows, reading);
    assert_eq!((series(&out), left_out.series), (each * 10, each * 20));
    assert_eq!(left_out.rows, [vec![true; 20], vec![false; 10]].concat());
    assert!(out.contains("agent=\"20\"") && !out.contains("agent=\"19\""));
    assert_eq!(out.lines().filter(|line| line.contains("agent=\"20\"")).count(), each, "not half an agent");
}

#[test]
fn an_agent_in_a_visit_is_active_now_however_long_ago_the_last_fact_was() {
    let mut crew = crew(30);
    crew[3].1.rates = Rates { focus: 1, ..Rates::default() };
    let rows = rows("north", &crew);
    let left_out = write_scopes(
        &mut String::new(),
        ScopeKind::Agent,
        &rows,
        Reading { now: 86_400_000, cap: 300, ..reading(&[5]) },
    );
    assert!(!left_out.rows[3] && left_out.rows[2]);
}

#[test]
fn a_small_account_keeps_its_agents_beside_a_large_one() {
    let (large, small) = (crew(60), crew(3));
    let rows = [rows("large", &large), rows("small", &small)].concat();
    let mut out = String::new();
    write_scopes(&mut out, ScopeKind::Agent, &rows, Reading { cap: 1_000, ..reading(&[5]) });
    for agent in ["00", "01", "02"] {
        assert!(out.contains(&format!("account=\"small\",agent=\"{agent}\"")), "{agent}");
    }
    assert!(out.contains("account=\"large\",agent=\"59\"") && !out.contains("account=\"large\",agent=\"02\""));
}

#[test]
fn what_belongs_to_an_account_counts_with_it_against_the_cap() {
    let scope = Scope::default();
    let numbers = view(&[quiet()]);
    let rows = [Row { live: Some(Live::default()), elsewhere: 500, ..Row::of("north", &scope, &numbers) }];
    let windows = series(&text(ScopeKind::Account, &[5], &[Row::of("north", &scope, &numbers)]));
    let left_out = |cap| write_scopes(&mut String::new(), ScopeKind::Account, &rows, Reading { cap, ..reading(&[5]) });
    assert_eq!(left_out(windows + 506).series, 0);
    assert_eq!(left_out(windows + 505).series, windows + 506);
    // What nobody asked for takes no room.
    let few = Families::named("family", ["closed"]).expect("known");
    let narrowed = Reading { cap: 501, families: &few, ..reading(&[5]) };
    assert_eq!(write_scopes(&mut String::new(), ScopeKind::Account, &rows, narrowed).series, 0);
}

#[test]
fn objects_with_nothing_in_them_are_left_out_where_zeros_are_not_wanted() {
    let scope = Scope { skill: None, agent: Some("9".into()) };
    let metrics = Metrics { csat: Csat { sent: 2, ..Csat::default() }, closed: 3, ..quiet() };
    let view = view(&[Metrics { availability: Some(Availability::default()), minimum_n: Some(5), ..metrics }]);
    let reading = Reading { with_zeros: false, ..reading(&[60]) };
    let text = read(ScopeKind::Agent, &[Row::of("a", &scope, &view)], reading);
    // Surveys were sent, so that no answers is a number.
    assert_line(&text, "cxpulse_agent_csat_samples{account=\"a\",agent=\"9\",window=\"1h\"} 0");
    assert_line(&text, "cxpulse_agent_csat_answers{account=\"a\",agent=\"9\",window=\"1h\",score=\"1\"} 0");
    assert_line(&text, "cxpulse_agent_closed{account=\"a\",agent=\"9\",window=\"1h\"} 3");
    for absent in ["mood", "first_response", "closed_by", "reopened", "focus", "availability"] {
        assert!(!text.contains(absent), "{absent} in\n{text}");
    }
}

#[test]
fn only_the_windows_and_families_asked_for_are_written() {
    let scope = Scope { skill: None, agent: Some("9".into()) };
    let families = Families::named("family", ["csat_ratio", "cxpulse_agent_csat_samples", "live"]).expect("known");
    let numbers = view(&[busy(), busy(), busy()]);
    let row = Row { owned: 4, ..Row::of("a", &scope, &numbers) };
    let reading = Reading { places: &[1], families: &families, ..reading(&[5, 60, 1440]) };
    let text = read(ScopeKind::Agent, &[row], reading);
    let lines: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(
        lines,
        [
            "cxpulse_agent_csat_samples{account=\"a\",agent=\"9\",window=\"1h\"} 5",
            "cxpulse_agent_csat_ratio{account=\"a\",agent=\"9\",window=\"1h\"} 0.4",
            "cxpulse_account_live_owned{account=\"a\",agent=\"9\"} 4",
        ]
    );
}

/// An account that counts durations by these bounds.
fn account(bounds_ms: &[Millis], now: Millis) -> Account {
    let settings = AccountSettings { histogram_bounds_ms: Arc::from(bounds_ms), ..AccountSettings::default() };
    Account::new(Policies::default(), &settings, now)
}

/// An event of the one conversation of these tests.
fn message(id: &str, at: Millis, body: Body<'static>) -> Event<'static> {
    let (account, conversation) = (Text::from("north"), Text::from("c1"));
    Event { account, conversation, identity: Identity::of(id.as_bytes()), at, sequence: Sequence::said(0), body }
}

#[test]
fn counters_tell_what_was_stated_and_taken_back_since_the_process_was_ready() {
    let customer = || Body::CustomerMessage { contact: None, characters: 1, automated: false };
    let agent = || Body::AgentMessage { agent: "9".into(), characters: 1, automated: false };
    let mut account = account(&[], 3_600_000);
    let flows = Flows::default();
    let told = || {
        let mut out = String::new();
        flows.write(&mut out);
        out
    };
    assert_eq!(told(), "", "nothing is there before an account is");
    for event in [message("1", 10_000, customer()), message("2", 20_000, agent())] {
        assert_eq!(account.apply(&event), Fate::Applied);
    }
    flows.begin("north", account.flow());
    assert_line(&told(), "cxpulse_messages_total{account=\"north\",sender=\"customer\"} 0");
    // An earlier answer comes late: the first response that stood is taken back.
    assert_eq!(account.apply(&message("3", 15_000, agent())), Fate::Applied);
    flows.tell("north", account.flow());
    let text = told();
    assert_line(&text, "# TYPE cxpulse_first_responses_retracted_total counter");
    assert_line(&text, "cxpulse_first_responses_total{account=\"north\"} 1");
    assert_line(&text, "cxpulse_first_responses_retracted_total{account=\"north\"} 1");
    assert_line(&text, "cxpulse_messages_total{account=\"north\",sender=\"agent\"} 1");

    let mut narrowed = String::new();
    flows.write_some(&mut narrowed, &|name| name == "cxpulse_messages_total", &|account| account == "north");
    assert_eq!(series(&narrowed), 3, "{narrowed}");
    narrowed.clear();
    flows.write_some(&mut narrowed, &|_| true, &|account| account != "north");
    assert_eq!(narrowed, "", "an account that is not asked for");
    assert_eq!(series(&text), flows.series(&|_| true), "what the cap is told");
    assert_eq!(flows.series(&|name| name == "cxpulse_messages_total"), 3);
}

#[test]
fn histograms_tell_the_durations_stated_since_the_process_was_ready_and_never_fall() {
    let customer = || Body::CustomerMessage { contact: None, characters: 1, automated: false };
    let agent = || Body::AgentMessage { agent: "9".into(), characters: 1, automated: false };
    let now = 3_600_000;
    let mut account = account(&[5_000, 60_000], now);
    let flows = Flows::default();
    let told = |account: &Account| {
        flows.tell("north", account.flow());
        let mut out = String::new();
        flows.write(&mut out);
        out
    };
    let apply = |account: &mut Account, id: &str, at: Millis, body: Body<'static>| {
        assert_eq!(account.apply(&message(id, at, body)), Fate::Applied);
    };
    apply(&mut account, "1", 10_000, customer());
    apply(&mut account, "2", 90_001, agent());
    flows.begin("north", account.flow());
    let restored = told(&account);
    assert_line(&restored, "# TYPE cxpulse_first_response_seconds histogram");
    assert_line(&restored, "cxpulse_first_response_seconds_bucket{account=\"north\",le=\"+Inf\"} 0");
    assert_line(&restored, "cxpulse_first_response_seconds_sum{account=\"north\"} 0");

    // An earlier answer, exactly at a bound, takes back the one of more than a minute, which was there at the start.
    apply(&mut account, "3", 15_000, agent());
    apply(&mut account, "4", 100_000, customer());
    apply(&mut account, "5", 130_500, agent());
    let text = told(&account);
    for line in [
        "cxpulse_first_response_seconds_bucket{account=\"north\",le=\"5\"} 1",
        "cxpulse_first_response_seconds_bucket{account=\"north\",le=\"60\"} 1",
        "cxpulse_first_response_seconds_bucket{account=\"north\",le=\"+Inf\"} 1",
        "cxpulse_first_response_seconds_sum{account=\"north\"} 5",
        "cxpulse_first_response_seconds_count{account=\"north\"} 1",
        "cxpulse_first_response_seconds_retracted_total{account=\"north\"} 1",
        "cxpulse_response_seconds_bucket{account=\"north\",le=\"5\"} 1",
        "cxpulse_response_seconds_bucket{account=\"north\",le=\"60\"} 2",
        "cxpulse_response_seconds_sum{account=\"north\"} 35.5",
        "cxpulse_response_seconds_retracted_total{account=\"north\"} 1",
        "cxpulse_handle_seconds_count{account=\"north\"} 0",
        "cxpulse_resolution_seconds_count{account=\"north\"} 0",
    ] {
        assert_line(&text, line);
    }
}

#[test]
fn a_handle_time_that_two_agents_and_two_skills_share_counts_once() {
    let focused = |agent: &'static str| Body::Focused { agent: agent.into() };
    let skill = |skill: &'static str| Body::Assigned { agent: Change::Keep, skill: Change::Set(skill.into()) };
    let closed = Body::Closed { agent: None, closed_by: Side::Agent, outcome: Some(Ended::Resolved) };
    let mut account = account(&[60_000], 3_600_000);
    let happened = [
        (10_000, skill("sales")),
        (20_000, focused("lily")),
        (50_000, skill("support")),
        (60_000, focused("max")),
        (100_000, closed),
    ];
    for (at, body) in happened {
        assert_eq!(account.apply(&message(&at.to_string(), at, body)), Fate::Applied);
    }
    assert_eq!(account.flow().sizes(DurationKind::Handle), [0, 1]);
    assert_eq!(account.flow().sum_ms(DurationKind::Handle), 120_000);
    assert_eq!(account.flow().sizes(DurationKind::Resolution), [0, 1]);
    assert_eq!(account.flow().sum_ms(DurationKind::Resolution), 90_000);
}
