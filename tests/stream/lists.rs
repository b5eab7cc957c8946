//! Agents and ratings in streams: the rows of their own addresses, and private words only for those who may see them.

use cxpulse::domain::policy::PolicyBook;
use cxpulse::serve::access::{Access, AccessSettings, Keyring};
use cxpulse::wire::keys::Secret;
use serde_json::{Map, Value, json};

use super::{Centre, NEVER, NOON, key};
use crate::engine::book;
use crate::scenarios::lines_of;

impl Centre {
    /// Takes in an event of the account, now.
    fn hears(&mut self, event: &Value) {
        let (mut whole, now) = (json!({"account_id": "acme", "occurred_at": self.now}), self.now);
        whole.as_object_mut().expect("an object").extend(event.as_object().expect("an object").clone());
        self.takes(now, &whole.to_string());
    }

    /// The rows of another address of the account.
    fn rows(&self, path: &str) -> Vec<Value> {
        let body = self.get(path);
        body["rows"].as_array().unwrap_or_else(|| panic!("{body}")).clone()
    }
}

/// Two agents, a conversation of each, and what customers said.
fn told(centre: &mut Centre) {
    for (agent, name) in [("anna", "Anna Geheim"), ("ben", "Ben Geheim")] {
        centre.hears(&json!({"type": "agent_status", "agent_id": agent, "agent_name": name, "status": "online",
            "skill_ids": ["sales"]}));
        let chat = format!("of-{agent}");
        centre.hears(&json!({"type": "conversation_started", "conversation_id": chat, "contact_id": "kim",
            "contact_name": "Kim Geheim", "skill_id": "sales"}));
        centre.hears(&json!({"type": "assigned", "conversation_id": chat, "agent_id": agent}));
        centre.hears(&json!({"type": "survey_sent", "conversation_id": chat, "survey_id": "s"}));
        centre.hears(&json!({"type": "survey_answered", "conversation_id": chat, "survey_id": "s", "score": 4,
            "comment": "geheim, but good"}));
    }
}

/// Rows by an id, which is left out where the other side has none.
fn by(rows: &[Value], id: impl Fn(&Map<String, Value>) -> String) -> Vec<(String, Value)> {
    let row = |row: &Value| {
        let mut row = row.as_object().expect("an object").clone();
        let key = id(&row);
        row.remove("id");
        (key, Value::Object(row))
    };
    let mut rows: Vec<_> = rows.iter().map(row).collect();
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    rows
}

#[test]
fn agents_and_ratings_are_the_rows_of_their_own_addresses() {
    let mut centre = Centre::open(NEVER);
    told(&mut centre);
    centre.passes_after(250);
    let mut client = centre.listens("parts=agents,ratings&window=30m");
    let snapshot = client.snapshot();
    let agent = |row: &Map<String, Value>| row["agent_id"].to_string();
    let agents = snapshot["agents"]["rows"].as_array().expect("a list");
    assert_eq!(by(agents, agent), by(&centre.rows("agents?window=30m"), agent));
    assert_eq!(agents[0]["agent_name"], "Anna Geheim");
    let chat = |row: &Map<String, Value>| row["conversation_id"].to_string();
    let ratings = snapshot["ratings"]["rows"].as_array().expect("a list");
    assert_eq!(by(ratings, chat), by(&centre.rows("ratings?window=30m"), chat));
    assert_eq!((&snapshot["ratings"]["total_rows"], &ratings[0]["comment"]), (&json!(2), &json!("geheim, but good")));
    let mut without = centre.listens("parts=agents&agent=ben,nobody");
    assert_eq!(
        without.snapshot()["agents"]["rows"],
        json!([{"agent_id": "ben", "agent_name": "Ben Geheim", "status": "online", "since": "2026-01-05T12:00:00.000Z",
            "owned": 1, "waiting": 0, "skills": ["sales"]}]),
        "no numbers where no window is given"
    );
}

