//! The types of event this version knows, by word and by Protobuf number.

macro_rules! event_types {
    ($($variant:ident = $number:literal, $word:literal;)*) => {
        /// A type of event; the order is that of the contract, and breaks ties in a timeline.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum EventType {
            $(#[doc = concat!("`", $word, "`")] $variant = $number,)*
        }

        impl EventType {
            /// Every type, in order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its word in JSON's `type`, and the name of its field in Protobuf's `body`.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// The type of that word.
            #[must_use]
            pub fn named(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// The type of that field number in Protobuf's `body`.
            #[must_use]
            pub fn numbered(number: u32) -> Option<Self> {
                match number {
                    $($number => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

event_types! {
    ConversationStarted = 16, "conversation_started";
    Assigned = 17, "assigned";
    HandedOff = 18, "handed_off";
    ParticipantJoined = 19, "participant_joined";
    TopicTagged = 20, "topic_tagged";
    Focused = 21, "focused";
    CustomerMessage = 22, "customer_message";
    AgentMessage = 23, "agent_message";
    Unfocused = 24, "unfocused";
    Snoozed = 25, "snoozed";
    Closed = 26, "closed";
    Reopened = 27, "reopened";
    SurveySent = 28, "survey_sent";
    SurveyAnswered = 29, "survey_answered";
    SurveyCommented = 30, "survey_commented";
    MoodPrompted = 31, "mood_prompted";
    MoodRecorded = 32, "mood_recorded";
    AgentStatus = 33, "agent_status";
}

/// The first number a body can have; those below belong to the envelope.
pub const FIRST_BODY_NUMBER: u32 = 16;
