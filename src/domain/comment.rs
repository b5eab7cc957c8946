//! What customers said about an answer to a survey, to which answer it belongs, and which survey an answer names.
//!
//! A history says both, as it does facts: the text once, with the event that said it, and where it belongs as a remark with
//! a sign, since a late event may move it to another answer. A day keeps them and joins the two.

use std::sync::Arc;

use super::event::Millis;
use super::fact::{FactKind, Signed};
use super::kept::{Kept, Said};
use super::names::Name;

/// A comment is kept up to so many bytes of UTF-8, and cut at a character.
pub const MOST_BYTES: usize = 4096;

/// A comment as an event said it.
#[derive(Debug, Clone)]
pub struct Comment {
    /// In which conversation.
    pub conversation: Name,
    /// By which event.
    pub said: Said,
    /// At most `MOST_BYTES` of it.
    pub text: Kept,
}

/// The survey that an answer names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedSurvey {
    /// In which conversation the answer was given,
    pub conversation: Name,
    /// when,
    pub answered_at: Millis,
    /// and with which score, which may be no valid one.
    pub score: i32,
    /// The survey's id.
    pub survey: Arc<str>,
}

/// That what an event said is about an answer of its survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// When the answer was given,
    pub answered_at: Millis,
    /// and what it was: the kind of its fact.
    pub answer: FactKind,
    /// Whether the answer said it itself; else it was said apart from it.
    pub is_own: bool,
    /// By which event it was said.
    pub said: Said,
}

/// A remark stated or taken back, with its conversation.
pub type StatedRemark = (Name, Signed<Remark>);

/// What was heard beside the facts, on its way from a history to a day.
#[derive(Debug, Default)]
pub struct Heard {
    /// The comments,
    pub comments: Vec<Comment>,
    /// what was stated about them,
    pub stated_remarks: Vec<StatedRemark>,
    /// and the surveys that answers named.
    pub named_surveys: Vec<NamedSurvey>,
}
