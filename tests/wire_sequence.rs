//! Clocks that tick in seconds: an absent `sequence` is how long after its event a record was written.

use cxpulse::domain::event::{Millis, Sequence};
use cxpulse::wire::{Decoded, Place, RecordRef, decode, decode_line};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::wire_support::{PLACE, bytes, number, record, with};

/// In a whole second.
const NINE: Millis = 1_782_896_400_000;

fn sequence_of(payload: &[u8], timestamp: Option<Millis>) -> Sequence {
    match decode(&RecordRef { timestamp, ..record(payload, None) }) {
        Decoded::Event(event) => event.sequence,
        other => panic!("{other:?}"),
    }
}

fn in_json(at: Millis, sequence: Value, written: Option<Millis>) -> Sequence {
    sequence_of(with("handed_off", json!({"occurred_at": at, "sequence": sequence})).as_bytes(), written)
}

fn in_protobuf(at: Millis, sequence: Option<u32>, written: Option<Millis>) -> Sequence {
    let mut event = [bytes(1, b"e"), bytes(2, b"acme"), bytes(3, b"c"), number(4, at as u64), bytes(18, b"")].concat();
    event.extend(sequence.map(|sequence| number(5, sequence.into())).unwrap_or_default());
    sequence_of(&event, written)
}

/// A line has no timestamp but what it says itself.
fn in_a_line(at: Millis, recorded_at: Option<Millis>) -> Sequence {
    let line = with("handed_off", json!({"occurred_at": at, "recorded_at": recorded_at}));
    match decode_line(line.as_bytes(), &Place::Line { name: "f", line: 1 }).decoded {
        Decoded::Event(event) => event.sequence,
        other => panic!("{other:?}"),
    }
}

#[test]
fn of_a_time_in_whole_seconds_it_is_the_milliseconds_until_the_record() {
    for (at, written, place) in [
        (NINE, Some(NINE + 1), 1),
        (NINE, Some(NINE + 7), 7),
        (NINE, Some(NINE + 999), 999),
        (NINE, Some(NINE + 1000), 1000),
        (NINE, Some(NINE + 86_400_000), 86_400_000),
        (NINE, Some(NINE + i64::from(u32::MAX)), u32::MAX),
        (NINE, Some(NINE + i64::from(u32::MAX) + 1), u32::MAX),
        (NINE, Some(NINE), 0),
        (NINE, Some(NINE - 1), 0),
        (NINE, Some(NINE - 3_600_000), 0),
        (NINE, None, 0),
        (NINE + 1, Some(NINE + 7), 0),
        (NINE + 500, Some(NINE + 1000), 0),
        (NINE + 999, Some(NINE + 1000), 0),
        (0, Some(5), 5),
    ] {
        let assumed = Sequence::Assumed(place);
        let case = format!("{at} written {written:?}");
        assert_eq!(in_json(at, Value::Null, written), assumed, "{case}");
        assert_eq!(in_json(at, json!(""), written), assumed, "{case}");
        assert_eq!(in_protobuf(at, None, written), assumed, "{case}");
        // A line says its time as any other field: early 1970 would look like seconds.
        if written.is_none_or(|written| written > 10_000_000_000) {
            assert_eq!(in_a_line(at, written), assumed, "{case}");
        }
    }
}

#[test]
fn what_a_source_says_stands() {
    for (said, sequence) in [(0, Sequence::Assumed(0)), (1, Sequence::Said(1)), (u32::MAX, Sequence::Said(u32::MAX))] {
        for (at, written) in [(NINE, Some(NINE + 7)), (NINE + 1, Some(NINE + 7)), (NINE, None)] {
            assert_eq!(in_json(at, json!(said), written), sequence);
            assert_eq!(in_protobuf(at, Some(said), written), sequence);
        }
    }
}

#[test]
fn seconds_may_be_whole_however_the_time_is_spelt() {
    for (time, is_whole) in [
        ("2026-07-01T09:00:00Z", true),
        ("2026-07-01T09:00:00.000Z", true),
        ("2026-07-01 14:30:00+0530", true),
        ("2026-07-01T09:00:00.0009Z", true),
        ("2026-07-01T09:00:00.001Z", false),
    ] {
        let event = with("handed_off", json!({"occurred_at": time}));
        let expected = Sequence::Assumed(if is_whole { 40 } else { 0 });
        assert_eq!(sequence_of(event.as_bytes(), Some(NINE + 40)), expected, "{time}");
    }
}

proptest! {
    #[test]
    fn of_any_other_time_nothing_is_assumed(at in 10_000_000_000..253_402_300_000_000_i64, later in -5_000..100_000_i64) {
        let place = if at % 1000 == 0 && later > 0 { later as u32 } else { 0 };
        prop_assert_eq!(in_json(at, Value::Null, Some(at + later)), Sequence::Assumed(place));
        let second = at - at % 1000;
        let place = u32::try_from(later).unwrap_or(0);
        prop_assert_eq!(in_protobuf(second, None, Some(second + later)), Sequence::Assumed(place));
    }
}

#[test]
fn the_place_has_no_say_in_it() {
    let event = with("handed_off", json!({"occurred_at": NINE, "event_id": null}));
    for place in [PLACE, Place::Offset { topic: "t", partition: 0, offset: 7 }] {
        let record = RecordRef { timestamp: Some(NINE + 9), place, ..record(event.as_bytes(), None) };
        let Decoded::Event(event) = decode(&record) else { panic!("it is one") };
        assert_eq!((event.sequence, event.identity), (Sequence::Assumed(9), place.identity()));
    }
}
