//! A day of buckets: for each, its facts and the tallies of the account and of every skill.
//!
//! No totals are kept: one pass over the buckets gives every window. What has grown older than a day is dropped, and
//! whatever is stated or taken back about it later is nobody's question any more.

use std::collections::{BTreeMap, VecDeque};

use crate::domain::bucket::Bucket;
use crate::domain::day::facts::{Facts, Stored};
use crate::domain::day::rows::{Latest, Row, Rows};
use crate::domain::day::tally::{Maximum, Tally, Times};
use crate::domain::day::window::{Span, Windows};
use crate::domain::event::Millis;
use crate::domain::fact::{DurationKind, Scopes, Sign, Signed};
use crate::domain::names::Name;
use crate::domain::planted::{Bug, is_planted};

/// The scope of a tally kept bucket by bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tallied {
    /// The whole account.
    Account,
    /// A skill, or what has none.
    Skill(Option<Name>),
}

/// The buckets of one account.
#[derive(Debug)]
pub struct Buckets {
    /// The first one kept.
    oldest: Bucket,
    /// Without gaps from `oldest` on.
    ring: VecDeque<Contents>,
    rows: Rows,
    /// Those that changed since they were last drained.
    changed: Vec<(Tallied, Bucket)>,
    /// Tallies whose greatest duration was taken back.
    unsettled: Vec<(Bucket, Tallied, DurationKind)>,
}

#[derive(Debug, Default)]
struct Contents {
    facts: Facts,
    account: Marked,
    /// By skill code.
    skills: Vec<Option<Box<Marked>>>,
}

#[derive(Debug, Default)]
struct Marked {
    tally: Tally,
    changed: bool,
}

impl Buckets {
    /// No facts yet, and none wanted before `oldest`.
    #[must_use]
    pub fn new(oldest: Bucket) -> Self {
        Self { oldest, ring: VecDeque::new(), rows: Rows::default(), changed: Vec::new(), unsettled: Vec::new() }
    }

    /// The first bucket kept.
    #[must_use]
    pub fn oldest(&self) -> Bucket {
        self.oldest
    }

    /// Drops every bucket before `oldest`.
    pub fn drop_before(&mut self, oldest: Bucket) {
        if oldest <= self.oldest {
            return;
        }
        let old = oldest.since(self.oldest).min(self.ring.len() as i64);
        self.ring.drain(..old as usize);
        self.oldest = oldest;
        self.changed.retain(|(_, bucket)| *bucket >= oldest);
        let oldest_row = self.ring.iter().map(|contents| contents.facts.oldest_row()).min();
        self.rows.drop_before(oldest_row.unwrap_or(u64::MAX));
    }

    /// Gives back the room for more facts in buckets before `newest`: few will come.
    pub fn give_back_room(&mut self, newest: Bucket) {
        let closed = newest.since(self.oldest).clamp(0, self.ring.len() as i64) as usize;
        self.ring.range_mut(..closed).for_each(|contents| contents.facts.give_back_room());
    }

    /// Adds a fact to its bucket and to the tallies in which it counts, if the bucket is kept; `latest` is the
    /// conversation's last row.
    pub fn add(&mut self, signed: &Signed, conversation: u32, latest: &mut Latest) {
        let fact = &signed.fact;
        let bucket = Bucket::of(fact.at - Millis::from(is_planted(Bug::EdgeOnTheWrongSide)));
        if bucket < self.oldest {
            return;
        }
        let row = self.rows.number(Row { conversation, credit: fact.credit }, bucket, latest);
        if let Some(contents) = self.contents(bucket) {
            contents.facts.push(signed, row);
        }
        for scope in Tallied::counting(fact.scopes, fact.credit.skill) {
            self.add_to(scope, bucket, signed);
        }
    }

