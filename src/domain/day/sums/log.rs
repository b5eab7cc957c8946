//! The facts credited to one agent as a stream of some three bytes a fact, in the order in which they were stated.
//!
//! With ten thousand agents nearly every (agent, bucket) holds something, so a tally for each would be the largest
//! thing in memory. One pass over an agent's log gives every window, alone and within each skill.

use super::logged::Measured;
use super::skills::Skills;
use crate::domain::bucket::Bucket;
use crate::domain::compact::tape::Tape;
use crate::domain::compact::varint::{Encoded, Reader};
use crate::domain::day::tally::Tally;
use crate::domain::event::Millis;
use crate::domain::fact::{FactKind, Scopes, Sign, Stated};
use crate::domain::names::Name;

/// An agent's facts.
#[derive(Debug)]
pub struct Log {
    /// Each: kind (6 bits), sign, whether another context follows; the value of a kind with a duration.
    facts: Tape<Context>,
    /// That of the newest fact.
    last: Context,
    /// The skills under which the agent has facts.
    skills: Skills,
}

/// What a fact often has in common with the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Context {
    bucket: Bucket,
    /// Place in `skills`.
    skill: u32,
    /// Those of agents alone.
    scopes: Scopes,
}

/// One of the facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) kind: FactKind,
    pub(super) sign: Sign,
    /// The duration, of kinds that have one.
    pub(super) value: Millis,
    context: Context,
}

const RETRACTS: u8 = 0x40;
const HAS_CONTEXT: u8 = 0x80;
/// The scopes of agents.
const OF_AGENTS: u8 = Scopes::AGENT.0 | Scopes::AGENT_SKILL.0;
/// In a context's first byte, before the scopes: the bucket differs.
const HAS_BUCKET: u8 = 0x20;
/// In the place of a skill: it stands behind.
const FAR_SKILL: u8 = 0x07;

impl Default for Log {
    fn default() -> Self {
        let (facts, skills) = (Tape::default(), Skills::default());
        Self { facts, last: Context::default(), skills }
    }
}

impl Log {
    /// Adds a fact of a bucket, or takes one back.
    #[inline]
    pub(super) fn add(&mut self, bucket: Bucket, stated: &Stated, skill: Option<Name>) {
        let place = self.skills.touch(skill);
        let context = Context { bucket, skill: place as u32, scopes: Scopes(stated.scopes.0 & OF_AGENTS) };
        let retracts = if stated.sign == Sign::Retract { RETRACTS } else { 0 };
        let mut entry = Encoded::new(stated.kind as u8 | retracts);
        if context != self.last {
            entry = Encoded::new(stated.kind as u8 | retracts | HAS_CONTEXT);
            context.write(&mut entry, self.last);
        }
        if stated.kind.duration().is_some() {
            entry.number(stated.value as u64);
        }
        self.facts.append(entry.as_slice(), self.last);
        self.last = context;
    }

    /// The sums of one bucket, under one skill or all.
    #[must_use]
    pub fn in_bucket(&self, skill: Option<Option<Name>>, bucket: Bucket) -> Tally {
        let (mut tally, mut measured) = (Tally::default(), Measured::default());
        for entry in self.of(skill).filter(|entry| entry.context.bucket == bucket) {
            tally.count_fact(entry.kind, entry.sign);
            measured.add(0, 0, &entry);
        }
        measured.standing(|_, _, which, durations| tally.set_durations(which, durations));
        tally
    }

    /// The entries of one skill or all.
    fn of(&self, skill: Option<Option<Name>>) -> impl Iterator<Item = Entry> {
        let wanted = skill.map(|skill| self.skills.find(skill));
        self.entries().filter(move |Entry { context, .. }| match wanted {
            None => context.scopes.has(Scopes::AGENT),
            Some(skill) => context.scopes.has(Scopes::AGENT_SKILL) && skill == Some(context.skill as usize),
        })
    }