#[test]
fn what_changes_of_agents_and_ratings_is_told_row_by_row() {
    let mut centre = Centre::open(NEVER);
    told(&mut centre);
    centre.passes_after(250);
    let mut client = centre.listens("parts=agents,ratings&window=30m&metrics=reopened");
    let id = client.snapshot()["ratings"]["rows"][1]["id"].clone();
    centre
        .hears(&json!({"type": "survey_commented", "conversation_id": "of-ben", "survey_id": "s", "comment": "late"}));
    centre.hears(&json!({"type": "focused", "conversation_id": "of-anna", "agent_id": "anna"}));
    centre.passes_after(250);
    let update = client.next("update");
    assert_eq!(
        update["agents"]["rows"],
        json!([{"agent_id": "anna", "agent_name": "Anna Geheim", "status": "online",
            "since": "2026-01-05T12:00:00.000Z", "owned": 1, "waiting": 0, "focused_on": "of-anna", "skills": ["sales"],
            "metrics": {"reopened": 0}}]),
        "who is not told of is as before"
    );
    assert_eq!(update["ratings"]["rows"], json!([]), "an answer keeps its own comment");
    centre.hears(&json!({"type": "survey_answered", "conversation_id": "of-ben", "survey_id": "s", "score": 9}));
    centre.passes_after(250);
    let update = client.next("update");
    let rows = update["ratings"]["rows"].as_array().expect("a list");
    assert_eq!((rows.len(), &rows[0]["state"]), (1, &json!("refused")));
    assert_ne!(rows[0]["id"], id, "it is another answer");
}

#[test]
fn of_many_ratings_the_newest_are_told_and_all_are_counted() {
    let mut centre = Centre::open(NEVER);
    let answers = |centre: &mut Centre, numbers: std::ops::Range<u32>| {
        for n in numbers {
            centre.now += 1;
            let (chat, score) = (format!("c{n}"), n % 5 + 1);
            centre.hears(&json!({"type": "survey_answered", "conversation_id": chat, "score": score}));
        }
        centre.passes_after(250);
    };
    answers(&mut centre, 0..150);
    let mut client = centre.listens("parts=ratings");
    let snapshot = client.snapshot();
    let ids = |value: &Value| value.as_array().map_or(0, Vec::len);
    assert_eq!((ids(&snapshot["ratings"]["rows"]), &snapshot["ratings"]["total_rows"]), (100, &json!(150)));
    assert_eq!(snapshot["ratings"]["rows"][0]["conversation_id"], "c50");
    answers(&mut centre, 150..153);
    let update = client.next("update");
    assert_eq!((ids(&update["ratings"]["rows"]), ids(&update["ratings"]["gone"])), (3, 3));
    assert_eq!(update["ratings"]["total_rows"], 153);
}

#[test]
fn who_may_not_see_private_words_is_told_none_in_whatever_part() {
    let keys = vec![key(1, true), key(2, false)];
    let settings = AccessSettings {
        listen: "127.0.0.1:0".parse().expect("an address"),
        requests_at_once: 32,
        cors_origins: Vec::new(),
        session_secret: None,
    };
    let keyring = Keyring::new(keys, Box::new(|| None));
    let access = Access::new(&settings, Some(keyring), Box::new(|| NOON), || Some([0; 32]));
    let mut centre = Centre::start(PolicyBook::default(), NOON, NEVER, access);
    told(&mut centre);
    centre.passes_after(250);
    let all = "parts=metrics,live,agents,ratings&group_by=agent,contact";
    let bearer = |seed| format!("authorization: Bearer {}", Secret::new([seed; 32]).reveal());
    let mut clients = [1, 2].map(|seed| centre.listens_with(all, &[&bearer(seed)]));
    let shown = clients.each_mut().map(|client| client.snapshot().to_string().to_lowercase().contains("geheim"));
    assert_eq!(shown, [true, false]);
    told(&mut centre);
    centre.hears(&json!({"type": "survey_commented", "conversation_id": "of-anna", "comment": "ganz geheim"}));
    centre.hears(&json!({"type": "survey_answered", "conversation_id": "of-ben", "score": 1, "comment": "Geheim"}));
    centre.passes_after(250);
    let told = clients.map(|mut client| client.next("update").to_string());
    assert_eq!(told.map(|update| update.to_lowercase().contains("geheim")), [true, false]);
}

#[test]
fn under_a_policy_that_names_no_agent_streams_name_none() {
    let (_, policies) = lines_of("policy agent_metrics=false");
    let mut centre = Centre::start(book(&policies), NOON, NEVER, Access::open());
    told(&mut centre);
    centre.passes_after(250);
    let snapshot = centre.listens("parts=agents,ratings&window=30m").snapshot().to_string();
    assert!(!snapshot.contains("anna\"") || !snapshot.contains("\"agent_id\""), "{snapshot}");
    assert!(snapshot.contains("\"agents\":{\"from\""), "{snapshot}");
}
