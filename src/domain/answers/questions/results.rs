//! How conversations ended, and what customers answered: by side, in the account and in every skill and agent.
//!
//! Facts of these kinds are few among all, and what is asked of them are sums: what was taken back is subtracted, so one pass
//! over a frame's facts gives all of its intervals.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::FixedState;

use super::Frame;
use crate::domain::bucket::Bucket;
use crate::domain::day::view::View;
use crate::domain::event::{Millis, Side};
use crate::domain::fact::{DurationKind, FactKind, Row, Scopes, Stated};
use crate::domain::names::Name;
use crate::domain::scope::ScopeId;

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

/// The results in each of some frames, which do not overlap and come newest first.
#[must_use]
pub fn results(view: &View, frames: &[Frame]) -> Vec<ByScope> {
    let mut all: Vec<ByScope> = frames.iter().map(|_| ByScope::new()).collect();
    let mut place = 0;
    for bucket in view.day.newest_first() {
        while frames.get(place).is_some_and(|frame| is_before(*frame, bucket, view.now)) {
            place += 1;
        }
        let Some(frame) = frames.get(place) else { break };
        if frame.place(bucket, view.now).is_some() {
            OfBucket::read(view, bucket).add_to(&mut all[place], view);
        }
    }
    all
}

/// Whether a bucket lies before a frame.
fn is_before(frame: Frame, bucket: Bucket, now: Millis) -> bool {
    bucket.min(Bucket::asked_at(now)) < frame.from
}

/// The facts of one bucket that tell of ends and answers.
#[derive(Default)]
struct OfBucket {
    facts: Vec<(Stated, Row)>,
    /// How often each side has closed a conversation at a moment, which says who closed what was resolved.
    closes: HashMap<(Option<Name>, Millis), [i64; 3], FixedState>,
}

impl OfBucket {
    fn read(view: &View, bucket: Bucket) -> Self {
        let mut read = Self::default();
        let all = view.day.bucket(bucket).into_iter().flat_map(|facts| facts.iter());
        for fact in all.filter(|fact| matters(fact.kind)) {
            let row = view.day.rows.get(fact.row);
            if let Some(side) = closed_by(fact.kind).filter(|_| fact.scopes.has(Scopes::ACCOUNT)) {
                read.closes.entry((row.conversation, fact.at)).or_default()[side as usize] += fact.sign.unit();
            }
            read.facts.push((fact, row));
        }
        read
    }

    fn add_to(&self, all: &mut ByScope, view: &View) {
        let names_agents = view.policy().agent_metrics;
        for (fact, row) in &self.facts {
            let side = self.side(fact, row);
            for scope in scopes(fact, row).filter(|scope| names_agents || !scope.is_of_agent()) {
                count(all.entry(scope).or_default(), fact, side);
            }
        }
    }

    /// Who closed the conversation at the moment of a fact.
    fn side(&self, fact: &Stated, row: &Row) -> Side {
        let closes = self.closes.get(&(row.conversation, fact.at));
        let sides = [Side::Agent, Side::Customer, Side::System];
        let closed = |side: &Side| closes.is_some_and(|closes| closes[*side as usize] > 0);
        sides.into_iter().rev().find(closed).unwrap_or(Side::Agent)
    }
}

fn matters(kind: FactKind) -> bool {
    score_of(kind).is_some() || closed_by(kind).is_some() || is_resolution(kind)
}

fn is_resolution(kind: FactKind) -> bool {
    kind.duration() == Some(DurationKind::Resolution)
}

/// Where it counts.
fn scopes(fact: &Stated, row: &Row) -> impl Iterator<Item = ScopeId> {
    let (agent, skill, scopes) = (row.credit.agent, row.credit.skill, fact.scopes);
    let all = [
        (Scopes::ACCOUNT, ScopeId::Account),
        (Scopes::SKILL, ScopeId::Skill(skill)),
        (Scopes::AGENT, ScopeId::Agent(agent)),
        (Scopes::AGENT_SKILL, ScopeId::AgentSkill(agent, skill)),
    ];
    all.into_iter().filter(move |(kind, _)| scopes.has(*kind)).map(|(_, scope)| scope)
}

fn count(results: &mut Results, fact: &Stated, side: Side) {
    let unit = fact.sign.unit();
    // In between a sum may be below what it will be: what is taken back may be read before what was stated.
    let add = |sum: &mut u64, value: i64| *sum = sum.wrapping_add_signed(value);
    if let Some(score) = score_of(fact.kind) {
        add(&mut results.answers[score], unit);
    } else if is_resolution(fact.kind) {
        add(results.resolved.of(side), unit);
        add(results.resolution_ms.of(side), unit * fact.value);
    } else {
        add(&mut results.closes, unit);
    }
}

/// The place of an answer's score.
fn score_of(kind: FactKind) -> Option<usize> {
    use FactKind::{Answer1, Answer2, Answer3, Answer4, Answer5};
    [Answer1, Answer2, Answer3, Answer4, Answer5].into_iter().position(|answer| answer == kind)
}

fn closed_by(kind: FactKind) -> Option<Side> {
    match kind {
        FactKind::ClosedByAgent => Some(Side::Agent),
        FactKind::ClosedByCustomer => Some(Side::Customer),
        FactKind::ClosedBySystem => Some(Side::System),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
