//! The tallies of the account and of every skill, bucket by bucket.
//!
//! No totals are kept: one pass over the buckets gives every window. What has grown older than a day is dropped.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::domain::bucket::Bucket;
use crate::domain::day::DayView;
use crate::domain::day::by_bucket::ByBucket;
use crate::domain::day::facts::{Cursor, FactsView};
use crate::domain::day::rows::SummedFor;
use crate::domain::day::tally::{Maximum, Tally};
use crate::domain::day::window::Windows;
use crate::domain::event::Millis;
use crate::domain::fact::{DurationKind, Scopes, Sign, Stated};
use crate::domain::names::Name;
use crate::domain::planted::{Bug, is_planted};
use crate::domain::scope::ScopeId;
use crate::domain::span::Span;

use super::tallies::{Cell, Tallies};

/// The buckets of one account.
#[derive(Debug)]
pub struct Buckets {
    /// The first one kept.
    oldest: Bucket,
    /// How far the facts of each are summed.
    cursors: ByBucket<Cursor>,
    account: Tallies,
    /// By the code of the skill.
    skills: Vec<Tallies>,
    /// Those that changed since they were last drained.
    changed: Vec<(ScopeId, Bucket)>,
    /// Tallies whose greatest duration was taken back.
    unsettled: Vec<Unsettled>,
}

/// A tally whose greatest duration was taken back.
type Unsettled = (Bucket, ScopeId, DurationKind);

/// A duration that was stated or taken back, and where it counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timed {
    which: DurationKind,
    value: Millis,
    sign: Sign,
    scopes: Scopes,
    skill: Option<Name>,
}

impl Timed {
    /// What a fact says of a duration, if it does.
    #[inline]
    pub(super) fn of(stated: &Stated, skill: Option<Name>) -> Option<Self> {
        let Stated { value, sign, scopes, .. } = *stated;
        stated.kind.duration().map(|which| Self { which, value, sign, scopes, skill })
    }
}

impl Buckets {
    /// No sums yet, and none wanted before `oldest`.
    #[must_use]
    pub(super) fn new(oldest: Bucket) -> Self {
        Self {
            oldest,
            cursors: ByBucket::default(),
            account: Tallies::default(),
            skills: Vec::new(),
            changed: Vec::new(),
            unsettled: Vec::new(),
        }
    }

    /// The first bucket kept.
    #[must_use]
    pub fn oldest(&self) -> Bucket {
        self.oldest
    }

    /// Whether nothing has been summed yet.
    pub(super) fn is_empty(&self) -> bool {
        self.cursors.is_empty()
    }

    /// How far the facts of a bucket are summed.
    pub(super) fn cursor(&self, bucket: Bucket) -> Cursor {
        self.cursors.get(bucket).copied().unwrap_or_default()
    }

    /// Notes how far they are.
    pub(super) fn set_cursor(&mut self, bucket: Bucket, cursor: Cursor) {
        if bucket >= self.oldest {
            *self.cursors.entry(bucket, Cursor::default) = cursor;
        }
    }

    /// Drops every bucket before `oldest`.
    pub(super) fn drop_before(&mut self, oldest: Bucket) {
        if oldest <= self.oldest {
            return;
        }
        self.oldest = oldest;
        self.cursors.drop_before(oldest);
        self.account.drop_before(oldest);
        self.skills.iter_mut().for_each(|tallies| tallies.drop_before(oldest));
        self.changed.retain(|(_, bucket)| *bucket >= oldest);
    }

    /// Adds facts of a bucket, but for spans, to the tallies in which they count.
    pub(super) fn add_all(&mut self, bucket: Bucket, facts: &[(Stated, SummedFor)]) {
        self.add_to(ScopeId::Account, Scopes::ACCOUNT, bucket, facts);
        for alike in facts.chunk_by(|(_, a), (_, b)| a.skill == b.skill) {
            self.add_to(ScopeId::Skill(alike[0].1.skill), Scopes::SKILL, bucket, alike);
        }
    }

