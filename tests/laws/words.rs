//! Private text in random sets, and everything that is kept beside the numbers, as the reference has it.

use cxpulse::domain::answers::Answers;
use cxpulse::domain::current::OpenConversation;
use cxpulse::domain::day::view::View;
use cxpulse::domain::fact::FactKind;
use cxpulse::domain::kept::Kept;
use cxpulse::domain::names::Name;
use serde_json::{Map, Value, json};

use crate::engine::Asked;

use super::arrival::drawn;

/// The line with words in it, chosen by its bytes: copies of one event so come to say different things.
pub(super) fn worded(line: &str) -> String {
    let mut event: Value = serde_json::from_str(line).expect("our own");
    let says = |what: u64, percent: u64| drawn(line, what) % 100 < percent;
    if event["type"] == json!("conversation_started") && event["contact_id"].is_string() && says(11, 60) {
        event["contact_name"] = json!(format!("contact {}", drawn(line, 12) % 4));
    }
    if event["type"] == json!("agent_status") {
        if says(13, 60) {
            event["agent_name"] = json!(format!("agent {}", drawn(line, 14) % 4));
        }
        if says(15, 60) {
            event["skill_ids"] = [json!(["s2", "s1"]), json!(["s3"]), json!(["s1", "s1"]), json!([])]
                [drawn(line, 16) as usize % 4]
                .clone();
        }
        if says(17, 50) {
            event["capacity"] = json!(drawn(line, 18) % 3);
        }
    }
    if event["comment"].is_string() {
        event["comment"] = json!(format!("comment {}", drawn(line, 19) % 4));
    }
    event.to_string()
}

/// What is kept beside the numbers, of every account.
pub(super) fn words_of(asked: &Asked) -> Value {
    let of_account = |(name, answers): (&String, &Answers)| {
        let view = answers.view();
        json!({
            "account_id": name,
            "comments": comments(view),
            "contacts": contacts(view),
            "agents": agents(view),
            "open": open(view),
        })
    };
    asked.iter().map(of_account).collect()
}

fn comments(view: &View) -> Value {
    let id = |name| view.names.conversations.text(name).to_owned();
    let all = view.day.comments.all();
    let mut all: Vec<_> = all.map(|(name, at, answer, text)| (id(name), at, word(answer), text.reveal())).collect();
    all.sort_unstable();
    json!(all)
}

/// The score of an answer, or why it was refused.
fn word(answer: FactKind) -> &'static str {
    match answer {
        FactKind::Answer1 => "1",
        FactKind::Answer2 => "2",
        FactKind::Answer3 => "3",
        FactKind::Answer4 => "4",
        FactKind::Answer5 => "5",
        FactKind::RefusedInvalidScore => "invalid_score",
        FactKind::RefusedRatingWindow => "rating_window",
        FactKind::RefusedCommentFrozen => "comment_frozen",
        FactKind::RefusedChangeWindow => "change_window",
        other => panic!("{other:?} is no answer"),
    }
}

fn contacts(view: &View) -> Value {
    let contacts = &view.names.contacts;
    let named = contacts
        .known()
        .filter_map(|contact| Some((contacts.text(contact).to_owned(), json!(view.contact_name(contact)?.reveal()))));
    Value::Object(named.collect())
}

fn agents(view: &View) -> Value {
    let of = |agent: Name| (view.names.agents.text(agent).to_owned(), of_agent(view, agent));
    let is_nothing = |known: &Value| known == &json!({"owned": 0, "waiting": 0});
    Value::Object(view.names.agents.known().map(of).filter(|(_, known)| !is_nothing(known)).collect())
}

fn of_agent(view: &View, agent: Name) -> Value {
    let (current, names) = (&view.current, &view.names);
    let (owned, waiting) = current.owned_by(agent);
    let mut known = Map::new();
    known.insert("owned".into(), json!(owned));
    known.insert("waiting".into(), json!(waiting));
    view.agent_name(agent).map(Kept::reveal).into_iter().for_each(|name| _ = known.insert("name".into(), json!(name)));
    let skills: Vec<&str> = current.skills_of(agent).iter().map(|skill| names.skills.text(*skill)).collect();
    if !skills.is_empty() {
        known.insert("skills".into(), json!(skills));
    }
    current.capacity_of(agent).into_iter().for_each(|capacity| _ = known.insert("capacity".into(), json!(capacity)));
    if let Some(conversation) = current.focused_on(agent) {
        known.insert("focused_on".into(), json!(names.conversations.text(conversation)));
    }
    Value::Object(known)
}

fn open(view: &View) -> Value {
    let mut all: Vec<Value> = view.current.open.iter().map(|one| shown(view, one)).collect();
    all.sort_by_key(|one| one["conversation_id"].as_str().map(str::to_owned));
    Value::Array(all)
}

fn shown(view: &View, one: &OpenConversation) -> Value {
    let names = &view.names;
    let [line, channel, company] = names.combinations.origins(one.via);
    let mut topics: Vec<&str> =
        names.combinations.topics(one.topics).into_iter().map(|topic| names.topics.text(topic)).collect();
    topics.sort_unstable();
    json!({
        "conversation_id": names.conversations.text(one.conversation),
        "agent_id": one.assignee.map(|agent| names.agents.text(agent)),
        "skill_id": one.skill.map(|skill| names.skills.text(skill)),
        "contact_id": one.contact.map(|contact| names.contacts.text(contact)),
        "via": [
            line.map(|line| names.lines.text(line)),
            channel.map(|channel| names.channels.text(channel)),
            company.map(|company| names.companies.text(company)),
        ],
        "topics": topics,
        "messages": one.messages,
        "started_at": one.started_at,
        "last_event_at": one.last_event_at,
        "waiting_since": one.waiting_since(),
        "is_snoozed": one.snoozed_until().is_some(),
        "overdue": [one.overdue.first_response, one.overdue.response, one.overdue.resolution],
    })
}
