//! The open conversations as people see them: whose they are, which wait, which are snoozed.
//!
//! It is brought up to the last event now and then, by what changed since: nothing here is counted anew. What time alone
//! changes (a snooze ends, silence ends a life) is found by its moment.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::History;
use super::life::Life;
use crate::domain::compact::small_map::SmallMap;
use crate::domain::current::{Current, OpenConversation};
use crate::domain::event::Millis;
use crate::domain::fact::Credit;
use crate::domain::life::State;
use crate::domain::names::Name;

/// How many of the longest waiting are told.
const LONGEST_WAITING: usize = 10;

/// Where each open conversation is in what is so now, and what will change by itself.
#[derive(Debug, Default)]
pub(super) struct Open {
    /// Those that are shown, by conversation.
    shown: HashMap<u32, Shown, FixedState>,
    /// Those that wait, by the moment from which they count.
    waiting: SmallMap<(Millis, Name), ()>,
    /// Conversations to look at again, by when something may have changed by itself. Each has one look.
    looks: SmallMap<(Millis, u32), ()>,
    /// Conversations to look at because of events.
    stirred: Vec<u32>,
    /// How many were left when those that had closed were last left out.
    kept_stirred: usize,
    /// Whether the longest waiting may be others.
    has_other_waiting: bool,
    /// Whether something else is told of one that is shown.
    has_other_details: bool,
}

/// A conversation that is shown.
#[derive(Debug, Clone, Copy)]
struct Shown {
    /// Its place in `Current::open`.
    place: u32,
    look_at: Millis,
}

/// While nobody asks, those that have closed meanwhile are left out whenever so many more have gathered.
const STIRRED: usize = 65_536;

impl Open {
    /// Has a conversation looked at, because of what happened in a life of it that was open or is.
    pub(super) fn stir(&mut self, conversation: u32) {
        self.stirred.push(conversation);
    }

    /// Shows a conversation as it is now, to be looked at again at some moment; or not any more.
    fn show(&mut self, conversation: u32, now: Option<(OpenConversation, Millis)>, current: &mut Current) {
        let shown = self.shown.get(&conversation).copied();
        let before = shown.and_then(|shown| current.open.get(shown.place as usize)).copied();
        let after = now.map(|(after, _)| after);
        // What no live state counts, such as when something happened last, is no change of it.
        if !before.zip(after).map_or(before == after, |(before, after)| before.counts_like(&after)) {
            current.changes += 1;
            before.iter().for_each(|before| self.count(before, current, -1));
            after.iter().for_each(|after| self.count(after, current, 1));
        }
        self.has_other_details |= before != after;
        match (shown, now) {
            (Some(shown), Some((after, look_at))) => {
                if before != Some(after) {
                    *current.open.get_mut(shown.place as usize).expect("it is shown there") = after;
                }
                self.look_at(conversation, shown, look_at);
            }
            (Some(shown), None) => self.take_out(conversation, shown, current),
            (None, Some((after, look_at))) => {
                let place = current.open.len() as u32;
                current.open.push(after);
                self.look_at(conversation, Shown { place, look_at: Millis::MAX }, look_at);
            }
            (None, None) => {}
        }
    }

    /// A look that is set earlier will set the next one.
    fn look_at(&mut self, conversation: u32, shown: Shown, at: Millis) {
        if at < shown.look_at {
            self.looks.remove(&(shown.look_at, conversation));
            self.looks.insert((at, conversation), ());
        }
        self.shown.insert(conversation, Shown { look_at: at.min(shown.look_at), ..shown });
    }

    fn take_out(&mut self, conversation: u32, shown: Shown, current: &mut Current) {
        self.shown.remove(&conversation);
        self.looks.remove(&(shown.look_at, conversation));
        current.open.swap_remove(shown.place as usize);
        if let Some(moved) = current.open.get(shown.place as usize) {
            let moved = self.shown.get_mut(&(moved.conversation.index() as u32)).expect("it is shown");
            moved.place = shown.place;
        }
    }

    /// Takes the conversations whose look has come.
    fn take_due(&mut self, now: Millis) -> Vec<u32> {
        let due: Vec<u32> = self.looks.drain_before(&(now.saturating_add(1), 0)).map(|((_, one), ())| one).collect();
        for conversation in &due {
            if let Some(shown) = self.shown.get_mut(conversation) {
                shown.look_at = Millis::MAX;
            }
        }
        due
    }

