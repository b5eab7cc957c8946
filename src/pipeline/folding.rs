//! The fold's own thread: batches in, views out, and the tick by which time passes.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::board::Inquiries;
use crate::clock;
use crate::domain::event::Millis;
use crate::fold::Fold;
use crate::fold::handover::Tray;
use crate::fold::outcomes::Outcomes;
use crate::serve::flows::Flows;
use crate::source::Feed;
use crate::source::status::SourceStatus;
use crate::telemetry;
use crate::wire::Refusal;
use crate::wire::batch::Record;

/// How often the clock is looked at while nothing arrives. A pass is due once in a publishing interval; what this adds
/// to the latency from event to publication is this at most.
const TICK: Duration = Duration::from_millis(10);

/// How often what is counted beside the passes is told.
const TELL_EVERY_MS: Millis = 1_000;

/// Told of a record that is no event.
pub(super) type OnRejected = Box<dyn FnMut(&Record<'_>, &Refusal) + Send>;

/// What the fold's thread tells the others.
pub(super) struct Outlets {
    /// What passes are made of.
    pub(super) tray: Arc<Tray>,
    /// Records that are no events.
    pub(super) rejected: OnRejected,
    /// How records ended, for what the log says of it.
    pub(super) outcomes: Arc<Outcomes>,
    /// How far the source has been folded.
    pub(super) status: Arc<SourceStatus>,
    /// What readers ask that the fold alone knows: one between two batches.
    pub(super) inquiries: Arc<Inquiries>,
    /// What was stated since the process was ready.
    pub(super) flows: Arc<Flows>,
}

/// Folds until the feed ends.
pub(super) fn run(fold: Fold, feed: &Receiver<Feed>, outlets: Outlets) {
    let mut thread = Thread { fold, outlets, caught_up: false, told_at: 0 };
    loop {
        match feed.recv_timeout(TICK) {
            Ok(fed) => thread.take(fed),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        thread.tick(clock::now());
        thread.outlets.inquiries.take().into_iter().for_each(|inquiry| thread.fold.answer(inquiry));
    }
    for complaint in thread.outlets.outcomes.last_complaints() {
        tracing::warn!("{complaint}");
    }
    thread.outlets.tray.close();
}

struct Thread {
    fold: Fold,
    outlets: Outlets,
    caught_up: bool,
    told_at: Millis,
}

impl Thread {
    fn take(&mut self, fed: Feed) {
        match fed {
            Feed::Records(batch) => {
                self.fold.fold(&batch, &mut self.outlets.rejected);
                self.outlets.status.note_folded(&batch, clock::now());
            }
            Feed::CaughtUp => self.catch_up(),
        }
    }

    /// What was there at the start has been folded: from here on facts count for `rate()`.
    fn catch_up(&mut self) {
        // What waited for its time to come was there at the start as well.
        let _none_before_the_end = self.fold.tick(clock::now());
        self.fold.advance();
        self.fold.set_caught_up();
        for (account, state) in self.fold.accounts() {
            self.outlets.flows.begin(account, state.flow());
        }
        self.caught_up = true;
    }

    fn tick(&mut self, now: Millis) {
        if let Some(handover) = self.fold.tick(now) {
            self.outlets.tray.put(handover);
        }
        if now - self.told_at >= TELL_EVERY_MS {
            self.told_at = now;
            self.tell(now);
        }
    }

    fn tell(&self, now: Millis) {
        for complaint in self.outlets.outcomes.complaints(now) {
            tracing::warn!("{complaint}");
        }
        let mut conversations = 0;
        for (account, state) in self.fold.accounts() {
            conversations += state.conversations();
            if self.caught_up {
                self.outlets.flows.tell(account, state.flow());
            }
        }
        metrics::gauge!(telemetry::CONVERSATIONS).set(conversations as f64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::PolicyBook;
    use crate::fold::FoldSettings;
    use crate::wire::batch::{Arrival, RecordBatch};

    fn message(id: &str, at: Millis) -> RecordBatch {
        let event = format!(
            r#"{{"event_id":"{id}","account_id":"a","conversation_id":"c","occurred_at":{at},"type":"customer_message","characters":1}}"#
        );
        let mut batch = RecordBatch::new(Arc::from(["conversation-events".to_owned()]));
        let (timestamp, payload) = (Some(at), Some(event.as_bytes()));
        batch.push(Arrival { topic: 0, partition: Some(0), offset: 0, timestamp, key: None, payload }, []);
        batch
    }

    #[test]
    fn what_was_there_at_the_start_counts_nothing_although_time_had_not_come_to_it_in_the_fold() {
        let now = clock::now();
        let flows = Arc::new(Flows::default());
        let fold = Fold::new(
            FoldSettings::default(),
            Arc::new(PolicyBook::default()),
            Arc::new(Outcomes::default()),
            now - 60_000,
        );
        let outlets = Outlets {
            tray: Arc::default(),
            rejected: Box::new(|_, _| ()),
            outcomes: Arc::default(),
            status: Arc::default(),
            inquiries: Arc::default(),
            flows: flows.clone(),
        };
        let mut thread = Thread { fold, outlets, caught_up: false, told_at: 0 };
        thread.take(Feed::Records(message("1", now - 30_000)));
        thread.take(Feed::CaughtUp);
        thread.take(Feed::Records(message("2", now - 20_000)));
        thread.tick(clock::now());
        let mut page = String::new();
        flows.write(&mut page);
        assert!(page.contains("cxpulse_messages_total{account=\"a\",sender=\"customer\"} 1\n"), "{page}");
    }
}
