//! One life of a conversation as a state machine: `step` takes the next event of the timeline and states facts.
//!
//! There is no other algorithm. An event at the end steps on from the saved state; for any other, or a changed policy,
//! all events step again and the difference is stated. Moments that come by themselves (a wait becomes overdue, a
//! visit reaches its cap) are `fire`d between the events, before those of the same millisecond.

mod closes;
mod keyed;
mod moods;
mod remarks;
mod requests;
pub mod silence;
pub mod steps;
mod surveys;
mod visits;
mod waits;

use smallvec::SmallVec;

use crate::domain::comment::Remark;
use crate::domain::current::Overdue;
use crate::domain::event::{Audience, Millis, Origin};
use crate::domain::fact::{Credit, Fact, FactKind, Scopes, Sign, Signed, difference};
use crate::domain::life::silence::{Phase, Silence};
use crate::domain::names::Name;
use crate::domain::names::combinations::Combinations;
use crate::domain::planted::{Bug, is_planted, is_retraction_lost};
use crate::domain::policy::Policies;
use crate::domain::timeline::{About, Act, Entry, Key};

use closes::Close;
use keyed::Keyed;
use moods::Mood;
pub use requests::{Decision, Reason};
use surveys::Surveys;
use visits::{Finished, Visits};
pub use visits::{Visit, VisitChange};
use waits::{First, Wait};

/// What a step needs of the account, and where it states facts.
#[derive(Debug)]
pub struct Context<'a> {
    /// The account's policies.
    pub policies: &'a Policies,
    /// The silence that ends a life.
    pub silence: Silence,
    /// Combinations of topics and of origins.
    pub combinations: &'a mut Combinations,
    /// Facts stated and retracted, in order.
    pub facts: &'a mut Vec<Signed>,
    /// To which answers comments belong, likewise.
    pub remarks: &'a mut Vec<Signed<Remark>>,
    /// Decisions on rating requests, in order.
    pub decisions: &'a mut Vec<Decision>,
    /// Visits that began and ended, in order.
    pub visits: &'a mut Vec<VisitChange>,
}

impl Context<'_> {
    /// The same under other policies.
    pub fn under<'a>(&'a mut self, policies: &'a Policies) -> Context<'a> {
        let Self { silence, combinations, facts, remarks, decisions, visits, .. } = self;
        Context { policies, silence: *silence, combinations, facts, remarks, decisions, visits }
    }

    /// Leaves out all that was stated so far: it stands already.
    pub fn forget_all(&mut self) {
        self.facts.clear();
        self.remarks.clear();
        self.decisions.clear();
        self.visits.clear();
    }

    /// Takes what was stated so far.
    pub fn take_stated(&mut self) -> Establishes {
        Establishes { facts: std::mem::take(self.facts), remarks: std::mem::take(self.remarks) }
    }

    /// States what differs between what one timeline establishes and another.
    pub fn state_difference(&mut self, old: &Establishes, new: &Establishes) {
        self.facts.extend(difference(&old.facts, &new.facts));
        self.remarks.extend(difference(&old.remarks, &new.remarks));
    }

    /// Tells of the visits that go on in one state and not in another, in place of all that was told.
    pub fn visits_differ(&mut self, before: Option<&State>, after: Option<&State>) {
        let change = |begins| move |visit: &Visit| VisitChange { visit: *visit, begins };
        let going_on = |state: Option<&'_ State>| {
            state.into_iter().flat_map(|state| state.visits.iter()).copied().collect::<SmallVec<[Visit; 1]>>()
        };
        self.visits.clear();
        self.visits.extend(going_on(before).iter().map(change(false)));
        self.visits.extend(going_on(after).iter().map(change(true)));
    }

    fn state(&mut self, fact: Fact) {
        self.facts.push(Signed { fact, sign: Sign::State });
    }

    fn retract(&mut self, fact: Fact) {
        if is_retraction_lost(fact.kind) {
            return;
        }
        self.facts.push(Signed { fact, sign: Sign::Retract });
    }
}

/// What a timeline establishes, in order.
#[derive(Debug)]
pub struct Establishes {
    facts: Vec<Signed>,
    remarks: Vec<Signed<Remark>>,
}

/// Everything a life's next step depends on.
#[derive(Debug, Clone)]
pub struct State {
    known: Known,
    last: Key,
    last_own_at: Millis,
    /// Every moment up to it has been fired, and it is no later than the last moment or event that did something.
    fired_to: Millis,
    /// The next moment that comes by itself; `Millis::MAX` if none does.
    next_due: Millis,

    assignee: Option<Name>,
    skill: Option<Name>,
    topics: u32,
    /// The same before the first event of the last event's millisecond.
    before: Assignment,

