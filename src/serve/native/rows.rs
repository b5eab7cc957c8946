//! Rows of an answer in an order, and those that a text is found in.

use std::cmp::Ordering;

use crate::domain::answers::catalogue::{Metric, Number, Value};
use crate::domain::answers::metrics::Metrics;
use crate::domain::answers::people::named::Named;
use crate::domain::answers::questions::Dimension;
use crate::domain::answers::questions::outline::OutlinedRow;
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

    /// What rows are sorted by, where that is a number.
    pub(super) fn value(&self) -> Option<impl Fn(&Metrics) -> Option<f64> + use<>> {
        let By::Metric(metric) = self.by else { return None };
        Some(move |metrics: &Metrics| metric.value(metrics).and_then(|value| size(&value)))
    }

    /// Sorts rows, which have that value: those without one come last, and equal ones by their ids.
    pub(super) fn sort(&self, rows: &mut [OutlinedRow]) {
        let directed = |order: Ordering| if self.descending { order.reverse() } else { order };
        let order = |a: &OutlinedRow, b: &OutlinedRow| match &self.by {
            By::Ids => Ordering::Equal,
            By::Id(place) => directed(a.ids[*place].cmp(&b.ids[*place])),
            By::Metric(_) => match (a.value, b.value) {
                (Some(a), Some(b)) => directed(a.total_cmp(&b)),
                (a, b) => b.is_some().cmp(&a.is_some()),
            },
        };
        rows.sort_by(|a, b| order(a, b).then_with(|| a.ids.cmp(&b.ids)));
    }
}

/// Leaves the rows in one of whose ids, or of what their people are called, a text is found, which is in small letters.
pub(super) fn searched(rows: &mut Vec<OutlinedRow>, text: &str, group_by: &[Dimension], named: &Named) {
    let is_called = |dimension, id: &str| named.name(dimension, id).is_some_and(|name| has(name.reveal(), text));
    let of_row = |row: &OutlinedRow| {
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
    use crate::domain::answers::metrics::Csat;
    use crate::domain::answers::questions::outline::Outline;
    use crate::domain::answers::questions::{Answer, AnswerRow, Id};
    use crate::domain::span::Span;

    fn row(id: &str, answers: [u64; 5]) -> AnswerRow {
        let metrics = Box::new(Metrics { csat: Csat { answers, ..Csat::default() }, ..Metrics::default() });
        AnswerRow { ids: [Id::from(id)].into_iter().collect(), metrics, intervals: Vec::new() }
    }

    fn outline(rows: &[AnswerRow], order: &Order) -> Vec<OutlinedRow> {
        let answer =
            Answer { span: Span { from: 0, to: 0 }, intervals: Vec::new(), rows: rows.to_vec(), overlapping: false };
        let value = order.value();
        Outline::of(answer, value.as_ref().map(|value| value as _)).rows
    }

    fn sorted(by: &str) -> String {
        let rows = [row("b", [0, 0, 0, 0, 1]), row("a", [0; 5]), row("c", [1, 0, 0, 0, 1]), row("d", [0, 0, 0, 1, 0])];
        let order = Order::read(Some(by), &[Dimension::Agent]).expect("it is known");
        let mut rows = outline(&rows, &order);
        order.sort(&mut rows);
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
        let by_ids = Order::read(None, &[]).expect("it is the order of those who ask for none");
        let mut rows = outline(&[row("Anna", [0; 5]), row("ben", [0; 5])], &by_ids);
        searched(&mut rows, "nn", &[Dimension::Agent], &Named::default());
        assert_eq!(rows.len(), 1);
    }
}
