//! To which answer of a survey a comment belongs.
//!
//! An answer may bring a comment of its own. One that is said apart is about the answer that stands then, since that is what
//! the customer has in mind; before any counts, about the first that will, and about the last one that was refused.

use super::Context;
use crate::domain::comment::Remark;
use crate::domain::event::Millis;
use crate::domain::fact::{FactKind, Sign, Signed};
use crate::domain::kept::Said;
use crate::domain::timeline::Key;

/// What of a survey a comment would be about now.
#[derive(Debug, Clone, Default)]
pub(super) struct TalkedAbout {
    /// The answer that stands, else the last one that was refused: when it was given, and what it was.
    answer: Option<(Millis, FactKind)>,
    /// Whether that one counts.
    counts: bool,
    /// The last comment before any answer that counts.
    early: Option<Said>,
}

impl TalkedAbout {
    /// An answer counts from now on.
    pub(super) fn accepted(&mut self, key: Key, kind: FactKind, commented: bool, cx: &mut Context<'_>) {
        (self.answer, self.counts) = (Some((key.at, kind)), true);
        if let Some(early) = self.early.take() {
            remark((key.at, kind), false, early, cx);
        }
        if commented {
            remark((key.at, kind), true, said(key), cx);
        }
    }

    /// An answer was refused. What it says itself is about itself alone.
    pub(super) fn refused(&mut self, key: Key, kind: FactKind, commented: bool, cx: &mut Context<'_>) {
        if !self.counts {
            self.answer = Some((key.at, kind));
        }
        if commented {
            remark((key.at, kind), true, said(key), cx);
        }
    }

    /// The score that stands was given again.
    pub(super) fn given_again(&mut self, key: Key, commented: bool, cx: &mut Context<'_>) {
        if commented {
            self.commented(key, cx);
        }
    }

    /// Something was said apart from an answer.
    pub(super) fn commented(&mut self, key: Key, cx: &mut Context<'_>) {
        if !self.counts {
            self.early = Some(said(key));
        }
        if let Some(answer) = self.answer {
            remark(answer, false, said(key), cx);
        }
    }
}

fn remark((answered_at, answer): (Millis, FactKind), is_own: bool, said: Said, cx: &mut Context<'_>) {
    cx.remarks.push(Signed { fact: Remark { answered_at, answer, is_own, said }, sign: Sign::State });
}

fn said(Key { at, sequence, identity, .. }: Key) -> Said {
    Said { at, sequence, identity }
}
