//! What an event says: the types of SPEC §1 with their fields, and how each is read.

use super::fields::{Change, Field, Fields, IllFormed, required};

/// What a conversation's start says about the whole conversation, and its first skill.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Started {
    /// The customer.
    pub contact: Option<String>,
    /// The customer's name; content, but never counted.
    pub contact_name: Option<String>,
    /// The customer's company.
    pub company: Option<String>,
    /// The channel.
    pub channel: Option<String>,
    /// The number or inbox it came in on.
    pub line: Option<String>,
    /// The skill from here on.
    pub skill: Option<String>,
    /// `inbound`, `outbound`, `workflow` or `api`.
    pub origin: String,
    /// `user` or `lead`.
    pub audience: String,
}

/// The types in the order of SPEC §1, which is their order within a millisecond too.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Body {
    ConversationStarted(Started),
    Assigned { agent: Change, skill: Change },
    HandedOff,
    ParticipantJoined { contact: String },
    TopicTagged { topic: String },
    Focused { agent: String },
    CustomerMessage { contact: Option<String>, characters: u32, automated: bool },
    AgentMessage { agent: String, characters: u32, automated: bool },
    Unfocused { agent: String },
    Snoozed { until_ms: Option<i64> },
    Closed { agent: Option<String>, by: String, outcome: Option<String> },
    Reopened { by: Option<String> },
    SurveySent { survey: Option<String>, agent: Option<String>, skill: Option<String> },
    SurveyAnswered(Answered),
    SurveyCommented { survey: Option<String>, comment: String },
    MoodPrompted { agent: String },
    MoodRecorded { agent: String, mood: String },
    AgentStatus { agent: String, name: Option<String>, status: String, skills: Vec<String>, capacity: Option<u32> },
}

/// An answer to a survey.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answered {
    pub survey: Option<String>,
    pub score: i32,
    pub comment: Option<String>,
    pub agent: Option<String>,
    pub skill: Option<String>,
}

impl Body {
    /// The same without private text and what else no number needs; that there is a comment stays.
    pub fn without_words(&self) -> Body {
        let mut body = self.clone();
        match &mut body {
            Body::ConversationStarted(started) => started.contact_name = None,
            Body::SurveyAnswered(answered) => answered.comment.iter_mut().for_each(String::clear),
            Body::SurveyCommented { comment, .. } => comment.clear(),
            Body::AgentStatus { name, skills, capacity, .. } => (*name, *skills, *capacity) = Default::default(),
            _ => {}
        }
        body
    }

    /// The comment in it.
    pub fn comment(&self) -> Option<&String> {
        match self {
            Body::SurveyAnswered(answered) => answered.comment.as_ref(),
            Body::SurveyCommented { comment, .. } => Some(comment),
            _ => None,
        }
    }

    /// The type's place in the table of SPEC §1, as in `TYPES`.
    pub fn order(&self) -> usize {
        match self {
            Body::ConversationStarted(_) => 0,
            Body::Assigned { .. } => 1,
            Body::HandedOff => 2,
            Body::ParticipantJoined { .. } => 3,
            Body::TopicTagged { .. } => 4,
            Body::Focused { .. } => 5,
            Body::CustomerMessage { .. } => 6,
            Body::AgentMessage { .. } => 7,
            Body::Unfocused { .. } => 8,
            Body::Snoozed { .. } => 9,
            Body::Closed { .. } => 10,
            Body::Reopened { .. } => 11,
            Body::SurveySent { .. } => 12,
            Body::SurveyAnswered(_) => 13,
            Body::SurveyCommented { .. } => 14,
            Body::MoodPrompted { .. } => 15,
            Body::MoodRecorded { .. } => 16,
            Body::AgentStatus { .. } => 17,
        }
    }
}

