//! Agents going online, away and offline, and what that changes in the account's presence.
//!
//! The account's tallies hold every status that another has followed; the last one of each agent, which still runs,
//! is added when a question is asked. Ended visits count as online while the agent's status says so, running or not.

use super::super::agent::Agent;
use super::super::agent::moves::Move;
use super::super::agent::presence::Held;
use super::super::event::{Millis, Presence};
use super::super::intern::Name;
use super::super::tally::Times;
use super::super::timeline::Key;
use super::super::window::Span;
use super::{Account, Outcome};

impl Account {
    /// Adds a status to the set.
    pub(super) fn status(&mut self, agent: Name, key: Key, status: Presence) -> Outcome {
        let forget_after_ms = self.forget_after_ms;
        let one = self.agent(Some(agent));
        let from = one.presence.since(key.at);
        let before = counted(one, from, forget_after_ms);
        let (outcome, lost) = one.presence.add(key, status, forget_after_ms);
        if outcome == Outcome::Duplicate {
            return outcome;
        }
        one.changed = true;
        let after = counted(one, from, forget_after_ms);
        let stands = one.presence.stands(key, status);
        self.add_counted(&before, -1);
        self.add_counted(&after, 1);
        self.live_changed = true;
        let earliest = lost.iter().map(|(key, _)| key.at).fold(key.at, Millis::min);
        self.agent_buckets
            .mark_span(Some(agent), Span { from: earliest.max(self.buckets.oldest().start()), to: self.now });
        // Going offline is a move: it ends the visit the agent is in.
        for (key, _) in lost.into_iter().filter(|lost| lost.1 == Presence::Offline && lost.0 != key) {
            self.unmoved(agent, Move { key, to: None });
        }
        if stands && status == Presence::Offline {
            self.moved(agent, Move { key, to: None });
        }
        outcome
    }

    fn add_counted(&mut self, counted: &[(Span, Counted)], unit: i64) {
        for (span, what) in counted {
            self.add_times_over(*span, |ms| what.times(ms), unit);
        }
    }
}

/// What of an agent's presence the account's tallies hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counted {
    Status(Presence),
    FocusOnline,
}

impl Counted {
    fn times(self, ms: Millis) -> Times {
        match self {
            Self::Status(Presence::Online) => Times { online_ms: ms, ..Times::default() },
            Self::Status(Presence::Away) => Times { away_ms: ms, ..Times::default() },
            Self::Status(Presence::Offline) => Times::default(),
            Self::FocusOnline => Times { focus_online_ms: ms, ..Times::default() },
        }
    }
}

/// What the tallies hold of the statuses that hold after `from`, and of the ended visits in them.
fn counted(agent: &Agent, from: Millis, forget_after_ms: Millis) -> Vec<(Span, Counted)> {
    let held: Vec<Held> = agent.presence.held_after(from, forget_after_ms).collect();
    let followed = held.iter().filter(|held| !held.last).map(|held| (held.span, Counted::Status(held.status)));
    let online = held.iter().filter(|held| held.status == Presence::Online);
    let visits = online.flat_map(|held| agent.visits.iter().map(|visit| visit.span().shared(held.span)));
    let focus = visits.filter(|span| span.from < span.to).map(|span| (span, Counted::FocusOnline));
    followed.chain(focus).collect()
}
