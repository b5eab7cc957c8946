//! Ratings, conversations and agents one by one, as the API tells them, at the moment of the question.

use super::Input;
use super::account::Account;
use super::body::{Answered, Body};
use super::conversation::Conversation;
use super::event::Event;
use super::fact::{Fact, Kind};
use super::live::{assignee, is_snoozed};
use super::surveys::{Rated, Verdict};
use super::time::{DAY_MS, Window, print_time};
use super::words::{self, words};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

const DAY_MINUTES: u32 = 1440;

/// All of an account: ratings and closed conversations of the last day, open ones, and agents, each sorted as text.
pub fn people(account: &Account, inputs: &[Input]) -> Value {
    let events = words::events(inputs, account.now_ms);
    let mut words = words(account, &events);
    words["surveys"] = surveys(account, &events);
    json!({
        "account_id": account.name,
        "ratings": ratings(account, &words),
        "conversations": conversations(account, &words),
        "agents": agents(account, &words),
    })
}

fn ratings(account: &Account, words: &Value) -> Vec<Value> {
    let window = Window::last(DAY_MINUTES, account.now_ms);
    let of_one = |one: &Conversation| -> Vec<Value> {
        let all = one.surveys().into_values().flat_map(|survey| one.rated(&survey)).collect::<Vec<_>>();
        let told = all.iter().filter(|rated| window.holds(rated.credit.at_ms));
        told.map(|rated| rating(account, one, words, rated)).collect()
    };
    sorted(account.conversations.iter().flat_map(of_one))
}

/// The surveys that answers name: conversation, time and score, and the least id.
fn surveys(account: &Account, events: &[Event]) -> Value {
    let named = events.iter().filter(|event| event.account == account.name).filter_map(|event| match &event.body {
        Body::SurveyAnswered(Answered { survey: Some(survey), score, .. }) => {
            Some(json!([event.conversation, event.at_ms, score, survey]))
        }
        _ => None,
    });
    json!(sorted(named))
}

fn rating(account: &Account, one: &Conversation, words: &Value, rated: &Rated) -> Value {
    let Rated { score, became: (verdict, stands), credit } = rated;
    let (state, kind) = match verdict {
        Verdict::Counts(score) if *stands => ("counted", score.to_string()),
        Verdict::Counts(score) => ("replaced", score.to_string()),
        Verdict::Refused(reason) => ("refused", (*reason).to_owned()),
        Verdict::NoChange => unreachable!("it is no answer of its own"),
    };
    let comments = words["comments"].as_array().expect("a list");
    let key = [json!(one.life.id), json!(credit.at_ms), json!(kind)];
    let comment = comments.iter().find(|known| known.as_array().is_some_and(|known| known[..3] == key));
    let surveys = words["surveys"].as_array().expect("a list");
    let key = [json!(one.life.id), json!(credit.at_ms), json!(score)];
    let survey = surveys.iter().find(|known| known.as_array().is_some_and(|known| known[..3] == key));
    row([
        ("at", json!(print_time(credit.at_ms))),
        ("score", json!(score)),
        ("state", json!(state)),
        ("reason", if state == "refused" { json!(kind) } else { Value::Null }),
        ("survey_id", survey.map_or(Value::Null, |known| known[3].clone())),
        ("conversation_id", json!(one.life.id)),
        ("agent_id", named(account, credit.agent.clone().or(Some("-1".into())))),
        ("skill_id", json!(credit.skill.as_deref().unwrap_or("-1"))),
        ("contact_id", json!(credit.about.contact)),
        ("contact_name", credit.about.contact.as_ref().map_or(Value::Null, |id| words["contacts"][id].clone())),
        ("comment", comment.map_or(Value::Null, |known| known[3].clone())),
    ])
}

fn conversations(account: &Account, words: &Value) -> Vec<Value> {
    let shown = words["open"].as_array().expect("a list");
    let live = account.conversations.iter().filter(|one| one.is_live());
    let open = live.map(|one| {
        let shown = shown.iter().find(|shown| shown["conversation_id"] == json!(one.life.id)).expect("it is open");
        opened(account, one, shown)
    });
    sorted(open.chain(closed(account)))
}

fn opened(account: &Account, one: &Conversation, shown: &Value) -> Value {
    let waiting_ms = shown["waiting_since"].as_i64().map(|since| account.now_ms - since);
    let state = match (is_snoozed(one), waiting_ms, assignee(one)) {
        (true, ..) => "snoozed",
        (_, Some(_), _) => "waiting",
        (_, _, None) => "unassigned",
        _ => "open",
    };
    let overdue = ["first_response", "response", "resolution"].into_iter().enumerate();
    let overdue: Vec<&str> =
        overdue.filter(|(i, _)| shown["overdue"][i] == json!(true)).map(|(_, word)| word).collect();
    let moment = |name: &str| json!(print_time(shown[name].as_i64().expect("a moment")));
    row([
        ("conversation_id", shown["conversation_id"].clone()),
        ("state", json!(state)),
        ("agent_id", named(account, assignee(one))),
        ("skill_id", json!(shown["skill_id"].as_str().unwrap_or("-1"))),
        ("line_id", shown["via"][0].clone()),
        ("channel", shown["via"][1].clone()),
        ("contact_id", shown["contact_id"].clone()),
        ("started_at", moment("started_at")),
        ("last_event_at", moment("last_event_at")),
        ("waiting_ms", json!(waiting_ms)),
        ("overdue", if overdue.is_empty() { Value::Null } else { json!(overdue) }),
        ("messages", shown["messages"].clone()),
        ("topics", shown["topics"].clone()),
    ])
}

