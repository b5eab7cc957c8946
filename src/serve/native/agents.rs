//! Agents one by one: what each does, owns and can do now, and, with a time, their numbers over it.

use std::collections::HashMap;
use std::sync::Arc;

use super::asked::{self, TIME};
use super::order::{self, Size};
use super::paging::{Answered, PAGING, Slice};
use super::parameters::Parameters;
use super::rows::{has, is_one_number, size};
use crate::domain::answers::catalogue::Metric;
use crate::domain::answers::metrics::Metrics;
use crate::domain::answers::people::agents::{AgentRow, Wanted, add_numbers, agent_of, agents, no_numbers};
use crate::domain::answers::questions::outline::{Outline, OutlinedRow};
use crate::domain::answers::questions::{Answer, Dimension, Id, Ids, Question};
use crate::domain::day::view::View;
use crate::domain::event::Millis;
use crate::domain::kept::Kept;
use crate::domain::names::Name;
use crate::serve::asking::Desk;
use crate::serve::problem::Problem;
use crate::wire::output::json::{Listing, agents_json};
use crate::wire::words::{PRESENCES, Words, value_of, word_of};

const OTHERS: [&str; 4] = ["skill", "status", "sort", "search"];

/// By which field of a row.
#[derive(Debug, Clone, Copy)]
enum By {
    Id,
    Name,
    Status,
    Since,
    Owned,
    Waiting,
    Capacity,
    FocusedOn,
    Metric(Metric),
}

const FIELDS: &Words<By> = &[
    ("agent_id", By::Id),
    ("agent_name", By::Name),
    ("status", By::Status),
    ("since", By::Since),
    ("owned", By::Owned),
    ("waiting", By::Waiting),
    ("capacity", By::Capacity),
    ("focused_on", By::FocusedOn),
];

/// Which agents are asked for, with what, and in which order.
struct AgentsQuestion {
    wanted: Wanted,
    /// What their numbers are asked by, where a time is given.
    numbers: Option<Question>,
    by: By,
    descending: bool,
    search: Option<String>,
}

/// The agents that the parameters of an address ask for.
///
/// # Errors
/// The first parameter that is wrong, or asks for more than the caller may see.
pub(super) fn ask(desk: &Desk, pairs: &[(String, String)]) -> Result<Answered, Problem> {
    // What the sums do not have is gathered from the facts of a view, which holds nobody up.
    let (asked, summed, view, moment) = desk.ask(|answers, moment| {
        let asked = AgentsQuestion::read(pairs, moment.as_of, desk.private)?;
        let summed = asked.numbers.as_ref().and_then(|numbers| answers.from_sums(numbers));
        Ok((asked, summed, answers.shared_view(), moment))
    })?;
    let numbers = asked.numbers.as_ref().map(|question| Numbers::of(question, summed, &view, asked.by));
    let has_numbers = |agent| numbers.as_ref().is_some_and(|numbers| numbers.values.contains_key(&agent));
    let mut all = agents(&view, &asked.wanted, has_numbers);
    all.retain(|row| asked.finds(&view, row, desk.private));
    let size = |row: &AgentRow| asked.by.size(&view, row, numbers.as_ref());
    order::sort(&mut all, asked.descending, size, |row| view.names.agents.text(row.agent));
    let (desk, total_rows) = (desk.clone(), all.len());
    let span = asked.numbers.as_ref().map(|question| question.span(&view));
    let write = move |slice: &Slice| {
        let (mut rows, next_page) = (slice.of(&all).to_vec(), slice.next_page(total_rows));
        numbers.iter().for_each(|numbers| numbers.put_into(&mut rows, &view));
        let (head, next_page) = (desk.private_head(moment), next_page.as_deref());
        agents_json(&Listing { head, span, view: &view, rows: &rows, total_rows, next_page })
    };
    Ok(Answered { rows: total_rows, write: Box::new(write) })
}

/// The numbers of agents, which are made of those who are on a page.
struct Numbers {
    outline: Outline,
    /// Of whom there are some, and by what these are sorted.
    values: HashMap<Name, Option<f64>>,
    /// By what all others are.
    of_others: Option<f64>,
}

