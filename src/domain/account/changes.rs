//! What has changed since the last look, for those who publish, and what has been stated, for those who count.

use super::super::bucket::Bucket;
use super::super::buckets::Tallied;
use super::super::fact::{FactKind, Sign, Signed};
use super::super::intern::Name;
use super::super::scope::Scope;
use super::Account;

/// What changed since the last drain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Scopes whose windows events changed, each once.
    pub scopes: Vec<Scope>,
    /// Buckets that events changed, of the account and of skills.
    pub buckets: Vec<(Scope, Bucket)>,
    /// Whether the live state may have changed.
    pub live: bool,
}

/// How many facts of each kind were stated, and taken back, since the account exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    stated: [u64; FactKind::COUNT],
    retracted: [u64; FactKind::COUNT],
}

impl Default for Flow {
    fn default() -> Self {
        Self { stated: [0; FactKind::COUNT], retracted: [0; FactKind::COUNT] }
    }
}

impl Flow {
    pub(super) fn count(&mut self, signed: &Signed) {
        let counts = match signed.sign {
            Sign::State => &mut self.stated,
            Sign::Retract => &mut self.retracted,
        };
        counts[signed.fact.kind as usize] += 1;
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
}

impl Account {
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
        scopes.extend(self.drain_agents());
        let buckets = tallied.into_iter().map(|(scope, bucket)| (self.scope_of(scope), bucket)).collect();
        Changes { scopes, buckets, live: std::mem::take(&mut self.live_changed) }
    }

    /// What has been stated and taken back so far.
    #[must_use]
    pub fn flow(&self) -> &Flow {
        &self.flow
    }

    fn drain_agents(&mut self) -> Vec<Scope> {
        let names_agents = self.policies.at(self.now).agent_metrics;
        let mut scopes = Vec::new();
        for (code, agent) in self.agents.iter_mut().enumerate() {
            if !std::mem::take(&mut agent.changed) {
                continue;
            }
            let name = Some(self.names.agent_text(Name::from_code(code as u32)).to_owned());
            scopes.push(Scope { skill: None, agent: name.clone() });
            let skills = agent.log.drain_changed().into_iter();
            let skill = |skill: Option<Name>| Some(self.names.skill_text(skill).to_owned());
            scopes.extend(skills.map(|of| Scope { skill: skill(of), agent: name.clone() }));
        }
        if names_agents { scopes } else { Vec::new() }
    }

    fn scope_of(&self, scope: Tallied) -> Scope {
        match scope {
            Tallied::Account => Scope::default(),
            Tallied::Skill(skill) => Scope { skill: Some(self.names.skill_text(skill).to_owned()), agent: None },
        }
    }
}
