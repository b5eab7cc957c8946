//! The word for each kind of fact, wherever facts are told one by one: explanations, timelines, exports.

use crate::domain::answers::explain::What;
use crate::domain::fact::FactKind;

/// The word for what a row of an explanation says.
#[must_use]
pub fn row_word(what: What) -> &'static str {
    match what {
        What::Fact(kind) => fact_word(kind),
        What::Waiting => "waiting",
    }
}

/// The word for a kind of fact.
#[must_use]
pub fn fact_word(kind: FactKind) -> &'static str {
    use FactKind as K;
    match kind {
        K::Started => "started",
        K::ClosedByAgent => "closed_by_agent",
        K::ClosedByCustomer => "closed_by_customer",
        K::ClosedBySystem => "closed_by_system",
        K::ClosedAgain => "closed_again",
        K::Abandoned => "abandoned",
        K::Reopened => "reopened",
        K::CustomerMessage => "customer_message",
        K::AgentMessage => "agent_message",
        K::AutomatedMessage => "automated_message",
        K::Proactive => "proactive_message",
        K::FirstResponse => "first_response",
        K::FirstResponseWithin => "first_response_within",
        K::FirstResponseMissed => "first_response_missed",
        K::FirstResponseOverdue => "first_response_overdue",
        K::Response => "response",
        K::ResponseWithin => "response_within",
        K::ResponseMissed => "response_missed",
        K::ResponseOverdue => "response_overdue",
        K::Resolved => "resolved",
        K::ResolvedWithin => "resolved_within",
        K::ResolvedMissed => "resolved_missed",
        K::ResolutionOverdue => "resolution_overdue",
        K::Handled => "handled",
        K::SurveySent => "survey_sent",
        K::SurveySentAnswered => "survey_sent_answered",
        K::Answer1 => "answer_1",
        K::Answer2 => "answer_2",
        K::Answer3 => "answer_3",
        K::Answer4 => "answer_4",
        K::Answer5 => "answer_5",
        K::RefusedInvalidScore => "refused_invalid_score",
        K::RefusedRatingWindow => "refused_rating_window",
        K::RefusedCommentFrozen => "refused_comment_frozen",
        K::RefusedChangeWindow => "refused_change_window",
        K::AnswerReplaced => "answer_replaced",
        K::ResolutionReopened => "resolution_reopened",
        K::MoodHappy => "mood_happy",
        K::MoodNeutral => "mood_neutral",
        K::MoodUnhappy => "mood_unhappy",
        K::MoodPrompted => "mood_prompted",
        K::MoodPromptedRecorded => "mood_prompted_recorded",
        K::Visit => "visit",
        K::Online => "online",
        K::Away => "away",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_kind_has_a_word_of_its_own() {
        let words: BTreeSet<&str> = FactKind::ALL.into_iter().map(fact_word).collect();
        assert_eq!(words.len(), FactKind::COUNT);
        assert!(!words.contains(row_word(What::Waiting)));
    }
}
