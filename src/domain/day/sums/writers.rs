//! Who writes: contacts, or agents. Each is counted in the bucket of the newest message, in the account and in each skill;
//! and in every bucket in which a message of theirs stands.
//!
//! A window reaches up to now, so those who wrote in it are those whose newest bucket is in it: a sum over buckets. A bucket
//! by itself has all who wrote in it. Of each writer it is kept how many messages stand in which bucket under which skill,
//! newest bucket first: nearly every message meets the first of these, next to those of other writers of its time.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::FixedState;
use smallvec::SmallVec;

use super::buckets::Buckets;
use crate::domain::bucket::Bucket;
use crate::domain::compact::growth;
use crate::domain::compact::prefetch::prefetch;
use crate::domain::day::tally::Distinct;
use crate::domain::fact::Sign;
use crate::domain::names::Name;
use crate::domain::scope::ScopeId;

/// The messages of every contact, or of every agent.
#[derive(Debug)]
pub(super) struct Writers {
    /// Which of the two.
    who: Distinct,
    /// From where buckets are counted here.
    base: Bucket,
    /// The first group of each writer, by number.
    first: Vec<Group>,
    /// The others, by place.
    others: Vec<Group>,
    /// The first free place of these; `NONE` if there is none.
    free: u32,
    /// The messages of writers that have very many groups.
    crowds: HashMap<Name, Crowd, FixedState>,
}

/// The messages of one writer in one bucket under one skill; twelve bytes, since nearly everybody has several.
#[derive(Debug, Clone, Copy)]
struct Group {
    /// Buckets after `base`.
    bucket: u16,
    /// How many messages stand; 0 where there are none, and where they are a crowd.
    count: u16,
    /// By code.
    skill: u32,
    /// The place of the next group, in which the bucket is no newer; `NONE`, or `CROWD`.
    next: u32,
}

const NONE: u32 = u32::MAX;
const CROWD: u32 = u32::MAX - 1;
/// Groups that are looked through for the newest one under a skill, and those that are looked through at all.
const NEAR: usize = 64;
const FEW: usize = 512;

/// The groups of one writer, newest bucket first.
type Groups = SmallVec<[Group; 8]>;

/// How many messages of one writer stand.
#[derive(Debug, Default)]
struct Crowd {
    /// By bucket.
    all: BTreeMap<u16, u32>,
    /// By skill and bucket.
    under: BTreeMap<(u32, u16), u32>,
}

/// A message that comes (+1) or goes (−1).
#[derive(Debug, Clone, Copy)]
struct Message {
    bucket: u16,
    skill: u32,
    sign: Sign,
}

/// What a message changes in the account, or under its skill.
#[derive(Debug, Clone, Copy, Default)]
struct Change {
    /// The newest bucket before and after.
    newest: [Option<u16>; 2],
    /// By how many more wrote in its bucket.
    here: i64,
}

/// In the account, under the skill.
type Changes = [Change; 2];

impl Writers {
    /// No messages yet, and none wanted before `oldest`.
    pub(super) fn new(who: Distinct, oldest: Bucket) -> Self {
        Self { who, base: oldest, first: Vec::new(), others: Vec::new(), free: NONE, crowds: HashMap::default() }
    }

    /// How many numbers of writers have a place.
    pub(super) fn numbers(&self) -> usize {
        self.first.len()
    }

    /// Has what a message will touch brought into the caches.
    #[inline]
    pub(super) fn prefetch(&self, writer: Name) {
        self.first.get(writer.index()).into_iter().for_each(prefetch);
    }

    /// Takes note of a message that was stated or taken back.
    #[inline]
    pub(super) fn add(&mut self, bucket: Bucket, sign: Sign, writer: Name, skill: Option<Name>, buckets: &mut Buckets) {
        let Ok(offset) = u16::try_from(bucket.since(self.base)) else { return };
        let message = Message { bucket: offset, skill: Name::to_code(skill), sign };
        if self.joins_first(writer, message) {
            return;
        }
        let changes = self.change(writer, message);
        for (scope, change) in [ScopeId::Account, ScopeId::Skill(skill)].into_iter().zip(changes) {
            self.count(scope, bucket, change, buckets);
        }
    }

