//! Adding an event to a conversation: into which life, whether it is known, and what follows for facts and agents.

use super::agent::Visiting;
use super::last_rows::LastRows;
use super::life::Life;
use super::moves::Move;
use super::{Fate, History};
use crate::domain::compact::growth;
use crate::domain::event::Millis;
use crate::domain::fact::{Signed, difference};
use crate::domain::life::{Context, State};
use crate::domain::names::Name;
use crate::domain::planted::{Bug, is_planted};
use crate::domain::policy::Policies;
use crate::domain::timeline::{Act, Entry, Timeline};
use std::sync::Arc;

impl History {
    /// Adds an event of a conversation to the set.
    pub(super) fn add_event(&mut self, conversation: u32, entry: Entry) -> Fate {
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

    /// Adds an event that stands. If it is an agent's move, what it ends comes first: an agent is never in two visits.
    fn add(&mut self, conversation: u32, life: usize, entry: Entry) {
        self.life(conversation, life).reaches(entry.key.at);
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
        let silence = self.silence;
        let lives = &mut self.conversations[place].lives;
        let begun = lives.iter().take_while(|life| life.first_at <= at).count();
        let goes_on = |last: &usize| at <= lives[*last].last_at + silence.allowed_ms(lives[*last].phase());
        if let Some(last) = begun.checked_sub(1).filter(goes_on) {
            return last;
        }
        if lives.get(begun).is_none_or(|next| next.first_at - at > silence.closed_ms) {
            lives.insert(begun, Life::new(at));
        }
        begun
    }

    pub(super) fn life(&mut self, conversation: u32, life: usize) -> &mut Life {
        &mut self.conversations[conversation as usize].lives[life]
    }

    /// The events of an identity in a life, in order: the first stands.
    fn known(&self, conversation: u32, life: usize, identity: u64) -> Vec<Entry> {
        let timeline = &self.conversations[conversation as usize].lives[life].timeline;
        if !timeline.knows(identity) || is_planted(Bug::DuplicateTakenAgain) {
            return Vec::new();
        }
        timeline.entries().filter(|entry| entry.key.identity == identity && entry.act.is_own()).collect()
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
        self.life(conversation, life).reaches(entry.key.at);
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
        let takes = self.wake(conversation, life).is_none_or(|state| state.takes(&entry));
        self.with_life(conversation, life, |life, cx| match (&mut life.awake, takes) {
            (Some(awake), true) => {
                life.timeline.push(awake.state.last().at, &entry);
                awake.state.step(&entry, cx);
            }
            (Some(awake), false) => {
                let mut entries: Vec<Entry> = life.timeline.entries().collect();
                awake.state.insert(&mut entries, entry, cx);
                life.timeline = Timeline::of(&entries);
            }
            // Nothing, or only what ends visits that are not known yet.
            (None, _) => {
                let mut entries = life.entries();
                let place = entries.partition_point(|other| other.key < entry.key);
                entries.insert(place, entry);
                life.timeline = Timeline::of(&entries);
                life.set_state(State::fold(&life.timeline, Millis::MIN, cx));
            }
        });
    }

    /// The state of a life, folded again if it was dropped; `None` for one without events.
    pub(super) fn wake(&mut self, conversation: u32, life: usize) -> Option<&State> {
        if self.life(conversation, life).awake.is_none() {
            let mut folded = None;
            let timeline = std::mem::take(&mut self.life(conversation, life).timeline);
            self.in_context(|cx| {
                folded = State::fold(&timeline, Millis::MAX, cx);
                // It was at rest: these facts stand already.
                cx.facts.clear();
            });
            let one = self.life(conversation, life);
            one.timeline = timeline;
            one.set_state(folded);
        }
        self.life(conversation, life).state()
    }

    /// Changes the events of a life in any way and states what differs.
    pub(super) fn rewrite(&mut self, conversation: u32, life: usize, edit: impl FnOnce(&mut Vec<Entry>)) {
        let until = self.wake(conversation, life).map_or(Millis::MIN, State::fired_to);
        self.with_life(conversation, life, |life, cx| {
            let mut entries = life.entries();
            let old = facts_of(&life.timeline, until, cx);
            edit(&mut entries);
            life.timeline = Timeline::of(&entries);
            fold_again(life, until, &old, cx);
        });
    }

    /// Judges every conversation by other policies, and states what differs.
    pub fn restate(&mut self, policies: Arc<Policies>) {
        let before = std::mem::replace(&mut self.policies, policies);
        self.restate_statuses();
        for conversation in 0..self.conversations.len() as u32 {
            for life in 0..self.conversations[conversation as usize].lives.len() {
                self.restate_life(conversation, life, &before);
            }
        }
    }

    fn restate_life(&mut self, conversation: u32, life: usize, before: &Arc<Policies>) {
        let after = std::mem::replace(&mut self.policies, before.clone());
        let until = self.wake(conversation, life).map_or(Millis::MIN, State::fired_to);
        let timeline = std::mem::take(&mut self.life(conversation, life).timeline);
        let mut old = Vec::new();
        self.in_context(|cx| old = facts_of(&timeline, until, cx));
        self.life(conversation, life).timeline = timeline;
        self.policies = after;
        self.with_life(conversation, life, |life, cx| fold_again(life, until, &old, cx));
    }

    /// Fires what happens by itself up to `now`.
    pub(super) fn fire_alarms(&mut self) {
        let later = self.alarms.split_off(&(minute(self.now) + 1));
        for conversation in std::mem::replace(&mut self.alarms, later).into_values().flatten() {
            for life in 0..self.conversations[conversation as usize].lives.len() {
                self.fire(conversation, life);
            }
        }
    }

    fn fire(&mut self, conversation: u32, life: usize) {
        let now = self.now;
        self.with_life(conversation, life, |life, cx| {
            let Some(awake) = &mut life.awake else { return };
            awake.alarm = Millis::MAX;
            awake.state.fire(now, cx);
        });
    }

    /// Lets `change` state facts about a life, and draws all that follows from them.
    pub(super) fn with_life(
        &mut self,
        conversation: u32,
        life: usize,
        change: impl FnOnce(&mut Life, &mut Context<'_>),
    ) {
        let empty = Life::new(0);
        let mut one = std::mem::replace(self.life(conversation, life), empty);
        let (before, was_open) = (going_on(&one), one.is_open());
        self.in_context(|cx| change(&mut one, cx));
        self.visits_changed(conversation, &before, &one);
        self.follow(conversation, was_open, &mut one);
        let mut facts = std::mem::take(&mut self.facts);
        let (name, mut none) = (Name::at(conversation as usize), LastRows::default());
        let last_rows = one.awake.as_mut().map_or(&mut none, |awake| &mut awake.last_rows);
        self.state(&facts, Some(name), last_rows);
        facts.clear();
        self.facts = facts;
        *self.life(conversation, life) = one;
    }

    /// Keeps alarms, the open conversations and the resting ones in step with a life's state.
    fn follow(&mut self, conversation: u32, was_open: bool, life: &mut Life) {
        if was_open || life.is_open() {
            self.stir_open_once(conversation, life);
        }
        let Some(awake) = &mut life.awake else { return };
        if let Some(due) = awake.state.next_due().filter(|due| *due < awake.alarm) {
            awake.alarm = due;
            self.alarms.entry(minute(due)).or_default().push(conversation);
        }
        if awake.state.is_at_rest() && !awake.is_queued {
            awake.is_queued = true;
            if let Some(closed) = self.closed.push(conversation) {
                self.conversations[closed as usize].lives.iter_mut().for_each(Life::drop_state);
            }
        }
    }

    fn stir_open_once(&mut self, conversation: u32, life: &mut Life) {
        let known = life.awake.as_mut().is_some_and(|awake| std::mem::replace(&mut awake.is_stirred, true));
        if !known {
            self.stir_open(conversation);
        }
    }

    /// Keeps agents in step with the visits that go on in a life.
    fn visits_changed(&mut self, conversation: u32, before: &[Going], life: &Life) {
        let after = going_on(life);
        for &(name, skill, since) in before.iter().filter(|visit| !after.contains(visit)) {
            let over = Visiting { since, conversation, skill };
            let agent = self.agent(Some(name));
            agent.visiting = agent.visiting.filter(|visiting| *visiting != over);
            self.stir(name);
        }
        for &(name, skill, since) in after.iter().filter(|visit| !before.contains(visit)) {
            let agent = self.agent(Some(name));
            // An older one only seems to go on, until its cap has been noticed.
            agent.visiting = agent.visiting.max(Some(Visiting { since, conversation, skill }));
            self.stir(name);
        }
    }
}

/// Agent, skill and beginning of a visit that goes on.
type Going = (Name, Option<Name>, Millis);

fn going_on(life: &Life) -> smallvec::SmallVec<[Going; 2]> {
    let visits = life.state().into_iter().flat_map(State::visits);
    visits.map(|visit| (visit.agent, visit.skill, visit.since)).collect()
}

/// Steps through all events and states what differs from `old`.
fn fold_again(life: &mut Life, until: Millis, old: &[Signed], cx: &mut Context<'_>) {
    life.set_state(State::fold(&life.timeline, until, cx));
    let new = std::mem::take(cx.facts);
    cx.facts.extend(difference(old, &new));
}

fn facts_of(timeline: &Timeline, until: Millis, cx: &mut Context<'_>) -> Vec<Signed> {
    let _ = State::fold(timeline, until, cx);
    std::mem::take(cx.facts)
}

/// Alarms are kept by the minute.
fn minute(at: Millis) -> Millis {
    at.div_euclid(60_000)
}
