//! Closing and reopening: who closed, how, after how long, and what a reopening takes back (SPEC §3, resolution).

use super::{Context, Phase, State};
use crate::domain::event::{Millis, Outcome, Side};
use crate::domain::fact::{Fact, FactKind, Judged};
use crate::domain::names::Name;
use crate::domain::policy::Reopen;
use crate::domain::timeline::Entry;

/// The last close that had an effect.
#[derive(Debug, Clone)]
pub(super) struct Close {
    pub(super) at: Millis,
    /// The agent the event itself named.
    pub(super) own_agent: Option<Name>,
    /// Whom the close, its resolution and its reopening are credited to.
    credited: Option<Name>,
    /// What a reopening takes back.
    resolution: Option<Fact>,
}

impl State {
    pub(super) fn close(
        &mut self,
        entry: &Entry,
        own_agent: Option<Name>,
        closed_by: Side,
        outcome: Option<Outcome>,
        cx: &mut Context<'_>,
    ) {
        let at = entry.key.at;
        let outcome = outcome.unwrap_or(cx.policies.at(at).system_close);
        let credited = own_agent.or(self.last_human).or(self.assignee);
        if self.phase == Phase::Closed {
            cx.state(self.fact(FactKind::ClosedAgain, at, credited));
            return;
        }
        cx.state(self.fact(FactKind::closed(closed_by), at, credited));
        if outcome == Outcome::Abandoned {
            cx.state(self.fact(FactKind::Abandoned, at, credited));
        }
        self.end_visits(at, cx);
        self.state_handle_time(at, credited, cx);
        self.end_waits(cx);
        let resolution = (outcome == Outcome::Resolved).then(|| self.resolution(at, (credited, closed_by), cx));
        if let Some(resolution) = resolution {
            cx.state(resolution);
        }
        self.phase = Phase::Closed;
        let close = Close { at, own_agent, credited, resolution };
        match &mut self.last_close {
            Some(last) => **last = close,
            None => self.last_close = Some(Box::new(close)),
        }
        if closed_by == Side::Agent && outcome != Outcome::Spam {
            self.decide_request(entry, credited, cx);
        }
    }

    /// Opens the conversation again if it is closed; `contact` is who reopened it.
    pub(super) fn reopen(&mut self, at: Millis, contact: Option<Name>, cx: &mut Context<'_>) {
        if self.phase != Phase::Closed {
            return;
        }
        self.phase = Phase::Open;
        let close = self.last_close.as_mut().expect("what is closed was closed");
        let resolution = close.resolution.take();
        let credited = close.credited;
        self.counts_from = match cx.policies.at(at).reopen {
            Reopen::Retract => {
                if let Some(resolution) = resolution {
                    cx.retract(resolution);
                    let scopes = self.fact(FactKind::ResolutionReopened, at, credited).scopes;
                    cx.state(Fact { kind: FactKind::ResolutionReopened, scopes, ..resolution });
                }
                None
            }
            Reopen::CountEach => Some(at),
        };
        let mut reopened = self.fact(FactKind::Reopened, at, credited);
        reopened.credit.contact = contact;
        cx.state(reopened);
        self.start_resolution_clock(at, cx);
    }

    /// A close ends a wait without a response; what was overdue by then stays, but for the resolution.
    fn end_waits(&mut self, cx: &mut Context<'_>) {
        self.wait = None;
        self.snoozed_until = None;
        self.resolution_due = None;
        if let Some(overdue) = self.resolution_overdue.take() {
            cx.retract(*overdue);
        }
    }

    fn resolution(&self, at: Millis, (credited, side): (Option<Name>, Side), cx: &Context<'_>) -> Fact {
        // A `conversation_started` may come after the close.
        let value = (at - self.resolution_clock()).max(0);
        let judged = Judged::by(cx.policies.at(at).resolution_target_ms, value);
        let fact = self.fact(FactKind::resolved(judged), at, credited);
        Fact { value, scopes: fact.scopes.resolved_by(side), ..fact }
    }

    /// Where the resolution time starts: at a reopening after which each resolution counts; else with the first customer
    /// message so far, or the start.
    fn resolution_clock(&self) -> Millis {
        self.counts_from.or(self.first_customer_at).unwrap_or(self.known.start_at)
    }

    /// What was opened or reopened at `opened_at` becomes overdue 1 ms after the target, or at once where that has passed.
    pub(super) fn start_resolution_clock(&mut self, opened_at: Millis, cx: &Context<'_>) {
        let began = self.resolution_clock();
        let target = cx.policies.at(began).resolution_target_ms;
        self.resolution_due = target.map(|target| (began + target + 1).max(opened_at));
    }

    /// The first customer message moves the clock, and takes back what was overdue by the old one.
    pub(super) fn restart_resolution_clock(&mut self, at: Millis, cx: &mut Context<'_>) {
        if self.counts_from.is_some() {
            return;
        }
        if let Some(overdue) = self.resolution_overdue.take() {
            cx.retract(*overdue);
        }
        self.start_resolution_clock(at, cx);
    }

    /// It becomes overdue before the events of its millisecond, even where one of them opened it.
    pub(super) fn fire_resolution(&mut self, due: Millis, cx: &mut Context<'_>) {
        let Some(at) = self.resolution_due.filter(|at| *at <= due) else { return };
        let before = if at == self.last.at { self.before } else { self.assignment() };
        let mut overdue = self.fact(FactKind::ResolutionOverdue, at, before.assignee);
        (overdue.credit.skill, overdue.credit.topics) = (before.skill, before.topics);
        (self.resolution_due, self.resolution_overdue) = (None, Some(Box::new(overdue)));
        cx.state(overdue);
    }
}
