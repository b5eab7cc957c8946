//! Counts the facts of one part of an account in one window into the `metrics` object of SPEC §4.

use super::account::Account;
use super::fact::{About, Fact, Kind};
use super::numbers::{Object, durations, quotient, sla, wilson};
use super::time::Window;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The part of an account that is counted; a fact belongs to it once (SPEC §3, credit).
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// The names that it has, or any of which it may have; `None` is no name.
    pub wanted: Vec<(Dimension, Vec<Option<String>>)>,
}

/// By what an account is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    Agent,
    Skill,
    Line,
    Channel,
    Topic,
    Contact,
    Company,
}

impl Dimension {
    /// The names that something has; of topics it may have several.
    pub fn names(self, agent: Option<&String>, skill: Option<&String>, about: &About) -> Vec<Option<String>> {
        match self {
            Dimension::Agent => vec![agent.cloned()],
            Dimension::Skill => vec![skill.cloned()],
            Dimension::Line => vec![about.line.clone()],
            Dimension::Channel => vec![about.channel.clone()],
            Dimension::Contact => vec![about.contact.clone()],
            Dimension::Company => vec![about.company.clone()],
            Dimension::Topic if about.topics.is_empty() => vec![None],
            Dimension::Topic => about.topics.iter().cloned().map(Some).collect(),
        }
    }
}

impl Part {
    fn holds(&self, agent: Option<&String>, skill: Option<&String>, about: &About) -> bool {
        self.wanted
            .iter()
            .all(|(dimension, any_of)| dimension.names(agent, skill, about).iter().any(|name| any_of.contains(name)))
    }

    fn touches(&self, dimension: Dimension) -> bool {
        self.wanted.iter().any(|(other, _)| *other == dimension)
    }

    fn touches_only(&self, dimensions: &[Dimension]) -> bool {
        self.wanted.iter().all(|(dimension, _)| dimensions.contains(dimension))
    }
}

/// The facts of one part in one window.
struct Counted<'a> {
    account: &'a Account<'a>,
    part: &'a Part,
    window: Window,
    facts: Vec<&'a Fact>,
}

/// The `metrics` object.
pub fn metrics(account: &Account, part: &Part, window: Window) -> Value {
    let credited =
        |fact: &&Fact| part.holds(fact.credit.agent.as_ref(), fact.credit.skill.as_ref(), &fact.credit.about);
    let facts = account.facts.iter().filter(credited).filter(|fact| window.holds(fact.credit.at_ms)).collect();
    Counted { account, part, window, facts }.metrics()
}

