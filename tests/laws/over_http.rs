//! The second law over HTTP: whoever asks while events are folded is answered what a batch computation gives for what had
//! been folded by then, and whoever asks a process that was started anew and read everything again is answered the same.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use cxpulse::serve::access::Access;
use serde_json::{Map, Value, json};

use super::arrival::shuffled_and_repeated;
use super::compare::{differences, inequalities};
use super::questions::with_origins;
use super::random::Set;
use crate::engine::{Reference, book, people_of_reference};
use crate::scenarios::Subject as _;
use crate::support::site::{Answer, Site};

/// Events of a piece, and how long after one the next comes.
const PIECE: usize = 15;
const PIECE_MS: i64 = 7 * 60_000;
/// Those who ask all the time.
const READERS: usize = 2;
/// The scopes by the words of `replay`, and what asks for them here.
const SCOPES: [(&str, &str); 4] = [
    ("account", ""),
    ("skill", "&group_by=skill"),
    ("agent", "&group_by=agent"),
    ("agent-skill", "&group_by=skill,agent"),
];
const LISTS: [(&str, &str); 3] = [
    ("ratings", "ratings?window=24h&limit=1000"),
    ("conversations", "conversations?state=open,closed&limit=1000"),
    ("agents", "agents?limit=1000"),
];

/// The expected answers at a moment, each by what asks for it.
type Expected = BTreeMap<String, Value>;

/// What had been folded by a moment.
struct Moment {
    now: i64,
    /// How many of the lines.
    lines: usize,
    expected: Expected,
}

#[test]
fn who_asks_while_events_are_folded_is_answered_as_of_what_had_been_folded() {
    for seed in 0..10 {
        let set = with_all_origins(Set::random(seed));
        let moments = moments(&set);
        let site = started(&set, &moments[0]);
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let asks = || {
                let mut is_last = false;
                while !is_last {
                    is_last = done.load(Ordering::Acquire);
                    look(&site, &moments, &set);
                }
            };
            let readers: Vec<_> = (0..READERS).map(|_| scope.spawn(asks)).collect();
            let folded = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| go_on(&site, &set, &moments)));
            done.store(true, Ordering::Release);
            readers.into_iter().for_each(|reader| reader.join().expect("every answer is right"));
            folded.expect("every answer is right");
        });
    }
}

#[test]
fn who_asks_a_process_that_was_started_anew_is_answered_the_same() {
    for seed in 100..108 {
        let set = with_all_origins(Set::random(seed));
        let moments = moments(&set);
        let site = started(&set, &moments[0]);
        go_on(&site, &set, &moments);
        let last = moments.last().expect("there is one");
        // It reads the topics again, in which some records stand twice, and partitions come in any order.
        let again = shuffled_and_repeated(&set.lines, seed);
        let anew = Site::of(&again, book(&set.policies), last.now, Access::open());
        for path in last.expected.keys() {
            let [before, after] = [&site, &anew].map(|site| {
                let mut told = get(site, path).json();
                told["revision"].take();
                told
            });
            let broken = inequalities(path, &before, &after);
            assert!(broken.is_empty(), "{}\n{}", broken.join("\n"), set.told());
        }
    }
}

fn with_all_origins(mut set: Set) -> Set {
    set.lines.iter_mut().for_each(|line| *line = with_origins(line));
    set
}

/// What is to be answered after each piece.
fn moments(set: &Set) -> Vec<Moment> {
    let pieces = set.lines.len().div_ceil(PIECE).max(1);
    let moment = |piece: usize| {
        let (now, lines) = (set.as_of_ms - (pieces - piece) as i64 * PIECE_MS, set.lines.len().min(piece * PIECE));
        Moment { now, lines, expected: expected(set, &set.lines[..lines], now) }
    };
    (1..=pieces).map(moment).collect()
}

fn expected(set: &Set, lines: &[String], now: i64) -> Expected {
    let mut expected = Expected::new();
    for (by, query) in SCOPES {
        let all = Reference.metrics(lines, &set.policies, now, set.window_minutes, by);
        let of_acme = all.as_array().expect("a list").iter().filter(|row| row["account_id"] == "acme");
        let path = format!("metrics?window={}m&limit=1000{query}", set.window_minutes);
        expected.insert(path, of_acme.map(row).collect());
    }
    let people = people_of_reference(lines, &set.policies, now);
    let people = people.as_array().and_then(|all| all.iter().find(|one| one["account_id"] == "acme")).cloned();
    for (list, path) in LISTS {
        let rows = people.as_ref().map_or(json!([]), |people| people[list].clone());
        expected.insert(path.to_owned(), rows);
    }
    expected
}

fn started(set: &Set, first: &Moment) -> Site {
    let site = Site::of(&set.lines[..first.lines], book(&set.policies), first.now, Access::open());
    look(&site, std::slice::from_ref(first), set);
    site
}

/// Folds piece after piece, and asks after each.
fn go_on(site: &Site, set: &Set, moments: &[Moment]) {
    for pair in moments.windows(2) {
        site.happens(&set.lines[pair[0].lines..pair[1].lines], pair[1].now);
        look(site, &pair[1..], set);
    }
}

/// Asks for everything. Each answer says as of when it is, and must be what is expected then.
fn look(site: &Site, moments: &[Moment], set: &Set) {
    for path in moments[0].expected.keys() {
        let answer = get(site, path);
        // Nothing of the account has come yet.
        if answer.status == 404 {
            continue;
        }
        let told = answer.json();
        let as_of = &told["as_of"];
        let moment = moments.iter().find(|moment| json!(cxpulse::wire::time::rfc3339(moment.now)) == *as_of);
        let moment = moment.unwrap_or_else(|| panic!("nothing was folded up to {as_of}: {told}"));
        let broken = differences(path, &moment.expected[path], &rows(path, &told));
        assert!(broken.is_empty(), "as of {as_of}:\n{}\n{told}\n{}", broken.join("\n"), set.told());
    }
}

fn get(site: &Site, path: &str) -> Answer {
    site.get(&format!("/v1/accounts/acme/{path}"))
}

/// The rows of an answer in the order of the reference; of numbers those with any, as `replay` has them.
fn rows(path: &str, told: &Value) -> Value {
    let mut rows: Vec<Value> = told["rows"].as_array().unwrap_or_else(|| panic!("{told}")).clone();
    if !path.starts_with("metrics") {
        rows.sort_by_key(Value::to_string);
        return json!(rows);
    }
    let is_whole = !path.contains("group_by");
    rows.retain(|row| !is_whole || has_any(&row["metrics"]));
    rows.iter().map(row).collect()
}

/// What a row is of, and its numbers.
fn row(told: &Value) -> Value {
    let members = ["skill_id", "agent_id", "metrics"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), told.get(name)?.clone())));
    Value::Object(members.collect::<Map<_, _>>())
}

/// Whether any number is not zero.
fn has_any(metrics: &Value) -> bool {
    match metrics {
        Value::Object(members) => members.values().any(has_any),
        Value::Array(items) => items.iter().any(has_any),
        Value::Number(number) => number.as_f64() != Some(0.0),
        _ => false,
    }
}
