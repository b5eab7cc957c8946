//! When a scope was last active: what whoever has room for some scopes only asks before it leaves one out.
//!
//! It is a function of the facts and times that stand, like every other answer, so that all instances choose alike.

use super::Answers;
use crate::domain::bucket::Bucket;
use crate::domain::day::DAY_MINUTES;
use crate::domain::day::sums::AgentSums;
use crate::domain::event::Millis;
use crate::domain::names::Name;
use crate::domain::scope::ScopeId;

impl Answers {
    /// The newest bucket of the last day in which a scope has anything that stands; none where it has nothing. What
    /// still runs is not looked at: it is active now, as its rates tell.
    #[must_use]
    pub fn active(&self, scope: ScopeId) -> Option<Bucket> {
        let oldest = Bucket::window_start(self.now(), DAY_MINUTES);
        let agent = |agent| self.sums.agent(Name::to_code(agent) as usize);
        let newest = match scope {
            ScopeId::Account | ScopeId::Skill(_) => self.sums.buckets.newest(scope),
            ScopeId::Agent(of) => {
                let sums = agent(of)?;
                self.last_event(sums, None).max(sums.last_there(self.now()).map(last_bucket))
            }
            ScopeId::AgentSkill(of, skill) => self.last_event(agent(of)?, Some(skill)),
        };
        newest.filter(|bucket| *bucket >= oldest)
    }

    /// The last fact credited to an agent, or the end of the last visit, under one skill or all.
    fn last_event(&self, agent: &AgentSums, skill: Option<Option<Name>>) -> Option<Bucket> {
        let left = agent.last_visit(skill).map(last_bucket);
        agent.log.newest(skill, Bucket::of(self.now())).max(left)
    }
}

/// The bucket of the last millisecond before `end`.
fn last_bucket(end: Millis) -> Bucket {
    Bucket::of(end - 1)
}
