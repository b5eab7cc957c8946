//! Ids as producers write them: text, or in JSON a whole number, which stands for its exact decimal text.

use cxpulse::domain::event::{Body, Change, Identity};
use cxpulse::wire::event::EventType;

use crate::wire_support::{bytes, number, required_body, verdict, with, with_body};

/// Every place where an id is asked for.
const IDS: [(&str, &str); 19] = [
    ("handed_off", "event_id"),
    ("handed_off", "account_id"),
    ("handed_off", "conversation_id"),
    ("conversation_started", "contact_id"),
    ("conversation_started", "company_id"),
    ("conversation_started", "line_id"),
    ("conversation_started", "skill_id"),
    ("assigned", "agent_id"),
    ("assigned", "skill_id"),
    ("participant_joined", "contact_id"),
    ("focused", "agent_id"),
    ("customer_message", "contact_id"),
    ("agent_message", "agent_id"),
    ("closed", "agent_id"),
    ("survey_sent", "survey_id"),
    ("survey_answered", "skill_id"),
    ("survey_commented", "survey_id"),
    ("mood_recorded", "agent_id"),
    ("agent_status", "agent_id"),
];

/// A whole event of a type in JSON with this under a name, as it is written.
fn json(event_type: &str, name: &str, value: &str) -> String {
    with(event_type, serde_json::json!({name: "VALUE"})).replace("\"VALUE\"", value)
}

#[test]
fn a_whole_number_is_its_exact_decimal_text_wherever_an_id_is_asked_for() {
    let longest = "1234567890".repeat(13)[..128].to_owned();
    let zeros = format!("1{}", "0".repeat(127));
    for (event_type, name) in IDS {
        for (number, text) in [
            ("5", "5"),
            ("12345", "12345"),
            ("0", "0"),
            ("-0", "0"),
            ("-0.0", "0"),
            ("-5", "-5"),
            ("-12", "-12"),
            ("5.0", "5"),
            ("50e-1", "5"),
            ("1e3", "1000"),
            ("1E+3", "1000"),
            ("1.5e1", "15"),
            ("9007199254740993", "9007199254740993"),
            ("18446744073709551616", "18446744073709551616"),
            (&longest, &longest),
            ("1e127", &zeros),
        ] {
            let quoted = verdict(json(event_type, name, &format!("\"{text}\"")));
            assert!(quoted.is_ok(), "{name} {text}");
            assert_eq!(verdict(json(event_type, name, number)), quoted, "{event_type} {name} {number}");
        }
    }
}

#[test]
fn no_other_value_is_an_id() {
    let long = "9".repeat(129);
    let long_negative = format!("-{}", "9".repeat(128));
    for (event_type, name) in IDS {
        for value in [
            "5.5",
            "1e-1",
            "0.1",
            &long,
            &long_negative,
            "1e128",
            "1e400",
            "-1e400",
            "true",
            "false",
            "[]",
            "[5]",
            "{}",
        ] {
            let expected = Err(format!("ill_formed: {name}"));
            assert_eq!(verdict(json(event_type, name, value)), expected, "{event_type} {value}");
        }
    }
}

#[test]
fn minus_one_is_no_agent_and_no_skill_as_a_number_either() {
    for (event_type, name) in IDS {
        for number in ["-1", "-1.0", "-10e-1", "-0.1e1"] {
            let verdict = verdict(json(event_type, name, number));
            if name == "agent_id" || name == "skill_id" {
                assert_eq!(verdict, Err(format!("ill_formed: {name}")), "{event_type} {number}");
            } else {
                assert!(verdict.is_ok(), "{event_type} {name} {number}");
            }
        }
    }
}

#[test]
fn the_identity_is_the_identity_of_the_text() {
    let identity = |value: &str| verdict(json("handed_off", "event_id", value)).map(|event| event.identity);
    for value in ["77", "77.0", "7.7e1", "\"77\""] {
        assert_eq!(identity(value), Ok(Identity::of(b"77")));
    }
}

#[test]
fn assigned_takes_a_number_and_an_empty_string_clears() {
    let assigned = |agent: &str| verdict(json("assigned", "agent_id", agent)).map(|event| event.body);
    let set = |agent: Change<'static>| Ok(Body::Assigned { agent, skill: Change::Keep });
    assert_eq!(assigned("0"), set(Change::Set("0".into())));
    assert_eq!(assigned("7e0"), set(Change::Set("7".into())));
    assert_eq!(assigned("\"\""), set(Change::Clear));
    assert_eq!(assigned("null"), set(Change::Keep));
}

#[test]
fn a_label_and_a_word_are_text_only() {
    for (event_type, name) in [
        ("topic_tagged", "topic"),
        ("conversation_started", "channel"),
        ("conversation_started", "origin"),
        ("closed", "outcome"),
        ("survey_commented", "comment"),
        ("mood_recorded", "mood"),
    ] {
        assert_eq!(verdict(json(event_type, name, "5")), Err(format!("ill_formed: {name}")));
    }
    assert_eq!(verdict(json("handed_off", "type", "5")), Err("ill_formed: type".to_owned()));
}

#[test]
fn in_protobuf_an_id_is_text_and_a_number_in_its_place_is_undecodable() {
    let undecodable = Err("undecodable".to_owned());
    for field in [1, 2, 3] {
        let event = [with_body(EventType::HandedOff, b""), number(field, 5)].concat();
        assert_eq!(verdict(event), undecodable, "{field}");
    }
    for (event_type, field) in [(EventType::Focused, 1), (EventType::ConversationStarted, 3), (EventType::Closed, 1)] {
        let body = [required_body(event_type), number(field, 5)].concat();
        assert_eq!(verdict(with_body(event_type, &body)), undecodable, "{event_type:?}");
        let mended = [body, bytes(field, b"5")].concat();
        assert!(verdict(with_body(event_type, &mended)).is_ok(), "the last one counts: {event_type:?}");
    }
    for (bad, name) in
        [(&b"-1"[..], "agent_id"), (b"a b", "agent_id"), (b"a,b", "agent_id"), (&[b'x'; 129], "agent_id")]
    {
        let expected = Err(format!("ill_formed: {name}"));
        assert_eq!(verdict(with_body(EventType::Focused, &bytes(1, bad))), expected);
    }
}
