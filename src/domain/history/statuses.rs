//! An agent's presence: a status holds until the next one, and at most as long as the policy says (SPEC §3, §5).

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::FixedState;
use smallvec::SmallVec;

use super::Fate;
use crate::domain::compact::sorted::Sorted;
use crate::domain::current::StatusSpan;
use crate::domain::event::{Identity, Millis, Sequence, Status};
use crate::domain::span::Span;
use crate::domain::timeline::{Key, rank};

/// How long after the event that stands a repeat of its identity is known as one: 31 days (SPEC §1).
const REPEATS_MS: Millis = 31 * DAY_MS;
const DAY_MS: Millis = 24 * 3_600_000;

/// The statuses of one agent.
#[derive(Debug)]
pub struct Statuses {
    /// Those that stand, ascending by key.
    standing: Sorted<Standing>,
    /// All that are remembered, by identity and moment; of one identity and moment only the first.
    known: BTreeMap<(u64, Millis), Said>,
    /// Of what was forgotten: when the event of an identity stood. It is let go some time after it can matter.
    forgotten: HashMap<u64, Millis, FixedState>,
    /// No forgotten event is earlier.
    forgotten_from: Millis,
}

/// A status that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    key: Key,
    status: Status,
    /// The last moment at which it holds, where no other follows.
    lapses_at: Millis,
}

/// What an event of an identity and a moment said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Said {
    sequence: u32,
    has_sequence: bool,
    status: Status,
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

impl Said {
    /// Whether two events of one identity and moment are repeats of one another. An assumed sequence is no content.
    fn repeats(&self, other: &Self) -> bool {
        let said = |event: &Self| event.has_sequence.then_some(event.sequence);
        (self.status, said(self)) == (other.status, said(other))
    }

    fn key(&self, (identity, at): (u64, Millis)) -> Key {
        Key { at, sequence: self.sequence, rank: rank::STATUS, identity, across: 0 }
    }
}

impl Default for Statuses {
    fn default() -> Self {
        Self {
            standing: Sorted::default(),
            known: BTreeMap::new(),
            forgotten: HashMap::default(),
            forgotten_from: Millis::MAX,
        }
    }
}

impl Statuses {
    /// Adds a status that holds for `cap_ms` at most. What changes starts no earlier than the status that held before.
    pub fn add(&mut self, said: &StatusEvent, cap_ms: Millis) -> StatusChange {
        let place = (said.identity.0, said.at);
        let has_sequence = matches!(said.sequence, Sequence::Said(_));
        let new = Said { sequence: said.sequence.place(), has_sequence, status: said.status };
        let before = self.chain(place.0);
        let known = self.known.get(&place).copied();
        let fate = match known {
            Some(old) if before.contains(&place.1) && old.repeats(&new) => Fate::Duplicate,
            Some(_) => Fate::Conflicting,
            None => Fate::Applied,
        };
        if known.is_some_and(|old| (old.sequence, old.status) <= (new.sequence, new.status)) {
            return StatusChange { fate, lost: Vec::new(), won: Vec::new() };
        }
        self.known.insert(place, new);
        let after = self.chain(place.0);
        let lost = before.iter().filter(|at| **at == place.1 || !after.contains(at));
        let lost = lost.filter_map(|&at| {
            let said = if at == place.1 { known? } else { self.known[&(place.0, at)] };
            Some((said.key((place.0, at)), said.status))
        });
        let won = after.iter().filter(|at| **at == place.1 || !before.contains(at));
        let won = won.map(|&at| (self.known[&(place.0, at)].key((place.0, at)), self.known[&(place.0, at)].status));
        let (lost, won): (Vec<_>, Vec<_>) = (lost.collect(), won.collect());
        lost.iter().for_each(|(key, _)| self.take_out(*key));
        won.iter().for_each(|(key, status)| self.put_in(*key, *status, cap_ms));
        let is_alone = lost.is_empty() && won.iter().any(|(key, _)| key.at == place.1);
        let fate = if known.is_none() && !is_alone { Fate::Conflicting } else { fate };
        StatusChange { fate, lost, won }
    }

