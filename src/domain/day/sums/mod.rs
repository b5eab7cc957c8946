//! What is summed of a day: an index of its facts, kept by whoever asks, brought up to a view by what came since.
//!
//! It can be made anew from the facts at any time. Bucket by bucket it holds the tallies of the account and of each skill,
//! agent by agent a log; beside them who is counted once (contacts, active agents). Nothing here is ever waited for by the
//! fold: it lives where the questions are asked.

mod agent;
mod agent_marks;
mod buckets;
mod contacts;
mod distinct;
mod log;

use crate::domain::bucket::Bucket;
use crate::domain::current::{AgentNow, AgentsNow, StatusSpan};
use crate::domain::event::{Millis, Status};
use crate::domain::fact::{FactKind, Row, Scopes, Stated};
use crate::domain::names::Name;
use crate::domain::scope::ScopeId;
use crate::domain::span::Span;

use super::tally::{Distinct, Times};
use super::view::View;
use agent::Pending;
use agent_marks::AgentMarks;
use buckets::Buckets;
use contacts::Contacts;

pub use agent::AgentSums;
pub use distinct::DistinctInBucket;

/// Buckets between two sweeps of what is older than a day.
const SWEEP_BUCKETS: i64 = 12;

/// The sums of one account's day.
#[derive(Debug)]
pub struct Sums {
    /// Tallies of the account and of skills.
    pub buckets: Buckets,
    /// By agent code: the first is who is shown as `-1`.
    agents: Vec<AgentSums>,
    contacts: Contacts,
    agent_marks: AgentMarks,
    /// What agents did at the last view.
    agents_now: AgentsNow,
    /// Agents with spans that wait.
    stirred: Vec<Option<Name>>,
    /// The bucket at which what is older than a day was last dropped.
    swept: Bucket,
    now: Millis,
}

/// What changed since the last look, each once.
#[derive(Debug, Default)]
pub struct Changed {
    /// Scopes whose windows events changed.
    pub scopes: Vec<ScopeId>,
    /// Buckets that events changed, of the account and of skills; those of agents where they are asked for.
    pub buckets: Vec<(ScopeId, Bucket)>,
}

impl Sums {
    /// Nothing summed yet; buckets of agents are named among the changes if `names_agent_buckets`.
    #[must_use]
    pub fn new(names_agent_buckets: bool) -> Self {
        let oldest = Bucket::of(Millis::MIN / 2);
        Self {
            buckets: Buckets::new(oldest),
            agents: Vec::new(),
            contacts: Contacts::default(),
            agent_marks: AgentMarks::new(names_agent_buckets),
            agents_now: AgentsNow::default(),
            stirred: Vec::new(),
            swept: oldest,
            now: Millis::MIN,
        }
    }

    /// Sums what has been stated since the last view.
    pub fn take_up(&mut self, view: &View) {
        self.now = view.now;
        self.sweep(view.day.oldest);
        for facts in &view.day.buckets {
            let mut cursor = self.buckets.cursor(facts.bucket());
            if facts.is_read(&cursor) {
                continue;
            }
            while let Some(stated) = facts.next(&mut cursor) {
                self.count(facts.bucket(), &stated, view.day.rows.get(stated.row));
            }
            self.buckets.set_cursor(facts.bucket(), cursor);
        }
        self.take_up_agents(&view.current.agents);
        self.take_up_spans();
        self.contacts.settle(&mut self.buckets, &view.day);
        self.buckets.settle(&view.day);
    }

    /// An agent, by code.
    #[must_use]
    pub fn agent(&self, code: usize) -> Option<&AgentSums> {
        self.agents.get(code)
    }

    /// How many agents there may be something of.
    #[must_use]
    pub fn agents(&self) -> usize {
        self.agents.len()
    }

    /// What changed since the last call.
    pub fn drain_changed(&mut self) -> Changed {
        let buckets = self.buckets.drain_changed();
        let mut scopes: Vec<ScopeId> = buckets.iter().map(|(scope, _)| *scope).collect();
        scopes.sort_unstable();
        scopes.dedup();
        let mut changed = Changed { scopes, buckets };
        for code in 0..self.agents.len() {
            if std::mem::take(&mut self.agents[code].changed) {
                self.drain_agent(code, &mut changed);
            }
        }
        changed
    }

    fn drain_agent(&mut self, code: usize, changed: &mut Changed) {
        let agent = Name::from_code(code as u32);
        let kept = self.buckets.oldest()..=Bucket::of(self.now);
        let of_agent = self.agent_marks.take(code, &kept);
        let under = self.agents[code].log.drain_changed().into_iter().map(|skill| ScopeId::AgentSkill(agent, skill));
        for scope in std::iter::once(ScopeId::Agent(agent)).chain(under) {
            changed.scopes.push(scope);
            changed.buckets.extend(of_agent.iter().map(|bucket| (scope, *bucket)));
        }
    }

    /// Drops what is older than a day.
    fn sweep(&mut self, oldest: Bucket) {
        self.buckets.drop_before(oldest);
        if oldest.since(self.swept) < SWEEP_BUCKETS {
            return;
        }
        self.swept = oldest;
        self.contacts.drop_before(oldest);
        let newest = Bucket::of(self.now);
        self.agents.iter_mut().for_each(|agent| agent.drop_before(oldest, newest));
    }

