//! What runs at `now`, as rates: so that readers need not ask again only because time has passed.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::Account;
use crate::domain::answers::rates::Rates;
use crate::domain::day::agent::Agent;
use crate::domain::event::Presence;
use crate::domain::names::Name;
use crate::domain::scope::{NONE, Scope};

/// What runs in an account, gathered in one pass over its agents.
#[derive(Debug, Clone, Default)]
pub struct Running {
    account: Rates,
    /// Visits alone: presence belongs to no skill.
    skills: HashMap<Option<Name>, u64, FixedState>,
}

impl Account {
    /// What runs now.
    #[must_use]
    pub fn running(&self) -> Running {
        let mut running = Running::default();
        for (code, agent) in self.agents.iter().enumerate() {
            let (rates, visit) = self.rates_of_agent(code, agent);
            running.account.add(rates);
            if let Some(skill) = visit {
                *running.skills.entry(skill).or_default() += 1;
            }
        }
        running
    }

    /// How fast the times of a scope grow; `running` is what runs now.
    #[must_use]
    pub fn rates(&self, scope: &Scope, running: &Running) -> Rates {
        let skill = |text: &str| self.names.skills.find(text).map(Some).or((text == NONE).then_some(None));
        let visits = |focus: Option<u64>| Rates { focus: focus.unwrap_or(0), ..Rates::default() };
        match (&scope.skill, &scope.agent) {
            (None, None) => running.account,
            (Some(of), None) => visits(skill(of).and_then(|skill| running.skills.get(&skill).copied())),
            (None, Some(agent)) => self.rates_of(agent).0,
            (Some(of), Some(agent)) => {
                let (rates, visit) = self.rates_of(agent);
                visits((visit.is_some() && visit == skill(of)).then_some(rates.focus))
            }
        }
    }

    fn rates_of(&self, agent: &str) -> (Rates, Option<Option<Name>>) {
        let code = self.names.agents.find(agent).map(|agent| Name::to_code(Some(agent)) as usize);
        let known = code.and_then(|code| Some((code, self.agents.get(code)?)));
        known.map_or_else(Default::default, |(code, agent)| self.rates_of_agent(code, agent))
    }

    /// What runs of an agent, and the skill of the visit that goes on.
    fn rates_of_agent(&self, code: usize, agent: &Agent) -> (Rates, Option<Option<Name>>) {
        let status = agent.presence.running(self.now).map(|held| held.status);
        let visit = self.running_visit(code, agent).map(|running| running.skill);
        let one = |runs: bool| u64::from(runs);
        let online = status == Some(Presence::Online);
        let rates = Rates {
            focus: one(visit.is_some()),
            focus_online: one(visit.is_some() && online),
            online: one(online),
            away: one(status == Some(Presence::Away)),
        };
        (rates, visit)
    }
}
