//! Metrics of single buckets.

use super::Answers;
use super::metrics::Metrics;
use crate::domain::bucket::Bucket;
use crate::domain::day::tally::Distinct;
use crate::domain::names::Name;
use crate::domain::scope::{Scope, ScopeId, ScopeKind};
use crate::domain::span::Span;

impl Answers {
    /// One scope in one bucket, by name.
    #[must_use]
    pub fn bucket_metrics(&self, scope: &Scope, bucket: Bucket) -> Metrics {
        self.find(scope).map_or_else(|| self.nothing(scope.kind()), |id| self.in_bucket(id, bucket))
    }

    /// One scope in one bucket.
    #[must_use]
    pub fn in_bucket(&self, scope: ScopeId, bucket: Bucket) -> Metrics {
        match scope {
            ScopeId::Account | ScopeId::Skill(_) => self.tallied_in(scope, bucket),
            ScopeId::Agent(agent) => self.agent_in(agent, None, bucket),
            ScopeId::AgentSkill(agent, skill) => self.agent_in(agent, Some(skill), bucket),
        }
    }

    fn tallied_in(&self, scope: ScopeId, bucket: Bucket) -> Metrics {
        let mut tally = self.sums.buckets.tally(scope, bucket).cloned().unwrap_or_default();
        let span = Span { from: bucket.start(), to: bucket.end().min(self.now()) };
        tally.add_times(self.running.times(scope, span, &self.sums), 1);
        Metrics {
            active_agents: tally.here(Distinct::Agents),
            unique_contacts: Some(tally.here(Distinct::Contacts)),
            ..self.tallied(scope, &tally)
        }
    }

    fn agent_in(&self, agent: Option<Name>, skill: Option<Option<Name>>, bucket: Bucket) -> Metrics {
        let code = Name::to_code(agent) as usize;
        let kind = if skill.is_some() { ScopeKind::AgentSkill } else { ScopeKind::Agent };
        let Some(sums) = self.sums.agent(code) else { return self.nothing(kind) };
        let mut metrics = Metrics::from(&sums.log.in_bucket(skill, bucket));
        metrics.active_agents = u64::from(agent.is_some() && metrics.agent_messages > 0);
        metrics.minimum_n = self.view.policy().minimum_n;
        let to = bucket.end().min(self.now()).max(bucket.start());
        let times = self.agent_times(code, sums, skill, &[bucket.start()], to)[0];
        metrics.with_agent_times(times, skill.is_none())
    }
}
