//! What holds for every row of metrics, whatever happened.

use serde_json::{Value, json};

use super::same;

type Broken = (String, String);

/// Rows stand in the order of account, skill, agent as bytes, none twice.
pub(crate) fn order(by: &str, rows: &[Value]) -> Vec<Broken> {
    let name = |row: &Value| ["account_id", "skill_id", "agent_id"].map(|key| row[key].as_str().map(str::to_owned));
    let names: Vec<_> = rows.iter().map(name).collect();
    let rising = names.windows(2).all(|pair| pair[0] < pair[1]);
    (!rising).then(|| (format!("rows by {by} in order"), format!("{names:?}"))).into_iter().collect()
}

/// A row says what was asked, and names its scope.
pub(crate) fn envelope(by: &str, row: &Value, as_of: &str, window_minutes: u32) -> Vec<Broken> {
    let has = |key: &str| row.get(key).is_some_and(Value::is_string);
    let scope = (has("skill_id"), has("agent_id"));
    let wanted = (matches!(by, "skill" | "agent-skill"), matches!(by, "agent" | "agent-skill"));
    let asked = row["as_of"] == json!(as_of) && row["window_minutes"] == json!(window_minutes);
    let holds = has("account_id") && scope == wanted && asked && row["metrics"].is_object();
    let expected = || format!("a row by {by} with as_of {as_of}, window_minutes {window_minutes}");
    (!holds).then(|| (expected(), row.to_string())).into_iter().collect()
}

/// Every kind of scope has its keys, no more and no less.
pub(crate) fn keys(by: &str, metrics: &Value) -> Vec<Broken> {
    const ALWAYS: [&str; 19] = [
        "csat",
        "mood",
        "first_response",
        "response",
        "handle",
        "resolution",
        "first_response_sla",
        "response_sla",
        "resolution_sla",
        "conversations_started",
        "closed",
        "closed_by",
        "resolved",
        "abandoned",
        "reopened",
        "customer_messages",
        "agent_messages",
        "automated_messages",
        "proactive_messages",
    ];
    let sometimes = [
        ("unique_contacts", matches!(by, "account" | "skill")),
        ("availability", matches!(by, "account" | "agent")),
        ("utilisation", matches!(by, "account" | "agent")),
        ("active_agents", true),
        ("focus_ms", true),
    ];
    let wanted = ALWAYS.iter().map(|key| (*key, true)).chain(sometimes);
    let wrong = wanted.filter(|(key, present)| metrics.get(key).is_some() != *present);
    wrong.map(|(key, present)| (format!("{key} by {by}: {present}"), metrics.to_string())).collect()
}

/// Means and shares are there exactly if they rest on something, and are the quotients of what they stand beside.
pub(crate) fn quotients(metrics: &Value) -> Vec<Broken> {
    let mut broken = Vec::new();
    let mut quotient = |object: &str, key: &str, above: &str, below: f64| {
        let found = &metrics[object];
        let expected = (below > 0.0).then(|| found[above].as_f64().unwrap_or(f64::NAN) / below);
        let holds = match (expected, found.get(key)) {
            (None, None) => true,
            (Some(expected), Some(found)) => same(&json!(expected), found),
            _ => false,
        };
        if !holds {
            broken.push((format!("{object}.{key} = {expected:?}"), found.to_string()));
        }
    };
    let number = |object: &str, key: &str| metrics[object][key].as_f64().unwrap_or(f64::NAN);
    for object in ["first_response", "response", "handle", "resolution"] {
        quotient(object, "mean_ms", "sum_ms", number(object, "count"));
    }
    for object in ["first_response_sla", "response_sla", "resolution_sla"] {
        quotient(object, "share", "within", number(object, "count"));
    }
    quotient("csat", "score", "positive", number("csat", "total"));
    quotient("csat", "response_rate", "sent_answered", number("csat", "sent"));
    quotient("mood", "completion", "prompted_recorded", number("mood", "prompted"));
    if metrics.get("availability").is_some() {
        quotient(
            "availability",
            "share",
            "online_ms",
            number("availability", "online_ms") + number("availability", "away_ms"),
        );
        quotient("utilisation", "share", "focus_ms", number("utilisation", "online_ms"));
    }
    broken.extend(presence(metrics));
    broken
}

