//! The values of metric and bucket records, and of replay's objects, as JSON (SPEC §6, §10).

use crate::domain::answers::metrics::Metrics;
use crate::domain::bucket::Bucket;
use crate::domain::event::Millis;
use crate::domain::scope::Scope;

use super::metrics::write_metrics;
use super::writer::JsonWriter;

/// Whose numbers a record holds, as of when, and how new they are.
#[derive(Debug, Clone, Copy)]
pub struct Stamp<'a> {
    /// The account.
    pub account: &'a str,
    /// The scope within it.
    pub scope: &'a Scope,
    /// The moment the numbers are asked for.
    pub as_of: Millis,
    /// The sum of the source positions the account is fed from.
    pub revision: u64,
}

/// One scope with all its windows, each with its length in minutes.
#[must_use]
pub fn metric_json<'m>(stamp: &Stamp<'_>, windows: impl IntoIterator<Item = (u32, &'m Metrics)>) -> Vec<u8> {
    JsonWriter::document(|json| {
        write_stamp(json, stamp);
        json.key("windows").array(windows, |json, (minutes, metrics)| {
            json.object(|json| {
                json.key("window_minutes").integer(minutes);
                write_metrics(json.key("metrics"), metrics);
            });
        });
    })
}

/// One scope in one bucket.
#[must_use]
pub fn bucket_json(stamp: &Stamp<'_>, bucket: Bucket, metrics: &Metrics) -> Vec<u8> {
    JsonWriter::document(|json| {
        write_stamp(json, stamp);
        json.key("bucket").time(bucket.end());
        write_metrics(json.key("metrics"), metrics);
    })
}

/// One scope over one window, as `replay` prints it.
#[must_use]
pub fn replay_json(account: &str, scope: &Scope, window_minutes: u32, as_of: Millis, metrics: &Metrics) -> Vec<u8> {
    JsonWriter::document(|json| {
        write_names(json, account, scope);
        json.key("window_minutes").integer(window_minutes);
        json.key("as_of").time(as_of);
        write_metrics(json.key("metrics"), metrics);
    })
}

fn write_stamp(json: &mut JsonWriter, stamp: &Stamp<'_>) {
    write_names(json, stamp.account, stamp.scope);
    json.key("as_of").time(stamp.as_of);
    json.key("revision").integer(stamp.revision);
}

fn write_names(json: &mut JsonWriter, account: &str, scope: &Scope) {
    json.key("account_id").text(account);
    json.optional_text("skill_id", scope.skill.as_deref());
    json.optional_text("agent_id", scope.agent.as_deref());
}
