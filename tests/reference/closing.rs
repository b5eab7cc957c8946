//! Closes and reopenings, the resolutions that stand, and the one that is overdue (SPEC §3, Resolution; §4, SLA).

use super::body::Body;
use super::conversation::Conversation;
use super::event::Event;
use super::fact::{Fact, Kind};
use super::time::after_target;

/// A close that had an effect.
pub struct Close<'a> {
    /// Its place in the life.
    pub at: usize,
    /// The event.
    pub event: &'a Event,
    /// The agent the event itself names.
    pub own_agent: Option<String>,
    /// The agent who gets the credit.
    pub agent: Option<String>,
    /// `agent`, `customer` or `system`.
    pub by: String,
    /// `resolved`, `abandoned` or `spam`.
    pub outcome: String,
}

impl<'a> Conversation<'a> {
    /// The closes that had an effect, in their order.
    pub fn closes(&self) -> Vec<Close<'a>> {
        (0..self.life.len()).filter_map(|i| self.close(i)).collect()
    }

    /// The last of them before the event at `i`.
    pub fn close_before(&self, i: usize) -> Option<Close<'a>> {
        (0..i).rev().find_map(|i| self.close(i))
    }

    /// What closes and reopenings count as, the resolutions that stand, and the overdue one.
    pub fn closing_facts(&self) -> Vec<Fact> {
        let mut facts = Vec::new();
        for close in self.closes() {
            let resolution = self.resolution(&close);
            let abandoned = (close.outcome == "abandoned").then_some(Kind::Abandoned);
            let kinds = [Kind::Closed(close.by.clone())].into_iter().chain(abandoned).chain(resolution);
            let credit = self.credit(close.at, close.agent.clone());
            facts.extend(kinds.map(|kind| Fact { credit: credit.clone(), kind }));
        }
        let reopenings = (0..self.life.len()).filter(|i| self.is_reopening(*i));
        facts.extend(reopenings.map(|i| self.reopened(i)));
        facts.extend(self.resolution_overdue());
        facts
    }

    /// The close at `i`; one on a closed conversation has no effect.
    fn close(&self, i: usize) -> Option<Close<'a>> {
        let event = &self.life.events()[i];
        let Body::Closed { agent, by, outcome } = &event.body else { return None };
        let by_policy = if self.policy(i).system_close_abandons { "abandoned" } else { "resolved" };
        (!self.life.is_closed_before(i)).then(|| Close {
            at: i,
            event,
            own_agent: agent.clone(),
            agent: agent.clone().or(self.life.last_human_before(i)).or(self.life.assignee_after(i)),
            by: by.clone(),
            outcome: outcome.clone().unwrap_or_else(|| by_policy.to_owned()),
        })
    }

    fn is_reopening(&self, i: usize) -> bool {
        self.life.events()[i].is_reopening() && self.life.is_closed_before(i)
    }

    /// A reopening goes to the agent of the close it undoes.
    fn reopened(&self, i: usize) -> Fact {
        let agent = self.close_before(i).and_then(|close| close.agent);
        Fact { credit: self.credit(i, agent), kind: Kind::Reopened }
    }

    /// The resolution time and its verdict, unless the next reopening takes them back.
    fn resolution(&self, close: &Close) -> Vec<Kind> {
        let reopening = self.life.first_between(close.at, self.life.len(), Event::is_reopening);
        let stands = reopening.is_none_or(|reopening| self.policy(reopening).count_each);
        if close.outcome != "resolved" || !stands {
            return Vec::new();
        }
        let value_ms = (close.event.at_ms - self.clock_start_ms(close.at)).max(0);
        let target_ms = self.policy(close.at).resolution_target_ms;
        let verdict = target_ms.map(|target_ms| Kind::ResolutionSla(value_ms <= target_ms));
        [Kind::Resolved(value_ms)].into_iter().chain(verdict).collect()
    }

    /// From when the resolution time before `i` runs: the last reopening if that was under `count_each`, else the first
    /// customer message, else the start (reading 6).
    fn clock_start_ms(&self, i: usize) -> i64 {
        let counted = self.life.reopening_before(i).filter(|reopening| self.policy(*reopening).count_each);
        let from = counted.or_else(|| self.life.first_between(0, i, Event::is_customer));
        from.map_or(self.life.start_ms(), |from| self.life.at_ms(from))
    }

    /// One that is open now is overdue 1 ms after its target, or since it was opened if that is later.
    pub fn resolution_overdue(&self) -> Option<Fact> {
        let now = self.life.len();
        let opened = self.life.reopening_before(now).or_else(|| self.life.first_between(0, now, Event::is_opening))?;
        let from_ms = self.clock_start_ms(now);
        let target_ms = self.policies.at(&self.life.account, from_ms).resolution_target_ms;
        let moment_ms = after_target(from_ms, target_ms)?.max(self.life.at_ms(opened));
        self.overdue(moment_ms, Kind::ResolutionSla(false)).filter(|_| self.life.is_open_before(now))
    }
}
