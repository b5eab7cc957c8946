//! Questions over a view: any grouping, any filter, whole buckets from–to, in intervals where asked.
//!
//! They are answered from the facts that stand (`gather`), in one pass over the buckets asked for; where rows are by what
//! many share, from digests of the facts (`digested`); and where grouping, filter and time are what is summed anyway, from
//! the sums (`indexed`). The numbers are the same. A page of many rows has those numbers made that it shows (`outline`).

pub(super) mod asked;
pub mod by_bucket;
mod digested;
mod frame;
mod gather;
mod groups;
mod ids;
mod indexed;
pub mod listed;
pub mod outline;
pub mod results;
mod spans;

use thiserror::Error;

use super::catalogue::Scopes;
use super::metrics::Metrics;
use super::standing::standing_of;
use crate::domain::bucket::Bucket;
use crate::domain::day::DAY_MINUTES;
use crate::domain::day::view::View;
use crate::domain::fact::{FactKind, Kinds, Row, Stated};
use crate::domain::span::Span;

use asked::Asked;
use digested::Digested;
pub use frame::Frame;
pub use ids::{Id, Ids};

/// Makes what most people ask for quick to answer, for as long as it goes on: agents, and ends and answers by side. Of a large
/// account the first of them would wait for seconds.
pub fn prepare(view: &View, goes_on: impl Fn() -> bool) {
    results::prepare(view, &goes_on);
    let over = Question::over(Frame::window(view.now, DAY_MINUTES));
    let by_agent = over.grouped_by(&[Dimension::Agent]).expect("one dimension");
    let asked = Asked::of(view, &by_agent);
    if let Some(digested) = Digested::of(&asked) {
        digested.prepare(goes_on);
    }
}

/// By what facts are grouped and chosen: whom and what they are credited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dimension {
    /// The agent.
    Agent,
    /// The skill.
    Skill,
    /// The line of the conversation.
    Line,
    /// Its channel.
    Channel,
    /// The topics tagged by then: a fact with two is in the groups of both.
    Topic,
    /// The contact: the event's own, else the conversation's.
    Contact,
    /// The company of the conversation.
    Company,
}

/// The facts that have any of some names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Of which kind the names are.
    pub dimension: Dimension,
    /// The names; `-1` for none.
    pub any_of: Vec<String>,
}

/// What is asked of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    frame: Frame,
    group_by: Vec<Dimension>,
    filters: Vec<Filter>,
    interval_buckets: Option<u32>,
}

/// Why a question cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoQuestion {
    /// Rows are told apart by three names at most.
    #[error("grouped by {0} dimensions; right would be up to {MOST_GROUPED}")]
    TooManyGroups(usize),
    /// Grouped or filtered twice by one dimension.
    #[error("{0:?} is given twice; right would be once, with all its names")]
    Twice(Dimension),
    /// An interval of no length.
    #[error("an interval of 0 buckets; right would be 1 or more")]
    NoInterval,
}

/// By how many dimensions rows can be told apart.
pub const MOST_GROUPED: usize = 3;

/// What a question comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What of time it covers: whole buckets, up to now at the latest.
    pub span: Span,
    /// The same of each interval, oldest first; none where none are asked for.
    pub intervals: Vec<Span>,
    /// Sorted by their names as bytes. Grouped ones that are zero in everything are left out; without a grouping there is
    /// one row, whatever is in it.
    pub rows: Vec<AnswerRow>,
    /// Whether a fact may count in several rows.
    pub overlapping: bool,
}

/// One group.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerRow {
    /// Its names, in the order of the grouping; none is `-1`.
    pub ids: Ids,
    /// Over all that was asked for. Rows are moved about, and these are a kilobyte.
    pub metrics: Box<Metrics>,
    /// In each interval, empty ones too.
    pub intervals: Vec<Metrics>,
}

/// A fact that stands and that a question covers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Covered {
    /// The fact.
    pub fact: Stated,
    /// Whom it is credited to.
    pub row: Row,
    /// The bucket in which it is kept: of what goes on for a while that of its end.
    pub bucket: Bucket,
}

impl Question {
    /// Everything in a frame, in one row.
    #[must_use]
    pub fn over(frame: Frame) -> Self {
        Self { frame, group_by: Vec::new(), filters: Vec::new(), interval_buckets: None }
    }

