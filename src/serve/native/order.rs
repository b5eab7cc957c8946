//! Rows of a list in an order: by what a field of theirs holds, equal ones by their ids.

use std::cmp::Ordering;

/// What a row is sorted by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Size<'v> {
    /// A number, or a moment.
    Number(f64),
    /// A word or an id, as bytes.
    Text(&'v str),
}

impl Size<'_> {
    /// A count, or milliseconds: far below where two of them would become one.
    pub(super) fn whole(number: impl Into<i64>) -> Self {
        Self::Number(number.into() as f64)
    }

    fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            // One field holds either the one or the other.
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
        }
    }
}

/// What `sort` says: the name of a field, and whether the greatest comes first.
pub(super) fn direction(text: &str) -> (&str, bool) {
    text.strip_prefix('-').map_or((text, false), |name| (name, true))
}

/// Sorts rows: those without a value come last, and equal ones by their ids as bytes.
pub(super) fn sort<'v, R>(
    rows: &mut [R],
    descending: bool,
    size: impl Fn(&R) -> Option<Size<'v>>,
    id: impl Fn(&R) -> &'v str,
) {
    rows.sort_by_cached_key(|row| Place { size: size(row), descending, id: id(row) });
}

/// A row's place in an order.
#[derive(PartialEq)]
struct Place<'v> {
    size: Option<Size<'v>>,
    descending: bool,
    id: &'v str,
}

impl Eq for Place<'_> {}

impl PartialOrd for Place<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Place<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_size = match (&self.size, &other.size) {
            (Some(a), Some(b)) if self.descending => b.order(a),
            (Some(a), Some(b)) => a.order(b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        };
        by_size.then_with(|| self.id.cmp(other.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_without_a_value_come_last_and_equal_ones_by_their_ids() {
        let sorted = |descending| {
            let mut rows = [("b", Some(1_i64)), ("a", None), ("d", Some(2)), ("c", Some(1))];
            sort(&mut rows, descending, |(_, size)| size.map(Size::whole), |(id, _)| *id);
            rows.map(|(id, _)| id).concat()
        };
        assert_eq!([sorted(false), sorted(true)], ["bcda", "dbca"]);
        assert_eq!([direction("-owned"), direction("owned")], [("owned", true), ("owned", false)]);
    }
}
