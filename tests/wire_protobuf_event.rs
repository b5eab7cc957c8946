//! Protobuf events: the rules, the wire format's own oddities, and agreement with prost and with JSON.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use cxpulse::domain::event::{Body, Change, Event, Identity, Mood, Outcome, Private, Sequence, Side, Status};
use cxpulse::wire::event::{EventType, Field};
use cxpulse::wire::proto::{self, DESCRIPTORS, event};
use cxpulse::wire::words;
use proptest::prelude::*;
use prost::Message;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};
use prost_reflect::{DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value};
use serde_json::json;

use crate::wire_support::{AT, verdict, verdict_with};

fn whole(body: event::Body) -> proto::Event {
    proto::Event {
        event_id: Some("e".to_owned()),
        account_id: Some("acme".to_owned()),
        conversation_id: Some("c".to_owned()),
        occurred_at_ms: Some(AT),
        sequence: None,
        body: Some(body),
    }
}

fn handed_off() -> proto::Event {
    whole(event::Body::HandedOff(proto::HandedOff {}))
}

fn refused(event: &proto::Event) -> String {
    verdict(event.encode_to_vec()).expect_err("refused")
}

#[test]
fn a_whole_event_is_read_field_by_field() {
    let mut message = whole(event::Body::Closed(proto::Closed {
        agent_id: Some("ann".to_owned()),
        closed_by: Some(proto::Side::Customer.into()),
        outcome: Some(proto::Outcome::Spam.into()),
    }));
    message.sequence = Some(7);
    let text = Cow::Borrowed;
    assert_eq!(
        verdict(message.encode_to_vec()),
        Ok(Event {
            account: text("acme"),
            conversation: text("c"),
            identity: Identity::of(b"e"),
            at: AT,
            sequence: Sequence::said(7),
            body: Body::Closed { agent: Some(text("ann")), closed_by: Side::Customer, outcome: Some(Outcome::Spam) },
        })
    );
}

#[test]
fn absent_and_zero_differ() {
    let message =
        |characters| whole(event::Body::CustomerMessage(proto::CustomerMessage { characters, ..Default::default() }));
    let body = verdict(message(Some(0)).encode_to_vec()).map(|event| event.body);
    assert_eq!(body, Ok(Body::CustomerMessage { contact: None, characters: 0, automated: false }));
    assert_eq!(refused(&message(None)), "missing: characters");
    let mut event = handed_off();
    event.occurred_at_ms = Some(0);
    assert_eq!(verdict(event.encode_to_vec()).map(|event| event.at), Ok(0));
    event.occurred_at_ms = None;
    assert_eq!(refused(&event), "missing: occurred_at");
    let assigned = proto::Assigned { agent_id: Some(String::new()), skill_id: None };
    let body = verdict(whole(event::Body::Assigned(assigned)).encode_to_vec()).map(|event| event.body);
    assert_eq!(body, Ok(Body::Assigned { agent: Change::Clear, skill: Change::Keep }));
}

#[test]
fn enum_value_zero_is_absent_and_an_unknown_one_is_ill_formed() {
    let mood = |mood| whole(event::Body::MoodRecorded(proto::MoodRecorded { agent_id: Some("a".to_owned()), mood }));
    assert_eq!(refused(&mood(None)), "missing: mood");
    assert_eq!(refused(&mood(Some(0))), "missing: mood");
    assert_eq!(refused(&mood(Some(4))), "ill_formed: mood");
    assert_eq!(refused(&mood(Some(-1))), "ill_formed: mood");
    let recorded = verdict(mood(Some(3)).encode_to_vec()).map(|event| event.body);
    assert_eq!(recorded, Ok(Body::MoodRecorded { agent: Cow::Borrowed("a"), mood: Mood::Unhappy }));
    let closed = |outcome| whole(event::Body::Closed(proto::Closed { outcome, ..Default::default() }));
    assert_eq!(verdict(closed(Some(0)).encode_to_vec()), verdict(closed(None).encode_to_vec()));
    assert_eq!(refused(&closed(Some(i32::MIN))), "ill_formed: outcome");
}

