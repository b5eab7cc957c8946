//! A conversation's events in order, as few bytes: identities in one column, everything else as varints in another.
//!
//! One representation serves open and finished conversations, drill-down and snapshots. What an agent does elsewhere
//! (opening another conversation, going offline) stands in the timeline too, as `Left`, because it ends the visit here.

mod coding;

use std::collections::HashSet;

use foldhash::fast::FixedState;
use smallvec::SmallVec;

use crate::domain::compact::prefetch::{prefetch_all, prefetch_end, prefetch_ends};
use crate::domain::compact::varint::{self, Encoded, Reader};
use crate::domain::event::{Audience, Change, Identity, Millis, Mood, Origin, Outcome, Sequence, Side};
use crate::domain::names::Name;
use coding::{read_act, write_act};

/// Where an event stands in a timeline: time, sequence, type, identity (SPEC §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Event time.
    pub at: Millis,
    /// The producer's own order within a millisecond.
    pub sequence: u32,
    /// The place of the type in SPEC §1's table.
    pub rank: u8,
    /// Breaks the last tie within a conversation.
    pub identity: u64,
    /// 0 for the conversation's own events; for a `Left`, whether its own conversation sorts before or after this one.
    pub across: i8,
}

/// An event of the timeline, interned. Of the events of one identity and moment a timeline has only the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Its place.
    pub key: Key,
    /// What happened.
    pub act: Act,
    /// Whether the producer said the sequence: then it is content.
    pub has_sequence: bool,
    /// Whether an earlier event of its identity stands: then this one breaks the silence, and does nothing else.
    pub lost: bool,
}

/// What `assigned` does, interned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    /// Nothing.
    Keep,
    /// To this, or to none.
    To(Option<Name>),
}

impl Set {
    /// From an event's field and the way to intern it.
    pub fn of(change: &Change<'_>, intern: impl FnOnce(&str) -> Name) -> Self {
        match change {
            Change::Keep => Self::Keep,
            Change::Clear => Self::To(None),
            Change::Set(name) => Self::To(Some(intern(name))),
        }
    }

    /// Applied to what was set before.
    pub fn apply(self, to: &mut Option<Name>) {
        if let Self::To(name) = self {
            *to = name;
        }
    }
}

/// What `conversation_started` said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct About {
    /// The customer.
    pub contact: Option<Name>,
    /// The customer's company.
    pub company: Option<Name>,
    /// Where it came in.
    pub channel: Option<Name>,
    /// On which number or inbox.
    pub line: Option<Name>,
    /// In which skill it starts.
    pub skill: Option<Name>,
    /// How it came about.
    pub origin: Origin,
    /// Whom it is with.
    pub audience: Audience,
}

/// What happened, interned: an event's body less what the fold does not keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of `event::Body`, documented there")]
pub enum Act {
    Started(About),
    Assigned {
        agent: Set,
        skill: Set,
    },
    HandedOff,
    Joined(Name),
    Tagged(Name),
    Focused(Name),
    CustomerMessage {
        contact: Option<Name>,
        characters: u32,
        automated: bool,
    },
    AgentMessage {
        agent: Name,
        characters: u32,
        automated: bool,
    },
    Unfocused(Name),
    Snoozed(Option<Millis>),
    Closed {
        agent: Option<Name>,
        closed_by: Side,
        outcome: Option<Outcome>,
    },
    Reopened,
    SurveySent {
        survey: Option<u64>,
        agent: Option<Name>,
        skill: Option<Name>,
    },
    SurveyAnswered {
        survey: Option<u64>,
        score: i32,
        commented: bool,
        agent: Option<Name>,
        skill: Option<Name>,
    },
    SurveyCommented {
        survey: Option<u64>,
    },
    MoodPrompted(Name),
    MoodRecorded {
        agent: Name,
        mood: Mood,
    },
    /// The agent opened another conversation, or went offline.
    Left(Name),
}

/// The type's place in SPEC §1's table; `agent_status` comes last.
pub mod rank {
    /// `focused`.
    pub const FOCUSED: u8 = 5;
    /// `agent_status`.
    pub const STATUS: u8 = 17;
}

impl Act {
    /// Whether it belongs to the conversation, or was put in because of something elsewhere.
    #[must_use]
    pub fn is_own(self) -> bool {
        !matches!(self, Self::Left(_))
    }

