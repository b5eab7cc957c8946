//! The shapes of an answer: totals, skills with their agents, agents, and all of these by interval.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::leaf::Leaf;
use super::request::{Ids, Request};
use crate::domain::answers::questions::Frame;
use crate::domain::answers::questions::results::{ByScope, Results, Wanted, results};
use crate::domain::day::view::{NamesView, View};
use crate::domain::event::Millis;
use crate::domain::names::{Name, Names};
use crate::domain::scope::{NONE, ScopeId, ScopeKind};

/// What the block of skills is called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SkillsKey {
    /// `skillsMetricsPerAgent`, as the wire has it.
    #[default]
    PerAgent,
    /// `skillsMetrics`, as the documentation has it.
    Plain,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<L> {
    #[serde(skip_serializing_if = "Option::is_none")]
    metrics_by_intervals: Option<Vec<Interval<L>>>,
    #[serde(flatten)]
    whole: Blocks<L>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Interval<L> {
    /// Its end, Unix milliseconds.
    timestamp: Millis,
    metrics_data: Blocks<L>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Blocks<L> {
    #[serde(skip_serializing_if = "Option::is_none")]
    skills_metrics_per_agent: Option<Skills<L>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skills_metrics: Option<Skills<L>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agents_metrics: Option<Agents<L>>,
    /// Where neither skills nor agents are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    metrics_totals: Option<L>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Skills<L> {
    metrics_per_skill: BTreeMap<String, Agents<L>>,
    metrics_totals: L,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Agents<L> {
    metrics_per_agent: BTreeMap<String, L>,
    metrics_totals: L,
}

/// The whole answer, as JSON.
pub(super) fn answer<L: Leaf>(view: &View, request: &Request, key: SkillsKey) -> String {
    let frame = Frame::window(view.now, request.timeframe);
    let frames: Vec<Frame> = match request.interval {
        Some(buckets) => frame.intervals_back(buckets).collect(),
        None => vec![frame],
    };
    let asked = Asked { names: &view.names, request, key };
    let by_frame = results(view, &frames, &asked.wanted());
    let interval = |(frame, results): (&Frame, &ByScope)| Interval {
        timestamp: frame.to.end(),
        metrics_data: asked.blocks(results),
    };
    let intervals = request.interval.map(|_| frames.iter().zip(&by_frame).map(interval).collect());
    let answer = Answer::<L> { metrics_by_intervals: intervals, whole: asked.blocks(&joined(&by_frame)) };
    serde_json::to_string(&answer).expect("texts and numbers are JSON")
}

/// The results of several frames together.
fn joined(by_frame: &[ByScope]) -> ByScope {
    let mut all = ByScope::new();
    for (scope, results) in by_frame.iter().flatten() {
        all.entry(*scope).or_default().add(results);
    }
    all
}

/// The codes of those who are called so; none: of all. Nobody is called as somebody may be.
fn codes(names: &Names, ids: &Ids) -> Option<BTreeSet<u32>> {
    let Ids::These(ids) = ids else { return None };
    let nobody = ids.contains(NONE).then_some(0);
    let some = ids.iter().filter_map(|id| names.find(id)).map(|name| Name::to_code(Some(name)));
    Some(some.chain(nobody).collect())
}

struct Asked<'a> {
    names: &'a NamesView,
    request: &'a Request,
    key: SkillsKey,
}

impl Asked<'_> {
    /// The scopes that the answer has.
    fn wanted(&self) -> Vec<Wanted> {
        let Request { skills, agents, .. } = self.request;
        let mut wanted = Vec::new();
        if let Some(ids) = skills {
            let only = codes(&self.names.skills, ids);
            wanted.push(Wanted { kind: ScopeKind::Skill, only: only.clone() });
            wanted.push(Wanted { kind: ScopeKind::AgentSkill, only });
        }
        if let Some(ids) = agents {
            wanted.push(Wanted { kind: ScopeKind::Agent, only: codes(&self.names.agents, ids) });
        }
        if wanted.is_empty() {
            wanted.push(Wanted { kind: ScopeKind::Account, only: None });
        }
        wanted
    }

    fn blocks<L: Leaf>(&self, results: &ByScope) -> Blocks<L> {
        let Request { skills, agents, .. } = self.request;
        let of_skills = skills.as_ref().map(|ids| self.skills(results, ids));
        let (per_agent, plain) = match self.key {
            SkillsKey::PerAgent => (of_skills, None),
            SkillsKey::Plain => (None, of_skills),
        };
        let is_plain = skills.is_none() && agents.is_none();
        Blocks {
            skills_metrics_per_agent: per_agent,
            skills_metrics: plain,
            agents_metrics: agents.as_ref().map(|ids| self.agents(results, ids)),
            metrics_totals: is_plain.then(|| L::of(&results.get(&ScopeId::Account).copied().unwrap_or_default())),
        }
    }

    /// The skills that are asked for and were active; in each the agents who were, whoever else is asked for.
    fn skills<L: Leaf>(&self, results: &ByScope, ids: &Ids) -> Skills<L> {
        let mut under: BTreeMap<&str, BTreeMap<String, L>> = BTreeMap::new();
        let (mut totals, mut per_skill) = (Results::default(), BTreeMap::new());
        for (scope, results) in results.iter().filter(|(_, results)| results.is_active()) {
            if let ScopeId::AgentSkill(agent, skill) = scope {
                let of_skill = under.entry(self.names.skill_text(*skill)).or_default();
                of_skill.insert(self.names.agent_text(*agent).to_owned(), L::of(results));
            }
        }
        for (scope, results) in results.iter().filter(|(_, results)| results.is_active()) {
            let ScopeId::Skill(skill) = scope else { continue };
            let id = self.names.skill_text(*skill);
            if ids.has(id) {
                totals.add(results);
                let metrics_per_agent = under.remove(id).unwrap_or_default();
                per_skill.insert(id.to_owned(), Agents { metrics_per_agent, metrics_totals: L::of(results) });
            }
        }
        Skills { metrics_per_skill: per_skill, metrics_totals: L::of(&totals) }
    }

    /// The agents who are asked for and were active.
    fn agents<L: Leaf>(&self, results: &ByScope, ids: &Ids) -> Agents<L> {
        let (mut totals, mut per_agent) = (Results::default(), BTreeMap::new());
        for (scope, results) in results.iter().filter(|(_, results)| results.is_active()) {
            let ScopeId::Agent(agent) = scope else { continue };
            let id = self.names.agent_text(*agent);
            if ids.has(id) {
                totals.add(results);
                per_agent.insert(id.to_owned(), L::of(results));
            }
        }
        Agents { metrics_per_agent: per_agent, metrics_totals: L::of(&totals) }
    }
}