    /// The newest bucket with a message.
    pub(super) fn newest(&self, writer: Name) -> Option<Bucket> {
        self.first_of(writer).map(|group| self.at(group.bucket)).or_else(|| {
            let crowd = self.crowds.get(&writer)?;
            crowd.all.keys().next_back().map(|bucket| self.at(*bucket))
        })
    }

    /// The newest bucket with a message under a skill.
    pub(super) fn newest_under(&self, writer: Name, skill: Option<Name>) -> Option<Bucket> {
        let code = Name::to_code(skill);
        let of_crowd = || self.crowds.get(&writer).and_then(|crowd| crowd.newest(code)[1]);
        let of_few = self.groups_of(writer).find(|group| group.skill == code).map(|group| group.bucket);
        of_few.or_else(of_crowd).map(|bucket| self.at(bucket))
    }

    /// Counts what a message changes in a scope. That somebody is counted elsewhere from now on is no change of the bucket
    /// where they were: that has who wrote in it, wherever else they write.
    fn count(&self, scope: ScopeId, bucket: Bucket, change: Change, buckets: &mut Buckets) {
        let Change { newest: [before, after], here } = change;
        if here != 0 {
            buckets.change(scope, bucket, |tally| tally.count_here(self.who, here));
        }
        if before != after {
            for (offset, unit) in before.map(|offset| (offset, -1)).into_iter().chain(after.map(|offset| (offset, 1))) {
                buckets.change_unseen(scope, self.at(offset), |tally| tally.count_newest(self.who, unit));
            }
        }
    }

    fn at(&self, offset: u16) -> Bucket {
        self.base.later(i64::from(offset))
    }

    /// Whether a message only makes the first group larger or smaller.
    #[inline]
    fn joins_first(&mut self, writer: Name, message: Message) -> bool {
        if self.first.len() <= writer.index() {
            self.first.resize(writer.index() + 1, Group::NOTHING);
        }
        let first = &mut self.first[writer.index()];
        if first.count == 0 || (first.bucket, first.skill) != (message.bucket, message.skill) {
            return false;
        }
        let Some(count @ 1..) = message.added_to(first.count) else { return false };
        first.count = count;
        true
    }

    fn change(&mut self, writer: Name, message: Message) -> Changes {
        if self.first[writer.index()].next == CROWD {
            return self.crowds.entry(writer).or_default().add(message);
        }
        if let Some(changes) = self.add_newest(writer, message) {
            return changes;
        }
        let mut groups: Groups = self.groups_of(writer).collect();
        let Some(changes) = add_to(&mut groups, message) else {
            self.put(writer, &[Group { next: CROWD, ..Group::NOTHING }]);
            let crowd = self.crowds.entry(writer).or_default();
            *crowd = Crowd::of(&groups);
            return crowd.add(message);
        };
        self.put(writer, &groups);
        changes
    }

    /// Adds a message of the newest bucket, or of a newer one, where the newest of its skill is not far: then the others
    /// need not be read.
    fn add_newest(&mut self, writer: Name, message: Message) -> Option<Changes> {
        let first = self.first_of(writer)?;
        let Message { bucket, skill, sign } = message;
        if sign == Sign::Retract || bucket < first.bucket {
            return None;
        }
        let mut under = first;
        let mut place = NONE;
        for _ in 0..NEAR {
            if under.skill == skill {
                break;
            }
            place = under.next;
            let Some(next) = self.others.get(place as usize) else { break };
            under = *next;
        }
        let newest_under = match under.skill == skill {
            true if under.bucket == bucket => {
                self.others.get_mut(place as usize)?.count = message.added_to(under.count)?;
                return Some(Changes::default());
            }
            true => Some(under.bucket),
            false if under.next == NONE => None,
            false => return None,
        };
        let next = self.put_other(first);
        self.first[writer.index()] = Group { bucket, count: 1, skill, next };
        let in_all = Change { newest: [Some(first.bucket), Some(bucket)], here: i64::from(first.bucket != bucket) };
        Some([in_all, Change { newest: [newest_under, Some(bucket)], here: 1 }])
    }