#[test]
fn ranges_and_rules_hold_as_in_json() {
    let mut event = handed_off();
    event.occurred_at_ms = Some(-10_000_000_000);
    assert_eq!(refused(&event), "out_of_range: occurred_at");
    event.occurred_at_ms = Some(253_402_300_800_000);
    assert_eq!(refused(&event), "out_of_range: occurred_at");
    event.occurred_at_ms = Some(253_402_300_799_999);
    assert!(verdict(event.encode_to_vec()).is_ok());
    event.account_id = Some("a b".to_owned());
    assert_eq!(refused(&event), "ill_formed: account_id");
    event.account_id = Some(String::new());
    assert_eq!(refused(&event), "missing: account_id");
    let status = |skill_ids: &[&str]| proto::AgentStatus {
        agent_id: Some("a".to_owned()),
        status: Some(proto::Presence::Away.into()),
        skill_ids: skill_ids.iter().map(|skill| (*skill).to_owned()).collect(),
        ..Default::default()
    };
    let mut event = whole(event::Body::AgentStatus(status(&["s", "t"])));
    event.conversation_id = Some("a b".to_owned());
    let decoded = verdict(event.encode_to_vec()).expect("the conversation is ignored");
    let (agent, status_word, skills) = (Cow::Borrowed("a"), Status::Away, vec!["s".into(), "t".into()]);
    let expected = Body::AgentStatus { agent, name: None, status: status_word, skills, capacity: None };
    assert_eq!(decoded.body, expected);
    assert_eq!(decoded.conversation, "");
    assert_eq!(refused(&whole(event::Body::AgentStatus(status(&["s", "-1"])))), "ill_formed: skill_ids");
}

#[test]
fn a_body_this_version_does_not_know_is_an_unknown_type_even_if_the_rest_is_bad() {
    let mut bytes = proto::Event { account_id: Some("a b".to_owned()), ..Default::default() }.encode_to_vec();
    assert_eq!(verdict(bytes.clone()), Err("missing: type".to_owned()));
    prost::encoding::bytes::encode(15, &vec![1, 2, 3], &mut bytes);
    assert_eq!(verdict(bytes.clone()), Err("missing: type".to_owned()), "15 is the envelope's");
    prost::encoding::bytes::encode(34, &vec![1, 2, 3], &mut bytes);
    assert_eq!(verdict(bytes), Err("unknown".to_owned()));
    let mut known = handed_off().encode_to_vec();
    prost::encoding::bytes::encode(34, &vec![1, 2, 3], &mut known);
    assert!(verdict(known).is_ok(), "a known body stands beside a field nobody knows");
    assert_eq!(verdict(Vec::new()), Err("missing: type".to_owned()));
}

#[test]
fn the_last_body_counts_and_bodies_of_one_type_merge() {
    let answered = |survey: proto::SurveyAnswered| whole(event::Body::SurveyAnswered(survey)).encode_to_vec();
    let first = answered(proto::SurveyAnswered { score: Some(1), comment: Some("x".to_owned()), ..Default::default() });
    let second = answered(proto::SurveyAnswered { score: Some(5), ..Default::default() });
    let both = [first.clone(), second].concat();
    let Ok(Event { body: Body::SurveyAnswered { score, comment, .. }, .. }) = verdict(both) else {
        panic!("the bodies merge")
    };
    assert_eq!((score, comment.as_ref().map(Private::reveal)), (5, Some("x")));
    let replaced = [first, handed_off().encode_to_vec()].concat();
    assert_eq!(verdict(replaced).map(|event| event.body), Ok(Body::HandedOff));
}

#[test]
fn the_first_byte_of_json_never_opens_protobuf_and_a_header_decides() {
    let bytes = handed_off().encode_to_vec();
    assert_ne!(bytes[0], b'{');
    assert!(verdict_with(bytes.clone(), Some("application/protobuf")).is_ok());
    assert!(verdict_with(bytes.clone(), Some("application/protobuf; proto=cxpulse.v1.Event")).is_ok());
    assert!(verdict_with(bytes.clone(), Some("application/x-protobuf")).is_ok());
    assert_eq!(verdict_with(bytes, Some("application/json")), Err("undecodable".to_owned()));
}

