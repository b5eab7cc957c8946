//! Single buckets of agents: their numbers, and in which of them something changed.
//!
//! Only a configuration asks for them, so nothing is noted unless it does: a bit for each agent and bucket of the day.

use super::Account;
use crate::domain::answers::metrics::Metrics;
use crate::domain::bucket::Bucket;
use crate::domain::day::window::Span;
use crate::domain::names::Name;
use crate::domain::scope::Scope;

/// Buckets that an agent's bits tell apart; more than are ever kept.
const RING: i64 = 512;

/// In which buckets something of each agent changed since the last look.
#[derive(Debug, Default)]
pub(super) struct AgentBuckets {
    /// By agent code; absent where nobody asks.
    agents: Option<Vec<Bits>>,
}

type Bits = [u64; RING as usize / 64];

impl AgentBuckets {
    /// Something of an agent changed in a bucket.
    pub(super) fn mark(&mut self, agent: Option<Name>, bucket: Bucket) {
        let Some(agents) = &mut self.agents else { return };
        let code = Name::to_code(agent) as usize;
        if agents.len() <= code {
            agents.resize_with(code + 1, Bits::default);
        }
        let place = bucket.modulo(RING) as usize;
        agents[code][place / 64] |= 1 << (place % 64);
    }

    /// Something of an agent changed over a span.
    pub(super) fn mark_span(&mut self, agent: Option<Name>, span: Span) {
        if self.agents.is_some() {
            Bucket::cut(span.from, span.to).for_each(|(bucket, _)| self.mark(agent, bucket));
        }
    }

    /// Takes the bits of an agent.
    fn take(&mut self, code: usize) -> Bits {
        self.agents.as_mut().and_then(|agents| agents.get_mut(code)).map(std::mem::take).unwrap_or_default()
    }
}

impl Account {
    /// Names the changed buckets of agents among the changes too. Only before the first event.
    #[must_use]
    pub fn naming_agent_buckets(mut self) -> Self {
        self.agent_buckets.agents = Some(Vec::new());
        self
    }

    /// The buckets kept in which something of an agent changed since the last call, oldest first.
    pub(super) fn drain_agent_buckets(&mut self, code: usize) -> Vec<Bucket> {
        let bits = self.agent_buckets.take(code);
        if bits == Bits::default() {
            return Vec::new();
        }
        let oldest = self.buckets.oldest();
        let kept = (0..=Bucket::of(self.now).since(oldest)).map(|place| oldest.later(place));
        let is_changed = |bucket: &Bucket| {
            let place = bucket.modulo(RING) as usize;
            bits[place / 64] >> (place % 64) & 1 == 1
        };
        kept.filter(is_changed).collect()
    }

    /// An agent, alone (`skill` is `None`) or under a skill, in one bucket.
    pub(super) fn agent_in(&self, code: usize, skill: Option<Option<Name>>, bucket: Bucket) -> Metrics {
        let mut metrics = self.agents[code].log.in_bucket(skill, bucket, Bucket::of(self.now)).metrics();
        metrics.active_agents = u64::from(code > 0 && metrics.agent_messages > 0);
        metrics.minimum_n = self.policies.at(self.now).minimum_n;
        let to = bucket.end().min(self.now).max(bucket.start());
        self.add_agent_times(&mut metrics, code, skill, Span { from: bucket.start(), to });
        metrics
    }
}

/// Every scope with every bucket.
pub(super) fn pairs(scopes: &[Scope], buckets: &[Bucket]) -> impl Iterator<Item = (Scope, Bucket)> {
    scopes.iter().flat_map(|scope| buckets.iter().map(|bucket| (scope.clone(), *bucket)))
}
