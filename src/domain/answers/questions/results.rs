//! How conversations ended, and what customers answered: by side, in the account and in every skill and agent.
//!
//! They are sums, which digests of the few facts that tell of them have: a day is read as a few of these.

use std::collections::{BTreeMap, BTreeSet};

use super::Frame;
use crate::domain::day::digests::{COLUMNS, Cut, Cutting, Digest, Draft, Key, Keys, Making, Summing, Walk};
use crate::domain::day::view::View;
use crate::domain::event::Side;
use crate::domain::fact::{Credit, DurationKind, FactKind, Kinds, Scopes};
use crate::domain::names::Name;
use crate::domain::scope::{ScopeId, ScopeKind};

/// The ends of conversations, and answers, of one scope in one time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Results {
    /// Valid answers with score 1, 2, 3, 4, 5.
    pub answers: [u64; 5],
    /// Closes that had an effect.
    pub closes: u64,
    /// Resolutions that stand.
    pub resolved: BySide,
    /// The sum of their times, in milliseconds.
    pub resolution_ms: BySide,
}

/// A number for each side that closes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BySide {
    /// Agents.
    pub agent: u64,
    /// Customers.
    pub customer: u64,
    /// The system.
    pub system: u64,
}

/// The results of every scope that has any; names of agents where the policy has them named.
pub type ByScope = BTreeMap<ScopeId, Results>;

impl BySide {
    /// All sides together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.agent + self.customer + self.system
    }

    fn of(&mut self, side: Side) -> &mut u64 {
        match side {
            Side::Agent => &mut self.agent,
            Side::Customer => &mut self.customer,
            Side::System => &mut self.system,
        }
    }

    fn add(&mut self, other: Self) {
        self.agent += other.agent;
        self.customer += other.customer;
        self.system += other.system;
    }
}

impl Results {
    /// Whether there is an answer or a close.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.closes > 0 || self.answers.iter().any(|count| *count > 0)
    }

    /// Adds what is of other scopes or of another time.
    pub fn add(&mut self, other: &Self) {
        self.answers.iter_mut().zip(other.answers).for_each(|(mine, theirs)| *mine += theirs);
        self.closes += other.closes;
        self.resolved.add(other.resolved);
        self.resolution_ms.add(other.resolution_ms);
    }
}

impl Frame {
    /// Its intervals of so many buckets up to its end, newest first; the oldest may be shorter.
    pub fn intervals_back(self, buckets: u32) -> impl Iterator<Item = Self> {
        let ends = std::iter::successors(Some(self.to), move |to| Some(to.later(-i64::from(buckets))));
        let ends = ends.take_while(move |to| *to >= self.from);
        ends.map(move |to| Self { from: to.later(1 - i64::from(buckets)).max(self.from), to })
    }
}

/// The facts that tell of ends and answers.
const KINDS: Kinds = {
    use FactKind as K;
    Kinds::of(&[
        K::Answer1,
        K::Answer2,
        K::Answer3,
        K::Answer4,
        K::Answer5,
        K::ClosedByAgent,
        K::ClosedByCustomer,
        K::ClosedBySystem,
        K::Resolved,
        K::ResolvedWithin,
        K::ResolvedMissed,
    ])
};

/// Scopes that are asked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Of which kind.
    pub kind: ScopeKind,
    /// Of these skills, or of an agent's own scopes these agents, by code; none: all.
    pub only: Option<BTreeSet<u32>>,
}

/// The results in each of some frames.
#[must_use]
pub fn results(view: &View, frames: &[Frame], wanted: &[Wanted]) -> Vec<ByScope> {
    let mut all = vec![ByScope::new(); frames.len()];
    for Wanted { kind, only } in wanted.iter().filter(|wanted| is_told(view, wanted.kind)) {
        let keys = |credit: &Credit| Keys::from_elem(key_of(*kind, credit), 1);
        let mut making = Making::of(&Cutting { day: &view.day, cut: cut_of(*kind), keys: &keys });
        for (frame, of_it) in frames.iter().zip(&mut all) {
            add_of_kind(view, *frame, (*kind, only.as_ref()), &mut making, of_it);
        }
    }
    all
}

/// Makes the digests of a whole day.
pub(super) fn prepare(view: &View, goes_on: impl Fn() -> bool) {
    for kind in ScopeKind::ALL.into_iter().filter(|kind| is_told(view, *kind)) {
        let keys = |credit: &Credit| Keys::from_elem(key_of(kind, credit), 1);
        let mut making = Making::of(&Cutting { day: &view.day, cut: cut_of(kind), keys: &keys });
        view.day.digests.prepare(&mut making, &goes_on);
    }
}

/// Whether scopes of a kind are named to anybody.
fn is_told(view: &View, kind: ScopeKind) -> bool {
    view.policy().agent_metrics || !kind.is_of_agent()
}

