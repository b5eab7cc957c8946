//! An account as of one moment: immutable, taken in microseconds, so that any question can be answered elsewhere.

use std::sync::Arc;

use super::DayView;
use crate::domain::compact::rare::Rare;
use crate::domain::current::Current;
use crate::domain::event::Millis;
use crate::domain::kept::Kept;
use crate::domain::names::called::{AGENT_NAME_STANDS_MS, Called};
use crate::domain::names::combinations::CombinationsView;
use crate::domain::names::texts::Texts;
use crate::domain::names::{Name, Names};
use crate::domain::policy::{Policies, Policy};
use crate::domain::scope::{NONE, Scope, ScopeId};

/// Everything that a question may need.
#[derive(Debug, Clone)]
pub struct View {
    /// The moment up to which everything has happened.
    pub now: Millis,
    /// What holds for the account.
    pub policies: Arc<Policies>,
    /// The facts of the last day.
    pub day: DayView,
    /// What stands in no fact yet.
    pub current: Current,
    /// The names that it needs.
    pub names: NamesView,
}

/// The names of an account as they were when they were taken. What is forgotten later keeps its name here.
#[derive(Debug, Clone, Default)]
pub struct NamesView {
    /// Agents.
    pub agents: Rare<Names>,
    /// Skills.
    pub skills: Rare<Names>,
    /// Ids of conversations.
    pub conversations: Texts,
    /// Contacts.
    pub contacts: Rare<Texts>,
    /// What contacts are called: `View::contact_name` asks.
    pub contact_names: Called,
    /// For how long that stands after it was said.
    pub contact_names_stand_ms: Millis,
    /// What agents are called: `View::agent_name` asks.
    pub agent_names: Called,
    /// Lines.
    pub lines: Rare<Names>,
    /// Channels.
    pub channels: Rare<Names>,
    /// Topics.
    pub topics: Rare<Names>,
    /// Companies.
    pub companies: Rare<Names>,
    /// What the numbers of a credit mean: its topics, and its line, channel and company.
    pub combinations: CombinationsView,
}

impl View {
    /// The policy in force now.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        self.policies.at(self.now)
    }

    /// What a contact is called: what was said last, if that was no longer ago than the silence that ends a closed life, after
    /// which everything about a contact may be forgotten.
    #[must_use]
    pub fn contact_name(&self, contact: Name) -> Option<&Kept> {
        let from = self.now.saturating_sub(self.names.contact_names_stand_ms);
        self.names.contact_names.since(contact, from)
    }

    /// What an agent is called: what was said last in 31 days.
    #[must_use]
    pub fn agent_name(&self, agent: Name) -> Option<&Kept> {
        self.names.agent_names.since(agent, self.now.saturating_sub(AGENT_NAME_STANDS_MS))
    }
}

impl NamesView {
    /// An agent's id, as outputs show it.
    #[must_use]
    pub fn agent_text(&self, agent: Option<Name>) -> &str {
        agent.map_or(NONE, |agent| self.agents.text(agent))
    }

    /// A skill's id, as outputs show it.
    #[must_use]
    pub fn skill_text(&self, skill: Option<Name>) -> &str {
        skill.map_or(NONE, |skill| self.skills.text(skill))
    }

    /// A scope by name.
    #[must_use]
    pub fn scope(&self, id: ScopeId) -> Scope {
        let agent = |agent| Some(self.agent_text(agent).to_owned());
        let skill = |skill| Some(self.skill_text(skill).to_owned());
        match id {
            ScopeId::Account => Scope::default(),
            ScopeId::Skill(of) => Scope { skill: skill(of), agent: None },
            ScopeId::Agent(of) => Scope { skill: None, agent: agent(of) },
            ScopeId::AgentSkill(of, within) => Scope { skill: skill(within), agent: agent(of) },
        }
    }

    /// The numbers of a scope; `None` if a name in it was never heard.
    #[must_use]
    pub fn find(&self, scope: &Scope) -> Option<ScopeId> {
        let find = |names: &Names, text: &str| names.find(text).map(Some).or((text == NONE).then_some(None));
        let agent = |text: &str| find(&self.agents, text);
        let skill = |text: &str| find(&self.skills, text);
        match (&scope.skill, &scope.agent) {
            (None, None) => Some(ScopeId::Account),
            (Some(of), None) => skill(of).map(ScopeId::Skill),
            (None, Some(of)) => agent(of).map(ScopeId::Agent),
            (Some(within), Some(of)) => Some(ScopeId::AgentSkill(agent(of)?, skill(within)?)),
        }
    }
}
