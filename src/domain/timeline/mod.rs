//! A conversation's events in order, as few bytes: identities in one column, everything else as varints in another.
//!
//! One representation serves open and finished conversations, drill-down and snapshots. What an agent does elsewhere
//! (opening another conversation, going offline) stands in the timeline too, as `Left`, because it ends the visit here.

mod coding;

use std::collections::HashSet;

use foldhash::fast::FixedState;

use crate::domain::compact::prefetch::{prefetch_all, prefetch_end};
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
    Reopened {
        by: Option<Side>,
    },
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
            Self::Reopened { .. } => 11,
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
#[derive(Debug)]
#[repr(C)]
pub struct Timeline {
    /// Two bits for each identity: nearly all that are new need no other look.
    filter: u128,
    /// All of it, once there is more than fits here.
    more: Option<Box<Columns>>,
    events: u8,
    length: u8,
    bytes: [u8; OPEN_BYTES],
    identities: [u64; OPEN_EVENTS],
}

/// The events of a life that has many.
#[derive(Debug, Default)]
struct Columns {
    identities: Vec<u64>,
    bytes: Vec<u8>,
    /// The identities once more, where there are so many that looking through all would take longer than an event.
    known: Option<HashSet<u64, FixedState>>,
}

/// The same in as few bytes as there are: how many events, their identities, from the first to the last of the
/// conversation's own in milliseconds, their bytes.
#[derive(Debug, Clone)]
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

/// What adding an event reads first of a timeline, in bytes from its beginning.
pub const HEAD_BYTES: usize = std::mem::offset_of!(Timeline, bytes);

impl Default for Timeline {
    fn default() -> Self {
        Self { filter: 0, more: None, events: 0, length: 0, bytes: [0; OPEN_BYTES], identities: [0; OPEN_EVENTS] }
    }
}

impl Timeline {
    /// Adds an event that comes after all others, the last of which was at `last`.
    pub fn push(&mut self, last: Millis, entry: &Entry) {
        let (identity, encoded) = (entry.key.identity, encoded(last, entry));
        let (events, length) = (usize::from(self.events), usize::from(self.length));
        let fits = events < OPEN_EVENTS && length + encoded.as_slice().len() <= OPEN_BYTES;
        self.filter |= bits(identity);
        if self.more.is_none() && fits {
            self.identities[events] = identity;
            self.bytes[length..][..encoded.as_slice().len()].copy_from_slice(encoded.as_slice());
            (self.events, self.length) = (self.events + 1, self.length + encoded.as_slice().len() as u8);
            return;
        }
        let columns = self.columns();
        columns.identities.push(identity);
        columns.bytes.extend_from_slice(encoded.as_slice());
        match &mut columns.known {
            Some(known) => _ = known.insert(identity),
            None => columns.know_many(),
        }
    }

    /// Removes all events.
    pub fn clear(&mut self) {
        (self.filter, self.more, self.events, self.length) = (0, None, 0, 0);
    }

    /// The timeline of these events, which are in order.
    #[must_use]
    pub fn of(entries: &[Entry]) -> Self {
        let mut timeline = Self::default();
        timeline.replace(entries, entries.iter().map(|entry| entry.key.identity));
        timeline
    }

    /// Writes all events anew, of which some have come to those that were there before.
    pub fn replace(&mut self, entries: &[Entry], come: impl Iterator<Item = u64>) {
        let known = self.more.take().and_then(|columns| columns.known);
        self.clear();
        let mut last = 0;
        if let Some(mut known) = known.filter(|_| entries.len() >= MANY) {
            known.extend(come);
            self.filter = u128::MAX;
            let columns = self.columns();
            columns.identities.extend(entries.iter().map(|entry| entry.key.identity));
            columns.known = Some(known);
            for entry in entries {
                columns.bytes.extend_from_slice(encoded(last, entry).as_slice());
                last = entry.key.at;
            }
            return;
        }
        for entry in entries {
            self.push(last, entry);
            last = entry.key.at;
        }
    }

    /// How many events there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.identities().len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether some event has this identity.
    #[inline]
    #[must_use]
    pub fn knows(&self, identity: u64) -> bool {
        let bits = bits(identity);
        self.filter & bits == bits && self.knows_surely(identity)
    }

    /// Has what adding an event will read brought into the caches, but for the beginning of the timeline itself.
    #[inline]
    pub fn prefetch(&self) {
        prefetch_end(self.identities());
        prefetch_end(self.bytes());
    }