#[test]
fn malformed_bytes_are_undecodable() {
    let whole = handed_off().encode_to_vec();
    for (bytes, why) in [
        (&whole[..whole.len() - 1], "cut short"),
        (&[0x0a, 0x05, b'a'], "a length beyond the end"),
        (&[0x0a, 0x01, 0xff, 0x92, 0x01, 0x00], "invalid UTF-8 in an identity"),
        (&[0x08, 0x01, 0x92, 0x01, 0x00], "a number for a text"),
        (&[0x12, 0x01, b'a', 0x1a, 0x01, b'c', 0x22, 0x00, 0x92, 0x01, 0x00], "a text for a number"),
        (&[0x90, 0x01, 0x00], "a number for a body"),
        (&[0x00, 0x00], "field number 0"),
        (&[0x0e], "wire type 6"),
        (&[0x7b], "a group that never ends"),
        (&[0x7c], "a group that never began"),
        (&[0x20, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02], "a varint beyond 64 bits"),
        (&[0x20, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00], "a varint of eleven bytes"),
        (&[0xff; 32], "noise"),
    ] {
        assert_eq!(verdict(bytes), Err("undecodable".to_owned()), "{why}");
        assert!(proto::Event::decode(bytes).is_err(), "prost refuses it too: {why}");
    }
}

/// An endless source of small choices from one seed, so that a failing case is one number.
struct Choices(u64);

impl Choices {
    /// Sebastiano Vigna's SplitMix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn one_of<T: Clone>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())].clone()
    }
}

fn event_descriptor() -> MessageDescriptor {
    static EVENT: LazyLock<MessageDescriptor> = LazyLock::new(|| {
        let pool = DescriptorPool::decode(DESCRIPTORS).expect("the build wrote it");
        pool.get_message_by_name("cxpulse.v1.Event").expect("the contract has events")
    });
    EVENT.clone()
}

/// An event of any type with any of its fields, mostly well-formed.
fn any_event(choices: &mut Choices) -> DynamicMessage {
    let descriptor = event_descriptor();
    let mut message = DynamicMessage::new(descriptor.clone());
    for field in descriptor.fields().filter(|field| field.number() < 16) {
        if choices.below(20) > 0 {
            message.set_field(&field, any_value(&field, choices));
        }
    }
    let body = descriptor.get_field(16 + choices.below(EventType::ALL.len()) as u32).expect("a body");
    message.set_field(&body, any_value(&body, choices));
    message
}

fn any_value(field: &FieldDescriptor, choices: &mut Choices) -> Value {
    match field.kind() {
        Kind::String if field.is_list() => {
            Value::List((0..choices.below(3)).map(|_| Value::String(any_text(choices))).collect())
        }
        Kind::String => Value::String(any_text(choices)),
        Kind::Bool => Value::Bool(choices.below(2) == 1),
        Kind::Uint32 => Value::U32(choices.one_of(&[0, 1, 7, 300, u32::MAX])),
        Kind::Int32 => Value::I32(choices.one_of(&[1, 2, 3, 4, 5, 0, -1, i32::MAX])),
        Kind::Int64 => {
            Value::I64(choices.one_of(&[0, AT, 1_700_000_000_000, 1_700_000_000, 253_402_300_799_999, -1, i64::MAX]))
        }
        Kind::Enum(_) => Value::EnumNumber(choices.one_of(&[0, 1, 1, 2, 2, 3, 4, 9, -1])),
        Kind::Message(descriptor) => {
            let mut message = DynamicMessage::new(descriptor.clone());
            for field in descriptor.fields().filter(|_| choices.below(5) > 0).collect::<Vec<_>>() {
                message.set_field(&field, any_value(&field, choices));
            }
            Value::Message(message)
        }
        kind => panic!("no event has a {kind:?}"),
    }
}

fn any_text(choices: &mut Choices) -> String {
    let texts = ["a", "b-2", "skill/9", "café", "a", "b", "c", "d", "", "-1", "a b", "x,y"];
    choices.one_of(&texts).to_owned()
}

/// The same event as flat JSON, by nothing but names.
fn as_json(message: &DynamicMessage) -> String {
    let mut json = json!({});
    for (field, value) in message.fields() {
        match value {
            Value::Message(body) => {
                json["type"] = field.name().into();
                body.fields().for_each(|(field, value)| json[name(&field)] = json_value(&field, value));
            }
            _ => json[name(&field)] = json_value(&field, value),
        }
    }
    json.to_string()
}

fn name(field: &FieldDescriptor) -> &'static str {
    let name = field.name().trim_end_matches("_ms").to_owned();
    Field::named(name.as_bytes()).expect("every field is known").name()
}

fn json_value(field: &FieldDescriptor, value: &Value) -> serde_json::Value {
    match value {
        Value::String(text) => json!(text),
        Value::Bool(value) => json!(value),
        Value::U32(number) => json!(number),
        Value::I32(number) => json!(number),
        Value::I64(number) => json!(number),
        Value::EnumNumber(number) => json!(word(name(field), *number)),
        Value::List(items) => items.iter().map(|item| json_value(field, item)).collect(),
        value => panic!("no field holds {value:?}"),
    }
}

