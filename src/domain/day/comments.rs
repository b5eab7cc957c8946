//! The comments of a day, each found by the answer to which it belongs, and the surveys that answers name.
//!
//! They lie in five-minute buckets and are dropped with them, as facts are: a text in the bucket of the event that said it,
//! a remark in that of the answer. Nothing is joined before somebody asks, so that neither has to come first.

use std::sync::Arc;

use super::by_bucket::ByBucket;
use crate::domain::bucket::Bucket;
use crate::domain::comment::{Comment, NamedSurvey, Remark, StatedRemark};
use crate::domain::compact::shared_sorted::SharedSorted;
use crate::domain::event::Millis;
use crate::domain::fact::{FactKind, Sign, Signed};
use crate::domain::kept::{Kept, Said};
use crate::domain::names::Name;

/// What was said in a day, and about which answers.
#[derive(Debug, Default)]
pub(super) struct Comments {
    buckets: ByBucket<Arc<InBucket>>,
}

/// The comments of a day as they were when they were taken. A clone shares them.
#[derive(Debug, Clone, Default)]
pub struct CommentsView {
    /// Those with comments, oldest first.
    buckets: Arc<[(Bucket, Arc<InBucket>)]>,
}

#[derive(Debug, Clone, Default)]
struct InBucket {
    /// Ascending by `place_of`.
    texts: SharedSorted<Comment>,
    /// Ascending by conversation and answer; in these, what counts more comes later.
    remarks: SharedSorted<(Name, Remark)>,
    /// Ascending; of each conversation, moment and score one.
    surveys: SharedSorted<NamedSurvey>,
}

/// Where the text of an event lies: of one identity and moment there is one.
type Place = (Name, Millis, u64);

fn place_of(comment: &Comment) -> Place {
    (comment.conversation, comment.said.at, comment.said.identity)
}

fn answer_of(named: &NamedSurvey) -> (Name, Millis, i32) {
    (named.conversation, named.answered_at, named.score)
}

impl Comments {
    /// Keeps what an event said. Of two texts of one identity and moment the lesser is kept, whichever comes first.
    pub(super) fn say(&mut self, comment: Comment) {
        let place = place_of(&comment);
        let texts = &mut self.bucket(comment.said.at).texts;
        let comes_before = |other: &Comment| place_of(other) < place;
        let known = texts.from(comes_before).next().filter(|known| place_of(known) == place);
        match known.map(|known| known.text <= comment.text) {
            Some(true) => return,
            Some(false) => _ = texts.remove(comes_before, |_| true),
            None => {}
        }
        texts.insert(comment, comes_before);
    }

    /// States that a comment is about an answer, or takes it back.
    pub(super) fn remark(&mut self, (conversation, Signed { fact, sign }): StatedRemark) {
        let remark = (conversation, fact);
        let remarks = &mut self.bucket(fact.answered_at).remarks;
        match sign {
            Sign::State => remarks.insert(remark, |other| *other < remark),
            Sign::Retract => _ = remarks.remove(|other| *other < remark, |one| *one == remark),
        }
    }

    /// Keeps which survey an answer names. Of answers of one conversation, moment and score the least stands for all.
    pub(super) fn name(&mut self, named: NamedSurvey) {
        let surveys = &mut self.bucket(named.answered_at).surveys;
        let comes_before = |other: &NamedSurvey| answer_of(other) < answer_of(&named);
        let known = surveys.from(comes_before).next().filter(|known| answer_of(known) == answer_of(&named));
        match known.map(|known| known.survey <= named.survey) {
            Some(true) => return,
            Some(false) => _ = surveys.remove(comes_before, |_| true),
            None => {}
        }
        surveys.insert(named.clone(), comes_before);
    }

    /// Drops what lies before `oldest`.
    pub(super) fn drop_before(&mut self, oldest: Bucket) {
        self.buckets.drop_before(oldest);
    }

    /// The comments as they are now.
    pub(super) fn view(&self) -> CommentsView {
        CommentsView { buckets: self.buckets.iter().map(|(bucket, all)| (bucket, all.clone())).collect() }
    }

    fn bucket(&mut self, at: Millis) -> &mut InBucket {
        Arc::make_mut(self.buckets.entry(Bucket::of(at), Arc::default))
    }
}

impl CommentsView {
    /// The comment on an answer, which `answered_at` and the kind of its fact tell: its own; else the last one that was said
    /// apart, while the answer was the one that stood or, before the first that counts, was yet to come.
    #[must_use]
    pub fn of_answer(&self, conversation: Name, answered_at: Millis, answer: FactKind) -> Option<&Kept> {
        let key = |(conversation, remark): &(Name, Remark)| (*conversation, remark.answered_at, remark.answer);
        let asked = (conversation, answered_at, answer);
        let remarks = self.bucket(answered_at)?.remarks.from(|one| key(one) < asked);
        let about = remarks.take_while(|one| key(one) == asked);
        about.filter_map(|(_, remark)| self.said(conversation, remark.said)).last()
    }

