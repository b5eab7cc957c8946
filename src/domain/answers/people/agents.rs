//! Agents one by one: what each does now, owns and can do, and, over a time, their numbers.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::domain::answers::metrics::Metrics;
use crate::domain::answers::nothing;
use crate::domain::answers::questions::{AnswerRow, Ids};
use crate::domain::day::view::View;
use crate::domain::event::{Millis, Status};
use crate::domain::names::Name;
use crate::domain::names::called::AGENT_NAME_STANDS_MS;
use crate::domain::scope::{NONE, ScopeKind};

/// An agent.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentRow {
    /// Who.
    pub agent: Name,
    /// What the agent is, and since when; nothing of one of whom no status was said in 31 days.
    pub status: Option<(Status, Millis)>,
    /// How many open conversations are the agent's.
    pub owned: u32,
    /// How many of these wait.
    pub waiting: u32,
    /// The numbers over the time that was asked for, if one was.
    pub metrics: Option<Box<Metrics>>,
}

/// Which agents are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// With any of these statuses.
    pub statuses: Option<Vec<Status>>,
    /// Who can do any of these; `-1` for who can do nothing that is known.
    pub skills: Option<Vec<String>>,
}

/// The agents of whom anything is to be told, in no order: those with a status, with conversations, in a visit, or of whom there
/// are numbers; these are not in the rows. None where the policy names no agent.
#[must_use]
pub fn agents(view: &View, wanted: &Wanted, has_numbers: impl Fn(Name) -> bool) -> Vec<AgentRow> {
    if !view.policy().agent_metrics {
        return Vec::new();
    }
    let row = |agent: Name| {
        let (owned, waiting) = view.current.owned_by(agent);
        let is_told = is_there(view, agent) || has_numbers(agent);
        is_told.then(|| AgentRow { agent, status: status(view, agent), owned, waiting, metrics: None })
    };
    view.names.agents.known().filter_map(row).filter(|row| wanted.wants(view, row)).collect()
}

/// Puts the numbers of agents, which are rows by agent, into what is told of them.
pub fn add_numbers(view: &View, rows: &mut [AgentRow], numbers: Vec<AnswerRow>) {
    let named = |row: AnswerRow| Some((agent_of(view, &row.ids)?, row.metrics));
    let mut numbers: HashMap<Name, Box<Metrics>, FixedState> = numbers.into_iter().filter_map(named).collect();
    for row in rows {
        row.metrics = Some(numbers.remove(&row.agent).unwrap_or_else(|| Box::new(no_numbers(view))));
    }
}

/// Whose numbers a row by agent has: who is shown as `-1` is nobody.
#[must_use]
pub fn agent_of(view: &View, ids: &Ids) -> Option<Name> {
    view.names.agents.find(ids.first()?)
}

/// The numbers of an agent of whom there are none.
#[must_use]
pub fn no_numbers(view: &View) -> Metrics {
    nothing(view, ScopeKind::Agent)
}

impl Wanted {
    fn wants(&self, view: &View, row: &AgentRow) -> bool {
        let status = row.status.map(|(status, _)| status);
        let is = |statuses: &Vec<Status>| status.is_some_and(|status| statuses.contains(&status));
        self.statuses.as_ref().is_none_or(is) && self.skills.as_ref().is_none_or(|any_of| can(view, row.agent, any_of))
    }
}

fn can(view: &View, agent: Name, any_of: &[String]) -> bool {
    let skills = view.current.skills_of(agent);
    let has = |wanted: &String| match skills {
        [] => wanted == NONE,
        skills => skills.iter().any(|skill| view.names.skills.text(*skill) == wanted),
    };
    any_of.iter().any(has)
}

fn is_there(view: &View, agent: Name) -> bool {
    status(view, agent).is_some() || view.current.owned_by(agent).0 > 0 || view.current.focused_on(agent).is_some()
}

/// A status that has lapsed says that nothing came for so long: the agent is offline since.
fn status(view: &View, agent: Name) -> Option<(Status, Millis)> {
    let held = view.current.agents.get(Name::to_code(Some(agent)) as usize)?.status?;
    let is_recent = held.span.from >= view.now.saturating_sub(AGENT_NAME_STANDS_MS);
    let holds = held.status == Status::Offline || view.now <= held.span.to;
    let said = if holds { (held.status, held.span.from) } else { (Status::Offline, held.span.to) };
    is_recent.then_some(said)
}
