//! How every answer to a question begins: whose it is, as of when, and how far it can be trusted.

use crate::domain::event::Millis;
use crate::domain::span::Span;

use super::writer::JsonWriter;

/// The members with which an answer begins. `replay` has an account and a moment alone.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// The account.
    pub account: &'a str,
    /// The moment of the answer.
    pub as_of: Millis,
    /// The sum of the source positions from which the account is fed.
    pub revision: Option<u64>,
    /// How far behind Kafka the instance may be.
    pub stale_ms: Option<u64>,
    /// From when on the instance has read everything, where something before was gone. Told of what reaches further back.
    pub complete_since: Option<Millis>,
    /// Whether private texts are in the answer; none where it has none for anybody.
    pub private: Option<bool>,
}

impl<'a> Head<'a> {
    /// That of an answer from files.
    #[must_use]
    pub fn of_files(account: &'a str, as_of: Millis) -> Self {
        Self { account, as_of, revision: None, stale_ms: None, complete_since: None, private: None }
    }

    /// Whether whoever reads may see private texts.
    pub(super) fn shows_private(&self) -> bool {
        self.private == Some(true)
    }

    /// Its members, to begin several answers with, which cover time from a moment on, or none.
    #[must_use]
    pub fn members(&self, from: Option<Millis>) -> Vec<u8> {
        JsonWriter::members(|json| self.write(json, from))
    }

    /// Begins an answer that covers time from a moment on, or none.
    pub(super) fn write(&self, json: &mut JsonWriter, from: Option<Millis>) {
        json.key("account_id").text(self.account);
        json.key("as_of").time(self.as_of);
        if let Some(revision) = self.revision {
            json.key("revision").integer(revision);
        }
        if let Some(stale_ms) = self.stale_ms {
            json.key("stale_ms").integer(stale_ms);
        }
        let reaches_back = |since: &Millis| from.is_some_and(|from| from < *since);
        if let Some(complete_since) = self.complete_since.filter(reaches_back) {
            // A producer's clock may be ahead of ours.
            json.key("complete_since").time(complete_since.min(self.as_of));
        }
        if let Some(private) = self.private {
            json.key("private").boolean(private);
        }
    }
}

/// The members `from` and `to`.
pub(super) fn write_span(json: &mut JsonWriter, span: Span) {
    json.key("from").time(span.from);
    json.key("to").time(span.to);
}