impl Numbers {
    fn of(question: &Question, summed: Option<Answer>, view: &Arc<View>, by: By) -> Self {
        let value = |metrics: &Metrics| match by {
            By::Metric(metric) => size(&metric.value(metrics)?),
            _ => None,
        };
        let of_others = value(&no_numbers(view));
        let sorted_by = matches!(by, By::Metric(_)).then_some(&value as _);
        let outline = question.outline(summed, view, usize::MAX, sorted_by).expect("there is no limit");
        let named = |row: &OutlinedRow| Some((agent_of(view, &row.ids)?, row.value));
        let values = outline.rows.iter().filter_map(named).collect();
        Self { outline, values, of_others }
    }

    fn value(&self, agent: Name) -> Option<f64> {
        self.values.get(&agent).copied().unwrap_or(self.of_others)
    }

    fn put_into(&self, rows: &mut [AgentRow], view: &View) {
        let id = |row: &AgentRow| Ids::from_iter([Id::from(view.names.agents.text(row.agent))]);
        let ids: Vec<Ids> = rows.iter().map(id).collect();
        add_numbers(view, rows, self.outline.answer_like(ids.iter()).rows);
    }
}

impl AgentsQuestion {
    fn read(pairs: &[(String, String)], now: Millis, private: bool) -> Result<Self, Problem> {
        let known: Vec<&str> = TIME.into_iter().chain(OTHERS).chain(PAGING).collect();
        let parameters = Parameters::read(pairs, &known)?;
        let numbers = numbers(&parameters, now)?;
        let statuses = parameters.words("status", PRESENCES)?;
        let wanted = Wanted { statuses, skills: asked::names(&parameters, "skill", Dimension::Skill)? };
        let (by, descending) = sort(&parameters, numbers.is_some(), private)?;
        Ok(Self { wanted, numbers, by, descending, search: asked::search(&parameters)? })
    }

    /// Whether the text that is searched for is in the agent's id, or in what the agent is called.
    fn finds(&self, view: &View, row: &AgentRow, private: bool) -> bool {
        let Some(search) = &self.search else { return true };
        let name = view.agent_name(row.agent).filter(|_| private).map(Kept::reveal);
        has(view.names.agents.text(row.agent), search) || name.is_some_and(|name| has(name, search))
    }
}

/// What asks for agents' numbers, which are told where a time is given.
///
/// # Errors
/// Where the time is wrong.
pub(super) fn numbers(parameters: &Parameters<'_>, now: Millis) -> Result<Option<Question>, Problem> {
    if TIME.into_iter().all(|name| parameters.one(name).is_none()) {
        return Ok(None);
    }
    let question = Question::over(asked::frame(parameters, now)?);
    Ok(Some(question.grouped_by(&[Dimension::Agent]).expect("one dimension is not too many")))
}

fn sort(parameters: &Parameters<'_>, has_numbers: bool, private: bool) -> Result<(By, bool), Problem> {
    let Some(text) = parameters.one("sort") else { return Ok((By::Id, false)) };
    let (name, descending) = order::direction(text);
    let metric = Metric::find(name).filter(is_one_number);
    match (value_of(FIELDS, name), metric) {
        (Some(By::Name), _) if !private => Err(Problem::needs_private("sort", "a field that is no name of anybody")),
        (Some(by), _) => Ok((by, descending)),
        (None, Some(metric)) if has_numbers => Ok((By::Metric(metric), descending)),
        (None, Some(_)) => {
            let what = "agents have numbers where a time is asked for";
            Err(Problem::invalid_parameter("sort", text, what, "a number's path together with window, or from and to"))
        }
        (None, None) => Parameters::word_of("sort", name, FIELDS).map(|by| (by, descending)),
    }
}

impl By {
    fn size<'v>(self, view: &'v View, row: &AgentRow, numbers: Option<&Numbers>) -> Option<Size<'v>> {
        let (agent, current) = (row.agent, &view.current);
        match self {
            Self::Id => Some(Size::Text(view.names.agents.text(agent))),
            Self::Name => view.agent_name(agent).map(|name| Size::Text(name.reveal())),
            Self::Status => row.status.map(|(status, _)| Size::Text(word_of(PRESENCES, &status))),
            Self::Since => row.status.map(|(_, since)| Size::whole(since)),
            Self::Owned => Some(Size::whole(row.owned)),
            Self::Waiting => Some(Size::whole(row.waiting)),
            Self::Capacity => current.capacity_of(agent).map(Size::whole),
            Self::FocusedOn => current.focused_on(agent).map(|name| Size::Text(view.names.conversations.text(name))),
            Self::Metric(_) => numbers?.value(agent).map(Size::Number),
        }
    }
}