/// Reads the fields of one type.
pub fn read_body(fields: &Fields, kind: &str) -> Field<Body> {
    let agent = || required("agent_id", fields.agent_or_skill("agent_id")?);
    Ok(match kind {
        "conversation_started" => Body::ConversationStarted(read_started(fields)?),
        "assigned" => Body::Assigned { agent: fields.change("agent_id")?, skill: fields.change("skill_id")? },
        "handed_off" => Body::HandedOff,
        "participant_joined" => Body::ParticipantJoined { contact: required("contact_id", fields.id("contact_id")?)? },
        "topic_tagged" => Body::TopicTagged { topic: required("topic", fields.label("topic")?)? },
        "focused" => Body::Focused { agent: agent()? },
        "customer_message" => read_customer_message(fields)?,
        "agent_message" => read_agent_message(fields, agent()?)?,
        "unfocused" => Body::Unfocused { agent: agent()? },
        "snoozed" => Body::Snoozed { until_ms: fields.time("until")? },
        "closed" => read_closed(fields)?,
        "reopened" => Body::Reopened { by: fields.word("by", PARTIES)? },
        "mood_prompted" => Body::MoodPrompted { agent: agent()? },
        "mood_recorded" => Body::MoodRecorded { agent: agent()?, mood: required("mood", fields.word("mood", MOODS)?)? },
        "agent_status" => read_status(fields, agent()?)?,
        _ => read_survey(fields, kind)?,
    })
}

fn read_started(fields: &Fields) -> Field<Started> {
    let origin = fields.word("origin", &["inbound", "outbound", "workflow", "api"])?;
    let audience = fields.word("audience", &["user", "lead"])?;
    Ok(Started {
        contact: fields.id("contact_id")?,
        contact_name: fields.text("contact_name")?,
        company: fields.id("company_id")?,
        channel: fields.label("channel")?,
        line: fields.id("line_id")?,
        skill: fields.agent_or_skill("skill_id")?,
        origin: origin.unwrap_or_else(|| "inbound".to_owned()),
        audience: audience.unwrap_or_else(|| "user".to_owned()),
    })
}

fn read_customer_message(fields: &Fields) -> Field<Body> {
    let characters = required("characters", fields.integer("characters")?)?;
    let automated = fields.flag("automated")?.unwrap_or(false);
    Ok(Body::CustomerMessage { contact: fields.id("contact_id")?, characters, automated })
}

fn read_agent_message(fields: &Fields, agent: String) -> Field<Body> {
    let characters = required("characters", fields.integer("characters")?)?;
    let automated = fields.flag("automated")?.unwrap_or(false);
    Ok(Body::AgentMessage { agent, characters, automated })
}

/// The outcome of a close by `system` that says none depends on the policy; that of any other is `resolved`.
fn read_closed(fields: &Fields) -> Field<Body> {
    let by = fields.word("closed_by", PARTIES)?.unwrap_or_else(|| "agent".to_owned());
    let outcome = fields.word("outcome", &["resolved", "abandoned", "spam"])?;
    let default = (by != "system").then(|| "resolved".to_owned());
    Ok(Body::Closed { agent: fields.agent_or_skill("agent_id")?, by, outcome: outcome.or(default) })
}

fn read_survey(fields: &Fields, kind: &str) -> Field<Body> {
    let survey = fields.id("survey_id")?;
    let comment = || fields.text("comment");
    if kind == "survey_commented" {
        return Ok(Body::SurveyCommented { survey, comment: required("comment", comment()?)? });
    }
    let (agent, skill) = (fields.agent_or_skill("agent_id")?, fields.agent_or_skill("skill_id")?);
    match kind {
        "survey_sent" => Ok(Body::SurveySent { survey, agent, skill }),
        "survey_answered" => {
            let score = required("score", fields.integer("score")?)?;
            Ok(Body::SurveyAnswered(Answered { survey, score, comment: comment()?, agent, skill }))
        }
        _ => Err(IllFormed("type")),
    }
}

fn read_status(fields: &Fields, agent: String) -> Field<Body> {
    let status = required("status", fields.word("status", &["online", "away", "offline"])?)?;
    let (name, skills) = (fields.text("agent_name")?, fields.skills("skill_ids")?);
    Ok(Body::AgentStatus { agent, name, status, skills, capacity: fields.integer("capacity")? })
}

const PARTIES: &[&str] = &["agent", "customer", "system"];
const MOODS: &[&str] = &["happy", "neutral", "unhappy"];

/// The types, in the order of the table of SPEC §1.
pub const TYPES: &[&str] = &[
    "conversation_started",
    "assigned",
    "handed_off",
    "participant_joined",
    "topic_tagged",
    "focused",
    "customer_message",
    "agent_message",
    "unfocused",
    "snoozed",
    "closed",
    "reopened",
    "survey_sent",
    "survey_answered",
    "survey_commented",
    "mood_prompted",
    "mood_recorded",
    "agent_status",
];