    phase: Phase,
    /// Until when, if it is snoozed; `Millis::MAX` without an end.
    snoozed_until: Option<Millis>,
    last_close: Option<Box<Close>>,
    /// The last reopening, if every resolution counts that comes after it.
    counts_from: Option<Millis>,
    resolution_due: Option<Millis>,
    resolution_overdue: Option<Box<Fact>>,

    first_customer_at: Option<Millis>,
    wait: Option<Wait>,
    first: First,
    first_responder: Option<Name>,
    handed_off: bool,
    last_human: Option<Name>,
    last_bot: Option<Name>,

    visits: Visits,
    finished: SmallVec<[Finished; 1]>,
    /// Absent until somebody is asked.
    asked: Option<Box<Asked>>,
    talk: requests::Talk,
}

/// What customers and agents were asked for, and said.
#[derive(Debug, Clone, Default)]
struct Asked {
    surveys: Surveys,
    moods: Keyed<Name, Mood>,
}

/// Whom the conversation belongs to, and what it is about, as of a moment.
#[derive(Debug, Clone, Copy, Default)]
struct Assignment {
    assignee: Option<Name>,
    skill: Option<Name>,
    topics: u32,
}

/// What holds for the whole conversation, from its first `conversation_started` wherever that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Known {
    /// The conversation's own first event.
    first_at: Millis,
    start_at: Millis,
    started: bool,
    contact: Option<Name>,
    /// Line, channel and company.
    via: u32,
    origin: Origin,
    audience: Audience,
}

impl Known {
    /// What the first start among these says, wherever it stands.
    fn of(entries: impl Iterator<Item = Entry>, combinations: &mut Combinations) -> Option<Self> {
        let (mut first_at, mut started) = (None, None);
        for entry in entries {
            first_at = first_at.or(entry.act.is_own().then_some(entry.key.at));
            if let (Act::Started(about), false) = (entry.act, entry.lost) {
                started = Some((entry.key.at, about));
                break;
            }
        }
        let first_at = first_at?;
        let (start_at, about) = started.unwrap_or((first_at, About::default()));
        Some(Self {
            first_at,
            start_at,
            started: started.is_some(),
            contact: about.contact,
            via: combinations.via([about.line, about.channel, about.company]),
            origin: about.origin,
            audience: about.audience,
        })
    }

    /// What is known of a conversation that has not started yet.
    fn nothing(known: Self) -> Self {
        Self { contact: None, origin: Origin::Inbound, audience: Audience::User, ..known }
    }
}

impl State {
    /// All events stepped through, which are in order, and every moment up to `until` fired.
    #[must_use]
    pub fn fold(entries: impl Iterator<Item = Entry> + Clone, until: Millis, cx: &mut Context<'_>) -> Option<Self> {
        let mut state = Self::new(Known::of(entries.clone(), cx.combinations)?);
        entries.for_each(|entry| state.step(&entry, cx));
        state.fire(until, cx);
        Some(state)
    }

    /// Before the first of these events.
    fn begin(entries: &[Entry], cx: &mut Context<'_>) -> Option<Self> {
        Known::of(entries.iter().copied(), cx.combinations).map(Self::new)
    }

    /// Puts an event between those that have been stepped through, and states what differs: what comes before it is
    /// stepped through once, what comes after it twice.
    pub fn insert(&mut self, entries: &mut Vec<Entry>, entry: Entry, cx: &mut Context<'_>) {
        let before = entries.clone();
        entries.insert(entries.partition_point(|other| other.key < entry.key), entry);
        self.replace(&before, entries, cx);
    }

    /// Goes on to other events than those that have been stepped through, and states what differs: what both begin with is
    /// stepped through once.
    pub fn replace(&mut self, before: &[Entry], after: &[Entry], cx: &mut Context<'_>) {
        let Some(known) = Known::of(after.iter().copied(), cx.combinations) else { return };
        let same = before.iter().zip(after).take_while(|(before, after)| before == after).count();
        let shared = if known == self.known { same } else { 0 };
        let (mut old, mut new) = (Self::new(self.known), Self::new(known));
        if shared > 0 {
            before[..shared].iter().for_each(|entry| old.step(entry, cx));
            new.clone_from(&old);
            cx.facts.clear();
            cx.remarks.clear();
        }
        let (_, stated) = old.finish(&before[shared..], self.fired_to, cx);
        let (new, states) = new.finish(&after[shared..], self.fired_to, cx);
        cx.state_difference(&stated, &states);
        cx.visits_differ(Some(self), Some(&new));
        *self = new;
    }

    /// Steps through the rest of the timeline, and gives what it establishes.
    fn finish(mut self, rest: &[Entry], until: Millis, cx: &mut Context<'_>) -> (Self, Establishes) {
        rest.iter().for_each(|entry| self.step(entry, cx));
        self.fire(until, cx);
        (self, cx.take_stated())
    }

