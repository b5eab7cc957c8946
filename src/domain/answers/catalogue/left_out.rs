//! What a reader may miss in a number: what it leaves out, each with the rule that does.

use super::object;
use crate::domain::fact::FactKind;
use crate::domain::fact::FactKind as K;

/// Something that a number leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    /// The reason, one word.
    pub reason: &'static str,
    /// The rule, one sentence.
    pub rule: &'static str,
    /// What is left out.
    pub what: Missing,
}

/// What a number may leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// All facts of some kinds.
    Facts(&'static [FactKind]),
    /// Surveys that were sent and have no valid answer by now.
    Unanswered,
    /// Closes that resolved nothing, and never did.
    Unresolving,
    /// Messages of customers who are not known.
    WithoutContact,
    /// Waits that go on.
    OpenWaits,
    /// The parts of visits in which the agent was not online.
    FocusNotOnline,
    /// Events that came too late to count.
    LateEvents,
}

/// What a number leaves out that is close to what it counts; nothing of what is not close to anything.
#[must_use]
pub fn left_out(path: &str) -> &'static [LeftOut] {
    match (object(path), path) {
        (_, "csat.sent" | "csat.refused") => &[],
        (_, "csat.response_rate") => const { &[INVALID, TOO_LATE, FROZEN, CHANGED_LATE] },
        (_, "csat.sent_answered") => const { &[INVALID, TOO_LATE, FROZEN, CHANGED_LATE, UNANSWERED] },
        ("csat", _) => const { &[INVALID, TOO_LATE, FROZEN, CHANGED_LATE, REPLACED, UNANSWERED] },
        ("first_response", _) => const { &[BOTS, overdue(&[K::FirstResponseOverdue]), OPEN_WAITS] },
        ("response", _) => const { &[BOTS, overdue(&[K::ResponseOverdue]), OPEN_WAITS] },
        ("first_response_sla", _) => const { &[without_target(&[K::FirstResponse])] },
        ("response_sla", _) => const { &[without_target(&[K::Response])] },
        ("resolution_sla", _) => const { &[without_target(&[K::Resolved])] },
        ("resolution" | "resolved", _) => const { &[OTHER_OUTCOME, REOPENED, CLOSED_AGAIN] },
        ("closed" | "closed_by" | "abandoned", _) => const { &[CLOSED_AGAIN] },
        ("unique_contacts", _) => const { &[AUTOMATED, WITHOUT_CONTACT] },
        ("customer_messages" | "agent_messages" | "active_agents" | "proactive_messages", _) => const { &[AUTOMATED] },
        (_, "utilisation.focus_ms" | "utilisation.share") => const { &[NOT_ONLINE] },
        _ => &[],
    }
}

const INVALID: LeftOut = LeftOut {
    reason: "invalid_score",
    rule: "An answer with a score that is not 1 to 5 is refused.",
    what: Missing::Facts(&[K::RefusedInvalidScore]),
};
const TOO_LATE: LeftOut = LeftOut {
    reason: "rating_window",
    rule: "A first rating later than rate_within_hours is refused.",
    what: Missing::Facts(&[K::RefusedRatingWindow]),
};
const FROZEN: LeftOut = LeftOut {
    reason: "comment_frozen",
    rule: "A change of a rating that has a comment is refused.",
    what: Missing::Facts(&[K::RefusedCommentFrozen]),
};
const CHANGED_LATE: LeftOut = LeftOut {
    reason: "change_window",
    rule: "A change later than change_within_hours is refused.",
    what: Missing::Facts(&[K::RefusedChangeWindow]),
};
const REPLACED: LeftOut = LeftOut {
    reason: "replaced",
    rule: "A change of rating takes the place of the answer before it.",
    what: Missing::Facts(&[K::AnswerReplaced]),
};
const UNANSWERED: LeftOut = LeftOut {
    reason: "unanswered",
    rule: "A survey that was sent and has no valid answer counts in the response rate alone.",
    what: Missing::Unanswered,
};
const BOTS: LeftOut = LeftOut {
    reason: "automated",
    rule: "What bots, workflows and macros write answers nobody; an automatic reply of a customer begins no wait.",
    what: Missing::Facts(&[K::AutomatedMessage]),
};
const OPEN_WAITS: LeftOut = LeftOut {
    reason: "open_wait",
    rule: "A customer who still waits has no response yet, be it the first one or a later one.",
    what: Missing::OpenWaits,
};
const OTHER_OUTCOME: LeftOut = LeftOut {
    reason: "other_outcome",
    rule: "A close with the outcome abandoned or spam resolves nothing.",
    what: Missing::Unresolving,
};
const REOPENED: LeftOut = LeftOut {
    reason: "reopened",
    rule: "A reopening takes the resolution back, unless the policy says that each counts.",
    what: Missing::Facts(&[K::ResolutionReopened]),
};
const CLOSED_AGAIN: LeftOut = LeftOut {
    reason: "closed_already",
    rule: "A close of a closed conversation has no effect.",
    what: Missing::Facts(&[K::ClosedAgain]),
};
const AUTOMATED: LeftOut = LeftOut {
    reason: "automated",
    rule: "What programs write is counted by itself.",
    what: Missing::Facts(&[K::AutomatedMessage]),
};
const WITHOUT_CONTACT: LeftOut = LeftOut {
    reason: "no_contact",
    rule: "A message of a customer who is not known is counted as a message alone.",
    what: Missing::WithoutContact,
};
const NOT_ONLINE: LeftOut = LeftOut {
    reason: "not_online",
    rule: "The part of a visit in which the agent is away or offline is no focus while online.",
    what: Missing::FocusNotOnline,
};

/// Of every number, where nothing is filtered: what is not read is credited to nobody.
pub const LATE: LeftOut = LeftOut {
    reason: "late",
    rule: "An event that is written to Kafka more than 24 hours after it happened changes nothing.",
    what: Missing::LateEvents,
};

const fn overdue(facts: &'static [FactKind]) -> LeftOut {
    let rule = "What is overdue has no response yet, or was closed without one.";
    LeftOut { reason: "overdue", rule, what: Missing::Facts(facts) }
}

const fn without_target(facts: &'static [FactKind]) -> LeftOut {
    let rule = "What ended while no target was in force is not judged.";
    LeftOut { reason: "no_target", rule, what: Missing::Facts(facts) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::entries;
    use super::*;

    #[test]
    fn nothing_is_both_counted_and_left_out() {
        for entry in entries() {
            let counted = entry.facts();
            let facts = left_out(&entry.path).iter().filter_map(|of| match of.what {
                Missing::Facts(facts) => Some(facts),
                _ => None,
            });
            let both: Vec<_> = facts.flatten().filter(|kind| counted.contains(kind)).collect();
            assert_eq!(both, [&K::Started; 0], "{}", entry.path);
        }
    }

    #[test]
    fn of_one_number_each_reason_is_another_word() {
        for entry in entries() {
            let reasons: BTreeSet<_> = left_out(&entry.path).iter().map(|of| of.reason).collect();
            assert_eq!(reasons.len(), left_out(&entry.path).len(), "{}", entry.path);
        }
    }
}
