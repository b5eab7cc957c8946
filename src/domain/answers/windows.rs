//! Metrics over rolling windows.

use super::metrics::Metrics;
use super::{Answers, PerWindow, numbers};
use crate::domain::bucket::Bucket;
use crate::domain::day::sums::{AgentSums, Logged};
use crate::domain::day::tally::{Distinct, Tally, Times};
use crate::domain::day::window::Windows;
use crate::domain::event::Millis;
use crate::domain::names::Name;
use crate::domain::scope::{Scope, ScopeId, ScopeKind};
use crate::domain::span::Span;

/// Milliseconds in a minute.
const MINUTE_MS: i64 = 60_000;
/// So many scopes of an agent are summed at once: a bound on what is held meanwhile.
const READ_AT_ONCE: usize = 256;

/// What there is to say of a scope.
#[derive(Debug, PartialEq)]
pub struct Over {
    /// For each of the windows, in the order of the question.
    pub metrics: PerWindow,
    /// The newest bucket of the last day in which it has anything that stands; none where it has nothing. What still runs
    /// is not looked at: it is active now, as its rates tell.
    pub active: Option<Bucket>,
}

impl Answers {
    /// One scope over each of the windows (minutes, 1–1440), in their order.
    #[must_use]
    pub fn window_metrics(&self, scope: &Scope, minutes: &[u32]) -> Vec<Metrics> {
        match self.find(scope) {
            Some(id) => self.over(id, &Windows::at(self.now(), minutes)),
            None => minutes.iter().map(|_| self.nothing(scope.kind())).collect(),
        }
    }

    /// Every scope of a kind over each of the windows, sorted by skill, agent.
    #[must_use]
    pub fn all_window_metrics(&self, kind: ScopeKind, minutes: &[u32]) -> Vec<(Scope, Vec<Metrics>)> {
        let windows = Windows::at(self.now(), minutes);
        let ids = self.scope_ids(kind);
        let over = self.over_all(&ids, &windows).map(|over| over.metrics.iter().cloned().collect());
        let mut all: Vec<_> = ids.iter().map(|id| self.view.names.scope(*id)).zip(over).collect();
        all.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        all
    }

    /// One scope over each of the windows.
    #[must_use]
    pub fn over(&self, scope: ScopeId, windows: &Windows) -> Vec<Metrics> {
        let over = self.over_all(&[scope], windows).next().expect("one of each scope");
        over.metrics.iter().cloned().collect()
    }

