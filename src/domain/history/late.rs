//! What comes late into a long life: it waits for more of its kind, and all of it is put in at once.
//!
//! An event in the middle of a life means that what comes after it is stepped through again, which in a life of thousands
//! would take as long as thousands of events, for every one. So it waits until there is enough of it beside what is there,
//! or until somebody asks. What becomes of each event is known at once: of each identity the first stands.

use std::collections::{BTreeMap, HashSet};

use foldhash::fast::FixedState;

use super::life::Life;
use super::moves::Move;
use super::{Fate, History};
use crate::domain::event::Millis;
use crate::domain::names::Name;
use crate::domain::planted::{Bug, is_planted};
use crate::domain::timeline::{Act, Entry, Key};

/// A late event: where its fate belongs, the conversation, and what happened.
pub(super) type Late = (usize, u32, Entry);

/// The events of some identities, by identity and moment: of one identity the first stands.
type Known = BTreeMap<(u64, Millis), Entry>;

/// What waits to be put into long lives, by conversation. Each has one life.
#[derive(Debug, Default)]
pub(super) struct LateEvents(BTreeMap<u32, Waiting>);

/// What waits to be put into one life.
#[derive(Debug, Default)]
struct Waiting {
    /// Identities of which all events are in both of the following.
    identities: HashSet<u64, FixedState>,
    /// As they stand in the timeline,
    before: Known,
    /// and as they will.
    after: Known,
    /// How many events came.
    count: usize,
    /// Each `Left` that will stand in it, or will not.
    left: BTreeMap<(Key, Name), bool>,
}

/// A life waits for as many late events as it has, divided by this: then what each of them costs does not grow with it.
const SHARE: usize = 4;

impl LateEvents {
    /// Whether an event with this identity waits, or has been looked up for one that does.
    pub(super) fn knows(&self, conversation: u32, identity: u64) -> bool {
        self.0.get(&conversation).is_some_and(|waiting| waiting.identities.contains(&identity))
    }

    /// Whether it waits to be told whether a `Left` stands.
    pub(super) fn has_left(&self, conversation: u32, left: &Entry) -> bool {
        let Act::Left(agent) = left.act else { return false };
        self.0.get(&conversation).is_some_and(|waiting| waiting.left.contains_key(&(left.key, agent)))
    }

    /// Has a `Left` wait to stand, or to stand no longer.
    pub(super) fn set_left(&mut self, conversation: u32, left: &Entry, stands: bool) {
        if let Act::Left(agent) = left.act {
            self.0.entry(conversation).or_default().left.insert((left.key, agent), stands);
        }
    }
}

impl History {
    /// Whether an event must be put between the others of a long life.
    pub(super) fn is_late_in_a_long_life(&self, conversation: u32, entry: &Entry) -> bool {
        let Some(life) = self.long_life(conversation) else { return false };
        let steps_on = || {
            let follows = life.state().is_some_and(|state| state.takes(entry));
            let identity = entry.key.identity;
            follows && !life.knows(identity) && !self.late.knows(conversation, identity)
        };
        let [first_at, last_at] = life.span();
        entry.key.at <= self.now
            && first_at - entry.key.at <= self.silence.closed_ms
            && entry.key.at - last_at <= self.silence.allowed_ms(life.phase())
            && !steps_on()
            && !is_planted(Bug::DuplicateTakenAgain)
    }

    /// Whether a `Left` must be put between the others of a long life, or taken out from there.
    pub(super) fn is_left_in_a_long_life(&self, conversation: u32, left: &Entry, comes: bool) -> bool {
        let is_between = |life: &Life| !comes || life.state().is_none_or(|state| !state.takes(left));
        self.late.has_left(conversation, left) || self.long_life(conversation).is_some_and(is_between)
    }

    /// The one life of a conversation, if it is long.
    fn long_life(&self, conversation: u32) -> Option<&Life> {
        match &self.conversations.get(conversation as usize)?.lives[..] {
            [life] if life.len() >= self.long_from => Some(life),
            _ => None,
        }
    }

    /// Takes the late events of a batch, and tells what became of each.
    pub(super) fn add_late(&mut self, mut late: Vec<Late>, fates: &mut [Fate]) {
        late.sort_by_key(|(_, conversation, _)| *conversation);
        for group in late.chunk_by(|a, b| a.1 == b.1) {
            let conversation = group[0].1;
            if self.long_life(conversation).is_none() {
                // What came in between has parted it.
                for (place, conversation, entry) in group {
                    fates[*place] = self.add_event(*conversation, *entry);
                }
                continue;
            }
            let mut waiting = self.late.0.remove(&conversation).unwrap_or_default();
            self.look_up(conversation, group, &mut waiting);
            for (place, _, entry) in group {
                fates[*place] = self.arrive(&mut waiting.after, *entry);
            }
            waiting.count += group.len();
            let is_enough = waiting.count * SHARE >= self.conversations[conversation as usize].lives[0].len();
            self.late.0.insert(conversation, waiting);
            if is_enough {
                self.put_in(conversation);
            }
        }
    }

