//! What is different between two views of the same question: whole rows, and the ids of those that are gone.
//!
//! The law of streams: a snapshot with all updates since, applied in order, is the snapshot of that moment. So an update
//! has everything that differs, to the last millisecond. Whether there is one is another matter: what only grew because
//! time passed is no news.

use std::cmp::Ordering;

use super::content::{Content, PartContent, Row};
use super::part::PARTS;
use crate::wire::output::json::{StreamPart, view_json};
use crate::wire::words::word_of;

/// The whole view, as JSON.
pub(super) fn snapshot(content: &Content) -> Vec<u8> {
    let whole = |part| told(part, PartContent::rows(part).iter().map(|row| &row.json[..]).collect(), Vec::new());
    view_json(&content.head, content.parts.iter().map(whole))
}

/// What changed from one view to the next, as JSON.
pub(super) fn update(before: &Content, after: &Content) -> Vec<u8> {
    let parts = before.parts.iter().zip(&after.parts).filter_map(|(before, after)| part_update(before, after));
    view_json(&after.head, parts)
}

/// Whether more is different than what grows by time alone. Of rows that are told in part, the rest may differ.
pub(super) fn is_news(before: &Content, after: &Content) -> bool {
    any(before, after, |before, after| before.still == after.still || before.json == after.json)
        || before.parts.iter().zip(&after.parts).any(|(before, after)| before.still != after.still)
}

/// Whether any row is different. What is told beside the rows and grows, such as the age of a wait, can be told from the
/// time by who reads it.
pub(super) fn has_grown(before: &Content, after: &Content) -> bool {
    any(before, after, |before, after| before.json == after.json)
}

fn part_update<'a>(before: &'a PartContent, after: &'a PartContent) -> Option<StreamPart<'a>> {
    let RowChanges { changed, gone } = row_changes(before.rows(), after.rows());
    let is_same = changed.is_empty() && gone.is_empty() && before.members == after.members;
    (!is_same).then(|| told(after, changed, gone))
}

fn told<'a>(part: &'a PartContent, rows: Vec<&'a [u8]>, gone: Vec<&'a [u8]>) -> StreamPart<'a> {
    let rows = part.has_rows().then_some(rows);
    StreamPart { name: word_of(PARTS, &part.part), members: &part.members, rows, gone }
}

/// Rows that differ.
#[derive(Debug, Default, PartialEq)]
struct RowChanges<'a> {
    /// The new ones, whole, by their keys.
    changed: Vec<&'a [u8]>,
    /// The keys of those that are there no more.
    gone: Vec<&'a [u8]>,
}

fn row_changes<'a>(before: &'a [Row], after: &'a [Row]) -> RowChanges<'a> {
    let mut changes = RowChanges::default();
    for pair in pairs(before, after) {
        match pair {
            (Some(before), Some(after)) if before.json == after.json => {}
            (_, Some(after)) => changes.changed.push(&after.json),
            (Some(before), None) => changes.gone.push(&before.key),
            (None, None) => unreachable!("a pair has one of the two"),
        }
    }
    changes
}

/// Whether there are other rows, or one that is not the same as before.
fn any(before: &Content, after: &Content, is_same: impl Fn(&Row, &Row) -> bool) -> bool {
    let differs = |(before, after): (&PartContent, &PartContent)| {
        let is_same = |(before, after): (&Row, &Row)| before.key == after.key && is_same(before, after);
        before.rows().len() != after.rows().len() || !before.rows().iter().zip(after.rows()).all(is_same)
    };
    before.parts.iter().zip(&after.parts).any(differs)
}

/// The rows of two lists that are sorted by their keys, those with the same key together.
fn pairs<'a>(mut before: &'a [Row], mut after: &'a [Row]) -> impl Iterator<Item = (Option<&'a Row>, Option<&'a Row>)> {
    std::iter::from_fn(move || {
        let order = match (before.first(), after.first()) {
            (None, None) => return None,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(before), Some(after)) => before.key.cmp(&after.key),
        };
        let old = (order != Ordering::Greater).then(|| before.split_off_first()).flatten();
        let new = (order != Ordering::Less).then(|| after.split_off_first()).flatten();
        Some((old, new))
    })
}