/// Percentiles and the interval come with the count they rest on; the answers add up to their total.
fn presence(metrics: &Value) -> Vec<Broken> {
    let mut broken = Vec::new();
    for object in ["first_response", "response", "handle", "resolution"] {
        let found = &metrics[object];
        let counted = found["count"].as_u64().is_some_and(|count| count > 0);
        let percentiles = ["p50_ms", "p90_ms", "p95_ms", "p99_ms", "max_ms"].map(|key| found.get(key));
        if percentiles.iter().any(|percentile| percentile.is_some() != counted) {
            broken.push((format!("{object}: percentiles if and only if there is a count"), found.to_string()));
        }
        if !percentiles.is_sorted_by_key(|percentile| percentile.and_then(Value::as_u64)) {
            broken.push((format!("{object}: rising percentiles, none above the maximum"), found.to_string()));
        }
        if found["count"] == json!(1) && percentiles.iter().any(|percentile| *percentile != found.get("sum_ms")) {
            broken.push((format!("{object}: a single value is each of its percentiles"), found.to_string()));
        }
    }
    let csat = &metrics["csat"];
    let answers: Vec<u64> = csat["answers"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    let total: u64 = answers.iter().sum();
    let average = csat.get("average").is_some() && csat.get("interval").is_some();
    if answers.len() != 5 || json!(total) != csat["total"] || average != (total > 0) {
        broken.push((
            "csat: five answers that add up, average and interval if there are any".to_owned(),
            csat.to_string(),
        ));
    }
    broken
}

/// What waits is open, what is open has an owner or none, and the longest waits stand in their order.
pub(crate) fn live(state: &Value) -> Vec<Broken> {
    let number = |key: &str| state[key].as_u64().unwrap_or(0);
    let owned = state["owned"].as_object().into_iter().flatten();
    let owned: u64 = owned.map(|(_, count)| count.as_u64().unwrap_or(0)).sum();
    let waits = state["longest_waiting"].as_array().map_or(&[][..], Vec::as_slice);
    let wait =
        |wait: &Value| (wait["since"].as_str().map(str::to_owned), wait["conversation_id"].as_str().map(str::to_owned));
    let rules = [
        ("no more waiting and snoozed than open", number("waiting") + number("snoozed") <= number("open")),
        ("owned and unassigned are the open ones", owned == 0 || owned + number("unassigned") == number("open")),
        ("the longest waiting are ten at most", waits.len() as u64 == number("waiting").min(10)),
        ("the longest waiting in order of time, then id", waits.is_sorted_by_key(wait)),
    ];
    let broken = rules.into_iter().filter(|(_, holds)| !holds);
    broken.map(|(rule, _)| (rule.to_owned(), state.to_string())).collect()
}

/// A fact counts once in the account, once in its skill, once in its agent and once in its agent within that skill.
pub(crate) fn sums(answer: &Value) -> Vec<Broken> {
    const ONCE: [&str; 22] = [
        "/csat/total",
        "/csat/sent",
        "/csat/sent_answered",
        "/mood/happy",
        "/mood/prompted",
        "/first_response/count",
        "/first_response/sum_ms",
        "/response/count",
        "/response/sum_ms",
        "/handle/sum_ms",
        "/resolution/sum_ms",
        "/first_response_sla/count",
        "/response_sla/count",
        "/resolution_sla/count",
        "/conversations_started",
        "/closed",
        "/resolved",
        "/reopened",
        "/customer_messages",
        "/agent_messages",
        "/proactive_messages",
        "/focus_ms",
    ];
    let sum = |by: &str, path: &str| -> u64 {
        let rows = answer[by].as_array().into_iter().flatten();
        rows.filter_map(|row| row["metrics"].pointer(path).and_then(Value::as_u64)).sum()
    };
    let mut broken = Vec::new();
    for by in ["skill", "agent", "agent-skill"] {
        // Without agent metrics no agent has a row.
        let rows = answer[by].as_array().map_or(0, Vec::len);
        if rows == 0 && by != "skill" {
            continue;
        }
        let differs = ONCE.iter().filter(|path| sum(by, path) != sum("account", path));
        broken.extend(differs.map(|path| {
            let expected = format!("{path} by {by} adds up to the account's {}", sum("account", path));
            (expected, sum(by, path).to_string())
        }));
    }
    broken
}