    fn count(&mut self, shown: &OpenConversation, current: &mut Current, unit: i64) {
        let owned = current.owned.entry(Name::to_code(shown.assignee) as usize);
        *owned = owned.wrapping_add_signed(unit as i32);
        if shown.snoozed_until().is_some() {
            current.snoozed = current.snoozed.wrapping_add_signed(unit);
        }
        if let Some(since) = shown.waiting_since() {
            current.waiting = current.waiting.wrapping_add_signed(unit);
            let of_owner = current.owned_waiting.entry(Name::to_code(shown.assignee) as usize);
            *of_owner = of_owner.wrapping_add_signed(unit as i32);
            self.has_other_waiting = true;
            let wait = (since, shown.conversation);
            if unit > 0 {
                self.waiting.insert(wait, ());
            } else {
                _ = self.waiting.remove(&wait);
            };
        }
    }

    /// The longest waiting, and all that wait from the same moment as the last of them: which of those comes first only
    /// their ids say.
    fn longest(&self) -> Arc<[(Millis, Name)]> {
        let last = self.waiting.keys().nth(LONGEST_WAITING - 1).map_or(Millis::MAX, |(since, _)| *since);
        self.waiting.keys().take_while(|(since, _)| *since <= last).copied().collect()
    }
}

impl History {
    /// Leaves out those that have closed meanwhile, whenever many have gathered.
    pub(super) fn thin_out_stirred(&mut self) {
        if self.open.stirred.len() < self.open.kept_stirred + STIRRED {
            return;
        }
        let mut stirred = std::mem::take(&mut self.open.stirred);
        stirred.sort_unstable();
        stirred.dedup();
        stirred.retain(|&conversation| {
            let matters = self.open.shown.contains_key(&conversation) || self.is_open(conversation);
            if !matters {
                self.calm_down(conversation);
            }
            matters
        });
        self.open.kept_stirred = stirred.len();
        self.open.stirred = stirred;
    }

    /// From now on the next event of a conversation has it looked at again.
    fn calm_down(&mut self, conversation: u32) {
        let lives = self.conversations.get_mut(conversation as usize).map(|known| &mut known.lives);
        let opened = lives.into_iter().flatten().filter_map(Life::opened);
        opened.for_each(|life| life.is_stirred = false);
    }

    /// Brings what is open up to the last event.
    pub(super) fn settle_open(&mut self) {
        let mut stirred = self.open.take_due(self.now);
        stirred.append(&mut self.open.stirred);
        stirred.sort_unstable();
        stirred.dedup();
        for conversation in stirred {
            let now = self.seen_now(conversation);
            self.open.show(conversation, now, &mut self.current);
        }
        self.is_changed |= std::mem::take(&mut self.open.has_other_details);
        if std::mem::take(&mut self.open.has_other_waiting) {
            self.current.longest_waiting = self.open.longest();
        }
    }

    /// A conversation as it is now, if it is open, and when to look at it again though no event comes.
    fn seen_now(&mut self, conversation: u32) -> Option<(OpenConversation, Millis)> {
        self.calm_down(conversation);
        let lives = &self.conversations.get(conversation as usize)?.lives;
        let (now, open_ms) = (self.now, self.silence.open_ms);
        let life = lives.iter().find(|life| life.is_open() && now - life.last_at() <= open_ms)?;
        let state = life.state().expect("an open life keeps its state");
        let seen = seen(Name::at(conversation as usize), state, life.last_at(), now);
        let silent_from = seen.last_event_at.saturating_add(open_ms).saturating_add(1);
        Some((seen, seen.snoozed_until().map_or(silent_from, |until| until.min(silent_from))))
    }

    fn is_open(&self, conversation: u32) -> bool {
        self.conversations.get(conversation as usize).is_some_and(|known| known.lives.iter().any(Life::is_open))
    }
}

/// An open conversation as it is at a moment.
fn seen(conversation: Name, state: &State, last_event_at: Millis, now: Millis) -> OpenConversation {
    let Credit { agent: assignee, skill, contact, topics, via } = state.about();
    let (started_at, messages, overdue) = (state.started_at(), state.messages(), state.overdue());
    let (waiting_since, snoozed_until) = (state.waiting_since(now).into(), state.snoozed_until(now).into());
    OpenConversation {
        conversation,
        assignee,
        skill,
        contact,
        topics,
        via,
        messages,
        overdue,
        started_at,
        last_event_at,
        waiting_since,
        snoozed_until,
    }
}