    fn new(known: Known) -> Self {
        Self {
            known,
            last: Key { at: Millis::MIN, sequence: 0, rank: 0, identity: 0, across: 0 },
            last_own_at: known.first_at,
            fired_to: Millis::MIN,
            next_due: Millis::MAX,
            assignee: None,
            skill: None,
            topics: 0,
            before: Assignment::default(),
            phase: Phase::default(),
            snoozed_until: None,
            last_close: None,
            counts_from: None,
            resolution_due: None,
            resolution_overdue: None,
            first_customer_at: None,
            wait: None,
            first: First::default(),
            first_responder: None,
            handed_off: false,
            last_human: None,
            last_bot: None,
            visits: Visits::default(),
            finished: SmallVec::new(),
            asked: None,
            talk: requests::Talk::default(),
        }
    }

    /// Whether `entry` can step on from here: it comes after every event and every moment that has been dealt with,
    /// and does not say what should have been known from the beginning.
    #[must_use]
    pub fn takes(&self, entry: &Entry) -> bool {
        let restarts = matches!(entry.act, Act::Started(_)) && !entry.lost && !self.known.started;
        let comes_last = entry.key > self.last || is_planted(Bug::TiesByArrival) && entry.key.at == self.last.at;
        comes_last && entry.key.at >= self.fired_to && !restarts
    }

    /// Takes the next event.
    pub fn step(&mut self, entry: &Entry, cx: &mut Context<'_>) {
        if !is_planted(Bug::TimersAfterTheEvent) {
            self.fire(entry.key.at, cx);
        }
        if entry.key.at != self.last.at {
            self.before = self.assignment();
        }
        self.last = entry.key;
        if entry.act.is_own() {
            self.last_own_at = entry.key.at;
        }
        if !entry.lost {
            self.act(entry, cx);
        }
        self.fired_to = self.fired_to.max(entry.key.at);
        self.next_due = self.find_next_due(cx);
        self.fire(entry.key.at, cx);
    }

    /// Lets time pass up to `until`: waits become overdue, visits reach their cap.
    #[inline]
    pub fn fire(&mut self, until: Millis, cx: &mut Context<'_>) {
        while self.next_due <= until && self.next_due != Millis::MAX {
            self.fire_next(cx);
        }
    }

    fn fire_next(&mut self, cx: &mut Context<'_>) {
        let due = self.next_due;
        if due <= self.silent_until(cx) {
            self.fire_waits(due, cx);
            self.fire_resolution(due, cx);
        }
        self.fire_visits(due, cx);
        self.fired_to = self.fired_to.max(due);
        self.next_due = self.find_next_due(cx);
    }

    fn act(&mut self, entry: &Entry, cx: &mut Context<'_>) {
        let at = entry.key.at;
        if (self.phase, self.phase.after(&entry.act)) == (Phase::Unopened, Phase::Open) {
            self.phase = Phase::Open;
            self.start_resolution_clock(at, cx);
        }
        match entry.act {
            Act::Started(about) => self.started(at, &about, cx),
            Act::Assigned { agent, skill } => {
                agent.apply(&mut self.assignee);
                skill.apply(&mut self.skill);
                self.snoozed_until = None;
            }
            Act::HandedOff => self.hand_off(at, cx),
            Act::Joined(_) => self.talk.group = true,
            Act::Tagged(topic) => self.topics = cx.combinations.with_topic(self.topics, topic),
            Act::Focused(agent) => self.focus(at, agent, cx),
            Act::CustomerMessage { contact, automated: true, .. } => self.customers_program_wrote(at, contact, cx),
            Act::CustomerMessage { contact, characters, automated: false } => {
                self.customer_wrote(at, contact, characters, cx);
            }
            Act::AgentMessage { agent, automated: true, .. } => self.bot_wrote(at, agent, cx),
            Act::AgentMessage { agent, characters, automated: false } => self.human_wrote(at, agent, characters, cx),
            Act::Unfocused(agent) | Act::Left(agent) => self.leave(at, agent, cx),
            Act::Snoozed(until) if self.is_open() => self.snoozed_until = Some(until.unwrap_or(Millis::MAX)),
            Act::Snoozed(_) => {}
            Act::Closed { agent, closed_by, outcome } => self.close(entry, agent, closed_by, outcome, cx),
            Act::Reopened { .. } => {
                self.snoozed_until = None;
                self.reopen(at, self.known.contact, cx);
            }
            Act::SurveySent { survey, agent, skill } => self.survey_sent(at, survey, [agent, skill], cx),
            Act::SurveyAnswered { survey, score, commented, agent, skill } => {
                self.survey_answered(entry.key, survey, (score, commented), [agent, skill], cx);
            }
            Act::SurveyCommented { survey } => self.survey_commented(entry.key, survey, cx),
            Act::MoodPrompted(agent) => self.mood_prompted(at, agent, cx),
            Act::MoodRecorded { agent, mood } => self.mood_recorded(at, agent, mood, cx),
        }
    }

