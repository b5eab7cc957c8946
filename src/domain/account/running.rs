//! What still runs at `now`: visits that go on and the last status of each agent, added when a question is asked.

use super::Account;
use super::life::Life;
use crate::domain::day::agent::{Agent, Ran};
use crate::domain::day::buckets::Tallied;
use crate::domain::day::tally::Times;
use crate::domain::day::window::Span;
use crate::domain::event::Presence;
use crate::domain::life::{State, Visit};
use crate::domain::names::Name;

/// An agent's visit that goes on, as far as it has come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Running {
    pub(super) skill: Option<Name>,
    pub(super) span: Span,
}

impl Account {
    /// What runs now, by spans: the times that the tallies of a scope do not hold yet.
    pub(super) fn running_times(&self, scope: Tallied, spans: &[Span]) -> Vec<Times> {
        let mut times = vec![Times::default(); spans.len()];
        for (code, agent) in self.agents.iter().enumerate() {
            let running = self.running_visit(code, agent);
            for (span, times) in spans.iter().zip(&mut times) {
                times.add(self.running_of(agent, running, scope, *span), 1);
            }
        }
        times
    }

    fn running_of(&self, agent: &Agent, running: Option<Running>, scope: Tallied, span: Span) -> Times {
        match scope {
            Tallied::Account => {
                let visit = running.map(|running| running.span.shared(span));
                Times {
                    focus_ms: visit.map_or(0, Span::length_ms),
                    focus_online_ms: visit.map_or(0, |visit| agent.presence.online_ms(visit)),
                    ..self.running_presence(agent, span)
                }
            }
            Tallied::Skill(skill) => {
                let visit = running.filter(|running| running.skill == skill);
                let focus_ms = visit.map_or(0, |running| running.span.overlap_ms(span));
                Times { focus_ms, ..Times::default() }
            }
        }
    }

    /// The last status, which none has followed.
    fn running_presence(&self, agent: &Agent, span: Span) -> Times {
        let Some(held) = agent.presence.last() else { return Times::default() };
        let ms = held.span.overlap_ms(span);
        match held.status {
            Presence::Online => Times { online_ms: ms, ..Times::default() },
            Presence::Away => Times { away_ms: ms, ..Times::default() },
            Presence::Offline => Times::default(),
        }
    }

    /// Marks what changed in what runs since the last look at an agent: no fact says so until it ends.
    pub(super) fn mark_running(&mut self, code: usize) {
        let now = self.now;
        let agent = &self.agents[code];
        let visit = self.running_visit(code, agent).map(|running| (running.skill, running.span.from));
        let status = agent.presence.last().map(|held| (held.status, held.span.from, now < held.span.to));
        let oldest = self.buckets.oldest().start();
        let agent = &mut self.agents[code];
        let before = std::mem::replace(&mut agent.ran, Ran { visit, status });
        if before.visit != visit {
            for (skill, from) in before.visit.into_iter().chain(visit) {
                agent.log.touch(skill);
                self.agent_buckets.mark_span(Name::from_code(code as u32), Span { from: from.max(oldest), to: now });
                self.buckets.mark(Tallied::Account, Span { from, to: now });
                self.buckets.mark(Tallied::Skill(skill), Span { from, to: now });
            }
        }
        if before.status != status {
            for (_, from, _) in before.status.into_iter().chain(status) {
                self.buckets.mark(Tallied::Account, Span { from, to: now });
            }
        }
    }

    /// The visit in which an agent is, as far as it has come.
    pub(super) fn running_visit(&self, code: usize, agent: &Agent) -> Option<Running> {
        let name = Name::from_code(code as u32)?;
        let (since, conversation) = agent.visiting?;
        let lives = &self.conversations[conversation as usize].lives;
        let visits = lives.iter().filter_map(Life::state).flat_map(State::visits);
        let Visit { skill, .. } = *visits.into_iter().find(|visit| visit.agent == name && visit.since == since)?;
        Some(Running { skill, span: Span { from: since, to: self.now } })
    }
}
