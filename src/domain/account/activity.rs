//! When a scope was last active: what whoever has room for some scopes only asks before it leaves one out.
//!
//! It is a function of the facts and times that stand, like every other answer, so that all instances choose alike.

use super::Account;
use super::questions::Asked;
use super::{DAY_MINUTES, Scope};
use crate::domain::bucket::Bucket;
use crate::domain::day::agent::Agent;
use crate::domain::event::{Millis, Presence};
use crate::domain::names::Name;

impl Account {
    /// The newest bucket of the last day in which a scope has anything that stands; none where it has nothing. What
    /// still runs is not looked at: it is active now, as its rates tell.
    #[must_use]
    pub fn active(&self, scope: &Scope) -> Option<Bucket> {
        let oldest = Bucket::window_start(self.now, DAY_MINUTES);
        let newest = match self.find(scope)? {
            Asked::Tallied(scope) => {
                let has_any = |bucket: &Bucket| self.buckets.tally(scope, *bucket).is_some_and(|t| !t.is_empty());
                self.buckets.newest_first().find(has_any)
            }
            Asked::Agent(code) => {
                let agent = &self.agents[code];
                self.last_event(agent, None).max(self.last_presence(agent))
            }
            Asked::AgentSkill(code, skill) => self.last_event(&self.agents[code], Some(skill)),
        };
        newest.filter(|bucket| *bucket >= oldest)
    }

    /// The last fact credited to an agent, or the end of the last visit, under one skill or all.
    fn last_event(&self, agent: &Agent, skill: Option<Option<Name>>) -> Option<Bucket> {
        let visits = agent.visits.iter().filter(|visit| skill.is_none_or(|skill| skill == visit.skill));
        let left = visits.map(|visit| last_bucket(visit.span().to)).max();
        agent.log.newest(skill, Bucket::of(self.now)).max(left)
    }

    /// The last bucket in which the agent was online or away.
    fn last_presence(&self, agent: &Agent) -> Option<Bucket> {
        let oldest = Bucket::window_start(self.now, DAY_MINUTES).start();
        let held = agent.presence.held_after(oldest);
        let there = held.filter(|held| held.status != Presence::Offline && held.span.from < self.now);
        there.map(|held| last_bucket(held.span.to.min(self.now))).max()
    }
}

/// The bucket of the last millisecond before `end`.
fn last_bucket(end: Millis) -> Bucket {
    Bucket::of(end - 1)
}
