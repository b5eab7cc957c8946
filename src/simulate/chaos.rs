//! Bad days: what `--chaos` adds to the records, one of every kind that SPEC §11 says the processor must survive.
//!
//! The honest records stay as they are, so a run with chaos adds up to the same numbers as one without, except for
//! conflicts, which are decided by content, and those left out for being late or ahead.

use super::ids::event_id;
use super::random::Random;
use super::record::{Payload, Record};
use crate::domain::event::{Identity, Millis};

/// How many of a thousand records are delayed by up to twenty minutes, instead of 20: reordering.
pub(super) const SLOW_PER_MILLE: u32 = 150;

const HOUR_MS: Millis = 3_600_000;

/// The mischief of one run.
#[derive(Debug)]
pub(super) struct Chaos {
    random: Random,
    salt: u64,
    /// How many strange records have been made: they have identities of their own.
    made: u32,
}

impl Chaos {
    pub(super) fn new(random: Random, salt: u64) -> Self {
        Self { random, salt, made: 0 }
    }

    /// What goes out besides `record`, after a delay of the given length where that matters.
    pub(super) fn beside(&mut self, record: &Record, delay: Millis) -> Option<Record> {
        match self.random.below(1000) {
            0..20 => Some(Record { timestamp_ms: record.timestamp_ms + delay, ..record.clone() }),
            20..26 => self.conflicting(record, delay),
            26..30 => {
                let hours = Millis::from(self.random.between(25, 72));
                self.elsewhen(record, -hours * HOUR_MS)
            }
            30..34 => {
                let hours = Millis::from(self.random.between(2, 700));
                self.elsewhen(record, hours * HOUR_MS)
            }
            34..38 => Some(self.raw(record, unknown)),
            38..42 => Some(self.raw(record, undecodable)),
            _ => None,
        }
    }

    /// The same identity, another time: the earlier stands.
    fn conflicting(&mut self, record: &Record, delay: Millis) -> Option<Record> {
        let mut other = record.clone();
        let Payload::Event { event, .. } = &mut other.payload else { return None };
        event.at += Millis::from(self.random.between(1, 5_000));
        other.timestamp_ms = event.at + delay;
        Some(other)
    }

    /// The same again with an identity of its own, from a clock that is wrong by hours.
    fn elsewhen(&mut self, record: &Record, by_ms: Millis) -> Option<Record> {
        let mut other = record.clone();
        let Payload::Event { event_id, event, .. } = &mut other.payload else { return None };
        *event_id = self.new_id();
        event.identity = Identity::of(event_id.as_bytes());
        event.at += by_ms;
        Some(other)
    }

    /// Bytes that are no event, under the key of one.
    fn raw(&mut self, record: &Record, make: fn(u32, &str) -> Vec<u8>) -> Record {
        let id = self.new_id();
        let bytes = make(self.random.bits() as u32, &id);
        Record { payload: Payload::Raw { key: record.key().to_owned(), bytes }, ..record.clone() }
    }

    fn new_id(&mut self) -> String {
        self.made += 1;
        event_id(self.salt, u64::MAX, self.made)
    }
}

/// A type that producers may send before we know it.
fn unknown(which: u32, id: &str) -> Vec<u8> {
    let kind = ["typing_started", "sentiment_scored", "call_transferred"][which as usize % 3];
    format!(
        r#"{{"event_id":"{id}","account_id":"northwind","conversation_id":"cv-{which:x}","occurred_at":{},"type":"{kind}","level":3}}"#,
        1_700_000_000_000_u64 + u64::from(which)
    )
    .into_bytes()
}

/// Something broken: in its bytes, in its JSON, in a field or in a range.
fn undecodable(which: u32, id: &str) -> Vec<u8> {
    let envelope = format!(r#"{{"event_id":"{id}","account_id":"northwind","conversation_id":"cv-{which:x}""#);
    let time = r#""occurred_at":"2026-01-01T00:00:00Z""#;
    match which % 9 {
        0 => vec![0xff, 0xfe, 0x07, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        1 => envelope.into_bytes(),
        2 => format!(r#"{{"event_id":"{id}","account_id":"northwind",{time},"type":"handed_off"}}"#).into_bytes(),
        3 => format!(r#"{envelope},"occurred_at":"yesterday","type":"handed_off"}}"#).into_bytes(),
        4 => format!(r#"{envelope},{time},"type":"customer_message","characters":-5}}"#).into_bytes(),
        5 => format!(r#"{envelope},{time},"type":"mood_recorded","agent_id":"a1","mood":"furious"}}"#).into_bytes(),
        6 => format!(r#"{envelope},{time},"type":"focused","agent_id":"-1"}}"#).into_bytes(),
        7 => format!(r#"{envelope},{time},"type":"survey_answered","score":"five"}}"#).into_bytes(),
        _ => format!(r#"{envelope},{time},"type":"participant_joined","contact_id":"two words"}}"#).into_bytes(),
    }
}
