//! Fields to `Event`: the rules of SPEC §1, once, for both formats.
//!
//! A format says what it found under a field; this file says what must be there, what may be, and what it may look
//! like. Fields are judged in the contract's order, envelope first, and the first fault is the one reported.

use std::borrow::Cow;

use crate::domain::event::{Body, Change, Event, Identity, Millis, Outcome, Private, Sequence, Side, Started, Text};

use super::decode::Place;
use super::event_type::EventType;
use super::field::Field;
use super::refusal::{Reason, Refusal};
use crate::wire::text::{is_event_id, is_id, is_label, is_party};
use crate::wire::words::{self, Words};

/// What a format found under the names of fields. Nothing is judged before it is asked for, so that what a type does not
/// have costs no event.
pub(super) trait Fields<'a> {
    /// A string, empty or not.
    fn text(&self, field: Field) -> Result<Option<Text<'a>>, Refusal>;
    /// The same where an id is asked for: there a whole number is its decimal text.
    fn id(&self, field: Field) -> Result<Option<Text<'a>>, Refusal>;
    /// The same where it is a plain id: the short way for nearly all of them.
    fn plain_id(&self, field: Field) -> Option<&'a str>;
    /// A list of ids of agents or skills.
    fn parties(&self, field: Field) -> Result<Vec<Text<'a>>, Refusal>;
    /// What somebody is called. It must be a string; one whose bytes or escapes make no text is as good as none, since no
    /// number depends on it.
    fn name(&self, field: Field) -> Result<Option<Text<'a>>, Refusal>;
    /// A whole number.
    fn integer(&self, field: Field) -> Result<Option<i64>, Refusal>;
    /// True or false.
    fn boolean(&self, field: Field) -> Result<Option<bool>, Refusal>;
    /// A point in event time.
    fn time(&self, field: Field) -> Result<Option<Millis>, Refusal>;
    /// A value of a closed set.
    fn choice<T: Copy>(&self, field: Field, words: &Words<T>) -> Result<Option<T>, Refusal>;
}

/// The event that the fields of a record make up; the record's place is the identity of one that brings none, and when
/// it was written orders the events of a clock that ticks in seconds.
pub(super) fn event<'a>(
    event_type: EventType,
    fields: &impl Fields<'a>,
    place: &Place<'_>,
    written: Option<Millis>,
) -> Result<Event<'a>, Refusal> {
    let event_id = checked_if_any(fields.id(Field::EventId)?, Field::EventId, is_event_id)?;
    let account = required_id(fields, Field::AccountId, is_id)?;
    let conversation = match event_type {
        EventType::AgentStatus => Cow::Borrowed(""),
        _ => required_id(fields, Field::ConversationId, is_id)?,
    };
    let at = present(fields.time(Field::OccurredAt)?, Field::OccurredAt)?;
    let sequence = match whole(fields, Field::Sequence)? {
        Some(number) => Sequence::said(number),
        None => Sequence::Assumed(assumed_place(at, written)),
    };
    let body = body(event_type, fields)?;
    let identity = event_id.map_or_else(|| place.identity(), |id| Identity::of(id.as_bytes()));
    Ok(Event { account, conversation, identity, at, sequence, body })
}

/// The place of an event among those of its millisecond, if its source does not say. Many clocks tick in seconds, and
/// their events come in order: then the record's timestamp tells what the clock did not.
fn assumed_place(at: Millis, written: Option<Millis>) -> u32 {
    match written {
        Some(written) if at % 1000 == 0 && written > at => {
            u32::try_from(written.saturating_sub(at)).unwrap_or(u32::MAX)
        }
        _ => 0,
    }
}

