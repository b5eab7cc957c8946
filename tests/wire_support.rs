//! What the tests of the wire share: records to decode, and events small enough to read in a table.

use cxpulse::domain::event::Event;
use cxpulse::wire::event::EventType;
use cxpulse::wire::{Decoded, Place, RecordRef, decode};
use serde_json::{Value, json};

pub(crate) const PLACE: Place<'static> = Place::Offset { topic: "conversation-events", partition: 3, offset: 42 };

/// When the events of the tests happen, not in a whole second.
pub(crate) const AT: i64 = 1_782_909_015_123;

/// What came of a record, short enough for a table: the event, or `unknown`, or `reason: field`.
pub(crate) type Verdict = Result<Event<'static>, String>;

/// A record of these bytes that does not say when it was written.
pub(crate) fn record<'a>(payload: &'a [u8], content_type: Option<&'a [u8]>) -> RecordRef<'a> {
    RecordRef { payload: Some(payload), content_type, timestamp: None, place: PLACE }
}

/// Decodes bytes without a header. Leaks them, so that a table may hold the events.
pub(crate) fn verdict(payload: impl Into<Vec<u8>>) -> Verdict {
    verdict_with(payload, None)
}

/// Decodes bytes under a `content-type` header.
pub(crate) fn verdict_with(payload: impl Into<Vec<u8>>, content_type: Option<&'static str>) -> Verdict {
    let payload: &'static [u8] = Vec::leak(payload.into());
    of(decode(&record(payload, content_type.map(str::as_bytes))))
}

/// A field as Protobuf lays it out: a number in as few bytes as it takes.
pub(crate) fn number(field: u32, number: u64) -> Vec<u8> {
    let mut out = Vec::new();
    prost::encoding::uint64::encode(field, &number, &mut out);
    out
}

/// A field as Protobuf lays it out: text, a message, or any other bytes.
pub(crate) fn bytes(field: u32, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    prost::encoding::bytes::encode(field, &bytes.to_vec(), &mut out);
    out
}

/// A whole event in Protobuf whose type is this body.
pub(crate) fn with_body(event_type: EventType, body: &[u8]) -> Vec<u8> {
    let envelope = [bytes(1, b"e"), bytes(2, b"acme"), bytes(3, b"c"), number(4, AT as u64)];
    [envelope.concat(), bytes(event_type as u32, body)].concat()
}

/// The body fields that a type cannot do without, in Protobuf; the same as `required`.
pub(crate) fn required_body(event_type: EventType) -> Vec<u8> {
    use EventType as E;
    let agent = bytes(1, b"a");
    match event_type {
        E::ParticipantJoined => bytes(3, b"p"),
        E::TopicTagged => bytes(11, b"t"),
        E::Focused | E::Unfocused | E::MoodPrompted => agent,
        E::CustomerMessage => number(4, 5),
        E::AgentMessage => [agent, number(4, 5)].concat(),
        E::SurveyAnswered => number(8, 4),
        E::SurveyCommented => bytes(20, b"thanks"),
        E::MoodRecorded => [agent, number(21, 1)].concat(),
        E::AgentStatus => [agent, number(22, 1)].concat(),
        E::ConversationStarted | E::Assigned | E::HandedOff | E::Snoozed | E::Closed | E::Reopened | E::SurveySent => {
            Vec::new()
        }
    }
}

pub(crate) fn of(decoded: Decoded<'static>) -> Verdict {
    match decoded {
        Decoded::Event(event) => Ok(event),
        Decoded::Unknown => Err("unknown".to_owned()),
        Decoded::Empty => Err("empty".to_owned()),
        Decoded::Rejected(refusal) => Err(refusal.to_string()),
    }
}

/// A whole event of that type, with these members added or replaced; `null` takes one away.
pub(crate) fn with(event_type: &str, members: Value) -> String {
    let mut event = json!({"event_id": "e", "account_id": "acme", "conversation_id": "c", "occurred_at": AT});
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