/// The word of an enum's number; 0 is an absent field.
fn word(field: &str, number: i32) -> Option<&'static str> {
    fn words<T>(words: &words::Words<T>) -> Vec<&'static str> {
        words.iter().map(|(word, _)| *word).collect()
    }
    let words = match field {
        "origin" => words(words::ORIGINS),
        "audience" => words(words::AUDIENCES),
        "outcome" => words(words::OUTCOMES),
        "mood" => words(words::MOODS),
        "status" => words(words::PRESENCES),
        _ => words(words::SIDES),
    };
    (number != 0).then(|| words.get(number.wrapping_sub(1) as usize).copied().unwrap_or("no such word"))
}

/// A few bytes changed, cut, doubled or swapped between two messages.
fn mutated(mut bytes: Vec<u8>, other: &[u8], choices: &mut Choices) -> Vec<u8> {
    for _ in 0..choices.below(4) {
        let at = choices.below(bytes.len() + 1);
        match choices.below(6) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, choices.next() as u8),
            2 if at < bytes.len() => bytes[at] ^= 1 << choices.below(8),
            3 if at < bytes.len() => drop(bytes.remove(at)),
            4 => bytes.extend_from_slice(other),
            _ => bytes.extend_from_slice(&other[choices.below(other.len() + 1)..]),
        }
    }
    bytes
}

/// The message behind what may stand before it in a record: a schema registry's framing (a zero byte, the schema's number
/// in four, a counted path) and a byte order mark. `None` if the path is none.
fn unframed(bytes: &[u8]) -> Option<&[u8]> {
    let (is_framed, bytes) = match bytes {
        [0, _, _, _, _, rest @ ..] => (true, rest),
        _ => (false, bytes),
    };
    let mut message = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if is_framed {
        let doubled_count = decode_varint(&mut message).ok()?;
        if doubled_count % 2 == 1 {
            return None;
        }
        for _ in 0..doubled_count / 2 {
            decode_varint(&mut message).ok()?;
        }
    }
    Some(message)
}

/// What is read of an event, written anew: the fields of its type, the last of each. `None` if the bytes are no message.
/// A slow second decoder, on prost's own keys and skipping.
fn what_is_read(bytes: &[u8]) -> Option<(Option<EventType>, Vec<u8>)> {
    let mut envelope = BTreeMap::new();
    let mut body: Option<(EventType, Vec<u8>)> = None;
    for (number, wire_type, field) in fields(bytes)? {
        let Some(event_type) = EventType::numbered(number) else {
            envelope.insert(number, field);
            continue;
        };
        let nested = (wire_type == WireType::LengthDelimited).then(|| content(field))?;
        fields(nested)?;
        match &mut body {
            Some((known, all)) if *known == event_type => all.extend_from_slice(nested),
            _ => body = Some((event_type, nested.to_vec())),
        }
    }
    envelope.retain(|number, _| (1..=5).contains(number));
    let Some((event_type, body)) = body else { return Some((None, Vec::new())) };
    if event_type == EventType::AgentStatus {
        envelope.remove(&3);
    }
    let mut read = envelope.into_values().flatten().copied().collect();
    prost::encoding::bytes::encode(event_type as u32, &body_that_is_read(event_type, &body), &mut read);
    Some((Some(event_type), read))
}

fn body_that_is_read(event_type: EventType, body: &[u8]) -> Vec<u8> {
    let (mut last, mut lists) = (BTreeMap::new(), Vec::new());
    for (number, wire_type, bytes) in fields(body).expect("checked before") {
        let Some(field) = Field::of(event_type).iter().find(|field| **field as u32 == number) else { continue };
        match (field, wire_type) {
            (Field::Text, _) => {}
            // A name has to be text by its layout; one whose bytes are none is as good as none.
            (Field::ContactName | Field::AgentName, WireType::LengthDelimited)
                if std::str::from_utf8(content(bytes)).is_err() =>
            {
                last.remove(&number);
            }
            (Field::SkillIds, WireType::LengthDelimited) => lists.extend_from_slice(bytes),
            _ => drop(last.insert(number, bytes)),
        }
    }
    [lists, last.into_values().flatten().copied().collect()].concat()
}

