//! One account: its conversations, agents, facts, tallies and policies, behind three verbs.
//!
//! `apply` adds an event to the set, `advance_to` lets time pass, `drain_changes` says what to publish. Everything
//! else is a question, answered as of `now()`.

use super::bucket::Bucket;
use super::event::{Event, Millis};
use super::live::Live;
use super::metrics::Metrics;
use super::policy::Policies;
use super::rating_request::RatingRequest;

/// Which kind of scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ScopeKind {
    /// The account.
    Account,
    /// One skill.
    Skill,
    /// One agent.
    Agent,
    /// One agent within one skill.
    AgentSkill,
}

/// One scope of an account, by name; no agent or skill is `-1`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope {
    /// Set for skill and agent-within-skill scopes.
    pub skill: Option<String>,
    /// Set for agent and agent-within-skill scopes.
    pub agent: Option<String>,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// Added to the set.
    Applied,
    /// Later than `now`: waits beside the fold.
    Held,
    /// Its identity and content were known.
    Duplicate,
    /// Its identity was known with other content.
    Conflicting,
}

/// What changed since the last drain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Scopes whose windows events changed, each once.
    pub scopes: Vec<Scope>,
    /// Buckets that events changed, account and skill scopes (agent fields unset).
    pub buckets: Vec<(Scope, Bucket)>,
    /// Whether the live state changed.
    pub live: bool,
    /// Decisions made, in the order of their closes.
    pub rating_requests: Vec<RatingRequest>,
}

/// One account's whole state.
#[derive(Debug)]
pub struct Account {}

#[allow(missing_docs, unused_variables, clippy::todo, clippy::new_without_default)]
impl Account {
    /// An account without events, asked from `now` on; an event later than `now` is held.
    pub fn new(policies: Policies, now: Millis) -> Self {
        todo!()
    }
    /// Adds one event to the set.
    pub fn apply(&mut self, event: &Event<'_>) -> Outcome {
        todo!()
    }
    /// Lets time pass: applies what was held, lets waits become overdue and visits reach their cap, drops old buckets.
    /// `now` never falls. During catch-up call it rarely (it is what fires timers); always before asking.
    pub fn advance_to(&mut self, now: Millis) {
        todo!()
    }
    /// What to publish since the last drain.
    pub fn drain_changes(&mut self) -> Changes {
        todo!()
    }
    /// The time every answer is as of.
    pub fn now(&self) -> Millis {
        todo!()
    }
    /// Every scope of a kind with anything in the last 24 h, sorted; none of agents under `agent_metrics = false`.
    pub fn scopes(&self, kind: ScopeKind) -> Vec<Scope> {
        todo!()
    }
    /// One scope over each of the windows (minutes, 1–1440), in their order.
    pub fn window_metrics(&self, scope: &Scope, windows: &[u32]) -> Vec<Metrics> {
        todo!()
    }
    /// Every scope of a kind over each of the windows, sorted by skill, agent; cheaper than one by one.
    pub fn all_window_metrics(&self, kind: ScopeKind, windows: &[u32]) -> Vec<(Scope, Vec<Metrics>)> {
        todo!()
    }
    /// One scope in one bucket.
    pub fn bucket_metrics(&self, scope: &Scope, bucket: Bucket) -> Metrics {
        todo!()
    }
    /// The live state.
    pub fn live(&self) -> Live {
        todo!()
    }
    /// Open conversations, agents known, facts kept: sizes for engine metrics and tests.
    pub fn conversations(&self) -> usize {
        todo!()
    }
}
