//! Whether to ask the customer for a rating when an agent closes a conversation (SPEC §5, rating requests).

use crate::domain::event::{Audience, Millis, Origin};

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatingRequest {
    /// Which conversation was closed.
    pub conversation: String,
    /// Fixed by account, conversation and the identity of the close: 16 hexadecimal digits.
    pub request_id: String,
    /// When.
    pub closed_at: Millis,
    /// After this it is never sent.
    pub expires_at: Millis,
    /// Credit of the close.
    pub agent: Option<String>,
    /// The conversation's skill.
    pub skill: Option<String>,
    /// How the conversation came about.
    pub origin: Origin,
    /// Whom it is with.
    pub audience: Audience,
    /// Customers' and humans' characters together.
    pub characters: u64,
    /// Every reason against it, in SPEC's order; none: eligible.
    pub reasons: Vec<Reason>,
}

/// Why a rating is not asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Inbound, and no human wrote after a customer.
    NoHumanReply,
    /// Outbound, and the policy says no.
    OutboundOff,
    /// By a workflow or a program, and the policy says no.
    WorkflowOff,
    /// By a workflow or a program, and no human wrote.
    NoHumanPart,
    /// At most 250 characters.
    TooShort,
    /// Closed more than seven days after the last message.
    TooOld,
    /// More than one customer.
    Group,
    /// Asked before in this conversation.
    AskedBefore,
    /// The policy says no for this audience.
    AudienceOff,
}

impl Reason {
    /// Its word in outputs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NoHumanReply => "no_human_reply",
            Self::OutboundOff => "outbound_off",
            Self::WorkflowOff => "workflow_off",
            Self::NoHumanPart => "no_human_part",
            Self::TooShort => "too_short",
            Self::TooOld => "too_old",
            Self::Group => "group",
            Self::AskedBefore => "asked_before",
            Self::AudienceOff => "audience_off",
        }
    }
}
