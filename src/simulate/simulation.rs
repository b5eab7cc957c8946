//! The run: stories, agents and arrivals take turns by the clock of the simulation, and records come out in the
//! order in which they arrive.
//!
//! Memory holds the conversations under way and the records on their way, never the whole run.

use super::arrivals::Arrivals;
use super::centre::{Centre, agent_name};
use super::chaos::{self, Chaos};
use super::delivery::Delivery;
use super::ids::{conversation_id, event_id};
use super::random::{Random, mix};
use super::record::{Extras, Record, capacity};
use super::story::Story;
use super::words::person;
use crate::domain::event::{Body, Event, Identity, Millis, Sequence, Status, Text};
use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// How many events a hundred conversations have, to turn a rate of events into one of conversations.
pub const EVENTS_PER_HUNDRED_CONVERSATIONS: u64 = 2050;

const HOUR_MS: Millis = 3_600_000;

/// How many of a thousand records take up to twenty minutes on an ordinary day.
const SLOW_PER_MILLE: u32 = 20;

/// The size of the centre and the time it is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The same seed (and the rest) gives the same records.
    pub seed: u64,
    /// How many begin in the hours before the end, in all accounts together.
    pub conversations: u64,
    /// How many agents there are in all accounts together; an account has at least one.
    pub agents: u32,
    /// How many skills there are in all accounts together; an account has at least one.
    pub skills: u32,
    /// How many accounts there are, at least 1; the first ones are the largest.
    pub accounts: u32,
    /// How long before `end_ms` the first conversation begins, at least 1.
    pub hours: u32,
    /// When it ends: the latest moment anything happens, unless the run is endless.
    pub end_ms: Millis,
    /// Whether duplicates, reordering, late, far-future, conflicting, unknown and undecodable records are added.
    pub chaos: bool,
}

/// A run, giving out records sorted by their timestamps.
#[derive(Debug)]
pub struct Simulation {
    seed: u64,
    salt: u64,
    /// Nothing happens after this.
    end: Millis,
    endless: bool,
    centre: Centre,
    arrivals: Arrivals,
    /// Conversations that have begun.
    begun: u64,
    stories: Vec<Option<Story>>,
    free: Vec<u32>,
    /// Events said so far, by agent.
    told_by_agents: Vec<u32>,
    turns: BinaryHeap<Reverse<(Millis, Turn)>>,
    delivery: Delivery,
    chaos: Option<Chaos>,
}

/// Whose turn it is; each has one at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    /// A conversation begins.
    Arrival,
    /// An agent's status changes.
    Agent(u32),
    /// The story in this place goes on.
    Story(u32),
}

