//! What all clients of a question are told: the newest view, and what changed of it, each written once.

use std::sync::{Arc, OnceLock};

use axum::body::Bytes;

use super::changes;
use super::content::Content;
use super::event::{Kind, event};
use crate::serve::problem::Problem;

/// What there is to be told: nothing yet, the newest view, or why there is none.
pub(super) type Newest = Option<Result<Arc<Told>, Problem>>;

/// A view that is told.
#[derive(Debug)]
pub(super) struct Told {
    /// The views of a question are counted.
    pub(super) number: u64,
    pub(super) content: Content,
    /// What changed since the one before.
    update: Bytes,
    /// The whole, once somebody wants it.
    snapshot: OnceLock<Bytes>,
}

impl Told {
    /// The first view of a question.
    pub(super) fn first(content: Content) -> Self {
        Self { number: 1, content, update: Bytes::new(), snapshot: OnceLock::new() }
    }

    /// The view that comes after this one, if there is anything to tell of it; `grown` if growth alone is to be told.
    pub(super) fn next(&self, content: Content, grown: bool) -> Option<Self> {
        let is_told =
            changes::is_news(&self.content, &content) || (grown && changes::has_grown(&self.content, &content));
        is_told.then(|| {
            let number = self.number + 1;
            let update = event(Kind::Update, Some(number), &changes::update(&self.content, &content));
            Self { number, content, update, snapshot: OnceLock::new() }
        })
    }

    /// What to send to a client that was sent the view of this number last; nothing to one that has this one. Who missed
    /// one is not told of each in turn: the newest snapshot is all that they need.
    pub(super) fn after(&self, sent: Option<u64>) -> Option<Bytes> {
        match sent {
            Some(sent) if sent == self.number => None,
            Some(sent) if sent + 1 == self.number => Some(self.update.clone()),
            _ => Some(self.snapshot.get_or_init(|| self.write_snapshot()).clone()),
        }
    }

    fn write_snapshot(&self) -> Bytes {
        event(Kind::Snapshot, Some(self.number), &changes::snapshot(&self.content))
    }
}
