//! Adding an event to a conversation: into which life, whether it is known, and what follows for facts and agents.

use std::sync::Arc;

use smallvec::SmallVec;

use super::agent::Visiting;
use super::life::{Life, OpenLife, wake};
use super::moves::Move;
use super::{Fate, History, state};
use crate::domain::compact::due::take_before;
use crate::domain::compact::growth;
use crate::domain::compact::prefetch::prefetch;
use crate::domain::event::Millis;
use crate::domain::life::{Context, Establishes, State, Visit, VisitChange};
use crate::domain::names::Name;
use crate::domain::planted::{Bug, is_planted};
use crate::domain::policy::Policies;
use crate::domain::timeline::{Act, Entry, Timeline};

impl History {
    /// Adds an event of a conversation to the set.
    pub(super) fn add_event(&mut self, conversation: u32, entry: Entry) -> Fate {
        if let Some(life) = self.goes_on_with(conversation, &entry) {
            self.add(conversation, life, entry);
            return Fate::Applied;
        }
        self.put_in(conversation);
        let life = self.life_for(conversation, entry.key.at);
        let known = self.known(conversation, life, entry.key.identity);
        let Some(standing) = known.first() else {
            self.add(conversation, life, entry);
            let joins = self.part_again(conversation, life, entry.key.at);
            return if joins { Fate::Conflicting } else { Fate::Applied };
        };
        let outcome = if standing.repeats(&entry) { Fate::Duplicate } else { Fate::Conflicting };
        let same_moment = known.iter().copied().find(|known| known.key.at == entry.key.at);
        if same_moment.is_some_and(|known| !self.comes_before(&entry, &known)) {
            return outcome;
        }
        self.add_repeat(conversation, life, (*standing, same_moment), entry);
        if self.part_again(conversation, life, entry.key.at) { Fate::Conflicting } else { outcome }
    }

    /// The life of which an event is the next, as nearly every event is: it is new, nothing comes after it, and no silence
    /// lies before it. Then it can part no lives anew.
    fn goes_on_with(&self, conversation: u32, entry: &Entry) -> Option<usize> {
        let lives = &self.conversations.get(conversation as usize)?.lives;
        let Some(Life::Open(last)) = lives.last() else { return None };
        let state = last.state.as_ref()?;
        let silence_ms = entry.key.at - last.last_at;
        let is_next = (0..=self.silence.allowed_ms(state.phase())).contains(&silence_ms) && state.takes(entry);
        let identity = entry.key.identity;
        let is_new = !last.timeline.knows(identity) && !self.late.knows(conversation, identity);
        (is_next && is_new).then(|| lives.len() - 1)
    }

    /// Adds an event that stands. If it is an agent's move, what it ends comes first: an agent is never in two visits.
    fn add(&mut self, conversation: u32, life: usize, entry: Entry) {
        self.open_life(conversation, life).reaches(entry.key.at);
        if let Act::Focused(agent) = entry.act
            && !is_planted(Bug::TwoVisitsAtOnce)
        {
            self.moved(agent, Move { key: entry.key, to: Some(conversation) });
        }
        self.insert(conversation, life, entry);
    }

    /// The life to which an event at `at` belongs: the one it falls into or that still goes on then, else the one that it
    /// comes so shortly before that no silence parts them, else a new one.
    fn life_for(&mut self, conversation: u32, at: Millis) -> usize {
        let place = conversation as usize;
        if self.conversations.len() <= place {
            let more = place + 1 - self.conversations.len();
            growth::make_room(&mut self.conversations, more);
            self.conversations.resize_with(place + 1, Default::default);
        }
        let Self { conversations, silence, spare, .. } = self;
        let lives = &mut conversations[place].lives;
        let begun = lives.partition_point(|life| life.first_at() <= at);
        let goes_on = |last: &usize| at <= lives[*last].last_at() + silence.allowed_ms(lives[*last].phase());
        if let Some(last) = begun.checked_sub(1).filter(goes_on) {
            return last;
        }
        if lives.get(begun).is_none_or(|next| next.first_at() - at > silence.closed_ms) {
            lives.insert(begun, spare.begin(at));
        }
        begun
    }

    /// A life with room for more events.
    pub(super) fn open_life(&mut self, conversation: u32, life: usize) -> &mut OpenLife {
        self.conversations[conversation as usize].lives[life].open()
    }

    /// The events of an identity in a life, in order: the first stands.
    fn known(&self, conversation: u32, life: usize, identity: u64) -> Vec<Entry> {
        let life = &self.conversations[conversation as usize].lives[life];
        if !life.knows(identity) || is_planted(Bug::DuplicateTakenAgain) {
            return Vec::new();
        }
        let mut entries = life.entries();
        entries.retain(|entry| entry.key.identity == identity && entry.act.is_own());
        entries
    }

