//! The rules of SPEC §1 as JSON breaks and keeps them, at their boundaries.

use std::borrow::Cow;

use cxpulse::domain::event::{
    Audience, Body, Change, Event, Identity, Mood, Origin, Outcome, Private, Sequence, Side, Started, Status,
};
use cxpulse::wire::event::EventType;
use cxpulse::wire::{Place, decode_line};
use serde_json::{Value, json};

use crate::wire_support::{PLACE, Verdict, of, required, verdict, verdict_with, with};

fn text(text: &'static str) -> Cow<'static, str> {
    Cow::Borrowed(text)
}

/// The body of a whole event of that type with these members.
fn body(event_type: &str, members: Value) -> Result<Body<'static>, String> {
    verdict(with(event_type, members)).map(|event| event.body)
}

fn refused(verdict: Verdict) -> String {
    verdict.expect_err("refused")
}

#[test]
fn a_whole_event_is_read_field_by_field() {
    let json = r#"{"type":"closed","event_id":"e-1","account_id":"acme","conversation_id":"c-1",
        "occurred_at":"2026-07-01T14:30:15.123+02:00","sequence":7,"agent_id":"ann","outcome":"spam","note":[1,{}]}"#;
    assert_eq!(
        verdict(json),
        Ok(Event {
            account: text("acme"),
            conversation: text("c-1"),
            identity: Identity::of(b"e-1"),
            at: 1_782_909_015_123,
            sequence: Sequence::said(7),
            body: Body::Closed { agent: Some(text("ann")), closed_by: Side::Agent, outcome: Some(Outcome::Spam) },
        })
    );
}

#[test]
fn every_type_carries_its_own_fields() {
    let a = || text("a");
    for (event_type, members, expected) in [
        (
            "conversation_started",
            json!({"contact_id": "p", "contact_name": "Pat", "company_id": "q", "channel": "web, chat",
                "line_id": "+1", "skill_id": "s", "origin": "api", "audience": "lead"}),
            Body::ConversationStarted(Box::new(Started {
                contact: Some(text("p")),
                contact_name: Some(Private::new("Pat")),
                company: Some(text("q")),
                channel: Some(text("web, chat")),
                line: Some(text("+1")),
                skill: Some(text("s")),
                origin: Origin::Api,
                audience: Audience::Lead,
            })),
        ),
        ("conversation_started", json!({}), Body::ConversationStarted(Box::default())),
        ("assigned", json!({}), Body::Assigned { agent: Change::Keep, skill: Change::Keep }),
        ("assigned", json!({"agent_id": "a"}), Body::Assigned { agent: Change::Set(a()), skill: Change::Keep }),
        (
            "assigned",
            json!({"agent_id": "", "skill_id": "s"}),
            Body::Assigned { agent: Change::Clear, skill: Change::Set(text("s")) },
        ),
        (
            "assigned",
            json!({"agent_id": null, "skill_id": ""}),
            Body::Assigned { agent: Change::Keep, skill: Change::Clear },
        ),
        ("handed_off", json!({}), Body::HandedOff),
        ("participant_joined", json!({}), Body::ParticipantJoined { contact: text("p") }),
        ("topic_tagged", json!({"topic": "late, again"}), Body::TopicTagged { topic: text("late, again") }),
        ("focused", json!({}), Body::Focused { agent: a() }),
        (
            "customer_message",
            json!({"text": "hello"}),
            Body::CustomerMessage { contact: None, characters: 5, automated: false },
        ),
        (
            "customer_message",
            json!({"contact_id": "p", "characters": 0}),
            Body::CustomerMessage { contact: Some(text("p")), characters: 0, automated: false },
        ),
        ("agent_message", json!({"text": ""}), Body::AgentMessage { agent: a(), characters: 5, automated: false }),
        (
            "agent_message",
            json!({"automated": true, "characters": 4_294_967_295_u32}),
            Body::AgentMessage { agent: a(), characters: u32::MAX, automated: true },
        ),
        ("unfocused", json!({}), Body::Unfocused { agent: a() }),
        ("snoozed", json!({}), Body::Snoozed { until: None }),
        ("snoozed", json!({"until": ""}), Body::Snoozed { until: None }),
        ("snoozed", json!({"until": "1970-01-01T00:00:01Z"}), Body::Snoozed { until: Some(1000) }),
        ("snoozed", json!({"until": 0}), Body::Snoozed { until: Some(0) }),
        ("closed", json!({}), Body::Closed { agent: None, closed_by: Side::Agent, outcome: Some(Outcome::Resolved) }),
        (
            "closed",
            json!({"agent_id": "a", "closed_by": "system", "outcome": "abandoned"}),
            Body::Closed { agent: Some(a()), closed_by: Side::System, outcome: Some(Outcome::Abandoned) },
        ),
        ("reopened", json!({}), Body::Reopened { by: None }),
        ("reopened", json!({"by": "customer"}), Body::Reopened { by: Some(Side::Customer) }),
        ("survey_sent", json!({}), Body::SurveySent { survey: None, agent: None, skill: None }),
        (
            "survey_sent",
            json!({"survey_id": "v", "agent_id": "a", "skill_id": "s"}),
            Body::SurveySent { survey: Some(text("v")), agent: Some(a()), skill: Some(text("s")) },
        ),
        (
            "survey_answered",
            json!({"score": -2_147_483_648, "comment": ""}),
            Body::SurveyAnswered { survey: None, score: i32::MIN, comment: None, agent: None, skill: None },
        ),
        (
            "survey_answered",
            json!({"survey_id": "v", "score": 6, "comment": "no", "agent_id": "a", "skill_id": "s"}),
            Body::SurveyAnswered {
                survey: Some(text("v")),
                score: 6,
                comment: Some(Private::new("no")),
                agent: Some(a()),
                skill: Some(text("s")),
            },
        ),
        ("survey_commented", json!({}), Body::SurveyCommented { survey: None, comment: Private::new("thanks") }),
        ("mood_prompted", json!({}), Body::MoodPrompted { agent: a() }),
        ("mood_recorded", json!({"mood": "unhappy"}), Body::MoodRecorded { agent: a(), mood: Mood::Unhappy }),
        (
            "agent_status",
            json!({"status": "away", "agent_name": "Ann", "skill_ids": ["s", "t"], "capacity": 3}),
            Body::AgentStatus {
                agent: a(),
                name: Some(Private::new("Ann")),
                status: Status::Away,
                skills: vec![text("s"), text("t")],
                capacity: Some(3),
            },
        ),
    ] {
        assert_eq!(body(event_type, members.clone()), Ok(expected), "{event_type} {members}");
    }
}