    fn add_to(&mut self, scope: ScopeId, kind: Scopes, bucket: Bucket, facts: &[(Stated, SummedFor)]) {
        let counts = |(stated, _): &&(Stated, SummedFor)| stated.scopes.has(kind) && !stated.kind.is_span();
        if !facts.iter().any(|fact| counts(&fact)) {
            return;
        }
        let mut unsettled = std::mem::take(&mut self.unsettled);
        self.change(scope, bucket, |tally| {
            for (fact, _) in facts.iter().filter(counts) {
                if let Maximum::Lost(which) = tally.add(fact.kind, fact.value, fact.sign)
                    && !is_planted(Bug::GreatestKept)
                {
                    unsettled.push((bucket, scope, which));
                }
            }
        });
        self.unsettled = unsettled;
    }

    /// Finds the greatest durations of tallies that lost theirs, where all facts of their bucket are these.
    pub(super) fn settle_of(&mut self, bucket: Bucket, of_bucket: &[Timed]) {
        let (of_it, others): (Vec<_>, _) =
            std::mem::take(&mut self.unsettled).into_iter().partition(|of| of.0 == bucket);
        self.unsettled = others;
        self.settle_all(bucket, &of_it, of_bucket.iter().copied());
    }

    /// Finds those that are left, bucket by bucket. Must come before any question.
    pub(super) fn settle(&mut self, day: &DayView) {
        let mut unsettled = std::mem::take(&mut self.unsettled);
        unsettled.sort_unstable();
        for of_bucket in unsettled.chunk_by(|a, b| a.0 == b.0) {
            let bucket = of_bucket[0].0;
            let facts = day.bucket(bucket).into_iter().flat_map(FactsView::iter);
            let with_duration = facts.filter(|fact| fact.kind.duration().is_some());
            let timed = with_duration.filter_map(|fact| Timed::of(&fact, day.rows.summed_for(fact.row).skill));
            self.settle_all(bucket, of_bucket, timed);
        }
    }

    fn settle_all(&mut self, bucket: Bucket, unsettled: &[Unsettled], of_bucket: impl Iterator<Item = Timed>) {
        let is_lost = |(bucket, scope, which): &&Unsettled| {
            self.tally(*scope, *bucket).is_some_and(|tally| tally.is_max_lost(*which))
        };
        let mut values: BTreeMap<(ScopeId, DurationKind), Vec<(Millis, Sign)>> =
            unsettled.iter().filter(is_lost).map(|(_, scope, which)| ((*scope, *which), Vec::new())).collect();
        if values.is_empty() {
            return;
        }
        for timed in of_bucket {
            for scope in counting(timed.scopes, timed.skill) {
                if let Some(of_it) = values.get_mut(&(scope, timed.which)) {
                    of_it.push((timed.value, timed.sign));
                }
            }
        }
        for ((scope, which), values) in values {
            let (max_ms, count) = greatest_net(values.into_iter());
            self.change(scope, bucket, |tally| tally.set_max(which, max_ms, count));
        }
    }

    /// Changes the tally of the account or of a skill in a bucket, if the bucket is kept.
    pub(super) fn change<T>(
        &mut self,
        scope: ScopeId,
        bucket: Bucket,
        change: impl FnOnce(&mut Tally) -> T,
    ) -> Option<T> {
        let cell = self.cell(scope, bucket)?;
        let first = !std::mem::replace(&mut cell.is_changed, true);
        let outcome = change(&mut cell.tally);
        if first && !(is_planted(Bug::SkillsInSilence) && scope != ScopeId::Account) {
            self.changed.push((scope, bucket));
        }
        Some(outcome)
    }

    /// The same where nobody who asks for the bucket alone sees the difference.
    pub(super) fn change_unseen(&mut self, scope: ScopeId, bucket: Bucket, change: impl FnOnce(&mut Tally)) {
        if let Some(cell) = self.cell(scope, bucket) {
            change(&mut cell.tally);
        }
    }

    /// Marks what is kept of a span as changed in a scope, because of what its tallies do not hold; of one that has only
    /// begun, its beginning.
    pub(super) fn mark(&mut self, scope: ScopeId, span: Span) {
        let from = span.from.max(self.oldest.start());
        for (bucket, _) in Bucket::cut(from, span.to.max(from + 1)) {
            self.change(scope, bucket, |_| ());
        }
    }

    /// The tallies changed since the last call, oldest mark first.
    pub(super) fn drain_changed(&mut self) -> Vec<(ScopeId, Bucket)> {
        let changed = std::mem::take(&mut self.changed);
        for (scope, bucket) in &changed {
            if let Some(cell) = self.tallies_mut(*scope).cell(*bucket) {
                cell.is_changed = false;
            }
        }
        changed
    }

