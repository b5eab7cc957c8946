//! One account: its conversations, agents, facts, tallies and policies, behind three verbs.
//!
//! `apply` adds an event to the set, `advance_to` lets time pass, `drain_changes` says what to publish. Everything
//! else is a question, answered as of `now()`. Between the verbs the account is a function of the set of its events
//! and of `now` alone.

mod activity;

mod agent_buckets;
pub(in crate::domain) mod batch;
mod changes;
mod credit;
mod distinct;
mod forgetting;

mod life;
mod lives;
mod moves;
mod parting;
mod presence;
mod questions;
mod rates;
mod requests;
mod running;

use std::collections::{BTreeMap, HashSet};

use foldhash::fast::FixedState;

use crate::domain::bucket::Bucket;
use crate::domain::day::agent::Agent;
use crate::domain::day::buckets::Buckets;
use crate::domain::day::contacts::Contacts;
use crate::domain::event::{Body, Event, Millis};
use crate::domain::fact::Signed;
use crate::domain::history::statuses::StatusEvent;
use crate::domain::life::Decision;
use crate::domain::life::silence::Silence;
use crate::domain::names::Name;
use crate::domain::names::combinations::Sets;
use crate::domain::planted::{Bug, is_planted};
use crate::domain::policy::Policies;
use crate::domain::timeline::Entry;

use crate::domain::history::dictionary::Dictionary;
pub use crate::domain::scope::{Scope, ScopeKind};
pub use changes::{Changes, Flow};
pub use forgetting::Remembered;
use life::Conversation;
pub use rates::Running;

/// The longest window, and how long buckets are kept: a day.
pub const DAY_MINUTES: u32 = 1440;

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// Added to the set.
    Applied,
    /// Later than `now`: waits beside the fold.
    Held,
    /// Its identity and content were known.
    Duplicate,
    /// Its identity was known with other content, or it joins two lives that have an identity in common.
    Conflicting,
}

/// One account's whole state.
#[derive(Debug)]
pub struct Account {
    policies: Policies,
    silence: Silence,
    now: Millis,

    names: Dictionary,
    sets: Sets,
    conversations: Vec<Conversation>,
    /// By code: the first is who is shown as `-1`.
    agents: Vec<Agent>,

    buckets: Buckets,
    contacts: Contacts,
    flow: Flow,
    agent_buckets: agent_buckets::AgentBuckets,

    /// Events later than `now`, by their time.
    held: BTreeMap<Millis, Vec<Held>>,
    /// Conversations in which something happens by itself, by the minute.
    alarms: BTreeMap<Millis, Vec<u32>>,
    /// Agents whose last status may lapse, by when their alarm is set.
    lapses: BTreeMap<Millis, Vec<Name>>,
    /// Conversations with an open life.
    open: HashSet<u32, FixedState>,
    resting: life::Resting,
    /// The bucket at which what is older than a day was last dropped.
    swept: Bucket,
    live_changed: bool,
    round: forgetting::Round,

    /// Room for the facts of a step.
    facts: Vec<Signed>,
    decisions: Vec<Decision>,
    /// Room for a batch that is looked up ahead.
    ahead: Vec<Held>,
}

#[derive(Debug)]
enum Held {
    Conversation(u32, Entry),
    Status(Name, StatusEvent),
}

/// Buckets between two sweeps of what is older than a day.
const SWEEP_BUCKETS: i64 = 12;

impl Account {
    /// An account without events, asked from `now` on; an event later than `now` is held.
    #[must_use]
    pub fn new(policies: Policies, now: Millis) -> Self {
        let oldest = Bucket::window_start(now, DAY_MINUTES);
        Self {
            policies,
            silence: Silence::default(),
            now,
            names: Dictionary::default(),
            sets: Sets::default(),
            conversations: Vec::new(),
            agents: Vec::new(),
            buckets: Buckets::new(oldest),
            contacts: Contacts::default(),
            flow: Flow::default(),
            agent_buckets: agent_buckets::AgentBuckets::default(),
            held: BTreeMap::new(),
            alarms: BTreeMap::new(),
            lapses: BTreeMap::new(),
            open: HashSet::default(),
            resting: life::Resting::default(),
            swept: oldest,
            live_changed: false,
            round: forgetting::Round::default(),
            facts: Vec::new(),
            decisions: Vec::new(),
            ahead: Vec::new(),
        }
    }

