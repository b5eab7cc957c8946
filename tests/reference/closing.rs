//! Closes and reopenings, and the resolutions they state and take back (SPEC §3, Resolution; §4, SLA).

use super::event::Event;
use super::fact::{Credit, Fact, Kind};
use super::timeline::Place;
use super::visits::Mark;
use super::waits::after_target;
use super::walk::Walk;

/// A close that had an effect.
pub struct Close {
    /// Where it stands in the timeline.
    pub place: Place,
    /// Its identity, written out.
    pub event_id: String,
    /// The agent the event itself names.
    pub own_agent: Option<String>,
    /// Who gets the credit.
    pub credit: Credit,
    /// `agent`, `customer` or `system`.
    pub by: String,
    /// `resolved`, `abandoned` or `spam`.
    pub outcome: String,
}

impl Walk<'_> {
    /// A close; on a closed conversation it has no effect.
    pub fn close(&mut self, event: &Event, own_agent: Option<&String>, by: &str, outcome: &str) {
        if !self.is_open {
            return;
        }
        self.is_open = false;
        self.snooze = None;
        self.close_wait(event);
        self.mark(event, Mark::Closed);
        let agent = own_agent.or(self.last_human.as_ref()).or(self.assignee.as_ref()).cloned();
        let credit = self.credit(event, agent);
        self.facts.push(Fact { credit: credit.clone(), kind: Kind::Closed(by.to_owned()) });
        if outcome == "abandoned" {
            self.facts.push(Fact { credit: credit.clone(), kind: Kind::Abandoned });
        }
        if outcome == "resolved" {
            self.resolve(&credit);
        }
        let place = event.place();
        let (event_id, own_agent) = (event.event_id.clone(), own_agent.cloned());
        self.closes.push(Close { place, event_id, own_agent, credit, by: by.to_owned(), outcome: outcome.to_owned() });
    }

    /// A reopening, or a customer message after a close; on an open conversation it has no effect. It takes the last
    /// close's resolution back unless the policy of this moment says `count_each`.
    pub fn reopen(&mut self, event: &Event) {
        if self.is_open {
            return;
        }
        self.is_open = true;
        self.reopening = Some(self.credit(event, self.assignee.clone()));
        if self.policy(event.at_ms).count_each {
            self.state_resolution();
        } else {
            self.resolution.clear();
        }
        let agent_of_close = self.closes.last().and_then(|close| close.credit.agent.clone());
        self.state(event, agent_of_close, Kind::Reopened);
    }

    /// The last close's resolution stands for good.
    pub fn state_resolution(&mut self) {
        self.facts.append(&mut self.resolution);
    }

    /// From the first customer message before the close, or the start, never below 0.
    fn resolve(&mut self, credit: &Credit) {
        let value_ms = (credit.at_ms - self.resolution_start_ms()).max(0);
        self.resolution.push(Fact { credit: credit.clone(), kind: Kind::Resolved(value_ms) });
        if let Some(target_ms) = self.policy(credit.at_ms).resolution_target_ms {
            let kind = Kind::ResolutionSla(value_ms <= target_ms);
            self.resolution.push(Fact { credit: credit.clone(), kind });
        }
    }

    /// An open conversation is overdue from 1 ms after its target, or from its reopening if that is later; any close
    /// takes it back, so only one that is open now can be (SPEC §4; reading 5).
    pub fn resolution_overdue(&self) -> Option<Fact> {
        if !self.is_open {
            return None;
        }
        let from_ms = self.resolution_start_ms();
        let moment_ms = after_target(from_ms, self.policy(from_ms).resolution_target_ms)?;
        let kind = Kind::ResolutionSla(false);
        match &self.reopening {
            Some(reopening) if reopening.at_ms >= moment_ms => {
                self.has_come(reopening.at_ms).then(|| Fact { credit: reopening.clone(), kind })
            }
            _ => self.overdue_at(Some(moment_ms), kind),
        }
    }

    fn resolution_start_ms(&self) -> i64 {
        self.first_customer_ms.unwrap_or(self.start_ms)
    }
}
