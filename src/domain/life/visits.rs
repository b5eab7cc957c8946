//! Visits: an agent has the conversation open on screen; focus time and handle time come from them (SPEC §3).
//!
//! An agent is in one visit at a time: what ends it elsewhere stands in the timeline as `Left`, put there by `agent`.

use std::collections::{BTreeMap, BTreeSet};

use smallvec::SmallVec;

use super::{Context, State};
use crate::domain::event::Millis;
use crate::domain::fact::{Fact, FactKind, Scopes};
use crate::domain::names::Name;

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

/// A visit began here, or goes on no longer.
#[derive(Debug, Clone, Copy)]
pub struct VisitChange {
    /// Which.
    pub visit: Visit,
    /// Whether it began.
    pub begins: bool,
}

/// The visits that go on, one an agent.
#[derive(Debug, Clone, Default)]
pub(super) struct Visits {
    few: SmallVec<[Visit; OPEN_INLINE]>,
    /// All of them, where there were ever many: then looking through them would take longer than an event.
    many: Option<Box<ManyVisits>>,
}

#[derive(Debug, Clone, Default)]
struct ManyVisits {
    by_agent: BTreeMap<Name, Visit>,
    /// By where they end if nothing else happens.
    by_limit: BTreeSet<(Millis, Name)>,
}

/// Visits kept without an allocation: one agent works on a conversation most of the time.
const OPEN_INLINE: usize = 1;
/// More than this are many.
const FEW: usize = 16;

impl Visits {
    pub(super) fn is_empty(&self) -> bool {
        self.few.is_empty() && self.many.as_ref().is_none_or(|many| many.by_agent.is_empty())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Visit> {
        self.few.iter().chain(self.many.iter().flat_map(|many| many.by_agent.values()))
    }

    /// Where the first of them ends if nothing else happens.
    pub(super) fn first_limit(&self) -> Option<Millis> {
        match &self.many {
            None => self.few.iter().map(Visit::limit).min(),
            Some(many) => many.by_limit.first().map(|(limit, _)| *limit),
        }
    }

    fn of(&self, agent: Name) -> Option<Visit> {
        match &self.many {
            None => self.few.iter().find(|visit| visit.agent == agent).copied(),
            Some(many) => many.by_agent.get(&agent).copied(),
        }
    }

    /// Takes a visit, in place of the one of its agent.
    fn put(&mut self, visit: Visit) {
        if self.many.is_none() && self.few.len() == FEW {
            let mut many = Box::<ManyVisits>::default();
            self.few.drain(..).for_each(|visit| many.put(visit));
            self.many = Some(many);
        }
        match &mut self.many {
            Some(many) => many.put(visit),
            None => match self.few.iter_mut().find(|one| one.agent == visit.agent) {
                Some(one) => *one = visit,
                None => self.few.push(visit),
            },
        }
    }

    fn take(&mut self, agent: Name) -> Option<Visit> {
        match &mut self.many {
            None => {
                let place = self.few.iter().position(|visit| visit.agent == agent)?;
                Some(self.few.remove(place))
            }
            Some(many) => many.take(agent),
        }
    }

    fn take_all(&mut self) -> Self {
        std::mem::take(self)
    }

    /// Takes those that end before a moment if nothing else happens.
    fn take_before(&mut self, moment: Millis) -> Self {
        let mut taken = Self::default();
        let ends = |visit: &Visit| visit.limit() < moment;
        taken.few.extend(self.few.iter().copied().filter(ends));
        self.few.retain(|visit| !ends(visit));
        if let Some(many) = &mut self.many {
            while let Some((_, agent)) = many.by_limit.first().copied().filter(|(limit, _)| *limit < moment) {
                taken.few.extend(many.take(agent));
            }
        }
        taken
    }
}

impl ManyVisits {
    fn put(&mut self, visit: Visit) {
        if let Some(before) = self.by_agent.insert(visit.agent, visit) {
            self.by_limit.remove(&(before.limit(), before.agent));
        }
        self.by_limit.insert((visit.limit(), visit.agent));
    }

    fn take(&mut self, agent: Name) -> Option<Visit> {
        let visit = self.by_agent.remove(&agent)?;
        self.by_limit.remove(&(visit.limit(), agent));
        Some(visit)
    }
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
    pub(super) fn focus(&mut self, at: Millis, agent: Name, cx: &mut Context<'_>) {
        match self.visits.of(agent) {
            Some(visit) => self.visits.put(Visit { last_action_at: at, ..visit }),
            None => {
                let (cap_ms, skill) = (cx.policies.at(at).visit_cap_ms, self.skill);
                let visit = Visit { agent, skill, since: at, last_action_at: at, cap_ms, replied: false };
                self.visits.put(visit);
                cx.visits.push(VisitChange { visit, begins: true });
            }
        }
    }

    pub(super) fn act_in_visit(&mut self, at: Millis, agent: Name) {
        if let Some(visit) = self.visits.of(agent) {
            self.visits.put(Visit { last_action_at: at, replied: true, ..visit });
        }
    }

    pub(super) fn leave(&mut self, at: Millis, agent: Name, cx: &mut Context<'_>) {
        if let Some(visit) = self.visits.take(agent) {
            self.end_visit(&visit, at, cx);
        }
    }

    pub(super) fn end_visits(&mut self, at: Millis, cx: &mut Context<'_>) {
        for visit in self.visits.take_all().iter() {
            self.end_visit(visit, at, cx);
        }
    }

    /// Ends the visits that nothing has kept alive up to `due`.
    pub(super) fn fire_visits(&mut self, due: Millis, cx: &mut Context<'_>) {
        let silent_until = self.silent_until(cx);
        let ended = if silent_until < due { self.visits.take_all() } else { self.visits.take_before(due) };
        for visit in ended.iter() {
            self.end_visit(visit, visit.limit().min(silent_until), cx);
        }
    }

    fn end_visit(&mut self, visit: &Visit, at: Millis, cx: &mut Context<'_>) {
        let Visit { agent, skill, since, replied, .. } = *visit;
        let length_ms = at - since;
        self.finished.push(Finished { agent, skill, length_ms, replied });
        cx.visits.push(VisitChange { visit: *visit, begins: false });
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
        let mut visits: SmallVec<[Finished; 4]> = visits.into();
        visits.sort_unstable_by_key(|visit| part(visit));
        for of_it in visits.chunk_by(|a, b| part(a) == part(b)) {
            self.state_sum(at, scopes, part(&of_it[0]), of_it, cx);
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
}
