//! Reads the three kinds of line that a story repeats: an event, a scope with its expectations, expectations.

use serde_json::{Map, json};

use super::super::compare::Check;
use super::value::{event_value, parse_check, parse_time, repeat, rfc3339, words};
use super::{ACCOUNT, Line, Scope};

/// `TIME CONVERSATION TYPE key=value …`; `-` is no conversation.
pub(crate) fn event(line: usize, told: &str) -> Result<Line, String> {
    let (told, day) = match told.split_once(' ') {
        Some((day, rest)) if day.ends_with('d') && day.starts_with(['+', '-']) => {
            (rest.trim_start(), format!("{day} "))
        }
        _ => (told, String::new()),
    };
    let words = words(told)?;
    let [when, conversation, kind, fields @ ..] = words.as_slice() else {
        return Err(format!("`{told}` is no event: TIME CONVERSATION TYPE key=value …"));
    };
    let occurred_at_ms = parse_time(&format!("{day}{when}"))?;
    let mut event = Map::new();
    event.insert("event_id".to_owned(), json!(format!("line-{line}")));
    event.insert("account_id".to_owned(), json!(ACCOUNT));
    if conversation != "-" {
        event.insert("conversation_id".to_owned(), json!(repeat(conversation)));
    }
    event.insert("occurred_at".to_owned(), json!(rfc3339(occurred_at_ms)));
    event.insert("type".to_owned(), json!(kind));
    for field in fields {
        let (key, written) = field.split_once('=').ok_or_else(|| format!("`{field}` is no key=value"))?;
        let key = if key == "account" { "account_id" } else { key };
        if written == "absent" {
            event.remove(key);
        } else {
            event.insert(key.to_owned(), event_value(key, written)?);
        }
    }
    Ok(Line { json: serde_json::Value::Object(event).to_string(), occurred_at_ms: Some(occurred_at_ms) })
}

/// `account: …`, `skill S: …`, `agent A: …`, `agent-skill S/A: …`.
pub(crate) fn scope(line: usize, told: &str) -> Result<Scope, String> {
    let (name, told) = told.split_once(": ").ok_or("`scope: key=value …`")?;
    let (by, skill, agent) = match name.split_once(' ').unwrap_or((name, "")) {
        ("account", "") => ("account", None, None),
        ("skill", skill) => ("skill", Some(repeat(skill)), None),
        ("agent", agent) => ("agent", None, Some(repeat(agent))),
        ("agent-skill", pair) => {
            let (skill, agent) = pair.split_once('/').ok_or("`agent-skill SKILL/AGENT`")?;
            ("agent-skill", Some(repeat(skill)), Some(repeat(agent)))
        }
        _ => return Err(format!("`{name}` is no scope")),
    };
    let checks = if told.trim() == "none" { None } else { Some(parse_checks(line, told)?) };
    Ok(Scope { line, by, skill, agent, checks })
}

/// `path=value path~value … lacks path path`.
pub(crate) fn parse_checks(line: usize, told: &str) -> Result<Vec<Check>, String> {
    let told = told.trim();
    let (present, absent) = match told.split_once("lacks ") {
        Some((present, absent)) if present.is_empty() || present.ends_with(' ') => (present, absent),
        _ => (told, ""),
    };
    let mut checks = Vec::new();
    for word in words(present)? {
        checks.push(parse_check(line, &word)?);
    }
    checks.extend(words(absent)?.into_iter().map(|path| Check::absent(line, path)));
    if checks.is_empty() { Err("an expectation that expects nothing".to_owned()) } else { Ok(checks) }
}
