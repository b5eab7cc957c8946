//! What a client of a stream wants to see, and what that comes to as of a moment.
//!
//! Two clients who want the same are one question: what they want is written down in one form, whatever the order of
//! their parameters.

use std::hash::{BuildHasher as _, Hash};

use foldhash::fast::FixedState;

use super::content::{Content, PartContent, Row};
use crate::domain::answers::live::Live;
use crate::domain::answers::questions::AnswerRow;
use crate::domain::event::Millis;
use crate::serve::asking::Desk;
use crate::serve::native::asked::FILTERS;
use crate::serve::native::metrics::{MetricsQuestion, Summed};
use crate::serve::native::parameters::Parameters;
use crate::serve::problem::Problem;
use crate::wire::output::json::{Table, answer_members, answer_rows, live_members};
use crate::wire::words::{Words, word_of};

/// A part of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Part {
    /// Rows as `GET …/metrics` has them.
    Metrics,
    /// The live state.
    Live,
    /// Rows as `GET …/agents` has them.
    Agents,
    /// Rows as `GET …/ratings` has them.
    Ratings,
}

/// What the parts are called.
pub(super) const PARTS: &Words<Part> =
    &[("metrics", Part::Metrics), ("live", Part::Live), ("agents", Part::Agents), ("ratings", Part::Ratings)];

/// Where nothing else is asked for.
const USUAL: [Part; 2] = [Part::Metrics, Part::Live];
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
}

impl Wanted {
    /// By the parameters of an address.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub(super) fn read(account: &str, private: bool, pairs: &[(String, String)], now: Millis) -> Result<Self, Problem> {
        let parameters = Parameters::read(pairs, &known())?;
        let parts = parts(&parameters)?;
        MetricsQuestion::read(&parameters, now)?;
        let mut pairs = pairs.to_vec();
        // The live state has no window and no filter.
        pairs.retain(|(name, _)| name != "parts" && parts != [Part::Live]);
        pairs.sort_unstable();
        Ok(Self { account: account.to_owned(), private, parts, pairs })
    }

    /// All of it, as of one moment.
    ///
    /// # Errors
    /// Where it is too much, or a parameter cannot be asked for any more.
    pub(super) fn content(&self, desk: &Desk) -> Result<Content, Problem> {
        let parameters = Parameters::read(&self.pairs, &known())?;
        let (taken, view, moment) = desk.ask(|answers, moment| {
            let question = || MetricsQuestion::read(&parameters, moment.as_of);
            let question = self.has(Part::Metrics).then(question).transpose()?;
            let metrics = question.map(|question| {
                let summed = question.ask_sums(answers);
                (question, summed)
            });
            let live = self.has(Part::Live).then(|| answers.live());
            Ok((Taken { metrics, live }, answers.view().clone(), moment))
        })?;
        let mut parts = Vec::new();
        if let Some((question, summed)) = taken.metrics {
            let (answer, previous) = question.gather(summed, &view)?;
            let named = question.named(&answer.rows, &view, desk.private);
            let table = question.table(&answer, previous.as_ref(), question.head(desk, moment));
            parts.push(self.metrics(&Table { named: Some(&named), ..table })?);
        }
        parts.extend(taken.live.as_ref().map(live));
        let content = Content { head: desk.private_head(moment).members(), as_of: moment.as_of, parts, _room: None };
        if content.bytes() > MOST_BYTES {
            return Err(self.too_much(&format!("it comes to {} bytes", content.bytes())));
        }
        Ok(content)
    }

    /// What the parts are called that are wanted.
    pub(super) fn words(&self) -> Vec<&'static str> {
        self.parts.iter().map(|part| word_of(PARTS, part)).collect()
    }

    fn has(&self, part: Part) -> bool {
        self.parts.contains(&part)
    }

    fn metrics(&self, table: &Table<'_>) -> Result<PartContent, Problem> {
        if table.rows.len() > MOST_ROWS {
            return Err(self.too_much(&format!("it comes to {} rows", table.rows.len())));
        }
        let stills = table.rows.iter().map(|row| still(table, row));
        let row = |((key, json), still)| Row { key, json, still };
        let rows = answer_rows(table).zip(stills).map(row).collect();
        let still = hash(&table.answer.span.from);
        Ok(PartContent::with_rows(Part::Metrics, answer_members(table), still, rows))
    }

    fn too_much(&self, what: &str) -> Problem {
        let grouped = self.pairs.iter().find(|(name, _)| name == "group_by");
        let value = grouped.map(|(_, value)| value.as_str()).unwrap_or_default();
        let right = format!(
            "what comes to {MOST_ROWS} rows and {MOST_BYTES} bytes at the most: fewer dimensions, a filter, or only \
             some metrics"
        );
        Problem::invalid_parameter("group_by", value, what.to_owned(), &right)
    }
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

fn hash(of: &impl Hash) -> u64 {
    FixedState::default().hash_one(of)
}

fn known() -> Vec<&'static str> {
    FILTERS.into_iter().chain(OTHERS).collect()
}

fn parts(parameters: &Parameters<'_>) -> Result<Vec<Part>, Problem> {
    let mut parts = parameters.words("parts", PARTS)?.unwrap_or_else(|| USUAL.to_vec());
    parts.sort_unstable();
    parts.dedup();
    match parts.iter().find(|part| !USUAL.contains(part)) {
        Some(part) => {
            let right = USUAL.map(|part| word_of(PARTS, &part)).join(", ");
            let what = "this part is not streamed yet; ask for it at its own address";
            Err(Problem::invalid_parameter("parts", word_of(PARTS, part), what, &right))
        }
        None => Ok(parts),
    }
}