    /// How many buckets have a tally of the account; one of a skill has one too.
    pub(super) fn tallies_of_account(&self) -> usize {
        self.account.newest_first().count()
    }

    /// What a bucket knows of the account or of a skill.
    #[must_use]
    pub fn tally(&self, scope: ScopeId, bucket: Bucket) -> Option<&Tally> {
        self.tallies(scope)?.tally(bucket)
    }

    /// The buckets with anything in them, newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = Bucket> {
        self.account.newest_first().map(|(bucket, _)| bucket)
    }

    /// The newest bucket in which the account or a skill has anything.
    #[must_use]
    pub fn newest(&self, scope: ScopeId) -> Option<Bucket> {
        let mut newest_first = self.tallies(scope)?.newest_first();
        newest_first.find(|(_, tally)| !tally.is_empty()).map(|(bucket, _)| bucket)
    }

    /// The sums of the account or of a skill over each window's buckets that no narrower one has, up to the last that has
    /// something.
    #[must_use]
    pub fn parts(&self, scope: ScopeId, windows: &Windows) -> Vec<Tally> {
        let Some(tallies) = self.tallies(scope) else { return Vec::new() };
        let Range { start: oldest, mut end } = tallies.range();
        let part = |start: Bucket| {
            let buckets = start.min(end)..end;
            end = buckets.start;
            tallies.sum(buckets)
        };
        let narrower = windows.starts().take_while(|start| *start > oldest).count();
        Windows::trim(windows.starts().take(narrower + 1).map(part).collect())
    }

    /// The sum of the account or of a skill from a bucket on.
    #[must_use]
    pub fn since(&self, scope: ScopeId, from: Bucket) -> Tally {
        self.tallies(scope).map_or_else(Tally::default, |tallies| tallies.sum(from..tallies.range().end))
    }

    /// Every skill with a tally in some bucket.
    pub fn skills(&self) -> impl Iterator<Item = Option<Name>> {
        let some = (0..).zip(&self.skills).filter(|(_, tallies)| !tallies.is_empty());
        some.map(|(code, _)| Name::from_code(code))
    }

    fn cell(&mut self, scope: ScopeId, bucket: Bucket) -> Option<&mut Cell> {
        (bucket >= self.oldest).then(|| self.tallies_mut(scope).change(bucket))
    }

    fn tallies_mut(&mut self, scope: ScopeId) -> &mut Tallies {
        match scope {
            ScopeId::Skill(skill) => {
                let code = Name::to_code(skill) as usize;
                if self.skills.len() <= code {
                    self.skills.resize_with(code + 1, Tallies::default);
                }
                &mut self.skills[code]
            }
            ScopeId::Account | ScopeId::Agent(_) | ScopeId::AgentSkill(..) => &mut self.account,
        }
    }

    fn tallies(&self, scope: ScopeId) -> Option<&Tallies> {
        match scope {
            ScopeId::Account => Some(&self.account),
            ScopeId::Skill(skill) => self.skills.get(Name::to_code(skill) as usize),
            ScopeId::Agent(_) | ScopeId::AgentSkill(..) => None,
        }
    }
}

/// Where a fact with these scopes and this skill counts, of the scopes with tallies.
fn counting(scopes: Scopes, skill: Option<Name>) -> impl Iterator<Item = ScopeId> {
    let with_tallies = [(ScopeId::Account, Scopes::ACCOUNT), (ScopeId::Skill(skill), Scopes::SKILL)];
    with_tallies.into_iter().filter(move |(_, bit)| scopes.has(*bit)).map(|(scope, _)| scope)
}

/// The greatest of the values that are stated more often than taken back, and by how much; 0 if there is none.
pub(in crate::domain::day) fn greatest_net(values: impl Iterator<Item = (Millis, Sign)>) -> (Millis, u32) {
    let mut values: Vec<(Millis, i64)> = values.map(|(value, sign)| (value, sign.unit())).collect();
    values.sort_unstable_by_key(|(value, _)| std::cmp::Reverse(*value));
    let net = |equal: &[(Millis, i64)]| equal.iter().map(|(_, unit)| unit).sum::<i64>();
    let mut standing = values.chunk_by(|a, b| a.0 == b.0).map(|equal| (equal[0].0, net(equal)));
    standing.find(|(_, net)| *net > 0).map_or((0, 0), |(value, net)| (value, net as u32))
}
