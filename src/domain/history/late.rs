//! Events that come late into a long life, or come again: all of a batch at once, so that its timeline is written once.
//!
//! In a short life each is put in by itself, which takes a moment. In a long one that would take as long as all its events
//! together, for every one of them.

use std::collections::{BTreeMap, HashSet};

use foldhash::fast::FixedState;

use super::moves::Move;
use super::{Fate, History, Interned};
use crate::domain::event::Millis;
use crate::domain::names::Name;
use crate::domain::planted::{Bug, is_planted};
use crate::domain::timeline::{Act, Entry};

/// An event that waits for the others of its conversation: where its fate belongs, the conversation, and what happened.
pub(super) type Late = (usize, u32, Entry);

/// The events of some identities, by identity and moment: of one identity the first stands.
type Known = BTreeMap<(u64, Millis), Entry>;

impl History {
    /// Whether an event must be put between the others of a long life.
    pub(super) fn is_late_in_a_long_life(&self, conversation: u32, entry: &Entry) -> bool {
        let Some([life]) = self.conversations.get(conversation as usize).map(|known| &known.lives[..]) else {
            return false;
        };
        let steps_on = || {
            let follows = life.state().is_some_and(|state| state.takes(entry));
            follows && !life.knows(entry.key.identity)
        };
        life.len() >= self.long_from
            && entry.key.at <= self.now
            && life.first_at() - entry.key.at <= self.silence.closed_ms
            && entry.key.at - life.last_at() <= self.silence.allowed_ms(life.phase())
            && !steps_on()
            && !is_planted(Bug::DuplicateTakenAgain)
    }

    /// Adds the late events of a batch, and tells what became of each.
    pub(super) fn add_late(&mut self, mut late: Vec<Late>, fates: &mut [Fate]) {
        late.sort_by_key(|(_, conversation, _)| *conversation);
        for group in late.chunk_by(|a, b| a.1 == b.1) {
            let conversation = group[0].1;
            if self.conversations[conversation as usize].lives.len() == 1 {
                self.add_together(conversation, group, fates);
                continue;
            }
            for &(place, conversation, entry) in group {
                fates[place] = self.fold(Interned::Conversation(conversation, entry));
            }
        }
    }

    fn add_together(&mut self, conversation: u32, group: &[Late], fates: &mut [Fate]) {
        let identities: HashSet<u64, FixedState> = group.iter().map(|(.., entry)| entry.key.identity).collect();
        let is_touched = |entry: &Entry| entry.act.is_own() && identities.contains(&entry.key.identity);
        let place = |entry: &Entry| (entry.key.identity, entry.key.at);
        let touched = self.open_life(conversation, 0).timeline.entries().filter(|entry| is_touched(entry));
        let before: Known = touched.map(|entry| (place(&entry), entry)).collect();
        let mut after = before.clone();
        for &(number, _, entry) in group {
            fates[number] = self.arrive(&mut after, entry);
        }
        lose_all_but_the_first(&mut after);
        if before == after {
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
            let rest = old.iter().filter(|entry| !is_touched(entry));
            let mut new: Vec<Entry> = rest.chain(after.values()).copied().collect();
            new.sort_by_key(|entry| entry.key);
            life.wake(cx).expect("it has events").replace(&old, &new, cx);
            life.timeline.replace(&new, identities.iter().copied());
        });
        for (agent, one) in focused(&before, &after) {
            self.unmoved(agent, Move { to: Some(conversation), ..one });
        }
        let earliest = group.iter().map(|(.., entry)| entry.key.at).min().expect("a group has an event");
        let _ = self.part_again(conversation, 0, earliest);
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
