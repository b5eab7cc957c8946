//! Which rows an answer has, in an order; their numbers are made of those that somebody looks at. A page shows a hundred of ten
//! thousand agents, and what tells that an agent has a row is a small part of what the agent's numbers are made of.

use std::ops::Range;
use std::sync::Arc;

use super::asked::Asked;
use super::digested::{Cover, Digested};
use super::{Answer, AnswerRow, Ids, Question, gather};
use crate::domain::answers::metrics::Metrics;
use crate::domain::day::digests::Key;
use crate::domain::day::view::View;

/// What an answer comes to, but for its rows.
pub struct Outline {
    /// Its rows, in the order in which they are told: by their names as bytes, until somebody sorts them.
    pub rows: Vec<OutlinedRow>,
    /// The answer without rows.
    frame: Answer,
    source: Source,
}

/// A row that can be made.
#[derive(Debug, Clone, PartialEq)]
pub struct OutlinedRow {
    /// Its names, in the order of the grouping; none is `-1`.
    pub ids: Ids,
    /// The number by which rows are to be sorted, if it has one.
    pub value: Option<f64>,
    /// Where the source has it.
    place: usize,
}

/// By what rows are sorted.
pub type Value<'a> = &'a dyn Fn(&Metrics) -> Option<f64>;

/// What rows are made of.
enum Source {
    /// They are there.
    Made(Vec<AnswerRow>),
    /// The groups in digests, which others may have let go of meanwhile.
    Digests { question: Question, view: Arc<View>, cover: Cover, keys: Vec<Key> },
}

impl Question {
    /// The outline of its answer, which the sums may have, with the value of each row if there is one to be told; nothing if
    /// there are more metrics in the answer than `most`, counted over rows and intervals.
    #[must_use]
    pub fn outline(
        &self,
        summed: Option<Answer>,
        view: &Arc<View>,
        most: usize,
        value: Option<Value<'_>>,
    ) -> Option<Outline> {
        if let Some(answer) = summed {
            return Some(Outline::of(answer, value));
        }
        let asked = Asked::of(view, self);
        let Some(digested) = Digested::of(&asked).filter(|_| !self.group_by.is_empty()) else {
            return gather::answer(&asked, most).map(|answer| Outline::of(answer, value));
        };
        let cover = digested.cover();
        let groups = digested.groups(&cover, most, value)?;
        let keys: Vec<Key> = groups.iter().map(|(key, _)| *key).collect();
        let row = |(place, ids): (usize, Ids)| OutlinedRow { ids, value: groups[place].1, place };
        let rows = digested.named(&keys).map(row).collect();
        let (question, view) = (self.clone(), view.clone());
        Some(Outline { rows, frame: digested.frame(), source: Source::Digests { question, view, cover, keys } })
    }
}

impl Outline {
    /// Of an answer whose rows are there.
    #[must_use]
    pub fn of(mut answer: Answer, value: Option<Value<'_>>) -> Self {
        let made = std::mem::take(&mut answer.rows);
        let row = |(place, row): (usize, &AnswerRow)| {
            let value = value.and_then(|value| value(&row.metrics));
            OutlinedRow { ids: row.ids.clone(), value, place }
        };
        Self { rows: made.iter().enumerate().map(row).collect(), frame: answer, source: Source::Made(made) }
    }

    /// The answer with some of its rows.
    #[must_use]
    pub fn answer(&self, rows: Range<usize>) -> Answer {
        self.with_rows(self.rows[rows].iter())
    }

    /// The answer with those of its rows, which are in the order of their names, that are called like some others.
    #[must_use]
    pub fn answer_like<'i>(&self, ids: impl Iterator<Item = &'i Ids>) -> Answer {
        let find = |ids: &Ids| self.rows.binary_search_by(|row| row.ids.cmp(ids)).ok();
        self.with_rows(ids.filter_map(find).map(|place| &self.rows[place]))
    }

    /// How many metrics it has, over rows and intervals.
    #[must_use]
    pub fn metrics(&self) -> usize {
        self.rows.len() * self.frame.intervals.len().max(1)
    }

    fn with_rows<'r>(&self, rows: impl Iterator<Item = &'r OutlinedRow>) -> Answer {
        let rows = match &self.source {
            Source::Made(made) => rows.map(|row| made[row.place].clone()).collect(),
            Source::Digests { question, view, cover, keys } => {
                let (rows, keys): (Vec<&OutlinedRow>, Vec<Key>) = rows.map(|row| (row, keys[row.place])).unzip();
                let asked = Asked::of(view, question);
                let digested = Digested::of(&asked).expect("it was answered from digests");
                let row = |(row, metrics): (&OutlinedRow, _)| AnswerRow {
                    ids: row.ids.clone(),
                    metrics,
                    intervals: Vec::new(),
                };
                rows.into_iter().zip(digested.metrics_of(cover, &keys)).map(row).collect()
            }
        };
        Answer { rows, ..self.frame.clone() }
    }
}

impl std::fmt::Debug for Outline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outline").field("rows", &self.rows).finish_non_exhaustive()
    }
}
