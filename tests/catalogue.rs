//! The catalogue of numbers beside all that names them: JSON, the pages, the fold's facts, the documents.

use std::collections::{BTreeMap, BTreeSet};

use cxpulse::board::ScopeView;
use cxpulse::domain::answers::Answers;
use cxpulse::domain::answers::catalogue::{self, Entry, Kind, Number, Read, Scopes};
use cxpulse::domain::answers::metrics::{
    Availability, ClosedBy, Csat, Durations, Metrics, Moods, Percentiles, Refused, Sla, Utilisation,
};
use cxpulse::domain::answers::rates::Rates;
use cxpulse::domain::scope::{Scope, ScopeKind};
use cxpulse::serve::exposition::{Reading, Row, write_scopes};
use cxpulse::serve::selection::Families;
use cxpulse::wire::output::json::metrics_json;
use serde_json::{Value, json};

use crate::engine;

/// 2026-01-05T12:00:00Z.
const NOON: i64 = 1_767_614_400_000;

/// Every number is there, and none is zero.
fn full() -> Metrics {
    let percentiles = Percentiles { p50_ms: 1, p90_ms: 2, p95_ms: 3, p99_ms: 4, max_ms: 5 };
    let durations = Durations { count: 3, sum_ms: 10, percentiles: Some(percentiles) };
    let sla = Sla { within: 1, count: 2 };
    Metrics {
        csat: Csat {
            answers: [1, 2, 3, 4, 5],
            sent: 8,
            sent_answered: 3,
            refused: Refused { invalid_score: 1, rating_window: 2, comment_frozen: 3, change_window: 4 },
        },
        mood: Moods { happy: 1, neutral: 2, unhappy: 3, prompted: 4, prompted_recorded: 1 },
        first_response: durations.clone(),
        response: durations.clone(),
        handle: durations.clone(),
        resolution: durations,
        first_response_sla: sla.clone(),
        response_sla: sla.clone(),
        resolution_sla: sla,
        conversations_started: 1,
        closed: 6,
        closed_by: ClosedBy { agent: 1, customer: 2, system: 3 },
        resolved: 1,
        abandoned: 1,
        reopened: 1,
        customer_messages: 1,
        agent_messages: 1,
        automated_messages: 1,
        proactive_messages: 1,
        active_agents: 1,
        unique_contacts: Some(1),
        focus_ms: 1,
        availability: Some(Availability { online_ms: 1, away_ms: 1 }),
        utilisation: Some(Utilisation { focus_ms: 1, online_ms: 2 }),
        minimum_n: Some(1_000),
    }
}

fn paths() -> BTreeSet<String> {
    catalogue::entries().iter().map(|entry| entry.path.clone()).collect()
}

/// The paths of a JSON object; the keys of the one map are no part of them.
fn json_paths(prefix: &str, value: &Value) -> BTreeSet<String> {
    let Some(members) = value.as_object().filter(|_| prefix != "csat.refused.") else {
        return BTreeSet::from([prefix.trim_end_matches('.').to_owned()]);
    };
    members.iter().flat_map(|(key, value)| json_paths(&format!("{prefix}{key}."), value)).collect()
}

/// The number that stands at a path, or nothing.
fn at<'a>(json: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(json, |value, key| value.get(key))
}

#[test]
fn the_json_object_has_the_numbers_of_the_catalogue_by_the_same_paths() {
    let json: Value = serde_json::from_slice(&metrics_json(&full())).expect("valid JSON");
    assert_eq!(json_paths("", &json), paths());
    assert_eq!(at(&json, "csat.refused.change_window"), Some(&json!(4)));
    assert_eq!(at(&json, "csat.answers"), Some(&json!([1, 2, 3, 4, 5])));
    assert_eq!(at(&json, "first_response.thin"), Some(&json!(true)));
}

/// The family's name of a path by SPEC §7's rule.
fn family(path: &str) -> String {
    let (object, key) = path.rsplit_once('.').map_or(("", path), |(object, key)| (object, key));
    let key = match key {
        "share" | "score" => "ratio".to_owned(),
        "count" | "total" if !object.is_empty() => "samples".to_owned(),
        key => key.strip_suffix("_ms").map_or_else(|| key.to_owned(), |stem| format!("{stem}_seconds")),
    };
    ["cxpulse_account", object, &key].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}