    /// All of them, in the order in which they were stated.
    pub(super) fn entries(&self) -> impl Iterator<Item = Entry> {
        self.facts.pieces().flat_map(|(start, bytes)| Entry::all(start, bytes))
    }

    /// Drops what is older than `oldest`, as far as whole pieces go.
    pub(super) fn drop_before(&mut self, oldest: Bucket) {
        let is_kept = |entry: Entry| entry.context.bucket >= oldest;
        self.facts.retain(|start, bytes| Entry::all(start, bytes).any(is_kept));
    }

    /// How many bytes whoever asks has to read.
    pub(super) fn bytes(&self) -> usize {
        self.facts.bytes()
    }

    /// The place of a skill, by which entries name it.
    pub(super) fn place_of(&self, skill: Option<Name>) -> Option<usize> {
        self.skills.find(skill)
    }

    /// The skills under which there are facts.
    pub fn skills(&self) -> impl Iterator<Item = Option<Name>> {
        self.skills.iter()
    }

    /// Whether something changed since the skills under which it did were last drained.
    pub(super) fn is_changed(&self) -> bool {
        self.skills.is_changed()
    }

    /// The skills under which something changed since the last call.
    pub(super) fn drain_changed(&mut self) -> Vec<Option<Name>> {
        self.skills.drain_changed()
    }

    /// Makes the skill known and marks it as changed.
    pub(super) fn touch(&mut self, skill: Option<Name>) {
        self.skills.touch(skill);
    }
}

impl Entry {
    /// Entries that stand behind each other.
    fn all(start: Context, bytes: &[u8]) -> impl Iterator<Item = Self> {
        let (mut reader, mut context) = (Reader::new(bytes), start);
        std::iter::from_fn(move || (!reader.is_at_end()).then(|| Self::read(&mut reader, &mut context)))
    }

    pub(super) fn bucket(&self) -> Bucket {
        self.context.bucket
    }

    pub(super) fn scopes(&self) -> Scopes {
        self.context.scopes
    }

    pub(super) fn place_of_skill(&self) -> usize {
        self.context.skill as usize
    }

    #[inline(always)]
    fn read(reader: &mut Reader<'_>, context: &mut Context) -> Self {
        let head = reader.byte();
        if head & HAS_CONTEXT != 0 {
            context.read(reader);
        }
        let kind = FactKind::ALL[usize::from(head & 0x3f)];
        let value = if kind.duration().is_some() { reader.number() as Millis } else { 0 };
        let sign = if head & RETRACTS == 0 { Sign::State } else { Sign::Retract };
        Self { kind, sign, value, context: *context }
    }
}

impl Context {
    /// Place of the skill (3 bits), scopes, whether the bucket differs; then what of it stands behind.
    #[inline]
    fn write(&self, entry: &mut Encoded, last: Self) {
        let near = u8::try_from(self.skill).unwrap_or(FAR_SKILL).min(FAR_SKILL);
        let has_bucket = if self.bucket == last.bucket { 0 } else { HAS_BUCKET };
        entry.byte(near | self.scopes.0 << 1 | has_bucket);
        if near == FAR_SKILL {
            entry.number(u64::from(self.skill));
        }
        if has_bucket != 0 {
            entry.signed(self.bucket.since(last.bucket));
        }
    }

    #[inline]
    fn read(&mut self, reader: &mut Reader<'_>) {
        let head = reader.byte();
        self.scopes = Scopes(head >> 1 & OF_AGENTS);
        let near = head & FAR_SKILL;
        self.skill = if near == FAR_SKILL { reader.number() as u32 } else { u32::from(near) };
        if head & HAS_BUCKET != 0 {
            self.bucket = self.bucket.later(reader.signed());
        }
    }
}

impl Default for Context {
    fn default() -> Self {
        Self { bucket: Bucket::of(0), skill: 0, scopes: Scopes(0) }
    }
}
