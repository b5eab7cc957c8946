//! The live state of an account (SPEC §3, Live state): what is open and who waits, at the moment of the question.

use super::account::Account;
use super::time::{forget_after_ms, print_time};
use super::waits::End;
use super::walk::Walk;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The live state as JSON.
pub fn live(account: &Account) -> Value {
    let open: Vec<&Walk> = account.walks.iter().filter(|walk| is_live(walk)).collect();
    let count = |is_counted: &dyn Fn(&Walk) -> bool| open.iter().filter(|walk| is_counted(walk)).count();
    let waiting = longest_first(&open, account.policy.from_hand_off);
    let with_age = |(since_ms, id): &(i64, &str)| {
        let age_ms = account.now_ms - since_ms;
        json!({"conversation_id": id, "since": print_time(*since_ms), "age_ms": age_ms})
    };
    json!({
        "account_id": account.name,
        "as_of": print_time(account.now_ms),
        "open": open.len(),
        "waiting": waiting.len(),
        "unassigned": count(&|walk| walk.assignee.is_none()),
        "snoozed": count(&is_snoozed),
        "longest_waiting": waiting.iter().take(10).map(with_age).collect::<Vec<Value>>(),
        "agents_online": agents(account, "online"),
        "agents_away": agents(account, "away"),
        "owned": owned(account, &open),
    })
}

/// Open, and not ended by silence.
fn is_live(walk: &Walk) -> bool {
    walk.is_open && walk.now_ms - walk.life.last_ms <= forget_after_ms()
}

/// Snoozed, and not yet past `until`; that moment itself ends it (reading 2).
fn is_snoozed(walk: &Walk) -> bool {
    walk.snooze.is_some_and(|until_ms| until_ms.is_none_or(|until_ms| walk.now_ms < until_ms))
}

/// Those who wait, by the start of their wait, then by id.
fn longest_first<'a>(open: &[&'a Walk], from_hand_off: bool) -> Vec<(i64, &'a str)> {
    let waiting = |walk: &&'a Walk| -> Option<(i64, &'a str)> {
        let wait = walk.waits.last().filter(|wait| matches!(wait.end, End::Running))?;
        let counts = !is_snoozed(walk) && (walk.was_handed_off || !from_hand_off);
        counts.then_some((wait.start_ms, walk.life.id.as_str()))
    };
    open.iter().filter_map(waiting).collect::<BTreeSet<_>>().into_iter().collect()
}

fn agents(account: &Account, status: &str) -> usize {
    account.spans.iter().filter(|span| span.is_current && span.status == status).count()
}

/// Per agent the assigned, open conversations; nobody under `agent_metrics = false`.
fn owned(account: &Account, open: &[&Walk]) -> Value {
    let mut owned: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for walk in open.iter().filter(|_| account.policy.agent_metrics) {
        if let Some(agent) = &walk.assignee {
            owned.entry(agent.clone()).or_default().insert(walk.life.id.clone());
        }
    }
    json!(owned)
}
