//! Events as a producer would send them, the orders in which they may arrive, and batches of them as Protobuf.

use std::sync::Arc;

use cxpulse::domain::event::Millis;
use cxpulse::wire::batch::{Arrival, RecordBatch};
use cxpulse::wire::proto::Event;
use cxpulse::wire::proto::event::Body;
use prost::Message as _;

/// When the first event happens: half past one in the morning of a working day.
pub(crate) const BEGIN: Millis = 1_794_965_400_000;
/// Between two events, where a shape says nothing else: 200 000 of them are less than 17 hours.
const STEP_MS: Millis = 300;
const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;

/// Records of a batch, as a poll brings them.
const POLLED: usize = 512;

/// An event, and when its record was written: records arrive in the order in which they were written.
pub(crate) struct Sent {
    pub(crate) event: Event,
    pub(crate) written: Millis,
}

impl Sent {
    pub(crate) fn at(&self) -> Millis {
        self.event.occurred_at_ms.unwrap_or_default()
    }

    /// The same event at another time.
    pub(crate) fn at_ms(self, at: Millis) -> Self {
        Self { event: Event { occurred_at_ms: Some(at), ..self.event }, written: at }
    }

    /// The same event with another identity.
    pub(crate) fn named(self, id: impl std::fmt::Display) -> Self {
        Self { event: Event { event_id: Some(id.to_string()), ..self.event }, ..self }
    }

    /// The same event of another account.
    pub(crate) fn of_account(self, account: impl std::fmt::Display) -> Self {
        Self { event: Event { account_id: Some(account.to_string()), ..self.event }, ..self }
    }
}

/// The event of this number: with an identity of its own, a step later than the one before it.
pub(crate) fn event(number: usize, conversation: impl std::fmt::Display, body: Body) -> Sent {
    let at = BEGIN + number as Millis * STEP_MS;
    let event = Event {
        event_id: Some(format!("event-{number:08}")),
        account_id: Some("acme".to_owned()),
        conversation_id: Some(conversation.to_string()),
        occurred_at_ms: Some(at),
        sequence: None,
        body: Some(body),
    };
    Sent { event, written: at }
}

/// An order of arrival.
#[derive(Clone, Copy)]
pub(crate) enum Order {
    /// As they happened.
    Forward,
    /// The last one first.
    Reversed,
    /// Every fiftieth up to an hour late.
    SomeLate,
    /// All of them up to four hours late.
    HoursLate,
}

impl Order {
    pub(crate) const EVERY: [Self; 4] = [Self::Forward, Self::Reversed, Self::SomeLate, Self::HoursLate];

    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Forward => "in order",
            Self::Reversed => "reversed",
            Self::SomeLate => "2 % late",
            Self::HoursLate => "hours late",
        }
    }

    pub(crate) fn of(self, mut sent: Vec<Sent>) -> Vec<Sent> {
        match self {
            Self::Forward => {}
            Self::Reversed => reverse(&mut sent),
            Self::SomeLate => delay(&mut sent, 50, HOUR),
            Self::HoursLate => delay(&mut sent, 1, 4 * HOUR),
        }
        sent
    }
}

/// The last one first. Those that are of the last day are written when it ends; older ones, whose record would be a day
/// too late, when they happened.
fn reverse(sent: &mut [Sent]) {
    let end = last_moment(sent);
    sent.reverse();
    for one in sent {
        one.written = if end - one.at() < 24 * HOUR { end } else { one.at() };
    }
}

fn delay(sent: &mut [Sent], every: usize, most: Millis) {
    for (number, one) in sent.iter_mut().enumerate().filter(|(number, _)| number % every == every - 1) {
        one.written = one.at() + (scatter(number) % most.unsigned_abs()) as Millis;
    }
    sent.sort_by_key(|one| one.written);
}

/// A number without a pattern for each number: SplitMix64.
pub(crate) fn scatter(number: usize) -> u64 {
    let mixed = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// When everything has happened and been written.
pub(crate) fn last_moment(sent: &[Sent]) -> Millis {
    sent.iter().map(|one| one.at().max(one.written)).max().unwrap_or(BEGIN)
}

/// The records in batches, each with when its last record was written.
pub(crate) fn batches(sent: &[Sent]) -> Vec<(RecordBatch, Millis)> {
    let topics: Arc<[String]> = Arc::from(["conversation-events".to_owned()]);
    let numbered: Vec<(i64, &Sent)> = (0..).zip(sent).collect();
    numbered.chunks(POLLED).map(|chunk| batch(&topics, chunk)).collect()
}

fn batch(topics: &Arc<[String]>, chunk: &[(i64, &Sent)]) -> (RecordBatch, Millis) {
    let mut batch = RecordBatch::new(topics.clone());
    let mut payload = Vec::new();
    for (offset, one) in chunk {
        payload.clear();
        one.event.encode(&mut payload).expect("a vector has room");
        let (timestamp, payload) = (Some(one.written), Some(payload.as_slice()));
        let arrival = Arrival { topic: 0, partition: Some(0), offset: *offset, timestamp, key: None, payload };
        batch.push(arrival, [(&b"content-type"[..], Some(&b"application/protobuf"[..]))]);
    }
    let arrived = chunk.iter().map(|(_, one)| one.written).max().unwrap_or_default();
    (batch, arrived)
}
