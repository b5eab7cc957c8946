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
/// The same where agents are left, and the publisher is still at the pass before.
const WAIT_FOR_PUBLISHER: Duration = Duration::from_millis(10);

/// Makes passes until nothing more is handed over.
pub(super) fn run(passes: Passes, tray: &Tray, outbox: Option<Arc<Outbox>>, health: &Health) {
    let mut thread = Thread { passes, outbox, unsaid: BTreeSet::new(), unsaid_since: None };
    while !tray.is_finished() {
        let Some(handover) = tray.take(thread.patience()) else {
            thread.pass_agents();
            continue;
        };
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

    /// How long to wait for a handover before agents who are left have their turn.
    fn patience(&self) -> Duration {
        match (self.passes.are_agents_left(), self.is_all_taken()) {
            (true, true) => Duration::ZERO,
            (true, false) => WAIT_FOR_PUBLISHER,
            (false, _) => WAIT,
        }
    }

    /// Answers some of the agents whom the last pass had no room for. Only if the publisher has nothing else to do: room is
    /// left for the next pass.
    fn pass_agents(&mut self) {
        if self.is_all_taken()
            && self.passes.are_agents_left()
            && let Some(pass) = self.passes.pass_agents()
        {
            self.publish(pass);
        }
    }

    /// Whether the publisher has taken every pass.
    fn is_all_taken(&self) -> bool {
        self.outbox.as_ref().is_none_or(|outbox| outbox.is_empty())
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
    use crate::fold::handover::Handover;
    use crate::fold::pass::PassSettings;
    use crate::fold::{Fold, FoldSettings};
    use crate::wire::batch::{Arrival, RecordBatch};

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

    /// What a fold hands over that was told of a message by each of so many agents.
    fn handover_of_agents(agents: i64) -> Handover {
        let mut fold = Fold::new(FoldSettings::default(), Arc::default(), Arc::default(), 0);
        fold.set_caught_up();
        let mut batch = RecordBatch::new(Arc::from(["conversation-events".to_owned()]));
        for agent in 0..agents {
            let ids = format!(r#""account_id":"acme","conversation_id":"c{agent}","agent_id":"a{agent}""#);
            let talk = format!(r#"{{{ids},"occurred_at":0,"type":"agent_message","characters":1}}"#);
            let payload = Some(talk.as_bytes());
            let (partition, timestamp) = (Some(0), Some(0));
            batch.push(Arrival { topic: 0, partition, offset: agent, timestamp, key: None, payload }, []);
        }
        fold.fold(&batch, &mut |_, refusal| panic!("{refusal}"));
        fold.tick(250).expect("events came")
    }

    #[test]
    fn agents_who_are_left_have_their_turn_whenever_the_publisher_has_taken_the_pass_before() {
        let outbox = Arc::new(Outbox::default());
        let passes = Passes::new(PassSettings::default(), Arc::new(Board::new(&[5])));
        let mut thread = Thread { passes, outbox: Some(outbox.clone()), unsaid: BTreeSet::new(), unsaid_since: None };
        assert_eq!(thread.patience(), WAIT, "nobody is left");
        let first = thread.passes.pass(handover_of_agents(300)).expect("there is news");
        thread.publish(first);
        thread.pass_agents();
        assert_eq!(thread.patience(), WAIT_FOR_PUBLISHER, "the first waits");
        let mut said = Vec::new();
        while let Some(pass) = outbox.take(Duration::ZERO) {
            said.push(pass.len());
            thread.pass_agents();
        }
        assert_eq!(said, [253, 250, 100], "the first has the account, no skill and the live state, too");
        assert_eq!(thread.patience(), WAIT);
    }
}
