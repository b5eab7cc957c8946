//! Messages and the waits they begin and end: response times, first responses, and overdue waits (SPEC §3, §4).

use super::event::Event;
use super::fact::{Credit, Fact, Kind};
use super::time::forget_after_ms;
use super::visits::Mark;
use super::walk::Walk;

/// The time from a customer's message until a human answers.
pub struct Wait {
    /// The first customer message not yet answered.
    pub start_ms: i64,
    /// The first hand-off since.
    pub hand_off_ms: Option<i64>,
    /// How it ended.
    pub end: End,
}

/// How a wait ended.
pub enum End {
    /// It did not.
    Running,
    /// A human answered.
    Answered,
    /// A close ended it, without a response.
    Closed(i64),
}

impl Wait {
    /// Whether it was still running when this moment came; a moment is before the events of its millisecond
    /// (reading 2).
    fn reaches(&self, moment_ms: i64) -> bool {
        match self.end {
            End::Running => true,
            End::Answered => false,
            End::Closed(at_ms) => moment_ms <= at_ms,
        }
    }
}

impl Walk<'_> {
    /// The wait that is running, if one is.
    pub fn running_wait(&mut self) -> Option<&mut Wait> {
        self.waits.last_mut().filter(|wait| matches!(wait.end, End::Running))
    }

    /// A bot gave the conversation to humans.
    pub fn hand_off(&mut self, event: &Event) {
        self.was_handed_off = true;
        if let Some(wait) = self.running_wait() {
            wait.hand_off_ms.get_or_insert(event.at_ms);
        }
    }

    /// A customer message opens a closed conversation again, ends a snooze, and begins a wait unless one is running.
    pub fn customer_wrote(&mut self, event: &Event, contact: Option<&String>) {
        self.snooze = None;
        self.reopen(event);
        self.first_customer_ms.get_or_insert(event.at_ms);
        if self.running_wait().is_none() {
            self.waits.push(Wait { start_ms: event.at_ms, hand_off_ms: None, end: End::Running });
        }
        let contact = contact.or(self.started.and_then(|started| started.contact.as_ref())).cloned();
        self.state(event, self.assignee.clone(), Kind::CustomerMessage(contact));
    }

    /// A bot's message answers nothing.
    pub fn bot_wrote(&mut self, event: &Event, agent: &str) {
        self.snooze = None;
        self.last_bot = Some(agent.to_owned());
        self.state(event, self.last_bot.clone(), Kind::AutomatedMessage);
    }

    /// A human message ends the running wait; before any customer message it is proactive.
    pub fn human_wrote(&mut self, event: &Event, agent: &str) {
        self.snooze = None;
        self.mark(event, Mark::Wrote { agent: agent.to_owned() });
        self.last_human = Some(agent.to_owned());
        self.state(event, self.last_human.clone(), Kind::AgentMessage);
        if self.first_customer_ms.is_none() {
            self.human_wrote_first = true;
            self.state(event, self.last_human.clone(), Kind::ProactiveMessage);
        }
        self.answer(event, agent);
    }

    /// A close ends a wait without a response.
    pub fn close_wait(&mut self, event: &Event) {
        if let Some(wait) = self.running_wait() {
            wait.end = End::Closed(event.at_ms);
        }
    }

    fn answer(&mut self, event: &Event, agent: &str) {
        let Some(wait) = self.running_wait() else { return };
        wait.end = End::Answered;
        let (start_ms, hand_off_ms) = (wait.start_ms, wait.hand_off_ms);
        let policy = self.policy(event.at_ms);
        let by = Some(agent.to_owned());
        let value_ms = event.at_ms - start_ms;
        self.state(event, by.clone(), Kind::Response(value_ms));
        if let Some(target_ms) = policy.response_target_ms {
            self.state(event, by.clone(), Kind::ResponseSla(value_ms <= target_ms));
        }
        if self.human_wrote_first || self.first_responder.is_some() {
            return;
        }
        self.first_responder.clone_from(&by);
        let from_ms = hand_off_ms.filter(|_| policy.from_hand_off).unwrap_or(start_ms);
        let value_ms = event.at_ms - from_ms;
        self.state(event, by.clone(), Kind::FirstResponse(value_ms));
        if let Some(target_ms) = policy.first_response_target_ms {
            self.state(event, by, Kind::FirstResponseSla(value_ms <= target_ms));
        }
    }

    /// States the waits that no response has replaced and the open conversation that became overdue (SPEC §4, SLA).
    pub fn state_overdue(&mut self) {
        let mut overdue = Vec::new();
        for wait in &self.waits {
            let moment_ms = self.response_moment(wait).filter(|moment_ms| wait.reaches(*moment_ms));
            overdue.extend(self.overdue_at(moment_ms, Kind::ResponseSla(false)));
        }
        overdue.extend(self.first_response_overdue());
        overdue.extend(self.resolution_overdue());
        self.facts.extend(overdue);
    }

    /// A conversation counts once: by its first response, else by the first of its waits to become overdue.
    fn first_response_overdue(&self) -> Option<Fact> {
        if self.human_wrote_first || self.first_responder.is_some() {
            return None;
        }
        self.waits.iter().find_map(|wait| {
            let moment_ms = self.first_response_moment(wait).filter(|moment_ms| wait.reaches(*moment_ms));
            self.overdue_at(moment_ms, Kind::FirstResponseSla(false))
        })
    }

    fn response_moment(&self, wait: &Wait) -> Option<i64> {
        after_target(wait.start_ms, self.policy(wait.start_ms).response_target_ms)
    }

    /// Under `handed_off` it runs from the first hand-off, with the target of that time (reading 6).
    fn first_response_moment(&self, wait: &Wait) -> Option<i64> {
        let from_hand_off = self.policy(wait.start_ms).from_hand_off;
        let from_ms = if from_hand_off { wait.hand_off_ms? } else { wait.start_ms };
        after_target(from_ms, self.policy(from_ms).first_response_target_ms)
    }

    /// The fact of a moment that has come, for the assignee and skill of that moment.
    pub fn overdue_at(&self, moment_ms: Option<i64>, kind: Kind) -> Option<Fact> {
        let moment_ms = moment_ms.filter(|moment_ms| self.has_come(*moment_ms))?;
        let before = self.history.iter().rfind(|after| after.at_ms < moment_ms)?;
        Some(Fact { credit: Credit { at_ms: moment_ms, ..before.clone() }, kind })
    }

    /// Whether a moment is past, and not beyond the silence that ended the life (reading 9).
    pub fn has_come(&self, moment_ms: i64) -> bool {
        moment_ms <= self.now_ms && moment_ms <= self.life.last_ms + forget_after_ms()
    }
}

/// The moment 1 ms after a target that runs from a given time.
pub fn after_target(from_ms: i64, target_ms: Option<i64>) -> Option<i64> {
    Some(from_ms.saturating_add(target_ms?).saturating_add(1))
}
