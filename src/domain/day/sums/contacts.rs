//! Distinct contacts: each is counted in the bucket of its newest message, in the account and in each skill.
//!
//! A window reaches up to now, so the contacts in it are those whose newest bucket is in it: a sum over buckets. Of each
//! contact it is kept how many messages stand in which bucket under which skill, newest bucket first: nearly every message
//! meets the first of these, next to those of other contacts of its time.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::FixedState;
use smallvec::SmallVec;

use super::buckets::Buckets;
use super::newest::Move;
use crate::domain::bucket::Bucket;
use crate::domain::compact::prefetch::prefetch;
use crate::domain::day::tally::Distinct;
use crate::domain::fact::Sign;
use crate::domain::names::Name;
use crate::domain::scope::ScopeId;

/// The messages of every contact.
#[derive(Debug)]
pub(super) struct Contacts {
    /// From where buckets are counted here.
    base: Bucket,
    /// The first group of each contact, by its number.
    first: Vec<Group>,
    /// The others, by place.
    others: Vec<Group>,
    /// The first free place of these; `NONE` if there is none.
    free: u32,
    /// The groups of contacts that have many.
    crowds: HashMap<Name, Crowd, FixedState>,
}

/// The messages of one contact in one bucket under one skill; twelve bytes, since nearly every contact has several.
#[derive(Debug, Clone, Copy)]
struct Group {
    /// Buckets after `base`.
    bucket: u16,
    /// How many messages stand; 0 where a contact has none, and where they are a crowd.
    count: u16,
    /// By code.
    skill: u32,
    /// The place of the next group, in which the bucket is no newer; `NONE`, or `CROWD`.
    next: u32,
}

const NONE: u32 = u32::MAX;
const CROWD: u32 = u32::MAX - 1;
/// Groups of a contact that are looked through one by one.
const FEW: usize = 32;

/// The groups of one contact, newest bucket first.
type Groups = SmallVec<[Group; 8]>;

/// How many messages of one contact stand.
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

/// The newest bucket before and after: in the account, under the skill.
type Moves = [[Option<u16>; 2]; 2];

impl Contacts {
    /// No messages yet, and none wanted before `oldest`.
    pub(super) fn new(oldest: Bucket) -> Self {
        Self { base: oldest, first: Vec::new(), others: Vec::new(), free: NONE, crowds: HashMap::default() }
    }

    /// How many numbers of contacts have a place.
    pub(super) fn numbers(&self) -> usize {
        self.first.len()
    }

    /// Has what a message of a contact will touch brought into the caches.
    #[inline]
    pub(super) fn prefetch(&self, contact: Name) {
        self.first.get(contact.index()).into_iter().for_each(prefetch);
    }

    /// Takes note of a message of a contact that was stated or taken back.
    #[inline]
    pub(super) fn add(
        &mut self,
        bucket: Bucket,
        sign: Sign,
        contact: Name,
        skill: Option<Name>,
        buckets: &mut Buckets,
    ) {
        let Ok(offset) = u16::try_from(bucket.since(self.base)) else { return };
        let message = Message { bucket: offset, skill: Name::to_code(skill), sign };
        if self.joins_first(contact, message) {
            return;
        }
        let moves = self.change(contact, message);
        for (scope, [before, after]) in [ScopeId::Account, ScopeId::Skill(skill)].into_iter().zip(moves) {
            let at = |offset: Option<u16>| offset.map(|offset| self.base.later(i64::from(offset)));
            count_move(scope, [at(before), at(after)], Distinct::Contacts, buckets);
        }
    }

    /// Whether a message only makes the first group larger or smaller.
    #[inline]
    fn joins_first(&mut self, contact: Name, message: Message) -> bool {
        if self.first.len() <= contact.index() {
            self.first.resize(contact.index() + 1, Group::NOTHING);
        }
        let first = &mut self.first[contact.index()];
        if first.count == 0 || (first.bucket, first.skill) != (message.bucket, message.skill) {
            return false;
        }
        let Some(count @ 1..) = message.added_to(first.count) else { return false };
        first.count = count;
        true
    }

    fn change(&mut self, contact: Name, message: Message) -> Moves {
        if self.first[contact.index()].next == CROWD {
            return self.crowds.entry(contact).or_default().add(message);
        }
        if let Some(moves) = self.begin_newer(contact, message) {
            return moves;
        }
        let mut groups = self.groups(contact);
        let Some(moves) = add_to(&mut groups, message) else {
            self.put(contact, &[Group { next: CROWD, ..Group::NOTHING }]);
            let crowd = self.crowds.entry(contact).or_default();
            *crowd = Crowd::of(&groups);
            return crowd.add(message);
        };
        self.put(contact, &groups);
        moves
    }

    /// Puts a message before all others, if the one before it has the same skill: then the others need not be read.
    fn begin_newer(&mut self, contact: Name, message: Message) -> Option<Moves> {
        let first = self.first[contact.index()];
        let Message { bucket, skill, sign } = message;
        if sign == Sign::Retract || first.count == 0 || first.skill != skill || first.bucket >= bucket {
            return None;
        }
        let next = self.put_other(first);
        self.first[contact.index()] = Group { bucket, count: 1, skill, next };
        Some([[Some(first.bucket), Some(bucket)]; 2])
    }

    fn groups(&self, contact: Name) -> Groups {
        let mut group = self.first[contact.index()];
        let mut groups = Groups::new();
        while group.count > 0 {
            groups.push(group);
            let Some(next) = self.others.get(group.next as usize) else { break };
            group = *next;
        }
        groups
    }