    fn add_to(&mut self, scope: Tallied, bucket: Bucket, signed: &Signed) {
        let fact = &signed.fact;
        let maximum = self.change(scope, bucket, |tally| tally.add(fact.kind, fact.value, signed.sign));
        if let Some(Maximum::Lost(which)) = maximum
            && !is_planted(Bug::GreatestKept)
        {
            self.unsettled.push((bucket, scope, which));
        }
    }

    /// Finds the greatest durations of tallies that lost theirs, bucket by bucket. Must come before any question.
    pub fn settle(&mut self) {
        let mut unsettled = std::mem::take(&mut self.unsettled);
        unsettled.sort_unstable();
        unsettled.dedup();
        for of_bucket in unsettled.chunk_by(|a, b| a.0 == b.0) {
            let bucket = of_bucket[0].0;
            for ((scope, which), max) in self.greatest_of(bucket, of_bucket) {
                self.change(scope, bucket, |tally| tally.set_max(which, max));
            }
        }
    }

    /// Adds time spent in a bucket, or with −1 takes it back.
    pub fn add_times(&mut self, scope: Tallied, bucket: Bucket, times: Times, unit: i64) {
        self.change(scope, bucket, |tally| tally.add_times(times, unit));
    }

    /// Changes the tally of a scope in a bucket, if the bucket is kept.
    pub fn change<T>(&mut self, scope: Tallied, bucket: Bucket, change: impl FnOnce(&mut Tally) -> T) -> Option<T> {
        let marked = self.contents(bucket)?.marked(scope);
        let first = !std::mem::replace(&mut marked.changed, true);
        let outcome = change(&mut marked.tally);
        if first && !(is_planted(Bug::SkillsInSilence) && scope != Tallied::Account) {
            self.changed.push((scope, bucket));
        }
        Some(outcome)
    }

    /// Marks what is kept of a span as changed in a scope, because of what its tallies do not hold.
    pub fn mark(&mut self, scope: Tallied, span: Span) {
        for (bucket, _) in Bucket::cut(span.from.max(self.oldest.start()), span.to) {
            self.change(scope, bucket, |_| ());
        }
    }

    /// The tallies changed since the last call, oldest mark first.
    pub fn drain_changed(&mut self) -> Vec<(Tallied, Bucket)> {
        let changed = std::mem::take(&mut self.changed);
        for (scope, bucket) in &changed {
            if let Some(contents) = self.contents(*bucket) {
                contents.marked(*scope).changed = false;
            }
        }
        changed
    }

    /// What a bucket knows of a scope.
    #[must_use]
    pub fn tally(&self, scope: Tallied, bucket: Bucket) -> Option<&Tally> {
        self.kept(bucket).and_then(|contents| contents.tally(scope))
    }

    /// The facts of a bucket with whom they are credited to, in the order in which they were stated.
    pub fn facts(&self, bucket: Bucket) -> impl Iterator<Item = (Stored, &Row)> {
        let facts = self.kept(bucket).into_iter().flat_map(|contents| contents.facts.iter());
        facts.map(|fact| (fact, self.rows.get(fact.row)))
    }

