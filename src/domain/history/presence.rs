//! Agents going online, away and offline, and what that says: how long a status held that another one has followed, and
//! which one holds now.

use super::agent::{Agent, Visiting};
use super::moves::Move;
use super::statuses::StatusEvent;
use super::{Fate, History, state};
use crate::domain::compact::due::take_before;
use crate::domain::current::{AgentNow, OpenVisit, StatusSpan};
use crate::domain::event::{Millis, Status};
use crate::domain::fact::{Credit, Fact, FactKind, Scopes, Sign, Signed};
use crate::domain::history::life::Life;
use crate::domain::life::State;
use crate::domain::names::Name;
use crate::domain::timeline::Key;

impl History {
    /// Adds a status to the set.
    pub(super) fn add_status(&mut self, agent: Name, said: &StatusEvent) -> Fate {
        let cap_ms = self.policies.at(said.at).status_cap_ms;
        let statuses = &mut self.agent(Some(agent)).statuses;
        let from = statuses.since(said.at);
        // Of one identity another one may stand from now on, whenever that was.
        let to = if statuses.knows(said.identity) { Millis::MAX } else { said.at };
        let before = followed(self.agent(Some(agent)), from, to);
        let added = self.agent(Some(agent)).statuses.add(said, cap_ms);
        if added.lost.is_empty() && added.won.is_empty() {
            return added.fate;
        }
        self.await_lapse(agent, said.at.saturating_add(cap_ms));
        self.statuses_changed(agent, from, to, &before);
        // Going offline is a move: it ends the visit the agent is in.
        let offline = |(key, status): (Key, Status)| (status == Status::Offline).then_some(Move { key, to: None });
        added.lost.into_iter().filter_map(offline).for_each(|lost| self.unmoved(agent, lost));
        added.won.into_iter().filter_map(offline).for_each(|won| self.moved(agent, won));
        added.fate
    }

    /// Lets statuses hold as long as the policies of now say.
    pub(super) fn restate_statuses(&mut self) {
        for code in 0..self.agents.len() {
            let Some(agent) = Name::from_code(code as u32) else { continue };
            let before = followed(&self.agents[code], Millis::MIN, Millis::MAX);
            let policies = self.policies.clone();
            self.agents[code].statuses.hold_for(|at| policies.at(at).status_cap_ms);
            if let Some(last) = self.agents[code].statuses.last() {
                self.await_lapse(agent, last.span.to);
                self.statuses_changed(agent, Millis::MIN, Millis::MAX, &before);
            }
        }
    }

    /// Looks again at agents whose last status has lapsed by now: what grew by itself has stopped, and nobody else says so.
    pub(super) fn fire_lapses(&mut self) {
        for agent in take_before(&mut self.lapses, &self.now.saturating_add(1)).into_values().flatten() {
            let now = self.now;
            let one = self.agent(Some(agent));
            one.lapse_alarm = None;
            // Another status may have followed meanwhile.
            match one.statuses.last().map(|held| held.span.to).filter(|lapses_at| *lapses_at > now) {
                Some(lapses_at) => self.await_lapse(agent, lapses_at),
                None => self.stir(agent),
            }
        }
    }

    /// Brings what agents do now up to the last event.
    pub(super) fn settle_agents(&mut self) {
        for agent in std::mem::take(&mut self.stirred_agents) {
            let code = Name::to_code(Some(agent)) as usize;
            self.agents[code].is_stirred = false;
            let now = self.agent_now(&self.agents[code]);
            let shown = self.current.agents.entry(code);
            if *shown != now {
                self.current.changes += u64::from((shown.status, shown.has_lapsed) != (now.status, now.has_lapsed));
                *shown = now;
                self.is_changed = true;
            }
        }
    }

    fn agent_now(&self, agent: &Agent) -> AgentNow {
        let status = agent.statuses.last();
        let has_lapsed = status.is_some_and(|held| held.span.to <= self.now);
        let visit = agent.visiting.map(|Visiting { skill, since, conversation }| {
            let about = self.closed_and_visited(conversation).map(State::about);
            OpenVisit { skill, since, conversation: Name::at(conversation as usize), about }
        });
        AgentNow { visit, status, has_lapsed }
    }

    /// The state of a conversation that is closed while somebody has it on screen.
    fn closed_and_visited(&self, conversation: u32) -> Option<&State> {
        let mut states = self.conversations[conversation as usize].lives.iter().filter_map(Life::state);
        states.rfind(|state| state.is_visited() && !state.is_open())
    }

    /// Sets an agent's alarm, unless an earlier one is set: that will set the next one.
    fn await_lapse(&mut self, agent: Name, at: Millis) {
        let alarm = &mut self.agent(Some(agent)).lapse_alarm;
        if alarm.is_none_or(|alarm| at < alarm) {
            *alarm = Some(at);
            self.lapses.entry(at).or_default().push(agent);
        }
    }

    /// States what changed of an agent's statuses between two moments, of which `before` was stated.
    fn statuses_changed(&mut self, agent: Name, from: Millis, to: Millis, before: &[StatusSpan]) {
        let after = followed(self.agent(Some(agent)), from, to);
        let gone = before.iter().filter(|held| !after.contains(held)).map(|held| (held, Sign::Retract));
        let come = after.iter().filter(|held| !before.contains(held)).map(|held| (held, Sign::State));
        let facts: Vec<Signed> = gone.chain(come).filter_map(|(held, sign)| signed(agent, held, sign)).collect();
        let Self { agents, rows, stated, counts_from, .. } = self;
        let last_rows = &mut agents[Name::to_code(Some(agent)) as usize].last_rows;
        self.is_changed |= state(&facts, None, last_rows, *counts_from, rows, stated);
        self.stir(agent);
    }
}

/// The statuses that hold somewhere between two moments, or just after, and that another one has followed.
fn followed(agent: &Agent, from: Millis, to: Millis) -> Vec<StatusSpan> {
    agent.statuses.followed_after(from).take_while(|held| held.span.from <= to).collect()
}

fn signed(agent: Name, held: &StatusSpan, sign: Sign) -> Option<Signed> {
    let kind = match held.status {
        Status::Online => FactKind::Online,
        Status::Away => FactKind::Away,
        Status::Offline => return None,
    };
    let (at, value) = (held.span.from, held.span.length_ms());
    let credit = Credit { agent: Some(agent), ..Credit::default() };
    let fact = Fact { at, kind, value, scopes: Scopes::PRESENCE, credit };
    (value > 0).then_some(Signed { fact, sign })
}
