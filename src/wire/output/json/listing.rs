//! Lists of ratings, conversations and agents as JSON: how each begins and ends is the same, and its rows are its own.
//!
//! Rows are numbers of names. Private words are found for the rows that are written alone, and only where the head says
//! that whoever reads may see them.

use crate::domain::day::view::View;
use crate::domain::fact::Credit;
use crate::domain::names::Name;
use crate::domain::span::Span;

use super::head::{Head, write_span};
use super::writer::JsonWriter;

/// A list, and what of it is told.
#[derive(Debug, Clone, Copy)]
pub struct Listing<'a, R> {
    /// How it begins.
    pub head: Head<'a>,
    /// What of time it covers, if it has to do with a time.
    pub span: Option<Span>,
    /// What the rows are of.
    pub view: &'a View,
    /// The rows, in the order in which they are told.
    pub rows: &'a [R],
    /// How many rows there are on all pages.
    pub total_rows: usize,
    /// What the next page is asked for by, if there is one.
    pub next_page: Option<&'a str>,
}

impl<R> Listing<'_, R> {
    pub(super) fn document(&self, mut row: impl FnMut(&mut JsonWriter, &R)) -> Vec<u8> {
        JsonWriter::document(|json| {
            self.head.write(json, self.span.map(|span| span.from));
            if let Some(span) = self.span {
                write_span(json, span);
            }
            json.key("rows").array(self.rows, |json, each| json.object(|json| row(json, each)));
            json.key("total_rows").integer(self.total_rows);
            json.optional_text("next_page", self.next_page);
        })
    }

    /// What it says beside its head and its rows, as members of an object.
    #[must_use]
    pub fn members(&self) -> Vec<u8> {
        JsonWriter::members(|json| {
            if let Some(span) = self.span {
                write_span(json, span);
            }
            json.key("total_rows").integer(self.total_rows);
        })
    }

    /// A conversation's id.
    pub(super) fn conversation(&self, conversation: Option<Name>) -> Option<&str> {
        conversation.map(|name| self.view.names.conversations.text(name))
    }

    /// The contact's id.
    pub(super) fn contact(&self, credit: &Credit) -> Option<&str> {
        credit.contact.map(|contact| self.view.names.contacts.text(contact))
    }

    /// Whether the policy has agents named.
    pub(super) fn names_agents(&self) -> bool {
        self.view.policy().agent_metrics
    }
}
