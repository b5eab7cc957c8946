//! Agents going online, away and offline, and what that changes in the account's presence.
//!
//! The account's tallies hold every status that another has followed; the last one of each agent, which still runs,
//! is added when a question is asked. Ended visits count as online while the agent's status says so, running or not.

use super::{Account, Outcome};
use crate::domain::day::agent::Agent;
use crate::domain::day::tally::Times;
use crate::domain::day::window::Span;
use crate::domain::event::{Millis, Presence};
use crate::domain::history::moves::Move;
use crate::domain::history::statuses::{Held, StatusEvent};
use crate::domain::names::Name;
use crate::domain::timeline::Key;

impl Account {
    /// Adds a status to the set.
    pub(super) fn status(&mut self, agent: Name, said: &StatusEvent) -> Outcome {
        let cap_ms = self.policies.at(said.at).status_cap_ms;
        let presence = &mut self.agent(Some(agent)).presence;
        let from = presence.since(said.at);
        let before = counted(self.agent(Some(agent)), from);
        let added = self.agent(Some(agent)).presence.add(said, cap_ms);
        if added.lost.is_empty() && added.won.is_empty() {
            return added.outcome;
        }
        self.await_lapse(agent, said.at.saturating_add(cap_ms));
        self.presence_changed(agent, from, &before);
        // Going offline is a move: it ends the visit the agent is in.
        let offline = |(key, status): (Key, Presence)| (status == Presence::Offline).then_some(Move { key, to: None });
        added.lost.into_iter().filter_map(offline).for_each(|lost| self.unmoved(agent, lost));
        added.won.into_iter().filter_map(offline).for_each(|won| self.moved(agent, won));
        added.outcome
    }

    /// Lets statuses hold as long as the policies of now say.
    pub(super) fn restate_presence(&mut self) {
        for code in 0..self.agents.len() {
            let Some(agent) = Name::from_code(code as u32) else { continue };
            let before = counted(&self.agents[code], Millis::MIN);
            let policies = std::mem::take(&mut self.policies);
            self.agents[code].presence.hold_for(|at| policies.at(at).status_cap_ms);
            self.policies = policies;
            if let Some(last) = self.agents[code].presence.last() {
                self.await_lapse(agent, last.span.to);
                self.presence_changed(agent, Millis::MIN, &before);
            }
        }
    }

    /// Marks agents whose last status has lapsed by now: what grew by itself has stopped, and nobody else says so.
    pub(super) fn fire_lapses(&mut self) {
        let later = self.lapses.split_off(&self.now.saturating_add(1));
        for agent in std::mem::replace(&mut self.lapses, later).into_values().flatten() {
            let now = self.now;
            let one = self.agent(Some(agent));
            one.lapse_alarm = None;
            // Another status may have followed meanwhile.
            match one.presence.last().map(|held| held.span.to).filter(|lapses_at| *lapses_at > now) {
                Some(lapses_at) => self.await_lapse(agent, lapses_at),
                None => (one.changed, self.live_changed) = (true, true),
            }
        }
    }

    /// Sets an agent's alarm, unless an earlier one is set: that will set the next one.
    fn await_lapse(&mut self, agent: Name, at: Millis) {
        let alarm = &mut self.agent(Some(agent)).lapse_alarm;
        if alarm.is_none_or(|alarm| at < alarm) {
            *alarm = Some(at);
            self.lapses.entry(at).or_default().push(agent);
        }
    }

    /// Keeps the account in step with an agent's statuses after `from`, of which `before` was counted.
    fn presence_changed(&mut self, agent: Name, from: Millis, before: &[(Span, Counted)]) {
        let after = counted(self.agent(Some(agent)), from);
        self.agent(Some(agent)).changed = true;
        self.add_counted(before, -1);
        self.add_counted(&after, 1);
        self.live_changed = true;
        let oldest = self.buckets.oldest().start();
        self.agent_buckets.mark_span(Some(agent), Span { from: from.max(oldest), to: self.now });
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
fn counted(agent: &Agent, from: Millis) -> Vec<(Span, Counted)> {
    let held: Vec<Held> = agent.presence.held_after(from).collect();
    let followed = held.iter().filter(|held| !held.last).map(|held| (held.span, Counted::Status(held.status)));
    let online = held.iter().filter(|held| held.status == Presence::Online);
    let visits = online.flat_map(|held| agent.visits.iter().map(|visit| visit.span().shared(held.span)));
    let focus = visits.filter(|span| span.from < span.to).map(|span| (span, Counted::FocusOnline));
    followed.chain(focus).collect()
}