/// The last close of the day of each conversation that is not open now.
fn closed(account: &Account) -> Vec<Value> {
    let window = Window::last(DAY_MINUTES, account.now_ms);
    let open: BTreeSet<&str> =
        account.conversations.iter().filter(|one| one.is_live()).map(|one| one.life.id.as_str()).collect();
    let mut of: BTreeMap<&str, Vec<Fact>> = BTreeMap::new();
    for one in account.conversations.iter().filter(|one| !open.contains(one.life.id.as_str())) {
        let facts = one.facts().into_iter().filter(|fact| window.holds(fact.credit.at_ms));
        of.entry(&one.life.id).or_default().extend(facts);
    }
    of.into_iter().filter_map(|(id, facts)| left(account, id, &facts)).collect()
}

fn left(account: &Account, id: &str, facts: &[Fact]) -> Option<Value> {
    let close = facts.iter().filter_map(|fact| match &fact.kind {
        Kind::Closed(by) => {
            let (agent, skill) = (fact.credit.agent.as_deref(), fact.credit.skill.as_deref());
            let names = (agent.unwrap_or("-1"), skill.unwrap_or("-1"));
            Some(((fact.credit.at_ms, by, fact.credit.about.topics.len(), names), &fact.credit))
        }
        _ => None,
    });
    let (_, close) = close.max_by(|a, b| a.0.cmp(&b.0))?;
    let started = facts.iter().filter(|fact| matches!(fact.kind, Kind::Started)).map(|fact| fact.credit.at_ms).max();
    Some(row([
        ("conversation_id", json!(id)),
        ("state", json!("closed")),
        ("agent_id", named(account, close.agent.clone())),
        ("skill_id", json!(close.skill.as_deref().unwrap_or("-1"))),
        ("line_id", json!(close.about.line)),
        ("channel", json!(close.about.channel)),
        ("contact_id", json!(close.about.contact)),
        ("started_at", json!(started.map(print_time))),
        ("last_event_at", json!(print_time(close.at_ms))),
        ("topics", json!(close.about.topics)),
    ]))
}

fn agents(account: &Account, words: &Value) -> Vec<Value> {
    if !account.policy.agent_metrics {
        return vec![];
    }
    let known = words["agents"].as_object().expect("an object");
    let ids: BTreeSet<&String> = known.keys().chain(account.spans.iter().map(|span| &span.agent)).collect();
    sorted(ids.into_iter().filter_map(|id| agent(account, id, &words["agents"][id])))
}

fn agent(account: &Account, id: &str, known: &Value) -> Option<Value> {
    let last = account.spans.iter().rfind(|span| span.agent == id);
    let last = last.filter(|span| span.place.at_ms >= account.now_ms - 31 * DAY_MS);
    let status = last.map(|span| match (span.status.as_str(), span.is_current) {
        ("offline", _) | (_, true) => (span.status.as_str(), span.place.at_ms),
        // It has lapsed.
        _ => ("offline", span.until_ms),
    });
    let owned = known["owned"].as_u64().unwrap_or(0);
    let is_told = status.is_some() || owned > 0 || known["focused_on"].is_string();
    is_told.then(|| {
        row([
            ("agent_id", json!(id)),
            ("agent_name", known["name"].clone()),
            ("status", json!(status.map(|(status, _)| status))),
            ("since", json!(status.map(|(_, since_ms)| print_time(since_ms)))),
            ("owned", json!(owned)),
            ("waiting", json!(known["waiting"].as_u64().unwrap_or(0))),
            ("capacity", known["capacity"].clone()),
            ("focused_on", known["focused_on"].clone()),
            ("skills", known.get("skills").cloned().unwrap_or(json!([]))),
        ])
    })
}

/// Nobody is named where the policy says so.
fn named(account: &Account, agent: Option<String>) -> Value {
    if account.policy.agent_metrics { json!(agent) } else { Value::Null }
}

/// A row without the members that have no value.
fn row<const N: usize>(members: [(&str, Value); N]) -> Value {
    let members = members.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(members.map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
}

fn sorted(rows: impl Iterator<Item = Value>) -> Vec<Value> {
    let mut rows: Vec<Value> = rows.collect();
    rows.sort_by_key(Value::to_string);
    rows
}