#[test]
fn the_page_has_the_numbers_of_the_catalogue_by_the_rule_with_their_help() {
    let (scope, metrics) = (Scope::default(), [full()]);
    let rates = Rates::default();
    let view = ScopeView { as_of: 1_000, revision: 1, metrics: metrics.to_vec().into(), rates, active: None };
    let families = Families::EVERY;
    let reading =
        Reading { windows: &[60], places: &[0], families: &families, with_zeros: true, now: 1_000, cap: 1_000 };
    let mut page = String::new();
    write_scopes(&mut page, ScopeKind::Account, &[Row::of("a", &scope, &view)], reading);
    let heads: BTreeSet<String> =
        page.lines().filter_map(|line| line.strip_prefix("# HELP ")).map(str::to_owned).collect();
    let expected = catalogue::entries().iter().map(|entry| format!("{} {}", family(&entry.path), entry.help));
    assert_eq!(heads, expected.collect());
    let series = page.lines().filter(|line| !line.starts_with('#')).count();
    assert_eq!(series, catalogue::entries().iter().map(Entry::width).sum::<usize>());
}

fn whole(number: Number) -> u64 {
    match number {
        Number::Count(n) | Number::Millis(n) => n,
        other => panic!("{other:?} is no count and no time"),
    }
}

#[test]
fn what_a_number_rests_on_stands_beside_it() {
    let mut absent = full();
    absent.csat.answers = [0; 5];
    absent.mood = Moods { prompted: 4, ..Moods::default() };
    absent.first_response = Durations::default();
    absent.minimum_n = None;
    for entry in catalogue::entries().iter().filter(|entry| entry.exists(&absent)) {
        let rests_on = entry.rests_on.iter().map(|path| catalogue::entry(path).expect("a number"));
        let sum: u64 = rests_on.flat_map(|count| count.numbers(&absent)).map(|(_, number)| whole(number)).sum();
        assert!(entry.rests_on.is_empty() || sum > 0, "{} rests on nothing", entry.path);
    }
}