impl Counted<'_> {
    fn metrics(&self) -> Value {
        let minimum_n = self.account.policy.minimum_n;
        let by = |who: &str| self.count(|kind| matches!(kind, Kind::Closed(by) if by == who));
        let object = Object::default()
            .with("csat", self.csat())
            .with("mood", self.mood())
            .with(
                "first_response",
                self.durations(|kind| if let Kind::FirstResponse(ms) = kind { Some(*ms) } else { None }),
            )
            .with("response", self.durations(|kind| if let Kind::Response(ms) = kind { Some(*ms) } else { None }))
            .with("resolution", self.durations(|kind| if let Kind::Resolved(ms) = kind { Some(*ms) } else { None }))
            .with("handle", durations(self.handle_ms(), minimum_n))
            .with(
                "first_response_sla",
                self.sla(|kind| if let Kind::FirstResponseSla(ok) = kind { Some(*ok) } else { None }),
            )
            .with("response_sla", self.sla(|kind| if let Kind::ResponseSla(ok) = kind { Some(*ok) } else { None }))
            .with("resolution_sla", self.sla(|kind| if let Kind::ResolutionSla(ok) = kind { Some(*ok) } else { None }))
            .with("conversations_started", self.count(|kind| matches!(kind, Kind::Started)))
            .with("closed", self.count(|kind| matches!(kind, Kind::Closed(_))))
            .with("closed_by", json!({"agent": by("agent"), "customer": by("customer"), "system": by("system")}))
            .with("resolved", self.count(|kind| matches!(kind, Kind::Resolved(_))))
            .with("abandoned", self.count(|kind| matches!(kind, Kind::Abandoned)))
            .with("reopened", self.count(|kind| matches!(kind, Kind::Reopened)))
            .with("customer_messages", self.count(|kind| matches!(kind, Kind::CustomerMessage(_))))
            .with("agent_messages", self.count(|kind| matches!(kind, Kind::AgentMessage)))
            .with("automated_messages", self.count(|kind| matches!(kind, Kind::AutomatedMessage)))
            .with("proactive_messages", self.count(|kind| matches!(kind, Kind::ProactiveMessage)))
            .with("active_agents", self.active_agents())
            .with("focus_ms", self.focus_ms());
        let has_contacts = !self.part.touches(Dimension::Agent);
        let has_presence = self.part.touches_only(&[Dimension::Agent]);
        object
            .with_some("unique_contacts", has_contacts.then(|| self.unique_contacts()))
            .with_some("availability", has_presence.then(|| self.availability()))
            .with_some("utilisation", has_presence.then(|| self.utilisation()))
            .done()
    }

    fn csat(&self) -> Value {
        let score = |kind: &Kind| if let Kind::Answer(score) = kind { Some(*score) } else { None };
        let scores = self.pick(score);
        let with_score = |wanted: i32| scores.iter().filter(|score| **score == wanted).count();
        let answers: Vec<usize> = (1..=5).map(with_score).collect();
        let (total, positive) = (scores.len(), answers[3] + answers[4]);
        let sum: i64 = scores.iter().map(|score| i64::from(*score)).sum();
        let sent = self.pick(|kind| if let Kind::SurveySent(answered) = kind { Some(*answered) } else { None });
        let sent_answered = sent.iter().filter(|is_answered| **is_answered).count();
        Object::default()
            .with("answers", answers)
            .with("total", total)
            .with("positive", positive)
            .with_some("score", quotient(positive as i64, total as i64))
            .with_some("average", quotient(sum, total as i64))
            .with_some("interval", wilson(positive, total))
            .with("sent", sent.len())
            .with("sent_answered", sent_answered)
            .with_some("response_rate", quotient(sent_answered as i64, sent.len() as i64))
            .with("refused", self.refused())
            .with_thin(total, self.account.policy.minimum_n)
            .done()
    }

    /// Only the reasons that occur.
    fn refused(&self) -> Value {
        let mut by_reason: Map<String, Value> = Map::new();
        for reason in self.pick(|kind| if let Kind::Refused(reason) = kind { Some(*reason) } else { None }) {
            let before = by_reason.get(reason).and_then(Value::as_u64).unwrap_or(0);
            by_reason.insert(reason.to_owned(), json!(before + 1));
        }
        Value::Object(by_reason)
    }

    fn mood(&self) -> Value {
        let count = |wanted: &str| self.count(|kind| matches!(kind, Kind::Mood(mood) if mood == wanted));
        let (happy, neutral, unhappy) = (count("happy"), count("neutral"), count("unhappy"));
        let total = happy + neutral + unhappy;
        let sum = (5 * happy + 3 * neutral + unhappy) as i64;
        let prompted = self.pick(|kind| if let Kind::Prompted(recorded) = kind { Some(*recorded) } else { None });
        let recorded = prompted.iter().filter(|is_recorded| **is_recorded).count();
        Object::default()
            .with("happy", happy)
            .with("neutral", neutral)
            .with("unhappy", unhappy)
            .with_some("average", quotient(sum, total as i64))
            .with("prompted", prompted.len())
            .with("prompted_recorded", recorded)
            .with_some("completion", quotient(recorded as i64, prompted.len() as i64))
            .with_thin(total, self.account.policy.minimum_n)
            .done()
    }

    /// Per close the sum of its visits that belong to the part, for each agent and each skill where it asks for them;
    /// without such visits, no handle time.
    fn handle_ms(&self) -> Vec<i64> {
        let mut values = Vec::new();
        let [by_agent, by_skill] = [Dimension::Agent, Dimension::Skill].map(|dimension| self.part.touches(dimension));
        for handle in self.account.handles.iter().filter(|handle| self.window.holds(handle.at_ms)) {
            let mut sums: BTreeMap<(Option<&String>, Option<&String>), i64> = BTreeMap::new();
            for (agent, skill, ms) in &handle.parts {
                if self.part.holds(Some(agent), skill.as_ref(), &handle.about) {
                    let whose = (Some(agent).filter(|_| by_agent), skill.as_ref().filter(|_| by_skill));
                    *sums.entry(whose).or_default() += ms;
                }
            }
            values.extend(sums.into_values());
        }
        values
    }

    fn active_agents(&self) -> usize {
        let wrote = self.facts.iter().filter(|fact| matches!(fact.kind, Kind::AgentMessage));
        wrote.map(|fact| &fact.credit.agent).collect::<BTreeSet<_>>().len()
    }

    fn unique_contacts(&self) -> usize {
        let contact = |kind: &Kind| if let Kind::CustomerMessage(contact) = kind { contact.clone() } else { None };
        self.pick(contact).into_iter().collect::<BTreeSet<String>>().len()
    }

    fn focus_ms(&self) -> i64 {
        let visits = self
            .account
            .visits
            .iter()
            .filter(|visit| self.part.holds(Some(&visit.agent), visit.skill.as_ref(), &visit.about));
        visits.map(|visit| self.window.overlap_ms(visit.begin.at_ms, visit.end_ms)).sum()
    }

    fn availability(&self) -> Value {
        let (online_ms, away_ms) = (self.presence_ms("online"), self.presence_ms("away"));
        Object::default()
            .with("online_ms", online_ms)
            .with("away_ms", away_ms)
            .with_some("share", quotient(online_ms, online_ms + away_ms))
            .done()
    }

    fn utilisation(&self) -> Value {
        let (focus_ms, online_ms) = (self.focus_while_online_ms(), self.presence_ms("online"));
        Object::default()
            .with("focus_ms", focus_ms)
            .with("online_ms", online_ms)
            .with_some("share", quotient(focus_ms, online_ms))
            .done()
    }

    fn presence_ms(&self, status: &str) -> i64 {
        let spans = self.account.spans.iter().filter(|span| span.status == status && self.is_part_of(&span.agent));
        spans.map(|span| self.window.overlap_ms(span.place.at_ms, span.until_ms)).sum()
    }

    fn focus_while_online_ms(&self) -> i64 {
        let mut sum_ms = 0;
        for span in self.account.spans.iter().filter(|span| span.status == "online" && self.is_part_of(&span.agent)) {
            for visit in self.account.visits.iter().filter(|visit| visit.agent == span.agent) {
                let from_ms = visit.begin.at_ms.max(span.place.at_ms);
                sum_ms += self.window.overlap_ms(from_ms, visit.end_ms.min(span.until_ms));
            }
        }
        sum_ms
    }

    /// Presence has no skill: it is asked for in accounts and agents alone.
    fn is_part_of(&self, agent: &String) -> bool {
        self.part.holds(Some(agent), None, &About::default())
    }

    fn durations(&self, value: impl Fn(&Kind) -> Option<i64>) -> Value {
        durations(self.pick(value), self.account.policy.minimum_n)
    }

    fn sla(&self, verdict: impl Fn(&Kind) -> Option<bool>) -> Value {
        sla(&self.pick(verdict), self.account.policy.minimum_n)
    }

    fn count(&self, is_counted: impl Fn(&Kind) -> bool) -> usize {
        self.facts.iter().filter(|fact| is_counted(&fact.kind)).count()
    }

    fn pick<T>(&self, value: impl Fn(&Kind) -> Option<T>) -> Vec<T> {
        self.facts.iter().filter_map(|fact| value(&fact.kind)).collect()
    }
}
