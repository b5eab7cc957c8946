//! Rows of an answer in an order, and those that a text is found in.

use std::cmp::Ordering;

use crate::domain::answers::catalogue::{Metric, Number, Value};
use crate::domain::answers::people::named::Named;
use crate::domain::answers::questions::{AnswerRow, Dimension, Ids};
use crate::serve::problem::Problem;
use crate::wire::nearest::hint;
use crate::wire::words::{DIMENSIONS, word_of};

/// By what rows are sorted.
#[derive(Debug)]
pub(super) struct Order {
    by: By,
    descending: bool,
}

#[derive(Debug)]
enum By {
    /// Their ids as bytes, in the order of the grouping.
    Ids,
    /// The id at a place of the grouping.
    Id(usize),
    /// A number.
    Metric(Metric),
}

impl Order {
    /// What a parameter says: a number's path, or a dimension of the grouping; `-` before it for the greatest first.
    ///
    /// # Errors
    /// Where there is nothing of that name to sort by.
    pub(super) fn read(text: Option<&str>, group_by: &[Dimension]) -> Result<Self, Problem> {
        let Some(text) = text else { return Ok(Self { by: By::Ids, descending: false }) };
        let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        let group = group_by.iter().position(|dimension| word_of(DIMENSIONS, dimension) == name);
        let metric = || Metric::find(name).filter(Metric::is_one_number).map(By::Metric);
        let by = group.map(By::Id).or_else(metric).ok_or_else(|| unknown(text, name))?;
        Ok(Self { by, descending })
    }

    /// Sorts rows: those without a value come last, and equal ones by their ids.
    pub(super) fn sort(&self, rows: &mut [AnswerRow]) {
        let directed = |order: Ordering| if self.descending { order.reverse() } else { order };
        match &self.by {
            By::Ids => rows.sort_by(|a, b| a.ids.cmp(&b.ids)),
            By::Id(place) => {
                rows.sort_by(|a, b| directed(a.ids[*place].cmp(&b.ids[*place])).then_with(|| a.ids.cmp(&b.ids)));
            }
            By::Metric(metric) => rows.sort_by_cached_key(|row| {
                let value = metric.value(&row.metrics).and_then(|value| size(&value));
                Sorted { value, descending: self.descending, ids: row.ids.clone() }
            }),
        }
    }
}

/// A row's place in an order by number.
#[derive(PartialEq)]
struct Sorted {
    value: Option<f64>,
    descending: bool,
    ids: Ids,
}

impl Eq for Sorted {}

impl PartialOrd for Sorted {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Sorted {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_value = match (self.value, other.value) {
            (Some(a), Some(b)) if self.descending => b.total_cmp(&a),
            (Some(a), Some(b)) => a.total_cmp(&b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        };
        by_value.then_with(|| self.ids.cmp(&other.ids))
    }
}

/// Leaves the rows in one of whose ids, or of what their people are called, a text is found, which is in small letters.
pub(super) fn searched(rows: &mut Vec<AnswerRow>, text: &str, group_by: &[Dimension], named: &Named) {
    let is_called = |dimension, id: &str| named.name(dimension, id).is_some_and(|name| has(name.reveal(), text));
    let of_row = |row: &AnswerRow| {
        let mut ids = group_by.iter().zip(&row.ids);
        ids.any(|(dimension, id)| has(id, text) || is_called(*dimension, id))
    };
    rows.retain(of_row);
}

/// Whether a text in small letters is found in another one, whatever the size of its letters.
pub(super) fn has(inside: &str, text: &str) -> bool {
    inside.to_lowercase().contains(text)
}

/// A list or map has no one value to sort by.
pub(super) fn is_one_number(metric: &Metric) -> bool {
    metric.place.is_some() || metric.entry.label().is_none()
}

/// What a number is sorted by.
pub(super) fn size(value: &Value) -> Option<f64> {
    match value {
        Value::One(Number::Count(number) | Number::Millis(number)) => Some(*number as f64),
        Value::One(Number::MeanMillis(number) | Number::Quotient(number)) => Some(*number),
        Value::One(Number::Flag) => Some(1.0),
        Value::Each(..) => None,
    }
}

fn unknown(text: &str, name: &str) -> Problem {
    let paths: Vec<String> = Metric::all().filter(Metric::is_one_number).map(|metric| metric.path()).collect();
    let what = format!("there is nothing of that name to sort by{}", hint(name, paths.iter().map(String::as_str)));
    Problem::invalid_parameter("sort", text, what, "a number's path as in GET /v1/metrics, or a dimension of group_by")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::answers::metrics::{Csat, Metrics};
    use crate::domain::answers::questions::Id;

    fn row(id: &str, answers: [u64; 5]) -> AnswerRow {
        let metrics = Box::new(Metrics { csat: Csat { answers, ..Csat::default() }, ..Metrics::default() });
        AnswerRow { ids: [Id::from(id)].into_iter().collect(), metrics, intervals: Vec::new() }
    }

    fn sorted(by: &str) -> String {
        let rows = [row("b", [0, 0, 0, 0, 1]), row("a", [0; 5]), row("c", [1, 0, 0, 0, 1]), row("d", [0, 0, 0, 1, 0])];
        let mut rows = rows.to_vec();
        Order::read(Some(by), &[Dimension::Agent]).expect("it is known").sort(&mut rows);
        rows.iter().map(|row| row.ids[0].as_str()).collect()
    }

    #[test]
    fn rows_without_a_value_come_last_and_equal_ones_by_their_ids() {
        assert_eq!(sorted("csat.score"), "cbda");
        assert_eq!(sorted("-csat.score"), "bdca");
        assert_eq!(sorted("-agent"), "dcba");
    }

    #[test]
    fn what_cannot_be_sorted_by_is_refused_with_a_hint() {
        let problem = |by| Order::read(Some(by), &[]).map(|_| ()).expect_err("it is unknown").body();
        assert!(problem("csat.scroe").contains("did you mean csat.score?"));
        assert!(problem("csat.answers").contains("\"parameter\":\"sort\""));
        assert!(problem("agent").contains("\"value\":\"agent\""), "it is not grouped by");
    }

    #[test]
    fn a_text_is_found_whatever_the_size_of_its_letters() {
        let mut rows = vec![row("Anna", [0; 5]), row("ben", [0; 5])];
        searched(&mut rows, "nn", &[Dimension::Agent], &Named::default());
        assert_eq!(rows.len(), 1);
    }
}