    /// Counts a fact wherever it counts.
    fn count(&mut self, bucket: Bucket, stated: &Stated, row: &Row) {
        match stated.kind {
            FactKind::Visit => return self.count_visit(stated, row),
            FactKind::Online | FactKind::Away => return self.count_status(stated, row),
            _ => {}
        }
        let credit = &row.credit;
        self.buckets.add(bucket, stated, credit.skill);
        if stated.scopes.has(Scopes::AGENT) || stated.scopes.has(Scopes::AGENT_SKILL) {
            self.agent_marks.mark(credit.agent, bucket);
            let agent = self.agent_mut(credit.agent);
            agent.changed = true;
            agent.log.add(bucket, stated, credit.skill);
        }
        match stated.kind {
            FactKind::CustomerMessage => self.contacts.add(bucket, stated, credit, &mut self.buckets),
            FactKind::AgentMessage => self.count_activity(bucket, stated, row),
            _ => {}
        }
    }

    /// A human message: the agent is counted in the bucket of the newest one.
    fn count_activity(&mut self, bucket: Bucket, stated: &Stated, row: &Row) {
        let (now, skill) = (self.now, row.credit.skill);
        let moves = self.agent_mut(row.credit.agent).log.wrote(bucket, stated.sign, skill, now);
        for (scope, [before, after]) in [ScopeId::Skill(skill), ScopeId::Account].into_iter().zip(moves) {
            if before == after {
                continue;
            }
            for (bucket, unit) in before.map(|bucket| (bucket, -1)).into_iter().chain(after.map(|bucket| (bucket, 1))) {
                self.buckets.change(scope, bucket, |tally| tally.count_distinct(Distinct::Agents, unit));
            }
        }
    }

    /// A visit counts part by part in the buckets it crosses, and while the agent is online once more.
    fn count_visit(&mut self, stated: &Stated, row: &Row) {
        let (span, unit, credit) = (stated.span(), stated.sign.unit(), &row.credit);
        for scope in [ScopeId::Account, ScopeId::Skill(credit.skill)] {
            self.add_times(scope, span, |focus_ms| Times { focus_ms, ..Times::default() }, unit);
        }
        self.agent_marks.mark_span(credit.agent, span);
        self.agent_mut(credit.agent).log.touch(credit.skill);
        self.await_span(credit.agent, Pending::Visit(span, credit.skill, unit));
    }

    /// Time online and away; the visits in it follow.
    fn count_status(&mut self, stated: &Stated, row: &Row) {
        let status = if stated.kind == FactKind::Online { Status::Online } else { Status::Away };
        let (held, unit) = (StatusSpan { status, span: stated.span() }, stated.sign.unit());
        self.add_times(ScopeId::Account, held.span, |ms| Times::of_status(status, ms), unit);
        self.agent_marks.mark_span(row.credit.agent, held.span);
        self.await_span(row.credit.agent, Pending::Status(held, unit));
    }

    /// Has a span of an agent wait for the others that came with it.
    fn await_span(&mut self, agent: Option<Name>, pending: Pending) {
        let one = self.agent_mut(agent);
        one.changed = true;
        if one.await_span(pending) {
            self.stirred.push(agent);
        }
    }

    /// Takes up the spans of agents that wait, and with them the time of visits while online.
    fn take_up_spans(&mut self) {
        for agent in std::mem::take(&mut self.stirred) {
            let [before, after] = self.agent_mut(agent).take_up();
            for (spans, unit) in [(before, -1), (after, 1)] {
                for span in spans {
                    let times = |focus_online_ms| Times { focus_online_ms, ..Times::default() };
                    self.add_times(ScopeId::Account, span, times, unit);
                }
            }
        }
    }

    /// Adds time spent over a span to the tallies of a scope, bucket by bucket.
    fn add_times(&mut self, scope: ScopeId, span: Span, times: impl Fn(Millis) -> Times, unit: i64) {
        for (bucket, part) in Bucket::cut(span.from.max(self.buckets.oldest().start()), span.to) {
            self.buckets.change(scope, bucket, |tally| tally.add_times(times(part), unit));
        }
    }

    /// Takes up what agents do now. It is in no tally; that it began or ended is a change all the same.
    fn take_up_agents(&mut self, agents: &AgentsNow) {
        let before = std::mem::replace(&mut self.agents_now, agents.clone());
        for (first, page) in agents.changed_since(&before) {
            for (code, now) in (first..).zip(page) {
                let was = before.get(code).copied().unwrap_or_default();
                if was != *now {
                    self.agent_changed(code, was, *now);
                }
            }
        }
    }

    fn agent_changed(&mut self, code: usize, was: AgentNow, now: AgentNow) {
        let agent = Name::from_code(code as u32);
        if was.visit != now.visit {
            for visit in was.visit.into_iter().chain(now.visit) {
                let span = Span { from: visit.since, to: self.now };
                self.agent_mut(agent).log.touch(visit.skill);
                self.agent_marks.mark_span(agent, self.kept(span));
                self.buckets.mark(ScopeId::Account, span);
                self.buckets.mark(ScopeId::Skill(visit.skill), span);
            }
        }
        if (was.status, was.has_lapsed) != (now.status, now.has_lapsed) {
            for (held, unit) in was.status.map(|held| (held, -1)).into_iter().chain(now.status.map(|held| (held, 1))) {
                let span = Span { from: held.span.from, to: self.now };
                self.agent_marks.mark_span(agent, self.kept(span));
                self.buckets.mark(ScopeId::Account, span);
                self.await_span(agent, Pending::StatusNow(held, unit));
            }
        }
        self.agent_mut(agent).changed = true;
    }

    fn kept(&self, span: Span) -> Span {
        Span { from: span.from.max(self.buckets.oldest().start()), to: span.to }
    }

    fn agent_mut(&mut self, agent: Option<Name>) -> &mut AgentSums {
        let code = Name::to_code(agent) as usize;
        if self.agents.len() <= code {
            self.agents.resize_with(code + 1, AgentSums::default);
        }
        &mut self.agents[code]
    }
}
