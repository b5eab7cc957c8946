//! Ends and answers by side, as LivePerson's methods tell them: what digests have is what the facts have, whatever was asked
//! before.

use std::collections::{BTreeMap, HashMap};

use cxpulse::domain::answers::questions::Frame;
use cxpulse::domain::answers::questions::results::{ByScope, Results, Wanted, results};
use cxpulse::domain::bucket::{BUCKET_MS, Bucket};
use cxpulse::domain::day::view::View;
use cxpulse::domain::fact::{FactKind, Row, Scopes, Stated};
use cxpulse::domain::names::Name;
use cxpulse::domain::scope::{ScopeId, ScopeKind};

use crate::engine::{Folded, add_line, book};

use super::arrival::shuffled_and_repeated;
use super::random::{Random, Set};

/// How many lines come between two looks.
const LINES_BETWEEN: usize = 3;
/// How many frames are looked at each time.
const FRAMES: usize = 3;

/// The results that are not those of the facts, while a set is folded.
pub(super) fn broken_results(set: &Set) -> Vec<String> {
    let mut random = Random::new(set.seed ^ 0x0dd5_eed5);
    let (policies, mut folded, mut broken) = (book(&set.policies), Folded::nothing(), vec![]);
    for (number, line) in (1..).zip(shuffled_and_repeated(&set.lines, set.seed)) {
        add_line(&mut folded, &policies, set.as_of_ms, number, &line);
        if number % LINES_BETWEEN as u64 == 0 {
            broken.extend(unlike_the_facts(&mut folded, &mut random));
        }
    }
    for later_ms in [0, BUCKET_MS / 2, 2 * BUCKET_MS, 7 * BUCKET_MS] {
        folded.advance_to(set.as_of_ms + later_ms);
        broken.extend(unlike_the_facts(&mut folded, &mut random));
    }
    broken
}

fn unlike_the_facts(folded: &mut Folded, random: &mut Random) -> Vec<String> {
    let mut broken = vec![];
    for (name, account) in folded.asked() {
        let view = account.view();
        let newest = Bucket::asked_at(view.now);
        let frames = (0..FRAMES).map(|_| {
            let [a, b] = [0, 1].map(|_| newest.later(-(random.below(288) as i64)));
            Frame { from: a.min(b), to: a.max(b) }
        });
        let mut frames: Vec<Frame> = frames.collect();
        frames.push(Frame::window(view.now, 1440));
        let found = results(view, &frames, &ScopeKind::ALL.map(|kind| Wanted { kind, only: None }));
        for (frame, found) in frames.iter().zip(found) {
            let expected = of_facts(view, *frame);
            if some(&found) != expected {
                broken.push(format!("{name}, {frame:?}: {found:?}, the facts have {expected:?}"));
            }
            broken.extend(unlike_when_chosen(view, *frame, &expected));
        }
    }
    broken
}

/// Where whoever asks for some agents or skills is told something else of them.
fn unlike_when_chosen(view: &View, frame: Frame, expected: &ByScope) -> Option<String> {
    let code = |scope: ScopeId| match scope {
        ScopeId::Account => 0,
        ScopeId::Agent(agent) => Name::to_code(agent),
        ScopeId::Skill(skill) | ScopeId::AgentSkill(_, skill) => Name::to_code(skill),
    };
    let only = Some([0, 2, 3, 70].into());
    let kinds = [ScopeKind::Skill, ScopeKind::Agent, ScopeKind::AgentSkill];
    let found = results(view, &[frame], &kinds.map(|kind| Wanted { kind, only: only.clone() })).remove(0);
    let is_chosen = |scope: ScopeId| scope != ScopeId::Account && [0, 2, 3, 70].contains(&code(scope));
    let chosen: ByScope = expected.iter().filter(|(scope, _)| is_chosen(**scope)).map(|(s, r)| (*s, *r)).collect();
    (some(&found) != chosen).then(|| format!("chosen, {frame:?}: {found:?}, the facts have {chosen:?}"))
}

