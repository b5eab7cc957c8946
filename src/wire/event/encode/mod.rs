//! Events outwards: a flat JSON object or a Protobuf message, for the simulator and for tests of the way back.
//!
//! What an event's fields are is said once, here in `members`; a sink per format knows how a field looks. It mirrors
//! `rules`, which reads them: what is written here decodes to the same event.

mod sink;

use crate::domain::event::{Body, Event, Millis, Private, Sequence, Started};

use self::sink::{Json, Protobuf, Sink};
use super::event_type::EventType;
use super::field::Field;
use crate::wire::words;

/// An event with everything that its source says of it.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// The text of its identity.
    pub event_id: &'a str,
    /// What happened.
    pub event: &'a Event<'a>,
    /// What the fold never sees.
    pub beside: Beside<'a>,
    /// In a file's line: when the source recorded it.
    pub recorded_at: Option<Millis>,
}

/// The fields that nobody keeps, and that an `Event` therefore does not hold.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<'a> {
    /// What was written, on messages.
    pub text: Option<&'a Private<'a>>,
}

/// Appends the event as one flat JSON object, without a line break.
pub fn push_json(out: &mut Vec<u8>, outgoing: &Outgoing<'_>) {
    out.push(b'{');
    let mut json = Json::opened(out);
    envelope(outgoing, &mut json);
    json.time(Field::OccurredAt, outgoing.event.at);
    if let Some(at) = outgoing.recorded_at {
        json.time(Field::RecordedAt, at);
    }
    json.text(Field::Type, event_type(&outgoing.event.body).word());
    members(&outgoing.event.body, &outgoing.beside, &mut json);
    out.push(b'}');
}

/// Appends the event as one `cxpulse.v1.Event`. The contract knows no `recorded_at`: a record has a timestamp.
pub fn push_protobuf(out: &mut Vec<u8>, outgoing: &Outgoing<'_>) {
    let mut message = Protobuf::new(out);
    envelope(outgoing, &mut message);
    message.time(Field::OccurredAt, outgoing.event.at);
    let mut body = Vec::with_capacity(64);
    members(&outgoing.event.body, &outgoing.beside, &mut Protobuf::new(&mut body));
    message.bytes(event_type(&outgoing.event.body) as u32, &body);
}

fn envelope(outgoing: &Outgoing<'_>, sink: &mut impl Sink) {
    let event = outgoing.event;
    sink.text(Field::EventId, outgoing.event_id);
    sink.text(Field::AccountId, &event.account);
    sink.optional(Field::ConversationId, Some(&*event.conversation).filter(|id| !id.is_empty()));
    if let Sequence::Said(number) = event.sequence {
        sink.number(Field::Sequence, number.into());
    }
}

/// The fields of a body, in the contract's order.
fn members(body: &Body<'_>, beside: &Beside<'_>, sink: &mut impl Sink) {
    match body {
        Body::ConversationStarted(started) => members_of_started(started, sink),
        Body::Assigned { agent, skill } => {
            sink.change(Field::AgentId, agent);
            sink.change(Field::SkillId, skill);
        }
        Body::HandedOff => {}
        Body::ParticipantJoined { contact } => sink.text(Field::ContactId, contact),
        Body::TopicTagged { topic } => sink.text(Field::Topic, topic),
        Body::Focused { agent } | Body::Unfocused { agent } | Body::MoodPrompted { agent } => {
            sink.text(Field::AgentId, agent);
        }
        Body::CustomerMessage { .. } | Body::AgentMessage { .. } => members_of_message(body, beside, sink),
        Body::Snoozed { until } => {
            if let Some(at) = until {
                sink.time(Field::Until, *at);
            }
        }
        Body::Closed { agent, closed_by, outcome } => {
            sink.optional(Field::AgentId, agent.as_deref());
            sink.choice(Field::ClosedBy, words::SIDES, closed_by);
            if let Some(outcome) = outcome {
                sink.choice(Field::Outcome, words::OUTCOMES, outcome);
            }
        }
        Body::Reopened { by } => {
            if let Some(by) = by {
                sink.choice(Field::By, words::SIDES, by);
            }
        }
        Body::SurveySent { .. } | Body::SurveyAnswered { .. } | Body::SurveyCommented { .. } => {
            members_of_survey(body, sink);
        }
        Body::MoodRecorded { agent, mood } => {
            sink.text(Field::AgentId, agent);
            sink.choice(Field::Mood, words::MOODS, mood);
        }
        Body::AgentStatus { agent, name, status, skills, capacity } => {
            sink.text(Field::AgentId, agent);
            sink.optional(Field::AgentName, name.as_ref().map(Private::reveal));
            sink.choice(Field::Status, words::PRESENCES, status);
            sink.texts(Field::SkillIds, skills);
            if let Some(capacity) = capacity {
                sink.number(Field::Capacity, (*capacity).into());
            }
        }
    }
}