fn body<'a>(event_type: EventType, fields: &impl Fields<'a>) -> Result<Body<'a>, Refusal> {
    Ok(match event_type {
        EventType::ConversationStarted => Body::ConversationStarted(Box::new(started(fields)?)),
        EventType::Assigned => {
            Body::Assigned { agent: change(fields, Field::AgentId)?, skill: change(fields, Field::SkillId)? }
        }
        EventType::HandedOff => Body::HandedOff,
        EventType::ParticipantJoined => {
            Body::ParticipantJoined { contact: required_id(fields, Field::ContactId, is_id)? }
        }
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

fn started<'a>(fields: &impl Fields<'a>) -> Result<Started<'a>, Refusal> {
    let contact = optional_id(fields, Field::ContactId, is_id)?;
    Ok(Started {
        contact,
        contact_name: name(fields, Field::ContactName)?,
        company: optional_id(fields, Field::CompanyId, is_id)?,
        channel: optional(fields, Field::Channel, is_label)?,
        line: optional_id(fields, Field::LineId, is_id)?,
        skill: optional_id(fields, Field::SkillId, is_party)?,
        origin: fields.choice(Field::Origin, words::ORIGINS)?.unwrap_or_default(),
        audience: fields.choice(Field::Audience, words::AUDIENCES)?.unwrap_or_default(),
    })
}

fn customer_message<'a>(fields: &impl Fields<'a>) -> Result<Body<'a>, Refusal> {
    let contact = optional_id(fields, Field::ContactId, is_id)?;
    let characters = present(whole(fields, Field::Characters)?, Field::Characters)?;
    let automated = fields.boolean(Field::Automated)?.unwrap_or(false);
    Ok(Body::CustomerMessage { contact, characters, automated })
}

fn agent_message<'a>(fields: &impl Fields<'a>) -> Result<Body<'a>, Refusal> {
    let agent = agent(fields)?;
    let characters = present(whole(fields, Field::Characters)?, Field::Characters)?;
    let automated = fields.boolean(Field::Automated)?.unwrap_or(false);
    Ok(Body::AgentMessage { agent, characters, automated })
}

fn closed<'a>(fields: &impl Fields<'a>) -> Result<Body<'a>, Refusal> {
    let agent = optional_id(fields, Field::AgentId, is_party)?;
    let closed_by = fields.choice(Field::ClosedBy, words::SIDES)?.unwrap_or_default();
    let default = (closed_by != Side::System).then_some(Outcome::Resolved);
    let outcome = fields.choice(Field::Outcome, words::OUTCOMES)?.or(default);
    Ok(Body::Closed { agent, closed_by, outcome })
}

fn reopened<'a>(fields: &impl Fields<'a>) -> Result<Body<'a>, Refusal> {
    Ok(Body::Reopened { by: fields.choice(Field::By, words::SIDES)? })
}

fn survey_sent<'a>(fields: &impl Fields<'a>) -> Result<Body<'a>, Refusal> {
    Ok(Body::SurveySent {
        survey: optional_id(fields, Field::SurveyId, is_id)?,
        agent: optional_id(fields, Field::AgentId, is_party)?,
        skill: optional_id(fields, Field::SkillId, is_party)?,
    })
}

fn survey_answered<'a>(fields: &impl Fields<'a>) -> Result<Body<'a>, Refusal> {
    let survey = optional_id(fields, Field::SurveyId, is_id)?;
    let score = present(fields.integer(Field::Score)?, Field::Score)?;
    let score = i32::try_from(score).map_err(|_| Reason::OutOfRange.at(Field::Score))?;
    let comment = optional(fields, Field::Comment, |_| true)?.map(Private::new);
    let agent = optional_id(fields, Field::AgentId, is_party)?;
    let skill = optional_id(fields, Field::SkillId, is_party)?;
    Ok(Body::SurveyAnswered { survey, score, comment, agent, skill })
}

fn survey_commented<'a>(fields: &impl Fields<'a>) -> Result<Body<'a>, Refusal> {
    let survey = optional_id(fields, Field::SurveyId, is_id)?;
    let comment = Private::new(required(fields, Field::Comment, |_| true)?);
    Ok(Body::SurveyCommented { survey, comment })
}