    /// With a row for each combination of names.
    ///
    /// # Errors
    ///
    /// If they are more than three, or one comes twice.
    pub fn grouped_by(mut self, dimensions: &[Dimension]) -> Result<Self, NoQuestion> {
        if dimensions.len() > MOST_GROUPED {
            return Err(NoQuestion::TooManyGroups(dimensions.len()));
        }
        let twice = (1..dimensions.len()).find(|place| dimensions[..*place].contains(&dimensions[*place]));
        if let Some(place) = twice {
            return Err(NoQuestion::Twice(dimensions[place]));
        }
        self.group_by = dimensions.to_vec();
        Ok(self)
    }

    /// Only what has any of these names, and whatever other filters ask for.
    ///
    /// # Errors
    ///
    /// If there is a filter of this dimension already.
    pub fn filtered_by(mut self, filter: Filter) -> Result<Self, NoQuestion> {
        if self.filters.iter().any(|other| other.dimension == filter.dimension) {
            return Err(NoQuestion::Twice(filter.dimension));
        }
        self.filters.push(filter);
        Ok(self)
    }

    /// With metrics for every so many buckets from the beginning on; the last interval may be shorter.
    ///
    /// # Errors
    ///
    /// If it is zero.
    pub fn in_intervals_of(mut self, buckets: u32) -> Result<Self, NoQuestion> {
        if buckets == 0 {
            return Err(NoQuestion::NoInterval);
        }
        self.interval_buckets = Some(buckets);
        Ok(self)
    }

    /// The answer from the facts of a view.
    #[must_use]
    pub fn answer(&self, view: &View) -> Answer {
        self.answer_within(view, usize::MAX).expect("there is no limit")
    }

    /// The same; nothing if there are more metrics in it than `most`, counted over rows and intervals.
    #[must_use]
    pub fn answer_within(&self, view: &View, most: usize) -> Option<Answer> {
        let asked = Asked::of(view, self);
        let digested = Digested::of(&asked);
        digested.map_or_else(|| gather::answer(&asked, most), |digested| digested.answer(most))
    }

    /// The facts of these kinds that the question covers, the newest bucket first. With the kinds of a number of the
    /// catalogue they are what it is made of, but for what still runs; with those that it leaves out, what a reader may
    /// miss in it.
    pub fn facts<'v>(&self, view: &'v View, kinds: &[FactKind]) -> impl Iterator<Item = Covered> + use<'v> {
        let (asked, kinds) = (Asked::of(view, self), Kinds::of(kinds));
        let buckets = view.day.newest_first().filter({
            let from = self.frame.from;
            move |bucket| *bucket >= from
        });
        let of_kinds = move |bucket| standing_of(&view.day, bucket, kinds).map(move |of_it| (bucket, of_it));
        let covers =
            move |bucket, fact: &Stated, row: &Row| asked.is_in_time(bucket, fact) && asked.covers(fact, &row.credit);
        buckets
            .flat_map(of_kinds)
            .filter(move |(bucket, (fact, row))| covers(*bucket, fact, row))
            .map(|(bucket, (fact, row))| Covered { fact, row, bucket })
    }

    /// The time it covers.
    #[must_use]
    pub fn frame(&self) -> Frame {
        self.frame
    }

    /// What of time it covers as of a view: whole buckets, up to now at the latest.
    #[must_use]
    pub fn span(&self, view: &View) -> Span {
        self.frame.span(view.now)
    }

    /// By what rows are told apart.
    #[must_use]
    pub fn group_by(&self) -> &[Dimension] {
        &self.group_by
    }

    /// Whether numbers of these scopes exist in its answer.
    #[must_use]
    pub fn has(&self, scopes: Scopes) -> bool {
        match scopes {
            Scopes::All => true,
            Scopes::AccountAndSkill => self.has_contacts(),
            Scopes::AccountAndAgent => self.has_presence(),
        }
    }

    /// The same in one row, over its whole time.
    pub(super) fn as_a_whole(&self) -> Self {
        Self { group_by: Vec::new(), interval_buckets: None, ..self.clone() }
    }

    /// Grouped or filtered by it.
    fn touches(&self, dimension: Dimension) -> bool {
        self.group_by.contains(&dimension) || self.filters.iter().any(|filter| filter.dimension == dimension)
    }

    /// Grouped and filtered by nothing but these.
    pub(super) fn touches_only(&self, dimensions: &[Dimension]) -> bool {
        let filtered = self.filters.iter().map(|filter| &filter.dimension);
        self.group_by.iter().chain(filtered).all(|dimension| dimensions.contains(dimension))
    }

    /// Contacts are counted wherever nothing asks for agents.
    fn has_contacts(&self) -> bool {
        !self.touches(Dimension::Agent)
    }

    /// An agent's status is nobody's conversation: presence exists where nothing but agents is asked for.
    fn has_presence(&self) -> bool {
        self.touches_only(&[Dimension::Agent])
    }
}