fn members_of_started(started: &Started<'_>, sink: &mut impl Sink) {
    sink.optional(Field::ContactId, started.contact.as_deref());
    sink.optional(Field::ContactName, started.contact_name.as_ref().map(Private::reveal));
    sink.optional(Field::CompanyId, started.company.as_deref());
    sink.optional(Field::Channel, started.channel.as_deref());
    sink.optional(Field::LineId, started.line.as_deref());
    sink.optional(Field::SkillId, started.skill.as_deref());
    sink.choice(Field::Origin, words::ORIGINS, &started.origin);
    sink.choice(Field::Audience, words::AUDIENCES, &started.audience);
}

fn members_of_message(body: &Body<'_>, beside: &Beside<'_>, sink: &mut impl Sink) {
    if let Body::CustomerMessage { contact, .. } = body {
        sink.optional(Field::ContactId, contact.as_deref());
    }
    if let Body::AgentMessage { agent, .. } = body {
        sink.text(Field::AgentId, agent);
    }
    if let Body::CustomerMessage { characters, automated, .. } | Body::AgentMessage { characters, automated, .. } = body
    {
        sink.number(Field::Characters, (*characters).into());
        if *automated {
            sink.flag(Field::Automated, true);
        }
    }
    sink.optional(Field::Text, beside.text.map(Private::reveal));
}

fn members_of_survey(body: &Body<'_>, sink: &mut impl Sink) {
    if let Body::SurveySent { survey, agent, skill } = body {
        sink.optional(Field::SurveyId, survey.as_deref());
        sink.optional(Field::AgentId, agent.as_deref());
        sink.optional(Field::SkillId, skill.as_deref());
    }
    if let Body::SurveyAnswered { survey, score, comment, agent, skill } = body {
        sink.optional(Field::SurveyId, survey.as_deref());
        sink.number(Field::Score, (*score).into());
        sink.optional(Field::Comment, comment.as_ref().map(Private::reveal));
        sink.optional(Field::AgentId, agent.as_deref());
        sink.optional(Field::SkillId, skill.as_deref());
    }
    if let Body::SurveyCommented { survey, comment } = body {
        sink.optional(Field::SurveyId, survey.as_deref());
        sink.text(Field::Comment, comment.reveal());
    }
}

fn event_type(body: &Body<'_>) -> EventType {
    match body {
        Body::ConversationStarted(_) => EventType::ConversationStarted,
        Body::Assigned { .. } => EventType::Assigned,
        Body::HandedOff => EventType::HandedOff,
        Body::ParticipantJoined { .. } => EventType::ParticipantJoined,
        Body::TopicTagged { .. } => EventType::TopicTagged,
        Body::Focused { .. } => EventType::Focused,
        Body::CustomerMessage { .. } => EventType::CustomerMessage,
        Body::AgentMessage { .. } => EventType::AgentMessage,
        Body::Unfocused { .. } => EventType::Unfocused,
        Body::Snoozed { .. } => EventType::Snoozed,
        Body::Closed { .. } => EventType::Closed,
        Body::Reopened { .. } => EventType::Reopened,
        Body::SurveySent { .. } => EventType::SurveySent,
        Body::SurveyAnswered { .. } => EventType::SurveyAnswered,
        Body::SurveyCommented { .. } => EventType::SurveyCommented,
        Body::MoodPrompted { .. } => EventType::MoodPrompted,
        Body::MoodRecorded { .. } => EventType::MoodRecorded,
        Body::AgentStatus { .. } => EventType::AgentStatus,
    }
}
