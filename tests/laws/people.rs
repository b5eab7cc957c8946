//! The second law for what is told one by one: ratings, conversations and agents are those of a batch computation; and
//! whoever chooses some of them gets the rows of all that are so.

use serde_json::{Value, json};

use crate::engine::{book, fold, people_of_reference};
use crate::people::Desk;

use super::arrival::shuffled_and_repeated;
use super::questions::with_origins;
use super::random::{Random, Set};

/// How often some are chosen of each list.
const CHOICES: usize = 3;
/// Everything of each list.
const LISTS: [(&str, &str); 3] = [
    ("ratings", "ratings?window=24h&limit=1000"),
    ("conversations", "conversations?state=open,closed&limit=1000"),
    ("agents", "agents?limit=1000"),
];
const ANSWER_SCORES: [&str; 5] = ["1", "2", "3", "4", "5"];

/// The lists of a set that are not those of a batch computation, or choices from them that are not chosen from them.
pub(super) fn broken_rows(set: &Set) -> Vec<String> {
    let mut set = set.clone();
    set.lines.iter_mut().for_each(|line| *line = with_origins(line));
    let expected = people_of_reference(&set.lines, &set.policies, set.as_of_ms);
    let Some(expected) = expected.as_array().and_then(|all| all.iter().find(|one| one["account_id"] == "acme")) else {
        return vec![];
    };
    let (desk, names_agents) = desk_of(&set, &set.lines);
    let (shuffled, _) = desk_of(&set, &shuffled_and_repeated(&set.lines, set.seed));
    let mut random = Random::new(set.seed ^ 0x0bad_cafe);
    let mut broken = vec![];
    for (list, all) in LISTS {
        let rows = desk.rows(all);
        let mut sorted = rows.clone();
        sorted.sort_by_key(Value::to_string);
        if json!(sorted) != expected[list] {
            broken.push(format!("{list}: {} is not {}", json!(sorted), expected[list]));
        }
        if json!(rows) != json!(shuffled.rows(all)) {
            broken.push(format!("{list}: in another order {} is {}", json!(rows), json!(shuffled.rows(all))));
        }
        broken
            .extend((0..CHOICES).filter_map(|_| wrongly_chosen(&mut random, &desk, (list, all), &rows, names_agents)));
    }
    broken
}

/// The account asked by who may see all, and whether the policy has agents named.
fn desk_of(set: &Set, lines: &[String]) -> (Desk, bool) {
    let mut asked = fold(lines, &book(&set.policies), set.as_of_ms).asked();
    let account = asked.remove("acme").expect("the reference has it");
    (Desk::of(account.view(), true), account.view().policy().agent_metrics)
}

/// A member of a row, and values that some of it are asked for by.
type Choice = (&'static str, &'static str, &'static [&'static str]);

fn choices(list: &str) -> &'static [Choice] {
    match list {
        "ratings" => &[
            ("score", "score", &ANSWER_SCORES),
            ("skill", "skill_id", &["s1", "s2", "-1"]),
            ("contact", "contact_id", &["k1", "k2", "-1"]),
            ("agent", "agent_id", &["a1", "a2", "-1"]),
            ("comment", "comment", &["true", "false"]),
        ],
        "conversations" => &[
            ("skill", "skill_id", &["s1", "s2", "-1"]),
            ("line", "line_id", &["l1", "l2", "-1"]),
            ("channel", "channel", &["chat", "-1"]),
            ("contact", "contact_id", &["k1", "k3", "-1"]),
            ("topic", "topics", &["a topic", "b", "-1"]),
            ("agent", "agent_id", &["a1", "a3", "-1"]),
        ],
        _ => &[
            ("status", "status", &["online", "away", "offline"]),
            ("skill", "skills", &["s1", "s2", "-1"]),
            ("search", "agent_id", &["a1", "2", "A"]),
        ],
    }
}

/// Two choices together, where they do not give the rows that are so.
fn wrongly_chosen(
    random: &mut Random,
    desk: &Desk,
    (list, all): (&str, &str),
    rows: &[Value],
    names_agents: bool,
) -> Option<String> {
    let (one, other) = (*random.of(choices(list)), *random.of(choices(list)));
    let mut chosen = vec![(one, *random.of(one.2))];
    if other.0 != one.0 {
        chosen.push((other, *random.of(other.2)));
    }
    let query: String =
        chosen.iter().map(|((name, ..), value)| format!("&{name}={}", value.replace(' ', "+"))).collect();
    // Where nobody is named, nobody is asked for.
    let is_hidden = !names_agents && chosen.iter().any(|((name, ..), _)| *name == "agent");
    let is_so = |row: &&Value| !is_hidden && chosen.iter().all(|(choice, value)| is_so(row, *choice, value));
    let found = json!(desk.rows(&format!("{all}{query}")));
    let expected: Vec<&Value> = rows.iter().filter(is_so).collect();
    (found != json!(expected)).then(|| format!("{list}{query}: {found} is not {}", json!(expected)))
}

fn is_so(row: &Value, (name, member, _): Choice, value: &str) -> bool {
    let has = &row[member];
    match name {
        "comment" => has.is_string() == (value == "true"),
        "search" => {
            let texts = [has, &row["agent_name"]].into_iter().filter_map(Value::as_str);
            texts.into_iter().any(|text| text.to_lowercase().contains(&value.to_lowercase()))
        }
        "status" => has == value,
        _ => match has {
            Value::Array(all) if all.is_empty() => value == "-1",
            Value::Array(all) => all.iter().any(|one| one == value),
            Value::Null => value == "-1",
            Value::String(text) => text == value,
            score => score.as_u64() == value.parse().ok(),
        },
    }
}
