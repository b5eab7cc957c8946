//! Waits: from a customer's message to a human's, from when they count, and when they are overdue (SPEC §3, §4).

use super::conversation::Conversation;
use super::event::Event;
use super::fact::{Fact, Kind};
use super::time::after_target;

/// A wait, by the places of the events that begin and end it.
#[derive(Clone, Copy)]
pub struct Wait {
    /// The first customer message not yet answered.
    pub begin: usize,
    /// The human message or the close that ended it.
    pub end: Option<usize>,
}

/// A target of a wait, as it was in force at a time.
#[derive(Clone, Copy)]
enum Target {
    Response,
    FirstResponse,
}

impl Conversation<'_> {
    /// Response times, first response, and what is overdue.
    pub fn response_facts(&self) -> Vec<Fact> {
        let waits = self.waits();
        let answered = waits.iter().filter_map(|wait| self.answered(wait));
        let mut facts: Vec<Fact> = answered.flat_map(|(value_ms, end)| self.response(value_ms, end)).collect();
        let unanswered = waits.iter().filter(|wait| self.response_to(wait).is_none());
        facts.extend(unanswered.filter_map(|wait| self.wait_overdue(wait, Target::Response)));
        facts.extend(self.first_response());
        facts
    }

    /// All waits, in their order.
    pub fn waits(&self) -> Vec<Wait> {
        let life = self.life;
        let is_talk = |event: &Event| event.is_customer() || ends_wait(event);
        let begins = |i: &usize| life.last_before(*i, is_talk).is_none_or(|talk| !life.events()[talk].is_customer());
        let begins = life.all(Event::is_customer).into_iter().filter(begins);
        begins.map(|begin| Wait { begin, end: life.first_between(begin, life.len(), ends_wait) }).collect()
    }

    /// The wait that is still running, and the moment from which it counts by now.
    pub fn waiting_since_ms(&self) -> Option<i64> {
        let wait = self.waits().into_iter().find(|wait| wait.end.is_none())?;
        self.counts_from(&wait).map(|from| self.life.at_ms(from))
    }

    /// Whether the first response is overdue, and whether the response to the wait that is still running is.
    pub fn is_overdue(&self) -> (bool, bool) {
        let first = self.first_response();
        let is_overdue = |fact: &Fact| matches!(fact.kind, Kind::FirstResponseSla(false));
        let has_none = !first.iter().any(|fact| matches!(fact.kind, Kind::FirstResponse(_)));
        let running = self.waits().into_iter().find(|wait| wait.end.is_none());
        let response = running.is_some_and(|wait| self.wait_overdue(&wait, Target::Response).is_some());
        (has_none && first.iter().any(is_overdue), response)
    }

    /// Who first ended a wait before the event at `i`.
    pub fn first_responder_before(&self, i: usize) -> Option<String> {
        let responses = self.waits().into_iter().filter_map(|wait| self.response_to(&wait));
        responses.min().filter(|end| *end < i).and_then(|end| self.life.events()[end].writer())
    }

    /// The event from which it counts at its end, or by now: under `handed_off` the first hand-off in it, or its
    /// beginning while the conversation is with humans. What turns it, a hand-off or the first message of a bot, turns
    /// it no more once it has passed a target.
    fn counts_from(&self, wait: &Wait) -> Option<usize> {
        let (life, begin) = (self.life, wait.begin);
        if !self.policy(begin).from_hand_off {
            return Some(begin);
        }
        let until = wait.end.unwrap_or(life.len());
        let hand_off = life.first_between(begin, until, Event::is_hand_off);
        let with_humans = life.first_between(0, begin, |event| event.is_hand_off() || event.is_human()).is_some();
        let with_bot = !with_humans && life.first_between(0, begin, Event::is_bot).is_some();
        let turns = |event: &Event| event.is_hand_off() || (event.is_bot() && !with_humans);
        let turn = life.first_between(begin, until, turns);
        let counts_on = !with_bot && turn.is_none_or(|turn| self.has_passed_a_target(wait, life.at_ms(turn)));
        if counts_on { Some(begin) } else { hand_off }
    }

    /// Whether a wait that counts from its beginning has passed a target before the events of this millisecond.
    fn has_passed_a_target(&self, wait: &Wait, at_ms: i64) -> bool {
        let first = self.can_have_first_response(wait).then_some(Target::FirstResponse);
        let moments = first.into_iter().chain([Target::Response]).filter_map(|target| self.moment(wait.begin, target));
        moments.into_iter().any(|moment_ms| moment_ms <= at_ms)
    }

    /// 1 ms after the target in force at the event from which a wait counts.
    fn moment(&self, from: usize, target: Target) -> Option<i64> {
        let policy = self.policy(from);
        let target_ms = match target {
            Target::Response => policy.response_target_ms,
            Target::FirstResponse => policy.first_response_target_ms,
        };
        after_target(self.life.at_ms(from), target_ms)
    }

    /// A wait without a response that became overdue, before its close.
    fn wait_overdue(&self, wait: &Wait, target: Target) -> Option<Fact> {
        let moment_ms = self.moment(self.counts_from(wait)?, target)?;
        let was_closed = wait.end.is_some_and(|end| self.life.at_ms(end) < moment_ms);
        let kind = match target {
            Target::Response => Kind::ResponseSla(false),
            Target::FirstResponse => Kind::FirstResponseSla(false),
        };
        self.overdue(moment_ms, kind).filter(|_| !was_closed)
    }

    /// The human's message that ended it, if one did.
    fn response_to(&self, wait: &Wait) -> Option<usize> {
        wait.end.filter(|end| self.life.events()[*end].is_human())
    }

    /// The value and the message of a response: from when the wait counted, else from its beginning.
    fn answered(&self, wait: &Wait) -> Option<(i64, usize)> {
        let end = self.response_to(wait)?;
        let from = self.counts_from(wait).unwrap_or(wait.begin);
        Some((self.life.at_ms(end) - self.life.at_ms(from), end))
    }

    fn response(&self, value_ms: i64, end: usize) -> Vec<Fact> {
        let target_ms = self.policy(end).response_target_ms;
        let verdict = target_ms.map(|target_ms| Kind::ResponseSla(value_ms <= target_ms));
        [Some(Kind::Response(value_ms)), verdict].into_iter().flatten().map(|kind| self.fact(end, kind)).collect()
    }

    /// A conversation counts once: by its first response, else by the first of its waits to become overdue
    /// (reading 5).
    fn first_response(&self) -> Vec<Fact> {
        let waits = self.waits();
        if self.human_wrote_first() {
            return Vec::new();
        }
        let Some((value_ms, end)) = waits.iter().find_map(|wait| self.answered(wait)) else {
            let overdue = waits.iter().find_map(|wait| self.wait_overdue(wait, Target::FirstResponse));
            return overdue.into_iter().collect();
        };
        let target_ms = self.policy(end).first_response_target_ms;
        let verdict = target_ms.map(|target_ms| Kind::FirstResponseSla(value_ms <= target_ms));
        [Some(Kind::FirstResponse(value_ms)), verdict].into_iter().flatten().map(|kind| self.fact(end, kind)).collect()
    }

    fn can_have_first_response(&self, wait: &Wait) -> bool {
        !self.human_wrote_first() && self.first_responder_before(wait.begin).is_none()
    }

    fn human_wrote_first(&self) -> bool {
        let first = self.life.first_between(0, self.life.len(), |event| event.is_customer() || event.is_human());
        first.is_some_and(|first| self.life.events()[first].is_human())
    }
}

fn ends_wait(event: &Event) -> bool {
    event.is_human() || event.is_close()
}