    /// The first group of a writer that has any and is no crowd.
    fn first_of(&self, writer: Name) -> Option<Group> {
        self.first.get(writer.index()).copied().filter(|first| first.count > 0)
    }

    fn groups_of(&self, writer: Name) -> impl Iterator<Item = Group> {
        std::iter::successors(self.first_of(writer), |group| self.others.get(group.next as usize).copied())
    }

    /// Puts groups in the place of those that a writer has.
    fn put(&mut self, writer: Name, groups: &[Group]) {
        let (first, others) = groups.split_first().unwrap_or((&Group::NOTHING, &[]));
        let mut free = self.first[writer.index()].next;
        while let Some(group) = self.others.get_mut(free as usize) {
            let next = std::mem::replace(&mut group.next, self.free);
            (self.free, free) = (free, next);
        }
        let is_crowd = first.next == CROWD;
        let mut next = if is_crowd { CROWD } else { NONE };
        for group in others.iter().rev() {
            next = self.put_other(Group { next, ..*group });
        }
        self.first[writer.index()] = Group { next, ..*first };
    }

    fn put_other(&mut self, group: Group) -> u32 {
        let place = self.free;
        if let Some(free) = self.others.get_mut(place as usize) {
            self.free = free.next;
            *free = group;
            return place;
        }
        growth::push(&mut self.others, group);
        self.others.len() as u32 - 1
    }

    /// Drops messages in buckets before `oldest`.
    pub(super) fn drop_before(&mut self, oldest: Bucket) {
        let by = u16::try_from(oldest.since(self.base).max(0)).unwrap_or(u16::MAX);
        self.base = oldest.max(self.base);
        for index in 0..self.first.len() {
            let writer = Name::at(index);
            if self.first[index].count > 0 {
                let mut groups: Groups = self.groups_of(writer).collect();
                groups.retain(|group| group.bucket >= by);
                groups.iter_mut().for_each(|group| group.bucket -= by);
                self.put(writer, &groups);
            }
        }
        let first = &mut self.first;
        self.crowds.retain(|writer, crowd| {
            crowd.drop_before(by);
            let is_kept = !crowd.all.is_empty();
            if !is_kept {
                first[writer.index()] = Group::NOTHING;
            }
            is_kept
        });
    }
}

impl Message {
    /// How many stand with it; `None` if they are too many for a group.
    fn added_to(self, count: u16) -> Option<u16> {
        count.checked_add_signed(self.sign.unit() as i16)
    }
}

impl Group {
    const NOTHING: Self = Self { bucket: 0, count: 0, skill: 0, next: NONE };
}

/// Changes the groups of a writer; `None`, and nothing changed, if they are too many or too large.
fn add_to(groups: &mut Groups, message: Message) -> Option<Changes> {
    let before = standing(groups, message);
    let place = groups.iter().take_while(|group| group.bucket > message.bucket).count();
    let same = groups[place..].iter().take_while(|group| group.bucket == message.bucket);
    let found = same.enumerate().find(|(_, group)| group.skill == message.skill).map(|(at, _)| place + at);
    match found {
        Some(at) => {
            groups[at].count = message.added_to(groups[at].count)?;
            groups.retain(|group| group.count > 0);
        }
        None if groups.len() >= FEW => return None,
        None if message.sign == Sign::State => {
            let Message { bucket, skill, .. } = message;
            groups.insert(place, Group { bucket, count: 1, skill, next: NONE });
        }
        None => debug_assert!(false, "only what was stated is taken back"),
    }
    Some(differ(before, standing(groups, message)))
}

/// What stands of a writer, in the account or under a skill: the newest bucket, and whether there is anything in a message's.
type Standing = (Option<u16>, bool);

