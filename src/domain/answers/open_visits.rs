//! Visits that go on, each credited as it would be if it ended now.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::questions::Dimension;
use super::questions::asked::Asked;
use crate::domain::event::Millis;
use crate::domain::fact::Credit;
use crate::domain::names::Name;

/// A visit that goes on.
#[derive(Debug, Clone, Copy)]
pub(super) struct GoingOn {
    /// By agent code.
    pub(super) code: u32,
    /// When it began.
    pub(super) since: Millis,
    /// The conversation.
    pub(super) conversation: Name,
    /// To whom it is credited and, where the question asks for more than agents and skills, to what.
    pub(super) credit: Credit,
}

/// The visits that go on, by agent.
pub(super) fn open_visits(asked: &Asked<'_>) -> Vec<GoingOn> {
    let agents = asked.view.current.agents.iter().enumerate();
    let visits = agents.filter_map(|(code, now)| Some((code as u32, now.visit?)));
    let mut visits: Vec<GoingOn> = visits
        .map(|(code, visit)| {
            let about = visit.about.unwrap_or_default();
            let credit = Credit { agent: Name::from_code(code), skill: visit.skill, ..about };
            GoingOn { code, since: visit.since, conversation: visit.conversation, credit }
        })
        .collect();
    if !asked.question.touches_only(&[Dimension::Agent, Dimension::Skill]) {
        find_open(asked, &mut visits);
    }
    visits
}

/// Completes the credits of those whose conversations are open.
fn find_open(asked: &Asked<'_>, visits: &mut [GoingOn]) {
    let visited = visits.iter().map(|visit| (visit.conversation, None));
    let mut visited: HashMap<Name, Option<Credit>, FixedState> = visited.collect();
    for open in asked.view.current.open.iter() {
        if let Some(credit) = visited.get_mut(&open.conversation) {
            *credit = Some(open.credit());
        }
    }
    for visit in visits {
        if let Some(open) = visited.get(&visit.conversation).copied().flatten() {
            let Credit { agent, skill, .. } = visit.credit;
            visit.credit = Credit { agent, skill, ..open };
        }
    }
}
