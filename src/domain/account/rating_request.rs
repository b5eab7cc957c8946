//! Whether to ask the customer for a rating when an agent closes a conversation (SPEC §5, rating requests).

use crate::domain::event::{Audience, Millis, Origin};

pub use crate::domain::life::Reason;

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