    /// Every answer with a comment, as `of_answer` is asked, by the bucket of the answer: the oldest first.
    pub fn all(&self) -> impl Iterator<Item = (Name, Millis, FactKind, &Kept)> {
        let remarks = self.buckets.iter().flat_map(|(_, all)| all.remarks.from(|_| false));
        let mut last = None;
        let answers = remarks.map(|(conversation, remark)| (*conversation, remark.answered_at, remark.answer));
        let each = answers.filter(move |answer| last.replace(*answer) != Some(*answer));
        each.filter_map(|(conversation, at, answer)| {
            Some((conversation, at, answer, self.of_answer(conversation, at, answer)?))
        })
    }

    /// The survey that an answer of this score names, if it names one.
    #[must_use]
    pub fn survey(&self, conversation: Name, answered_at: Millis, score: Millis) -> Option<&str> {
        let answer = (conversation, answered_at, i32::try_from(score).ok()?);
        let named = self.bucket(answered_at)?.surveys.from(|one| answer_of(one) < answer).next()?;
        (answer_of(named) == answer).then_some(&*named.survey)
    }

    /// What an event said: a comment by itself, or one with an answer.
    #[must_use]
    pub fn said(&self, conversation: Name, said: Said) -> Option<&Kept> {
        let place = (conversation, said.at, said.identity);
        let mut from = self.bucket(said.at)?.texts.from(|one| place_of(one) < place);
        from.next().filter(|one| place_of(one) == place).map(|one| &one.text)
    }

    /// The same without the buckets before `oldest`.
    pub(super) fn drop_before(&mut self, oldest: Bucket) {
        if self.buckets.first().is_some_and(|(bucket, _)| *bucket < oldest) {
            self.buckets = self.buckets.iter().filter(|(bucket, _)| *bucket >= oldest).cloned().collect();
        }
    }

    fn bucket(&self, at: Millis) -> Option<&InBucket> {
        let place = self.buckets.binary_search_by_key(&Bucket::of(at), |(bucket, _)| *bucket).ok()?;
        Some(&self.buckets[place].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chat() -> Name {
        Name::at(0)
    }

    fn comment(at: Millis, identity: u64, text: &str) -> Comment {
        Comment { conversation: chat(), said: Said { at, sequence: 0, identity }, text: Kept::new(text) }
    }

    fn remark(answered_at: Millis, is_own: bool, at: Millis, identity: u64, sign: Sign) -> StatedRemark {
        let said = Said { at, sequence: 0, identity };
        (chat(), Signed { fact: Remark { answered_at, answer: FactKind::Answer2, is_own, said }, sign })
    }

    #[test]
    fn sizes_are_those_that_the_architecture_page_tells() {
        // Beside it, the text has two counts of eight bytes.
        assert_eq!(size_of::<Comment>() + size_of::<(Name, Remark)>() + 16, 112);
        assert_eq!(size_of::<NamedSurvey>() + 16, 48);
    }

    #[test]
    fn an_answer_has_its_own_comment_else_the_last_one_about_it() {
        let mut all = Comments::default();
        let said = [comment(5, 1, "own"), comment(300_007, 2, "later"), comment(6, 3, "before")];
        said.into_iter().for_each(|one| all.say(one));
        let of = |all: &Comments, at| all.view().of_answer(chat(), at, FactKind::Answer2).map(|one| one.to_string());
        all.remark(remark(5, false, 300_007, 2, Sign::State));
        all.remark(remark(5, false, 6, 3, Sign::State));
        assert_eq!((of(&all, 5).as_deref(), of(&all, 6)), (Some("later"), None));
        all.remark(remark(5, true, 5, 1, Sign::State));
        let taken = all.view();
        assert_eq!(of(&all, 5).as_deref(), Some("own"));
        all.remark(remark(5, true, 5, 1, Sign::Retract));
        all.remark(remark(5, false, 300_007, 2, Sign::Retract));
        assert_eq!(of(&all, 5).as_deref(), Some("before"));
        assert_eq!(taken.of_answer(chat(), 5, FactKind::Answer2).map(Kept::reveal), Some("own"));
        assert_eq!(taken.of_answer(chat(), 5, FactKind::Answer3), None);
        all.drop_before(Bucket::of(300_000));
        assert_eq!(of(&all, 5), None);
    }

    #[test]
    fn of_two_surveys_that_answers_of_one_moment_and_score_name_the_lesser_is_told() {
        for ids in [["s2", "s1"], ["s1", "s2"]] {
            let mut all = Comments::default();
            for (score, id) in [(5, ids[0]), (5, ids[1]), (4, "other"), (-3, "wrong")] {
                all.name(NamedSurvey { conversation: chat(), answered_at: 5, score, survey: id.into() });
            }
            let view = all.view();
            let of = |at, score| view.survey(chat(), at, score);
            assert_eq!(
                [of(5, 5), of(5, 4), of(5, -3), of(5, 3), of(6, 5)],
                [Some("s1"), Some("other"), Some("wrong"), None, None]
            );
            all.drop_before(Bucket::of(300_000));
            assert_eq!(all.view().survey(chat(), 5, 5), None);
        }
    }

    #[test]
    fn of_two_texts_of_one_event_the_lesser_is_kept() {
        for texts in [["b", "a"], ["a", "b"]] {
            let mut all = Comments::default();
            texts.into_iter().for_each(|text| all.say(comment(5, 1, text)));
            let said = Said { at: 5, sequence: 9, identity: 1 };
            assert_eq!(all.view().said(chat(), said).map(Kept::reveal), Some("a"));
        }
    }
}