fn standing(groups: &Groups, message: Message) -> [Standing; 2] {
    let of = |is_of: &dyn Fn(&Group) -> bool| {
        let mut of_it = groups.iter().filter(|group| is_of(group)).map(|group| group.bucket);
        let newest = of_it.clone().next();
        (newest, of_it.any(|bucket| bucket == message.bucket))
    };
    [of(&|_| true), of(&|group| group.skill == message.skill)]
}

fn differ(before: [Standing; 2], after: [Standing; 2]) -> Changes {
    [0, 1].map(|of| {
        let ((newest_before, was_here), (newest_after, is_here)) = (before[of], after[of]);
        Change { newest: [newest_before, newest_after], here: i64::from(is_here) - i64::from(was_here) }
    })
}

impl Crowd {
    fn of(groups: &[Group]) -> Self {
        let mut crowd = Self::default();
        for group in groups {
            *crowd.all.entry(group.bucket).or_default() += u32::from(group.count);
            crowd.under.insert((group.skill, group.bucket), u32::from(group.count));
        }
        crowd
    }

    fn add(&mut self, message: Message) -> Changes {
        let Message { bucket, skill, sign } = message;
        let before = self.standing(message);
        count(&mut self.all, bucket, sign);
        count(&mut self.under, (skill, bucket), sign);
        differ(before, self.standing(message))
    }

    fn standing(&self, message: Message) -> [Standing; 2] {
        let Message { bucket, skill, .. } = message;
        let [in_all, under] = self.newest(skill);
        [(in_all, self.all.contains_key(&bucket)), (under, self.under.contains_key(&(skill, bucket)))]
    }

    fn newest(&self, skill: u32) -> [Option<u16>; 2] {
        let under = self.under.range((skill, 0)..=(skill, u16::MAX)).next_back();
        [self.all.keys().next_back().copied(), under.map(|((_, bucket), _)| *bucket)]
    }

    fn drop_before(&mut self, by: u16) {
        let kept = |bucket: u16| bucket.checked_sub(by);
        let all = std::mem::take(&mut self.all).into_iter();
        self.all = all.filter_map(|(bucket, count)| Some((kept(bucket)?, count))).collect();
        let under = std::mem::take(&mut self.under).into_iter();
        self.under = under.filter_map(|((skill, bucket), count)| Some(((skill, kept(bucket)?), count))).collect();
    }
}

