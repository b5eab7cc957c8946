//! The facts credited to one agent, eight bytes each, in the order in which they were stated.
//!
//! With ten thousand agents nearly every (agent, bucket) holds something, so a tally for each would be the largest
//! thing in memory. One pass over an agent's log gives every window, alone and within each skill.

use super::buckets::greatest_net;
use crate::domain::bucket::Bucket;
use crate::domain::compact::growth;
use crate::domain::day::tally::{Maximum, Tally};
use crate::domain::day::window::Windows;
use crate::domain::event::Millis;
use crate::domain::fact::{DurationKind, FactKind, Scopes, Sign, Stated};
use crate::domain::names::Name;

/// An agent's facts.
#[derive(Debug, Default)]
pub struct Log {
    entries: Vec<Packed>,
    /// What does not fit into an entry.
    wide: Vec<Entry>,
    /// The skills under which the agent has facts, by their place in entries.
    skills: Vec<Skill>,
}

/// A skill under which the agent has facts.
#[derive(Debug, Clone, Copy)]
struct Skill {
    skill: Option<Name>,
    /// The newest bucket with a human message under it.
    active: Option<Bucket>,
    changed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    bucket: Bucket,
    kind: FactKind,
    sign: Sign,
    scopes: Scopes,
    /// Place in `skills`.
    skill: usize,
    /// The duration; how many, for kinds without one.
    value: Millis,
}

/// The low nine bits of the bucket, kind (6), sign (1), agent and agent-skill scope (2), skill (14); the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Packed {
    head: u32,
    value: u32,
}

/// Buckets that the low bits tell apart; more than are ever kept.
const RING: i64 = 512;
/// How far back a count looks for an entry to join.
const JOIN: usize = 8;

impl Log {
    /// Adds a fact of a bucket, or takes one back.
    pub(super) fn add(&mut self, bucket: Bucket, stated: &Stated, skill: Option<Name>) {
        let Stated { kind, value, scopes, sign, .. } = *stated;
        let skill = self.place_of(skill);
        self.skills[skill].changed = true;
        let value = if kind.duration().is_some() { value } else { 1 };
        let entry = Entry { bucket, kind, sign, scopes, skill, value };
        let Some(packed) = entry.pack() else {
            self.wide.push(entry);
            return;
        };
        if kind.duration().is_some() || !self.join(packed) {
            growth::push(&mut self.entries, packed);
        }
    }

    /// Adds a count to a like entry near the end.
    fn join(&mut self, packed: Packed) -> bool {
        let like = self.entries.iter_mut().rev().take(JOIN).find(|other| other.head == packed.head);
        like.map(|other| other.value += 1).is_some()
    }

    /// The sums over each of the windows, under one skill or all.
    #[must_use]
    pub fn over(&self, skill: Option<Option<Name>>, windows: &Windows) -> Vec<Tally> {
        let entries = || self.of(skill, Bucket::of(windows.now()));
        windows.sum(sums(entries, windows.parts(), |bucket| windows.part_of(bucket)))
    }

    /// The sums of one bucket, under one skill or all; `newest` is the bucket of the moment up to which facts have been
    /// added.
    #[must_use]
    pub fn in_bucket(&self, skill: Option<Option<Name>>, bucket: Bucket, newest: Bucket) -> Tally {
        let entries = || self.of(skill, newest);
        sums(entries, vec![Tally::default()], |of_it| (of_it == bucket).then_some(0)).remove(0)
    }

    /// The newest bucket with a fact that stands, under one skill or all; `newest` as above.
    #[must_use]
    pub fn newest(&self, skill: Option<Option<Name>>, newest: Bucket) -> Option<Bucket> {
        // Nothing is taken back but what was stated, of its kind and in its bucket: a sum over all kinds hides nothing.
        let mut standing = [0_i64; RING as usize];
        for entry in self.of(skill, newest) {
            let facts = if entry.kind.duration().is_some() { entry.sign.unit() } else { entry.units() };
            standing[newest.since(entry.bucket).clamp(0, RING - 1) as usize] += facts;
        }
        let back = standing.iter().position(|facts| *facts > 0)?;
        Some(newest.later(-(back as i64)))
    }

    /// The entries of one skill or all.
    fn of(&self, skill: Option<Option<Name>>, newest: Bucket) -> impl Iterator<Item = Entry> {
        let packed = self.entries.iter().map(move |packed| packed.unpack(newest));
        let wanted = skill.map(|skill| self.skills.iter().position(|one| one.skill == skill));
        packed.chain(self.wide.iter().copied()).filter(move |entry| match wanted {
            None => entry.scopes.has(Scopes::AGENT),
            Some(skill) => entry.scopes.has(Scopes::AGENT_SKILL) && skill == Some(entry.skill),
        })
    }

    /// Drops what is older than `oldest`; `newest` is the bucket of the moment up to which facts have been added.
    pub(super) fn drop_before(&mut self, oldest: Bucket, newest: Bucket) {
        self.entries.retain(|packed| packed.unpack(newest).bucket >= oldest);
        self.wide.retain(|entry| entry.bucket >= oldest);
        for skill in &mut self.skills {
            skill.active = skill.active.filter(|bucket| *bucket >= oldest);
        }
    }

