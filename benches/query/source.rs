//! The account's events: a day of them, and those that come while it is asked.

use std::sync::Arc;
use std::time::Instant;

use cxpulse::cli::generate::{Format, push_value};
use cxpulse::domain::event::Millis;
use cxpulse::simulate::{EVENTS_PER_HUNDRED_CONVERSATIONS, Settings, Simulation};
use cxpulse::wire::batch::{Arrival, RecordBatch};

use super::options::Options;
use super::support::END;

/// After the end of the day conversations begin as often as events are to come; until those of them are as many, some
/// minutes pass, which are folded ahead.
const SETTLING_MS: Millis = 15 * 60_000;

/// Of a hundred events of a conversation so many have come by then; the others come hours later.
const SETTLED_PERCENT: u64 = 65;

/// When the load begins.
pub(crate) const LIVE_FROM: Millis = END + SETTLING_MS;

/// Makes records, and says which were written by when.
pub(crate) struct Source {
    run: Simulation,
    topics: Arc<[String]>,
    offset: i64,
    bytes: Vec<u8>,
}

impl Source {
    pub(crate) fn new(options: &Options) -> Self {
        let settings = Settings {
            seed: 1,
            conversations: options.conversations,
            agents: options.agents,
            skills: 20,
            accounts: 1,
            hours: 24,
            end_ms: END,
            chaos: false,
        };
        let events_per_hour = options.events * 3_600 * 100 / SETTLED_PERCENT;
        let conversations_per_hour = events_per_hour * 100 / EVENTS_PER_HUNDRED_CONVERSATIONS;
        let run = Simulation::endless_at(&settings, conversations_per_hour);
        let topics = Arc::from(["conversation-events".to_owned()]);
        Self { run, topics, offset: 0, bytes: Vec::new() }
    }

    /// The next records, so many at the most, that are written by a moment; nothing if there are none.
    pub(crate) fn batch(&mut self, most: usize, until: Millis) -> Option<RecordBatch> {
        let mut batch = RecordBatch::new(self.topics.clone());
        for record in self.run.records_until(until).take(most) {
            self.bytes.clear();
            let content_type = push_value(&mut self.bytes, &record, Format::Protobuf).map(str::as_bytes);
            let (offset, timestamp) = (self.offset, Some(record.timestamp_ms));
            let payload = Some(self.bytes.as_slice());
            let arrival = Arrival { topic: 0, partition: Some(0), offset, timestamp, key: None, payload };
            batch.push(arrival, [(&b"content-type"[..], content_type)]);
            self.offset += 1;
        }
        (!batch.is_empty()).then_some(batch)
    }
}

/// The time of the account's events, which goes on as time does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    began: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { began: instant() }
    }

    pub(crate) fn now(&self) -> Millis {
        LIVE_FROM + self.began.elapsed_ms()
    }
}

trait Elapsed {
    fn elapsed_ms(&self) -> Millis;
}

impl Elapsed for Instant {
    fn elapsed_ms(&self) -> Millis {
        (instant() - *self).as_millis() as Millis
    }
}

/// Now, to the nanosecond.
#[expect(clippy::disallowed_methods, reason = "a bench times what it measures")]
pub(crate) fn instant() -> Instant {
    Instant::now()
}
