//! Policy documents (SPEC §5): a file in TOML or JSON, or one record of the policy topic.
//!
//! A wrong policy is refused as a whole, with the field named: half a policy would judge by rules nobody wrote.

mod document;

use std::collections::HashMap;

use crate::domain::event::Millis;
use crate::domain::policy::{BUILT_IN, Policies, Policy, PolicyBook};

use self::document::{Cursor, DocumentError, Node};
use super::event::without_mark;
use super::text::is_id;
use super::time::{WrongTime, from_unix_ms, parse_rfc3339};
use super::words::{CSAT_CREDITS, FRT_STARTS, REOPENS, SYSTEM_CLOSES, Words, value_of};

/// What is wrong with a policy document, and where.
pub type PolicyError = DocumentError;

const RECORD_FIELDS: &[&str] = &["account_id", "versions"];

/// Every field of a version, in the order of its documentation.
pub const VERSION_FIELDS: &[&str] = &[
    "effective_from",
    "first_response_target_seconds",
    "response_target_seconds",
    "resolution_target_seconds",
    "csat_target",
    "minimum_n",
    "frt_start",
    "csat_credit",
    "reopen",
    "visit_cap_seconds",
    "status_cap_seconds",
    "system_close",
    "handle_requires_reply",
    "rate_within_hours",
    "change_within_hours",
    "ask_users",
    "ask_leads",
    "ask_on_outbound",
    "ask_on_workflow",
    "agent_metrics",
];

const ACCOUNT_ID: &str = "an account id, 1–128 bytes without control characters, commas or white space, or \"*\"";
const TIME: &str =
    "a time between 1970 and 9999: RFC 3339 with an offset, like 2026-01-31T09:00:00Z, or Unix milliseconds";

/// The policies of a TOML file.
///
/// # Errors
/// The first fault found, by its path.
pub fn from_toml(text: &str) -> Result<PolicyBook, PolicyError> {
    book(&Node::from_toml(text.strip_prefix('\u{feff}').unwrap_or(text))?)
}

/// The policies of a JSON file.
///
/// # Errors
/// The first fault found, by its path.
pub fn from_json(json: &[u8]) -> Result<PolicyBook, PolicyError> {
    book(&Node::from_json(without_mark(json))?)
}

/// One account and its policies, as a record on the policy topic holds them: an element of a file's list, as JSON.
///
/// # Errors
/// The first fault found, by its path within the record.
pub fn record_from_json(json: &[u8]) -> Result<(String, Policies), PolicyError> {
    record(&Cursor::root(&Node::from_json(without_mark(json))?))
}

fn book(document: &Node) -> Result<PolicyBook, PolicyError> {
    let root = Cursor::root(document);
    root.expect_table(&["policies"])?;
    let mut accounts = HashMap::new();
    for item in root.required("policies", "a list of {account_id, versions}")?.items()? {
        let (account, policies) = record(&item)?;
        if accounts.contains_key(&account) {
            let problem = format!("{account:?} has a record already; put all versions of an account into one");
            return Err(item.required("account_id", ACCOUNT_ID)?.fault(problem));
        }
        accounts.insert(account, policies.into());
    }
    Ok(PolicyBook { accounts })
}

fn record(record: &Cursor<'_>) -> Result<(String, Policies), PolicyError> {
    record.expect_table(RECORD_FIELDS)?;
    let account = account_id(&record.required("account_id", ACCOUNT_ID)?)?;
    let items = record.required("versions", "a list of versions, each with effective_from,")?.items()?;
    let mut versions: Vec<(Millis, Policy)> = Vec::with_capacity(items.len());
    for item in &items {
        let (from, policy) = version(item)?;
        if let Some(earlier) = versions.iter().position(|(known, _)| *known == from) {
            let problem = format!("the same moment as {}; one moment takes one version", items[earlier].path());
            return Err(item.required("effective_from", TIME)?.fault(problem));
        }
        versions.push((from, policy));
    }
    Ok((account, Policies::new(versions).expect("no two versions share a moment: just checked")))
}

fn account_id(field: &Cursor<'_>) -> Result<String, PolicyError> {
    let id = match field.node {
        Node::Text(text) => Some(text.clone()),
        node => node.whole().map(|number| number.to_string()),
    };
    id.filter(|id| is_id(id)).ok_or_else(|| field.wrong(ACCOUNT_ID))
}