fn some(results: &ByScope) -> ByScope {
    results.iter().filter(|(_, of_it)| **of_it != Results::default()).map(|(scope, of_it)| (*scope, *of_it)).collect()
}

/// Answers by score, closes, and resolutions and their milliseconds by side.
type Sums = ([i64; 5], i64, [i64; 3], [i64; 3]);

/// The results by every fact of a frame; who closed what was resolved is known by the close of the same moment.
fn of_facts(view: &View, frame: Frame) -> ByScope {
    let names_agents = view.policy().agent_metrics;
    let mut sums: BTreeMap<ScopeId, Sums> = BTreeMap::new();
    for bucket in view.day.newest_first() {
        let place = bucket.min(Bucket::asked_at(view.now));
        if place < frame.from || place > frame.to {
            continue;
        }
        let facts: Vec<(Stated, Row)> = view.day.facts(bucket).collect();
        let mut closes: HashMap<(Option<Name>, i64), [i64; 3]> = HashMap::new();
        for (fact, row) in &facts {
            if let Some(side) = closed_by(fact.kind) {
                closes.entry((row.conversation, fact.at)).or_default()[side] += fact.sign.unit();
            }
        }
        for (fact, row) in &facts {
            let unit = fact.sign.unit();
            let side = closes.get(&(row.conversation, fact.at)).and_then(|of| of.iter().rposition(|count| *count > 0));
            for scope in scopes(fact, row).into_iter().filter(|scope| names_agents || !scope.is_of_agent()) {
                let (answers, closed, resolved, ms) = sums.entry(scope).or_default();
                if let Some(score) = score_of(fact.kind) {
                    answers[score] += unit;
                } else if closed_by(fact.kind).is_some() {
                    *closed += unit;
                } else if is_resolution(fact.kind) {
                    resolved[side.unwrap_or(0)] += unit;
                    ms[side.unwrap_or(0)] += unit * fact.value;
                }
            }
        }
    }
    let mut all = ByScope::new();
    for (scope, (answers, closes, resolved, ms)) in sums {
        let mut of_it = Results { answers: answers.map(|sum| sum as u64), closes: closes as u64, ..Results::default() };
        let sides = |sums: [i64; 3]| sums.map(|sum| sum as u64);
        [of_it.resolved.agent, of_it.resolved.customer, of_it.resolved.system] = sides(resolved);
        [of_it.resolution_ms.agent, of_it.resolution_ms.customer, of_it.resolution_ms.system] = sides(ms);
        if of_it != Results::default() {
            all.insert(scope, of_it);
        }
    }
    all
}

fn scopes(fact: &Stated, row: &Row) -> Vec<ScopeId> {
    let (agent, skill) = (row.credit.agent, row.credit.skill);
    let all = [
        (Scopes::ACCOUNT, ScopeId::Account),
        (Scopes::SKILL, ScopeId::Skill(skill)),
        (Scopes::AGENT, ScopeId::Agent(agent)),
        (Scopes::AGENT_SKILL, ScopeId::AgentSkill(agent, skill)),
    ];
    all.into_iter().filter(|(kind, _)| fact.scopes.has(*kind)).map(|(_, scope)| scope).collect()
}

fn is_resolution(kind: FactKind) -> bool {
    matches!(kind, FactKind::Resolved | FactKind::ResolvedWithin | FactKind::ResolvedMissed)
}

fn score_of(kind: FactKind) -> Option<usize> {
    use FactKind as K;
    [K::Answer1, K::Answer2, K::Answer3, K::Answer4, K::Answer5].into_iter().position(|answer| answer == kind)
}

fn closed_by(kind: FactKind) -> Option<usize> {
    use FactKind as K;
    [K::ClosedByAgent, K::ClosedByCustomer, K::ClosedBySystem].into_iter().position(|closed| closed == kind)
}
