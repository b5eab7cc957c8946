//! Who waits for whom: from when a wait counts, response time, first response time, and what becomes overdue (SPEC §3, §4).

use super::{Context, State};
use crate::domain::event::Millis;
use crate::domain::fact::{Fact, FactKind, Judged};
use crate::domain::names::Name;
use crate::domain::policy::{FrtStart, Policy};

/// A customer waits for a human.
#[derive(Debug, Clone)]
pub(super) struct Wait {
    /// The first message not yet answered.
    since: Millis,
    counting: Counting,
    /// Whether a bot stops it: it counts from a hand-off, and there was none yet, nor did humans take part.
    bot_stops: bool,
    response_due: Option<Millis>,
    first_due: Option<Millis>,
    /// Stated once the response is overdue; the response replaces it.
    overdue: Option<Box<Fact>>,
}

/// Whether a wait counts: for response time, first response, their targets and the live state alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counting {
    /// Not until a bot hands the conversation to humans.
    NotYet,
    /// From its beginning, and until a hand-off from there.
    UntilHandOff(Millis),
    /// From here, whatever comes: it began so, it was handed off, or it has passed a target.
    Settled(Millis),
}

/// Which of its targets a wait has missed.
#[derive(Debug, Clone, Copy)]
struct Missed {
    response: bool,
    first: bool,
}

/// The first response of a conversation, once.
#[derive(Debug, Clone, Default)]
pub(super) enum First {
    /// Nobody has responded yet.
    #[default]
    Awaited,
    /// Nor in time; the response will replace it.
    Overdue(Box<Fact>),
    /// It has been stated.
    Given,
    /// A human wrote before any customer.
    Never,
}

impl First {
    /// Whether nobody has responded yet, nor in time.
    pub(super) fn is_overdue(&self) -> bool {
        matches!(self, Self::Overdue(_))
    }
}

impl Wait {
    /// Whether the response is overdue.
    pub(super) fn is_overdue(&self) -> bool {
        self.overdue.is_some()
    }

    /// From when it counts, if it does.
    pub(super) fn counts_from(&self) -> Option<Millis> {
        match self.counting {
            Counting::NotYet => None,
            Counting::UntilHandOff(from) | Counting::Settled(from) => Some(from),
        }
    }

    /// Its targets run from `from`; what is overdue already stays so.
    fn expect(&mut self, from: Millis, policy: &Policy, can_be_first: bool) {
        let due = |target: Option<Millis>| target.map(|target| from + target + 1);
        self.response_due = due(policy.response_target_ms);
        self.first_due = due(policy.first_response_target_ms).filter(|_| can_be_first);
    }

    fn expect_nothing(&mut self) {
        (self.response_due, self.first_due) = (None, None);
    }

    /// Which targets it misses at `due`; each once.
    fn misses(&mut self, due: Millis) -> Missed {
        let is_due = |moment: &mut Option<Millis>| moment.take_if(|moment| *moment <= due).is_some();
        let missed = Missed { response: is_due(&mut self.response_due), first: is_due(&mut self.first_due) };
        if let (true, Some(from)) = (missed.response || missed.first, self.counts_from()) {
            self.counting = Counting::Settled(from);
        }
        missed
    }
}

impl State {
    pub(super) fn customer_wrote(&mut self, at: Millis, contact: Option<Name>, characters: u32, cx: &mut Context<'_>) {
        self.snoozed_until = None;
        self.talk.customer(at, characters, contact);
        let contact = contact.or(self.known.contact);
        self.reopen(at, contact, cx);
        self.state_message(FactKind::CustomerMessage, at, contact, cx);
        if self.first_customer_at.is_none() {
            self.first_customer_at = Some(at);
            self.restart_resolution_clock(at, cx);
        }
        if self.wait.is_none() {
            self.wait = Some(self.begin_wait(at, cx.policies.at(at)));
        }
    }

    /// An out-of-office reply and the like: nobody waits because of it.
    pub(super) fn customers_program_wrote(&mut self, at: Millis, contact: Option<Name>, cx: &mut Context<'_>) {
        self.state_message(FactKind::AutomatedMessage, at, contact.or(self.known.contact), cx);
    }

    fn state_message(&self, kind: FactKind, at: Millis, contact: Option<Name>, cx: &mut Context<'_>) {
        let mut message = self.fact(kind, at, self.assignee);
        message.credit.contact = contact;
        cx.state(message);
    }