fn version(version: &Cursor<'_>) -> Result<(Millis, Policy), PolicyError> {
    version.expect_table(VERSION_FIELDS)?;
    let from = time(&version.required("effective_from", TIME)?)?;
    let policy = Policy {
        first_response_target_ms: seconds(version, "first_response_target_seconds")?,
        response_target_ms: seconds(version, "response_target_seconds")?,
        resolution_target_ms: seconds(version, "resolution_target_seconds")?,
        csat_target: share(version, "csat_target")?,
        minimum_n: whole(version, "minimum_n", 0)?,
        frt_start: choice(version, "frt_start", FRT_STARTS)?.unwrap_or(BUILT_IN.frt_start),
        csat_credit: choice(version, "csat_credit", CSAT_CREDITS)?.unwrap_or(BUILT_IN.csat_credit),
        reopen: choice(version, "reopen", REOPENS)?.unwrap_or(BUILT_IN.reopen),
        visit_cap_ms: seconds(version, "visit_cap_seconds")?.unwrap_or(BUILT_IN.visit_cap_ms),
        status_cap_ms: seconds(version, "status_cap_seconds")?.unwrap_or(BUILT_IN.status_cap_ms),
        system_close: choice(version, "system_close", SYSTEM_CLOSES)?.unwrap_or(BUILT_IN.system_close),
        handle_requires_reply: boolean(version, "handle_requires_reply", BUILT_IN.handle_requires_reply)?,
        rate_within_ms: hours(version, "rate_within_hours")?,
        change_within_ms: hours(version, "change_within_hours")?,
        ask_users: boolean(version, "ask_users", BUILT_IN.ask_users)?,
        ask_leads: boolean(version, "ask_leads", BUILT_IN.ask_leads)?,
        ask_on_outbound: boolean(version, "ask_on_outbound", BUILT_IN.ask_on_outbound)?,
        ask_on_workflow: boolean(version, "ask_on_workflow", BUILT_IN.ask_on_workflow)?,
        agent_metrics: boolean(version, "agent_metrics", BUILT_IN.agent_metrics)?,
    };
    Ok((from, policy))
}

fn time(field: &Cursor<'_>) -> Result<Millis, PolicyError> {
    let at = match field.node {
        Node::Text(text) | Node::DateTime(text) => parse_rfc3339(text),
        node => match node.whole() {
            Some(ms) => Millis::try_from(ms).map_err(|_| WrongTime::OutOfRange).and_then(from_unix_ms),
            None => Err(WrongTime::IllFormed),
        },
    };
    at.map_err(|wrong| match wrong {
        WrongTime::Seconds => field.wrong(&format!("{TIME}; it looks like seconds")),
        WrongTime::IllFormed | WrongTime::OutOfRange => field.wrong(TIME),
    })
}

fn seconds(version: &Cursor<'_>, name: &str) -> Result<Option<Millis>, PolicyError> {
    Ok(whole(version, name, 1)?.map(|seconds| Millis::from(seconds) * 1000))
}

fn hours(version: &Cursor<'_>, name: &str) -> Result<Option<Millis>, PolicyError> {
    Ok(whole(version, name, 1)?.map(|hours| Millis::from(hours) * 3_600_000))
}

fn whole(version: &Cursor<'_>, name: &str, least: u32) -> Result<Option<u32>, PolicyError> {
    let Some(field) = version.member(name) else { return Ok(None) };
    let value = field.node.whole().and_then(|number| u32::try_from(number).ok()).filter(|number| *number >= least);
    value.map(Some).ok_or_else(|| field.wrong(&format!("a whole number from {least} to {}", u32::MAX)))
}

fn share(version: &Cursor<'_>, name: &str) -> Result<Option<f64>, PolicyError> {
    let Some(field) = version.member(name) else { return Ok(None) };
    let value = match field.node {
        Node::Fraction(number) => Some(*number),
        Node::Integer(number) => Some(*number as f64),
        _ => None,
    };
    let value = value.filter(|value| (0.0..=1.0).contains(value));
    value.map(Some).ok_or_else(|| field.wrong("a share from 0 to 1, like 0.85"))
}

fn boolean(version: &Cursor<'_>, name: &str, default: bool) -> Result<bool, PolicyError> {
    match version.member(name) {
        None => Ok(default),
        Some(field) => match field.node {
            Node::Boolean(value) => Ok(*value),
            _ => Err(field.wrong("true or false")),
        },
    }
}

fn choice<T: Copy>(version: &Cursor<'_>, name: &str, words: &Words<T>) -> Result<Option<T>, PolicyError> {
    let Some(field) = version.member(name) else { return Ok(None) };
    let value = match field.node {
        Node::Text(word) => value_of(words, word),
        _ => None,
    };
    let allowed = || words.iter().map(|(word, _)| format!("{word:?}")).collect::<Vec<_>>().join(", ");
    value.map(Some).ok_or_else(|| field.wrong(&format!("one of {}", allowed())))
}
