//! A conversation's events in order, as few bytes: identities in one column, everything else as varints in another.
//!
//! One representation serves open and finished conversations, drill-down and snapshots. What an agent does elsewhere
//! (opening another conversation, going offline) stands in the timeline too, as `Left`, because it ends the visit here.

mod coding;

use std::collections::HashSet;

use foldhash::fast::FixedState;

use crate::domain::compact::prefetch::{prefetch, prefetch_all, prefetch_end};
use crate::domain::compact::varint::{self, Reader};
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

/// The events of one life of one conversation.
#[derive(Debug)]
pub struct Timeline(Store);

#[derive(Debug)]
enum Store {
    /// With room for more.
    Open(Box<Columns>),
    /// In one piece: how many there are, their identities, their bytes.
    Sealed(Box<[u8]>),
}

#[derive(Debug, Default)]
struct Columns {
    identities: Vec<u64>,
    bytes: Vec<u8>,
    /// The identities once more, where there are many: looking through all would take longer than an event.
    known: Option<HashSet<u64, FixedState>>,
}

impl Default for Timeline {
    fn default() -> Self {
        Self(Store::Sealed(Box::default()))
    }
}

/// The parts of an event's first byte: its tag, and what else is so.
const TAG: u8 = 0x1f;
const SEQUENCE_FOLLOWS: u8 = 0x20;
const HAS_SEQUENCE: u8 = 0x40;
const LOST: u8 = 0x80;
/// Room for so many events and bytes from the beginning: most conversations never need more, and few use much less.
const OPEN_EVENTS: usize = 20;
const OPEN_BYTES: usize = 160;
/// From so many events on identities are looked up in a set.
const MANY: usize = 256;
/// Bytes of an identity.
const IDENTITY: usize = size_of::<u64>();
/// Bytes of the count before the identities.
const COUNT: usize = size_of::<u32>();

impl Timeline {
    /// Adds an event that comes after all others, the last of which was at `last`.
    pub fn push(&mut self, last: Millis, entry: &Entry) {
        let Columns { identities, bytes, known } = self.open();
        identities.push(entry.key.identity);
        match known {
            Some(known) => _ = known.insert(entry.key.identity),
            None if identities.len() >= MANY => *known = Some(identities.iter().copied().collect()),
            None => {}
        }
        write(bytes, last, entry);
    }

    /// The timeline of these events, which are in order.
    #[must_use]
    pub fn of(entries: &[Entry]) -> Self {
        let mut timeline = Self::default();
        let mut last = 0;
        for entry in entries {
            timeline.push(last, entry);
            last = entry.key.at;
        }
        timeline
    }

    /// Writes all events anew, of which some have come to those that were there before.
    pub fn replace(&mut self, entries: &[Entry], come: impl Iterator<Item = u64>) {
        let known = match &mut self.0 {
            Store::Open(columns) => columns.known.take(),
            Store::Sealed(_) => None,
        };
        *self = Self::default();
        let columns = self.open();
        columns.identities.reserve(entries.len());
        let (mut last, bytes) = (0, &mut columns.bytes);
        for entry in entries {
            columns.identities.push(entry.key.identity);
            write(bytes, last, entry);
            last = entry.key.at;
        }
        columns.known = known;
        match &mut columns.known {
            Some(known) => known.extend(come),
            None if columns.identities.len() >= MANY => {
                columns.known = Some(columns.identities.iter().copied().collect());
            }
            None => {}
        }
    }

    /// How many events there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.0 {
            Store::Open(columns) => columns.identities.len(),
            Store::Sealed(bytes) => head(bytes).saturating_sub(COUNT) / IDENTITY,
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether some event has this identity.
    #[must_use]
    pub fn knows(&self, identity: u64) -> bool {
        match &self.0 {
            Store::Open(columns) => match &columns.known {
                Some(known) => known.contains(&identity),
                None => columns.identities.contains(&identity),
            },
            Store::Sealed(_) => self.identities().any(|known| known == identity),
        }
    }

    /// Has what tells where the events are brought into the caches.
    pub fn prefetch_head(&self) {
        match &self.0 {
            Store::Open(columns) => prefetch(&**columns),
            Store::Sealed(bytes) => prefetch_all(bytes),
        }
    }

    /// Has what adding an event will read brought into the caches.
    pub fn prefetch(&self) {
        if let Store::Open(columns) = &self.0 {
            prefetch_all(&columns.identities);
            prefetch_end(&columns.identities);
            prefetch_end(&columns.bytes);
        }
    }

    /// The events in order.
    pub fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        let mut reader = Reader::new(self.bytes());
        let mut at = 0;
        self.identities().map(move |identity| {
            let head = reader.byte();
            at += reader.number() as Millis;
            let sequence = if head & SEQUENCE_FOLLOWS == 0 { 0 } else { reader.number() as u32 };
            let (act, rank, across) = read_act(head & TAG, &mut reader);
            let (has_sequence, lost) = (head & HAS_SEQUENCE != 0, head & LOST != 0);
            Entry { key: Key { at, sequence, rank, identity, across }, act, has_sequence, lost }
        })
    }

    /// Gives back the room for more; an event that comes all the same finds it again.
    pub fn seal(&mut self) {
        let Store::Open(columns) = &self.0 else { return };
        let mut sealed = Vec::with_capacity(COUNT + IDENTITY * columns.identities.len() + columns.bytes.len());
        sealed.extend((columns.identities.len() as u32).to_le_bytes());
        sealed.extend(columns.identities.iter().flat_map(|identity| identity.to_le_bytes()));
        sealed.extend(&columns.bytes);
        self.0 = Store::Sealed(sealed.into_boxed_slice());
    }

    fn open(&mut self) -> &mut Columns {
        if let Store::Sealed(_) = self.0 {
            let mut columns = Columns::default();
            columns.identities.reserve(OPEN_EVENTS.max(self.identities().count()));
            columns.identities.extend(self.identities());
            columns.bytes.reserve(OPEN_BYTES.max(self.bytes().len()));
            columns.bytes.extend_from_slice(self.bytes());
            self.0 = Store::Open(Box::new(columns));
        }
        match &mut self.0 {
            Store::Open(columns) => columns,
            Store::Sealed(_) => unreachable!("it was opened above"),
        }
    }

    fn identities(&self) -> impl Iterator<Item = u64> + '_ {
        let (open, sealed): (&[u64], &[u8]) = match &self.0 {
            Store::Open(columns) => (&columns.identities, &[]),
            Store::Sealed(bytes) => (&[], bytes.get(COUNT..head(bytes)).unwrap_or_default()),
        };
        open.iter().copied().chain(sealed.chunks_exact(IDENTITY).map(eight))
    }

    fn bytes(&self) -> &[u8] {
        match &self.0 {
            Store::Open(columns) => &columns.bytes,
            Store::Sealed(bytes) => bytes.get(head(bytes)..).unwrap_or_default(),
        }
    }
}

/// Appends an event that comes after one at `last`.
fn write(bytes: &mut Vec<u8>, last: Millis, entry: &Entry) {
    let Key { at, sequence, .. } = entry.key;
    bytes.push(entry.head());
    varint::write(bytes, (at - last) as u64);
    if sequence != 0 {
        varint::write(bytes, u64::from(sequence));
    }
    write_act(bytes, entry);
}

/// Where a sealed timeline's identities end, and its bytes begin.
fn head(sealed: &[u8]) -> usize {
    sealed.first_chunk().map_or(0, |count| COUNT + IDENTITY * u32::from_le_bytes(*count) as usize)
}

fn eight(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(bytes.try_into().expect("a chunk of eight"))
}
