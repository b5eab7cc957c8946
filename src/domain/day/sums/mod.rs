//! What is summed of a day: an index of its facts, kept by whoever asks, brought up to a view by what came since.
//!
//! It can be made anew from the facts at any time. Bucket by bucket it holds the tallies of the account and of each skill,
//! agent by agent a log; beside them who is counted once (contacts, active agents). Nothing here is ever waited for by the
//! fold: it lives where the questions are asked.

mod agent;
mod agent_marks;
mod buckets;
mod log;
mod logged;
mod skills;
mod tallies;
mod writers;

use crate::domain::bucket::Bucket;
use crate::domain::compact::growth;
use crate::domain::compact::prefetch::prefetch;
use crate::domain::current::{AgentNow, AgentsNow, StatusSpan};
use crate::domain::event::{Millis, Status};
use crate::domain::fact::{FactKind, Scopes, Stated};
use crate::domain::names::Name;
use crate::domain::scope::ScopeId;
use crate::domain::span::Span;

use super::facts::{Cursor, FactsView};
use super::rows::{Rows, SummedFor};
use super::tally::{Distinct, Times};
use super::view::View;
use agent::Pending;
use agent_marks::AgentMarks;
pub(super) use buckets::greatest_net;
use buckets::{Buckets, Timed};
use writers::Writers;

pub use agent::AgentSums;
pub use logged::Logged;

/// Facts that are taken up together: a loop for each place they go to, which looks ahead on its own.
const TOGETHER: usize = 128;
/// How many facts ahead a loop looks.
const AHEAD: usize = 8;

/// Places that are made in no time.
const FEW: usize = 32;

/// Buckets between two sweeps of what is older than a day.
const SWEEP_BUCKETS: i64 = 12;

