//! The fields an event may carry, by name and by number: one table for both formats.
//!
//! In Protobuf a field has the same number in every body, so that a decoder needs one array and no table per body.
//! The envelope's fields, whose Protobuf numbers are their own, come after the body's.

use super::event_type::EventType;

macro_rules! fields {
    ($($variant:ident = $slot:literal, $name:literal;)*) => {
        /// A field of an event.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Field {
            $(#[doc = concat!("`", $name, "`")] $variant = $slot,)*
        }

        impl Field {
            /// Every field.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name in JSON, refusals and dead letters.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

        }
    };
}

fields! {
    Type = 0, "type";
    AgentId = 1, "agent_id";
    SkillId = 2, "skill_id";
    ContactId = 3, "contact_id";
    Characters = 4, "characters";
    Automated = 5, "automated";
    Text = 6, "text";
    SurveyId = 7, "survey_id";
    Score = 8, "score";
    ClosedBy = 9, "closed_by";
    Outcome = 10, "outcome";
    Topic = 11, "topic";
    Channel = 12, "channel";
    LineId = 13, "line_id";
    CompanyId = 14, "company_id";
    Until = 15, "until";
    ContactName = 16, "contact_name";
    Origin = 17, "origin";
    Audience = 18, "audience";
    By = 19, "by";
    Comment = 20, "comment";
    Mood = 21, "mood";
    Status = 22, "status";
    AgentName = 23, "agent_name";
    SkillIds = 24, "skill_ids";
    Capacity = 25, "capacity";
    EventId = 26, "event_id";
    AccountId = 27, "account_id";
    ConversationId = 28, "conversation_id";
    OccurredAt = 29, "occurred_at";
    Sequence = 30, "sequence";
    RecordedAt = 31, "recorded_at";
}

/// How many places an array indexed by `Field` needs.
pub(super) const SLOTS: usize = 32;

impl Field {
    /// The field of that name in JSON: one look and one comparison, because every member of every event asks.
    #[must_use]
    #[inline]
    pub fn named(name: &[u8]) -> Option<Self> {
        let place = BY_NAME[spot(name)? as usize];
        Self::ALL.get(usize::from(place)).copied().filter(|field| field.name().as_bytes() == name)
    }

    /// Its number in Protobuf: the envelope's are their own, a body's is its place in the table.
    pub(super) fn number(self) -> u32 {
        match self {
            Self::EventId => 1,
            Self::AccountId => 2,
            Self::ConversationId => 3,
            Self::OccurredAt => 4,
            Self::Sequence => 5,
            body => body as u32,
        }
    }

    /// The body fields of `event_type`; any other is unknown there, and ignored.
    #[must_use]
    pub const fn of(event_type: EventType) -> &'static [Self] {
        use EventType as E;
        match event_type {
            E::ConversationStarted => &[
                Self::ContactId,
                Self::ContactName,
                Self::CompanyId,
                Self::Channel,
                Self::LineId,
                Self::SkillId,
                Self::Origin,
                Self::Audience,
            ],
            E::Assigned => &[Self::AgentId, Self::SkillId],
            E::HandedOff => &[],
            E::ParticipantJoined => &[Self::ContactId],
            E::TopicTagged => &[Self::Topic],
            E::Focused | E::Unfocused | E::MoodPrompted => &[Self::AgentId],
            E::CustomerMessage => &[Self::ContactId, Self::Characters, Self::Automated, Self::Text],
            E::AgentMessage => &[Self::AgentId, Self::Characters, Self::Automated, Self::Text],
            E::Snoozed => &[Self::Until],
            E::Closed => &[Self::AgentId, Self::ClosedBy, Self::Outcome],
            E::Reopened => &[Self::By],
            E::SurveySent => &[Self::SurveyId, Self::AgentId, Self::SkillId],
            E::SurveyAnswered => &[Self::SurveyId, Self::Score, Self::Comment, Self::AgentId, Self::SkillId],
            E::SurveyCommented => &[Self::SurveyId, Self::Comment],
            E::MoodRecorded => &[Self::AgentId, Self::Mood],
            E::AgentStatus => &[Self::AgentId, Self::AgentName, Self::Status, Self::SkillIds, Self::Capacity],
        }
    }
}

/// Where each name's field stands in `ALL`, by `spot`; elsewhere a place that there is not.
const BY_NAME: [u8; 256] = {
    let mut places = [u8::MAX; 256];
    let mut i = 0;
    while i < SLOTS {
        let spot = spot(Field::ALL[i].name().as_bytes()).expect("no name is empty") as usize;
        assert!(places[spot] == u8::MAX, "two names share a spot: choose other factors");
        places[spot] = i as u8;
        i += 1;
    }
    places
};

/// A number that no two names of fields share; the factors were found by trying.
#[inline]
const fn spot(name: &[u8]) -> Option<u8> {
    let (first, third) = match name {
        [first, _, third, ..] => (*first, *third),
        [first, ..] => (*first, *first),
        [] => return None,
    };
    Some((name.len() as u8).wrapping_mul(3).wrapping_add(first.wrapping_mul(11)).wrapping_add(third))
}
