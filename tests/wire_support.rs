//! What the tests of the wire share: records to decode, and events small enough to read in a table.

use cxpulse::domain::event::Event;
use cxpulse::wire::{Decoded, Place, RecordRef, decode};
use serde_json::{Value, json};

pub(crate) const PLACE: Place<'static> = Place::Offset { topic: "conversation-events", partition: 3, offset: 42 };

/// What came of a record, short enough for a table: the event, or `unknown`, or `reason: field`.
pub(crate) type Verdict = Result<Event<'static>, String>;

/// Decodes bytes without a header. Leaks them, so that a table may hold the events.
pub(crate) fn verdict(payload: impl Into<Vec<u8>>) -> Verdict {
    verdict_with(payload, None)
}

/// Decodes bytes under a `content-type` header.
pub(crate) fn verdict_with(payload: impl Into<Vec<u8>>, content_type: Option<&'static str>) -> Verdict {
    let payload: &'static [u8] = Vec::leak(payload.into());
    of(decode(&RecordRef { payload, content_type: content_type.map(str::as_bytes), place: PLACE }))
}

pub(crate) fn of(decoded: Decoded<'static>) -> Verdict {
    match decoded {
        Decoded::Event(event) => Ok(event),
        Decoded::Unknown => Err("unknown".to_owned()),
        Decoded::Rejected(refusal) => Err(refusal.to_string()),
    }
}

/// A whole event of that type, with these members added or replaced; `null` takes one away.
pub(crate) fn with(event_type: &str, members: Value) -> String {
    let mut event = json!({"event_id": "e", "account_id": "acme", "conversation_id": "c", "occurred_at": 1000});
    event["type"] = event_type.into();
    for (name, value) in required(event_type) {
        event[name] = value;
    }
    for (name, value) in members.as_object().expect("members are an object") {
        event[name] = value.clone();
    }
    event.to_string()
}

/// The body fields that a type cannot do without.
pub(crate) fn required(event_type: &str) -> Vec<(&'static str, Value)> {
    match event_type {
        "participant_joined" => vec![("contact_id", json!("p"))],
        "topic_tagged" => vec![("topic", json!("t"))],
        "focused" | "unfocused" | "mood_prompted" => vec![("agent_id", json!("a"))],
        "customer_message" => vec![("characters", json!(5))],
        "agent_message" => vec![("agent_id", json!("a")), ("characters", json!(5))],
        "survey_answered" => vec![("score", json!(4))],
        "survey_commented" => vec![("comment", json!("thanks"))],
        "mood_recorded" => vec![("agent_id", json!("a")), ("mood", json!("happy"))],
        "agent_status" => vec![("agent_id", json!("a")), ("status", json!("online"))],
        _ => vec![],
    }
}
