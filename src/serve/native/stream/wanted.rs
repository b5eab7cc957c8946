//! What a client of a stream wants to see, and what that comes to as of a moment.
//!
//! Two clients who want the same are one question: what they want is written down in one form, whatever the order of
//! their parameters.

use std::sync::Arc;

use super::content::{Content, PartContent, Row};
use super::hash;
use super::lists::{self, Agents};
use super::part::{PARTS, Part};
use crate::domain::answers::Answers;
use crate::domain::answers::live::Live;
use crate::domain::answers::questions::AnswerRow;
use crate::domain::bucket::Bucket;
use crate::domain::day::view::View;
use crate::domain::event::Millis;
use crate::serve::asking::{Desk, Moment};
use crate::serve::native::asked::{self, FILTERS};
use crate::serve::native::metrics::{MetricsQuestion, Summed};
use crate::serve::native::parameters::Parameters;
use crate::serve::problem::Problem;
use crate::wire::output::json::{Table, answer_members, answer_rows, live_members};
use crate::wire::words::word_of;

/// Beside the filters. A stream goes on: `from` and `to` are for what is over.
const OTHERS: [&str; 5] = ["window", "group_by", "compare", "metrics", "parts"];
/// The most rows of a part.
const MOST_ROWS: usize = 10_000;
/// The most that all parts may take, in bytes.
const MOST_BYTES: usize = 32 << 20;

/// What is wanted of an account: who wants the same is told the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Wanted {
    pub(super) account: String,
    /// Whether private texts may be in it.
    pub(super) private: bool,
    /// Each once, in their order.
    pub(super) parts: Vec<Part>,
    /// The parameters of the rows, by their names.
    pairs: Vec<(String, String)>,
}

/// What is asked at the desk in a moment.
struct Taken {
    metrics: Option<(MetricsQuestion, Summed)>,
    live: Option<Live>,
    agents: Option<Agents>,
    view: Arc<View>,
    moment: Moment,
}

impl Wanted {
    /// By the parameters of an address.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub(super) fn read(account: &str, private: bool, pairs: &[(String, String)], now: Millis) -> Result<Self, Problem> {
        let parameters = Parameters::read(pairs, &known())?;
        let parts = Part::read(&parameters)?;
        // A window covers most just after the edge of a bucket: what can be asked for then can be at any time.
        MetricsQuestion::read(&parameters, Bucket::of(now).start() + 1)?;
        let mut pairs = pairs.to_vec();
        pairs.retain(|(name, _)| parts.iter().any(|part| part.looks_at(name)));
        pairs.sort_unstable();
        Ok(Self { account: account.to_owned(), private, parts, pairs })
    }

    /// All of it, as of one moment.
    ///
    /// # Errors
    /// Where it is too much, or a parameter cannot be asked for any more.
    pub(super) fn content(&self, desk: &Desk) -> Result<Content, Problem> {
        let parameters = Parameters::read(&self.pairs, &known())?;
        let taken = desk.ask(|answers, moment| self.take(&parameters, answers, moment))?;
        let (view, moment) = (&taken.view, taken.moment);
        let mut parts = Vec::new();
        if let Some((question, summed)) = taken.metrics {
            let (answer, previous) = question.gather(summed, view)?;
            fit(answer.rows.len(), &parameters)?;
            let named = question.named(answer.rows.iter().map(|row| &row.ids), view, desk.private);
            let table = question.table(&answer, previous.as_ref(), question.head(desk, moment));
            parts.push(metrics(&Table { named: Some(&named), ..table }));
        }
        parts.extend(taken.live.as_ref().map(live));
        parts.extend(
            taken.agents.map(|agents| agents.content(&parameters, desk.private_head(moment), view)).transpose()?,
        );
        if self.has(Part::Ratings) {
            parts.push(lists::ratings(&parameters, moment.as_of, desk.private_head(moment), view)?);
        }
        let head = desk.private_head(moment).members(self.from(&parameters, moment.as_of)?);
        let content = Content { head, as_of: moment.as_of, parts, _room: None };
        if content.bytes() > MOST_BYTES {
            return Err(too_much(&parameters, &format!("it comes to {} bytes", content.bytes())));
        }
        Ok(content)
    }

    /// What is answered in a moment, and the view for the rest.
    fn take(&self, parameters: &Parameters<'_>, answers: &Answers, moment: Moment) -> Result<Taken, Problem> {
        let question = self.has(Part::Metrics).then(|| MetricsQuestion::read(parameters, moment.as_of)).transpose()?;
        let metrics = question.map(|question| {
            let summed = question.ask_sums(answers);
            (question, summed)
        });
        let live = self.has(Part::Live).then(|| answers.live());
        let agents = self.has(Part::Agents).then(|| Agents::ask(parameters, answers)).transpose()?;
        Ok(Taken { metrics, live, agents, view: answers.shared_view(), moment })
    }

    /// From when on the parts cover time, if one does.
    fn from(&self, parameters: &Parameters<'_>, now: Millis) -> Result<Option<Millis>, Problem> {
        let has_windowed_agents = self.has(Part::Agents) && parameters.one("window").is_some();
        if !has_windowed_agents && !self.has(Part::Metrics) && !self.has(Part::Ratings) {
            return Ok(None);
        }
        let frame = asked::frame(parameters, now)?;
        let is_compared = self.has(Part::Metrics) && parameters.one("compare").is_some();
        let first = if is_compared { asked::before(frame, now)? } else { frame };
        Ok(Some(first.from.start()))
    }

    /// What the parts are called that are wanted.
    pub(super) fn words(&self) -> Vec<&'static str> {
        self.parts.iter().map(|part| word_of(PARTS, part)).collect()
    }

    fn has(&self, part: Part) -> bool {
        self.parts.contains(&part)
    }
}

/// Rows by group.
fn metrics(table: &Table<'_>) -> PartContent {
    let stills = table.rows.iter().map(|row| still(table, row));
    let row = |((key, json), still)| Row { key, json, still };
    let rows = answer_rows(table).zip(stills).map(row).collect();
    let still = hash(&table.answer.span.from);
    PartContent::with_rows(Part::Metrics, answer_members(table), still, rows)
}

/// # Errors
/// Where a part has more rows than are told.
pub(super) fn fit(rows: usize, parameters: &Parameters<'_>) -> Result<(), Problem> {
    if rows > MOST_ROWS { Err(too_much(parameters, &format!("it comes to {rows} rows"))) } else { Ok(()) }
}

fn too_much(parameters: &Parameters<'_>, what: &str) -> Problem {
    let (name, value) = parameters.one("group_by").map_or(("parts", ""), |value| ("group_by", value));
    let right = format!(
        "what comes to {MOST_ROWS} rows of a part and {MOST_BYTES} bytes at the most: fewer dimensions, a filter, or only \
         some metrics"
    );
    Problem::invalid_parameter(name, value, what.to_owned(), &right)
}

/// The live state: whole, without rows.
fn live(live: &Live) -> PartContent {
    let still = hash(&live_members(&live.still()));
    PartContent::whole(Part::Live, live_members(live), still)
}

/// A number for what of a row does not grow by time alone.
fn still(table: &Table<'_>, row: &AnswerRow) -> u64 {
    let before = table.previous.and_then(|answer| {
        let place = answer.rows.binary_search_by(|other| other.ids.cmp(&row.ids)).ok()?;
        Some(answer.rows[place].metrics.still())
    });
    hash(&(row.metrics.still(), before))
}

fn known() -> Vec<&'static str> {
    FILTERS.into_iter().chain(OTHERS).collect()
}