    /// When the events of an identity stand: the first, and then the first after 31 days each.
    fn chain(&self, identity: u64) -> SmallVec<[Millis; 2]> {
        let mut stood_at = self.forgotten.get(&identity).copied();
        let mut chain = SmallVec::new();
        loop {
            let from = stood_at.map_or(Millis::MIN, |at| at.saturating_add(REPEATS_MS + 1));
            let next = self.known.range((identity, from)..=(identity, Millis::MAX)).next();
            let Some((&(_, at), _)) = next else { return chain };
            chain.push(at);
            stood_at = Some(at);
        }
    }

    fn put_in(&mut self, key: Key, status: Status, cap_ms: Millis) {
        let lapses_at = key.at.saturating_add(cap_ms);
        self.standing.insert(Standing { key, status, lapses_at }, |other| other.key < key);
    }

    fn take_out(&mut self, key: Key) {
        self.standing.remove(|other| other.key < key, |one| one.key == key);
    }

    /// Lets each status hold for what `cap_ms` says of its moment.
    pub fn hold_for(&mut self, cap_ms: impl Fn(Millis) -> Millis) {
        self.standing.change_all(|event| event.lapses_at = event.key.at.saturating_add(cap_ms(event.key.at)));
    }

    /// Forgets what comes before `limit`, from which on alone statuses will come: all but the last that stands, which may
    /// hold still, or may do so under other policies, and the identities that a repeat may have.
    pub fn forget_before(&mut self, limit: Millis) {
        let is_old = |event: &Standing| event.key.at < limit;
        let mut old = self.standing.before(is_old);
        let kept = old.next();
        for old in old {
            self.forgotten.insert(old.key.identity, old.key.at);
            self.forgotten_from = self.forgotten_from.min(old.key.at);
        }
        self.standing.drop_before(is_old);
        kept.into_iter().for_each(|kept| self.standing.insert(kept, |_| false));
        let kept = kept.map(|kept| (kept.key.identity, kept.key.at));
        self.known.retain(|place, _| place.1 >= limit || Some(*place) == kept);
        // A day's identities at a time, so that most calls touch none.
        if self.forgotten_from < limit.saturating_sub(REPEATS_MS + DAY_MS) {
            self.forgotten.retain(|_, at| limit - *at <= REPEATS_MS);
            self.forgotten_from = self.forgotten.values().copied().min().unwrap_or(Millis::MAX);
        }
    }

    /// How many statuses are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether none is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Every status that another one has followed and that holds somewhere after `from`, in order, and the last before it.
    pub fn followed_after(&self, from: Millis) -> impl Iterator<Item = StatusSpan> {
        let begins_by = move |event: &Standing| event.key.at <= from;
        let mut rest = self.standing.before(begins_by).next().into_iter().chain(self.standing.from(begins_by));
        let mut next = rest.next();
        std::iter::from_fn(move || {
            let Standing { key, status, lapses_at } = next?;
            next = rest.next();
            let span = Span { from: key.at, to: next?.key.at.min(lapses_at) };
            Some(StatusSpan { status, span })
        })
    }

    /// Whether there is an event of an identity.
    #[must_use]
    pub fn knows(&self, Identity(identity): Identity) -> bool {
        self.known.range((identity, Millis::MIN)..=(identity, Millis::MAX)).next().is_some()
    }

    /// When the status that holds at `at` began.
    #[must_use]
    pub fn since(&self, at: Millis) -> Millis {
        self.standing.before(|event| event.key.at <= at).next().map_or(at, |event| event.key.at)
    }

    /// The status that none has followed, until it lapses.
    #[must_use]
    pub fn last(&self) -> Option<StatusSpan> {
        let event = self.standing.last()?;
        Some(StatusSpan { status: event.status, span: Span { from: event.key.at, to: event.lapses_at } })
    }
}
