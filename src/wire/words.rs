//! The words of closed sets (`origin`, `outcome`, `mood` …), one table each for JSON, Protobuf, policy documents and
//! questions.
//!
//! In Protobuf a word's number is its place in the table, counted from 1; 0 is an absent field. A test holds the tables
//! that are in the contract against it.

use crate::domain::answers::catalogue::Unit;
use crate::domain::answers::people::conversations::ConversationState;
use crate::domain::answers::people::ratings::Became;
use crate::domain::answers::questions::Dimension;
use crate::domain::event::{Audience, Mood, Origin, Outcome, Side, Status};
use crate::domain::policy::{CsatCredit, FrtStart, Reopen};
use crate::domain::scope::ScopeKind;

/// A closed set: each value by its word.
pub type Words<T> = [(&'static str, T)];

/// `origin`
pub const ORIGINS: &Words<Origin> = &[
    ("inbound", Origin::Inbound),
    ("outbound", Origin::Outbound),
    ("workflow", Origin::Workflow),
    ("api", Origin::Api),
];

/// `audience`
pub const AUDIENCES: &Words<Audience> = &[("user", Audience::User), ("lead", Audience::Lead)];

/// `closed_by` and `by`
pub const SIDES: &Words<Side> = &[("agent", Side::Agent), ("customer", Side::Customer), ("system", Side::System)];

/// `outcome`
pub const OUTCOMES: &Words<Outcome> =
    &[("resolved", Outcome::Resolved), ("abandoned", Outcome::Abandoned), ("spam", Outcome::Spam)];

/// `system_close` of a policy
pub const SYSTEM_CLOSES: &Words<Outcome> = &[("resolved", Outcome::Resolved), ("abandoned", Outcome::Abandoned)];

/// `mood`
pub const MOODS: &Words<Mood> = &[("happy", Mood::Happy), ("neutral", Mood::Neutral), ("unhappy", Mood::Unhappy)];

/// `status`
pub const PRESENCES: &Words<Status> =
    &[("online", Status::Online), ("away", Status::Away), ("offline", Status::Offline)];

/// `frt_start` of a policy
pub const FRT_STARTS: &Words<FrtStart> =
    &[("first_customer_message", FrtStart::FirstCustomerMessage), ("handed_off", FrtStart::HandedOff)];

/// `csat_credit` of a policy
pub const CSAT_CREDITS: &Words<CsatCredit> = &[
    ("last_human_sender", CsatCredit::LastHumanSender),
    ("first_responder", CsatCredit::FirstResponder),
    ("closer", CsatCredit::Closer),
    ("assignee", CsatCredit::Assignee),
];

/// `reopen` of a policy
pub const REOPENS: &Words<Reopen> = &[("retract", Reopen::Retract), ("count_each", Reopen::CountEach)];

/// What questions are grouped and filtered by
pub const DIMENSIONS: &Words<Dimension> = &[
    ("agent", Dimension::Agent),
    ("skill", Dimension::Skill),
    ("line", Dimension::Line),
    ("channel", Dimension::Channel),
    ("topic", Dimension::Topic),
    ("contact", Dimension::Contact),
    ("company", Dimension::Company),
];

/// What a conversation is
pub const CONVERSATION_STATES: &Words<ConversationState> = &[
    ("open", ConversationState::Open),
    ("waiting", ConversationState::Waiting),
    ("snoozed", ConversationState::Snoozed),
    ("unassigned", ConversationState::Unassigned),
    ("closed", ConversationState::Closed),
];

/// What became of an answer to a survey
pub const BECAME: &Words<Became> =
    &[("counted", Became::Counted), ("replaced", Became::Replaced), ("refused", Became::Refused)];

/// The kinds of scope, where a word of one is a value; in keys of topics it is `wire::output::keys` that has them
pub const SCOPE_KINDS: &Words<ScopeKind> = &[
    ("account", ScopeKind::Account),
    ("skill", ScopeKind::Skill),
    ("agent", ScopeKind::Agent),
    ("agent_skill", ScopeKind::AgentSkill),
];

/// The unit of a number
pub const UNITS: &Words<Unit> =
    &[("count", Unit::Count), ("ms", Unit::Ms), ("share", Unit::Share), ("score", Unit::Score)];

/// The value a word stands for.
#[must_use]
pub fn value_of<T: Copy>(words: &Words<T>, word: &str) -> Option<T> {
    words.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
}

/// The word that stands for a value.
#[must_use]
pub fn word_of<T: PartialEq>(words: &Words<T>, value: &T) -> &'static str {
    let found = words.iter().find(|(_, known)| known == value);
    found.map(|(word, _)| *word).expect("every value has a word: the tests compare the tables with the contract")
}