#[cfg(test)]
mod tests {
    use proptest::collection::btree_map;
    use proptest::{prop_assert, prop_assert_eq, proptest};
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::serve::native::stream::part::Part;

    /// A view with these rows: of each its number, which may be news, and how much it has grown.
    fn content(rows: impl IntoIterator<Item = (u8, (u8, u8))>, open: u8) -> Content {
        let row = |(id, (still, grown)): (u8, (u8, u8))| Row {
            key: format!(r#"{{"id":{id}}}"#).into_bytes(),
            json: format!(r#"{{"id":{id},"n":{still},"ms":{grown}}}"#).into_bytes(),
            still: u64::from(still),
        };
        let rows: Vec<Row> = rows.into_iter().map(row).collect();
        let total = format!(r#""total_rows":{}"#, rows.len()).into_bytes();
        let metrics = PartContent::with_rows(Part::Metrics, total, rows.len() as u64, rows);
        let live = PartContent::whole(Part::Live, format!(r#""open":{open}"#).into_bytes(), u64::from(open));
        Content { head: br#""as_of":1"#.to_vec(), as_of: 1, parts: vec![metrics, live], _room: None }
    }

    fn read(json: &[u8]) -> Map<String, Value> {
        serde_json::from_slice(json).expect("JSON")
    }

    /// What a client makes of an update.
    fn apply(view: &mut Map<String, Value>, update: Map<String, Value>) {
        for (name, mut change) in update {
            let (Some(part), Some(changed)) = (view.get_mut(&name), change.as_object_mut()) else { continue };
            let gone = changed.remove("gone").unwrap_or(json!([]));
            let (new, mut rows) = (changed.remove("rows"), part["rows"].take());
            if let (Some(rows), Some(Value::Array(new))) = (rows.as_array_mut(), new) {
                let ids = |row: &Value| json!({"id": row["id"]});
                let named: Vec<Value> = new.iter().map(ids).chain(gone.as_array().cloned().expect("a list")).collect();
                rows.retain(|row| !named.contains(&ids(row)));
                rows.extend(new);
                rows.sort_by_key(|row| ids(row).to_string());
                changed.insert("rows".to_owned(), rows.clone().into());
            }
            *part = change;
        }
    }

    proptest! {
        #[test]
        fn a_snapshot_with_an_update_is_the_next_snapshot(
            before in btree_map(0..20_u8, (0..3_u8, 0..2_u8), 0..15),
            after in btree_map(0..20_u8, (0..3_u8, 0..2_u8), 0..15),
            open in (0..3_u8, 0..3_u8),
        ) {
            let (before, after) = (content(before, open.0), content(after, open.1));
            let (mut view, change) = (read(&snapshot(&before)), read(&update(&before, &after)));
            let told = change["as_of"] == 1 && change.len() > 1;
            apply(&mut view, change);
            prop_assert_eq!(&view, &read(&snapshot(&after)));
            prop_assert_eq!(told, is_news(&before, &after) || has_grown(&before, &after));
        }

        #[test]
        fn an_update_names_no_row_that_is_the_same(rows in btree_map(0..20_u8, (0..3_u8, 0..2_u8), 0..15)) {
            let (before, after) = (content(rows.clone(), 1), content(rows, 1));
            prop_assert!(!is_news(&before, &after) && !has_grown(&before, &after));
            prop_assert_eq!(update(&before, &after), br#"{"as_of":1}"#);
        }
    }

    #[test]
    fn what_only_grew_is_no_news_and_what_vanished_is_named() {
        let before = content([(1, (5, 0)), (2, (7, 0))], 1);
        let grown = content([(1, (5, 1)), (2, (7, 0))], 1);
        assert!(!is_news(&before, &grown) && has_grown(&before, &grown));
        let gone = content([(2, (7, 0))], 1);
        assert!(is_news(&before, &gone));
        assert_eq!(
            Value::Object(read(&update(&before, &gone))),
            json!({"as_of": 1, "metrics": {"total_rows": 1, "rows": [], "gone": [{"id": 1}]}})
        );
    }
}
