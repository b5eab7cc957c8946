//! Times as text, at their edges, in and out.

use cxpulse::wire::time::{EVENT_TIMES, WrongTime, from_unix_ms, parse_rfc3339, rfc3339};
use cxpulse::wire::{Admission, admit};
use proptest::prelude::*;

#[test]
fn rfc_3339_is_read_with_any_offset_and_cut_to_milliseconds() {
    for (text, at) in [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01t00:00:00z", 0),
        ("1970-01-01T00:00:00.0Z", 0),
        ("1970-01-01T00:00:00.001Z", 1),
        ("1970-01-01T00:00:00.1Z", 100),
        ("1970-01-01T00:00:00.12Z", 120),
        ("1970-01-01T00:00:00.9999999999999999999999Z", 999),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1969-12-31T23:30:00-01:00", 1_800_000),
        ("1970-01-01T00:00:00-00:00", 0),
        ("1970-01-01T01:00:00+0100", 0),
        ("1970-01-01 05:30:00+0530", 0),
        ("1969-12-31 23:00:00.5-0100", 500),
        ("1970-01-01 00:00:00z", 0),
        ("1970-01-01t01:00:00.1239999+01:00", 123),
        ("1970-01-01T23:59:00+23:59", 0),
        ("2000-02-29T12:00:00Z", 951_825_600_000),
        ("2024-02-29T23:59:59.999Z", 1_709_251_199_999),
        ("2026-07-01T14:30:15.123+02:00", 1_782_909_015_123),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ("9999-12-31T23:59:59.9999Z", 253_402_300_799_999),
    ] {
        assert_eq!(parse_rfc3339(text), Ok(at), "{text}");
    }
}

#[test]
fn what_is_not_rfc_3339_is_ill_formed() {
    for text in [
        "",
        "Z",
        "2026-01-01",
        "2026-01-01T00:00Z",
        "2026-01-01T00:00:00",
        "2026-01-01_00:00:00Z",
        "2026-01-01  00:00:00Z",
        "2026-01-01 00:00:00 +0000",
        "2026-01-01 00:00:00",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00,5Z",
        "2026-01-01T00:00:00+01",
        "2026-01-01T00:00:00+100",
        "2026-01-01T00:00:00+01000",
        "2026-01-01T00:00:00+2400",
        "2026-01-01T00:00:00+0160",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00+01:60",
        "2026-01-01T00:00:00Z ",
        " 2026-01-01T00:00:00Z",
        "2026-1-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-01-32T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z",
        "2016-12-31T23:59:60Z",
        "2017-01-01T00:59:60+01:00",
        "12026-01-01T00:00:00Z",
        "+026-01-01T00:00:00Z",
        "２026-01-01T00:00:00Z",
        "2026-01-01T00:00:00é",
        "1700000000000",
    ] {
        assert_eq!(parse_rfc3339(text), Err(WrongTime::IllFormed), "{text}");
    }
}

#[test]
fn an_instant_before_1970_or_after_9999_is_out_of_range() {
    for text in [
        "1969-12-31T23:59:59.999Z",
        "1970-01-01T00:00:00+00:01",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999-00:01",
        "9999-12-31T23:59:59-23:59",
    ] {
        assert_eq!(parse_rfc3339(text), Err(WrongTime::OutOfRange), "{text}");
    }
    assert_eq!(from_unix_ms(0), Ok(0));
    assert_eq!(from_unix_ms(253_402_300_799_999), Ok(253_402_300_799_999));
    assert_eq!(from_unix_ms(253_402_300_800_000), Err(WrongTime::OutOfRange));
}

#[test]
fn a_number_that_only_makes_sense_as_seconds_is_told_apart() {
    for (number, expected) in [
        (0, Ok(0)),
        (1, Err(WrongTime::Seconds)),
        (-1, Err(WrongTime::Seconds)),
        (1000, Err(WrongTime::Seconds)),
        (1_782_909_015, Err(WrongTime::Seconds)),
        (9_999_999_999, Err(WrongTime::Seconds)),
        (-9_999_999_999, Err(WrongTime::Seconds)),
        (10_000_000_000, Ok(10_000_000_000)),
        (-10_000_000_000, Err(WrongTime::OutOfRange)),
        (1_782_909_015_000, Ok(1_782_909_015_000)),
        (1_782_909_015_000_000, Err(WrongTime::OutOfRange)),
        (i64::MIN, Err(WrongTime::OutOfRange)),
        (i64::MAX, Err(WrongTime::OutOfRange)),
    ] {
        assert_eq!(from_unix_ms(number), expected, "{number}");
    }
}

#[test]
fn times_are_written_in_utc_with_milliseconds_and_z() {
    for (at, text) in [
        (0, "1970-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (951_825_600_007, "2000-02-29T12:00:00.007Z"),
        (1_709_251_199_999, "2024-02-29T23:59:59.999Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ] {
        assert_eq!(rfc3339(at), text);
    }
}

#[test]
fn an_event_is_late_after_a_day_and_refused_an_hour_ahead_of_its_record() {
    let (day, hour, written) = (86_400_000, 3_600_000, 1_700_000_000_000);
    for (at, admission) in [
        (written, Admission::Admitted),
        (written - day, Admission::Admitted),
        (written - day - 1, Admission::Late),
        (written + hour, Admission::Admitted),
        (written + hour + 1, Admission::TooFarAhead),
    ] {
        assert_eq!(admit(at, Some(written)), admission, "{}", at - written);
    }
    assert_eq!(admit(0, None), Admission::Admitted);
    assert_eq!(admit(0, Some(i64::MIN)), Admission::TooFarAhead);
    assert_eq!(admit(0, Some(i64::MAX)), Admission::Late);
}

proptest! {
    #[test]
    fn what_is_written_reads_back(at in EVENT_TIMES) {
        prop_assert_eq!(parse_rfc3339(rfc3339(at)), Ok(at));
    }

    #[test]
    fn the_calendar_agrees_with_chrono(at in EVENT_TIMES) {
        let theirs = chrono::DateTime::from_timestamp_millis(at).expect("in range");
        prop_assert_eq!(rfc3339(at), theirs.to_rfc3339_opts(chrono::SecondsFormat::Millis, true));
    }

    #[test]
    fn an_offset_moves_the_text_not_the_instant(at in 86_400_000..=253_402_200_000_000_i64, minutes in -1439..=1439_i32) {
        let offset = chrono::FixedOffset::east_opt(minutes * 60).expect("less than a day");
        let there = chrono::DateTime::from_timestamp_millis(at).expect("in range").with_timezone(&offset);
        prop_assert_eq!(parse_rfc3339(there.to_rfc3339()), Ok(at));
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,40}", near in "[0-9TZ:.+-]{17,34}") {
        let _ = parse_rfc3339(&text);
        let _ = parse_rfc3339(&near);
    }
}