/// The fields of a message: number, layout, and all bytes, key included.
fn fields(bytes: &[u8]) -> Option<Vec<(u32, WireType, &[u8])>> {
    let (mut rest, mut fields) = (bytes, Vec::new());
    while !rest.is_empty() {
        let from = rest;
        let (number, wire_type) = decode_key(&mut rest).ok()?;
        skip_field(wire_type, number, &mut rest, DecodeContext::default()).ok()?;
        fields.push((number, wire_type, &from[..from.len() - rest.len()]));
    }
    Some(fields)
}

/// What is in a field that holds bytes.
fn content(mut field: &[u8]) -> &[u8] {
    decode_key(&mut field).expect("it was read before");
    decode_varint(&mut field).expect("its length was read before");
    field
}

/// prost and the borrowed decoder refuse the same bytes, and see the same in the rest, but for what is passed over unread:
/// there prost is stricter, so it is shown what is read alone.
fn check_against_prost(bytes: &[u8]) {
    let decoded = |bytes: &[u8]| verdict_with(bytes, Some("application/protobuf"));
    let ours = decoded(bytes);
    match unframed(bytes).and_then(what_is_read) {
        None => assert_eq!(ours, Err("undecodable".to_owned())),
        Some((None, _)) => assert!(["unknown", "missing: type"].contains(&&*ours.expect_err("there is no body"))),
        Some((Some(_), read)) => match proto::Event::decode(&read[..]) {
            Ok(theirs) => {
                assert_ne!(ours, Err("undecodable".to_owned()));
                assert_eq!(ours, decoded(&theirs.encode_to_vec()));
            }
            Err(_) => assert_ne!(ours.expect_err("prost refuses it"), "unknown"),
        },
    }
    if proto::Event::decode(bytes).is_ok() {
        assert_ne!(decoded(bytes), Err("undecodable".to_owned()), "what prost takes is taken");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn the_borrowed_decoder_agrees_with_prost_on_generated_and_mutated_bytes(seed: u64) {
        let mut choices = Choices(seed);
        let one = any_event(&mut choices).encode_to_vec();
        let other = any_event(&mut choices).encode_to_vec();
        check_against_prost(&one);
        check_against_prost(&mutated(one, &other, &mut choices));
    }

    #[test]
    fn json_and_protobuf_say_the_same(seed: u64) {
        let message = any_event(&mut Choices(seed));
        let json = as_json(&message);
        prop_assert_eq!(verdict(message.encode_to_vec()), verdict(json));
    }
}

#[test]
fn a_zero_byte_opens_framing_and_no_field() {
    // Framing in five bytes, the path `0`, and a message: a sequence and a topic.
    let bytes = [0, 18, 1, 97, 26, 0, 40, 1, 162, 1, 3, 90, 1, 100];
    assert_eq!(verdict(bytes), Err("missing: account_id".to_owned()));
    check_against_prost(&bytes);
}

#[test]
fn unknown_groups_nest_as_deep_as_they_like() {
    for depth in [1, 98, 99, 100, 101, 102, 5000, 200_000] {
        let (start, end) = ([0xa3, 0x06].repeat(depth), [0xa4, 0x06].repeat(depth));
        let group = [start.clone(), end].concat();
        assert_eq!(
            verdict([handed_off().encode_to_vec(), group.clone()].concat()),
            verdict(handed_off().encode_to_vec())
        );
        let mut inside = handed_off().encode_to_vec();
        prost::encoding::bytes::encode(18, &group, &mut inside);
        assert_eq!(verdict(inside), verdict(handed_off().encode_to_vec()));
        assert_eq!(verdict([handed_off().encode_to_vec(), start].concat()), Err("undecodable".to_owned()));
    }
    let crossed = [0xa3, 0x06, 0xab, 0x06, 0xa4, 0x06, 0xac, 0x06];
    assert_eq!(verdict([handed_off().encode_to_vec(), crossed.to_vec()].concat()), Err("undecodable".to_owned()));
}

#[test]
fn the_generator_makes_both_events_and_refusals_of_every_type() {
    let mut choices = Choices(1);
    let mut kept = std::collections::HashMap::new();
    for _ in 0..5_000 {
        let verdict = verdict(any_event(&mut choices).encode_to_vec());
        let kind = verdict.as_ref().map(|event| std::mem::discriminant(&event.body)).map_err(Clone::clone);
        *kept.entry(kind).or_insert(0) += 1;
    }
    assert_eq!(kept.keys().filter(|kind| kind.is_ok()).count(), EventType::ALL.len());
    assert!(kept.keys().filter(|kind| kind.is_err()).count() > 20, "{kept:?}");
}