    /// The events in order.
    pub fn entries(&self) -> impl Iterator<Item = Entry> + Clone + '_ {
        entries(self.identities().iter().copied(), self.bytes())
    }

    /// Gives back the room for more; the conversation's own events are between two moments.
    #[must_use]
    pub fn seal(&self, first_at: Millis, last_at: Millis) -> Sealed {
        let (identities, bytes) = (self.identities(), self.bytes());
        let mut length = Vec::with_capacity(LENGTH);
        varint::write(&mut length, (last_at - first_at) as u64);
        let whole = COUNT + IDENTITY * identities.len() + length.len() + bytes.len();
        let mut sealed = Vec::with_capacity(whole);
        sealed.extend((identities.len() as u32).to_le_bytes());
        sealed.extend(identities.iter().flat_map(|identity| identity.to_le_bytes()));
        sealed.extend_from_slice(&length);
        sealed.extend_from_slice(bytes);
        Sealed(sealed.into_boxed_slice())
    }

    fn identities(&self) -> &[u64] {
        match &self.more {
            Some(more) => &more.identities,
            None => &self.identities[..usize::from(self.events)],
        }
    }

    fn bytes(&self) -> &[u8] {
        match &self.more {
            Some(more) => &more.bytes,
            None => &self.bytes[..usize::from(self.length)],
        }
    }

    #[inline(never)]
    fn knows_surely(&self, identity: u64) -> bool {
        match self.more.as_ref().and_then(|more| more.known.as_ref()) {
            Some(known) => known.contains(&identity),
            None => self.identities().contains(&identity),
        }
    }

    /// All events where there is room for as many as come.
    fn columns(&mut self) -> &mut Columns {
        let (identities, bytes) =
            (&self.identities[..usize::from(self.events)], &self.bytes[..usize::from(self.length)]);
        self.more.get_or_insert_with(|| {
            Box::new(Columns { identities: identities.to_vec(), bytes: bytes.to_vec(), known: None })
        })
    }
}

impl Columns {
    /// Has identities found in a set from some number of them on.
    fn know_many(&mut self) {
        if self.known.is_none() && self.identities.len() >= MANY {
            self.known = Some(self.identities.iter().copied().collect());
        }
    }
}

/// The bits of an identity in the filter.
#[inline]
fn bits(identity: u64) -> u128 {
    1 << (identity & 127) | 1 << (identity >> 7 & 127)
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
        let first = self.entries().find(|entry| entry.act.is_own());
        let first_at = first.map_or(0, |entry| entry.key.at);
        [first_at, first_at + self.parts().0]
    }

    /// The events in order.
    pub fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        entries(self.identities(), self.parts().1)
    }

    /// The events with room for more.
    #[must_use]
    pub fn open(&self) -> Timeline {
        let (_, bytes) = self.parts();
        let filter = self.identities().map(bits).fold(0, std::ops::BitOr::bitor);
        let mut timeline = Timeline { filter, ..Timeline::default() };
        if self.len() <= OPEN_EVENTS && bytes.len() <= OPEN_BYTES {
            (timeline.events, timeline.length) = (self.len() as u8, bytes.len() as u8);
            timeline.identities.iter_mut().zip(self.identities()).for_each(|(to, identity)| *to = identity);
            timeline.bytes[..bytes.len()].copy_from_slice(bytes);
        } else {
            let columns = timeline.columns();
            columns.identities.extend(self.identities());
            columns.bytes.extend_from_slice(bytes);
            columns.know_many();
        }
        timeline
    }

    fn identities(&self) -> impl Iterator<Item = u64> + Clone + '_ {
        self.0[COUNT..][..IDENTITY * self.len()].chunks_exact(IDENTITY).map(eight)
    }

    /// What comes after the identities: how long the life is, and the bytes of its events.
    fn parts(&self) -> (Millis, &[u8]) {
        let rest = &self.0[COUNT + IDENTITY * self.len()..];
        let mut reader = Reader::new(rest);
        let length_ms = reader.number() as Millis;
        (length_ms, &rest[reader.read_bytes()..])
    }
}

/// Events in order, of which each has its identity and its bytes.
fn entries<'a>(
    identities: impl Iterator<Item = u64> + Clone + 'a,
    bytes: &'a [u8],
) -> impl Iterator<Item = Entry> + Clone + 'a {
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
    let (Key { at, sequence, .. }, mut out) = (entry.key, Encoded::new(entry.head()));
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