    /// Notes a human message in a bucket; the newest such bucket before and after, under the skill and in all.
    pub(super) fn wrote(
        &mut self,
        bucket: Bucket,
        sign: Sign,
        skill: Option<Name>,
        now: Millis,
    ) -> [[Option<Bucket>; 2]; 2] {
        let place = self.place_of(skill);
        let before = [self.skills[place].active, self.active()];
        let active = self.skills[place].active;
        self.skills[place].active = match sign {
            Sign::State => active.max(Some(bucket)),
            Sign::Retract if active == Some(bucket) => self.newest_message(place, now),
            Sign::Retract => active,
        };
        let after = [self.skills[place].active, self.active()];
        [[before[0], after[0]], [before[1], after[1]]]
    }

    /// The newest bucket with a human message.
    #[must_use]
    pub fn active(&self) -> Option<Bucket> {
        self.skills.iter().filter_map(|skill| skill.active).max()
    }

    /// The newest bucket with a human message under a skill.
    #[must_use]
    pub fn active_under(&self, skill: Option<Name>) -> Option<Bucket> {
        self.skills.iter().find(|one| one.skill == skill).and_then(|one| one.active)
    }

    /// The skills under which there are facts.
    pub fn skills(&self) -> impl Iterator<Item = Option<Name>> {
        self.skills.iter().map(|skill| skill.skill)
    }

    /// The skills under which something changed since the last call.
    pub(super) fn drain_changed(&mut self) -> Vec<Option<Name>> {
        let changed = |skill: &mut Skill| std::mem::take(&mut skill.changed).then_some(skill.skill);
        self.skills.iter_mut().filter_map(changed).collect()
    }

    /// Makes the skill known and marks it as changed.
    pub(super) fn touch(&mut self, skill: Option<Name>) {
        let place = self.place_of(skill);
        self.skills[place].changed = true;
    }

    fn newest_message(&self, skill: usize, now: Millis) -> Option<Bucket> {
        let newest = Bucket::of(now);
        let unpacked = self.entries.iter().map(|packed| packed.unpack(newest)).chain(self.wide.iter().copied());
        let messages = unpacked.filter(|entry| entry.kind == FactKind::AgentMessage && entry.skill == skill);
        let mut counts: Vec<(Bucket, i64)> = messages.map(|entry| (entry.bucket, entry.units())).collect();
        counts.sort_unstable();
        let of_bucket = counts.chunk_by(|a, b| a.0 == b.0);
        let standing = of_bucket.filter(|equal| equal.iter().map(|(_, units)| units).sum::<i64>() > 0);
        standing.map(|equal| equal[0].0).max()
    }

    fn place_of(&mut self, skill: Option<Name>) -> usize {
        self.skills.iter().position(|one| one.skill == skill).unwrap_or_else(|| {
            self.skills.push(Skill { skill, active: None, changed: false });
            self.skills.len() - 1
        })
    }
}

/// The parts, empty before, with every entry added whose bucket falls into one.
fn sums<I: Iterator<Item = Entry>>(
    entries: impl Fn() -> I,
    mut parts: Vec<Tally>,
    part_of: impl Fn(Bucket) -> Option<usize>,
) -> Vec<Tally> {
    let mut lost: Vec<(usize, DurationKind)> = Vec::new();
    for entry in entries() {
        let Some(part) = part_of(entry.bucket) else { continue };
        if let Maximum::Lost(which) = entry.add_to(&mut parts[part]) {
            lost.push((part, which));
        }
    }
    lost.dedup();
    for (part, which) in lost {
        let of_it =
            entries().filter(|entry| part_of(entry.bucket) == Some(part) && entry.kind.duration() == Some(which));
        parts[part].set_max(which, greatest_net(of_it.map(|entry| (entry.value, entry.sign))));
    }
    parts
}

impl Entry {
    fn pack(self) -> Option<Packed> {
        let value = u32::try_from(self.value).ok()?;
        let skill = u32::try_from(self.skill).ok().filter(|skill| *skill < 1 << 14)?;
        let scopes = u32::from(self.scopes.0 >> 2);
        let sign = u32::from(self.sign == Sign::Retract);
        let head = skill << 18 | scopes << 16 | sign << 15 | (self.kind as u32) << 9 | self.bucket.modulo(RING);
        Some(Packed { head, value })
    }

    fn add_to(&self, tally: &mut Tally) -> Maximum {
        if self.kind.duration().is_some() {
            return tally.add(self.kind, self.value, self.sign);
        }
        tally.add_count(self.kind, self.units());
        Maximum::Known
    }

    /// How many facts of a kind without a duration it states, or with a minus takes back.
    fn units(&self) -> i64 {
        self.value * self.sign.unit()
    }
}

impl Packed {
    /// `newest` is no more than a ring's length after the entry's bucket, and not before it.
    fn unpack(self, newest: Bucket) -> Entry {
        let back = (newest.modulo(RING) + RING as u32 - (self.head & 0x1ff)) % RING as u32;
        Entry {
            bucket: newest.later(-i64::from(back)),
            kind: FactKind::ALL[(self.head >> 9 & 0x3f) as usize],
            sign: if self.head >> 15 & 1 == 0 { Sign::State } else { Sign::Retract },
            scopes: Scopes((self.head >> 16 & 3) as u8 * Scopes::AGENT.0),
            skill: (self.head >> 18) as usize,
            value: Millis::from(self.value),
        }
    }
}
