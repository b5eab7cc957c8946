//! A view as its clients have it: parts, each with what it says as a whole, and rows that are told apart by their ids.
//!
//! Rows are JSON already, each written once for all clients; whether one has changed is a comparison of bytes.

use tokio::sync::OwnedSemaphorePermit;

use super::part::Part;
use crate::domain::event::Millis;

/// A view as of a moment.
#[derive(Debug)]
pub(super) struct Content {
    /// How what is told of it begins: members of JSON.
    pub(super) head: Vec<u8>,
    pub(super) as_of: Millis,
    pub(super) parts: Vec<PartContent>,
    /// The room that it takes of what all views may take together.
    pub(super) _room: Option<OwnedSemaphorePermit>,
}

/// A part of it.
#[derive(Debug)]
pub(super) struct PartContent {
    pub(super) part: Part,
    /// What it says beside its rows: members of JSON.
    pub(super) members: Vec<u8>,
    /// A number for what of these does not grow by time alone.
    pub(super) still: u64,
    /// By their keys; none of a part that is told whole.
    rows: Option<Vec<Row>>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// Its ids, as JSON: no other row of the part has the same.
    pub(super) key: Vec<u8>,
    /// The row, as JSON.
    pub(super) json: Vec<u8>,
    /// A number for what of it does not grow by time alone.
    pub(super) still: u64,
}

impl Content {
    /// How much memory its texts take.
    pub(super) fn bytes(&self) -> usize {
        let rows = |part: &PartContent| part.rows().iter().map(|row| row.key.len() + row.json.len()).sum::<usize>();
        self.head.len() + self.parts.iter().map(|part| part.members.len() + rows(part)).sum::<usize>()
    }

    /// How many rows it has in all.
    pub(super) fn row_count(&self) -> usize {
        self.parts.iter().map(|part| part.rows().len()).sum()
    }
}

impl PartContent {
    /// A part with rows, in any order.
    pub(super) fn with_rows(part: Part, members: Vec<u8>, still: u64, mut rows: Vec<Row>) -> Self {
        rows.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        debug_assert!(rows.is_sorted_by(|a, b| a.key < b.key), "ids tell rows apart");
        Self { part, members, still, rows: Some(rows) }
    }

    /// A part that is told whole.
    pub(super) fn whole(part: Part, members: Vec<u8>, still: u64) -> Self {
        Self { part, members, still, rows: None }
    }

    /// Its rows, by their keys.
    pub(super) fn rows(&self) -> &[Row] {
        self.rows.as_deref().unwrap_or_default()
    }

    /// Whether it is told row by row.
    pub(super) fn has_rows(&self) -> bool {
        self.rows.is_some()
    }
}