fn mood_recorded<'a>(fields: &impl Fields<'a>) -> Result<Body<'a>, Refusal> {
    let agent = agent(fields)?;
    Ok(Body::MoodRecorded { agent, mood: present(fields.choice(Field::Mood, words::MOODS)?, Field::Mood)? })
}

fn agent_status<'a>(fields: &impl Fields<'a>) -> Result<Body<'a>, Refusal> {
    let agent = agent(fields)?;
    let name = name(fields, Field::AgentName)?;
    let status = present(fields.choice(Field::Status, words::PRESENCES)?, Field::Status)?;
    let skills = fields.parties(Field::SkillIds)?;
    Ok(Body::AgentStatus { agent, name, status, skills, capacity: whole(fields, Field::Capacity)? })
}

fn name<'a>(fields: &impl Fields<'a>, field: Field) -> Result<Option<Private<'a>>, Refusal> {
    Ok(fields.name(field)?.filter(|name| !name.is_empty()).map(Private::new))
}

fn agent<'a>(fields: &impl Fields<'a>) -> Result<Text<'a>, Refusal> {
    required_id(fields, Field::AgentId, is_party)
}

/// The one place where an empty string says something: clear what was there.
fn change<'a>(fields: &impl Fields<'a>, field: Field) -> Result<Change<'a>, Refusal> {
    match fields.id(field)? {
        None => Ok(Change::Keep),
        Some(id) if id.is_empty() => Ok(Change::Clear),
        Some(id) => checked(id, field, is_party).map(Change::Set),
    }
}

#[inline]
fn required_id<'a>(
    fields: &impl Fields<'a>,
    field: Field,
    is_valid: impl Fn(&str) -> bool,
) -> Result<Text<'a>, Refusal> {
    present(optional_id(fields, field, is_valid)?, field)
}

#[inline]
fn optional_id<'a>(
    fields: &impl Fields<'a>,
    field: Field,
    is_valid: impl Fn(&str) -> bool,
) -> Result<Option<Text<'a>>, Refusal> {
    match fields.plain_id(field) {
        // `-1` is an id, but no agent's or skill's.
        Some(id) if id != "-1" => Ok(Some(Cow::Borrowed(id))),
        _ => unusual_id(fields, field, is_valid),
    }
}

#[cold]
fn unusual_id<'a>(
    fields: &impl Fields<'a>,
    field: Field,
    is_valid: impl Fn(&str) -> bool,
) -> Result<Option<Text<'a>>, Refusal> {
    checked_if_any(fields.id(field)?, field, is_valid)
}

fn required<'a>(fields: &impl Fields<'a>, field: Field, is_valid: impl Fn(&str) -> bool) -> Result<Text<'a>, Refusal> {
    present(optional(fields, field, is_valid)?, field)
}

fn optional<'a>(
    fields: &impl Fields<'a>,
    field: Field,
    is_valid: impl Fn(&str) -> bool,
) -> Result<Option<Text<'a>>, Refusal> {
    checked_if_any(fields.text(field)?, field, is_valid)
}

/// An empty text is as good as none.
#[inline]
fn checked_if_any<'a>(
    text: Option<Text<'a>>,
    field: Field,
    is_valid: impl Fn(&str) -> bool,
) -> Result<Option<Text<'a>>, Refusal> {
    text.filter(|text| !text.is_empty()).map(|text| checked(text, field, is_valid)).transpose()
}

fn checked<'a>(text: Text<'a>, field: Field, is_valid: impl Fn(&str) -> bool) -> Result<Text<'a>, Refusal> {
    if is_valid(&text) { Ok(text) } else { Err(Reason::IllFormed.at(field)) }
}

fn whole<'a>(fields: &impl Fields<'a>, field: Field) -> Result<Option<u32>, Refusal> {
    let value = fields.integer(field)?;
    value.map(|value| u32::try_from(value).map_err(|_| Reason::OutOfRange.at(field))).transpose()
}

fn present<T>(value: Option<T>, field: Field) -> Result<T, Refusal> {
    value.ok_or(Reason::Missing.at(field))
}