/// An hour in which nearly everything happens that is counted.
fn busy_hour() -> Vec<String> {
    let event = |minute: i64, conversation: &str, rest: &str| {
        let at = NOON - 3_600_000 + minute * 60_000;
        format!(r#"{{"account_id":"a","conversation_id":"{conversation}","occurred_at":{at},"sequence":1,{rest}}}"#)
    };
    let customer = r#""type":"customer_message","contact_id":"ann","characters":3"#;
    let agent = r#""type":"agent_message","agent_id":"bob","characters":3"#;
    let answered = |id: &str, score: i64| format!(r#""type":"survey_answered","survey_id":"{id}","score":{score}"#);
    let mut lines = vec![
        event(0, "c1", r#""type":"conversation_started","skill_id":"sales","contact_id":"ann""#),
        event(1, "c1", customer),
        event(2, "c1", r#""type":"focused","agent_id":"bob""#),
        event(3, "c1", agent),
        event(4, "c1", customer),
        event(9, "c1", agent),
        event(10, "c1", r#""type":"closed","agent_id":"bob""#),
        event(11, "c1", r#""type":"survey_sent","survey_id":"s1""#),
        event(12, "c1", &answered("s1", 2)),
        event(13, "c1", &answered("s1", 5)),
        event(14, "c1", &answered("s2", 9)),
        event(15, "c1", r#""type":"mood_prompted","agent_id":"bob""#),
        event(16, "c1", r#""type":"mood_recorded","agent_id":"bob","mood":"happy""#),
        event(17, "c1", r#""type":"closed""#),
        event(20, "c1", customer),
        event(21, "c1", r#""type":"closed","closed_by":"customer""#),
        event(5, "c2", agent),
        event(6, "c2", r#""type":"customer_message","characters":3,"automated":true"#),
        event(7, "c2", r#""type":"closed","closed_by":"system","outcome":"abandoned""#),
        event(8, "c3", customer),
        event(40, "c3", r#""type":"mood_recorded","agent_id":"bob","mood":"unhappy""#),
    ];
    for (minute, status) in [(0, "online"), (50, "away")] {
        let at = NOON - 3_600_000 + minute * 60_000;
        let rest = format!(r#""type":"agent_status","agent_id":"bob","status":"{status}""#);
        lines.push(format!(r#"{{"account_id":"a","occurred_at":{at},{rest}}}"#));
    }
    lines
}

fn busy_account() -> Answers {
    let version = json!({
        "effective_from": "2020-01-01T00:00:00Z",
        "first_response_target_seconds": 180,
        "response_target_seconds": 180,
        "resolution_target_seconds": 600,
    });
    let policies = engine::book(&json!({"policies": [{"account_id": "a", "versions": [version]}]}));
    engine::fold(&busy_hour(), &policies, NOON).asked().remove("a").expect("it has events")
}

#[test]
fn a_count_is_that_of_the_facts_that_the_catalogue_says() {
    let account = busy_account();
    let metrics = account.window_metrics(&Scope::default(), &[1_440]).remove(0);
    let flow = account.flow();
    let (mut compared, people) = (0, ["active_agents", "unique_contacts"]);
    let counts = catalogue::entries().iter().filter(|entry| matches!(entry.kind, Kind::Count | Kind::Map));
    for entry in counts.filter(|entry| !people.contains(&entry.path.as_str())) {
        for (place, number) in entry.numbers(&metrics) {
            let facts = entry.numerator[place].iter();
            let stand: u64 = facts.map(|kind| flow.stated(*kind) - flow.retracted(*kind)).sum();
            assert_eq!(number, Number::Count(stand), "{} {place}", entry.path);
            compared += u64::from(stand > 0);
        }
    }
    assert!(compared > 25, "{compared}: much happens in that hour");
}

#[test]
fn a_number_exists_in_the_scopes_that_the_catalogue_says() {
    let account = busy_account();
    for (kind, has) in [
        (ScopeKind::Account, [Scopes::All, Scopes::AccountAndSkill, Scopes::AccountAndAgent].as_slice()),
        (ScopeKind::Skill, &[Scopes::All, Scopes::AccountAndSkill]),
        (ScopeKind::Agent, &[Scopes::All, Scopes::AccountAndAgent]),
        (ScopeKind::AgentSkill, &[Scopes::All]),
    ] {
        let all = account.all_window_metrics(kind, &[1_440]);
        let busy = all.iter().map(|(_, metrics)| &metrics[0]).max_by_key(|metrics| metrics.agent_messages);
        let busy = busy.expect("a scope with messages");
        for entry in catalogue::entries().iter().filter(|entry| matches!(entry.kind, Kind::Count | Kind::Time)) {
            assert_eq!(entry.exists(busy), has.contains(&entry.scopes), "{} in {kind:?}", entry.path);
        }
    }
}

/// The words between backquotes.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// README's table of the `metrics` object: the members of each object, or none of a plain number, and its scopes.
fn documented() -> BTreeMap<String, (Vec<String>, String)> {
    let readme = include_str!("../README.md");
    let table = readme.split("| in `metrics` | members | scopes |").nth(1).expect("README has the table");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let mut found = BTreeMap::new();
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        for object in quoted(cells[0]) {
            found.insert(object, (quoted(cells[1]), cells[2].to_owned()));
        }
    }
    found
}

#[test]
fn readme_lists_the_numbers_of_the_catalogue() {
    let scopes = |entry: &Entry| match entry.scopes {
        Scopes::All => "all",
        Scopes::AccountAndSkill => "account, skill",
        Scopes::AccountAndAgent => "account, agent",
    };
    let expected = catalogue::objects().iter().map(|object| {
        let members = object.entries.iter().filter(|_| !object.is_plain()).map(|entry| entry.key().to_owned());
        (object.name.to_owned(), (members.collect(), scopes(&object.entries[0]).to_owned()))
    });
    assert_eq!(documented(), expected.collect());
}

#[test]
fn readme_says_what_the_labels_of_maps_and_lists_are() {
    let readme = include_str!("../README.md");
    for entry in catalogue::entries() {
        if let Read::Each(label, _) = entry.read {
            let row = readme.lines().find(|line| line.starts_with(&format!("| `{}` |", label.name)));
            let row = row.unwrap_or_else(|| panic!("README has no label {}", label.name));
            let numbered = label.words[0] == "1";
            let named = |word: &&str| row.contains(&format!("`{word}`")) || numbered;
            assert!(label.words.iter().all(named), "{row} lacks one of {:?}", label.words);
        }
    }
}
