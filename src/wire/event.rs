//! Fields to `Event`: the rules of SPEC §1, once, for both formats.
//!
//! A format says what it found under a field; this file says what must be there, what may be, and what it may look
//! like. Fields are judged in the contract's order, envelope first, and the first fault is the one reported.

use std::borrow::Cow;

use crate::domain::event::{Body, Change, Event, Identity, Millis, Outcome, Private, Sequence, Side, Started, Text};

use super::event_type::EventType;
use super::field::Field;
use super::record::Place;
use super::refusal::{Reason, Refusal};
use super::text::{is_event_id, is_id, is_label, is_party};
use super::words::{self, Words};

/// What a format found under the names of fields. Each is taken once.
pub(super) trait Fields<'a> {
    /// A string, empty or not.
    fn text(&mut self, field: Field) -> Result<Option<Text<'a>>, Refusal>;
    /// A whole number.
    fn integer(&mut self, field: Field) -> Result<Option<i64>, Refusal>;
    /// True or false.
    fn boolean(&mut self, field: Field) -> Result<Option<bool>, Refusal>;
    /// A point in event time.
    fn time(&mut self, field: Field) -> Result<Option<Millis>, Refusal>;
    /// A value of a closed set.
    fn choice<T: Copy>(&mut self, field: Field, words: &Words<T>) -> Result<Option<T>, Refusal>;
    /// A list of strings; absent is empty.
    fn texts(&mut self, field: Field) -> Result<Vec<Text<'a>>, Refusal>;
}

/// The event that the fields make up.
pub(super) fn event<'a>(
    event_type: EventType,
    fields: &mut impl Fields<'a>,
    place: &Place<'_>,
) -> Result<Event<'a>, Refusal> {
    let event_id = optional(fields, Field::EventId, is_event_id)?;
    let account = required(fields, Field::AccountId, is_id)?;
    let conversation = match event_type {
        EventType::AgentStatus => Cow::Borrowed(""),
        _ => required(fields, Field::ConversationId, is_id)?,
    };
    let at = present(fields.time(Field::OccurredAt)?, Field::OccurredAt)?;
    let sequence = Sequence::said(whole(fields, Field::Sequence)?.unwrap_or(0));
    let body = body(event_type, fields)?;
    let identity = event_id.map_or_else(|| place.identity(), |id| Identity::of(id.as_bytes()));
    Ok(Event { account, conversation, identity, at, sequence, body })
}

fn body<'a>(event_type: EventType, fields: &mut impl Fields<'a>) -> Result<Body<'a>, Refusal> {
    Ok(match event_type {
        EventType::ConversationStarted => Body::ConversationStarted(started(fields)?),
        EventType::Assigned => {
            Body::Assigned { agent: change(fields, Field::AgentId)?, skill: change(fields, Field::SkillId)? }
        }
        EventType::HandedOff => Body::HandedOff,
        EventType::ParticipantJoined => Body::ParticipantJoined { contact: required(fields, Field::ContactId, is_id)? },
        EventType::TopicTagged => Body::TopicTagged { topic: required(fields, Field::Topic, is_label)? },
        EventType::Focused => Body::Focused { agent: agent(fields)? },
        EventType::CustomerMessage => customer_message(fields)?,
        EventType::AgentMessage => agent_message(fields)?,
        EventType::Unfocused => Body::Unfocused { agent: agent(fields)? },
        EventType::Snoozed => Body::Snoozed { until: fields.time(Field::Until)? },
        EventType::Closed => closed(fields)?,
        EventType::Reopened => reopened(fields)?,
        EventType::SurveySent => survey_sent(fields)?,
        EventType::SurveyAnswered => survey_answered(fields)?,
        EventType::SurveyCommented => survey_commented(fields)?,
        EventType::MoodPrompted => Body::MoodPrompted { agent: agent(fields)? },
        EventType::MoodRecorded => mood_recorded(fields)?,
        EventType::AgentStatus => agent_status(fields)?,
    })
}

fn started<'a>(fields: &mut impl Fields<'a>) -> Result<Started<'a>, Refusal> {
    let contact = optional(fields, Field::ContactId, is_id)?;
    fields.text(Field::ContactName)?;
    Ok(Started {
        contact,
        company: optional(fields, Field::CompanyId, is_id)?,
        channel: optional(fields, Field::Channel, is_label)?,
        line: optional(fields, Field::LineId, is_id)?,
        skill: optional(fields, Field::SkillId, is_party)?,
        origin: fields.choice(Field::Origin, words::ORIGINS)?.unwrap_or_default(),
        audience: fields.choice(Field::Audience, words::AUDIENCES)?.unwrap_or_default(),
    })
}

fn customer_message<'a>(fields: &mut impl Fields<'a>) -> Result<Body<'a>, Refusal> {
    let contact = optional(fields, Field::ContactId, is_id)?;
    let characters = present(whole(fields, Field::Characters)?, Field::Characters)?;
    let automated = fields.boolean(Field::Automated)?.unwrap_or(false);
    fields.text(Field::Text)?;
    Ok(Body::CustomerMessage { contact, characters, automated })
}

