//! A question asked of each bucket of its time alone, in one pass over the facts: for whoever writes all of them to a file.
//!
//! One bucket's rows are held at a time, and of what goes on for a while what reaches into older buckets: of each agent a
//! visit and a status.

use super::asked::Asked;
use super::{AnswerRow, Dimension, Frame, NoQuestion, Question, gather};
use crate::domain::answers::standing::standing;
use crate::domain::bucket::Bucket;
use crate::domain::day::view::View;
use crate::domain::fact::{Row, Stated};

/// The answers bucket by bucket, newest first.
pub struct ByBucket<'v> {
    view: &'v View,
    frame: Frame,
    /// The same question by each of some groupings.
    asked: Vec<Asked<'v>>,
    /// The bucket that comes next; before the frame there is none.
    next: Bucket,
    /// What is kept in a later bucket and counts in the next one.
    ahead: Vec<(Stated, Row)>,
    /// What goes on for a while, ends after the next bucket, and reaches into it or further back.
    reaching: Vec<(Stated, Row)>,
}

impl Question {
    /// The rows of each bucket of its time, by each of some groupings; ungrouped ones that are zero in everything are left
    /// out, too. They are those that the question has over that bucket alone. Its own grouping and intervals are not looked
    /// at.
    ///
    /// # Errors
    /// If a grouping is none.
    pub fn by_bucket<'v>(&self, view: &'v View, groupings: &[&[Dimension]]) -> Result<ByBucket<'v>, NoQuestion> {
        let grouped = |dimensions: &&[Dimension]| self.as_a_whole().grouped_by(dimensions);
        let questions: Vec<Question> = groupings.iter().map(grouped).collect::<Result<_, _>>()?;
        let asked = questions.iter().map(|question| Asked::of(view, question)).collect();
        let (frame, next) = (self.frame, self.frame.to);
        let mut by_bucket = ByBucket { view, frame, asked, next, ahead: Vec::new(), reaching: Vec::new() };
        by_bucket.read_later();
        Ok(by_bucket)
    }
}

impl ByBucket<'_> {
    /// What is kept after the frame and belongs into it.
    fn read_later(&mut self) {
        let (frame, now) = (self.frame, self.view.now);
        for bucket in self.view.day.newest_first().take_while(|bucket| *bucket > frame.to) {
            let is_ahead = frame.place(bucket, now).is_some();
            for of_it in standing(&self.view.day, bucket) {
                if of_it.0.kind.is_span() {
                    self.reaching.extend(Some(of_it).filter(|(fact, _)| fact.at < frame.to.end()));
                } else if is_ahead {
                    self.ahead.push(of_it);
                }
            }
        }
    }

    /// What happened in a bucket; what goes on for a while is set aside.
    fn read(&mut self, bucket: Bucket) -> Vec<(Stated, Row)> {
        let mut happened = std::mem::take(&mut self.ahead);
        for of_it in standing(&self.view.day, bucket) {
            let to = if of_it.0.kind.is_span() { &mut self.reaching } else { &mut happened };
            to.push(of_it);
        }
        happened
    }
}

impl Iterator for ByBucket<'_> {
    /// The rows by each of the groupings.
    type Item = (Bucket, Vec<Vec<AnswerRow>>);

    fn next(&mut self) -> Option<Self::Item> {
        let bucket = self.next;
        if bucket < self.frame.from {
            return None;
        }
        self.next = bucket.later(-1);
        let happened = self.read(bucket);
        let mut all = Vec::with_capacity(self.asked.len());
        for asked in &mut self.asked {
            asked.question.frame = Frame { from: bucket, to: bucket };
            let mut rows = gather::rows(asked, &happened, &self.reaching);
            rows.retain(|row| !row.metrics.is_zero());
            all.push(rows);
        }
        self.reaching.retain(|(fact, _)| fact.at < bucket.start());
        Some((bucket, all))
    }
}
