//! For whom numbers are kept: the account, a skill, an agent, an agent within a skill.

use super::names::Name;

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

impl ScopeKind {
    /// Whether its scopes have an agent.
    #[must_use]
    pub fn is_of_agent(self) -> bool {
        matches!(self, Self::Agent | Self::AgentSkill)
    }

    /// Every kind, the ones more people look at first.
    pub const ALL: [Self; 4] = [Self::Account, Self::Skill, Self::Agent, Self::AgentSkill];
}

/// One scope of an account by numbers, which never mean another one: agents and skills are not forgotten. No agent and no
/// skill are scopes, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ScopeId {
    /// The account.
    Account,
    /// One skill.
    Skill(Option<Name>),
    /// One agent.
    Agent(Option<Name>),
    /// One agent within one skill.
    AgentSkill(Option<Name>, Option<Name>),
}

impl ScopeId {
    /// Which kind it is.
    #[must_use]
    pub fn kind(self) -> ScopeKind {
        match self {
            Self::Account => ScopeKind::Account,
            Self::Skill(_) => ScopeKind::Skill,
            Self::Agent(_) => ScopeKind::Agent,
            Self::AgentSkill(..) => ScopeKind::AgentSkill,
        }
    }

    /// Whether it names an agent.
    #[must_use]
    pub fn is_of_agent(self) -> bool {
        self.agent().is_some()
    }

    /// The agent that it names, who may be nobody.
    #[must_use]
    pub fn agent(self) -> Option<Option<Name>> {
        match self {
            Self::Agent(agent) | Self::AgentSkill(agent, _) => Some(agent),
            Self::Account | Self::Skill(_) => None,
        }
    }

    /// The skill that it names, which may be none.
    #[must_use]
    pub fn skill(self) -> Option<Option<Name>> {
        match self {
            Self::Skill(skill) | Self::AgentSkill(_, skill) => Some(skill),
            Self::Account | Self::Agent(_) => None,
        }
    }
}

/// One scope of an account, by name; no agent or skill is `-1`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope {
    /// Set for skill and agent-within-skill scopes.
    pub skill: Option<String>,
    /// Set for agent and agent-within-skill scopes.
    pub agent: Option<String>,
}

/// What stands for no agent and for no skill.
pub const NONE: &str = "-1";

impl Scope {
    /// Which kind it is.
    #[must_use]
    pub fn kind(&self) -> ScopeKind {
        match (&self.skill, &self.agent) {
            (None, None) => ScopeKind::Account,
            (Some(_), None) => ScopeKind::Skill,
            (None, Some(_)) => ScopeKind::Agent,
            (Some(_), Some(_)) => ScopeKind::AgentSkill,
        }
    }
}