#[test]
fn a_required_field_that_is_absent_null_or_empty_is_missing() {
    for event_type in EventType::ALL.iter().map(|event_type| event_type.word()) {
        let mut names = vec!["account_id", "occurred_at"];
        names.extend(required(event_type).into_iter().map(|(name, _)| name));
        names.extend((event_type != "agent_status").then_some("conversation_id"));
        for name in names {
            for empty in [Value::Null, json!("")] {
                assert_eq!(refused(verdict(with(event_type, json!({name: empty})))), format!("missing: {name}"));
            }
        }
    }
    assert_eq!(refused(verdict(r#"{"type":"handed_off"}"#)), "missing: account_id");
}

#[test]
fn an_optional_field_that_is_null_or_empty_is_absent() {
    for (event_type, name) in [
        ("conversation_started", "contact_id"),
        ("conversation_started", "contact_name"),
        ("conversation_started", "company_id"),
        ("conversation_started", "channel"),
        ("conversation_started", "line_id"),
        ("conversation_started", "skill_id"),
        ("conversation_started", "origin"),
        ("conversation_started", "audience"),
        ("customer_message", "contact_id"),
        ("customer_message", "text"),
        ("agent_message", "automated"),
        ("snoozed", "until"),
        ("closed", "agent_id"),
        ("closed", "closed_by"),
        ("closed", "outcome"),
        ("reopened", "by"),
        ("survey_answered", "survey_id"),
        ("survey_answered", "comment"),
        ("survey_answered", "skill_id"),
        ("agent_status", "agent_name"),
        ("agent_status", "skill_ids"),
        ("agent_status", "capacity"),
        ("handed_off", "sequence"),
    ] {
        let without = verdict(with(event_type, json!({})));
        assert!(without.is_ok());
        for empty in [Value::Null, json!("")] {
            assert_eq!(verdict(with(event_type, json!({name: empty}))), without, "{event_type} {name}");
        }
    }
}

#[test]
fn the_type_is_looked_at_first() {
    for (json, expected) in [
        (r#"{"type":"call_started"}"#, "unknown"),
        (r#"{"type":"Closed","account_id":5,"occurred_at":"soon"}"#, "unknown"),
        (r#"{"account_id":"a b","type":" closed"}"#, "unknown"),
        (r#"{}"#, "missing: type"),
        (r#"{"type":null,"account_id":5}"#, "missing: type"),
        (r#"{"type":"","account_id":5}"#, "missing: type"),
        (r#"{"type":7}"#, "ill_formed: type"),
        (r#"{"type":["closed"]}"#, "ill_formed: type"),
        (r#"{"type":"closed","account_id":true}"#, "ill_formed: account_id"),
    ] {
        assert_eq!(refused(verdict(json)), expected, "{json}");
    }
}

#[test]
fn ids_have_no_blanks_commas_or_control_characters() {
    let longest = "x".repeat(128);
    for good in ["x", "-", "-1", "0", "é", "日本", "a/b:c|d\"e\\f'<>", "\u{200b}", &longest, &"é".repeat(64)] {
        let event = verdict(with("handed_off", json!({"account_id": good})));
        assert_eq!(event.map(|event| event.account.into_owned()), Ok(good.to_owned()));
    }
    for bad in [
        " ",
        "a b",
        " a",
        "a ",
        "a,b",
        ",",
        "a\tb",
        "a\nb",
        "\0",
        "\u{7f}",
        "\u{85}",
        "\u{a0}",
        "\u{2003}",
        "\u{3000}",
        &"x".repeat(129),
        &("é".repeat(64) + "x"),
    ] {
        for name in ["account_id", "conversation_id"] {
            let verdict = verdict(with("handed_off", json!({name: bad})));
            assert_eq!(refused(verdict), format!("ill_formed: {name}"), "{bad:?}");
        }
        for (event_type, name) in [
            ("conversation_started", "contact_id"),
            ("conversation_started", "company_id"),
            ("conversation_started", "line_id"),
            ("conversation_started", "skill_id"),
            ("assigned", "agent_id"),
            ("survey_sent", "survey_id"),
            ("focused", "agent_id"),
        ] {
            assert_eq!(refused(verdict(with(event_type, json!({name: bad})))), format!("ill_formed: {name}"));
        }
    }
}

#[test]
fn minus_one_is_no_agent_and_no_skill_but_may_be_anything_else() {
    for (event_type, name) in [
        ("conversation_started", "skill_id"),
        ("assigned", "agent_id"),
        ("assigned", "skill_id"),
        ("focused", "agent_id"),
        ("unfocused", "agent_id"),
        ("agent_message", "agent_id"),
        ("closed", "agent_id"),
        ("survey_sent", "agent_id"),
        ("survey_sent", "skill_id"),
        ("survey_answered", "agent_id"),
        ("survey_answered", "skill_id"),
        ("mood_prompted", "agent_id"),
        ("mood_recorded", "agent_id"),
        ("agent_status", "agent_id"),
    ] {
        assert_eq!(refused(verdict(with(event_type, json!({name: "-1"})))), format!("ill_formed: {name}"));
    }
    for (event_type, name) in [
        ("handed_off", "account_id"),
        ("handed_off", "conversation_id"),
        ("conversation_started", "contact_id"),
        ("conversation_started", "line_id"),
        ("topic_tagged", "topic"),
        ("survey_sent", "survey_id"),
    ] {
        assert!(verdict(with(event_type, json!({name: "-1"}))).is_ok(), "{name}");
    }
}

#[test]
fn labels_may_hold_blanks_and_commas_but_no_control_characters() {
    for (event_type, name) in [("topic_tagged", "topic"), ("conversation_started", "channel")] {
        for good in ["a b, c", " ", "\u{a0}", &"x".repeat(128)] {
            assert!(verdict(with(event_type, json!({name: good}))).is_ok(), "{good:?}");
        }
        for bad in ["a\tb", "\n", "\u{7f}", "\u{85}", &"x".repeat(129)] {
            assert_eq!(refused(verdict(with(event_type, json!({name: bad})))), format!("ill_formed: {name}"));
        }
    }
}

#[test]
fn an_event_id_is_any_text_of_up_to_128_bytes_and_the_place_stands_in_for_it() {
    let identity = |event_id: Value| verdict(with("handed_off", json!({"event_id": event_id}))).map(|e| e.identity);
    let longest = "é".repeat(64);
    for good in ["e", " a, b\n\0", &longest] {
        assert_eq!(identity(json!(good)), Ok(Identity::of(good.as_bytes())));
    }
    let place = Identity::of(b"conversation-events/3/00000000000000000042");
    assert_eq!(identity(Value::Null), Ok(place));
    assert_eq!(identity(json!("")), Ok(place));
    assert_eq!(identity(json!("x".repeat(129))), Err("ill_formed: event_id".to_owned()));
    assert_eq!(identity(json!(5)), Ok(Identity::of(b"5")));
    assert_eq!(identity(json!(true)), Err("ill_formed: event_id".to_owned()));
    assert_eq!(PLACE.identity_text(), "conversation-events/3/00000000000000000042");
    let line = Place::Line { name: "days/1.jsonl", line: 7 };
    assert_eq!(line.identity_text(), "days/1.jsonl:00000000000000000007");
}

#[test]
fn integers_have_no_fractional_part_and_no_quotes_and_fit_their_field() {
    for (event_type, name, number, expected) in [
        ("handed_off", "sequence", "0", None),
        ("handed_off", "sequence", "4294967295", None),
        ("handed_off", "sequence", "4294967296", Some("out_of_range: sequence")),
        ("handed_off", "sequence", "-1", Some("out_of_range: sequence")),
        ("handed_off", "sequence", "18446744073709551615", Some("out_of_range: sequence")),
        ("handed_off", "sequence", "1.0", None),
        ("handed_off", "sequence", "1e3", None),
        ("handed_off", "sequence", "-0.0", None),
        ("handed_off", "sequence", "1.5", Some("ill_formed: sequence")),
        ("handed_off", "sequence", "1e-1", Some("ill_formed: sequence")),
        ("handed_off", "sequence", "1e400", Some("out_of_range: sequence")),
        ("handed_off", "sequence", "\"1\"", Some("ill_formed: sequence")),
        ("handed_off", "sequence", "true", Some("ill_formed: sequence")),
        ("handed_off", "sequence", "[1]", Some("ill_formed: sequence")),
        ("handed_off", "sequence", "01", Some("undecodable")),
        ("handed_off", "sequence", "+1", Some("undecodable")),
        ("survey_answered", "score", "-2147483648", None),
        ("survey_answered", "score", "2147483647", None),
        ("survey_answered", "score", "2147483648", Some("out_of_range: score")),
        ("survey_answered", "score", "-2147483649", Some("out_of_range: score")),
        ("survey_answered", "score", "4.5", Some("ill_formed: score")),
        ("customer_message", "characters", "4294967295", None),
        ("customer_message", "characters", "4294967296", Some("out_of_range: characters")),
        ("agent_message", "characters", "-1", Some("out_of_range: characters")),
        ("agent_status", "capacity", "4294967296", Some("out_of_range: capacity")),
        ("agent_status", "capacity", "\"3\"", Some("ill_formed: capacity")),
    ] {
        let json = with(event_type, json!({name: "NUMBER"})).replace("\"NUMBER\"", number);
        assert_eq!(verdict(json).err().as_deref(), expected, "{name} {number}");
    }
}

#[test]
fn times_are_rfc_3339_or_whole_unix_milliseconds_between_1970_and_9999() {
    for (event_type, name) in [("handed_off", "occurred_at"), ("snoozed", "until")] {
        for (time, expected) in [
            ("0", None),
            ("253402300799999", None),
            ("\"9999-12-31T23:59:59.999Z\"", None),
            ("-10000000000", Some("out_of_range")),
            ("253402300800000", Some("out_of_range")),
            ("18446744073709551615", Some("out_of_range")),
            ("\"1969-12-31T23:59:59.999Z\"", Some("out_of_range")),
            ("1.5", Some("ill_formed")),
            ("true", Some("ill_formed")),
            ("\"1000\"", Some("ill_formed")),
            ("\"2016-12-31T23:59:60Z\"", Some("ill_formed")),
        ] {
            let json = with(event_type, json!({name: "TIME"})).replace("\"TIME\"", time);
            let expected = expected.map(|reason| format!("{reason}: {name}"));
            assert_eq!(verdict(json).err(), expected, "{name} {time}");
        }
    }
}

#[test]
fn a_wrong_type_or_an_unknown_word_is_ill_formed() {
    for (event_type, name) in [
        ("conversation_started", "contact_name"),
        ("conversation_started", "channel"),
        ("conversation_started", "origin"),
        ("conversation_started", "audience"),
        ("agent_message", "automated"),
        ("closed", "closed_by"),
        ("closed", "outcome"),
        ("reopened", "by"),
        ("survey_answered", "comment"),
        ("survey_commented", "comment"),
        ("mood_recorded", "mood"),
        ("agent_status", "status"),
        ("agent_status", "agent_name"),
    ] {
        for wrong in [json!(7), json!(1.5), json!({}), json!({"a": "b"}), json!([1]), json!([null])] {
            let verdict = verdict(with(event_type, json!({name: wrong})));
            assert_eq!(refused(verdict), format!("ill_formed: {name}"), "{wrong}");
        }
    }
    for (event_type, name) in [
        ("conversation_started", "origin"),
        ("conversation_started", "audience"),
        ("agent_message", "automated"),
        ("closed", "closed_by"),
        ("closed", "outcome"),
        ("reopened", "by"),
        ("mood_recorded", "mood"),
        ("agent_status", "status"),
    ] {
        for word in ["Agent", "happy ", "other", "true"] {
            let verdict = verdict(with(event_type, json!({name: word})));
            assert_eq!(refused(verdict), format!("ill_formed: {name}"), "{word}");
        }
    }
}

#[test]
fn the_skills_an_agent_serves_are_skills() {
    for (skills, is_good) in [
        (json!([]), true),
        (json!(["s"]), true),
        (json!(["s", "-1"]), false),
        (json!(["a b"]), false),
        (json!([""]), false),
        (json!(["s", 5]), true),
        (json!(["s", -1]), false),
        (json!(["s", 5.5]), false),
        (json!(["s", null]), false),
        (json!(["s", ["t"]]), false),
        (json!("s"), false),
        (json!(7), false),
        (json!({}), false),
        (json!(true), false),
    ] {
        let verdict = verdict(with("agent_status", json!({"skill_ids": skills})));
        assert_eq!(verdict.err().as_deref(), (!is_good).then_some("ill_formed: skill_ids"), "{skills}");
    }
}

#[test]
fn the_conversation_of_an_agent_status_is_ignored_whatever_it_is() {
    for conversation in [Value::Null, json!("c"), json!("a b"), json!(5), json!({"a": []})] {
        let event = verdict(with("agent_status", json!({"conversation_id": conversation})));
        assert_eq!(event.map(|event| event.conversation), Ok(text("")));
    }
}

#[test]
fn fields_of_other_types_and_unknown_ones_are_ignored() {
    let members = json!({"score": "x", "agent_id": {"deep": [1, 2]}, "text": 5, "tags": [[]], "recorded_at": "never"});
    assert_eq!(body("handed_off", members), Ok(Body::HandedOff));
}

#[test]
fn of_repeated_keys_the_last_counts() {
    let json = with("handed_off", json!({})).replace('{', r#"{"account_id":"first","sequence":"x","#);
    let json = json.replace('}', r#","sequence":3,"account_id":"last"}"#);
    let event = verdict(json).expect("well-formed in the end");
    assert_eq!((event.account.as_ref(), event.sequence), ("last", Sequence::Said(3)));
    let json = with("handed_off", json!({})).replace('}', r#","account_id":null}"#);
    assert_eq!(refused(verdict(json)), "missing: account_id");
}

#[test]
fn escapes_are_undone_and_what_has_none_is_borrowed() {
    let json = with("topic_tagged", json!({})).replace("\"t\"", r#""caf\u00e9 \ud83d\ude00 \"x\"""#);
    assert_eq!(verdict(json).map(|e| e.body), Ok(Body::TopicTagged { topic: text("café 😀 \"x\"") }));
    let event = verdict(with("focused", json!({}))).expect("well-formed");
    assert!(matches!(event.account, Cow::Borrowed(_)));
    assert!(matches!(event.body, Body::Focused { agent: Cow::Borrowed(_) }));
    let json = with("focused", json!({})).replace("agent_id", r"\u0061gent_id");
    assert_eq!(verdict(json).map(|e| e.body), Ok(Body::Focused { agent: text("a") }));
}

#[test]
fn what_is_not_one_json_object_is_undecodable() {
    let whole = with("handed_off", json!({}));
    let deep = |name: &str, levels: usize| format!(r#"{{"{name}":{}{}}}"#, "[".repeat(levels), "]".repeat(levels));
    let cut = &whole[..whole.len() - 1];
    for bad in [
        "{",
        cut,
        "{}{}",
        "{} x",
        r#"{"a":1,}"#,
        r#"{'a':1}"#,
        r#"{"a":NaN}"#,
        r#"{"type":"\ud800"}"#,
        r#"{"type":"closed"#,
        r#"{"a":[1}"#,
    ] {
        assert_eq!(refused(verdict(bad)), "undecodable", "{bad}");
    }
    assert_eq!(refused(verdict(deep("text", 100_000))), "missing: type");
    assert_eq!(refused(verdict(deep("nobody_knows", 100_000))), "missing: type");
    assert_eq!(refused(verdict(deep("type", 100_000))), "ill_formed: type");
    assert!(verdict(format!("{whole} \r\n\t")).is_ok());
    for bad in ["", " ", "null", "[]", "\"x\"", "5", "\u{feff}"] {
        assert_eq!(refused(verdict_with(bad, Some("application/json"))), "undecodable", "{bad}");
    }
}

#[test]
fn invalid_utf_8_is_undecodable_in_whatever_is_read() {
    for (name, event_type) in [
        ("account_id", "handed_off"),
        ("event_id", "handed_off"),
        ("type", "handed_off"),
        ("comment", "survey_commented"),
    ] {
        let mut bytes = with(event_type, json!({name: "BAD"})).into_bytes();
        let at = bytes.windows(3).position(|window| window == b"BAD").expect("it is there");
        bytes[at] = 0xff;
        assert_eq!(refused(verdict(bytes)), "undecodable", "{name}");
    }
}

#[test]
fn the_header_tells_the_format_or_else_the_first_byte_does() {
    let json = with("handed_off", json!({}));
    let spaced = format!("\n{json}");
    for header in ["application/json", "Application/JSON", "application/json; charset=utf-8", " application/json "] {
        assert!(verdict_with(json.clone(), Some(header)).is_ok(), "{header}");
        assert!(verdict_with(spaced.clone(), Some(header)).is_ok(), "{header}");
    }
    for header in [None, Some(""), Some("text/plain"), Some("application/octet-stream")] {
        assert!(verdict_with(json.clone(), header).is_ok(), "{header:?}");
        assert_eq!(refused(verdict_with(spaced.clone(), header)), "undecodable", "{header:?}");
    }
    assert_eq!(refused(verdict_with(json, Some("application/protobuf"))), "undecodable");
}

#[test]
fn a_line_of_a_file_may_say_when_it_was_recorded() {
    let line = |members: Value| {
        let line: &'static str = String::leak(with("handed_off", members));
        let record = decode_line(line.as_bytes(), &Place::Line { name: "f", line: 9 });
        (of(record.decoded), record.recorded_at)
    };
    let (event, recorded_at) = line(json!({"event_id": null, "recorded_at": "1970-01-01T00:00:05Z"}));
    assert_eq!(event.map(|event| event.identity), Ok(Identity::of(b"f:00000000000000000009")));
    assert_eq!(recorded_at, Some(5000));
    assert_eq!(line(json!({"recorded_at": 1.782909015124e12})).1, Some(1_782_909_015_124));
    assert_eq!(
        refused(line(json!({"recorded_at": 7})).0),
        "ill_formed: recorded_at, it looks like seconds; right would be milliseconds"
    );
    for absent in [Value::Null, json!("")] {
        let (event, recorded_at) = line(json!({"recorded_at": absent}));
        assert!(event.is_ok() && recorded_at.is_none());
    }
    assert_eq!(refused(line(json!({"recorded_at": "soon"})).0), "ill_formed: recorded_at");
    assert_eq!(refused(line(json!({"recorded_at": "1969-12-31T00:00:00Z"})).0), "out_of_range: recorded_at");
    assert_eq!(refused(line(json!({"recorded_at": "soon", "type": "call_started"})).0), "unknown");
    assert_eq!(refused(line(json!({"recorded_at": "soon", "account_id": 5.5})).0), "ill_formed: account_id");
}

#[test]
fn a_refusal_never_holds_a_value() {
    let secret = "tell nobody\u{7}";
    for (event_type, name) in [("survey_commented", "comment"), ("conversation_started", "contact_name")] {
        let verdict = verdict(with(event_type, json!({name: [secret]})));
        assert!(!refused(verdict).contains("tell"), "{name}");
    }
}
