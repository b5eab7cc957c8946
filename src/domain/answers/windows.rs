//! Metrics over rolling windows.

use super::metrics::{Availability, Metrics, Utilisation};
use super::{Answers, numbers};
use crate::domain::day::sums::AgentSums;
use crate::domain::day::tally::{Distinct, Tally};
use crate::domain::day::window::Windows;
use crate::domain::event::Status;
use crate::domain::names::Name;
use crate::domain::scope::{Scope, ScopeId, ScopeKind};
use crate::domain::span::Span;

impl Answers {
    /// One scope over each of the windows (minutes, 1–1440), in their order.
    #[must_use]
    pub fn window_metrics(&self, scope: &Scope, minutes: &[u32]) -> Vec<Metrics> {
        match self.find(scope) {
            Some(id) => self.over(id, &Windows::at(self.now(), minutes)),
            None => minutes.iter().map(|_| self.nothing(scope.kind())).collect(),
        }
    }

    /// Every scope of a kind over each of the windows, sorted by skill, agent.
    #[must_use]
    pub fn all_window_metrics(&self, kind: ScopeKind, minutes: &[u32]) -> Vec<(Scope, Vec<Metrics>)> {
        let windows = Windows::at(self.now(), minutes);
        let of = |id| (self.view.names.scope(id), self.over(id, &windows));
        let mut all: Vec<_> = self.scope_ids(kind).into_iter().map(of).collect();
        all.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        all
    }

    /// One scope over each of the windows.
    #[must_use]
    pub fn over(&self, scope: ScopeId, windows: &Windows) -> Vec<Metrics> {
        match scope {
            ScopeId::Account | ScopeId::Skill(_) => self.tallied_over(scope, windows),
            ScopeId::Agent(agent) => self.agent_over(agent, None, windows),
            ScopeId::AgentSkill(agent, skill) => self.agent_over(agent, Some(skill), windows),
        }
    }

    fn tallied_over(&self, scope: ScopeId, windows: &Windows) -> Vec<Metrics> {
        let mut tallies = self.sums.buckets.over(scope, windows);
        for (place, span) in windows.spans() {
            tallies[place].add_times(self.running.times(scope, span, &self.sums), 1);
        }
        tallies.iter().map(|tally| self.tallied(scope, tally)).collect()
    }

    /// The numbers of the account or of a skill.
    pub(super) fn tallied(&self, scope: ScopeId, tally: &Tally) -> Metrics {
        let (availability, utilisation) = numbers::presence(tally);
        let has_presence = scope == ScopeId::Account;
        Metrics {
            unique_contacts: Some(tally.distinct(Distinct::Contacts)),
            availability: has_presence.then_some(availability),
            utilisation: has_presence.then_some(utilisation),
            minimum_n: self.view.policy().minimum_n,
            ..Metrics::from(tally)
        }
    }

    /// An agent, alone (`skill` is `None`) or under a skill.
    fn agent_over(&self, agent: Option<Name>, skill: Option<Option<Name>>, windows: &Windows) -> Vec<Metrics> {
        let code = Name::to_code(agent) as usize;
        let kind = if skill.is_some() { ScopeKind::AgentSkill } else { ScopeKind::Agent };
        let Some(sums) = self.sums.agent(code) else {
            return windows.spans().map(|_| self.nothing(kind)).collect();
        };
        let mut all: Vec<Metrics> = sums.log.over(skill, windows).iter().map(Metrics::from).collect();
        let active = skill.map_or_else(|| sums.log.active(), |skill| sums.log.active_under(skill));
        for (place, span) in windows.spans() {
            let metrics = &mut all[place];
            metrics.active_agents = u64::from(active.is_some_and(|bucket| bucket.start() >= span.from));
            metrics.minimum_n = self.view.policy().minimum_n;
            self.add_agent_times(metrics, code, sums, skill, span);
        }
        all
    }

    /// Adds the times of an agent over a span, those that run included.
    pub(super) fn add_agent_times(
        &self,
        metrics: &mut Metrics,
        code: usize,
        sums: &AgentSums,
        skill: Option<Option<Name>>,
        span: Span,
    ) {
        let visit = self.view.current.agents.get(code).and_then(|now| now.visit);
        let visit = visit.filter(|visit| skill.is_none_or(|skill| skill == visit.skill));
        let shared = visit.map(|visit| Span { from: visit.since, to: self.now() }.shared(span));
        metrics.focus_ms = (sums.visited_ms(span, skill) + shared.map_or(0, Span::length_ms)) as u64;
        if skill.is_some() {
            return;
        }
        let status = |status| sums.status_ms(span, status) as u64;
        let online_ms = status(Status::Online);
        let focus_online =
            sums.visited_online_ms(span) + shared.map_or(0, |visit| sums.status_ms(visit, Status::Online));
        metrics.availability = Some(Availability { online_ms, away_ms: status(Status::Away) });
        metrics.utilisation = Some(Utilisation { focus_ms: focus_online as u64, online_ms });
    }
}
