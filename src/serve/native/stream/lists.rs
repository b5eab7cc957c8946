//! Agents and ratings as parts of a view: the rows of their own addresses, cut to what a screen can keep up with.

use std::collections::HashSet;

use super::content::{PartContent, Row};
use super::hash;
use super::part::Part;
use super::wanted::fit;
use crate::domain::answers::Answers;
use crate::domain::answers::people::agents::{self, AgentRow, agents};
use crate::domain::answers::people::ratings;
use crate::domain::answers::questions::{Answer, Dimension, Question};
use crate::domain::day::view::View;
use crate::domain::event::Millis;
use crate::domain::names::Name;
use crate::serve::native::parameters::Parameters;
use crate::serve::native::{agents as asked_agents, asked, metrics};
use crate::serve::problem::Problem;
use crate::wire::output::json::{Head, Listing, agent_row, rating_rows};

/// How many ratings are told, the newest: those of a page where nothing else is asked for.
const NEWEST_RATINGS: usize = 100;

/// The agents that are asked for, with what the sums have of their numbers.
pub(super) struct Agents {
    wanted: agents::Wanted,
    /// Only these, by id.
    any_of: Option<Vec<String>>,
    numbers: Option<(Question, Option<Answer>)>,
    /// The members of `metrics` that are wanted; none: all.
    members: Option<Vec<&'static str>>,
}

impl Agents {
    /// # Errors
    /// Where a parameter is wrong.
    pub(super) fn ask(parameters: &Parameters<'_>, answers: &Answers) -> Result<Self, Problem> {
        let question = asked_agents::numbers(parameters, answers.now())?;
        Ok(Self {
            wanted: agents::Wanted { statuses: None, skills: asked::names(parameters, "skill", Dimension::Skill)? },
            any_of: asked::names(parameters, "agent", Dimension::Agent)?,
            numbers: question.map(|question| {
                let summed = answers.from_sums(&question);
                (question, summed)
            }),
            members: metrics::members(parameters)?,
        })
    }

    /// # Errors
    /// Where they are too many.
    pub(super) fn content(
        self,
        parameters: &Parameters<'_>,
        head: Head<'_>,
        view: &View,
    ) -> Result<PartContent, Problem> {
        let numbers = self.numbers.map(|(question, summed)| summed.unwrap_or_else(|| question.answer(view)));
        let span = numbers.as_ref().map(|numbers| numbers.span);
        let told = numbers.iter().flat_map(|numbers| &numbers.rows);
        let has: HashSet<Name> = told.filter_map(|row| agents::agent_of(view, &row.ids)).collect();
        let mut rows = agents(view, &self.wanted, |agent| has.contains(&agent));
        let is_named = |ids: &Vec<String>, row: &AgentRow| ids.iter().any(|id| id == view.names.agents.text(row.agent));
        rows.retain(|row| self.any_of.as_ref().is_none_or(|ids| is_named(ids, row)));
        fit(rows.len(), parameters)?;
        numbers.into_iter().for_each(|numbers| agents::add_numbers(view, &mut rows, numbers.rows));
        let listing = Listing { head, span, view, rows: &rows, total_rows: rows.len(), next_page: None };
        let row = |row: &AgentRow| {
            let [key, without_numbers, json] = agent_row(&listing, row, self.members.as_deref());
            Row { key, json, still: hash(&(without_numbers, row.metrics.as_ref().map(|metrics| metrics.still()))) }
        };
        let still = hash(&span.map(|span| span.from));
        Ok(PartContent::with_rows(Part::Agents, listing.members(), still, rows.iter().map(row).collect()))
    }
}

/// The newest of the ratings that are asked for, and how many there are.
pub(super) fn ratings(
    parameters: &Parameters<'_>,
    now: Millis,
    head: Head<'_>,
    view: &View,
) -> Result<PartContent, Problem> {
    let question = asked::question(parameters, asked::frame(parameters, now)?)?;
    let rows = question.ratings(view, &ratings::Wanted::default());
    let (span, total_rows) = (question.span(view), rows.len());
    let rows = &rows[..total_rows.min(NEWEST_RATINGS)];
    let listing = Listing { head, span: Some(span), view, rows, total_rows, next_page: None };
    // Nothing of a rating grows.
    let rows = rating_rows(&listing).map(|(key, json)| Row { still: hash(&json), key, json });
    Ok(PartContent::with_rows(Part::Ratings, listing.members(), hash(&(span.from, total_rows)), rows.collect()))
}
