//! The way of a record into its account: one for all who fold, `run` and `demo`, `replay`, and the tests.
//!
//! A record is decoded, judged by its time, and gathered with others; then each account folds what is its own. On the
//! way it is counted how every record ended. What is kept of an account differs, and so a [`Folder`] has the accounts.

use super::event_batch::EventBatch;
use super::outcomes::{Outcomes, Skipped};
use crate::domain::account::Account;
use crate::domain::event::{Body, Event, Millis};
use crate::domain::history::Fate;
use crate::wire::batch::{Record, RecordBatch};
use crate::wire::{Admission, Decoded, FileRecord, Place, Refusal, admit, decode, decode_line, text_of};

/// Whoever has the accounts.
pub trait Folder {
    /// How it finds an account again.
    type Key: Ord + Clone;

    /// The account of that id, a new one if there is none.
    ///
    /// # Errors
    /// Why it has no such account, and none of its events is folded.
    fn find(&mut self, id: &str) -> Result<Self::Key, Refusal>;

    /// An account that it found.
    fn account(&mut self, key: &Self::Key) -> &mut Account;

    /// Whether an event is to be folded that could be. One that is not is counted by the folder alone.
    fn wants(&mut self, _event: &Event<'_>) -> bool {
        true
    }

    /// Whether the texts of an account's messages are kept; elsewhere they are not even read.
    fn keeps_text(&self, _account: &str) -> bool {
        false
    }

    /// Told of a record that is no event, or one of no account.
    fn rejected(&mut self, _record: &Record<'_>, _refusal: &Refusal) {}

    /// Told of an event that came too late, by when its record was written.
    fn late(&mut self, _event: &Event<'_>, _written: Millis) {}

    /// Told of an event that was new, by when its record was written.
    fn applied(&mut self, _written: Option<Millis>) {}
}

/// Folds every record of a batch, and counts how each ended.
pub fn fold<F: Folder>(batch: &RecordBatch, outcomes: &Outcomes, folder: &mut F) {
    let mut waiting = EventBatch::with_room_for(batch.len());
    for record in batch.records() {
        if let Err(skipped) = read(&record, folder, &mut waiting) {
            if let Skipped::Rejected(refusal) = &skipped {
                folder.rejected(&record, refusal);
            }
            outcomes.skip(skipped, &record.place);
        }
        if waiting.is_full() {
            apply(&mut waiting, outcomes, folder);
        }
    }
    apply(&mut waiting, outcomes, folder);
}

/// Has the event in a record wait, if the folder wants it.
fn read<'a, F: Folder>(
    record: &Record<'a>,
    folder: &mut F,
    waiting: &mut EventBatch<'a, F::Key>,
) -> Result<(), Skipped> {
    let (decoded, written) = match record.place {
        Place::Offset { .. } => (decode(&record.as_ref()), record.timestamp),
        // A line says itself when it was written.
        Place::Line { .. } => {
            let FileRecord { decoded, recorded_at } = decode_line(record.payload.unwrap_or_default(), &record.place);
            (decoded, recorded_at)
        }
    };
    let event = match decoded {
        Decoded::Event(event) => event,
        Decoded::Unknown => return Err(Skipped::Unknown),
        Decoded::Empty => return Err(Skipped::Empty),
        Decoded::Rejected(refusal) => return Err(Skipped::Rejected(refusal)),
    };
    match admit(event.at, written) {
        Admission::Admitted => {}
        Admission::Late => {
            written.into_iter().for_each(|written| folder.late(&event, written));
            return Err(Skipped::Late);
        }
        Admission::TooFarAhead => return Err(Skipped::Rejected(Refusal::FAR_FUTURE)),
    }
    if folder.wants(&event) {
        let has_text = matches!(event.body, Body::CustomerMessage { .. } | Body::AgentMessage { .. });
        let text = match has_text && folder.keeps_text(&event.account) {
            true => text_of(&record.as_ref()).map_err(Skipped::Rejected)?,
            false => None,
        };
        let key = folder.find(&event.account).map_err(Skipped::Rejected)?;
        if let Some(text) = text {
            folder.account(&key).keep_text(&event, text.reveal());
        }
        waiting.add(key, event, written);
    }
    Ok(())
}

fn apply<F: Folder>(waiting: &mut EventBatch<'_, F::Key>, outcomes: &Outcomes, folder: &mut F) {
    for (key, events) in waiting.by_account() {
        let ended = folder.account(&key).apply_all(events.iter().map(|(event, _)| event));
        for ((_, written), outcome) in events.into_iter().zip(ended) {
            outcomes.count(outcome);
            if outcome == Fate::Applied {
                folder.applied(*written);
            }
        }
    }
    waiting.clear();
}
