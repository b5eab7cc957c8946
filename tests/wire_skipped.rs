//! What an event's type does not have, nobody reads: whatever it is, the event is taken.

use cxpulse::wire::event::{EventType, Field};
use proptest::prelude::*;
use serde_json::json;

use crate::wire_support::{bytes, number, required_body, verdict, verdict_with, with, with_body};

/// Values that are JSON by its grammar, and that no field could hold.
fn odd_values() -> Vec<Vec<u8>> {
    let deep = |open: &str, close: &str| (open.repeat(10_000) + "1" + &close.repeat(10_000)).into_bytes();
    let mut values: Vec<Vec<u8>> = [
        r#""\ud83d""#,
        r#""\udc00 \ud800""#,
        r#""\u0000\/\b""#,
        "1e400",
        "-1e400",
        "1e-400",
        "1E+99999999999999999999",
        "-0.0",
        "5.5",
        "true",
        "null",
        "\"\"",
        "\"-1\"",
        "[]",
        "{}",
        r#"[null,{"a":[1,"\ud800",1e999]}]"#,
        r#"{"type":"closed","\ud800":{"account_id":null}}"#,
    ]
    .map(|value| value.as_bytes().to_vec())
    .into();
    values.extend([deep("[", "]"), deep(r#"{"a":"#, "}"), deep(r#"[{"":"#, "}]")]);
    values.push("9".repeat(10_000).into_bytes());
    values.push(b"\"cut in the middle: \xe2\x82\"".to_vec());
    values.push(b"\"\xff\xfe\"".to_vec());
    values
}

/// A whole event of a type with a further member in front of or behind the others.
fn with_member(event_type: EventType, name: &[u8], value: &[u8], in_front: bool) -> Vec<u8> {
    let event = with(event_type.word(), json!({})).into_bytes();
    let member = [b"\"", name, b"\":", value].concat();
    let inside = &event[1..event.len() - 1];
    match in_front {
        true => [b"{", &member[..], b",", inside, b"}"].concat(),
        false => [b"{", inside, b",", &member[..], b"}"].concat(),
    }
}

/// The fields that a type does not have; `text` is one of them for whoever does not keep it.
fn foreign_to(event_type: EventType) -> impl Iterator<Item = Field> {
    let known = Field::of(event_type);
    let is_foreign = move |field: &Field| {
        *field == Field::Text
            || *field == Field::RecordedAt
            || (*field == Field::ConversationId && event_type == EventType::AgentStatus)
            || ((*field as usize) < Field::EventId as usize && *field != Field::Type && !known.contains(field))
    };
    Field::ALL.iter().copied().filter(is_foreign)
}

#[test]
fn a_field_of_another_type_and_a_text_nobody_keeps_may_hold_anything_in_json() {
    let values = odd_values();
    for event_type in EventType::ALL {
        let plain = verdict(with(event_type.word(), json!({})));
        assert!(plain.is_ok());
        for (nth, field) in foreign_to(*event_type).enumerate() {
            for (value, in_front) in values.iter().zip([true, false].into_iter().cycle().skip(nth)) {
                let event = with_member(*event_type, field.name().as_bytes(), value, in_front);
                assert_eq!(verdict(event), plain, "{event_type:?} {field:?} {:?}", value.get(..40));
            }
        }
    }
}

#[test]
fn so_may_a_field_nobody_knows_whatever_it_is_called() {
    let names: [&[u8]; 9] =
        [b"custom", b"", b"Type", b"account_id ", br"x\ud83d", br"\ud800", br#"a\"b\\"#, b"\xff", "ключ".as_bytes()];
    let plain = verdict(with("closed", json!({})));
    for name in names {
        for (value, in_front) in odd_values().iter().zip([true, false].into_iter().cycle()) {
            let event = with_member(EventType::Closed, name, value, in_front);
            assert_eq!(verdict(event), plain, "{name:?} {:?}", value.get(..40));
        }
    }
}

#[test]
fn a_name_is_the_same_name_when_it_is_escaped() {
    let event = with_member(EventType::Closed, br"\u0061gent\u005fid", b"\"ann\"", false);
    assert_eq!(verdict(event), verdict(with("closed", json!({"agent_id": "ann"}))));
}

#[test]
fn what_is_passed_over_is_still_json() {
    for value in [
        "",
        "tru",
        "nul",
        "NaN",
        "-",
        "01",
        "1.",
        ".5",
        "1e",
        "+1",
        "0x1",
        "'a'",
        "\"a",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\t\"",
        "[1",
        "[1,]",
        "[,]",
        "[1 2]",
        "[}",
        "{]",
        "{1:2}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "]",
        "1 2",
    ] {
        let event = with_member(EventType::Closed, b"custom", value.as_bytes(), false);
        assert_eq!(verdict(event), Err("undecodable".to_owned()), "{value}");
    }
}

#[test]
fn a_field_of_another_type_and_one_nobody_knows_may_hold_anything_in_protobuf() {
    let group = |field: u32| {
        let mut key = Vec::new();
        prost::encoding::encode_varint(u64::from(field << 3 | 3), &mut key);
        let mut end = Vec::new();
        prost::encoding::encode_varint(u64::from(field << 3 | 4), &mut end);
        [key.repeat(10_000), end.repeat(10_000)].concat()
    };
    let fixed = |field: u32| {
        let mut out = Vec::new();
        prost::encoding::fixed64::encode(field, &u64::MAX, &mut out);
        prost::encoding::fixed32::encode(field, &u32::MAX, &mut out);
        out
    };
    for event_type in EventType::ALL {
        let required = required_body(*event_type);
        let plain = verdict(with_body(*event_type, &required));
        assert_eq!(plain, verdict(with(event_type.word(), json!({}))));
        let foreign = foreign_to(*event_type).map(|field| field as u32).filter(|field| *field < 26);
        for field in foreign.chain([26, 31, 100, 5_000_000]) {
            for odd in
                [bytes(field, b"\xff\xfe"), bytes(field, b"-1"), number(field, u64::MAX), fixed(field), group(field)]
            {
                let behind = with_body(*event_type, &[required.clone(), odd.clone()].concat());
                assert_eq!(verdict(behind), plain, "{event_type:?} {field}");
                let in_front = with_body(*event_type, &[odd, required.clone()].concat());
                assert_eq!(verdict(in_front), plain, "{event_type:?} {field}");
            }
        }
        for field in [6, 15, 34, 5_000_000] {
            for odd in [bytes(field, b"\xff\xfe"), number(field, u64::MAX), fixed(field), group(field)] {
                let event = [odd.clone(), with_body(*event_type, &required), odd].concat();
                // A header says what it is: a group in field 15 begins with a brace.
                let verdict = verdict_with(event, Some("application/protobuf"));
                assert_eq!(verdict, plain, "{event_type:?} {field}");
            }
        }
    }
}

#[test]
fn the_conversation_of_an_agent_status_may_be_anything() {
    let plain = verdict(with("agent_status", json!({})));
    let status = with_body(EventType::AgentStatus, &required_body(EventType::AgentStatus));
    for odd in [bytes(3, b"a b"), bytes(3, b"\xff"), number(3, 7)] {
        assert_eq!(verdict([status.clone(), odd].concat()), plain);
    }
    for odd in odd_values() {
        assert_eq!(verdict(with_member(EventType::AgentStatus, b"conversation_id", &odd, false)), plain);
    }
}

#[test]
fn a_name_must_be_a_string_and_one_that_is_no_text_is_none() {
    for (event_type, name, field) in
        [(EventType::ConversationStarted, "contact_name", 16), (EventType::AgentStatus, "agent_name", 23)]
    {
        let plain = verdict(with(event_type.word(), json!({})));
        for value in [&b"\"\""[..], b"null", br#""\ud83d""#, b"\"\xe2\x82\""] {
            assert_eq!(verdict(with_member(event_type, name.as_bytes(), value, true)), plain);
        }
        assert_ne!(verdict(with_member(event_type, name.as_bytes(), b"\"Pat\"", true)), plain);
        for value in [&b"5"[..], b"true", b"[]", b"{}"] {
            let expected = Err(format!("ill_formed: {name}"));
            assert_eq!(verdict(with_member(event_type, name.as_bytes(), value, true)), expected);
        }
        let body = |odd: Vec<u8>| with_body(event_type, &[required_body(event_type), odd].concat());
        assert_eq!(verdict(body(bytes(field, b"\xff"))), plain);
        assert_eq!(verdict(body(number(field, 5))), Err("undecodable".to_owned()));
    }
}

#[test]
fn an_unknown_type_is_unknown_whatever_the_rest_is_like() {
    let unknown = Err("unknown".to_owned());
    for odd in odd_values() {
        for name in ["account_id", "event_id", "conversation_id", "occurred_at", "sequence", "agent_id", "skill_ids"] {
            let event = with_member(EventType::Closed, name.as_bytes(), &odd, true);
            let event = String::from_utf8_lossy(&event).replace("\"closed\"", "\"call_started\"");
            assert_eq!(verdict(event), unknown, "{name}");
        }
    }
    for odd in [bytes(1, b"\xff"), number(1, 7), number(2, 7), bytes(3, b"\xff"), bytes(4, b"soon"), bytes(5, b"")] {
        for event in [[odd.clone(), bytes(34, b"\xff")].concat(), [number(1_000_000, 7), odd].concat()] {
            assert_eq!(verdict(event), unknown);
        }
    }
}

#[test]
fn of_a_repeated_name_the_last_counts_and_null_and_empty_are_absent() {
    for (odd, last, expected) in [
        ("5.5", "\"ann\"", Ok("\"ann\"")),
        ("\"\\ud800\"", "\"ann\"", Ok("\"ann\"")),
        ("[[]]", "7", Ok("\"7\"")),
        ("\"ann\"", "null", Ok("null")),
        ("\"ann\"", "\"\"", Ok("null")),
        ("\"ann\"", "{}", Err("ill_formed: agent_id")),
        ("\"ann\"", "\"\\ud800\"", Err("undecodable")),
    ] {
        let event = with_member(EventType::Closed, b"agent_id", odd.as_bytes(), true);
        let event = String::from_utf8(event).expect("it is text").replace('}', &format!(",\"agent_id\":{last}}}"));
        let expected = expected
            .map_err(str::to_owned)
            .and_then(|agent| verdict(with_member(EventType::Closed, b"agent_id", agent.as_bytes(), false)));
        assert_eq!(verdict(event), expected, "{odd} {last}");
    }
    let body = |fields: &[Vec<u8>]| verdict(with_body(EventType::Closed, &fields.concat()));
    assert_eq!(body(&[bytes(1, b"\xff"), bytes(1, b"ann")]), verdict(with("closed", json!({"agent_id": "ann"}))));
    assert_eq!(body(&[number(1, 5), bytes(1, b"")]), verdict(with("closed", json!({}))));
    assert_eq!(body(&[bytes(9, b"x"), number(9, 3)]), verdict(with("closed", json!({"closed_by": "system"}))));
}

proptest! {
    #[test]
    fn any_value_under_any_name_the_type_does_not_have_changes_nothing(
        which: prop::sample::Index,
        name in "[a-z]{1,12}",
        value in any_json(),
        in_front: bool,
    ) {
        let event_type = *which.get(EventType::ALL);
        let foreign = Field::named(name.as_bytes()).is_none_or(|field| foreign_to(event_type).any(|one| one == field));
        if foreign {
            let event = with_member(event_type, name.as_bytes(), value.as_bytes(), in_front);
            prop_assert_eq!(verdict_with(event, Some("application/json")), verdict(with(event_type.word(), json!({}))));
        }
    }
}

/// Any JSON text, blanks included.
fn any_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,8})?",
        "\"([ !#-\\[\\]-~é日]|\\\\[\"\\\\/bfnrt]|\\\\u[0-9a-fA-F]{4}){0,12}\"",
        Just("true".to_owned()),
        Just("null".to_owned()),
    ];
    leaf.prop_recursive(6, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(|items| format!("[ {} ]", items.join(" ,\t"))),
            prop::collection::vec(("[a-z]{0,3}", inner), 0..5).prop_map(|members| {
                let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\" :{value}\n")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}
