//! What happened: the lives of conversations, the ways and statuses of agents, and what they are called.
//!
//! It grows by events and is forgotten by progress, and it knows nothing of buckets and windows. What it has to say it
//! states as facts, for a day to count, and as what is so at the moment.

mod agent;
mod batch;
mod dictionary;
pub mod fate;
mod forgetting;
pub mod last_rows;
mod late;
mod leaving;
mod life;
mod lives;
pub mod moves;
mod open;
mod parting;
mod presence;
pub mod retold;
mod said;
pub mod statuses;
pub mod texts;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::comment::{Heard, Remark};
use super::compact::due::take_before;
use super::current::Current;
use super::event::{Body, Event, Millis};
use super::fact::{Row, Signed, Stated};
use super::kept::Said;
use super::life::silence::Silence;
use super::life::{Context, Decision, State, VisitChange};
use super::names::Name;
use super::names::combinations::Combinations;
use super::planted::{Bug, is_planted};
use super::policy::Policies;
use super::timeline::{Entry, rank};

use agent::Agent;
use batch::Touched;
pub use dictionary::Dictionary;
use dictionary::Hashes;
pub use fate::Fate;
pub use forgetting::Remembered;
use last_rows::{LastRows, NewRows};
use late::LateEvents;
use life::{ClosedQueue, Conversation, SpareLives};
use open::Open;
use said::HeldWords;
use statuses::StatusEvent;
use texts::Texts;

/// What is settled about a history before its first event.
#[derive(Debug, Clone, Copy)]
pub struct HistorySettings {
    /// The silence that ends a life.
    pub silence: Silence,
    /// How many closed conversations keep their state; the others are folded again when something late comes. No number
    /// depends on it.
    pub closed_states: usize,
    /// From how many events on a life is long: what comes late is then put in together, batch by batch. No number depends
    /// on it either.
    pub long_from: usize,
}

impl Default for HistorySettings {
    fn default() -> Self {
        Self { silence: Silence::default(), closed_states: 4_096, long_from: 256 }
    }
}

/// What happened in one account.
#[derive(Debug)]
pub struct History {
    policies: Arc<Policies>,
    silence: Silence,
    now: Millis,
    /// From so many events on a life is long.
    long_from: usize,
    /// Facts that end before it are nobody's question any more.
    counts_from: Millis,

    names: Dictionary,
    combinations: Combinations,
    conversations: Vec<Conversation>,
    /// By code: the first is who is shown as `-1`.
    agents: Vec<Agent>,

    /// Events later than `now`, by their time.
    held: BTreeMap<Millis, Vec<Interned>>,
    /// What they say beside it.
    held_words: HeldWords,
    /// The texts of messages, where they are kept.
    texts: Option<Box<Texts>>,
    /// What came late into long lives, and waits.
    late: LateEvents,
    /// Conversations in which something happens by itself, by the minute.
    alarms: BTreeMap<Millis, Vec<u32>>,
    /// Agents whose last status may lapse, by when their alarm is set.
    lapses: BTreeMap<Millis, Vec<Name>>,
    /// What is so now, as of the last `settle`.
    open: Open,
    current: Current,
    closed: ClosedQueue,
    spare: SpareLives,
    round: forgetting::Round,

    /// Whether anything was said since it was last asked.
    is_changed: bool,
    /// Agents whose doing is to be looked at.
    stirred_agents: Vec<Name>,
    /// What was stated and not taken yet.
    stated: Vec<Stated>,
    rows: NewRows,
    /// What was heard beside it and not taken yet.
    heard: Option<Box<Heard>>,
    /// Room for the facts of a step.
    facts: Vec<Signed>,
    remarks: Vec<Signed<Remark>>,
    decisions: Vec<Decision>,
    visits: Vec<VisitChange>,
    /// Room for a batch that is looked up ahead.
    ahead: Vec<(u16, Interned)>,
    touched: Vec<Touched>,
}

/// An event in terms of numbers.
#[derive(Debug, Clone, Copy)]
enum Interned {
    Conversation(u32, Entry),
    Status(Name, StatusEvent),
}

impl Interned {
    fn at(&self) -> Millis {
        match self {
            Self::Conversation(_, entry) => entry.key.at,
            Self::Status(_, said) => said.at,
        }
    }

