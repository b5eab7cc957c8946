//! When a scope was last active: what whoever has room for some scopes only asks before it leaves one out.
//!
//! It is a function of the facts and times that stand, like every other answer, so that all instances choose alike.

use super::Answers;
use crate::domain::bucket::Bucket;
use crate::domain::day::DAY_MINUTES;
use crate::domain::day::sums::AgentSums;
use crate::domain::event::Millis;
use crate::domain::names::Name;

impl Answers {
    /// The newest bucket in which an agent has anything that stands, alone or under a skill: `logged` is that of the facts;
    /// beside them there are visits that ended, and statuses.
    pub(super) fn active(
        &self,
        agent: &AgentSums,
        skill: Option<Option<Name>>,
        logged: Option<Bucket>,
    ) -> Option<Bucket> {
        let there = if skill.is_none() { agent.last_there(self.now()) } else { None };
        logged.max(agent.last_visit(skill).map(last_bucket)).max(there.map(last_bucket))
    }

    /// The same, if it is of the last day.
    pub(super) fn still_kept(&self, newest: Option<Bucket>) -> Option<Bucket> {
        let oldest = Bucket::window_start(self.now(), DAY_MINUTES);
        newest.filter(|bucket| *bucket >= oldest)
    }
}

/// The bucket of the last millisecond before `end`.
fn last_bucket(end: Millis) -> Bucket {
    Bucket::of(end - 1)
}
