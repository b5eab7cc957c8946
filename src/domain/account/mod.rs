//! One account: facts flow from its history to its day.
//!
//! Three verbs: `apply_all` adds events to the set, `advance_to` lets time pass, `forget_before` lets go of what cannot
//! matter any more. One question: `view`, from which everything else is answered. Between the verbs the account is a
//! function of the set of its events and of `now` alone.

pub mod rating_request;
mod requests;

use std::hash::BuildHasher as _;
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::answers::Answers;
use super::bucket::Bucket;
use super::day::flow::Flow;
use super::day::view::{NamesView, View};
use super::day::{DAY_MINUTES, Day};
use super::event::{Event, Millis};
use super::history::retold::Lives;
use super::history::{Fate, History, HistorySettings, Remembered};
use super::policy::Policies;

/// What is settled about an account before its first event.
#[derive(Debug, Clone)]
pub struct AccountSettings {
    /// How what happened is kept.
    pub history: HistorySettings,
    /// Upper bounds by which stated durations are counted (milliseconds, ascending).
    pub histogram_bounds_ms: Arc<[Millis]>,
}

impl Default for AccountSettings {
    fn default() -> Self {
        Self { history: HistorySettings::default(), histogram_bounds_ms: Arc::from([]) }
    }
}

/// One account's whole state.
#[derive(Debug)]
pub struct Account {
    history: History,
    day: Day,
    /// Whether more came too late to count since this was asked last.
    has_more_late: bool,
}

impl Account {
    /// An account without events, asked from `now` on; an event later than `now` is held.
    #[must_use]
    pub fn new(policies: impl Into<Arc<Policies>>, settings: &AccountSettings, now: Millis) -> Self {
        let AccountSettings { history, ref histogram_bounds_ms } = *settings;
        let oldest = Bucket::window_start(now, DAY_MINUTES);
        let mut history = History::new(policies.into(), history, now);
        history.count_from(oldest.start());
        Self { history, day: Day::new(oldest, Flow::by_size(histogram_bounds_ms.clone())), has_more_late: false }
    }

    /// The time every answer is as of.
    #[must_use]
    pub fn now(&self) -> Millis {
        self.history.now()
    }

    /// Adds one event to the set.
    pub fn apply(&mut self, event: &Event<'_>) -> Fate {
        let fate = self.history.apply(event);
        self.count();
        fate
    }

    /// Adds events to the set; what became of each, in the order in which they are given.
    pub fn apply_all<'e, 'a: 'e>(&mut self, events: impl Iterator<Item = &'e Event<'a>>) -> Vec<Fate> {
        let fates = self.history.apply_all(events);
        self.count();
        fates
    }

    /// Keeps what a message says that is added to the set, before or after this.
    pub fn keep_text(&mut self, event: &Event<'_>, text: &str) {
        self.history.keep_text(event, text);
    }

    /// Notes an event that came too late to count, by when its record was written: who asks why is told how many there were.
    pub fn note_late(&mut self, event: &Event<'_>, written: Millis) {
        // An identity is one within its conversation, or of its agent.
        let identity = FixedState::default().hash_one((&event.conversation, event.identity.0));
        // A record whose clock is ahead came no later than now.
        self.has_more_late |= self.day.note_late(written.min(self.now()), identity);
    }

    /// Lets time pass: applies what was held, lets waits become overdue and visits reach their cap, drops what is older
    /// than a day. `now` never falls. It must come before a question, and while a backlog is being read it should come
    /// rarely: a wait that is overdue now may have its answer further on.
    pub fn advance_to(&mut self, now: Millis) {
        let oldest = Bucket::window_start(now.max(self.now()), DAY_MINUTES);
        self.day.drop_before(oldest);
        self.history.count_from(self.day.oldest().start());
        self.history.advance_to(now);
        self.count();
    }

    /// Judges everything by other policies, and states what differs.
    pub fn restate(&mut self, policies: impl Into<Arc<Policies>>) {
        self.history.restate(policies.into());
        self.count();
    }

    /// Forgets some of what cannot matter any more, given that every event still to come is of `admissible_from` or
    /// later. Nothing that can be asked changes, but for what walks all that ever was: `rating_requests`. It looks at
    /// `at_once` conversations; the next call goes on there. Best called after `advance_to`, now and then.
    pub fn forget_before(&mut self, admissible_from: Millis, at_once: usize) {
        self.history.forget_before(admissible_from, at_once);
        self.count();
    }

    /// The account as it is now, in the time of copying some pointers: from it every question is answered elsewhere.
    pub fn view(&mut self) -> View {
        self.history.settle();
        self.count();
        let names = self.history.names();
        View {
            now: self.now(),
            policies: self.history.policies().clone(),
            names: NamesView {
                agents: (&names.agents).into(),
                skills: names.skills.clone(),
                conversations: names.conversations.texts().clone(),
                contacts: names.contacts.texts().into(),
                contact_names: names.contacts.called().clone(),
                contact_names_stand_ms: self.history.silence().closed_ms,
                agent_names: names.agent_names.clone(),
                lines: names.lines.clone(),
                channels: names.channels.clone(),
                topics: names.topics.clone(),
                companies: names.companies.clone(),
                combinations: self.history.combinations().view(),
            },
            current: self.history.current().clone(),
            day: self.day.view(),
        }
    }

    /// A copy of what is remembered of one conversation; none of one that was never heard of, or is forgotten.
    pub fn lives(&mut self, conversation: &str) -> Option<Lives> {
        let lives = self.history.lives(conversation);
        self.count();
        lives
    }

    /// Whether a view would tell of anything that the one at the last call did not, but for the time.
    pub fn take_changed(&mut self) -> bool {
        self.history.settle();
        self.count();
        self.history.take_changed() | std::mem::take(&mut self.has_more_late)
    }

    /// Answers about the account as it is now, summed from the beginning: for questions that are asked once.
    #[must_use]
    pub fn answers(&mut self) -> Answers {
        Answers::new(self.view(), true)
    }

    /// What was stated and taken back so far.
    #[must_use]
    pub fn flow(&self) -> &Flow {
        self.day.flow()
    }

    /// How many conversations are remembered, over all their lives.
    #[must_use]
    pub fn conversations(&self) -> usize {
        self.history.conversations()
    }

    /// How much is remembered.
    #[must_use]
    pub fn remembered(&self) -> Remembered {
        self.history.remembered()
    }

    /// Whether no event has been added yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.history.is_empty()
    }

    /// Facts flow from the history to the day.
    pub(super) fn count(&mut self) {
        let (rows, stated) = self.history.drain_stated();
        rows.for_each(|row| self.day.add_row(row));
        self.day.add(stated.as_slice());
        drop(stated);
        if let Some(heard) = self.history.take_heard() {
            self.day.add_heard(*heard);
        }
    }
}