    /// Where it comes among those of its conversation or agent.
    fn key(&self) -> (Millis, u32, u8, u64) {
        match self {
            Self::Conversation(_, Entry { key, .. }) => (key.at, key.sequence, key.rank, key.identity),
            Self::Status(_, said) => (said.at, said.sequence.place(), rank::STATUS, said.identity.0),
        }
    }
}

impl History {
    /// Nothing happened yet; an event later than `now` is held.
    #[must_use]
    pub fn new(policies: Arc<Policies>, settings: HistorySettings, now: Millis) -> Self {
        let HistorySettings { silence, closed_states, long_from } = settings;
        debug_assert!(silence.closed_ms <= silence.open_ms, "an open conversation is waited for longer");
        Self {
            policies,
            silence,
            now,
            long_from,
            counts_from: Millis::MIN,
            names: Dictionary::default(),
            combinations: Combinations::default(),
            conversations: Vec::new(),
            agents: Vec::new(),
            held: BTreeMap::new(),
            held_words: HeldWords::default(),
            texts: None,
            late: LateEvents::default(),
            alarms: BTreeMap::new(),
            lapses: BTreeMap::new(),
            open: Open::default(),
            current: Current::default(),
            closed: ClosedQueue::at_most(closed_states),
            spare: SpareLives::default(),
            round: forgetting::Round::default(),
            is_changed: false,
            stirred_agents: Vec::new(),
            stated: Vec::new(),
            rows: NewRows::default(),
            heard: None,
            facts: Vec::new(),
            remarks: Vec::new(),
            decisions: Vec::new(),
            visits: Vec::new(),
            ahead: Vec::new(),
            touched: Vec::new(),
        }
    }

    /// The moment up to which everything has happened.
    #[must_use]
    pub fn now(&self) -> Millis {
        self.now
    }

    /// What holds for the account.
    #[must_use]
    pub fn policies(&self) -> &Arc<Policies> {
        &self.policies
    }

    /// The silence that ends a life.
    #[must_use]
    pub fn silence(&self) -> Silence {
        self.silence
    }

    /// What everything is called.
    #[must_use]
    pub fn names(&self) -> &Dictionary {
        &self.names
    }

    /// What is so now: as of the last `advance_to` or `settle`.
    #[must_use]
    pub fn current(&self) -> &Current {
        &self.current
    }

    /// Says that facts which end before a moment are not asked for any more.
    pub fn count_from(&mut self, moment: Millis) {
        self.counts_from = moment;
    }

    /// Adds one event to the set.
    pub fn apply(&mut self, event: &Event<'_>) -> Fate {
        let interned = self.intern(event, &Hashes::of(event));
        self.take(interned)
    }

    fn take(&mut self, interned: Interned) -> Fate {
        let at = interned.at();
        if at > self.now && !is_planted(Bug::FutureAtOnce) {
            self.held.entry(at).or_default().push(interned);
            return Fate::Held;
        }
        self.fold(interned)
    }

    /// Lets time pass: applies what was held, lets waits become overdue and visits reach their cap. `now` never falls. It
    /// must come before a question, and while a backlog is being read it should come rarely: a wait that is overdue now
    /// may have its answer further on.
    pub fn advance_to(&mut self, now: Millis) {
        self.now = self.now.max(now);
        self.hear_held();
        self.drop_old_texts();
        let due = take_before(&mut self.held, &self.now.saturating_add(1));
        let held: Vec<Interned> = due.into_values().flatten().collect();
        for held in held.chunks(batch::MOST) {
            let mut held: Vec<(u16, Interned)> = (0..).zip(held.iter().copied()).collect();
            held.sort_by_key(|(_, one)| one.key());
            // What became of them is told: they were held.
            self.fold_batch(&held, &mut vec![Fate::Held; held.len()]);
        }
        self.put_in_all();
        self.fire_alarms();
        self.fire_lapses();
        self.settle();
    }

    /// Brings all that follows up to the last event: what came late into long lives, and what is so now.
    pub fn settle(&mut self) {
        self.put_in_all();
        self.settle_agents();
        self.settle_open();
    }

