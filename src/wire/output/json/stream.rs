//! The events of a stream as JSON: what it is, the whole view, what changed of it, that it is alive, and why it ends.
//!
//! Parts and rows come as JSON that was written before: what did not change is not written again.

use super::writer::JsonWriter;

/// What a client is told first.
#[derive(Debug, Clone)]
pub struct Hello<'a> {
    /// Of the events and their fields: it grows when a client would have to change.
    pub schema: u32,
    /// The version of the program.
    pub version: &'a str,
    /// Differs where anything of the program does.
    pub build: &'a str,
    /// How often there may be an update.
    pub publish_interval_ms: u64,
    /// How often there is a heartbeat.
    pub heartbeat_ms: u64,
    /// The parts that follow.
    pub parts: &'a [&'a str],
}

/// A part of a view: whole, or what changed of it.
#[derive(Debug, Clone)]
pub struct StreamPart<'a> {
    /// What it is called.
    pub name: &'a str,
    /// What it says beside its rows, as members.
    pub members: &'a [u8],
    /// All rows, or those that changed; none of a part that has no rows.
    pub rows: Option<Vec<&'a [u8]>>,
    /// The ids of rows that are there no more.
    pub gone: Vec<&'a [u8]>,
}

/// `hello`.
#[must_use]
pub fn hello_json(hello: &Hello<'_>) -> Vec<u8> {
    JsonWriter::document(|json| {
        json.key("schema").integer(hello.schema);
        json.key("server").object(|json| {
            json.key("version").text(hello.version);
            json.key("build").text(hello.build);
        });
        json.key("publish_interval_ms").integer(hello.publish_interval_ms);
        json.key("heartbeat_ms").integer(hello.heartbeat_ms);
        json.key("parts").array(hello.parts, |json, part| json.text(part));
    })
}

/// `snapshot` and `update`: the members of a head, and parts.
#[must_use]
pub fn view_json<'a>(head: &[u8], parts: impl IntoIterator<Item = StreamPart<'a>>) -> Vec<u8> {
    JsonWriter::document(|json| {
        json.written(head);
        for part in parts {
            json.key(part.name).object(|json| write_part(json, &part));
        }
    })
}

/// `bye`: a word, and what it means.
#[must_use]
pub fn bye_json(reason: &str, detail: &str) -> Vec<u8> {
    JsonWriter::document(|json| {
        json.key("reason").text(reason);
        json.key("detail").text(detail);
    })
}

fn write_part(json: &mut JsonWriter, part: &StreamPart<'_>) {
    json.written(part.members);
    if let Some(rows) = &part.rows {
        json.key("rows").array(rows, |json, row| json.written(row));
    }
    if !part.gone.is_empty() {
        json.key("gone").array(&part.gone, |json, ids| json.written(ids));
    }
}
