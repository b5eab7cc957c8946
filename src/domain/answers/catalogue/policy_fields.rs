//! Which decisions of an account touch a number: what may make it another one without any other event.

use super::object;

/// A field of a policy that touches numbers. Those on asking for ratings and on naming agents touch none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "`Policy` says of each what it means")]
pub enum PolicyField {
    FirstResponseTarget,
    ResponseTarget,
    ResolutionTarget,
    CsatTarget,
    MinimumN,
    FrtStart,
    CsatCredit,
    Reopen,
    VisitCap,
    StatusCap,
    SystemClose,
    HandleRequiresReply,
    RateWithin,
    ChangeWithin,
}

use PolicyField as F;

/// The fields that touch the number of a path, in the order of a policy.
#[must_use]
pub fn policy_fields(path: &str) -> &'static [PolicyField] {
    match (object(path), path) {
        (_, "csat.sent") => &[F::CsatCredit],
        (_, "csat.score") => &[F::CsatTarget, F::CsatCredit, F::RateWithin, F::ChangeWithin],
        (_, "csat.thin") => &[F::MinimumN, F::CsatCredit, F::RateWithin, F::ChangeWithin],
        ("csat", _) => &[F::CsatCredit, F::RateWithin, F::ChangeWithin],
        (_, "mood.thin") => &[F::MinimumN],
        // A wait that is past a target counts on, whatever a bot writes: so both targets touch how long it takes.
        (_, "first_response.thin" | "response.thin" | "first_response_sla.thin" | "response_sla.thin") => {
            &[F::FirstResponseTarget, F::ResponseTarget, F::MinimumN, F::FrtStart]
        }
        ("first_response" | "response" | "first_response_sla" | "response_sla", _) => {
            &[F::FirstResponseTarget, F::ResponseTarget, F::FrtStart]
        }
        (_, "handle.thin") => &[F::MinimumN, F::VisitCap, F::HandleRequiresReply],
        ("handle", _) => &[F::VisitCap, F::HandleRequiresReply],
        (_, "resolution.thin") => &[F::MinimumN, F::Reopen, F::SystemClose],
        ("resolution" | "resolved", _) => &[F::Reopen, F::SystemClose],
        (_, "resolution_sla.thin") => &[F::ResolutionTarget, F::MinimumN, F::Reopen, F::SystemClose],
        ("resolution_sla", _) => &[F::ResolutionTarget, F::Reopen, F::SystemClose],
        ("abandoned", _) => &[F::SystemClose],
        ("focus_ms", _) => &[F::VisitCap],
        ("availability", _) | (_, "utilisation.online_ms") => &[F::StatusCap],
        ("utilisation", _) => &[F::VisitCap, F::StatusCap],
        _ => &[],
    }
}