    /// Looks up what the timeline has of the identities that come.
    fn look_up(&self, conversation: u32, group: &[Late], waiting: &mut Waiting) {
        let life = &self.conversations[conversation as usize].lives[0];
        let come = group.iter().map(|(.., entry)| entry.key.identity);
        let new: HashSet<u64, FixedState> = come.filter(|identity| waiting.identities.insert(*identity)).collect();
        if !new.iter().any(|identity| life.knows(*identity)) {
            return;
        }
        let of_them = |entry: &Entry| entry.act.is_own() && new.contains(&entry.key.identity);
        let found = life.entries().into_iter().filter(of_them).map(|entry| ((entry.key.identity, entry.key.at), entry));
        found.for_each(|(place, entry)| {
            waiting.before.insert(place, entry);
            waiting.after.insert(place, entry);
        });
    }

    /// Puts in all that waits.
    pub(super) fn put_in_all(&mut self) {
        // What is put into one may have something else wait for another.
        while let Some(conversation) = self.late.0.keys().next().copied() {
            self.put_in(conversation);
        }
    }

    /// Puts in what waits for a conversation.
    pub(super) fn put_in(&mut self, conversation: u32) {
        let Some(Waiting { before, mut after, left, .. }) = self.late.0.remove(&conversation) else { return };
        lose_all_but_the_first(&mut after);
        if before == after && left.is_empty() {
            return;
        }
        // The life reaches what comes before anybody asks in which life an agent opened the conversation.
        after.keys().for_each(|(_, at)| self.open_life(conversation, 0).reaches(*at));
        // What comes is put in before what goes is taken out, so that an agent is never in two visits in between.
        for (agent, one) in focused(&after, &before) {
            self.moved(agent, Move { to: Some(conversation), ..one });
        }
        self.with_life(conversation, 0, |life, cx| {
            let old: Vec<Entry> = life.timeline.entries().collect();
            let new = merged(&old, &before, &after, &left);
            life.wake(cx).expect("it has events").replace(&old, &new, cx);
            life.timeline.replace(&new, after.keys().map(|(identity, _)| *identity).chain(left_identities(&left)));
        });
        for (agent, one) in focused(&before, &after) {
            self.unmoved(agent, Move { to: Some(conversation), ..one });
        }
        if let Some(earliest) = after.keys().map(|(_, at)| *at).min() {
            let _ = self.part_again(conversation, 0, earliest);
        }
    }

    /// Adds an event to those of its identity, as it would be added by itself.
    fn arrive(&self, known: &mut Known, entry: Entry) -> Fate {
        let Entry { key, .. } = entry;
        let standing = known.range((key.identity, Millis::MIN)..=(key.identity, Millis::MAX)).next();
        let fate = match standing {
            None => Fate::Applied,
            Some((_, standing)) if standing.repeats(&entry) => Fate::Duplicate,
            Some(_) => Fate::Conflicting,
        };
        let same_moment = known.get(&(key.identity, key.at));
        if same_moment.is_none_or(|same| self.comes_before(&entry, same)) {
            known.insert((key.identity, key.at), entry);
        }
        fate
    }
}

/// A timeline without what stood before, with what stands after.
fn merged(old: &[Entry], before: &Known, after: &Known, left: &BTreeMap<(Key, Name), bool>) -> Vec<Entry> {
    let stays = |entry: &&Entry| match entry.act {
        Act::Left(agent) => !left.contains_key(&(entry.key, agent)),
        _ => !before.contains_key(&(entry.key.identity, entry.key.at)),
    };
    let mut come: Vec<Entry> = after.values().copied().collect();
    come.extend(left.iter().filter(|(_, stands)| **stands).map(|((key, agent), _)| Entry::left(*key, *agent)));
    come.sort_by_key(|entry| entry.key);
    let mut new: Vec<Entry> = old.iter().filter(stays).copied().collect();
    new.append(&mut come);
    // Two runs in order.
    new.sort_by_key(|entry| entry.key);
    new
}

fn left_identities(left: &BTreeMap<(Key, Name), bool>) -> impl Iterator<Item = u64> {
    left.iter().filter(|(_, stands)| **stands).map(|((key, _), _)| key.identity)
}

fn lose_all_but_the_first(known: &mut Known) {
    let mut identity = None;
    for ((of, _), entry) in known.iter_mut() {
        entry.lost = identity.replace(*of) == Some(*of);
    }
}

/// The moves that stand in `these` and not in `others`; where to is for the caller to say.
fn focused(these: &Known, others: &Known) -> Vec<(Name, Move)> {
    let standing = |entry: &Entry| match entry.act {
        Act::Focused(agent) if !entry.lost => Some((agent, Move { key: entry.key, to: None })),
        _ => None,
    };
    let come = these.iter().filter(|(place, entry)| others.get(place) != Some(entry));
    come.filter_map(|(_, entry)| standing(entry)).collect()
}