    /// Only the first `conversation_started` counts.
    fn started(&mut self, at: Millis, about: &About, cx: &mut Context<'_>) {
        if self.talk.started {
            return;
        }
        self.talk.started = true;
        if about.skill.is_some() {
            self.skill = about.skill;
        }
        cx.state(self.fact(FactKind::Started, at, self.assignee));
    }

    /// A fact without a duration, credited to `agent` and what the conversation is about now.
    fn fact(&self, kind: FactKind, at: Millis, agent: Option<Name>) -> Fact {
        Fact { at, kind, value: 0, scopes: Scopes::ALL, credit: self.credit(agent) }
    }

    fn assignment(&self) -> Assignment {
        Assignment { assignee: self.assignee, skill: self.skill, topics: self.topics }
    }

    fn credit(&self, agent: Option<Name>) -> Credit {
        let Known { contact, via, .. } = self.known;
        Credit { agent, skill: self.skill, contact, topics: self.topics, via }
    }

    /// The last moment of the silence after which the life is over, if nothing else happens.
    fn silent_until(&self, cx: &Context<'_>) -> Millis {
        self.last_own_at.saturating_add(cx.silence.allowed_ms(self.phase))
    }

    /// No wait outlasts the life, and no visit.
    fn find_next_due(&self, cx: &Context<'_>) -> Millis {
        let silent_until = self.silent_until(cx);
        let due = self.waits_due().min(self.resolution_due.unwrap_or(Millis::MAX));
        let due = if due <= silent_until { due } else { Millis::MAX };
        match self.visits.first_limit() {
            None => due,
            Some(limit) => due.min(limit.min(silent_until).saturating_add(1)),
        }
    }
}

/// Questions about a life, answered as of a moment up to which everything has been fired.
impl State {
    /// Where the next event of the timeline must come after.
    #[must_use]
    pub fn last(&self) -> Key {
        self.last
    }

    /// Everything up to here has been dealt with; a fold up to here is equal to this state.
    #[must_use]
    pub fn fired_to(&self) -> Millis {
        self.fired_to
    }

    /// The next moment that comes by itself.
    #[must_use]
    pub fn next_due(&self) -> Option<Millis> {
        (self.next_due != Millis::MAX).then_some(self.next_due)
    }

    /// Whether it is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }

    /// Where it stands between its opening and its close.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Whether nothing changes here until another event comes, so that the state can be dropped and folded again.
    #[must_use]
    pub fn is_at_rest(&self) -> bool {
        !self.is_open() && self.visits.is_empty() && self.next_due == Millis::MAX
    }

    /// Whom it is assigned to.
    #[must_use]
    pub fn assignee(&self) -> Option<Name> {
        self.assignee
    }

    /// Whom and what it is about now.
    #[must_use]
    pub fn about(&self) -> Credit {
        self.credit(self.assignee)
    }

    /// When it started: with its first `conversation_started`, else with its first event.
    #[must_use]
    pub fn started_at(&self) -> Millis {
        self.known.start_at
    }

    /// How many messages customers and human agents wrote.
    #[must_use]
    pub fn messages(&self) -> u32 {
        self.talk.messages
    }

    /// Which targets were missed by what it still waits for.
    #[must_use]
    pub fn overdue(&self) -> Overdue {
        Overdue {
            first_response: self.first.is_overdue(),
            response: self.wait.as_ref().is_some_and(Wait::is_overdue),
            resolution: self.resolution_overdue.is_some(),
        }
    }

    /// Until when it is snoozed, if it is at `now`.
    #[must_use]
    pub fn snoozed_until(&self, now: Millis) -> Option<Millis> {
        self.snoozed_until.filter(|until| self.is_open() && now < *until)
    }

    /// From when the customer's wait for a human counts, if one does at `now`.
    #[must_use]
    pub fn waiting_since(&self, now: Millis) -> Option<Millis> {
        self.wait.as_ref().filter(|_| self.snoozed_until(now).is_none()).and_then(Wait::counts_from)
    }

    /// Whether a visit goes on.
    #[must_use]
    pub fn is_visited(&self) -> bool {
        !self.visits.is_empty()
    }

    /// The visits that go on.
    pub fn visits(&self) -> impl Iterator<Item = &Visit> {
        self.visits.iter()
    }
}
