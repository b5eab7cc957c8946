//! What stands around an event in its record: a schema registry's framing, a byte order mark, or nothing at all.

use cxpulse::wire::event::EventType;
use cxpulse::wire::{Decoded, Place, RecordRef, decode, decode_line};
use proptest::prelude::*;
use serde_json::json;

use crate::wire_support::{Verdict, record, required_body, verdict, verdict_with, with, with_body};

const MARK: &[u8] = b"\xef\xbb\xbf";
/// A zero byte and a schema's number; that number may look like anything.
const FRAMINGS: [&[u8]; 5] = [b"\0\0\0\0\x01", b"\0\0\x01\x86\xa0", b"\0{\"a\"", b"\0\xff\xff\xff\xff", b"\0\0\0\0\0"];
/// Where a message stands in its schema: the first, the first said at length, the third, one within another.
const PATHS: [&[u8]; 5] = [b"\0", b"\x02\0", b"\x02\x04", b"\x04\0\x02", b"\x06\x02\x80\x01\0"];

fn json() -> Vec<u8> {
    with("closed", json!({})).into_bytes()
}

fn protobuf() -> Vec<u8> {
    with_body(EventType::Closed, b"")
}

#[test]
fn framing_and_a_mark_are_skipped_before_json() {
    let plain = verdict(json());
    assert!(plain.is_ok());
    for content_type in [None, Some("application/json"), Some("application/json; charset=utf-8"), Some("text/plain")] {
        for framing in FRAMINGS.into_iter().chain([&b""[..]]) {
            for mark in [&b""[..], MARK] {
                let record = [framing, mark, &json()].concat();
                assert_eq!(verdict_with(record, content_type), plain, "{framing:?} {mark:?} {content_type:?}");
            }
        }
    }
}

#[test]
fn framing_is_skipped_before_protobuf_with_the_path_of_its_message() {
    let plain = verdict(protobuf());
    assert_eq!(plain, verdict(json()));
    for content_type in [None, Some("application/protobuf"), Some("application/x-protobuf"), Some("text/plain")] {
        for framing in FRAMINGS {
            for path in PATHS {
                let record = [framing, path, &protobuf()].concat();
                assert_eq!(verdict_with(record, content_type), plain, "{framing:?} {path:?} {content_type:?}");
            }
        }
    }
}

#[test]
fn framing_that_is_cut_or_wrong_is_undecodable() {
    let undecodable: Verdict = Err("undecodable".to_owned());
    for record in [
        &b"\0"[..],
        b"\0\0\0\0",
        b"\0\0\0\0\x01",
        b"\0\0\0\0\x01\x01",
        b"\0\0\0\0\x01\x80",
        b"\0\0\0\0\x01\x04\0",
        b"\0\0\0\0\x01\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\0",
    ] {
        assert_eq!(verdict_with(record, Some("application/protobuf")), undecodable, "{record:?}");
        assert_eq!(verdict(record), undecodable, "{record:?}");
    }
    for record in [&b"\0\0\0\0\x01"[..], b"\0\0\0\0\x01\0{}", b"\0\0\0\0{}", MARK] {
        assert_eq!(verdict_with(record, Some("application/json")), undecodable, "{record:?}");
    }
    let twice = [MARK, MARK, &json()].concat();
    assert_eq!(verdict_with(twice, Some("application/json")), undecodable, "one mark is enough");
    assert_eq!(verdict_with([FRAMINGS[0], b"\0"].concat(), None), Err("missing: type".to_owned()), "an empty message");
}

#[test]
fn a_header_goes_before_the_first_byte_behind_framing() {
    let framed_json = [FRAMINGS[0], &json()].concat();
    let framed_protobuf = [FRAMINGS[0], PATHS[0], &protobuf()].concat();
    assert_eq!(verdict_with(framed_json, Some("application/protobuf")), Err("undecodable".to_owned()));
    assert_eq!(verdict_with(framed_protobuf, Some("application/json")), Err("undecodable".to_owned()));
}

#[test]
fn a_line_of_a_file_may_begin_with_a_mark() {
    let place = Place::Line { name: "f", line: 1 };
    let line = [MARK, &json()].concat();
    assert_eq!(decode_line(&line, &place), decode_line(&json(), &place));
    assert!(matches!(decode_line(&line, &place).decoded, Decoded::Event(_)));
}

#[test]
fn a_record_without_a_value_is_empty_and_one_of_no_bytes_is_an_event_that_says_nothing() {
    for content_type in [None, Some(&b"application/json"[..]), Some(b"application/protobuf")] {
        let tombstone = RecordRef { payload: None, ..record(b"", content_type) };
        assert_eq!(decode(&tombstone), Decoded::Empty);
    }
    assert_eq!(verdict(""), Err("missing: type".to_owned()));
    assert_eq!(verdict_with("", Some("application/protobuf")), Err("missing: type".to_owned()));
    assert_eq!(verdict_with("", Some("application/json")), Err("undecodable".to_owned()));
}

proptest! {
    #[test]
    fn any_schema_and_any_path_give_the_event(
        which: prop::sample::Index,
        schema: u32,
        path in prop::collection::vec(0..5_000_u64, 1..5),
    ) {
        let event_type = *which.get(EventType::ALL);
        let framing = [&[0][..], &schema.to_be_bytes()].concat();
        let mut written = Vec::new();
        prost::encoding::encode_varint(path.len() as u64 * 2, &mut written);
        path.iter().for_each(|index| prost::encoding::encode_varint(index * 2, &mut written));
        let protobuf = with_body(event_type, &required_body(event_type));
        prop_assert_eq!(verdict([&framing[..], &written, &protobuf].concat()), verdict(protobuf));
        let json = with(event_type.word(), json!({}));
        prop_assert_eq!(verdict([&framing[..], json.as_bytes()].concat()), verdict(json));
    }
}