    fn tag(self) -> u8 {
        match self {
            Self::Started(_) => 0,
            Self::Assigned { .. } => 1,
            Self::HandedOff => 2,
            Self::Joined(_) => 3,
            Self::Tagged(_) => 4,
            Self::Focused(_) => rank::FOCUSED,
            Self::CustomerMessage { .. } => 6,
            Self::AgentMessage { .. } => 7,
            Self::Unfocused(_) => 8,
            Self::Snoozed(_) => 9,
            Self::Closed { .. } => 10,
            Self::Reopened => 11,
            Self::SurveySent { .. } => 12,
            Self::SurveyAnswered { .. } => 13,
            Self::SurveyCommented { .. } => 14,
            Self::MoodPrompted(_) => 15,
            Self::MoodRecorded { .. } => 16,
            Self::Left(_) => rank::STATUS,
        }
    }

    /// The type's place in the order of ties. A `Left` takes the one of the event it stems from.
    #[must_use]
    pub fn rank(self) -> u8 {
        self.tag()
    }
}

impl Entry {
    /// One of the conversation's own events.
    #[must_use]
    pub fn own(at: Millis, sequence: Sequence, identity: Identity, act: Act) -> Self {
        let key = Key { at, sequence: sequence.place(), rank: act.rank(), identity: identity.0, across: 0 };
        Self { key, act, has_sequence: matches!(sequence, Sequence::Said(_)), lost: false }
    }

    /// What ends the visits of an agent who is elsewhere from `key` on.
    #[must_use]
    pub fn left(key: Key, agent: Name) -> Self {
        Self { key, act: Act::Left(agent), has_sequence: false, lost: false }
    }

    /// Whether two events of one identity are repeats of one another. An assumed sequence is no content.
    #[must_use]
    pub fn repeats(&self, other: &Self) -> bool {
        let said = |entry: &Self| entry.has_sequence.then_some(entry.key.sequence);
        (self.key.at, self.act, said(self)) == (other.key.at, other.act, said(other))
    }

    fn head(&self) -> u8 {
        let flag = |is_so: bool, flag: u8| if is_so { flag } else { 0 };
        let follows = flag(self.key.sequence != 0, SEQUENCE_FOLLOWS);
        self.act.tag() | follows | flag(self.has_sequence, HAS_SEQUENCE) | flag(self.lost, LOST)
    }
}

/// The events of one life of one conversation, with room for more.
#[derive(Debug, Default)]
pub struct Timeline {
    identities: SmallVec<[u64; OPEN_EVENTS]>,
    bytes: SmallVec<[u8; OPEN_BYTES]>,
    /// The identities once more, where there are many: looking through all would take longer than an event.
    #[expect(clippy::box_collection, reason = "eight bytes in every life, for what few have")]
    known: Option<Box<HashSet<u64, FixedState>>>,
}

/// The same in as few bytes as there are: how many events, their identities, from the first to the last of the
/// conversation's own in milliseconds, their bytes.
#[derive(Debug)]
pub struct Sealed(Box<[u8]>);

/// The parts of an event's first byte: its tag, and what else is so.
const TAG: u8 = 0x1f;
const SEQUENCE_FOLLOWS: u8 = 0x20;
const HAS_SEQUENCE: u8 = 0x40;
const LOST: u8 = 0x80;
/// Room for so many events and bytes beside the state: most conversations never need more, and few use much less.
const OPEN_EVENTS: usize = 24;
const OPEN_BYTES: usize = 176;
/// From so many events on identities are looked up in a set.
const MANY: usize = 256;
/// Bytes of an identity.
const IDENTITY: usize = size_of::<u64>();
/// Bytes of the count before the identities.
const COUNT: usize = size_of::<u32>();
/// Bytes at most of how long a life is.
const LENGTH: usize = 10;

impl Timeline {
    /// Adds an event that comes after all others, the last of which was at `last`.
    pub fn push(&mut self, last: Millis, entry: &Entry) {
        self.identities.push(entry.key.identity);
        match &mut self.known {
            Some(known) => _ = known.insert(entry.key.identity),
            None if self.identities.len() >= MANY => self.index_identities(),
            None => {}
        }
        self.bytes.extend_from_slice(encoded(last, entry).as_slice());
    }

    /// The timeline of these events, which are in order.
    #[must_use]
    pub fn of(entries: &[Entry]) -> Self {
        let mut timeline = Self::default();
        timeline.write_all(entries);
        if entries.len() >= MANY {
            timeline.index_identities();
        }
        timeline
    }

    /// Writes all events anew, of which some have come to those that were there before.
    pub fn replace(&mut self, entries: &[Entry], come: impl Iterator<Item = u64>) {
        self.write_all(entries);
        match &mut self.known {
            Some(known) => known.extend(come),
            None if entries.len() >= MANY => self.index_identities(),
            None => {}
        }
    }

    /// How many events there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.identities.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether some event has this identity.
    #[must_use]
    pub fn knows(&self, identity: u64) -> bool {
        match &self.known {
            Some(known) => known.contains(&identity),
            None => self.identities.contains(&identity),
        }
    }