    /// The buckets kept, newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = Bucket> + use<> {
        let mut bucket = self.oldest;
        let mut all = Vec::with_capacity(self.ring.len());
        for _ in 0..self.ring.len() {
            all.push(bucket);
            bucket = bucket.next();
        }
        all.into_iter().rev()
    }

    /// The sums of a scope over each of the windows.
    #[must_use]
    pub fn over(&self, scope: Tallied, windows: &Windows) -> Vec<Tally> {
        let mut parts = windows.parts();
        for bucket in self.newest_first() {
            let Some(part) = windows.part_of(bucket) else { break };
            if let Some(tally) = self.tally(scope, bucket) {
                parts[part].merge(tally);
            }
        }
        windows.sum(parts)
    }

    /// Every skill with a tally in some bucket.
    #[must_use]
    pub fn skills(&self) -> Vec<Option<Name>> {
        let longest = self.ring.iter().map(|contents| contents.skills.len()).max().unwrap_or(0);
        let known = |code: &usize| self.ring.iter().any(|contents| contents.has_skill(*code));
        (0..longest).filter(known).map(|code| Name::from_code(code as u32)).collect()
    }

    /// The greatest durations that stand in a bucket, of the tallies asked for.
    fn greatest_of(
        &self,
        bucket: Bucket,
        asked: &[(Bucket, Tallied, DurationKind)],
    ) -> Vec<((Tallied, DurationKind), Millis)> {
        let mut values: BTreeMap<_, Vec<(Millis, Sign)>> =
            asked.iter().map(|(_, scope, which)| ((*scope, *which), Vec::new())).collect();
        for (fact, row) in self.facts(bucket) {
            let Some(which) = fact.kind.duration() else { continue };
            for scope in Tallied::counting(fact.scopes, row.credit.skill) {
                if let Some(of_it) = values.get_mut(&(scope, which)) {
                    of_it.push((fact.value, fact.sign));
                }
            }
        }
        values.into_iter().map(|(of, values)| (of, greatest_net(values.into_iter()))).collect()
    }

    fn contents(&mut self, bucket: Bucket) -> Option<&mut Contents> {
        let place = usize::try_from(bucket.since(self.oldest)).ok()?;
        while self.ring.len() <= place {
            self.ring.push_back(Contents::default());
        }
        Some(&mut self.ring[place])
    }

    fn kept(&self, bucket: Bucket) -> Option<&Contents> {
        usize::try_from(bucket.since(self.oldest)).ok().and_then(|place| self.ring.get(place))
    }
}

impl Contents {
    fn marked(&mut self, scope: Tallied) -> &mut Marked {
        let Tallied::Skill(skill) = scope else { return &mut self.account };
        let code = Name::to_code(skill) as usize;
        if self.skills.len() <= code {
            self.skills.resize_with(code + 1, || None);
        }
        self.skills[code].get_or_insert_default()
    }

    fn tally(&self, scope: Tallied) -> Option<&Tally> {
        match scope {
            Tallied::Account => Some(&self.account.tally),
            Tallied::Skill(skill) => {
                let marked = self.skills.get(Name::to_code(skill) as usize)?.as_ref();
                marked.map(|marked| &marked.tally)
            }
        }
    }

    fn has_skill(&self, code: usize) -> bool {
        self.skills.get(code).is_some_and(Option::is_some)
    }
}

/// The code of the account, which no name has.
const ACCOUNT_CODE: u32 = u32::MAX;

impl Tallied {
    /// As a number, and back.
    #[must_use]
    pub fn code(self) -> u32 {
        match self {
            Self::Account => ACCOUNT_CODE,
            Self::Skill(skill) => Name::to_code(skill),
        }
    }

    /// The inverse of `code`.
    #[must_use]
    pub fn from_code(code: u32) -> Self {
        if code == ACCOUNT_CODE { Self::Account } else { Self::Skill(Name::from_code(code)) }
    }

    fn bit(self) -> Scopes {
        match self {
            Self::Account => Scopes::ACCOUNT,
            Self::Skill(_) => Scopes::SKILL,
        }
    }

    /// Where a fact with these scopes and this skill counts, of the scopes with tallies.
    pub fn counting(scopes: Scopes, skill: Option<Name>) -> impl Iterator<Item = Self> {
        [Self::Account, Self::Skill(skill)].into_iter().filter(move |scope| scopes.has(scope.bit()))
    }
}

/// The greatest of the values that are stated more often than taken back; 0 if there is none.
pub fn greatest_net(values: impl Iterator<Item = (Millis, Sign)>) -> Millis {
    let mut values: Vec<(Millis, i64)> = values.map(|(value, sign)| (value, sign.unit())).collect();
    values.sort_unstable_by_key(|(value, _)| std::cmp::Reverse(*value));
    let standing = values.chunk_by(|a, b| a.0 == b.0).find(|equal| equal.iter().map(|(_, unit)| unit).sum::<i64>() > 0);
    standing.map_or(0, |equal| equal[0].0)
}
