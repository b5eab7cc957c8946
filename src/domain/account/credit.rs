//! What a stated or retracted fact changes: facts, tallies, the agent's log, distinct counts.

use super::Account;
use super::life::Recent;
use crate::domain::bucket::Bucket;
use crate::domain::day::buckets::Tallied;
use crate::domain::day::tally::{Newest, Times};
use crate::domain::day::window::Span;
use crate::domain::event::Millis;
use crate::domain::fact::{Fact, FactKind, Scopes, Sign, Signed};
use crate::domain::names::Name;

impl Account {
    /// Counts a fact wherever it counts. What lies before the day is nobody's question any more.
    pub(super) fn credit(&mut self, signed: &Signed, conversation: u32, recent: &mut Recent) {
        self.flow.count(signed);
        if signed.fact.kind == FactKind::Visit {
            self.credit_visit(signed, conversation, recent);
            return;
        }
        let bucket = Bucket::of(signed.fact.at);
        if bucket < self.buckets.oldest() {
            return;
        }
        self.buckets.add(signed, conversation, &mut recent.row);
        let Fact { kind, scopes, credit, .. } = signed.fact;
        if scopes.has(Scopes::AGENT) || scopes.has(Scopes::AGENT_SKILL) {
            let agent = self.agent(credit.agent);
            agent.changed = true;
            agent.log.add(signed);
            self.agent_buckets.mark(credit.agent, bucket);
        }
        match kind {
            FactKind::CustomerMessage => self.contacts.add(signed, &mut recent.noted, &mut self.buckets),
            FactKind::AgentMessage => self.credit_activity(signed),
            _ => {}
        }
    }

    /// A visit counts part by part in the buckets it crosses, and while the agent is online once more.
    fn credit_visit(&mut self, signed: &Signed, conversation: u32, recent: &mut Recent) {
        let Fact { at, value, credit, .. } = signed.fact;
        let span = Span { from: at, to: at + value };
        for (bucket, part) in Bucket::cut(span.from, span.to) {
            let at = span.from.max(bucket.start());
            let part = Signed { fact: Fact { at, value: part, ..signed.fact }, sign: signed.sign };
            self.buckets.add(&part, conversation, &mut recent.row);
            let times = Times { focus_ms: part.fact.value, ..Times::default() };
            for scope in [Tallied::Account, Tallied::Skill(credit.skill)] {
                self.buckets.add_times(scope, bucket, times, signed.sign.unit());
            }
        }
        self.agent_buckets.mark_span(credit.agent, span);
        self.credit_focus_online(credit.agent, span, signed.sign.unit());
        let oldest = self.buckets.oldest().start();
        let agent = self.agent(credit.agent);
        agent.changed = true;
        agent.log.touch(credit.skill);
        match signed.sign {
            Sign::State if span.to > oldest => agent.visited(span, credit.skill),
            Sign::Retract if span.to > oldest => agent.unvisited(span, credit.skill, oldest),
            Sign::State | Sign::Retract => {}
        }
    }

    fn credit_focus_online(&mut self, agent: Option<Name>, visit: Span, unit: i64) {
        let Some(agent) = self.agents.get(Name::to_code(agent) as usize) else { return };
        let online = agent.presence.online_after(visit.from).map(|online| online.shared(visit));
        let online: Vec<Span> = online.take_while(|shared| shared.from < visit.to).collect();
        for span in online {
            self.add_times_over(span, |focus_online_ms| Times { focus_online_ms, ..Times::default() }, unit);
        }
    }

    /// Adds time spent over a span to the account's tallies, bucket by bucket.
    pub(super) fn add_times_over(&mut self, span: Span, times: impl Fn(Millis) -> Times, unit: i64) {
        let from = span.from.max(self.buckets.oldest().start());
        for (bucket, part) in Bucket::cut(from, span.to) {
            self.buckets.add_times(Tallied::Account, bucket, times(part), unit);
        }
    }

    /// A human message: the agent is counted in the bucket of the newest one.
    fn credit_activity(&mut self, signed: &Signed) {
        let now = self.now;
        let skill = signed.fact.credit.skill;
        let moves = self.agent(signed.fact.credit.agent).log.wrote(signed, now);
        for (scope, [before, after]) in [Tallied::Skill(skill), Tallied::Account].into_iter().zip(moves) {
            if before == after {
                continue;
            }
            for (bucket, unit) in before.map(|bucket| (bucket, -1)).into_iter().chain(after.map(|bucket| (bucket, 1))) {
                self.buckets.change(scope, bucket, |tally| tally.count_newest(Newest::Agent, unit));
            }
        }
    }
}
