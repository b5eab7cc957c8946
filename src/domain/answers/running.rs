//! What runs at the moment of a view, gathered in one pass over the agents: visits that go on, and statuses that hold.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::Answers;
use super::rates::Rates;
use crate::domain::current::{Current, StatusSpan};
use crate::domain::day::sums::Sums;
use crate::domain::day::tally::Times;
use crate::domain::event::{Millis, Status};
use crate::domain::names::Name;
use crate::domain::scope::ScopeId;
use crate::domain::span::Span;

/// What runs in an account.
#[derive(Debug, Default)]
pub(super) struct Running {
    /// Since when each visit goes on.
    visits: Vec<Millis>,
    /// From when and how long visits go on while their agents are online. Of an account everybody asks, and thousands of
    /// agents are in visits: what is asked of all of them each time stands together.
    online: Vec<Span>,
    /// The visits, with the agents' codes, in which the status was another one before: the sums have it.
    across: Vec<(Millis, usize)>,
    /// The same by skill: presence belongs to no skill.
    by_skill: HashMap<Option<Name>, Vec<Millis>, FixedState>,
    /// The last status of each agent, lapsed or not.
    statuses: Vec<StatusSpan>,
    rates: Rates,
}

impl Running {
    pub(super) fn of(current: &Current) -> Self {
        let mut running = Self::default();
        for (code, now) in current.agents.iter().enumerate() {
            if let Some(visit) = now.visit {
                running.add_visit(visit.since, code, now.status);
                running.by_skill.entry(visit.skill).or_default().push(visit.since);
            }
            running.statuses.extend(now.status.filter(|held| held.status != Status::Offline));
            running.rates.add(Rates::of(now));
        }
        running
    }

    fn add_visit(&mut self, since: Millis, code: usize, status: Option<StatusSpan>) {
        self.visits.push(since);
        match status.filter(|held| held.span.from <= since) {
            // Those before it have ended before the visit began.
            Some(held) if held.status == Status::Online => self.online.push(Span { from: since, to: held.span.to }),
            Some(_) => {}
            None => self.across.push((since, code)),
        }
    }

    /// The skills under which a visit goes on.
    pub(super) fn skills(&self) -> impl Iterator<Item = Option<Name>> {
        self.by_skill.keys().copied()
    }

    /// Whether anything runs of a scope that has tallies.
    pub(super) fn has_any(&self, scope: ScopeId) -> bool {
        match scope {
            ScopeId::Account => !self.visits.is_empty() || !self.statuses.is_empty(),
            ScopeId::Skill(skill) => self.by_skill.contains_key(&skill),
            ScopeId::Agent(_) | ScopeId::AgentSkill(..) => false,
        }
    }

    /// How much of a span up to now the running times of a scope cover, that no tally holds yet.
    pub(super) fn times(&self, scope: ScopeId, span: Span, sums: &Sums) -> Times {
        match scope {
            ScopeId::Account => self.times_of_account(span, sums),
            ScopeId::Skill(skill) => {
                let since = self.by_skill.get(&skill).into_iter().flatten();
                let focus_ms = since.map(|since| (span.to - span.from.max(*since)).max(0)).sum();
                Times { focus_ms, ..Times::default() }
            }
            ScopeId::Agent(_) | ScopeId::AgentSkill(..) => Times::default(),
        }
    }

    fn times_of_account(&self, span: Span, sums: &Sums) -> Times {
        let mut times = Times::default();
        let until_its_end = |since| Span { from: since, to: span.to };
        times.focus_ms = self.visits.iter().map(|since| until_its_end(*since).overlap_ms(span)).sum();
        times.focus_online_ms = self.online.iter().map(|online| online.overlap_ms(span)).sum();
        for &(since, code) in self.across.iter().filter(|(since, _)| *since < span.to) {
            let visit = until_its_end(since).shared(span);
            times.focus_online_ms += sums.agent(code).map_or(0, |agent| agent.status_ms(visit, Status::Online));
        }
        for held in &self.statuses {
            times.add(Times::of_status(held.status, held.span.overlap_ms(span)), 1);
        }
        times
    }
}

impl Answers {
    /// How fast the times of a scope grow while nothing happens.
    #[must_use]
    pub fn rates(&self, scope: ScopeId) -> Rates {
        let visits = |focus: usize| Rates { focus: focus as u64, ..Rates::default() };
        let of_agent = |agent| self.view.current.agents.get(Name::to_code(agent) as usize);
        match scope {
            ScopeId::Account => self.running.rates,
            ScopeId::Skill(skill) => visits(self.running.by_skill.get(&skill).map_or(0, Vec::len)),
            ScopeId::Agent(agent) => of_agent(agent).map(Rates::of).unwrap_or_default(),
            ScopeId::AgentSkill(agent, skill) => {
                let visit = of_agent(agent).and_then(|now| now.visit);
                visits(usize::from(visit.is_some_and(|visit| visit.skill == skill)))
            }
        }
    }
}
