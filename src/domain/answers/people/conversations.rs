//! Conversations one by one: those that are open, as they are now, and those that closed in the last day.
//!
//! What is open stands in no fact, so it is told as it is now, whatever time is asked for. Of a closed one its facts tell:
//! when it closed, and when it started if that is within the day.

use std::collections::{HashMap, HashSet};

use foldhash::fast::FixedState;

use crate::domain::answers::questions::Question;
use crate::domain::answers::questions::asked::Asked;
use crate::domain::answers::standing::standing_of;
use crate::domain::current::{OpenConversation, Overdue};
use crate::domain::day::view::{NamesView, View};
use crate::domain::event::Millis;
use crate::domain::fact::{Credit, FactKind, Kinds, Row, Stated};
use crate::domain::names::Name;

const CLOSES: &[FactKind] = &[FactKind::ClosedByAgent, FactKind::ClosedByCustomer, FactKind::ClosedBySystem];

/// What a conversation may be. One that is open may be several of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConversationState {
    /// Open in any way.
    Open,
    /// Open, and nobody's.
    Unassigned,
    /// Open, and the customer waits, as the live state counts it.
    Waiting,
    /// Open, and set aside.
    Snoozed,
    /// Closed, and not open again.
    Closed,
}

/// A conversation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conversation {
    /// Which.
    pub conversation: Name,
    /// Of all that it is, what tells most: the last of them in the order of `ConversationState`.
    pub state: ConversationState,
    /// Whose it is, its skill, contact, topics and where it came from; of a closed one what its close is credited to.
    pub credit: Credit,
    /// When it started; of a closed one only if it was within the day.
    pub started_at: Option<Millis>,
    /// When something happened last; of a closed one the close.
    pub last_event_at: Millis,
    /// From when the wait counts, if the customer waits.
    pub waiting_since: Option<Millis>,
    /// Which targets it has missed, and still waits for.
    pub overdue: Overdue,
    /// How many messages customers and human agents wrote; not known of a closed one.
    pub messages: Option<u32>,
}

impl Question {
    /// The conversations that are any of these states and that the filters cover, in no order. Closed ones are those that
    /// closed in the question's frame.
    #[must_use]
    pub fn conversations(&self, view: &View, states: &[ConversationState]) -> Vec<Conversation> {
        let asked = Asked::of(view, &self.as_a_whole());
        let is_wanted = |open: &&OpenConversation| is_any_of(open, states) && asked.covers_credit(&open.credit());
        let mut all: Vec<Conversation> = view.current.open.iter().filter(is_wanted).map(opened).collect();
        if states.contains(&ConversationState::Closed) {
            all.extend(closed(&asked));
        }
        all
    }
}

fn is_any_of(open: &OpenConversation, states: &[ConversationState]) -> bool {
    states.iter().any(|state| match state {
        ConversationState::Open => true,
        ConversationState::Unassigned => open.assignee.is_none(),
        ConversationState::Waiting => open.waiting_since().is_some(),
        ConversationState::Snoozed => open.snoozed_until().is_some(),
        ConversationState::Closed => false,
    })
}

fn opened(open: &OpenConversation) -> Conversation {
    use ConversationState::{Open, Snoozed, Unassigned, Waiting};
    let telling = [Snoozed, Waiting, Unassigned].into_iter().find(|state| is_any_of(open, &[*state]));
    Conversation {
        conversation: open.conversation,
        state: telling.unwrap_or(Open),
        credit: open.credit(),
        started_at: Some(open.started_at),
        last_event_at: open.last_event_at,
        waiting_since: open.waiting_since(),
        overdue: open.overdue,
        messages: Some(open.messages),
    }
}

/// The last close of each conversation that is not open, where it is in the frame and covered.
fn closed(asked: &Asked<'_>) -> Vec<Conversation> {
    let view = asked.view;
    let open: HashSet<Name, FixedState> = view.current.open.iter().map(|open| open.conversation).collect();
    let mut last: HashMap<Name, (Stated, Row), FixedState> = HashMap::default();
    // What closed in the frame may have been closed once more since.
    let from = asked.question.frame().from;
    for bucket in view.day.newest_first().take_while(|bucket| *bucket >= from) {
        for (fact, row) in standing_of(&view.day, bucket, Kinds::of(CLOSES)) {
            let Some(conversation) = row.conversation.filter(|conversation| !open.contains(conversation)) else {
                continue;
            };
            let known = last.entry(conversation).or_insert((fact, row));
            if told_apart(&view.names, known) < told_apart(&view.names, &(fact, row)) {
                *known = (fact, row);
            }
        }
    }
    last.retain(|_, (fact, row)| asked.is_in_time(fact.bucket(), fact) && asked.covers(fact, &row.credit));
    let started = started(view, &last);
    last.iter().map(|(name, (close, row))| left(*name, close, row, started.get(name).copied())).collect()
}

/// Which of two closes is the last one; of one millisecond the same whatever was heard of first.
fn told_apart<'v>(names: &'v NamesView, (fact, row): &(Stated, Row)) -> (Millis, FactKind, usize, &'v str, &'v str) {
    let Credit { agent, skill, topics, .. } = row.credit;
    let topics = names.combinations.topics(topics).len();
    (fact.at, fact.kind, topics, names.agent_text(agent), names.skill_text(skill))
}

fn started(view: &View, of: &HashMap<Name, (Stated, Row), FixedState>) -> HashMap<Name, Millis, FixedState> {
    let mut started: HashMap<Name, Millis, FixedState> = HashMap::default();
    let buckets = view.day.newest_first().filter(|_| !of.is_empty());
    for (fact, row) in buckets.flat_map(|bucket| standing_of(&view.day, bucket, Kinds::of(&[FactKind::Started]))) {
        if let Some(conversation) = row.conversation.filter(|conversation| of.contains_key(conversation)) {
            let known = started.entry(conversation).or_insert(fact.at);
            *known = fact.at.max(*known);
        }
    }
    started
}

fn left(conversation: Name, close: &Stated, row: &Row, started_at: Option<Millis>) -> Conversation {
    Conversation {
        conversation,
        state: ConversationState::Closed,
        credit: row.credit,
        started_at,
        last_event_at: close.at,
        waiting_since: None,
        overdue: Overdue::default(),
        messages: None,
    }
}
