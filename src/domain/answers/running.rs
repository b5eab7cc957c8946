//! What runs at the moment of a view, gathered in one pass over the agents: visits that go on, and statuses that hold.

use std::collections::HashMap;
use std::sync::OnceLock;

use foldhash::fast::FixedState;

use super::Answers;
use super::moments::Covered;
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
    /// Since when each visit goes on, and the agent's code.
    visits: Vec<(Millis, usize)>,
    /// The same by skill: presence belongs to no skill.
    by_skill: HashMap<Option<Name>, Vec<Millis>, FixedState>,
    /// The last status of each agent, lapsed or not.
    statuses: Vec<StatusSpan>,
    rates: Rates,
    /// The times of the account, once they are asked for.
    of_account: OnceLock<AccountTimes>,
}

/// What runs in the account as a whole: how much of a span it covers is found without looking at every agent again.
#[derive(Debug)]
struct AccountTimes {
    visits: Covered,
    visits_online: Covered,
    online: Covered,
    away: Covered,
}

impl Running {
    pub(super) fn of(current: &Current) -> Self {
        let mut running = Self::default();
        for (code, now) in current.agents.iter().enumerate() {
            if let Some(visit) = now.visit {
                running.visits.push((visit.since, code));
                running.by_skill.entry(visit.skill).or_default().push(visit.since);
            }
            running.statuses.extend(now.status.filter(|held| held.status != Status::Offline));
            running.rates.add(Rates::of(now));
        }
        running
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
        let times = self.of_account.get_or_init(|| AccountTimes::of(self, sums));
        Times {
            focus_ms: times.visits.overlap_ms(span),
            focus_online_ms: times.visits_online.overlap_ms(span),
            online_ms: times.online.overlap_ms(span),
            away_ms: times.away.overlap_ms(span),
        }
    }
}

impl AccountTimes {
    fn of(running: &Running, sums: &Sums) -> Self {
        let go_on = |since: Millis| Span { from: since, to: Millis::MAX };
        let visits = || running.visits.iter().map(|(since, code)| (go_on(*since), sums.agent(*code)));
        let online =
            visits().flat_map(|(visit, agent)| agent.into_iter().flat_map(move |agent| agent.online_in(visit)));
        let statuses = |status| running.statuses.iter().filter(move |held| held.status == status).map(|held| held.span);
        Self {
            visits: Covered::by(visits().map(|(visit, _)| visit)),
            visits_online: Covered::by(online),
            online: Covered::by(statuses(Status::Online)),
            away: Covered::by(statuses(Status::Away)),
        }
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
