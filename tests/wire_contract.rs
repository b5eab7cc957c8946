//! Lints the Protobuf contract by its descriptors, and holds the decoder's tables against it.

use cxpulse::wire::event::{EventType, Field};
use cxpulse::wire::proto::DESCRIPTORS;
use cxpulse::wire::words;
use prost_reflect::{Cardinality, DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};

fn contract() -> DescriptorPool {
    DescriptorPool::decode(DESCRIPTORS).expect("the build wrote it")
}

fn event() -> MessageDescriptor {
    contract().get_message_by_name("cxpulse.v1.Event").expect("the contract has events")
}

fn own_messages(pool: &DescriptorPool) -> Vec<MessageDescriptor> {
    pool.all_messages().filter(|message| !message.is_map_entry()).collect()
}

fn is_snake_case(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn upper_snake_case(camel: &str) -> String {
    let mut out = String::new();
    for c in camel.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_uppercase());
    }
    out
}

#[test]
fn everything_lives_in_one_package_of_one_version() {
    let pool = contract();
    assert_eq!(pool.files().count(), 2);
    for file in pool.files() {
        assert_eq!(file.package_name(), "cxpulse.v1", "{}", file.name());
    }
}

#[test]
fn every_field_is_optional_and_in_snake_case() {
    for message in own_messages(&contract()) {
        for field in message.fields() {
            let name = field.full_name();
            assert!(is_snake_case(field.name()), "{name}");
            let repeats = field.cardinality() == Cardinality::Repeated;
            let in_real_oneof = field.containing_oneof().is_some_and(|oneof| !oneof.is_synthetic());
            let optional = field.field_descriptor_proto().proto3_optional();
            assert!(repeats || in_real_oneof || optional, "{name} cannot be absent");
        }
    }
}

#[test]
fn value_zero_of_every_enum_is_unspecified_and_every_value_carries_its_enum_as_prefix() {
    let pool = contract();
    assert_eq!(pool.all_enums().count(), 6);
    for of in pool.all_enums() {
        let prefix = upper_snake_case(of.name());
        let zero = of.get_value(0).expect("proto3 asks for it");
        assert_eq!(zero.name(), format!("{prefix}_UNSPECIFIED"));
        assert!(of.values().all(|value| value.name().starts_with(&format!("{prefix}_"))), "{}", of.name());
    }
}

#[test]
fn every_message_field_enum_and_value_is_commented() {
    let pool = contract();
    let mut named = 0;
    for file in pool.files() {
        let proto = file.file_descriptor_proto();
        let comments = proto.source_code_info.as_ref().expect("compiled with comments");
        let has_comment = |path: &[i32]| {
            let mut at = comments.location.iter().filter(|location| location.path == path);
            at.any(|location| !location.leading_comments().trim().is_empty())
        };
        for message in file.messages() {
            assert!(has_comment(message.path()), "{} says nothing", message.full_name());
            for field in message.fields() {
                assert!(has_comment(field.path()), "{} says nothing", field.full_name());
                named += 1;
            }
        }
        for of in file.enums() {
            assert!(has_comment(of.path()), "{} says nothing", of.full_name());
            for value in of.values() {
                assert!(has_comment(value.path()), "{} says nothing", value.full_name());
            }
        }
    }
    assert!(named > 100, "the lint must have found the fields");
}

#[test]
fn private_fields_say_so() {
    let pool = contract();
    let file = pool.get_file_by_name("cxpulse/v1/events.proto").expect("it is one of the two");
    let comments = file.file_descriptor_proto().source_code_info.clone().expect("compiled with comments");
    for message in file.messages() {
        let private =
            |field: &FieldDescriptor| ["text", "comment", "contact_name", "agent_name"].contains(&field.name());
        for field in message.fields().filter(private) {
            let location = comments.location.iter().find(|location| location.path == field.path());
            let comment = location.map_or("", |location| location.leading_comments());
            assert!(comment.contains("Private"), "{}", field.full_name());
        }
    }
}

#[test]
fn the_bodies_are_the_event_types_in_order() {
    let bodies: Vec<_> = event().oneofs().find(|oneof| oneof.name() == "body").expect("one").fields().collect();
    assert_eq!(bodies.len(), EventType::ALL.len());
    for (body, event_type) in bodies.iter().zip(EventType::ALL) {
        assert_eq!(body.name(), event_type.word());
        assert_eq!(EventType::numbered(body.number()), Some(*event_type));
        assert_eq!(EventType::named(body.name()), Some(*event_type));
    }
}

#[test]
fn numbers_below_sixteen_belong_to_the_envelope() {
    for field in event().fields() {
        let is_body = field.containing_oneof().is_some_and(|oneof| !oneof.is_synthetic());
        assert_eq!(field.number() >= 16, is_body, "{}", field.name());
    }
}

#[test]
fn a_body_field_has_the_number_name_and_type_that_the_decoder_expects() {
    for body in event().fields().filter(|field| field.number() >= 16) {
        let event_type = EventType::numbered(body.number()).expect("checked above");
        let Kind::Message(message) = body.kind() else { panic!("{} is a message", body.name()) };
        let mut known: Vec<_> = Field::of(event_type).iter().map(|field| *field as u32).collect();
        known.sort_unstable();
        let numbers: Vec<_> = message.fields().map(|field| field.number()).collect();
        assert_eq!(numbers, known, "{}", body.name());
        for field in message.fields() {
            let known = Field::ALL[field.number() as usize];
            assert_eq!(known.name(), field.name().trim_end_matches("_ms"), "{}", field.full_name());
            let is_text = matches!(field.kind(), Kind::String);
            let is_32_bit = matches!(field.kind(), Kind::Uint32 | Kind::Bool | Kind::Enum(_));
            let is_as_decoded = match known {
                Field::Score => matches!(field.kind(), Kind::Int32),
                Field::Until => matches!(field.kind(), Kind::Int64),
                _ => is_text || is_32_bit,
            };
            assert!(is_as_decoded, "{}", field.full_name());
        }
    }
}

#[test]
fn a_field_is_found_by_its_name() {
    for field in Field::ALL {
        assert_eq!(Field::named(field.name().as_bytes()), Some(*field));
    }
    assert_eq!(Field::named(b"agent"), None);
}

#[test]
fn the_words_of_every_closed_set_are_the_values_of_its_enum_in_order() {
    fn check<T>(name: &str, words: &words::Words<T>) {
        let of = contract().get_enum_by_name(&format!("cxpulse.v1.{name}")).expect("the contract has it");
        let prefix = upper_snake_case(name);
        let expected: Vec<_> = words.iter().map(|(word, _)| format!("{prefix}_{}", word.to_uppercase())).collect();
        let values: Vec<_> = of.values().skip(1).map(|value| value.name().to_owned()).collect();
        assert_eq!(values, expected);
        assert!(of.values().enumerate().all(|(i, value)| value.number() == i as i32), "{name} has no gaps");
    }
    check("Origin", words::ORIGINS);
    check("Audience", words::AUDIENCES);
    check("Side", words::SIDES);
    check("Outcome", words::OUTCOMES);
    check("Mood", words::MOODS);
    check("Presence", words::PRESENCES);
}