fn cut_of(kind: ScopeKind) -> Cut {
    let (by, scope) = ([kind as u8, u8::MAX, u8::MAX], scopes_of(kind));
    Cut { by, scope, kinds: KINDS, has_side: true, has_people: false, has_presence: false }
}

/// Adds the results of the scopes of one kind in a frame: of some, or all.
fn add_of_kind(
    view: &View,
    frame: Frame,
    (kind, only): (ScopeKind, Option<&BTreeSet<u32>>),
    making: &mut Making<'_>,
    all: &mut ByScope,
) {
    let Some(to) = frame.last(view.now) else { return };
    let cover = view.day.digests.cover(making, frame.from, to);
    let rest = Digest::of_draft(Draft::of_rest(making, &cover), frame.from.start());
    let summing = &mut making.summing;
    let mut walk = Walk::over(cover.iter().map(|digest| &**digest).chain([&rest]));
    let mut add_next = |walk: &mut Walk<'_>| {
        let Some(key) = walk.next(COLUMNS, |_| true) else { return false };
        walk.sum(summing);
        add(all.entry(scope_of(kind, &key)).or_default(), summing, key[COLUMNS - 1]);
        summing.clear();
        true
    };
    match only {
        None => while add_next(&mut walk) {},
        Some(codes) => {
            for code in codes {
                walk.skip_to(&[*code, 0, 0]);
                while walk.peek().is_some_and(|key| key[0] == *code) && add_next(&mut walk) {}
            }
        }
    }
}

/// Adds the sums of facts with one side.
fn add(results: &mut Results, sums: &Summing, side: u32) {
    use FactKind as K;
    let sum = |kinds: &[FactKind]| kinds.iter().map(|kind| sums.count(*kind)).sum::<u64>();
    let answers = [K::Answer1, K::Answer2, K::Answer3, K::Answer4, K::Answer5];
    results.answers.iter_mut().zip(answers).for_each(|(mine, kind)| *mine += sums.count(kind));
    results.closes += sum(&[K::ClosedByAgent, K::ClosedByCustomer, K::ClosedBySystem]);
    let Some(side) = SIDES.into_iter().find(|of| *of as u32 + 1 == side) else { return };
    *results.resolved.of(side) += sum(&[K::Resolved, K::ResolvedWithin, K::ResolvedMissed]);
    *results.resolution_ms.of(side) += sums.durations(DurationKind::Resolution).sum_ms();
}

const SIDES: [Side; 3] = [Side::Agent, Side::Customer, Side::System];

/// Where what a scope has counts.
fn scopes_of(kind: ScopeKind) -> Scopes {
    match kind {
        ScopeKind::Account => Scopes::ACCOUNT,
        ScopeKind::Skill => Scopes::SKILL,
        ScopeKind::Agent => Scopes::AGENT,
        ScopeKind::AgentSkill => Scopes::AGENT_SKILL,
    }
}

/// The numbers of the scope to which a credit belongs.
fn key_of(kind: ScopeKind, credit: &Credit) -> Key {
    let [agent, skill] = [credit.agent, credit.skill].map(Name::to_code);
    match kind {
        ScopeKind::Account => [0; COLUMNS],
        ScopeKind::Skill => [skill, 0, 0],
        ScopeKind::Agent => [agent, 0, 0],
        ScopeKind::AgentSkill => [skill, agent, 0],
    }
}

/// The inverse of `key_of`.
fn scope_of(kind: ScopeKind, key: &Key) -> ScopeId {
    let [first, second, _] = key.map(Name::from_code);
    match kind {
        ScopeKind::Account => ScopeId::Account,
        ScopeKind::Skill => ScopeId::Skill(first),
        ScopeKind::Agent => ScopeId::Agent(first),
        ScopeKind::AgentSkill => ScopeId::AgentSkill(second, first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Millis;

    const MINUTE: Millis = 60_000;

    #[test]
    fn intervals_end_where_the_frame_does_and_the_oldest_is_shorter() {
        // At 8:07, twenty minutes by ten: 7:45 to 8:10.
        let now = 487 * MINUTE;
        let intervals: Vec<_> = Frame::window(now, 20).intervals_back(2).collect();
        let minutes = |frame: &Frame| (frame.from.start() / MINUTE, frame.to.end() / MINUTE);
        assert_eq!(intervals.iter().map(minutes).collect::<Vec<_>>(), [(480, 490), (470, 480), (465, 470)]);
        assert_eq!(Frame::window(now, 1440).intervals_back(1).count(), 289);
    }

    #[test]
    fn a_scope_is_active_by_an_answer_or_a_close() {
        let answered = Results { answers: [0, 0, 0, 0, 1], ..Results::default() };
        let closed = Results { closes: 1, ..Results::default() };
        assert!(answered.is_active() && closed.is_active() && !Results::default().is_active());
        let mut both = answered;
        both.add(&closed);
        assert_eq!(both, Results { closes: 1, ..answered });
    }
}