    /// Whether facts were stated, or what is so now changed, since the last call.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.is_changed)
    }

    /// Takes the rows and facts that were stated since the last call.
    pub fn drain_stated(&mut self) -> (impl Iterator<Item = Row> + '_, std::vec::Drain<'_, Stated>) {
        (self.rows.drain(), self.stated.drain(..))
    }

    /// Takes what was heard since the last call, if anything was.
    pub fn take_heard(&mut self) -> Option<Box<Heard>> {
        self.heard.take()
    }

    /// Every decision on a rating request, as if all events had arrived in the order of event time.
    pub fn decisions(&mut self) -> Vec<(Name, Decision)> {
        self.put_in_all();
        let mut decided = Vec::new();
        let Self { conversations, policies, silence, combinations, facts, remarks, decisions, visits, .. } = self;
        for (number, conversation) in conversations.iter().enumerate() {
            for life in &conversation.lives {
                let mut cx = Context { policies, silence: *silence, combinations, facts, remarks, decisions, visits };
                let _ = State::fold(life.entries().iter().copied(), Millis::MIN, &mut cx);
                decided.extend(cx.decisions.drain(..).map(|decision| (Name::at(number), decision)));
                cx.forget_all();
            }
        }
        decided
    }

    /// How many conversations are remembered, over all their lives.
    #[must_use]
    pub fn conversations(&self) -> usize {
        self.conversations.iter().map(|conversation| conversation.lives.len()).sum()
    }

    /// Whether no event has been added yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let nothing = self.conversations() == 0 && !self.round.has_forgotten;
        nothing && self.agents.iter().all(|agent| agent.statuses.is_empty())
    }

    fn fold(&mut self, interned: Interned) -> Fate {
        match interned {
            Interned::Conversation(conversation, entry) => self.add_event(conversation, entry),
            Interned::Status(agent, said) => self.add_status(agent, &said),
        }
    }

    fn intern(&mut self, event: &Event<'_>, hashes: &Hashes) -> Interned {
        let Event { at, sequence, identity, .. } = *event;
        let at = if is_planted(Bug::TimeOfArrival) { self.now } else { at };
        let said = Said { at, sequence: sequence.place(), identity: identity.0 };
        if let Body::AgentStatus { agent, status, .. } = &event.body {
            let agent = self.names.agents.intern_hashed(hashes.agent, agent);
            self.hear_of_agent(agent, said, &event.body);
            return Interned::Status(agent, StatusEvent { at, sequence, identity, status: *status });
        }
        let conversation = self.names.conversations.intern_hashed(hashes.conversation, &event.conversation);
        let act = self.names.act(event, hashes);
        self.hear_in(conversation, said, &act, &event.body);
        Interned::Conversation(conversation.index() as u32, Entry::own(at, sequence, identity, act))
    }

    fn agent(&mut self, agent: Option<Name>) -> &mut Agent {
        let code = Name::to_code(agent) as usize;
        if self.agents.len() <= code {
            self.agents.resize_with(code + 1, Agent::default);
        }
        &mut self.agents[code]
    }

    /// Has what an agent does now looked at.
    fn stir(&mut self, agent: Name) {
        if !std::mem::replace(&mut self.agent(Some(agent)).is_stirred, true) {
            self.stirred_agents.push(agent);
        }
    }
}

/// Hands facts over, but for those that end before `counts_from`; `last_rows` are those of the conversation or agent they
/// are about. Whether there were any.
fn state(
    facts: &[Signed],
    conversation: Option<Name>,
    last_rows: &mut LastRows,
    counts_from: Millis,
    rows: &mut NewRows,
    stated: &mut Vec<Stated>,
) -> bool {
    let before = stated.len();
    for Signed { fact, sign } in facts {
        let end = if fact.kind.is_span() { fact.at + fact.value } else { fact.at + 1 };
        if end <= counts_from {
            continue;
        }
        let row = rows.number(conversation, fact.credit, fact.at, last_rows);
        let (at, value, kind, scopes) = (fact.at, fact.value, fact.kind, fact.scopes);
        stated.push(Stated { at, value, row, kind, sign: *sign, scopes });
    }
    stated.len() > before
}
