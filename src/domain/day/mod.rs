//! What is counted: the facts of a day in five-minute buckets, and what is summed of them.
//!
//! It grows by facts and is dropped by age, and it knows nothing of lives and states. Facts are written once, behind each
//! other; whoever asks takes a view, which costs some pointers, and keeps `sums` of it, which cost what came since.

mod by_bucket;
pub mod comments;
pub mod digests;
pub mod facts;
pub mod flow;
pub mod histogram;
pub mod late;
pub mod rows;
pub mod sums;
pub mod tally;
pub mod view;
pub mod window;

use std::sync::Arc;

use crate::domain::bucket::Bucket;
use crate::domain::comment::Heard;
use crate::domain::event::Millis;
use crate::domain::fact::{Kinds, Row, Stated};

use by_bucket::ByBucket;
use comments::{Comments, CommentsView};
use digests::Digests;
use facts::{Facts, FactsView};
use flow::Flow;
use late::{Late, LateView};
use rows::Rows;

/// The longest window, and how long buckets are kept: a day.
pub const DAY_MINUTES: u32 = 1440;

/// The facts of an account's last day.
#[derive(Debug)]
pub struct Day {
    /// The first bucket kept.
    oldest: Bucket,
    buckets: ByBucket<Facts>,
    rows: Rows,
    comments: Comments,
    late: Late,
    flow: Arc<Flow>,
    digests: Arc<Digests>,
}

/// A day as it was when it was taken. It never changes, and holds nobody up.
#[derive(Debug, Clone)]
pub struct DayView {
    /// The first bucket kept.
    pub oldest: Bucket,
    /// Those with facts, oldest first.
    pub buckets: Vec<FactsView>,
    /// Whom the facts are credited to.
    pub rows: Rows,
    /// What customers said about their answers.
    pub comments: CommentsView,
    /// How many events came too late to count.
    pub late: LateView,
    /// What was stated and taken back so far.
    pub flow: Arc<Flow>,
    /// What was made of the facts for others who asked.
    pub digests: Arc<Digests>,
}

impl Day {
    /// No facts yet, and none wanted before `oldest`.
    #[must_use]
    pub fn new(oldest: Bucket, flow: Flow) -> Self {
        let (buckets, rows, comments, late, digests) = Default::default();
        Self { oldest, buckets, rows, comments, late, flow: Arc::new(flow), digests }
    }

    /// The first bucket kept.
    #[must_use]
    pub fn oldest(&self) -> Bucket {
        self.oldest
    }

    /// What was stated and taken back so far.
    #[must_use]
    pub fn flow(&self) -> &Flow {
        &self.flow
    }

    /// Adds the row of the next number.
    pub fn add_row(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Adds facts, whose rows are there; those before the oldest bucket are nobody's question any more.
    pub fn add(&mut self, facts: &[Stated]) {
        if facts.is_empty() {
            // A view may hold the flow: it is copied only where something is counted.
            return;
        }
        let flow = Arc::make_mut(&mut self.flow);
        for fact in facts {
            flow.count(fact);
        }
        for fact in facts {
            let bucket = fact.bucket();
            if bucket >= self.oldest {
                self.buckets.entry(bucket, || Facts::new(bucket)).push(fact);
            }
        }
    }

    /// Adds what was said, to which answers it belongs, and which surveys answers named; what lies before the oldest bucket
    /// is not kept.
    pub fn add_heard(&mut self, heard: Heard) {
        let Heard { comments: said, stated_remarks: about, named_surveys: named } = heard;
        let is_kept = |at| Bucket::of(at) >= self.oldest;
        let comments = &mut self.comments;
        said.into_iter().filter(|one| is_kept(one.said.at)).for_each(|comment| comments.say(comment));
        about.into_iter().filter(|(_, one)| is_kept(one.fact.answered_at)).for_each(|remark| comments.remark(remark));
        named.into_iter().filter(|one| is_kept(one.answered_at)).for_each(|named| comments.name(named));
    }

    /// Notes an event that came too late to count, by when its record was written. Whether a view tells it.
    pub fn note_late(&mut self, written: Millis, identity: u64) -> bool {
        Bucket::of(written) >= self.oldest && self.late.note(written, identity)
    }

    /// Drops every bucket before `oldest`.
    pub fn drop_before(&mut self, oldest: Bucket) {
        if oldest <= self.oldest {
            return;
        }
        self.buckets.drop_before(oldest);
        self.comments.drop_before(oldest);
        self.late.drop_before(oldest);
        self.oldest = oldest;
        let oldest_row = self.buckets.iter().map(|(_, facts)| facts.oldest_row()).min();
        self.rows.drop_before(oldest_row.unwrap_or(u64::MAX));
        self.digests.age(oldest);
    }

    fn view_buckets(&mut self) -> Vec<FactsView> {
        // Most accounts have something in one bucket or two, and a view of each is kept.
        let mut views = Vec::with_capacity(self.buckets.iter().count());
        views.extend(self.buckets.values_mut().map(|facts| facts.view().clone()));
        views
    }

    /// The day as it is now.
    pub fn view(&mut self) -> DayView {
        DayView {
            oldest: self.oldest,
            buckets: self.view_buckets(),
            rows: self.rows.clone(),
            comments: self.comments.view(),
            late: self.late.view(),
            flow: self.flow.clone(),
            digests: self.digests.clone(),
        }
    }
}

impl DayView {
    /// Drops every bucket before `oldest`.
    pub fn drop_before(&mut self, oldest: Bucket) {
        self.buckets.drain(..self.buckets.partition_point(|facts| facts.bucket() < oldest));
        self.comments.drop_before(oldest);
        self.oldest = oldest.max(self.oldest);
    }

    /// How many bytes the facts take.
    #[must_use]
    pub fn fact_bytes(&self) -> usize {
        self.buckets.iter().map(FactsView::bytes).sum()
    }

    /// The facts of a bucket as they are kept; none of one that is not.
    #[must_use]
    pub fn bucket(&self, bucket: Bucket) -> Option<&FactsView> {
        self.buckets.binary_search_by_key(&bucket, FactsView::bucket).ok().map(|place| &self.buckets[place])
    }

    /// The facts of a bucket with whom they are credited to, in the order in which they were stated.
    pub fn facts(&self, bucket: Bucket) -> impl Iterator<Item = (Stated, Row)> {
        self.facts_of(bucket, Kinds::ALL)
    }

    /// The same of some kinds: of the others it is not looked up whom they are credited to.
    pub fn facts_of(&self, bucket: Bucket, kinds: Kinds) -> impl Iterator<Item = (Stated, Row)> {
        let facts = self.bucket(bucket).into_iter().flat_map(FactsView::iter);
        facts.filter(move |fact| kinds.has(fact.kind)).map(|fact| (fact, self.rows.get(fact.row)))
    }

    /// The buckets with facts, newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = Bucket> {
        self.buckets.iter().rev().map(FactsView::bucket)
    }
}