impl Simulation {
    /// A run that ends: all that happens until `end_ms`.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self::build(settings, false, None)
    }

    /// A run that goes on after `end_ms`, at the same load.
    #[must_use]
    pub fn endless(settings: &Settings) -> Self {
        Self::build(settings, true, None)
    }

    /// A run that goes on after `end_ms` with so many conversations an hour, day and night.
    #[must_use]
    pub fn endless_at(settings: &Settings, conversations_per_hour: u64) -> Self {
        Self::build(settings, true, Some(conversations_per_hour))
    }

    /// The next record, if it arrives no later than `now_ms`. Asked again later, it goes on from there.
    pub fn next_until(&mut self, now_ms: Millis) -> Option<Record> {
        loop {
            let turn = self.turns.peek().map_or(Millis::MAX, |Reverse((at, _))| *at);
            // Whatever is still to happen arrives after it happened: up to that turn, the queue is complete.
            match self.delivery.next_arrival() {
                Some(arrives) if arrives <= turn => {
                    return if arrives <= now_ms { self.delivery.receive() } else { None };
                }
                _ if turn > now_ms => return None,
                _ => self.take_turn()?,
            }
        }
    }

    /// All records that arrive no later than `now_ms` and have not been given out.
    pub fn records_until(&mut self, now_ms: Millis) -> impl Iterator<Item = Record> + '_ {
        std::iter::from_fn(move || self.next_until(now_ms))
    }

    fn build(settings: &Settings, endless: bool, afterwards_per_hour: Option<u64>) -> Self {
        let &Settings { seed, conversations, end_ms: end, .. } = settings;
        let salt = mix(seed ^ mix(end as u64));
        let begin = end - Millis::from(settings.hours.max(1)) * HOUR_MS;
        let centre =
            Centre::new(settings.accounts.max(1), settings.skills.max(1), settings.agents.max(1), conversations);
        let arrivals = Arrivals::new(Random::new(salt, 1), conversations, begin, end);
        let slow = if settings.chaos { chaos::SLOW_PER_MILLE } else { SLOW_PER_MILLE };
        let mut run = Self {
            seed: salt,
            salt: mix(salt),
            end,
            endless,
            arrivals: afterwards_per_hour.into_iter().fold(arrivals, Arrivals::afterwards),
            begun: 0,
            stories: Vec::new(),
            free: Vec::new(),
            told_by_agents: vec![0; centre.agents().len()],
            centre,
            turns: BinaryHeap::new(),
            delivery: Delivery::new(Random::new(salt, 2), slow),
            chaos: settings.chaos.then(|| Chaos::new(Random::new(salt, 3), mix(salt))),
        };
        run.open_the_centre(begin);
        run
    }

    /// Who is at work when the run begins says so in its first minute.
    fn open_the_centre(&mut self, begin: Millis) {
        let mut random = Random::new(self.seed, 4);
        for agent in self.centre.agents() {
            let rota = self.centre.rota(agent);
            let soon = begin + Millis::from(random.below(60_000));
            let at = if rota.presence(soon) == Status::Offline { rota.next(soon).0 } else { soon };
            self.queue(at, Turn::Agent(agent));
        }
        self.queue_arrival();
    }

    fn queue(&mut self, at: Millis, turn: Turn) {
        if self.endless || at <= self.end {
            self.turns.push(Reverse((at, turn)));
        }
    }

    fn queue_arrival(&mut self) {
        let at = if self.endless { Some(self.arrivals.next_endless()) } else { self.arrivals.next_before_end() };
        if let Some(at) = at {
            self.queue(at, Turn::Arrival);
        }
    }

    /// Lets whoever is next have their turn; nothing if nobody is.
    fn take_turn(&mut self) -> Option<()> {
        let Reverse((at, turn)) = self.turns.pop()?;
        match turn {
            Turn::Arrival => self.begin_story(at),
            Turn::Agent(agent) => self.change_status(agent, at),
            Turn::Story(place) => self.go_on(place, at),
        }
        Some(())
    }

    fn begin_story(&mut self, at: Millis) {
        let random = Random::new(self.seed, (self.begun << 8) | 0xff);
        let story = Story::new(self.begun, random, at, &self.centre);
        self.begun += 1;
        let place = self.free.pop().unwrap_or_else(|| {
            self.stories.push(None);
            self.stories.len() as u32 - 1
        });
        self.stories[place as usize] = Some(story);
        self.go_on(place, at);
        self.queue_arrival();
    }

    fn go_on(&mut self, place: u32, at: Millis) {
        let story = self.stories[place as usize].as_mut().expect("a story keeps its place while it has a turn");
        let said = story.act(&mut self.centre);
        let (due, over) = (story.due, story.is_over());
        if let Some((body, extras)) = said {
            story.told += 1;
            let (number, told, account) = (story.number, story.told, story.account);
            // Every other source numbers its events.
            let sequence = if number.is_multiple_of(2) { told } else { 0 };
            let conversation = Cow::Owned(conversation_id(self.salt, number));
            self.say(event_id(self.salt, number, told), account, conversation, (at, sequence), body, extras);
        }
        if over {
            self.stories[place as usize] = None;
            self.free.push(place);
        } else {
            self.queue(due, Turn::Story(place));
        }
    }

    fn change_status(&mut self, agent: u32, at: Millis) {
        let rota = self.centre.rota(agent);
        let status = rota.presence(at);
        if status == Status::Offline {
            self.centre.desks.clear(agent);
        }
        let told = &mut self.told_by_agents[agent as usize];
        *told += 1;
        // Agents count down where conversations count up: their ids never meet.
        let id = event_id(self.salt, u64::MAX - 1 - u64::from(agent), *told);
        let body = Body::AgentStatus {
            agent: agent_name(agent),
            name: Some(person(agent)),
            status,
            skills: self.centre.skills_of(agent),
            capacity: Some(capacity(status)),
        };
        self.say(id, self.centre.account_of(agent), Cow::Borrowed(""), (at, 0), body, Extras::default());
        self.queue(rota.next(at).0, Turn::Agent(agent));
    }

    /// An event goes out, and whatever chaos sends with it.
    fn say(
        &mut self,
        id: String,
        account: u32,
        conversation: Text<'static>,
        (at, sequence): (Millis, u32),
        body: Body<'static>,
        extras: Extras,
    ) {
        let identity = Identity::of(id.as_bytes());
        let sequence = Sequence::said(sequence);
        let event = Event { account: self.centre.account_name(account), conversation, identity, at, sequence, body };
        let record = Record::of(id, event, extras, at + self.delivery.delay());
        if let Some(chaos) = &mut self.chaos
            && let Some(strange) = chaos.beside(&record, self.delivery.delay())
        {
            self.delivery.send(strange);
        }
        self.delivery.send(record);
    }
}

impl Iterator for Simulation {
    type Item = Record;

    /// The next record, whenever it arrives; none once the run has ended.
    fn next(&mut self) -> Option<Record> {
        self.next_until(Millis::MAX)
    }
}