    /// Puts groups in the place of those that a contact has.
    fn put(&mut self, contact: Name, groups: &[Group]) {
        let (first, others) = groups.split_first().unwrap_or((&Group::NOTHING, &[]));
        let mut free = self.first[contact.index()].next;
        while let Some(group) = self.others.get_mut(free as usize) {
            let next = std::mem::replace(&mut group.next, self.free);
            (self.free, free) = (free, next);
        }
        let is_crowd = first.next == CROWD;
        let mut next = if is_crowd { CROWD } else { NONE };
        for group in others.iter().rev() {
            next = self.put_other(Group { next, ..*group });
        }
        self.first[contact.index()] = Group { next, ..*first };
    }

    fn put_other(&mut self, group: Group) -> u32 {
        let place = self.free;
        if let Some(free) = self.others.get_mut(place as usize) {
            self.free = free.next;
            *free = group;
            return place;
        }
        self.others.push(group);
        self.others.len() as u32 - 1
    }

    /// Drops messages in buckets before `oldest`.
    pub(super) fn drop_before(&mut self, oldest: Bucket) {
        let by = u16::try_from(oldest.since(self.base).max(0)).unwrap_or(u16::MAX);
        self.base = oldest.max(self.base);
        for index in 0..self.first.len() {
            let contact = Name::at(index);
            if self.first[index].count > 0 {
                let mut groups = self.groups(contact);
                groups.retain(|group| group.bucket >= by);
                groups.iter_mut().for_each(|group| group.bucket -= by);
                self.put(contact, &groups);
            }
        }
        let first = &mut self.first;
        self.crowds.retain(|contact, crowd| {
            crowd.drop_before(by);
            let is_kept = !crowd.all.is_empty();
            if !is_kept {
                first[contact.index()] = Group::NOTHING;
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

/// Changes the groups of a contact; `None`, and nothing changed, if they are too many or too large.
fn add_to(groups: &mut Groups, message: Message) -> Option<Moves> {
    let newest = |groups: &Groups| {
        let under = groups.iter().find(|group| group.skill == message.skill);
        [groups.first(), under].map(|group| group.map(|group| group.bucket))
    };
    let before = newest(groups);
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
    let after = newest(groups);
    Some([[before[0], after[0]], [before[1], after[1]]])
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

    fn add(&mut self, message: Message) -> Moves {
        let Message { bucket, skill, sign } = message;
        let before = self.newest(skill);
        count(&mut self.all, bucket, sign);
        count(&mut self.under, (skill, bucket), sign);
        let after = self.newest(skill);
        [[before[0], after[0]], [before[1], after[1]]]
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

/// Counts one who moves from a bucket to another.
pub(super) fn count_move(scope: ScopeId, [before, after]: Move, who: Distinct, buckets: &mut Buckets) {
    if before == after {
        return;
    }
    // A bucket by itself has who wrote in it, wherever else they write: only where they are counted now has changed.
    if let Some(bucket) = before {
        buckets.change_unseen(scope, bucket, |tally| tally.count_distinct(who, -1));
    }
    if let Some(bucket) = after {
        buckets.change(scope, bucket, |tally| tally.count_distinct(who, 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many contacts have their newest message in each bucket: in the account, then under each skill.
    fn counted(buckets: &Buckets) -> Vec<(ScopeId, Bucket, u64)> {
        let skills = (0..100).map(|code| ScopeId::Skill(Name::from_code(code)));
        let scopes = [ScopeId::Account].into_iter().chain(skills);
        let of = |scope: ScopeId| {
            let count = move |bucket| (scope, bucket, buckets.tally(scope, bucket).map_or(0, contacts_in));
            (-300..300).rev().map(|number| Bucket::of(0).later(number)).map(count)
        };
        scopes.flat_map(of).filter(|(_, _, count)| *count > 0).collect()
    }

    fn contacts_in(tally: &crate::domain::day::tally::Tally) -> u64 {
        tally.distinct(Distinct::Contacts)
    }

    /// The same, from the messages that stand.
    fn expected(standing: &[(usize, i64, u32)], oldest: i64) -> Vec<(ScopeId, Bucket, u64)> {
        let mut newest: BTreeMap<(Option<u32>, usize), i64> = BTreeMap::new();
        for (contact, bucket, skill) in standing.iter().filter(|(_, bucket, _)| *bucket >= oldest) {
            for scope in [None, Some(*skill)] {
                let newest = newest.entry((scope, *contact)).or_insert(*bucket);
                *newest = (*newest).max(*bucket);
            }
        }
        let mut counts: BTreeMap<(Option<u32>, std::cmp::Reverse<i64>), u64> = BTreeMap::new();
        for ((scope, _), bucket) in newest {
            *counts.entry((scope, std::cmp::Reverse(bucket))).or_default() += 1;
        }
        let scope = |of: Option<u32>| of.map_or(ScopeId::Account, |code| ScopeId::Skill(Name::from_code(code)));
        let bucket = |at: i64| Bucket::of(0).later(at);
        counts.into_iter().map(|((of, at), count)| (scope(of), bucket(at.0), count)).collect()
    }

    #[test]
    fn each_is_counted_in_the_bucket_of_the_newest_message_that_stands() {
        for (contacts_count, skills) in [(20, 3), (2, 60)] {
            let (oldest, mut seed) = (Bucket::of(0).later(-5), 7_u64);
            let (mut contacts, mut buckets) = (Contacts::new(oldest), Buckets::new(oldest));
            let mut standing: Vec<(usize, i64, u32)> = Vec::new();
            let mut below = |limit: u64| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (seed >> 33) % limit
            };
            let mut dropped = -5;
            for step in 0..4_000 {
                let (sign, message) = if standing.is_empty() || below(100) < 52 {
                    let bucket = dropped + below(30) as i64;
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
                    assert_eq!(counted(&buckets), expected(&standing, dropped), "step {step}");
                }
            }
        }
    }
}