    /// Scopes over each of the windows, in their order, of which none is the same as another: summed as they are taken. Those
    /// of an agent cost little more than one of them where they stand together.
    pub fn over_all<'a>(&'a self, scopes: &'a [ScopeId], windows: &'a Windows) -> impl Iterator<Item = Over> {
        let together = scopes.chunk_by(|a, b| a.is_of_agent() && a.agent() == b.agent());
        together.flat_map(|same| same.chunks(READ_AT_ONCE)).flat_map(|some| match some[0].agent() {
            None => vec![self.tallied_over(some[0], windows)],
            Some(agent) => self.agent_over(agent, some, windows),
        })
    }

    fn tallied_over(&self, scope: ScopeId, windows: &Windows) -> Over {
        let parts = self.sums.buckets.parts(scope, windows);
        let numbers = |tallies: Vec<Tally>| tallies.iter().map(|tally| self.tallied(scope, tally)).collect::<Vec<_>>();
        let metrics = if self.running.has_any(scope) {
            let mut tallies = windows.sum(parts);
            for (place, span) in windows.spans() {
                tallies[place].add_times(self.running.times(scope, span, &self.sums), 1);
            }
            numbers(tallies).into()
        } else {
            let (tallies, places) = windows.distinct(parts);
            PerWindow::placed(numbers(tallies), places)
        };
        Over { metrics, active: self.still_kept(self.sums.buckets.newest(scope)) }
    }

    /// One scope from a bucket on up to now.
    pub(super) fn since(&self, scope: ScopeId, from: Bucket) -> Metrics {
        let span = Span { from: from.start(), to: self.now() };
        if scope.is_of_agent() {
            let minutes = u32::try_from((span.to - span.from) / MINUTE_MS).unwrap_or(u32::MAX);
            return self.over(scope, &Windows::at(self.now(), &[minutes])).remove(0);
        }
        let mut tally = self.sums.buckets.since(scope, from);
        tally.add_times(self.running.times(scope, span, &self.sums), 1);
        self.tallied(scope, &tally)
    }

    /// The numbers of the account or of a skill.
    pub(super) fn tallied(&self, scope: ScopeId, tally: &Tally) -> Metrics {
        let (availability, utilisation) = numbers::presence(tally.times());
        let has_presence = scope == ScopeId::Account;
        Metrics {
            unique_contacts: Some(tally.distinct(Distinct::Contacts)),
            availability: has_presence.then_some(availability),
            utilisation: has_presence.then_some(utilisation),
            minimum_n: self.view.policy().minimum_n,
            ..Metrics::from(tally)
        }
    }

    /// Scopes of an agent, alone or under skills.
    fn agent_over(&self, agent: Option<Name>, scopes: &[ScopeId], windows: &Windows) -> Vec<Over> {
        let code = Name::to_code(agent) as usize;
        let nothing = |kind| windows.spans().map(|_| self.nothing(kind)).collect::<Vec<Metrics>>().into();
        let Some(sums) = self.sums.agent(code) else {
            return scopes.iter().map(|scope| Over { metrics: nothing(scope.kind()), active: None }).collect();
        };
        let skills: Vec<Option<Option<Name>>> = scopes.iter().map(|scope| scope.skill()).collect();
        let logged = sums.log.over(&skills, windows).into_iter();
        skills.iter().zip(logged).map(|(skill, logged)| self.of_agent(code, sums, *skill, logged, windows)).collect()
    }

    /// An agent, alone (`skill` is `None`) or under a skill.
    fn of_agent(
        &self,
        code: usize,
        sums: &AgentSums,
        skill: Option<Option<Name>>,
        Logged { parts, newest }: Logged,
        windows: &Windows,
    ) -> Over {
        let wrote = self.sums.wrote(Name::from_code(code as u32), skill);
        let wrote_in = |span: Span| wrote.is_some_and(|bucket| bucket.start() >= span.from);
        let minimum_n = self.view.policy().minimum_n;
        let (tallies, of_window) = windows.distinct(parts);
        let starts: Vec<Millis> = windows.spans().map(|(_, span)| span.from).collect();
        let times = self.agent_times(code, sums, skill, &starts, windows.now());
        // All that tells a window from others: those that tell the same have the same numbers.
        let told = windows.spans().zip(times);
        let told = told.map(|((place, span), times)| (of_window[place], wrote_in(span), times)).collect::<Vec<_>>();
        let several = told.chunk_by(PartialEq::eq).count();
        let (mut distinct, mut places, mut last) = (Vec::with_capacity(several), vec![0; told.len()], None);
        for ((place, _), one) in windows.spans().zip(&told) {
            if last.replace(one) != Some(one) {
                let (tally, has_written, times) = *one;
                let active_agents = u64::from(has_written);
                let metrics = Metrics { active_agents, minimum_n, ..Metrics::from(&tallies[usize::from(tally)]) };
                distinct.push(metrics.with_agent_times(times, skill.is_none()));
            }
            places[place] = distinct.len() as u16 - 1;
        }
        let metrics = PerWindow::placed(distinct, places.into());
        Over { metrics, active: self.still_kept(self.active(sums, skill, newest)) }
    }

    /// The times of an agent in frames that end together at `to`, those that run included.
    pub(super) fn agent_times(
        &self,
        code: usize,
        sums: &AgentSums,
        skill: Option<Option<Name>>,
        starts: &[Millis],
        to: Millis,
    ) -> Vec<Times> {
        let visit = self.view.current.agents.get(code).and_then(|now| now.visit);
        let visit = visit.filter(|visit| skill.is_none_or(|skill| skill == visit.skill));
        let goes_on = visit.map(|visit| Span { from: visit.since, to: self.now() });
        sums.times(goes_on, skill, starts, to)
    }
}
