//! Visits: an agent has the conversation open on screen; focus time and handle time come from them (SPEC §3).
//!
//! An agent is in one visit at a time: what ends it elsewhere stands in the timeline as `Left`, put there by `agent`.

use smallvec::SmallVec;

use super::{Context, State};
use crate::domain::event::Millis;
use crate::domain::fact::{Fact, FactKind, Scopes};
use crate::domain::names::Name;

/// Visits kept without an allocation: one agent works on a conversation most of the time.
pub(super) const OPEN_INLINE: usize = 1;

/// A visit that goes on.
#[derive(Debug, Clone, Copy)]
pub struct Visit {
    /// Who visits.
    pub agent: Name,
    /// The conversation's skill when it began.
    pub skill: Option<Name>,
    /// When it began.
    pub since: Millis,
    last_action_at: Millis,
    cap_ms: Millis,
    replied: bool,
}

/// A visit that ended since the last close.
#[derive(Debug, Clone, Copy)]
pub(super) struct Finished {
    agent: Name,
    skill: Option<Name>,
    length_ms: Millis,
    replied: bool,
}

impl Visit {
    /// Where it ends if nothing else happens; a millisecond later no action can revive it.
    pub(super) fn limit(&self) -> Millis {
        self.last_action_at.saturating_add(self.cap_ms)
    }
}

impl State {
    pub(super) fn focus(&mut self, at: Millis, agent: Name, cx: &Context<'_>) {
        if self.visits.iter().all(|visit| visit.agent != agent) {
            let cap_ms = cx.policies.at(at).visit_cap_ms;
            let skill = self.skill;
            self.visits.push(Visit { agent, skill, since: at, last_action_at: at, cap_ms, replied: false });
        } else if let Some(visit) = self.visit_of(agent) {
            visit.last_action_at = at;
        }
    }

    pub(super) fn act_in_visit(&mut self, at: Millis, agent: Name) {
        if let Some(visit) = self.visit_of(agent) {
            visit.last_action_at = at;
            visit.replied = true;
        }
    }

    pub(super) fn leave(&mut self, at: Millis, agent: Name, cx: &mut Context<'_>) {
        self.end_visits_where(|visit| (visit.agent == agent).then_some(at), cx);
    }

    pub(super) fn end_visits(&mut self, at: Millis, cx: &mut Context<'_>) {
        self.end_visits_where(|_| Some(at), cx);
    }

    pub(super) fn fire_visits(&mut self, due: Millis, cx: &mut Context<'_>) {
        let silent_until = self.silent_until(cx);
        self.end_visits_where(|visit| Some(visit.limit().min(silent_until)).filter(|limit| *limit < due), cx);
    }

    /// Ends each visit for which `end` gives a moment.
    fn end_visits_where(&mut self, end: impl Fn(&Visit) -> Option<Millis>, cx: &mut Context<'_>) {
        for visit in std::mem::take(&mut self.visits) {
            match end(&visit) {
                None => self.visits.push(visit),
                Some(at) => self.end_visit(&visit, at, cx),
            }
        }
    }

    fn end_visit(&mut self, visit: &Visit, at: Millis, cx: &mut Context<'_>) {
        let Visit { agent, skill, since, replied, .. } = *visit;
        let length_ms = at - since;
        self.finished.push(Finished { agent, skill, length_ms, replied });
        if length_ms > 0 {
            let mut fact = self.fact(FactKind::Visit, since, Some(agent));
            fact.credit.skill = skill;
            cx.state(Fact { value: length_ms, ..fact });
        }
    }

    /// At a close: the sum of the visits since the one before, whole and for each agent and skill that took part.
    pub(super) fn state_handle_time(&mut self, at: Millis, credited: Option<Name>, cx: &mut Context<'_>) {
        let only_replied = cx.policies.at(at).handle_requires_reply;
        let mut visits = std::mem::take(&mut self.finished);
        visits.retain(|visit| visit.replied || !only_replied);
        let Some(first) = visits.first().copied() else { return };
        let alone = visits.iter().all(|visit| (visit.agent, visit.skill) == (first.agent, first.skill));
        if alone {
            self.state_sum(at, Scopes::ALL, (Some(first.agent), first.skill), &visits, cx);
            return;
        }
        self.state_sum(at, Scopes::ACCOUNT, (credited, self.skill), &visits, cx);
        self.state_sums_by(at, Scopes::SKILL, &visits, |visit| (None, visit.skill), cx);
        self.state_sums_by(at, Scopes::AGENT, &visits, |visit| (Some(visit.agent), None), cx);
        self.state_sums_by(at, Scopes::AGENT_SKILL, &visits, |visit| (Some(visit.agent), visit.skill), cx);
    }

    fn state_sums_by(
        &self,
        at: Millis,
        scopes: Scopes,
        visits: &[Finished],
        part: impl Fn(&Finished) -> (Option<Name>, Option<Name>),
        cx: &mut Context<'_>,
    ) {
        let mut parts: SmallVec<[_; 4]> = visits.iter().map(&part).collect();
        parts.sort_unstable();
        parts.dedup();
        for one in parts {
            let of_it: SmallVec<[Finished; 4]> = visits.iter().filter(|visit| part(visit) == one).copied().collect();
            self.state_sum(at, scopes, one, &of_it, cx);
        }
    }

    fn state_sum(
        &self,
        at: Millis,
        scopes: Scopes,
        (agent, skill): (Option<Name>, Option<Name>),
        visits: &[Finished],
        cx: &mut Context<'_>,
    ) {
        let value = visits.iter().map(|visit| visit.length_ms).sum();
        let mut fact = Fact { value, scopes, ..self.fact(FactKind::Handled, at, agent) };
        fact.credit.skill = skill;
        cx.state(fact);
    }

    fn visit_of(&mut self, agent: Name) -> Option<&mut Visit> {
        self.visits.iter_mut().find(|visit| visit.agent == agent)
    }
}
