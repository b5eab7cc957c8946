//! An agent's presence: a status holds until the next one, and at most as long as the policy says (SPEC §3, §5).

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::Fate;
use crate::domain::current::StatusSpan;
use crate::domain::event::{Identity, Millis, Sequence, Status};
use crate::domain::span::Span;
use crate::domain::timeline::{Key, rank};

/// How long after the event that stands a repeat of its identity is known as one: 31 days (SPEC §1).
const REPEATS_MS: Millis = 31 * DAY_MS;
const DAY_MS: Millis = 24 * 3_600_000;

/// The statuses of one agent, in order.
#[derive(Debug)]
pub struct Statuses {
    /// Ascending by key; of one identity and moment only the first.
    events: Vec<Event>,
    /// Of what was forgotten: when the event of an identity stood. It is let go some time after it can matter.
    forgotten: HashMap<u64, Millis, FixedState>,
    /// No forgotten event is earlier.
    forgotten_from: Millis,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Event {
    key: Key,
    status: Status,
    has_sequence: bool,
    /// The last moment at which it holds, where no other follows.
    lapses_at: Millis,
    /// Whether no other event of its identity stands in its place.
    stands: bool,
}

/// An `agent_status` as it came.
#[derive(Debug, Clone, Copy)]
pub struct StatusEvent {
    /// When.
    pub at: Millis,
    /// Its place within the millisecond.
    pub sequence: Sequence,
    /// What makes a repeat a duplicate.
    pub identity: Identity,
    /// Online, away or offline.
    pub status: Status,
}

/// What became of a status, and of others because of it.
#[derive(Debug)]
pub struct StatusChange {
    /// What became of it.
    pub fate: Fate,
    /// The events that stand no longer.
    pub lost: Vec<(Key, Status)>,
    /// The events that stand from now on.
    pub won: Vec<(Key, Status)>,
}

impl StatusEvent {
    fn key(&self) -> Key {
        let Self { at, sequence, identity, .. } = *self;
        Key { at, sequence: sequence.place(), rank: rank::STATUS, identity: identity.0, across: 0 }
    }
}

impl Event {
    fn shown(&self) -> (Key, Status) {
        (self.key, self.status)
    }

    /// Whether two events of one identity and moment are repeats of one another. An assumed sequence is no content.
    fn repeats(&self, other: &Self) -> bool {
        let said = |event: &Self| event.has_sequence.then_some(event.key.sequence);
        (self.status, said(self)) == (other.status, said(other))
    }
}

impl Default for Statuses {
    fn default() -> Self {
        Self { events: Vec::new(), forgotten: HashMap::default(), forgotten_from: Millis::MAX }
    }
}

impl Statuses {
    /// Adds a status that holds for `cap_ms` at most. What changes starts no earlier than the status that held before.
    pub fn add(&mut self, said: &StatusEvent, cap_ms: Millis) -> StatusChange {
        let (key, has_sequence) = (said.key(), matches!(said.sequence, Sequence::Said(_)));
        let new =
            Event { key, status: said.status, has_sequence, lapses_at: key.at.saturating_add(cap_ms), stands: false };
        let same_moment = |event: &Event| (event.key.at, event.key.identity) == (key.at, key.identity);
        let known = self.events.iter().position(same_moment);
        if let Some(place) = known {
            let old = self.events[place];
            let fate = if old.stands && old.repeats(&new) { Fate::Duplicate } else { Fate::Conflicting };
            if old.shown() <= new.shown() {
                return StatusChange { fate, lost: Vec::new(), won: Vec::new() };
            }
            self.events.remove(place);
            let mut added = self.put(new);
            added.fate = fate;
            added.lost.extend(old.stands.then_some(old.shown()));
            return added;
        }
        self.put(new)
    }

    fn put(&mut self, new: Event) -> StatusChange {
        let place = self.events.partition_point(|other| other.shown() < new.shown());
        self.events.insert(place, new);
        let (mut lost, mut won) = (Vec::new(), Vec::new());
        let mut stood_at = self.forgotten.get(&new.key.identity).copied();
        for event in self.events.iter_mut().filter(|event| event.key.identity == new.key.identity) {
            let stands = stood_at.is_none_or(|at| event.key.at - at > REPEATS_MS);
            stood_at = if stands { Some(event.key.at) } else { stood_at };
            match (event.stands, stands) {
                (true, false) => lost.push(event.shown()),
                (false, true) => won.push(event.shown()),
                (true, true) | (false, false) => {}
            }
            event.stands = stands;
        }
        let is_alone = lost.is_empty() && won.contains(&new.shown());
        StatusChange { fate: if is_alone { Fate::Applied } else { Fate::Conflicting }, lost, won }
    }

    /// Lets each status hold for what `cap_ms` says of its moment.
    pub fn hold_for(&mut self, cap_ms: impl Fn(Millis) -> Millis) {
        self.events.iter_mut().for_each(|event| event.lapses_at = event.key.at.saturating_add(cap_ms(event.key.at)));
    }

    /// Forgets what comes before `limit`, from which on alone statuses will come: all but the last that stands, which may
    /// hold still, or may do so under other policies, and the identities that a repeat may have.
    pub fn forget_before(&mut self, limit: Millis) {
        let later = self.events.partition_point(|event| event.key.at < limit);
        let holds = self.events[..later].iter().rposition(|event| event.stands);
        let (kept, old) = (holds.map(|holds| self.events[holds]), self.events.drain(..later));
        for old in old.filter(|event| event.stands && Some(event.key) != kept.map(|kept| kept.key)) {
            self.forgotten.insert(old.key.identity, old.key.at);
            self.forgotten_from = self.forgotten_from.min(old.key.at);
        }
        self.events.splice(..0, kept);
        // A day's identities at a time, so that most calls touch none.
        if self.forgotten_from < limit.saturating_sub(REPEATS_MS + DAY_MS) {
            self.forgotten.retain(|_, at| limit - *at <= REPEATS_MS);
            self.forgotten_from = self.forgotten.values().copied().min().unwrap_or(Millis::MAX);
        }
    }

    /// How many statuses are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether none is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Every status that another one has followed and that holds somewhere after `from`, in order, and the last before it.
    pub fn followed_after(&self, from: Millis) -> impl Iterator<Item = StatusSpan> {
        let place = self.events.partition_point(|event| event.key.at <= from);
        let standing = self.events[..place].iter().rposition(|event| event.stands).unwrap_or(place);
        let mut rest = self.events[standing..].iter().filter(|event| event.stands);
        let mut next = rest.next();
        std::iter::from_fn(move || {
            let Event { key, status, lapses_at, .. } = *next?;
            next = rest.next();
            let span = Span { from: key.at, to: next?.key.at.min(lapses_at) };
            Some(StatusSpan { status, span })
        })
    }

    /// Whether there is an event of an identity.
    #[must_use]
    pub fn knows(&self, identity: Identity) -> bool {
        self.events.iter().any(|event| event.key.identity == identity.0)
    }

    /// When the status that holds at `at` began.
    #[must_use]
    pub fn since(&self, at: Millis) -> Millis {
        let held = self.events.iter().rev().find(|event| event.key.at <= at && event.stands);
        held.map_or(at, |event| event.key.at)
    }

    /// The status that none has followed, until it lapses.
    #[must_use]
    pub fn last(&self) -> Option<StatusSpan> {
        let event = self.events.iter().rev().find(|event| event.stands)?;
        Some(StatusSpan { status: event.status, span: Span { from: event.key.at, to: event.lapses_at } })
    }
}
