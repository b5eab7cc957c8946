//! Who waits for whom: response time, first response time, and waits that become overdue (SPEC §3, §4).

use super::super::event::Millis;
use super::super::fact::{Fact, FactKind, Judged};
use super::super::intern::Name;
use super::super::policy::{FrtStart, Policy};
use super::{Context, State};

/// A customer waits for a human.
#[derive(Debug, Clone)]
pub(super) struct Wait {
    /// The first message not yet answered.
    pub(super) since: Millis,
    /// The first hand-off in this wait.
    handed_off_at: Option<Millis>,
    /// Where the policy in force when it began starts the first response time.
    frt_start: FrtStart,
    response_due: Option<Millis>,
    first_due: Option<Millis>,
    /// Stated once the response is overdue; the response replaces it.
    overdue: Option<Fact>,
}

/// The first response of a conversation, once.
#[derive(Debug, Clone, Default)]
pub(super) enum First {
    /// Nobody has responded yet.
    #[default]
    Awaited,
    /// Nor in time; the response will replace it.
    Overdue(Fact),
    /// By this agent.
    Given(Name),
    /// A human wrote before any customer.
    Never,
}

impl State {
    pub(super) fn customer_wrote(&mut self, at: Millis, contact: Option<Name>, characters: u32, cx: &mut Context<'_>) {
        self.snoozed_until = None;
        self.talk.customer(at, characters, contact);
        let contact = contact.or(self.known.contact);
        self.reopen(at, contact, cx);
        let mut message = self.fact(FactKind::CustomerMessage, at, self.assignee);
        message.credit.contact = contact;
        cx.state(message);
        if self.first_customer_at.is_none() {
            self.first_customer_at = Some(at);
            self.restart_resolution_clock(cx);
        }
        if self.wait.is_none() {
            self.wait = Some(self.begin_wait(at, cx.policies.at(at)));
        }
    }

    fn begin_wait(&self, since: Millis, policy: &Policy) -> Wait {
        let due = |target: Option<Millis>| target.map(|target| since + target + 1);
        let from_here = policy.frt_start == FrtStart::FirstCustomerMessage && self.awaits_first();
        Wait {
            since,
            handed_off_at: None,
            frt_start: policy.frt_start,
            response_due: due(policy.response_target_ms),
            first_due: due(policy.first_response_target_ms).filter(|_| from_here),
            overdue: None,
        }
    }

    pub(super) fn handed_off(&mut self, at: Millis, cx: &Context<'_>) {
        self.handed_off = true;
        let awaits_first = self.awaits_first();
        let Some(wait) = self.wait.as_mut().filter(|wait| wait.handed_off_at.is_none()) else { return };
        wait.handed_off_at = Some(at);
        if wait.frt_start == FrtStart::HandedOff && awaits_first {
            wait.first_due = cx.policies.at(at).first_response_target_ms.map(|target| at + target + 1);
        }
    }

    pub(super) fn bot_wrote(&mut self, at: Millis, agent: Name, cx: &mut Context<'_>) {
        self.snoozed_until = None;
        self.talk.last_message_at = Some(at);
        self.last_bot = Some(agent);
        cx.state(self.fact(FactKind::AutomatedMessage, at, Some(agent)));
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
        if let Some(overdue) = wait.overdue {
            cx.retract(overdue);
        }
        let value = at - wait.since;
        let kind = FactKind::response(Judged::by(policy.response_target_ms, value));
        cx.state(Fact { value, ..self.fact(kind, at, Some(agent)) });
        self.respond_first(at, agent, wait, cx);
    }

    fn respond_first(&mut self, at: Millis, agent: Name, wait: &Wait, cx: &mut Context<'_>) {
        match self.first {
            First::Given(_) | First::Never => return,
            First::Overdue(overdue) => cx.retract(overdue),
            First::Awaited => {}
        }
        self.first = First::Given(agent);
        let policy = cx.policies.at(at);
        let since = match policy.frt_start {
            FrtStart::FirstCustomerMessage => wait.since,
            FrtStart::HandedOff => wait.handed_off_at.unwrap_or(wait.since),
        };
        let value = at - since;
        let kind = FactKind::first_response(Judged::by(policy.first_response_target_ms, value));
        cx.state(Fact { value, ..self.fact(kind, at, Some(agent)) });
    }

    /// The moments at which the current wait becomes overdue.
    pub(super) fn waits_due(&self) -> impl Iterator<Item = Millis> {
        self.wait.iter().flat_map(|wait| [wait.response_due, wait.first_due]).flatten()
    }

    /// States what became overdue by `due`, for the assignee and skill of this moment.
    pub(super) fn fire_waits(&mut self, due: Millis, cx: &mut Context<'_>) {
        let fact = |kind, at| self.fact(kind, at, self.assignee);
        let Some(wait) = &self.wait else { return };
        let response = wait.response_due.filter(|at| *at <= due).map(|at| fact(FactKind::ResponseOverdue, at));
        let first = wait.first_due.filter(|at| *at <= due).map(|at| fact(FactKind::FirstResponseOverdue, at));
        if let (Some(overdue), Some(wait)) = (response, &mut self.wait) {
            (wait.response_due, wait.overdue) = (None, Some(overdue));
            cx.state(overdue);
        }
        if let (Some(overdue), Some(wait)) = (first, &mut self.wait) {
            wait.first_due = None;
            self.first = First::Overdue(overdue);
            cx.state(overdue);
        }
    }

    pub(super) fn first_responder(&self) -> Option<Name> {
        match self.first {
            First::Given(agent) => Some(agent),
            First::Awaited | First::Overdue(_) | First::Never => None,
        }
    }

    /// Whether a first response can still become overdue: it counts once a conversation.
    fn awaits_first(&self) -> bool {
        matches!(self.first, First::Awaited)
    }
}
