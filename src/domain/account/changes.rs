//! What has changed since the last look, for those who publish, and what has been stated, for those who count.

use std::sync::Arc;

use super::Account;
use super::agent_buckets::pairs;
use crate::domain::bucket::Bucket;
use crate::domain::day::buckets::Tallied;
use crate::domain::event::Millis;
use crate::domain::fact::{DurationKind, Fact, FactKind, Scopes, Sign, Signed};
use crate::domain::names::Name;
use crate::domain::scope::Scope;

/// What changed since the last drain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Scopes whose windows events changed, each once.
    pub scopes: Vec<Scope>,
    /// Buckets that events changed, of the account and of skills; those of agents where they are to be named, for each
    /// scope of an agent that changed.
    pub buckets: Vec<(Scope, Bucket)>,
    /// Whether the live state may have changed.
    pub live: bool,
}

/// How many facts of the account were stated, and taken back, since it exists: by kind, and durations by size too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    stated: [u64; FactKind::COUNT],
    retracted: [u64; FactKind::COUNT],
    /// Upper bounds of the sizes, ascending, in milliseconds.
    bounds_ms: Arc<[Millis]>,
    /// By `DurationKind`.
    durations: [Sizes; 4],
}

/// The stated durations of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Sizes {
    /// How many lie over the bound before and not over their own; the last, over all bounds.
    counts: Vec<u64>,
    sum_ms: u64,
}

impl Default for Flow {
    fn default() -> Self {
        Self::by_size(Arc::from([]))
    }
}

impl Flow {
    fn by_size(bounds_ms: Arc<[Millis]>) -> Self {
        let sizes = || Sizes { counts: vec![0; bounds_ms.len() + 1], sum_ms: 0 };
        let durations = std::array::from_fn(|_| sizes());
        Self { stated: [0; FactKind::COUNT], retracted: [0; FactKind::COUNT], bounds_ms, durations }
    }

    /// A fact counts once, in the account: what it adds to other scopes is the same fact.
    pub(super) fn count(&mut self, signed: &Signed) {
        let Fact { kind, value, scopes, .. } = signed.fact;
        if !scopes.has(Scopes::ACCOUNT) {
            return;
        }
        match signed.sign {
            Sign::State => {
                self.stated[kind as usize] += 1;
                if let Some(duration) = kind.duration() {
                    let place = self.bounds_ms.partition_point(|bound| *bound < value);
                    let sizes = &mut self.durations[duration as usize];
                    sizes.counts[place] += 1;
                    sizes.sum_ms += value.unsigned_abs();
                }
            }
            Sign::Retract => self.retracted[kind as usize] += 1,
        }
    }

    /// Stated so far, never falling.
    #[must_use]
    pub fn stated(&self, kind: FactKind) -> u64 {
        self.stated[kind as usize]
    }

    /// Taken back so far, never falling.
    #[must_use]
    pub fn retracted(&self, kind: FactKind) -> u64 {
        self.retracted[kind as usize]
    }

    /// The bounds by which durations are counted, ascending, in milliseconds.
    #[must_use]
    pub fn bounds_ms(&self) -> &[Millis] {
        &self.bounds_ms
    }

    /// How many durations were stated so far between the bound before each bound, exclusive, and itself, inclusive;
    /// the last is how many were over all bounds. Never falling.
    #[must_use]
    pub fn sizes(&self, kind: DurationKind) -> &[u64] {
        &self.durations[kind as usize].counts
    }

    /// The sum of the durations stated so far, in milliseconds, never falling.
    #[must_use]
    pub fn sum_ms(&self, kind: DurationKind) -> u64 {
        self.durations[kind as usize].sum_ms
    }
}

impl Account {
    /// Counts stated durations by these upper bounds (milliseconds, ascending) in its flow. Only before the first event.
    #[must_use]
    pub fn counting_durations_by(mut self, bounds_ms: Arc<[Millis]>) -> Self {
        debug_assert!(bounds_ms.is_sorted(), "each size has one place");
        self.flow = Flow::by_size(bounds_ms);
        self
    }

    /// What to publish since the last drain.
    #[must_use]
    pub fn drain_changes(&mut self) -> Changes {
        for code in 0..self.agents.len() {
            if self.agents[code].changed {
                self.mark_running(code);
            }
        }
        let tallied = self.buckets.drain_changed();
        let mut scopes: Vec<Tallied> = tallied.iter().map(|(scope, _)| *scope).collect();
        scopes.sort_unstable();
        scopes.dedup();
        let mut scopes: Vec<Scope> = scopes.into_iter().map(|scope| self.scope_of(scope)).collect();
        let mut buckets: Vec<_> = tallied.into_iter().map(|(scope, bucket)| (self.scope_of(scope), bucket)).collect();
        let (agents, of_agents) = self.drain_agents();
        scopes.extend(agents);
        buckets.extend(of_agents);
        Changes { scopes, buckets, live: std::mem::take(&mut self.live_changed) }
    }

    /// What has been stated and taken back so far.
    #[must_use]
    pub fn flow(&self) -> &Flow {
        &self.flow
    }

    /// The scopes of agents that changed, and the buckets of theirs.
    fn drain_agents(&mut self) -> (Vec<Scope>, Vec<(Scope, Bucket)>) {
        let (mut scopes, mut buckets) = (Vec::new(), Vec::new());
        for code in 0..self.agents.len() {
            if !std::mem::take(&mut self.agents[code].changed) {
                continue;
            }
            let of_agent = self.drain_agent_buckets(code);
            let changed = self.agents[code].log.drain_changed().into_iter();
            let name = Some(self.names.agent_text(Name::from_code(code as u32)).to_owned());
            let skill = |skill: Option<Name>| Some(self.names.skill_text(skill).to_owned());
            let first = scopes.len();
            scopes.push(Scope { skill: None, agent: name.clone() });
            scopes.extend(changed.map(|of| Scope { skill: skill(of), agent: name.clone() }));
            buckets.extend(pairs(&scopes[first..], &of_agent));
        }
        let names_agents = self.policies.at(self.now).agent_metrics;
        if names_agents { (scopes, buckets) } else { Default::default() }
    }

    fn scope_of(&self, scope: Tallied) -> Scope {
        match scope {
            Tallied::Account => Scope::default(),
            Tallied::Skill(skill) => Scope { skill: Some(self.names.skill_text(skill).to_owned()), agent: None },
        }
    }
}