    /// Has what tells how long it is brought into the caches.
    #[inline]
    pub fn prefetch_lengths(&self) {
        prefetch_ends(&self.identities);
        prefetch_ends(&self.bytes);
        prefetch_ends(&self.known);
    }

    /// Has what adding an event will read brought into the caches.
    #[inline]
    pub fn prefetch(&self) {
        if self.known.is_none() {
            prefetch_all(&self.identities);
        }
        prefetch_end(&self.identities);
        prefetch_end(&self.bytes);
    }

    /// The events in order.
    pub fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        entries(self.identities.iter().copied(), &self.bytes)
    }

    /// Gives back the room for more; the conversation's own events are between two moments.
    #[must_use]
    pub fn seal(&self, first_at: Millis, last_at: Millis) -> Sealed {
        let mut sealed = Vec::with_capacity(COUNT + IDENTITY * self.identities.len() + LENGTH + self.bytes.len());
        sealed.extend((self.identities.len() as u32).to_le_bytes());
        sealed.extend(self.identities.iter().flat_map(|identity| identity.to_le_bytes()));
        varint::write(&mut sealed, (last_at - first_at) as u64);
        sealed.extend(&self.bytes);
        Sealed(sealed.into_boxed_slice())
    }

    fn write_all(&mut self, entries: &[Entry]) {
        self.identities.clear();
        self.bytes.clear();
        self.identities.extend(entries.iter().map(|entry| entry.key.identity));
        let mut last = 0;
        for entry in entries {
            self.bytes.extend_from_slice(encoded(last, entry).as_slice());
            last = entry.key.at;
        }
    }

    fn index_identities(&mut self) {
        self.known = Some(Box::new(self.identities.iter().copied().collect()));
    }
}

impl Sealed {
    /// How many events there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.first_chunk().map_or(0, |count| u32::from_le_bytes(*count) as usize)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether some event has this identity.
    #[must_use]
    pub fn knows(&self, identity: u64) -> bool {
        self.identities().any(|known| known == identity)
    }

    /// Has all of it brought into the caches.
    pub fn prefetch(&self) {
        prefetch_all(&self.0);
    }

    /// The first and the last moment of the conversation's own events.
    #[must_use]
    pub fn span(&self) -> [Millis; 2] {
        let mut reader = Reader::new(self.rest());
        let length = reader.number() as Millis;
        // No event comes before the first of the conversation's own.
        let first_at = self.entries().next().map_or(0, |entry| entry.key.at);
        [first_at, first_at + length]
    }

    /// The events in order.
    pub fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        let mut reader = Reader::new(self.rest());
        let _length = reader.number();
        entries(self.identities(), &self.rest()[reader.read_bytes()..])
    }

    /// The events with room for more.
    #[must_use]
    pub fn open(&self) -> Timeline {
        let mut reader = Reader::new(self.rest());
        let _length = reader.number();
        let mut timeline = Timeline { bytes: self.rest()[reader.read_bytes()..].into(), ..Timeline::default() };
        timeline.identities.extend(self.identities());
        if timeline.len() >= MANY {
            timeline.index_identities();
        }
        timeline
    }

    fn identities(&self) -> impl Iterator<Item = u64> + '_ {
        self.0[COUNT..][..IDENTITY * self.len()].chunks_exact(IDENTITY).map(eight)
    }

    /// What comes after the identities.
    fn rest(&self) -> &[u8] {
        &self.0[COUNT + IDENTITY * self.len()..]
    }
}

/// Events in order, of which each has its identity and its bytes.
fn entries<'a>(identities: impl Iterator<Item = u64> + 'a, bytes: &'a [u8]) -> impl Iterator<Item = Entry> + 'a {
    let mut reader = Reader::new(bytes);
    let mut at = 0;
    identities.map(move |identity| {
        let head = reader.byte();
        at += reader.number() as Millis;
        let sequence = if head & SEQUENCE_FOLLOWS == 0 { 0 } else { reader.number() as u32 };
        let (act, rank, across) = read_act(head & TAG, &mut reader);
        let (has_sequence, lost) = (head & HAS_SEQUENCE != 0, head & LOST != 0);
        Entry { key: Key { at, sequence, rank, identity, across }, act, has_sequence, lost }
    })
}

/// An event that comes after one at `last`, as bytes.
#[inline]
fn encoded(last: Millis, entry: &Entry) -> Encoded {
    let (Key { at, sequence, .. }, mut out) = (entry.key, Encoded::default());
    out.byte(entry.head());
    out.number((at - last) as u64);
    if sequence != 0 {
        out.number(u64::from(sequence));
    }
    write_act(&mut out, entry);
    out
}

fn eight(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(bytes.try_into().expect("a chunk of eight"))
}
