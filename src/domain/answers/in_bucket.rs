//! Metrics of single buckets.

use super::Answers;
use super::metrics::Metrics;
use crate::domain::bucket::Bucket;
use crate::domain::day::sums::DistinctInBucket;
use crate::domain::day::tally::Distinct;
use crate::domain::names::Name;
use crate::domain::scope::{Scope, ScopeId, ScopeKind};
use crate::domain::span::Span;

/// Who wrote in a bucket is remembered of those that were asked for last: what comes late changes the newest of them again
/// and again, and each may have millions of facts.
const ASKED_BUCKETS: usize = 4;

impl Answers {
    /// One scope in one bucket.
    #[must_use]
    pub fn bucket_metrics(&self, scope: &Scope, bucket: Bucket) -> Metrics {
        match self.find(scope) {
            Some(id) => {
                let mut distinct = DistinctInBucket::new(bucket);
                if !id.is_of_agent() {
                    distinct.read_on(&self.view.day);
                }
                self.one_in(id, bucket, &distinct)
            }
            None => self.nothing(scope.kind()),
        }
    }

    /// Scopes in one bucket, in their order: of its facts those are read that came since it was last asked for.
    pub fn in_bucket(&mut self, scopes: &[ScopeId], bucket: Bucket) -> Vec<Metrics> {
        let place = self.asked_buckets.iter().position(|asked| asked.bucket() == bucket);
        let mut distinct =
            place.map_or_else(|| DistinctInBucket::new(bucket), |place| self.asked_buckets.remove(place));
        if scopes.iter().any(|scope| !scope.is_of_agent()) {
            distinct.read_on(&self.view.day);
        }
        let metrics = scopes.iter().map(|scope| self.one_in(*scope, bucket, &distinct)).collect();
        self.asked_buckets.insert(0, distinct);
        self.asked_buckets.truncate(ASKED_BUCKETS);
        metrics
    }

    fn one_in(&self, scope: ScopeId, bucket: Bucket, distinct: &DistinctInBucket) -> Metrics {
        match scope {
            ScopeId::Account | ScopeId::Skill(_) => self.tallied_in(scope, bucket, distinct),
            ScopeId::Agent(agent) => self.agent_in(agent, None, bucket),
            ScopeId::AgentSkill(agent, skill) => self.agent_in(agent, Some(skill), bucket),
        }
    }

    fn tallied_in(&self, scope: ScopeId, bucket: Bucket, distinct: &DistinctInBucket) -> Metrics {
        let mut tally = self.sums.buckets.tally(scope, bucket).cloned().unwrap_or_default();
        let span = Span { from: bucket.start(), to: bucket.end().min(self.now()) };
        tally.add_times(self.running.times(scope, span, &self.sums), 1);
        Metrics {
            active_agents: distinct.count(scope, Distinct::Agents),
            unique_contacts: Some(distinct.count(scope, Distinct::Contacts)),
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
        self.add_agent_times(&mut metrics, code, sums, skill, Span { from: bucket.start(), to });
        metrics
    }
}
