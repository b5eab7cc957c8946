//! The answer to a question of metrics as JSON: rows by any grouping, with intervals and the time before.

use std::collections::HashMap;

use crate::domain::answers::people::named::Named;
use crate::domain::answers::questions::{Answer, AnswerRow, Dimension, Id};
use crate::domain::event::Millis;
use crate::wire::words::{DIMENSIONS, word_of};

use super::head::{Head, write_span};
use super::metrics::write_some_metrics;
use super::writer::JsonWriter;

/// An answer, and what of it is told.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    /// How it begins.
    pub head: Head<'a>,
    /// By what its rows are told apart.
    pub group_by: &'a [Dimension],
    /// The answer itself; of its rows those in `rows` are told.
    pub answer: &'a Answer,
    /// The rows, in the order in which they are told.
    pub rows: &'a [AnswerRow],
    /// What people in its rows are called, if the head says that this may be seen.
    pub named: Option<&'a Named>,
    /// The answer for the time before, where it is compared with that.
    pub previous: Option<&'a Answer>,
    /// The members of `metrics` to which it is cut, if it is.
    pub metrics: Option<&'a [&'a str]>,
    /// How many rows there are on all pages.
    pub total_rows: usize,
    /// What the next page is asked for by, if there is one.
    pub next_page: Option<&'a str>,
}

impl<'a> Table<'a> {
    /// A whole answer, all rows of it.
    #[must_use]
    pub fn whole(head: Head<'a>, group_by: &'a [Dimension], answer: &'a Answer) -> Self {
        let (rows, total_rows) = (&answer.rows[..], answer.rows.len());
        Self { head, group_by, answer, rows, named: None, previous: None, metrics: None, total_rows, next_page: None }
    }

    /// From when on it covers time, that before it included.
    fn from(&self) -> Millis {
        self.previous.unwrap_or(self.answer).span.from
    }
}

/// The key of a row's id, as in `skill_id`; labels, which are no ids, are called by their dimension alone.
#[must_use]
pub fn id_key(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Agent => "agent_id",
        Dimension::Skill => "skill_id",
        Dimension::Line => "line_id",
        Dimension::Channel => "channel",
        Dimension::Topic => "topic",
        Dimension::Contact => "contact_id",
        Dimension::Company => "company_id",
    }
}

/// The key of what people are called; others are called by their ids alone.
fn name_key(dimension: Dimension) -> Option<&'static str> {
    match dimension {
        Dimension::Agent => Some("agent_name"),
        Dimension::Contact => Some("contact_name"),
        Dimension::Skill | Dimension::Line | Dimension::Channel | Dimension::Topic | Dimension::Company => None,
    }
}

/// An answer to a question of metrics.
#[must_use]
pub fn answer_json(table: &Table<'_>) -> Vec<u8> {
    let previous = table.previous.map(|answer| (answer, by_ids(answer)));
    JsonWriter::document(|json| {
        table.head.write(json, Some(table.from()));
        write_beside_rows(json, table);
        json.key("rows").array(table.rows, |json, row| write_row(json, table, row, previous.as_ref()));
        json.key("total_rows").integer(table.total_rows);
        json.optional_text("next_page", table.next_page);
    })
}

/// What an answer says beside its head and its rows, as members of an object.
#[must_use]
pub fn answer_members(table: &Table<'_>) -> Vec<u8> {
    JsonWriter::members(|json| {
        write_beside_rows(json, table);
        json.key("total_rows").integer(table.total_rows);
    })
}

/// Each row of an answer by itself: an object of its ids alone, which no other row has, and the whole row.
pub fn answer_rows<'a>(table: &'a Table<'_>) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> + 'a {
    let previous = table.previous.map(|answer| (answer, by_ids(answer)));
    table.rows.iter().map(move |row| {
        let ids = table.group_by.iter().zip(&row.ids);
        let ids = JsonWriter::document(|json| ids.for_each(|(dimension, id)| json.key(id_key(*dimension)).text(id)));
        (ids, JsonWriter::members(|json| write_row(json, table, row, previous.as_ref())))
    })
}

fn write_beside_rows(json: &mut JsonWriter, table: &Table<'_>) {
    write_span(json, table.answer.span);
    json.key("group_by").array(table.group_by, |json, dimension| json.text(word_of(DIMENSIONS, dimension)));
    if table.answer.overlapping {
        json.key("overlapping").boolean(true);
    }
}

type ByIds<'a> = HashMap<&'a [Id], &'a AnswerRow>;

fn by_ids(answer: &Answer) -> ByIds<'_> {
    answer.rows.iter().map(|row| (&row.ids[..], row)).collect()
}

fn write_row(json: &mut JsonWriter, table: &Table<'_>, row: &AnswerRow, previous: Option<&(&Answer, ByIds<'_>)>) {
    json.object(|json| {
        for (dimension, id) in table.group_by.iter().zip(&row.ids) {
            json.key(id_key(*dimension)).text(id);
            if let Some(key) = name_key(*dimension) {
                let name = table.named.and_then(|named| named.name(*dimension, id));
                json.private_text(key, name, table.head.shows_private());
            }
        }
        write_some_metrics(json.key("metrics"), &row.metrics, table.metrics);
        if let Some((answer, rows)) = previous {
            let nothing = row.metrics.nothing_alike();
            let before = rows.get(&row.ids[..]).map_or(&nothing, |row| &*row.metrics);
            json.key("previous").object(|json| {
                write_span(json, answer.span);
                write_some_metrics(json.key("metrics"), before, table.metrics);
            });
        }
        if !table.answer.intervals.is_empty() {
            write_intervals(json, table, row);
        }
    });
}

fn write_intervals(json: &mut JsonWriter, table: &Table<'_>, row: &AnswerRow) {
    let intervals = table.answer.intervals.iter().zip(&row.intervals);
    json.key("intervals").array(intervals, |json, (span, metrics)| {
        json.object(|json| {
            write_span(json, *span);
            write_some_metrics(json.key("metrics"), metrics, table.metrics);
        });
    });
}
