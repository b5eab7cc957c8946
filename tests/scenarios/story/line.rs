//! Reads the three kinds of line that a story repeats: an event, a scope with its expectations, expectations.

use serde_json::json;

use super::super::compare::Check;
use super::value::{event_json, full_path, parse_check, parse_time, repeat, rfc3339, words};
use super::{ACCOUNT, Line, Scope};

/// The types whose `characters` need not be said.
const MESSAGES: [&str; 2] = ["customer_message", "agent_message"];

/// `TIME CONVERSATION TYPE key=value …`; `-` is no conversation.
pub(crate) fn event(line: usize, told: &str) -> Result<Line, String> {
    let (day, told) = day(told);
    let words = words(told)?;
    let [when, conversation, kind, fields @ ..] = words.as_slice() else {
        return Err(format!("`{told}` is no event: TIME CONVERSATION TYPE key=value …"));
    };
    let occurred_at_ms = parse_time(&format!("{day}{when}"))?;
    let mut event = Fields(Vec::new());
    event.set("event_id", text(&format!("line-{line}")));
    event.set("account_id", text(ACCOUNT));
    if conversation != "-" {
        event.set("conversation_id", text(&repeat(conversation)));
    }
    event.set("occurred_at", text(&rfc3339(occurred_at_ms)));
    event.set("type", text(kind));
    if MESSAGES.contains(&kind.as_str()) {
        event.set("characters", "20".to_owned());
    }
    for field in fields {
        let (key, written) = field.split_once('=').ok_or_else(|| format!("`{field}` is no key=value"))?;
        event.told(if key == "account" { "account_id" } else { key }, written)?;
    }
    Ok(Line { json: event.json(), occurred_at_ms: Some(occurred_at_ms) })
}

/// `+1d ` before a time, and the rest.
fn day(told: &str) -> (String, &str) {
    match told.split_once(' ') {
        Some((day, rest)) if day.ends_with('d') && day.starts_with(['+', '-']) => {
            (format!("{day} "), rest.trim_start())
        }
        _ => (String::new(), told),
    }
}

/// The fields of an event as JSON text, so that a number or a string reaches the reader exactly as it was written.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn set(&mut self, key: &str, json: String) {
        self.0.retain(|(known, _)| known != key);
        self.0.push((key.to_owned(), json));
    }

    /// `key=absent` drops a key that every event has.
    fn told(&mut self, key: &str, written: &str) -> Result<(), String> {
        match written {
            "absent" => self.0.retain(|(known, _)| known != key),
            _ => self.set(key, event_json(key, written)?),
        }
        Ok(())
    }

    fn json(&self) -> String {
        let fields: Vec<String> = self.0.iter().map(|(key, json)| format!("{}:{json}", text(key))).collect();
        format!("{{{}}}", fields.join(","))
    }
}

fn text(told: &str) -> String {
    json!(told).to_string()
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
    checks.extend(words(absent)?.into_iter().map(|path| Check::absent(line, full_path(&path))));
    if checks.is_empty() { Err("an expectation that expects nothing".to_owned()) } else { Ok(checks) }
}