    fn begin_wait(&self, since: Millis, policy: &Policy) -> Wait {
        let with_humans = self.handed_off || self.last_human.is_some();
        let (counting, bot_stops) = match policy.frt_start {
            FrtStart::FirstCustomerMessage => (Counting::Settled(since), false),
            FrtStart::HandedOff if self.last_bot.is_some() && !with_humans => (Counting::NotYet, true),
            FrtStart::HandedOff => (Counting::UntilHandOff(since), !with_humans),
        };
        let mut wait = Wait { since, counting, bot_stops, response_due: None, first_due: None, overdue: None };
        if counting != Counting::NotYet {
            wait.expect(since, policy, self.can_have_first());
        }
        wait
    }

    pub(super) fn hand_off(&mut self, at: Millis, cx: &Context<'_>) {
        self.handed_off = true;
        let can_have_first = self.can_have_first();
        let Some(wait) = &mut self.wait else { return };
        match wait.counting {
            Counting::Settled(_) => {}
            Counting::NotYet | Counting::UntilHandOff(_) => {
                wait.counting = Counting::Settled(at);
                wait.expect(at, cx.policies.at(at), can_have_first);
            }
        }
    }

    pub(super) fn bot_wrote(&mut self, at: Millis, agent: Name, cx: &mut Context<'_>) {
        self.snoozed_until = None;
        self.talk.last_message_at = Some(at);
        self.last_bot = Some(agent);
        cx.state(self.fact(FactKind::AutomatedMessage, at, Some(agent)));
        if let Some(wait) = self.wait.as_mut().filter(|wait| wait.bot_stops) {
            match wait.counting {
                Counting::UntilHandOff(_) => {
                    wait.counting = Counting::NotYet;
                    wait.expect_nothing();
                }
                Counting::NotYet | Counting::Settled(_) => {}
            }
        }
    }

    pub(super) fn human_wrote(&mut self, at: Millis, agent: Name, characters: u32, cx: &mut Context<'_>) {
        self.snoozed_until = None;
        self.talk.human(at, characters, self.first_customer_at.is_some());
        self.last_human = Some(agent);
        self.act_in_visit(at, agent);
        cx.state(self.fact(FactKind::AgentMessage, at, Some(agent)));
        if self.first_customer_at.is_none() {
            self.first = First::Never;
            cx.state(self.fact(FactKind::Proactive, at, Some(agent)));
        }
        if let Some(wait) = self.wait.take() {
            self.respond(at, agent, &wait, cx);
        }
    }

    fn respond(&mut self, at: Millis, agent: Name, wait: &Wait, cx: &mut Context<'_>) {
        let policy = cx.policies.at(at);
        if let Some(overdue) = &wait.overdue {
            cx.retract(**overdue);
        }
        let value = at - wait.counts_from().unwrap_or(wait.since);
        let kind = FactKind::response(Judged::by(policy.response_target_ms, value));
        cx.state(Fact { value, ..self.fact(kind, at, Some(agent)) });
        self.respond_first(at, agent, value, cx);
        self.first_responder = self.first_responder.or(Some(agent));
    }

    fn respond_first(&mut self, at: Millis, agent: Name, value: Millis, cx: &mut Context<'_>) {
        match &self.first {
            First::Given | First::Never => return,
            First::Overdue(overdue) => cx.retract(**overdue),
            First::Awaited => {}
        }
        self.first = First::Given;
        let kind = FactKind::first_response(Judged::by(cx.policies.at(at).first_response_target_ms, value));
        cx.state(Fact { value, ..self.fact(kind, at, Some(agent)) });
    }

    /// The moment at which the current wait becomes overdue next; `Millis::MAX` if none does.
    pub(super) fn waits_due(&self) -> Millis {
        let Some(wait) = &self.wait else { return Millis::MAX };
        wait.response_due.unwrap_or(Millis::MAX).min(wait.first_due.unwrap_or(Millis::MAX))
    }

    /// States what becomes overdue at `due`, for the assignee and skill of this moment. A wait that has passed a target
    /// counts on as it did.
    pub(super) fn fire_waits(&mut self, due: Millis, cx: &mut Context<'_>) {
        let overdue = |kind| self.fact(kind, due, self.assignee);
        let (response, first) = (overdue(FactKind::ResponseOverdue), overdue(FactKind::FirstResponseOverdue));
        let Some(wait) = &mut self.wait else { return };
        let missed = wait.misses(due);
        if missed.response {
            wait.overdue = Some(Box::new(response));
            cx.state(response);
        }
        if let (true, First::Awaited) = (missed.first, &self.first) {
            self.first = First::Overdue(Box::new(first));
            cx.state(first);
        }
    }

    /// Whether the conversation can still have a first response, overdue or not.
    fn can_have_first(&self) -> bool {
        match self.first {
            First::Awaited | First::Overdue(_) => true,
            First::Given | First::Never => false,
        }
    }
}