fn count<K: Ord + Copy>(counts: &mut BTreeMap<K, u32>, key: K, sign: Sign) {
    let count = counts.entry(key).or_default();
    *count = count.saturating_add_signed(sign.unit() as i32);
    if *count == 0 {
        counts.remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::day::tally::Tally;

    /// How many contacts each bucket has, in the account and under each skill.
    type Counted = BTreeMap<(ScopeId, Bucket), u64>;

    fn counted(buckets: &Buckets, count: impl Fn(&Tally) -> u64) -> Counted {
        let skills = (0..100).map(|code| ScopeId::Skill(Name::from_code(code)));
        let mut counted = Counted::new();
        for scope in [ScopeId::Account].into_iter().chain(skills) {
            for bucket in (-10..300).map(|number| Bucket::of(0).later(number)) {
                let of_it = buckets.tally(scope, bucket).map_or(0, &count);
                counted.extend((of_it > 0).then_some(((scope, bucket), of_it)));
            }
        }
        counted
    }

    /// The same, from the messages that stand: contact, bucket, skill. Those of the newest bucket alone, or all.
    fn expected(standing: &[(usize, i64, u32)], newest_only: bool) -> Counted {
        let mut wrote: BTreeMap<(ScopeId, usize), BTreeSet<i64>> = BTreeMap::new();
        for (contact, bucket, skill) in standing {
            for scope in [ScopeId::Account, ScopeId::Skill(Name::from_code(*skill))] {
                wrote.entry((scope, *contact)).or_default().insert(*bucket);
            }
        }
        let mut counts = Counted::new();
        for ((scope, _), buckets) in wrote {
            let some = if newest_only { 1 } else { buckets.len() };
            for bucket in buckets.iter().rev().take(some) {
                *counts.entry((scope, Bucket::of(0).later(*bucket))).or_default() += 1;
            }
        }
        counts
    }

    #[test]
    fn each_is_counted_in_the_bucket_of_the_newest_message_and_where_there_is_any() {
        for (contacts_count, skills) in [(20, 3), (2, 60), (1, 99)] {
            let (oldest, mut seed) = (Bucket::of(0).later(-5), 7_u64);
            let (mut contacts, mut buckets) = (Writers::new(Distinct::Contacts, oldest), Buckets::new(oldest));
            let mut standing: Vec<(usize, i64, u32)> = Vec::new();
            let mut below = |limit: u64| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (seed >> 33) % limit
            };
            let mut dropped = -5;
            for step in 0..4_000 {
                let (sign, message) = if standing.is_empty() || below(100) < 60 {
                    // Mostly of the newest time, as messages are.
                    let bucket = dropped + if below(3) == 0 { below(30) } else { 20 + step % 500 / 50 } as i64;
                    (Sign::State, (below(contacts_count) as usize, bucket, below(skills) as u32))
                } else {
                    (Sign::Retract, standing.swap_remove(below(standing.len() as u64) as usize))
                };
                let (contact, bucket, skill) = message;
                standing.extend((sign == Sign::State).then_some(message));
                let at = Bucket::of(0).later(bucket);
                contacts.add(at, sign, Name::at(contact), Name::from_code(skill), &mut buckets);
                if step % 500 == 499 {
                    dropped += 4;
                    let oldest = Bucket::of(0).later(dropped);
                    buckets.drop_before(oldest);
                    contacts.drop_before(oldest);
                    standing.retain(|(_, bucket, _)| *bucket >= dropped);
                }
                if step % 50 == 49 {
                    let newest = counted(&buckets, |tally| tally.distinct(Distinct::Contacts));
                    assert_eq!(newest, expected(&standing, true), "step {step}");
                    let here = counted(&buckets, |tally| tally.here(Distinct::Contacts));
                    assert_eq!(here, expected(&standing, false), "step {step}");
                    for contact in 0..contacts_count as usize {
                        let of_it = |skill: Option<u32>| {
                            let of = standing.iter().filter(|one| one.0 == contact && skill.is_none_or(|s| s == one.2));
                            of.map(|(_, bucket, _)| Bucket::of(0).later(*bucket)).max()
                        };
                        assert_eq!(contacts.newest(Name::at(contact)), of_it(None), "step {step}");
                        let under = contacts.newest_under(Name::at(contact), Name::from_code(2));
                        assert_eq!(under, of_it(Some(2)), "step {step}");
                    }
                }
            }
        }
    }

    #[test]
    fn whoever_writes_under_very_many_skills_is_a_crowd_and_counted_alike() {
        let (oldest, skills) = (Bucket::of(0), FEW as u32 + 100);
        let (mut agents, mut buckets) = (Writers::new(Distinct::Agents, oldest), Buckets::new(oldest));
        let mut write = |sign, bucket: i64, skill: u32| {
            agents.add(oldest.later(bucket), sign, Name::at(0), Name::from_code(skill), &mut buckets);
            (agents.crowds.len(), agents.newest(Name::at(0)))
        };
        // Each comes before the ones there are, so that it is put between them.
        let all: Vec<_> = (0..skills).map(|skill| write(Sign::State, 9 - i64::from(skill % 10), skill)).collect();
        assert_eq!(all.last(), Some(&(1, Some(oldest.later(9)))));
        let left: Vec<_> = (0..skills).map(|skill| write(Sign::Retract, 9 - i64::from(skill % 10), skill)).collect();
        assert_eq!(left.last(), Some(&(1, None)));
        let here =
            |bucket| buckets.tally(ScopeId::Account, oldest.later(bucket)).map(|tally| tally.here(Distinct::Agents));
        assert!((0..10).all(|bucket| here(bucket) == Some(0)));
    }
}
