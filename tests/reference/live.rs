//! The live state of an account (SPEC §3, Live state): what is open and who waits, at the moment of the question.

use super::account::Account;
use super::body::Body;
use super::conversation::Conversation;
use super::event::Event;
use super::time::print_time;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The live state as JSON.
pub fn live(account: &Account) -> Value {
    let open: Vec<&Conversation> = account.conversations.iter().filter(|one| one.is_live()).collect();
    let waiting = longest_first(&open);
    let with_age = |(since_ms, id): &(i64, &str)| {
        let age_ms = account.now_ms - since_ms;
        json!({"conversation_id": id, "since": print_time(*since_ms), "age_ms": age_ms})
    };
    json!({
        "account_id": account.name,
        "as_of": print_time(account.now_ms),
        "open": open.len(),
        "waiting": waiting.len(),
        "unassigned": open.iter().filter(|one| assignee(one).is_none()).count(),
        "snoozed": open.iter().filter(|one| is_snoozed(one)).count(),
        "longest_waiting": waiting.iter().take(10).map(with_age).collect::<Vec<Value>>(),
        "agents_online": agents(account, "online"),
        "agents_away": agents(account, "away"),
        "owned": owned(account, &open),
    })
}

/// Whether nothing ended the last `snoozed`: neither an event nor its `until`; that moment itself ends it (reading 4).
pub fn is_snoozed(conversation: &Conversation) -> bool {
    let life = conversation.life;
    let last = life.last_before(life.len(), |event| is_snooze(event) || ends_snooze(event));
    match last.map(|last| &life.events()[last].body) {
        Some(Body::Snoozed { until_ms }) => until_ms.is_none_or(|until_ms| conversation.now_ms < until_ms),
        _ => false,
    }
}

fn is_snooze(event: &Event) -> bool {
    matches!(event.body, Body::Snoozed { .. })
}

/// A message, `assigned`, `reopened` or a close (SPEC §1). What a machine wrote for a customer has no effect.
fn ends_snooze(event: &Event) -> bool {
    let is_message = event.is_customer() || event.is_human() || event.is_bot();
    is_message || event.is_close() || event.is_reopening() || matches!(event.body, Body::Assigned { .. })
}

/// Those who wait, by the moment from which their wait counts, then by id.
fn longest_first<'a>(open: &[&Conversation<'a>]) -> Vec<(i64, &'a str)> {
    let waiting = open.iter().filter(|one| !is_snoozed(one));
    let waiting = waiting.filter_map(|one| Some((one.waiting_since_ms()?, one.life.id.as_str())));
    waiting.collect::<BTreeSet<_>>().into_iter().collect()
}

fn agents(account: &Account, status: &str) -> usize {
    account.spans.iter().filter(|span| span.is_current && span.status == status).count()
}

/// How many open conversations each agent owns; nobody is named under `agent_metrics = false`.
fn owned(account: &Account, open: &[&Conversation]) -> Value {
    let mut owned: BTreeMap<String, usize> = BTreeMap::new();
    for agent in open.iter().filter(|_| account.policy.agent_metrics).filter_map(|one| assignee(one)) {
        *owned.entry(agent).or_default() += 1;
    }
    json!(owned)
}

pub fn assignee(conversation: &Conversation) -> Option<String> {
    conversation.life.assignee_after(conversation.life.len().checked_sub(1)?)
}