fn agent_message<'a>(fields: &mut impl Fields<'a>) -> Result<Body<'a>, Refusal> {
    let agent = agent(fields)?;
    let characters = present(whole(fields, Field::Characters)?, Field::Characters)?;
    let automated = fields.boolean(Field::Automated)?.unwrap_or(false);
    fields.text(Field::Text)?;
    Ok(Body::AgentMessage { agent, characters, automated })
}

fn closed<'a>(fields: &mut impl Fields<'a>) -> Result<Body<'a>, Refusal> {
    let agent = optional(fields, Field::AgentId, is_party)?;
    let closed_by = fields.choice(Field::ClosedBy, words::SIDES)?.unwrap_or_default();
    let default = (closed_by != Side::System).then_some(Outcome::Resolved);
    let outcome = fields.choice(Field::Outcome, words::OUTCOMES)?.or(default);
    Ok(Body::Closed { agent, closed_by, outcome })
}

fn reopened<'a>(fields: &mut impl Fields<'a>) -> Result<Body<'a>, Refusal> {
    fields.choice(Field::By, words::SIDES)?;
    Ok(Body::Reopened)
}

fn survey_sent<'a>(fields: &mut impl Fields<'a>) -> Result<Body<'a>, Refusal> {
    Ok(Body::SurveySent {
        survey: optional(fields, Field::SurveyId, is_id)?,
        agent: optional(fields, Field::AgentId, is_party)?,
        skill: optional(fields, Field::SkillId, is_party)?,
    })
}

fn survey_answered<'a>(fields: &mut impl Fields<'a>) -> Result<Body<'a>, Refusal> {
    let survey = optional(fields, Field::SurveyId, is_id)?;
    let score = present(fields.integer(Field::Score)?, Field::Score)?;
    let score = i32::try_from(score).map_err(|_| Reason::OutOfRange.at(Field::Score))?;
    let comment = optional(fields, Field::Comment, |_| true)?.map(Private::new);
    let agent = optional(fields, Field::AgentId, is_party)?;
    let skill = optional(fields, Field::SkillId, is_party)?;
    Ok(Body::SurveyAnswered { survey, score, comment, agent, skill })
}

fn survey_commented<'a>(fields: &mut impl Fields<'a>) -> Result<Body<'a>, Refusal> {
    let survey = optional(fields, Field::SurveyId, is_id)?;
    let comment = Private::new(required(fields, Field::Comment, |_| true)?);
    Ok(Body::SurveyCommented { survey, comment })
}

fn mood_recorded<'a>(fields: &mut impl Fields<'a>) -> Result<Body<'a>, Refusal> {
    let agent = agent(fields)?;
    Ok(Body::MoodRecorded { agent, mood: present(fields.choice(Field::Mood, words::MOODS)?, Field::Mood)? })
}

/// Skills served and capacity are held to the contract like any other field, though no number needs them yet.
fn agent_status<'a>(fields: &mut impl Fields<'a>) -> Result<Body<'a>, Refusal> {
    let agent = agent(fields)?;
    fields.text(Field::AgentName)?;
    let status = present(fields.choice(Field::Status, words::PRESENCES)?, Field::Status)?;
    let skills = fields.texts(Field::SkillIds)?;
    if !skills.iter().all(|skill| is_party(skill)) {
        return Err(Reason::IllFormed.at(Field::SkillIds));
    }
    whole(fields, Field::Capacity)?;
    Ok(Body::AgentStatus { agent, status })
}

fn agent<'a>(fields: &mut impl Fields<'a>) -> Result<Text<'a>, Refusal> {
    required(fields, Field::AgentId, is_party)
}

/// The one place where an empty string says something: clear what was there.
fn change<'a>(fields: &mut impl Fields<'a>, field: Field) -> Result<Change<'a>, Refusal> {
    match fields.text(field)? {
        None => Ok(Change::Keep),
        Some(text) if text.is_empty() => Ok(Change::Clear),
        Some(text) => checked(text, field, is_party).map(Change::Set),
    }
}

fn required<'a>(
    fields: &mut impl Fields<'a>,
    field: Field,
    is_valid: impl Fn(&str) -> bool,
) -> Result<Text<'a>, Refusal> {
    present(optional(fields, field, is_valid)?, field)
}

fn optional<'a>(
    fields: &mut impl Fields<'a>,
    field: Field,
    is_valid: impl Fn(&str) -> bool,
) -> Result<Option<Text<'a>>, Refusal> {
    match fields.text(field)? {
        Some(text) if !text.is_empty() => checked(text, field, is_valid).map(Some),
        _ => Ok(None),
    }
}

fn checked<'a>(text: Text<'a>, field: Field, is_valid: impl Fn(&str) -> bool) -> Result<Text<'a>, Refusal> {
    if is_valid(&text) { Ok(text) } else { Err(Reason::IllFormed.at(field)) }
}

fn whole<'a>(fields: &mut impl Fields<'a>, field: Field) -> Result<Option<u32>, Refusal> {
    let value = fields.integer(field)?;
    value.map(|value| u32::try_from(value).map_err(|_| Reason::OutOfRange.at(field))).transpose()
}

fn present<T>(value: Option<T>, field: Field) -> Result<T, Refusal> {
    value.ok_or(Reason::Missing.at(field))
}
