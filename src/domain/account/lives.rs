//! Adding an event to a conversation: into which life, whether it is known, and what follows for facts and agents.

use super::super::agent::moves::Move;
use super::super::conversation::{Context, State};
use super::super::event::Millis;
use super::super::fact::{Signed, difference};
use super::super::growth;
use super::super::intern::Name;
use super::super::planted::{Bug, is_planted};
use super::super::policy::Policies;
use super::super::timeline::{Act, Entry, Key, Timeline, rank};
use super::life::{Life, Recent};
use super::{Account, Outcome};

impl Account {
    /// Adds an event of a conversation to the set.
    pub(super) fn happened(&mut self, conversation: u32, entry: Entry) -> Outcome {
        let life = self.life_for(conversation, entry.key.at);
        match self.standing(conversation, life, entry.key) {
            Some(standing) => self.repeated(conversation, life, standing, entry),
            None => {
                self.add(conversation, life, entry);
                Outcome::Applied
            }
        }
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

    /// The life to which an event at `at` belongs: the one near it, a new one, or two that it joins.
    fn life_for(&mut self, conversation: u32, at: Millis) -> usize {
        let place = conversation as usize;
        if self.conversations.len() <= place {
            let more = place + 1 - self.conversations.len();
            growth::make_room(&mut self.conversations, more);
            self.conversations.resize_with(place + 1, Default::default);
        }
        let forget_after_ms = self.forget_after_ms;
        let lives = &mut self.conversations[place].lives;
        let mut near = (0..lives.len()).filter(|&life| lives[life].takes(at, forget_after_ms));
        match (near.next(), near.next()) {
            (Some(life), None) => life,
            (Some(earlier), Some(later)) => {
                self.join(conversation, earlier, later);
                earlier
            }
            (None, _) => {
                let place = lives.iter().take_while(|life| life.last_at < at).count();
                lives.insert(place, Life::new(at));
                place
            }
        }
    }

    pub(super) fn life(&mut self, conversation: u32, life: usize) -> &mut Life {
        &mut self.conversations[conversation as usize].lives[life]
    }

    /// The event of this identity that stands in a life, unless there is none.
    fn standing(&self, conversation: u32, life: usize, key: Key) -> Option<Entry> {
        let timeline = &self.conversations[conversation as usize].lives[life].timeline;
        if !timeline.knows(key.identity) || is_planted(Bug::DuplicateTakenAgain) {
            return None;
        }
        let of_it = timeline.entries().filter(|entry| entry.key.identity == key.identity);
        of_it.into_iter().find(|entry| entry.act.is_own() && entry.act != Act::Void)
    }

    /// An event whose identity is known: a duplicate, or a conflict in which the earlier stands.
    fn repeated(&mut self, conversation: u32, life: usize, standing: Entry, entry: Entry) -> Outcome {
        if standing == entry {
            return Outcome::Duplicate;
        }
        if self.stands_before(&entry, &standing) {
            self.void(conversation, life, standing);
            self.add(conversation, life, entry);
        } else {
            self.break_silence(conversation, life, entry.key);
        }
        Outcome::Conflicting
    }

    /// Which of two events of one identity stands: the earlier, then the lower type, then what the content says.
    fn stands_before(&self, one: &Entry, other: &Entry) -> bool {
        let order = |entry: &Entry| (entry.key.at, entry.key.rank, entry.key.sequence);
        let content = |entry: &Entry| self.names.content(entry.act);
        order(one).cmp(&order(other)).then_with(|| content(one).cmp(&content(other))).is_lt()
    }

    /// Takes an event back that lost against another of its identity.
    fn void(&mut self, conversation: u32, life: usize, loser: Entry) {
        self.rewrite(conversation, life, |entries| entries.retain(|entry| *entry != loser));
        if let Act::Focused(agent) = loser.act {
            self.unmoved(agent, Move { key: loser.key, to: Some(conversation) });
        }
        self.break_silence(conversation, life, loser.key);
    }

    /// A loser still breaks the silence at its own moment.
    fn break_silence(&mut self, conversation: u32, life: usize, loser: Key) {
        let key = Key { rank: rank::VOID, ..loser };
        let one = self.life(conversation, life);
        if one.entries().iter().all(|entry| entry.key != key) {
            one.reaches(key.at);
            self.insert(conversation, life, Entry { key, act: Act::Void });
        }
    }

    /// Makes one life of two that an event between them joins.
    fn join(&mut self, conversation: u32, earlier: usize, later: usize) {
        let moved = self.conversations[conversation as usize].lives[later].entries();
        self.rewrite(conversation, later, Vec::clear);
        self.conversations[conversation as usize].lives.remove(later);
        let loses = |account: &Self, entry: &Entry| {
            entry.act.is_own() && entry.act != Act::Void && account.standing(conversation, earlier, entry.key).is_some()
        };
        let (losers, rest): (Vec<Entry>, Vec<Entry>) = moved.into_iter().partition(|entry| loses(self, entry));
        for entry in rest.iter().filter(|entry| entry.act.is_own()) {
            self.life(conversation, earlier).reaches(entry.key.at);
        }
        // All at once: a visit that another conversation ended long ago must not seem to go on in between.
        self.rewrite(conversation, earlier, |entries| {
            entries.extend(rest);
            entries.sort_by_key(|entry| entry.key);
        });
        for loser in losers {
            self.lose_in_join(conversation, earlier, loser);
        }
    }

    fn lose_in_join(&mut self, conversation: u32, life: usize, loser: Entry) {
        self.break_silence(conversation, life, loser.key);
        if let Act::Focused(agent) = loser.act {
            self.unmoved(agent, Move { key: loser.key, to: Some(conversation) });
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
    fn wake(&mut self, conversation: u32, life: usize) -> Option<&State> {
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
    pub fn restate(&mut self, policies: Policies) {
        let before = std::mem::replace(&mut self.policies, policies);
        for conversation in 0..self.conversations.len() as u32 {
            for life in 0..self.conversations[conversation as usize].lives.len() {
                self.restate_life(conversation, life, &before);
            }
        }
    }

    fn restate_life(&mut self, conversation: u32, life: usize, before: &Policies) {
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
    fn with_life(&mut self, conversation: u32, life: usize, change: impl FnOnce(&mut Life, &mut Context<'_>)) {
        let empty = Life::new(0);
        let mut one = std::mem::replace(self.life(conversation, life), empty);
        let (before, was_open) = (going_on(&one), one.is_open());
        self.in_context(|cx| change(&mut one, cx));
        self.visits_changed(conversation, &before, &one);
        self.follow(conversation, was_open, &mut one);
        let facts = std::mem::take(&mut self.facts);
        let mut recent = one.awake.as_ref().map_or_else(Recent::default, |awake| awake.recent);
        for signed in &facts {
            self.credit(signed, conversation, &mut recent);
        }
        one.awake.iter_mut().for_each(|awake| awake.recent = recent);
        self.facts = facts;
        self.facts.clear();
        *self.life(conversation, life) = one;
        self.live_changed = true;
    }

    pub(super) fn in_context(&mut self, work: impl FnOnce(&mut Context<'_>)) {
        work(&mut Context {
            policies: &self.policies,
            forget_after_ms: self.forget_after_ms,
            sets: &mut self.sets,
            facts: &mut self.facts,
            decisions: &mut self.decisions,
        });
        self.decisions.clear();
    }

    /// Keeps alarms, the open conversations and the resting ones in step with a life's state.
    fn follow(&mut self, conversation: u32, was_open: bool, life: &mut Life) {
        match (was_open, life.is_open()) {
            (false, true) => _ = self.open.insert(conversation),
            (true, false) if self.conversations[conversation as usize].lives.len() == 1 => {
                self.open.remove(&conversation);
            }
            (true, _) | (false, false) => {}
        }
        let Some(awake) = &mut life.awake else { return };
        if let Some(due) = awake.state.next_due().filter(|due| *due < awake.alarm) {
            awake.alarm = due;
            self.alarms.entry(minute(due)).or_default().push(conversation);
        }
        if awake.state.is_at_rest() && !awake.resting {
            awake.resting = true;
            if let Some(rested) = self.resting.push(conversation) {
                self.conversations[rested as usize].lives.iter_mut().for_each(Life::rest);
            }
        }
    }

    /// Keeps agents in step with the visits that go on in a life.
    fn visits_changed(&mut self, conversation: u32, before: &[Going], life: &Life) {
        let after = going_on(life);
        for (agent, _, since) in before.iter().filter(|visit| !after.contains(visit)) {
            let agent = self.agent(Some(*agent));
            agent.visiting = agent.visiting.filter(|visiting| *visiting != (*since, conversation));
            agent.changed = true;
        }
        for visit in after.iter().filter(|visit| !before.contains(visit)) {
            let agent = self.agent(Some(visit.0));
            // An older one only seems to go on, until its cap has been noticed.
            agent.visiting = agent.visiting.max(Some((visit.2, conversation)));
            agent.changed = true;
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
