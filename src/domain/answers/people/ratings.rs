//! Answers to surveys one by one, newest first: those that count, those that another took the place of, those refused.

use std::cmp::Ordering;

use super::named;
use crate::domain::answers::questions::{Covered, Question};
use crate::domain::day::view::{NamesView, View};
use crate::domain::event::Millis;
use crate::domain::fact::{Credit, FactKind};
use crate::domain::kept::Kept;
use crate::domain::names::Name;

/// What an answer may be told as.
const ANSWERS: [FactKind; 10] = [
    FactKind::Answer1,
    FactKind::Answer2,
    FactKind::Answer3,
    FactKind::Answer4,
    FactKind::Answer5,
    FactKind::AnswerReplaced,
    FactKind::RefusedInvalidScore,
    FactKind::RefusedRatingWindow,
    FactKind::RefusedCommentFrozen,
    FactKind::RefusedChangeWindow,
];

/// Which answers are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// With any of these scores.
    pub scores: Option<Vec<Millis>>,
    /// Those with a comment, or those without.
    pub comment: Option<bool>,
}

/// An answer, as it was given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rating {
    /// When.
    pub at: Millis,
    /// The score, which may be no valid one.
    pub score: Millis,
    /// What became of it: the kind of the fact that tells of it.
    pub kind: FactKind,
    /// In which conversation.
    pub conversation: Option<Name>,
    /// Whom it is credited to.
    pub credit: Credit,
}

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Became {
    /// It counts.
    Counted,
    /// Another one of the same survey counts instead.
    Replaced,
    /// It never counted.
    Refused,
}

impl Rating {
    /// What became of it.
    #[must_use]
    pub fn became(&self) -> Became {
        match self.kind {
            FactKind::AnswerReplaced => Became::Replaced,
            kind if kind.points().is_some() => Became::Counted,
            _ => Became::Refused,
        }
    }

    /// The survey that it names: of answers of one conversation, moment and score the least stands for all.
    #[must_use]
    pub fn survey<'v>(&self, view: &'v View) -> Option<&'v str> {
        view.day.comments.survey(self.conversation?, self.at, self.score)
    }

    /// What the customer said about it: for those who may see it.
    #[must_use]
    pub fn comment<'v>(&self, view: &'v View) -> Option<&'v Kept> {
        named::comment(view, self.conversation, self.at, self.kind, self.score)
    }
}

impl Question {
    /// The answers that the question covers, newest first. Groups and intervals are not looked at.
    #[must_use]
    pub fn ratings(&self, view: &View, wanted: &Wanted) -> Vec<Rating> {
        let all = self.as_a_whole().facts(view, &ANSWERS).map(|covered| rating(&covered));
        let mut ratings: Vec<Rating> = all.filter(|rating| wanted.wants(view, rating)).collect();
        ratings.sort_by(|a, b| order(&view.names, a, b));
        ratings
    }
}

impl Wanted {
    fn wants(&self, view: &View, rating: &Rating) -> bool {
        self.scores.as_ref().is_none_or(|scores| scores.contains(&rating.score))
            && self.comment.is_none_or(|wanted| rating.comment(view).is_some() == wanted)
    }
}

fn rating(Covered { fact, row, .. }: &Covered) -> Rating {
    let score = fact.kind.points().unwrap_or(fact.value);
    Rating { at: fact.at, score, kind: fact.kind, conversation: row.conversation, credit: row.credit }
}

/// The newest first; of one moment by names, never by numbers, which depend on what was heard of first.
fn order(names: &NamesView, a: &Rating, b: &Rating) -> Ordering {
    let conversation = |one: &Rating| one.conversation.map(|name| names.conversations.text(name));
    let same_moment = || {
        conversation(a)
            .cmp(&conversation(b))
            .then((a.kind, a.score).cmp(&(b.kind, b.score)))
            .then_with(|| names.agent_text(a.credit.agent).cmp(names.agent_text(b.credit.agent)))
            .then_with(|| names.skill_text(a.credit.skill).cmp(names.skill_text(b.credit.skill)))
    };
    b.at.cmp(&a.at).then_with(same_moment)
}
