//! Nothing that arrives may stop the processor: any bytes give an event, an unknown type or a refusal.

use cxpulse::wire::event::EventType;
use cxpulse::wire::{Decoded, Place, Refusal, decode, decode_line};
use proptest::prelude::*;
use serde_json::json;

use crate::wire_support::{record, with};

const HEADERS: [Option<&[u8]>; 3] = [None, Some(b"application/json"), Some(b"application/protobuf")];

/// Decodes under every header; what comes out as an event keeps the promises that the fold relies on.
fn check(payload: &[u8]) {
    for content_type in HEADERS {
        check_promises(&decode(&record(payload, content_type)));
    }
    check_promises(&decode_line(payload, &Place::Line { name: "f", line: 1 }).decoded);
}

fn check_promises(decoded: &Decoded<'_>) {
    match decoded {
        Decoded::Event(event) => {
            let is_id = |id: &str| (1..=128).contains(&id.len()) && !id.contains([' ', ',', '\n']);
            assert!(is_id(&event.account));
            assert!(event.conversation.is_empty() || is_id(&event.conversation));
            assert!((0..253_402_300_800_000).contains(&event.at));
        }
        Decoded::Unknown => {}
        Decoded::Empty => panic!("there was a value"),
        Decoded::Rejected(refusal) => assert_eq!(refusal.field.is_none(), *refusal == Refusal::UNDECODABLE),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes_are_answered(bytes: Vec<u8>, text in "\\PC{0,60}") {
        check(&bytes);
        check(text.as_bytes());
        check(format!("{{{text}}}").as_bytes());
    }

    #[test]
    fn an_event_with_any_bytes_changed_is_answered(
        which: prop::sample::Index,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut: prop::sample::Index,
    ) {
        let event_type = which.get(EventType::ALL).word();
        let members = json!({"text": "tell \"nobody\"", "skill_ids": ["s"], "until": "2026-07-01T09:00:00Z"});
        let mut bytes = with(event_type, members).into_bytes();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        check(&bytes);
        check(&bytes[..cut.index(bytes.len())]);
    }

    #[test]
    fn any_value_under_any_key_is_answered(
        which: prop::sample::Index,
        key in "type|account_id|occurred_at|sequence|agent_id|characters|automated|score|mood|skill_ids|until|outcome",
        value in "null|true|-?[0-9]{1,22}|-?[0-9]{1,3}\\.[0-9]{1,3}(e[0-9]{1,2})?|\"[^\"\\\\\\x00-\\x1f]{0,8}\"|\\[\\]|\\{\\}|\\[\"x\"\\]",
    ) {
        let json = with(which.get(EventType::ALL).word(), json!({}));
        check(json.replacen('}', &format!(",\"{key}\":{value}}}"), 1).as_bytes());
    }
}

#[test]
fn a_record_as_large_as_kafka_allows_is_answered() {
    for text in [" ".repeat(1 << 20), "\\u0000".repeat(1 << 17), "é".repeat(1 << 19)] {
        let json = with("survey_commented", json!({"comment": "C"})).replace("\"C\"", &format!("\"{text}\""));
        assert!(matches!(decode(&record(json.as_bytes(), None)), Decoded::Event(_)));
    }
    check("[".repeat(1 << 20).as_bytes());
    check(r#"{"a":"#.repeat(1 << 18).as_bytes());
    check(&[0x0b].repeat(1 << 20));
}
