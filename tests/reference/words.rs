//! What people said and are called, what agents do and can do, and what is open, at the moment of the question.

use super::Input;
use super::account::Account;
use super::body::Body;
use super::conversation::Conversation;
use super::event::{Event, Reading, read};
use super::live::{assignee, is_snoozed};
use super::surveys::{Survey, Verdict};
use super::time::{DAY_MS, floor5, silences};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// For how long what an agent is called stands.
const AGENT_NAME_MS: i64 = 31 * DAY_MS;

/// Every admitted event by now, those that are lost to others included.
pub fn events(inputs: &[Input], now_ms: i64) -> Vec<Event> {
    let admitted = inputs.iter().filter_map(|input| match read(input) {
        Reading::Admitted(event) => Some(*event),
        Reading::Late | Reading::Unknown | Reading::Rejected | Reading::Nothing => None,
    });
    admitted.filter(|event| event.at_ms <= now_ms).collect()
}

/// All of it as JSON.
pub fn words(account: &Account, events: &[Event]) -> Value {
    let own: Vec<&Event> = events.iter().filter(|event| event.account == account.name).collect();
    let open: Vec<&Conversation> = account.conversations.iter().filter(|one| one.is_live()).collect();
    let mut shown: Vec<Value> = open.iter().map(|one| shown(one)).collect();
    shown.sort_by_key(|one| one["conversation_id"].as_str().map(str::to_owned));
    json!({
        "account_id": account.name,
        "comments": comments(account, &own),
        "contacts": contacts(account, &own),
        "agents": agents(account, &own, &open),
        "open": shown,
    })
}

/// The comments on answers of the last day: conversation, time and what the answer was, and the text.
fn comments(account: &Account, events: &[&Event]) -> Vec<Value> {
    let of_one = |one: &Conversation| -> Vec<_> {
        one.surveys().values().flat_map(|survey| on_answers(one, survey, events)).collect()
    };
    let all: BTreeSet<_> = account.conversations.iter().flat_map(of_one).collect();
    // Of answers of one kind in one millisecond the comment that counts most.
    let best: BTreeMap<_, _> = all.into_iter().map(|(answer, _, text)| (answer, text)).collect();
    best.into_iter().map(|((id, at_ms, kind), text)| json!([id, at_ms, kind, text])).collect()
}

type Answer = (String, i64, String);
/// Whether it is the answer's own, and who said it when.
type Weight = (bool, i64, u32, u64);

fn on_answers(one: &Conversation, survey: &Survey, events: &[&Event]) -> Vec<(Answer, Weight, String)> {
    let oldest_ms = floor5(one.now_ms - DAY_MS);
    let judged = one.judged(survey);
    let mut found = Vec::new();
    for (i, verdict) in &judged {
        let kind = match verdict {
            Verdict::Counts(score) => score.to_string(),
            Verdict::Refused(reason) => (*reason).to_owned(),
            Verdict::NoChange => continue,
        };
        let own = one.answer(*i).is_some_and(|answer| answer.comment.is_some()).then_some((*i, true));
        let apart = said_apart(one, survey, &judged).into_iter().filter(|said| is_about(&judged, *i, *said));
        for (said, is_own) in own.into_iter().chain(apart.map(|said| (said, false))) {
            let event = &one.life.events()[said];
            let is_kept = one.life.at_ms(*i) >= oldest_ms && event.at_ms >= oldest_ms;
            if let Some(text) = text_of(event, events).filter(|_| is_kept) {
                let answer = (one.life.id.clone(), one.life.at_ms(*i), kind.clone());
                found.push((answer, (is_own, event.at_ms, event.sequence, event.identity), text));
            }
        }
    }
    found
}

/// What was said of a survey apart from an answer, or with the score that stood already.
fn said_apart(one: &Conversation, survey: &Survey, judged: &[(usize, Verdict)]) -> Vec<usize> {
    let has_comment = |i: usize| one.answer(i).is_some_and(|answer| answer.comment.is_some());
    let again = judged.iter().filter(|(i, verdict)| *verdict == Verdict::NoChange && has_comment(*i));
    again.map(|(i, _)| *i).chain(survey.comments.iter().copied()).collect()
}

/// Whether what was said at `said` is about the answer at `i`: the one that stood then; before any counted, the first
/// that did and the last that was refused.
fn is_about(judged: &[(usize, Verdict)], i: usize, said: usize) -> bool {
    let counts = |verdict: &Verdict| matches!(verdict, Verdict::Counts(_));
    let stood = judged.iter().rfind(|(at, verdict)| *at < said && counts(verdict)).map(|(at, _)| *at);
    let first = judged.iter().find(|(_, verdict)| counts(verdict)).map(|(at, _)| *at);
    let refused = judged.iter().rfind(|(at, verdict)| *at < said && !counts(verdict)).map(|(at, _)| *at);
    match stood {
        Some(stood) => stood == i,
        None => first == Some(i) || refused == Some(i),
    }
}

