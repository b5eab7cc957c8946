//! The policies of SPEC §5: which version judges what happened in an account at a time.

use super::json::whole_number;
use super::time::{DAY_MS, HOUR_MS, SECOND_MS, read_time};
use serde_json::Value;
use std::collections::BTreeMap;

/// One complete version of an account's policy.
#[derive(Clone, Debug)]
pub struct Version {
    pub first_response_target_ms: Option<i64>,
    pub response_target_ms: Option<i64>,
    pub resolution_target_ms: Option<i64>,
    pub minimum_n: Option<i64>,
    pub from_hand_off: bool,
    pub csat_credit: String,
    pub count_each: bool,
    pub visit_cap_ms: i64,
    pub status_cap_ms: i64,
    pub system_close_abandons: bool,
    pub handle_requires_reply: bool,
    pub rate_within_ms: Option<i64>,
    pub change_within_ms: Option<i64>,
    pub ask_users: bool,
    pub ask_leads: bool,
    pub ask_on_outbound: bool,
    pub ask_on_workflow: bool,
    pub agent_metrics: bool,
}

/// The versions of every account that has a record, by the moment each takes effect.
pub struct Policies {
    records: BTreeMap<String, BTreeMap<i64, Version>>,
    built_in: Version,
}

impl Policies {
    /// Reads a policy file's content, or `null` for none. It is taken to be correct: refusing one is not our task.
    pub fn read(file: &Value) -> Policies {
        let list = file["policies"].as_array().cloned().unwrap_or_default();
        Policies { records: list.iter().filter_map(read_record).collect(), built_in: read_version(&Value::Null) }
    }

    /// The version in force: of the account's own record, else of the record `*`; before the first version of a
    /// record the built-in defaults (SPEC §5).
    pub fn at(&self, account: &str, at_ms: i64) -> &Version {
        let record = self.records.get(account).or_else(|| self.records.get("*"));
        let version = record.and_then(|versions| versions.range(..=at_ms).next_back());
        version.map_or(&self.built_in, |(_, version)| version)
    }
}

fn read_record(record: &Value) -> Option<(String, BTreeMap<i64, Version>)> {
    let account = record["account_id"].as_str()?.to_owned();
    let versions = record["versions"].as_array()?;
    let dated = |version: &Value| Some((read_time(&version["effective_from"].to_string())?, read_version(version)));
    Some((account, versions.iter().filter_map(dated).collect()))
}

fn read_version(version: &Value) -> Version {
    let whole = |name: &str, unit_ms: i64| read_whole(&version[name]).map(|count| count.saturating_mul(unit_ms));
    let flag = |name: &str, default: bool| version[name].as_bool().unwrap_or(default);
    Version {
        first_response_target_ms: whole("first_response_target_seconds", SECOND_MS),
        response_target_ms: whole("response_target_seconds", SECOND_MS),
        resolution_target_ms: whole("resolution_target_seconds", SECOND_MS),
        minimum_n: whole("minimum_n", 1),
        from_hand_off: version["frt_start"] == "handed_off",
        csat_credit: version["csat_credit"].as_str().unwrap_or("last_human_sender").to_owned(),
        count_each: version["reopen"] == "count_each",
        visit_cap_ms: whole("visit_cap_seconds", SECOND_MS).unwrap_or(1800 * SECOND_MS),
        status_cap_ms: whole("status_cap_seconds", SECOND_MS).unwrap_or(DAY_MS),
        system_close_abandons: version["system_close"] == "abandoned",
        handle_requires_reply: flag("handle_requires_reply", false),
        rate_within_ms: whole("rate_within_hours", HOUR_MS),
        change_within_ms: whole("change_within_hours", HOUR_MS),
        ask_users: flag("ask_users", true),
        ask_leads: flag("ask_leads", true),
        ask_on_outbound: flag("ask_on_outbound", true),
        ask_on_workflow: flag("ask_on_workflow", false),
        agent_metrics: flag("agent_metrics", true),
    }
}

fn read_whole(value: &Value) -> Option<i64> {
    whole_number(&value.to_string())?.parse().ok()
}
