//! Private words for rows: what contacts and agents are called, and what a customer said with an answer.
//!
//! Who writes them out asks first whether whoever reads may see them.

use std::collections::{HashMap, HashSet};

use foldhash::fast::FixedState;

use crate::domain::answers::questions::Dimension;
use crate::domain::day::view::View;
use crate::domain::event::Millis;
use crate::domain::fact::FactKind;
use crate::domain::kept::Kept;
use crate::domain::names::Name;

/// What agents and contacts are called, by their ids.
#[derive(Debug, Default)]
pub struct Named {
    agents: HashMap<String, Kept, FixedState>,
    contacts: HashMap<String, Kept, FixedState>,
}

impl Named {
    /// The names that stand of those with these ids. Contacts are many and have no index: those are read all, once.
    #[must_use]
    pub fn of<'i>(view: &View, dimension: Dimension, ids: impl Iterator<Item = &'i str>) -> Self {
        match dimension {
            Dimension::Agent => Self { agents: agents(view, ids), ..Self::default() },
            Dimension::Contact => Self { contacts: contacts(view, &ids.collect()), ..Self::default() },
            Dimension::Skill | Dimension::Line | Dimension::Channel | Dimension::Topic | Dimension::Company => {
                Self::default()
            }
        }
    }

    /// These and others.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.agents.extend(other.agents);
        self.contacts.extend(other.contacts);
        self
    }

    /// What whoever has an id is called.
    #[must_use]
    pub fn name(&self, dimension: Dimension, id: &str) -> Option<&Kept> {
        match dimension {
            Dimension::Agent => self.agents.get(id),
            Dimension::Contact => self.contacts.get(id),
            Dimension::Skill | Dimension::Line | Dimension::Channel | Dimension::Topic | Dimension::Company => None,
        }
    }
}

/// Whether those of a dimension are people, who are called something.
#[must_use]
pub fn are_people(dimension: Dimension) -> bool {
    matches!(dimension, Dimension::Agent | Dimension::Contact)
}

/// What was said about an answer, which its conversation, its moment, and the kind and value of its fact tell.
#[must_use]
pub fn comment(view: &View, conversation: Option<Name>, at: Millis, kind: FactKind, value: Millis) -> Option<&Kept> {
    view.day.comments.of_answer(conversation?, at, answer(kind, value)?)
}

/// The answer that a fact tells of, as it was when it was given.
fn answer(kind: FactKind, value: Millis) -> Option<FactKind> {
    match kind {
        FactKind::AnswerReplaced => FactKind::answer(i32::try_from(value).ok()?),
        FactKind::Answer1
        | FactKind::Answer2
        | FactKind::Answer3
        | FactKind::Answer4
        | FactKind::Answer5
        | FactKind::RefusedInvalidScore
        | FactKind::RefusedRatingWindow
        | FactKind::RefusedCommentFrozen
        | FactKind::RefusedChangeWindow => Some(kind),
        _ => None,
    }
}

fn agents<'i>(view: &View, ids: impl Iterator<Item = &'i str>) -> HashMap<String, Kept, FixedState> {
    let named = |id: &'i str| Some((id.to_owned(), view.agent_name(view.names.agents.find(id)?)?.clone()));
    ids.filter_map(named).collect()
}

fn contacts(view: &View, ids: &HashSet<&str>) -> HashMap<String, Kept, FixedState> {
    if ids.is_empty() {
        return HashMap::default();
    }
    let texts = &view.names.contacts;
    // Most are called nothing, which is found out sooner than their ids.
    let named = texts.known().filter_map(|contact| Some((texts.text(contact), view.contact_name(contact)?)));
    named.filter(|(id, _)| ids.contains(id)).map(|(id, name)| (id.to_owned(), name.clone())).collect()
}