    /// Adds an event whose identity is known in its life: the first of them stands. It takes the place of the one of its
    /// moment, if there is one, which it comes before.
    fn add_repeat(
        &mut self,
        conversation: u32,
        life: usize,
        (standing, same_moment): (Entry, Option<Entry>),
        entry: Entry,
    ) {
        if self.comes_before(&entry, &standing) {
            self.lose(conversation, life, standing, same_moment);
            self.add(conversation, life, entry);
            return;
        }
        if let Some(replaced) = same_moment {
            self.rewrite(conversation, life, |entries| entries.retain(|one| *one != replaced));
        }
        self.open_life(conversation, life).reaches(entry.key.at);
        self.insert(conversation, life, Entry { lost: true, ..entry });
    }

    /// Which of two events of one identity stands: the first in the timeline, then as the content says.
    pub(super) fn comes_before(&self, one: &Entry, other: &Entry) -> bool {
        let place = |entry: &Entry| (entry.key.at, entry.key.sequence, entry.key.rank);
        let content = |entry: &Entry| (self.names.content(entry.act), entry.has_sequence);
        place(one).cmp(&place(other)).then_with(|| content(one).cmp(&content(other))).is_lt()
    }

    /// An event stands no longer: an earlier one of its identity has come. `replaced` has the moment of that one.
    fn lose(&mut self, conversation: u32, life: usize, standing: Entry, replaced: Option<Entry>) {
        self.rewrite(conversation, life, |entries| {
            entries.iter_mut().filter(|entry| **entry == standing).for_each(|entry| entry.lost = true);
            entries.retain(|entry| replaced.is_none_or(|replaced| entry.key != replaced.key));
        });
        if let Act::Focused(agent) = standing.act {
            self.unmoved(agent, Move { key: standing.key, to: Some(conversation) });
        }
    }

    /// Puts an event into a timeline: steps on if it comes last, else steps through what comes after it again.
    pub(super) fn insert(&mut self, conversation: u32, life: usize, entry: Entry) {
        self.with_life(conversation, life, |OpenLife { state, timeline, .. }, cx| {
            match wake(state, timeline, cx) {
                Some(state) if state.takes(&entry) => {
                    timeline.push(state.last().at, &entry);
                    state.step(&entry, cx);
                }
                Some(state) => {
                    let mut entries: Vec<Entry> = timeline.entries().collect();
                    state.insert(&mut entries, entry, cx);
                    *timeline = Timeline::of(&entries);
                }
                // Nothing, or only what ends visits that are not known yet.
                None => {
                    let mut entries: Vec<Entry> = timeline.entries().collect();
                    let place = entries.partition_point(|other| other.key < entry.key);
                    entries.insert(place, entry);
                    *timeline = Timeline::of(&entries);
                    *state = State::fold(timeline.entries(), Millis::MIN, cx);
                    cx.visits_differ(None, state.as_ref());
                }
            }
        });
    }

    /// Changes the events of a life in any way and states what differs.
    pub(super) fn rewrite(&mut self, conversation: u32, life: usize, edit: impl FnOnce(&mut Vec<Entry>)) {
        self.with_life(conversation, life, |life, cx| {
            let until = life.wake(cx).map_or(Millis::MIN, |state| state.fired_to());
            let mut entries: Vec<Entry> = life.timeline.entries().collect();
            let old = established(&life.timeline, until, cx);
            edit(&mut entries);
            life.timeline = Timeline::of(&entries);
            fold_again(life, until, &old, cx);
        });
    }

    /// Judges every conversation by other policies, and states what differs.
    pub fn restate(&mut self, policies: Arc<Policies>) {
        self.put_in_all();
        let before = std::mem::replace(&mut self.policies, policies);
        self.restate_statuses();
        for conversation in 0..self.conversations.len() as u32 {
            for life in 0..self.conversations[conversation as usize].lives.len() {
                self.restate_life(conversation, life, &before);
            }
        }
    }

    fn restate_life(&mut self, conversation: u32, life: usize, before: &Arc<Policies>) {
        self.with_life(conversation, life, |life, cx| {
            let mut as_before = cx.under(before);
            let until = life.wake(&mut as_before).map_or(Millis::MIN, |state| state.fired_to());
            let old = established(&life.timeline, until, &mut as_before);
            fold_again(life, until, &old, cx);
        });
    }

    /// Fires what happens by itself up to `now`.
    pub(super) fn fire_alarms(&mut self) {
        for conversation in take_before(&mut self.alarms, &(minute(self.now) + 1)).into_values().flatten() {
            for life in 0..self.conversations[conversation as usize].lives.len() {
                self.fire(conversation, life);
            }
        }
    }

