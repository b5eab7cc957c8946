//! An agent's presence: a status holds until the next one, and at most as long as silence is remembered (SPEC §3).

use std::collections::HashSet;

use foldhash::fast::FixedState;

use super::super::account::Outcome;
use super::super::event::{Millis, Presence as Status};
use super::super::timeline::Key;
use super::super::window::Span;

/// The statuses of one agent, in order.
#[derive(Debug, Default)]
pub struct Presence {
    /// Ascending by key.
    events: Vec<Event>,
    /// Identities of what was forgotten of the life that the first event goes on with.
    forgotten: HashSet<u64, FixedState>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    key: Key,
    status: Status,
    /// Not if it lost against another of its identity: then it only breaks the silence.
    stands: bool,
}

/// A status over the time in which it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// From the status to the next one, or to where it lapses.
    pub span: Span,
    /// Which.
    pub status: Status,
    /// Whether no other has followed.
    pub last: bool,
}

impl Presence {
    /// Adds a status; what changes starts no earlier than the status that held before it. Second, the events that no
    /// longer stand because of it.
    pub fn add(&mut self, key: Key, status: Status, forget_after_ms: Millis) -> (Outcome, Vec<(Key, Status)>) {
        let place = self.events.partition_point(|other| (other.key, other.status) < (key, status));
        if self.events.get(place).is_some_and(|other| (other.key, other.status) == (key, status)) {
            return (Outcome::Duplicate, Vec::new());
        }
        self.events.insert(place, Event { key, status, stands: true });
        self.settle(place, forget_after_ms)
    }

    /// Of the events of one identity in the life around `place` the earliest stands; of one moment, the one that its
    /// content puts first.
    fn settle(&mut self, place: usize, forget_after_ms: Millis) -> (Outcome, Vec<(Key, Status)>) {
        let added = self.events[place].key.identity;
        let last = place + 1 == self.events.len();
        let new = !self.forgotten.contains(&added);
        if last && new && self.events[..place].iter().all(|other| other.key.identity != added) {
            return (Outcome::Applied, Vec::new());
        }
        let life = self.life_around(place, forget_after_ms);
        let goes_on = life.start == 0;
        let (mut seen, mut lost) = (HashSet::new(), Vec::new());
        for event in self.events[life].iter_mut().filter(|event| event.stands) {
            let known = goes_on && self.forgotten.contains(&event.key.identity);
            event.stands = seen.insert(event.key.identity) && !known;
            if !event.stands {
                lost.push((event.key, event.status));
            }
        }
        let conflicting = lost.iter().any(|(key, _)| key.identity == added);
        (if conflicting { Outcome::Conflicting } else { Outcome::Applied }, lost)
    }

    /// Forgets what comes before the status that holds at `limit`, from which on alone statuses will come: all of it
    /// where the silence since has ended the life, else all but the identities.
    pub fn forget_before(&mut self, limit: Millis, forget_after_ms: Millis) {
        let is_over = self.events.last().is_some_and(|last| last.key.at + forget_after_ms < limit);
        if is_over {
            *self = Self::default();
            return;
        }
        let later = self.events.partition_point(|event| event.key.at < limit);
        let Some(holds) = self.events[..later].iter().rposition(|event| event.stands).filter(|holds| *holds > 0) else {
            return;
        };
        let life = self.life_around(holds, forget_after_ms);
        if life.start > 0 {
            self.forgotten.clear();
        }
        let old = self.events.drain(..holds).skip(life.start);
        self.forgotten.extend(old.map(|event| event.key.identity));
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

    /// Whether this event stands.
    #[must_use]
    pub fn stands(&self, key: Key, status: Status) -> bool {
        let place = self.events.binary_search_by_key(&(key, status), |event| (event.key, event.status));
        place.is_ok_and(|place| self.events[place].stands)
    }

    fn life_around(&self, place: usize, forget_after_ms: Millis) -> std::ops::Range<usize> {
        let silent = |pair: &[Event]| pair[1].key.at - pair[0].key.at > forget_after_ms;
        let before = self.events[..=place].windows(2).rposition(silent).map_or(0, |gap| gap + 1);
        let after = self.events[place..].windows(2).position(silent).map_or(self.events.len(), |gap| place + gap + 1);
        before..after
    }

    /// Every status that holds somewhere after `from`, in order.
    pub fn held_after(&self, from: Millis, forget_after_ms: Millis) -> impl Iterator<Item = Held> {
        let place = self.events.partition_point(|event| event.key.at <= from);
        let standing = self.events[..place].iter().rposition(|event| event.stands).unwrap_or(place);
        let mut rest =
            self.events[standing..].iter().filter(|event| event.stands).map(|event| (event.key.at, event.status));
        let mut next = rest.next();
        std::iter::from_fn(move || {
            let (since, status) = next?;
            next = rest.next();
            let lapse = since.saturating_add(forget_after_ms);
            let to = next.map_or(lapse, |(at, _)| at.min(lapse));
            Some(Held { span: Span { from: since, to }, status, last: next.is_none() })
        })
    }

    /// The spans in which the agent is online, from the one at `from` on.
    pub fn online_after(&self, from: Millis, forget_after_ms: Millis) -> impl Iterator<Item = Span> {
        let held = self.held_after(from, forget_after_ms);
        held.filter(|held| held.status == Status::Online).map(|held| held.span)
    }

    /// When the status that holds at `at` began.
    #[must_use]
    pub fn since(&self, at: Millis) -> Millis {
        let held = self.events.iter().rev().find(|event| event.key.at <= at && event.stands);
        held.map_or(at, |event| event.key.at)
    }

    /// The status that none has followed, until it lapses.
    #[must_use]
    pub fn last(&self, forget_after_ms: Millis) -> Option<Held> {
        let event = self.events.iter().rev().find(|event| event.stands)?;
        let span = Span { from: event.key.at, to: event.key.at.saturating_add(forget_after_ms) };
        Some(Held { span, status: event.status, last: true })
    }

    /// The status at `now`, at which or before all events lie, if it has not lapsed: silence of more than
    /// `forget_after_ms` ends it.
    #[must_use]
    pub fn current(&self, now: Millis, forget_after_ms: Millis) -> Option<Status> {
        self.last(forget_after_ms).filter(|held| now <= held.span.to).map(|held| held.status)
    }

    /// How much of a span the agent was online.
    #[must_use]
    pub fn online_ms(&self, span: Span, forget_after_ms: Millis) -> Millis {
        self.status_ms(span, Status::Online, forget_after_ms)
    }

    /// How much of a span a status held.
    #[must_use]
    pub fn status_ms(&self, span: Span, status: Status, forget_after_ms: Millis) -> Millis {
        let held = self.held_after(span.from, forget_after_ms).take_while(|held| held.span.from < span.to);
        held.filter(|held| held.status == status).map(|held| held.span.overlap_ms(span)).sum()
    }
}
