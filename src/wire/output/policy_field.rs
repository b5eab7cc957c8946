//! The fields of a policy that touch a number, by their names and with their values, as a policy document has them.

use crate::domain::answers::catalogue::PolicyField as F;
use crate::domain::policy::Policy;
use crate::wire::words::{CSAT_CREDITS, FRT_STARTS, REOPENS, SYSTEM_CLOSES, word_of};

const SECOND_MS: i64 = 1_000;
const HOUR_MS: i64 = 3_600_000;

/// What a field says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FieldValue {
    /// A whole number.
    Whole(i64),
    /// A fraction from 0 to 1.
    Share(f64),
    /// One of some words.
    Word(&'static str),
    /// Yes or no.
    Flag(bool),
}

/// The name of a field in a policy document.
#[must_use]
pub fn field_name(field: F) -> &'static str {
    match field {
        F::FirstResponseTarget => "first_response_target_seconds",
        F::ResponseTarget => "response_target_seconds",
        F::ResolutionTarget => "resolution_target_seconds",
        F::CsatTarget => "csat_target",
        F::MinimumN => "minimum_n",
        F::FrtStart => "frt_start",
        F::CsatCredit => "csat_credit",
        F::Reopen => "reopen",
        F::VisitCap => "visit_cap_seconds",
        F::StatusCap => "status_cap_seconds",
        F::SystemClose => "system_close",
        F::HandleRequiresReply => "handle_requires_reply",
        F::RateWithin => "rate_within_hours",
        F::ChangeWithin => "change_within_hours",
    }
}

/// What a policy says in a field; none where it leaves it open.
#[must_use]
pub fn field_value(field: F, policy: &Policy) -> Option<FieldValue> {
    let whole = |ms: Option<i64>, unit_ms: i64| ms.map(|ms| FieldValue::Whole(ms / unit_ms));
    match field {
        F::FirstResponseTarget => whole(policy.first_response_target_ms, SECOND_MS),
        F::ResponseTarget => whole(policy.response_target_ms, SECOND_MS),
        F::ResolutionTarget => whole(policy.resolution_target_ms, SECOND_MS),
        F::CsatTarget => policy.csat_target.map(FieldValue::Share),
        F::MinimumN => policy.minimum_n.map(|n| FieldValue::Whole(i64::from(n))),
        F::FrtStart => Some(FieldValue::Word(word_of(FRT_STARTS, &policy.frt_start))),
        F::CsatCredit => Some(FieldValue::Word(word_of(CSAT_CREDITS, &policy.csat_credit))),
        F::Reopen => Some(FieldValue::Word(word_of(REOPENS, &policy.reopen))),
        F::VisitCap => whole(Some(policy.visit_cap_ms), SECOND_MS),
        F::StatusCap => whole(Some(policy.status_cap_ms), SECOND_MS),
        F::SystemClose => Some(FieldValue::Word(word_of(SYSTEM_CLOSES, &policy.system_close))),
        F::HandleRequiresReply => Some(FieldValue::Flag(policy.handle_requires_reply)),
        F::RateWithin => whole(policy.rate_within_ms, HOUR_MS),
        F::ChangeWithin => whole(policy.change_within_ms, HOUR_MS),
    }
}