    fn fire(&mut self, conversation: u32, life: usize) {
        if self.conversations[conversation as usize].lives[life].opened().is_none() {
            return;
        }
        let now = self.now;
        self.with_life(conversation, life, |life, cx| {
            life.alarm = Millis::MAX;
            life.state.iter_mut().for_each(|state| state.fire(now, cx));
        });
    }

    /// Lets `change` state facts about a life, and draws all that follows from them.
    pub(super) fn with_life(
        &mut self,
        conversation: u32,
        life: usize,
        change: impl FnOnce(&mut OpenLife, &mut Context<'_>),
    ) {
        let Self { conversations, policies, silence, combinations, facts, remarks, decisions, visits, .. } = self;
        let one = conversations[conversation as usize].lives[life].open();
        let was_open = one.is_open();
        change(one, &mut Context { policies, silence: *silence, combinations, facts, remarks, decisions, visits });
        let is_open_still = was_open && one.is_open();
        let is_visited = !is_open_still && one.state.as_ref().is_some_and(State::is_visited);
        self.decisions.clear();
        self.state_facts(conversation, life);
        self.state_remarks(conversation);
        self.follow_visits(conversation);
        if is_visited {
            self.follow_visitors(conversation, life);
        }
        self.follow(conversation, life, was_open);
    }

    /// Hands over what was stated about a life.
    fn state_facts(&mut self, conversation: u32, life: usize) {
        if self.facts.is_empty() {
            return;
        }
        let mut facts = std::mem::take(&mut self.facts);
        let name = Name::at(conversation as usize);
        let Self { conversations, rows, stated, counts_from, .. } = self;
        let last_rows = &mut conversations[conversation as usize].lives[life].open().last_rows;
        self.is_changed |= state(&facts, Some(name), last_rows, *counts_from, rows, stated);
        facts.clear();
        self.facts = facts;
    }

    /// Keeps alarms, the open conversations and the resting ones in step with a life's state.
    fn follow(&mut self, conversation: u32, life: usize, was_open: bool) {
        let Self { conversations, open, alarms, closed, spare, .. } = self;
        let one = conversations[conversation as usize].lives[life].open();
        if (was_open || one.is_open()) && !std::mem::replace(&mut one.is_stirred, true) {
            open.stir(conversation);
        }
        let Some(state) = &one.state else { return };
        if let Some(due) = state.next_due().filter(|due| *due < one.alarm) {
            one.alarm = due;
            alarms.entry(minute(due)).or_default().push(conversation);
        }
        if state.is_at_rest() && !one.is_queued {
            one.is_queued = true;
            if let Some(rested) = closed.push(conversation) {
                let rested = conversations[rested as usize].lives.iter_mut().filter_map(Life::drop_state);
                rested.for_each(|life| spare.give_back(life));
                // Those that follow, so that they are in the caches when it is their turn.
                closed.ahead(4).into_iter().for_each(|next| conversations[next as usize].prefetch());
                closed.ahead(8).into_iter().for_each(|next| prefetch(&conversations[next as usize]));
            }
        }
    }

    /// Keeps agents in step with what a conversation is about that they have on screen while it is closed.
    fn follow_visitors(&mut self, conversation: u32, life: usize) {
        let state = self.conversations[conversation as usize].lives[life].state();
        let visitors: SmallVec<[Name; 1]> =
            state.into_iter().flat_map(State::visits).map(|visit| visit.agent).collect();
        visitors.into_iter().for_each(|agent| self.stir(agent));
    }

    /// Keeps agents in step with the visits that began and ended in a conversation.
    fn follow_visits(&mut self, conversation: u32) {
        if self.visits.is_empty() {
            return;
        }
        let mut changes = std::mem::take(&mut self.visits);
        for VisitChange { visit: Visit { agent, skill, since, .. }, begins } in changes.drain(..) {
            let this = Visiting { since, conversation, skill };
            let one = self.agent(Some(agent));
            one.visiting = match begins {
                // An older one only seems to go on, until its cap has been noticed.
                true => one.visiting.max(Some(this)),
                false => one.visiting.filter(|visiting| *visiting != this),
            };
            self.stir(agent);
        }
        self.visits = changes;
    }
}

/// Steps through all events and states what differs from `old`.
fn fold_again(life: &mut OpenLife, until: Millis, old: &Establishes, cx: &mut Context<'_>) {
    let state = State::fold(life.timeline.entries(), until, cx);
    let new = cx.take_stated();
    cx.state_difference(old, &new);
    cx.visits_differ(life.state.as_ref(), state.as_ref());
    life.state = state;
}

fn established(timeline: &Timeline, until: Millis, cx: &mut Context<'_>) -> Establishes {
    let _ = State::fold(timeline.entries(), until, cx);
    cx.take_stated()
}

/// Alarms are kept by the minute.
fn minute(at: Millis) -> Millis {
    at.div_euclid(60_000)
}