    /// Ends a conversation's life after another silence than usual. Only before the first event.
    #[must_use]
    pub fn forgetting_after(mut self, silence: Silence) -> Self {
        debug_assert!(self.conversations.is_empty(), "lives are not cut again");
        debug_assert!(silence.closed_ms <= silence.open_ms, "an open conversation is waited for longer");
        self.silence = silence;
        self
    }

    /// Keeps the states of so many closed conversations; the others are folded again when something late comes.
    /// No number depends on it.
    #[must_use]
    pub fn resting_at_most(mut self, most: usize) -> Self {
        self.resting = life::Resting::at_most(most);
        self
    }

    /// The time every answer is as of.
    #[must_use]
    pub fn now(&self) -> Millis {
        self.now
    }

    /// Adds one event to the set.
    pub fn apply(&mut self, event: &Event<'_>) -> Outcome {
        let interned = self.intern(event);
        self.take(event.at, interned)
    }

    fn take(&mut self, at: Millis, interned: Held) -> Outcome {
        if at > self.now && !is_planted(Bug::FutureAtOnce) {
            self.held.entry(at).or_default().push(interned);
            return Outcome::Held;
        }
        self.fold(interned)
    }

    /// Lets time pass: applies what was held, lets waits become overdue and visits reach their cap, drops what is
    /// older than a day. `now` never falls. It must come before a question, and while a backlog is being read it
    /// should come rarely: a wait that is overdue now may have its answer further on.
    pub fn advance_to(&mut self, now: Millis) {
        self.sweep(now.max(self.now));
        self.now = self.now.max(now);
        let later = self.held.split_off(&self.now.saturating_add(1));
        for held in std::mem::replace(&mut self.held, later).into_values().flatten() {
            let _ = self.fold(held);
        }
        self.fire_alarms();
        self.fire_lapses();
        self.contacts.settle(&mut self.buckets);
        self.buckets.settle();
    }

    fn fold(&mut self, held: Held) -> Outcome {
        match held {
            Held::Conversation(conversation, entry) => self.happened(conversation, entry),
            Held::Status(agent, said) => self.status(agent, &said),
        }
    }

    fn intern(&mut self, event: &Event<'_>) -> Held {
        let Event { at, sequence, identity, .. } = *event;
        let at = if is_planted(Bug::TimeOfArrival) { self.now } else { at };
        if let Body::AgentStatus { agent, status } = &event.body {
            let said = StatusEvent { at, sequence, identity, status: *status };
            return Held::Status(self.names.agents.intern(agent), said);
        }
        let conversation = self.names.conversations.intern(&event.conversation).index();
        let act = self.names.act(event);
        Held::Conversation(conversation as u32, Entry::own(at, sequence, identity, act))
    }

    /// Drops what is older than a day at `now`, before `now` is reached.
    fn sweep(&mut self, now: Millis) {
        let oldest = Bucket::window_start(now, DAY_MINUTES);
        let newest = Bucket::of(self.now);
        self.buckets.drop_before(oldest);
        if oldest.since(self.swept) < SWEEP_BUCKETS {
            return;
        }
        self.swept = oldest;
        self.buckets.give_back_room(newest.later(-SWEEP_BUCKETS));
        self.contacts.drop_before(oldest);
        self.agents.iter_mut().for_each(|agent| agent.drop_before(oldest, newest));
    }

    fn agent(&mut self, agent: Option<Name>) -> &mut Agent {
        let code = Name::to_code(agent) as usize;
        if self.agents.len() <= code {
            self.agents.resize_with(code + 1, Agent::default);
        }
        &mut self.agents[code]
    }
}
