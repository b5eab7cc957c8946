//! The topics cxpulse writes, by name.

use crate::domain::scope::ScopeKind;
use crate::wire::output::keys::kind_word;

/// The names of the topics out, which share a prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputTopics {
    metrics: [String; 4],
    /// Closed buckets.
    pub buckets: String,
    /// Live states.
    pub live: String,
    /// Rejected records.
    pub dead_letters: String,
    /// Decisions on rating requests, which this version makes and does not publish yet.
    pub rating_requests: String,
}

impl OutputTopics {
    /// The names under `prefix` (`cxpulse`).
    #[must_use]
    pub fn new(prefix: &str) -> Self {
        let kinds = [ScopeKind::Account, ScopeKind::Skill, ScopeKind::Agent, ScopeKind::AgentSkill];
        Self {
            metrics: kinds.map(|kind| format!("{prefix}.metrics.{}.v1", kind_word(kind))),
            buckets: format!("{prefix}.buckets.v1"),
            live: format!("{prefix}.live.v1"),
            dead_letters: format!("{prefix}.dead-letters.v1"),
            rating_requests: format!("{prefix}.rating-requests.v1"),
        }
    }

    /// Where scopes of a kind go.
    #[must_use]
    pub fn metrics(&self, kind: ScopeKind) -> &str {
        &self.metrics[kind as usize]
    }

    /// Every topic that passes and dead letters go to.
    #[must_use]
    pub fn all(&self) -> Vec<String> {
        let others = [&self.buckets, &self.live, &self.dead_letters];
        self.metrics.iter().chain(others).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_the_contract() {
        let topics = OutputTopics::new("cxpulse");
        assert_eq!(topics.metrics(ScopeKind::AgentSkill), "cxpulse.metrics.agent-skill.v1");
        let names = [
            "cxpulse.metrics.account.v1",
            "cxpulse.metrics.skill.v1",
            "cxpulse.metrics.agent.v1",
            "cxpulse.metrics.agent-skill.v1",
            "cxpulse.buckets.v1",
            "cxpulse.live.v1",
            "cxpulse.dead-letters.v1",
        ];
        assert_eq!(topics.all(), names);
        assert_eq!(topics.rating_requests, "cxpulse.rating-requests.v1");
    }
}