/// The sums of one account's day.
#[derive(Debug)]
pub struct Sums {
    /// Tallies of the account and of skills.
    pub buckets: Buckets,
    /// By agent code: the first is who is shown as `-1`.
    agents: Vec<AgentSums>,
    contacts: Writers,
    agents_writing: Writers,
    agent_marks: AgentMarks,
    /// What agents did at the last view.
    agents_now: AgentsNow,
    /// Agents' spans that wait for the others that came with them, with the agents' codes.
    pending: Vec<(u32, Pending)>,
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
            contacts: Writers::new(Distinct::Contacts, oldest),
            agents_writing: Writers::new(Distinct::Agents, oldest),
            agent_marks: AgentMarks::new(names_agent_buckets),
            agents_now: AgentsNow::default(),
            pending: Vec::new(),
            swept: oldest,
            now: Millis::MIN,
        }
    }

    /// Sums what has been stated since the last view.
    pub fn take_up(&mut self, view: &View) {
        self.now = view.now;
        self.sweep(view.day.oldest);
        let mut together = Together::default();
        let is_first = self.buckets.is_empty();
        let mut timed = Vec::new();
        for facts in &view.day.buckets {
            let mut cursor = self.buckets.cursor(facts.bucket());
            let is_whole = cursor == Cursor::default();
            while together.read(facts, &mut cursor, &view.day.rows) {
                self.count(facts.bucket(), &together.facts);
                timed.extend(together.facts.iter().filter_map(|(stated, credit)| Timed::of(stated, credit.skill)));
            }
            self.buckets.set_cursor(facts.bucket(), cursor);
            if is_whole {
                self.buckets.settle_of(facts.bucket(), &timed);
            }
            timed.clear();
            if is_first {
                // What is taken back was stated in the same bucket: of buckets that are read whole no two spans overlap.
                self.take_up_spans();
            }
        }
        self.take_up_agents(&view.current.agents);
        self.take_up_spans();
        self.buckets.settle(&view.day);
    }

    /// Whether they have few places: tallies, of which a single span may fill a day's, and numbers of agents and contacts.
    #[must_use]
    pub fn has_few_places(&self) -> bool {
        self.agents.len() <= FEW && self.contacts.numbers() <= FEW && self.buckets.tallies_of_account() <= FEW
    }

    /// An agent, by code.
    #[must_use]
    pub fn agent(&self, code: usize) -> Option<&AgentSums> {
        self.agents.get(code)
    }

    /// The newest bucket with a human message of an agent, under one skill or all.
    #[must_use]
    pub fn wrote(&self, agent: Option<Name>, skill: Option<Option<Name>>) -> Option<Bucket> {
        match skill {
            None => self.agents_writing.newest(agent?),
            Some(skill) => self.agents_writing.newest_under(agent?, skill),
        }
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
            if self.agents[code].take_changed() {
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
        self.agents_writing.drop_before(oldest);
        self.agents.iter_mut().for_each(|agent| agent.drop_before(oldest));
    }

    /// Counts facts of a bucket wherever they count.
    fn count(&mut self, bucket: Bucket, facts: &[(Stated, SummedFor)]) {
        for fact in facts {
            whose_message(fact).into_iter().for_each(|contact| self.contacts.prefetch(contact));
            whose_reply(fact).into_iter().for_each(|agent| self.agents_writing.prefetch(agent));
        }
        self.buckets.add_all(bucket, facts);
        self.count_for_agents(bucket, facts);
        self.count_writers(bucket, facts);
        for (stated, credit) in facts.iter().filter(|(stated, _)| stated.kind.is_span()) {
            self.count_span(stated, credit);
        }
    }

    fn count_for_agents(&mut self, bucket: Bucket, facts: &[(Stated, SummedFor)]) {
        for (place, (stated, credit)) in facts.iter().enumerate() {
            self.agent_ahead(facts.get(place + 2 * AHEAD)).into_iter().for_each(|agent| prefetch(&agent.log));
            if stated.kind.is_span() || !stated.scopes.has(Scopes(Scopes::AGENT.0 | Scopes::AGENT_SKILL.0)) {
                continue;
            }
            self.agent_marks.mark(credit.agent, bucket);
            self.agent_mut(credit.agent).log.add(bucket, stated, credit.skill);
        }
    }

    fn agent_ahead(&self, fact: Option<&(Stated, SummedFor)>) -> Option<&AgentSums> {
        fact.and_then(|(_, credit)| self.agents.get(Name::to_code(credit.agent) as usize))
    }

    fn count_writers(&mut self, bucket: Bucket, facts: &[(Stated, SummedFor)]) {
        for fact in facts {
            let (sign, skill) = (fact.0.sign, fact.1.skill);
            if let Some(contact) = whose_message(fact) {
                self.contacts.add(bucket, sign, contact, skill, &mut self.buckets);
            }
            if let Some(agent) = whose_reply(fact) {
                self.agents_writing.add(bucket, sign, agent, skill, &mut self.buckets);
            }
        }
    }

    fn count_span(&mut self, stated: &Stated, credit: &SummedFor) {
        if stated.kind == FactKind::Visit {
            self.count_visit(stated, credit);
        } else {
            self.count_status(stated, credit);
        }
    }

    /// A visit counts part by part in the buckets it crosses, and while the agent is online once more.
    fn count_visit(&mut self, stated: &Stated, credit: &SummedFor) {
        let (span, unit) = (stated.span(), stated.sign.unit());
        for scope in [ScopeId::Account, ScopeId::Skill(credit.skill)] {
            self.add_times(scope, span, |focus_ms| Times { focus_ms, ..Times::default() }, unit);
        }
        self.agent_marks.mark_span(credit.agent, span);
        self.agent_mut(credit.agent).log.touch(credit.skill);
        self.await_span(credit.agent, Pending::Visit(span, credit.skill, unit));
    }

    /// Time online and away; the visits in it follow.
    fn count_status(&mut self, stated: &Stated, credit: &SummedFor) {
        let status = if stated.kind == FactKind::Online { Status::Online } else { Status::Away };
        let (held, unit) = (StatusSpan { status, span: stated.span() }, stated.sign.unit());
        self.add_times(ScopeId::Account, held.span, |ms| Times::of_status(status, ms), unit);
        self.agent_marks.mark_span(credit.agent, held.span);
        self.await_span(credit.agent, Pending::Status(held, unit));
    }

    /// Has a span of an agent wait for the others that came with it.
    fn await_span(&mut self, agent: Option<Name>, pending: Pending) {
        self.agent_mut(agent).changed = true;
        self.pending.push((Name::to_code(agent), pending));
    }

    /// Takes up the spans of agents that wait, and with them the time of visits while online.
    fn take_up_spans(&mut self) {
        let mut all = std::mem::take(&mut self.pending);
        all.sort_by_key(|(agent, _)| *agent);
        let mut of_agent = Vec::new();
        for pending in all.chunk_by(|a, b| a.0 == b.0) {
            of_agent.clear();
            of_agent.extend(pending.iter().map(|(_, pending)| *pending));
            let [before, after] = self.agents[pending[0].0 as usize].take_up(&of_agent);
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
            let more = code + 1 - self.agents.len();
            growth::make_room(&mut self.agents, more);
            self.agents.resize_with(code + 1, AgentSums::default);
        }
        &mut self.agents[code]
    }
}

/// The contact whose message a fact is, if it is one and somebody's.
fn whose_message((stated, credit): &(Stated, SummedFor)) -> Option<Name> {
    credit.contact.filter(|_| stated.kind == FactKind::CustomerMessage)
}

/// The agent whose message a fact is, if it is a human's.
fn whose_reply((stated, credit): &(Stated, SummedFor)) -> Option<Name> {
    credit.agent.filter(|_| stated.kind == FactKind::AgentMessage)
}

/// Facts on their way into the sums, and whom they are credited to.
#[derive(Debug, Default)]
struct Together {
    read: Vec<Stated>,
    facts: Vec<(Stated, SummedFor)>,
}

impl Together {
    /// Reads on in a bucket; whether there was anything.
    fn read(&mut self, facts: &FactsView, cursor: &mut Cursor, rows: &Rows) -> bool {
        facts.read(cursor, TOGETHER, &mut self.read);
        self.facts.clear();
        let (mut row, mut credit) = (u64::MAX, SummedFor::default());
        for (place, stated) in self.read.iter().enumerate() {
            if let Some(ahead) = self.read.get(place + AHEAD) {
                rows.prefetch(ahead.row);
            }
            if stated.row != row {
                (row, credit) = (stated.row, rows.summed_for(stated.row));
            }
            self.facts.push((*stated, credit));
        }
        !self.facts.is_empty()
    }
}
