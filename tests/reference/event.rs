//! One input line and what becomes of it: an admitted event, or the reason why not (SPEC §1, §2).

use super::Input;
use super::body::{Body, TYPES, read_body};
use super::fields::{Field, Fields, required};
use super::time::HOUR_MS;
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

/// An admitted event. `text`, which reading drops, is not part of it.
#[derive(Clone, Debug)]
pub struct Event {
    /// Whose event it is.
    pub account: String,
    /// The conversation; empty for `agent_status`.
    pub conversation: String,
    /// When it happened.
    pub at_ms: i64,
    /// Its order among the events of one millisecond.
    pub sequence: u32,
    /// The `event_id`, or what stands in for it.
    pub event_id: String,
    /// The XXH3-64 of `event_id`.
    pub identity: u64,
    /// What it says.
    pub body: Body,
}

/// What becomes of a line.
pub enum Reading {
    /// It takes part.
    Admitted(Box<Event>),
    /// More than 24 h older than its record.
    Late,
    /// Of a type that is not known.
    Unknown,
    /// Ill-formed, or more than 1 h ahead of its record.
    Rejected,
}

/// Reads one line. The type is looked at first, so that an unknown one is never ill-formed (SPEC §1).
pub fn read(input: &Input) -> Reading {
    let Ok(Value::Object(object)) = serde_json::from_str::<Value>(&input.text) else { return Reading::Rejected };
    let fields = Fields(&object);
    let Ok(Some(kind)) = fields.text("type") else { return Reading::Rejected };
    if !TYPES.contains(&kind.as_str()) {
        return Reading::Unknown;
    }
    match (read_event(input, &fields, &kind), fields.time("recorded_at")) {
        (Ok(event), Ok(recorded_ms)) => judge_by_record(event, recorded_ms),
        _ => Reading::Rejected,
    }
}

/// The two limits of SPEC §2; a line without `recorded_at` is within both.
fn judge_by_record(event: Event, recorded_ms: Option<i64>) -> Reading {
    let recorded_ms = recorded_ms.unwrap_or(event.at_ms);
    if recorded_ms - event.at_ms > 24 * HOUR_MS {
        Reading::Late
    } else if event.at_ms - recorded_ms > HOUR_MS {
        Reading::Rejected
    } else {
        Reading::Admitted(Box::new(event))
    }
}

fn read_event(input: &Input, fields: &Fields, kind: &str) -> Field<Event> {
    let conversation = match kind {
        "agent_status" => String::new(),
        _ => required("conversation_id", fields.id("conversation_id")?)?,
    };
    let stand_in = || format!("{}:{:020}", input.name, input.line_number);
    let event_id = fields.short_text("event_id")?.unwrap_or_else(stand_in);
    Ok(Event {
        account: required("account_id", fields.id("account_id")?)?,
        conversation,
        at_ms: required("occurred_at", fields.time("occurred_at")?)?,
        sequence: fields.integer("sequence")?.unwrap_or(0),
        identity: xxh3_64(event_id.as_bytes()),
        event_id,
        body: read_body(fields, kind)?,
    })
}
