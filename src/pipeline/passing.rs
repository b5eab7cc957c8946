//! The thread of the passes: views in, answers out to the board and to the publisher.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crate::board::{Outbox, Pass, Subject};
use crate::domain::event::Millis;
use crate::fold::handover::Tray;
use crate::fold::pass::Passes;
use crate::serve::health::Health;
use crate::telemetry;

/// How long a handover is waited for at a time.
const WAIT: Duration = Duration::from_millis(100);

/// Makes passes until nothing more is handed over.
pub(super) fn run(passes: Passes, tray: &Tray, outbox: Option<Arc<Outbox>>, health: &Health) {
    let mut thread = Thread { passes, outbox, unsaid: BTreeSet::new(), unsaid_since: None };
    while !tray.is_finished() {
        let Some(handover) = tray.take(WAIT) else { continue };
        let now = handover.now;
        thread.give_back();
        if let Some(pass) = thread.passes.pass(handover) {
            thread.publish(pass);
        }
        metrics::gauge!(telemetry::PUBLISH_BEHIND).set(thread.behind_ms(now) as f64 / 1_000.0);
        if !health.is_ready() {
            health.set_ready();
            tracing::info!("ready: everything that was there at the start is folded");
        }
    }
    if let Some(outbox) = &thread.outbox {
        outbox.close();
    }
}

struct Thread {
    passes: Passes,
    /// Passes for the publisher, if there is one.
    outbox: Option<Arc<Outbox>>,
    /// What the board says and the topics do not, because there was no room for it: as many as there are scopes at most.
    unsaid: BTreeSet<Subject>,
    /// As of when the first of them was to be said.
    unsaid_since: Option<Millis>,
}

impl Thread {
    /// Has made again what could not be published, and what found no room.
    fn give_back(&mut self) {
        let Some(outbox) = &self.outbox else { return };
        self.passes.give_back(outbox.take_failed());
        if outbox.has_room() {
            self.passes.give_back(std::mem::take(&mut self.unsaid));
            self.unsaid_since = None;
        }
    }

    /// Without a publisher the board is the only one to be told; it is told although Kafka takes nothing.
    fn publish(&mut self, pass: Arc<Pass>) {
        match &self.outbox {
            Some(outbox) if outbox.has_room() => outbox.put(pass),
            Some(_) => {
                self.unsaid_since.get_or_insert(pass.as_of);
                self.unsaid.extend(pass.subjects());
            }
            None => {}
        }
    }

    /// How long what waits longest has waited to be said: for its turn in a pass, or for room at the publisher's.
    fn behind_ms(&self, now: Millis) -> Millis {
        let unsaid = self.unsaid_since.map_or(0, |since| now - since);
        unsaid.max(self.passes.behind_ms())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::{Board, LiveUpdate};
    use crate::fold::pass::PassSettings;

    #[test]
    fn what_finds_no_room_is_remembered_once_and_made_again_when_there_is_room() {
        let outbox = Arc::new(Outbox::default());
        let passes = Passes::new(PassSettings::default(), Arc::new(Board::new(&[5])));
        let mut thread = Thread { passes, outbox: Some(outbox.clone()), unsaid: BTreeSet::new(), unsaid_since: None };
        let live = LiveUpdate { account: Arc::from("a"), view: None };
        let pass = Arc::new(Pass { lives: vec![live], as_of: 1_000, ..Pass::default() });
        (0..4).for_each(|_| thread.publish(pass.clone()));
        thread.give_back();
        assert_eq!(thread.unsaid, BTreeSet::from([Subject::Live(Arc::from("a"))]));
        assert_eq!(thread.behind_ms(4_000), 3_000);
        assert!(outbox.take(Duration::ZERO).is_some());
        thread.give_back();
        assert!(thread.unsaid.is_empty());
        assert_eq!(thread.behind_ms(5_000), 0);
    }
}
