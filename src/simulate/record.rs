//! What the simulator hands out: records as a source would find them on its topics.

use std::fmt;

use crate::domain::event::{Body, Event, Millis, Private, Status};

/// One record.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Where a producer would put it.
    pub topic: Topic,
    /// The record's own time: the event's, and a delay.
    pub timestamp_ms: Millis,
    /// What it holds.
    pub payload: Payload,
}

/// The three topics of SPEC §1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// `conversation-events`, keyed by conversation.
    Conversation,
    /// `survey-events`, keyed by conversation.
    Survey,
    /// `agent-events`, keyed by agent.
    Agent,
}

/// What a record holds.
#[derive(Clone, PartialEq)]
pub enum Payload {
    /// An event, to be written in whatever format is asked for.
    Event {
        /// The text of the event's identity.
        event_id: String,
        /// What happened.
        event: Event<'static>,
        /// What a source says of it and no number needs.
        extras: Extras,
    },
    /// Bytes as they are, of a type nobody knows or that nobody can read; never with a line break in them.
    Raw {
        /// The key of the record they pretend to be.
        key: String,
        /// What is in the record.
        bytes: Vec<u8>,
    },
}

/// The fields of SPEC §1 that the fold never sees. What was written is invented, but to be treated as real.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Extras {
    /// What was written, on messages.
    pub text: Option<Private<'static>>,
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event { event_id, event, extras } => f
                .debug_struct("Event")
                .field("event_id", event_id)
                .field("event", event)
                .field("extras", extras)
                .finish(),
            // They may be what was an event.
            Self::Raw { key, bytes } => {
                f.debug_struct("Raw").field("key", key).field("length", &bytes.len()).finish_non_exhaustive()
            }
        }
    }
}

impl Record {
    /// The record of an event.
    pub(super) fn of(event_id: String, event: Event<'static>, extras: Extras, timestamp_ms: Millis) -> Self {
        Self { topic: Topic::of(&event.body), timestamp_ms, payload: Payload::Event { event_id, event, extras } }
    }

    /// What the record is keyed by: the conversation, or on `agent_status` the agent.
    #[must_use]
    pub fn key(&self) -> &str {
        match &self.payload {
            Payload::Event { event: Event { body: Body::AgentStatus { agent, .. }, .. }, .. } => agent,
            Payload::Event { event, .. } => &event.conversation,
            Payload::Raw { key, .. } => key,
        }
    }

    /// The same record, happening `by_ms` later: how a run paced by another clock keeps its delays.
    #[must_use]
    pub fn moved(mut self, by_ms: Millis) -> Self {
        self.timestamp_ms += by_ms;
        if let Payload::Event { event, .. } = &mut self.payload {
            event.at += by_ms;
            if let Body::Snoozed { until: Some(until) } = &mut event.body {
                *until += by_ms;
            }
        }
        self
    }
}

impl Topic {
    fn of(body: &Body<'_>) -> Self {
        match body {
            Body::SurveySent { .. } | Body::SurveyAnswered { .. } | Body::SurveyCommented { .. } => Self::Survey,
            Body::AgentStatus { .. } => Self::Agent,
            _ => Self::Conversation,
        }
    }
}

/// An agent's capacity in a presence: nobody gives work to those who are away.
pub(super) fn capacity(status: Status) -> u32 {
    if status == Status::Online { 4 } else { 0 }
}