/// Of the texts of one identity and moment the least.
fn text_of(event: &Event, events: &[&Event]) -> Option<String> {
    let key = |one: &Event| (one.conversation.clone(), one.at_ms, one.identity);
    events.iter().filter(|one| key(one) == key(event)).filter_map(|one| one.body.comment()).min().cloned()
}

/// The latest that is said of something, by time, sequence and identity; the least of one event.
fn latest<T: Ord>(said: impl Iterator<Item = (i64, u32, u64, T)>) -> Option<(i64, T)> {
    said.map(|(at, sequence, identity, what)| ((at, sequence, identity), std::cmp::Reverse(what)))
        .max()
        .map(|((at, ..), std::cmp::Reverse(what))| (at, what))
}

fn contacts(account: &Account, events: &[&Event]) -> Value {
    let said = |event: &&Event| match &event.body {
        Body::ConversationStarted(started) => started.contact.clone().zip(started.contact_name.clone()),
        _ => None,
    };
    let ids: BTreeSet<String> = events.iter().filter_map(said).map(|(id, _)| id).collect();
    let named = ids.into_iter().filter_map(|id| {
        let of_it = events.iter().filter_map(|event| {
            let name = said(event).filter(|(of, _)| *of == id)?.1;
            Some((event.at_ms, event.sequence, event.identity, name))
        });
        let (at_ms, name) = latest(of_it)?;
        (at_ms >= account.now_ms - silences().closed_ms).then(|| (id, json!(name)))
    });
    Value::Object(named.collect())
}

fn agents(account: &Account, events: &[&Event], open: &[&Conversation]) -> Value {
    let in_statuses = events.iter().filter_map(|event| match &event.body {
        Body::AgentStatus { agent, .. } => Some(agent.clone()),
        _ => None,
    });
    let owners = open.iter().filter_map(|one| assignee(one));
    let visitors = account.visits.iter().map(|visit| visit.agent.clone());
    let ids: BTreeSet<String> = in_statuses.chain(owners).chain(visitors).collect();
    let agents = ids.into_iter().map(|id| {
        let known = agent(account, &id, events, open);
        (id, known)
    });
    let is_nothing = |known: &Value| known == &json!({"owned": 0, "waiting": 0});
    Value::Object(agents.filter(|(_, known)| !is_nothing(known)).collect())
}

fn agent(account: &Account, id: &str, events: &[&Event], open: &[&Conversation]) -> Value {
    let statuses = || {
        events.iter().filter_map(|event| match &event.body {
            Body::AgentStatus { agent, name, skills, capacity, .. } if agent == id => {
                Some(((event.at_ms, event.sequence, event.identity), name, skills, capacity))
            }
            _ => None,
        })
    };
    let name = latest(statuses().filter_map(|((a, s, i), name, ..)| Some((a, s, i, name.clone()?))));
    let skills = statuses().filter(|(_, _, skills, _)| !skills.is_empty());
    let skills = latest(skills.map(|((a, s, i), _, skills, _)| (a, s, i, skills.iter().collect::<BTreeSet<_>>())));
    let capacity = latest(statuses().filter_map(|((a, s, i), .., capacity)| Some((a, s, i, (*capacity)?))));
    let owned: Vec<_> = open.iter().filter(|one| assignee(one).as_deref() == Some(id)).collect();
    let visit = account.visits.iter().find(|visit| visit.is_running && visit.agent == id);
    let mut known = Map::new();
    known.insert("owned".into(), json!(owned.len()));
    known.insert("waiting".into(), json!(owned.iter().filter(|one| waiting_since(one).is_some()).count()));
    let is_fresh = |said: &(i64, String)| said.0 >= account.now_ms - AGENT_NAME_MS;
    name.filter(is_fresh).into_iter().for_each(|(_, name)| _ = known.insert("name".into(), json!(name)));
    skills.into_iter().for_each(|(_, skills)| _ = known.insert("skills".into(), json!(skills)));
    capacity.into_iter().for_each(|(_, capacity)| _ = known.insert("capacity".into(), json!(capacity)));
    if let Some(visit) = visit {
        known.insert("focused_on".into(), json!(account.conversations[visit.life].life.id));
    }
    Value::Object(known)
}

fn waiting_since(one: &Conversation) -> Option<i64> {
    one.waiting_since_ms().filter(|_| !is_snoozed(one))
}

fn shown(one: &Conversation) -> Value {
    let (life, last) = (one.life, one.life.len() - 1);
    let about = one.about(last);
    let (first_response, response) = one.is_overdue();
    let messages = life.all(|event| event.is_customer() || event.is_human()).len();
    json!({
        "conversation_id": life.id,
        "agent_id": assignee(one),
        "skill_id": life.skill_after(last),
        "contact_id": about.contact,
        "via": [about.line, about.channel, about.company],
        "topics": about.topics,
        "messages": messages,
        "started_at": life.start_ms(),
        "last_event_at": life.last_ms,
        "waiting_since": waiting_since(one),
        "is_snoozed": is_snoozed(one),
        "overdue": [first_response, response, one.resolution_overdue().is_some()],
    })
}
