//! Why a number is what it is: the facts behind it, how they count, and what was left out and why.
//!
//! Whoever folds the rows by the formula gets the value again, exactly (`tests/explain`). The rows are read from the newest
//! fact to the oldest, one bucket at a time, and only those of the page that was asked for are kept: a number of a million
//! facts can be explained on a reader's thread.

mod behind;
mod light;
mod missing;
mod told;

use std::collections::HashSet;
use std::ops::Range;

use foldhash::fast::FixedState;

use super::catalogue::{Kind, Metric, Value};
use super::questions::Question;
use super::questions::asked::Asked;
use crate::domain::day::view::View;
use crate::domain::event::Millis;
use crate::domain::fact::FactKind;
use crate::domain::kept::Kept;
use crate::domain::names::Name;
use crate::domain::policy::Policy;
use crate::domain::span::Span;

use light::Light;

/// Which of the rows are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many of the newest are passed over.
    pub skip: usize,
    /// How many are wanted at most.
    pub limit: usize,
}

/// A number with what it is made of. Its names are those of the view.
#[derive(Debug)]
pub struct Explanation<'v> {
    /// Which number.
    pub metric: Metric,
    /// What of time it covers: whole buckets, up to now at the latest.
    pub span: Span,
    /// The number; none where it does not exist, or divides by nothing.
    pub value: Option<Value>,
    /// What stands above the line of a quotient: a count, or a sum of the rows' values.
    pub numerator: Option<u64>,
    /// What stands below.
    pub denominator: Option<u64>,
    /// How many conversations its rows are of.
    pub conversations: u64,
    /// How many rows there are on all pages.
    pub total_rows: usize,
    /// Those of the page, newest first.
    pub rows: Vec<Row<'v>>,
    /// What a reader might miss, by rule; rules that leave nothing out are not here.
    pub excluded: Vec<Excluded<'v>>,
    /// The policies in force from the beginning of the time up to now: an answer may be judged after it.
    pub policies: Vec<InForce<'v>>,
}

/// A fact behind a number, or something that goes on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row<'v> {
    /// When it was so; of what takes time the end, or the end of the part that lies in the frame.
    pub at: Millis,
    /// What.
    pub what: What,
    /// Milliseconds of a duration, or of the part in the frame of what goes on for a while; points of an answer or mood.
    pub value: Option<Millis>,
    /// Which conversation; none of a status.
    pub conversation: Option<&'v str>,
    /// Whom it is credited to, `-1` for nobody; none where the policy says that no agent is named.
    pub agent: Option<&'v str>,
    /// Under which skill, `-1` for none.
    pub skill: &'v str,
    /// The line of the conversation.
    pub line: Option<&'v str>,
    /// The contact.
    pub contact: Option<&'v str>,
    /// What the contact is called: for those who may see it.
    pub contact_name: Option<&'v Kept>,
    /// What the customer said about an answer: likewise.
    pub comment: Option<&'v Kept>,
    /// How it counts.
    pub counts: Counts,
    /// Whether it goes on, and so may grow by itself.
    pub running: bool,
}

/// What a row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A fact.
    Fact(FactKind),
    /// A customer's wait that goes on.
    Waiting,
}

/// Where a row counts. One that counts nowhere is of a person who is counted by a newer one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Above the line, or in the count or sum of a number without a line.
    pub numerator: bool,
    /// Below the line.
    pub denominator: bool,
}

/// What a rule left out.
#[derive(Debug, PartialEq)]
pub struct Excluded<'v> {
    /// The rule, one sentence.
    pub rule: &'static str,
    /// Its reason, one word.
    pub reason: &'static str,
    /// How much of it there is.
    pub count: u64,
    /// The newest of it.
    pub rows: Vec<Row<'v>>,
}

/// How many of what a rule left out are shown.
pub const EXCLUDED_ROWS: usize = 20;

/// A version of the policy that was in force.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InForce<'v> {
    /// From when on; none of the built-in defaults.
    pub effective_from: Option<Millis>,
    /// What it says. `catalogue::policy_fields` has which fields of it touch a number.
    pub policy: &'v Policy,
}

impl Page {
    /// Every row: for whoever has a file to write them to.
    pub const ALL: Self = Self { skip: 0, limit: usize::MAX };

    fn places(self) -> Range<usize> {
        self.skip..self.skip.saturating_add(self.limit)
    }
}

impl Question {
    /// What a number of its answer is made of. Groups and intervals are not looked at: a filter asks for one of them.
    #[must_use]
    pub fn explain<'v>(&self, view: &'v View, metric: Metric, page: Page) -> Explanation<'v> {
        let question = self.as_a_whole();
        let asked = Asked::of(view, &question);
        let answer = question.answer(view);
        let value = answer.rows.first().and_then(|row| metric.value(&row.metrics));
        let mut sums = Sums::default();
        let mut rows = Vec::new();
        if question.has(metric.entry.scopes) {
            for light in behind::rows(&asked, metric) {
                if page.places().contains(&sums.rows) {
                    rows.push(told::row(view, &light));
                }
                sums.add(&light);
            }
        }
        let [numerator, denominator] = sums.of_quotient(metric);
        let (conversations, total_rows) = (sums.conversations.len() as u64, sums.rows);
        let (excluded, policies) = (missing::excluded(&asked, metric), policies(view, answer.span));
        let span = answer.span;
        Explanation { metric, span, value, numerator, denominator, conversations, total_rows, rows, excluded, policies }
    }
}

fn policies(view: &View, span: Span) -> Vec<InForce<'_>> {
    let versions = view.policies.in_force(span.from, view.now);
    versions.map(|(effective_from, policy)| InForce { effective_from, policy }).collect()
}

/// What rows come to.
#[derive(Debug, Default)]
struct Sums {
    rows: usize,
    above: Side,
    below: Side,
    conversations: HashSet<Name, FixedState>,
}

/// What counts on one side of the line.
#[derive(Debug, Default)]
struct Side {
    count: u64,
    sum: u64,
}

impl Sums {
    fn add(&mut self, light: &Light) {
        self.rows += 1;
        self.conversations.extend(light.conversation);
        for (counts, side) in [(light.counts.numerator, &mut self.above), (light.counts.denominator, &mut self.below)] {
            if counts {
                side.count += 1;
                side.sum += light.value.unwrap_or_default().unsigned_abs();
            }
        }
    }

    /// What stands above and below the line, of a number that has one.
    fn of_quotient(&self, metric: Metric) -> [Option<u64>; 2] {
        let is_of_time = metric.entry.denominator.iter().any(|kind| kind.is_span());
        match metric.entry.kind {
            Kind::Mean => [Some(self.above.sum), Some(self.below.count)],
            Kind::Share if is_of_time => [Some(self.above.sum), Some(self.below.sum)],
            Kind::Share | Kind::Interval => [Some(self.above.count), Some(self.below.count)],
            Kind::Count | Kind::Percentile | Kind::Time | Kind::Map | Kind::Flag => [None, None],
        }
    }
}
