//! What a reader may miss in a number: facts that it leaves out, each with the rule that does.

use super::object;
use crate::domain::fact::FactKind;
use crate::domain::fact::FactKind as K;

/// Facts that a number leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    /// The rule, one sentence.
    pub rule: &'static str,
    /// The facts.
    pub facts: &'static [FactKind],
}

/// What a number leaves out that is close to what it counts; nothing of what is not close to anything.
#[must_use]
pub fn left_out(path: &str) -> &'static [LeftOut] {
    match (object(path), path) {
        (_, "csat.sent" | "csat.refused") => &[],
        ("csat", _) => REFUSED,
        ("first_response" | "response", _) => UNANSWERED,
        ("first_response_sla", _) => const { &[without_target(&[K::FirstResponse])] },
        ("response_sla", _) => const { &[without_target(&[K::Response])] },
        ("resolution_sla", _) => const { &[without_target(&[K::Resolved])] },
        ("resolution" | "resolved", _) => UNRESOLVED,
        ("closed" | "closed_by" | "abandoned", _) => CLOSED_AGAIN,
        ("customer_messages" | "unique_contacts" | "agent_messages" | "active_agents" | "proactive_messages", _) => {
            AUTOMATED
        }
        _ => &[],
    }
}

const REFUSED: &[LeftOut] = &[
    LeftOut { rule: "An answer with a score that is not 1 to 5 is refused.", facts: &[K::RefusedInvalidScore] },
    LeftOut { rule: "A first rating later than rate_within_hours is refused.", facts: &[K::RefusedRatingWindow] },
    LeftOut { rule: "A change of a rating that has a comment is refused.", facts: &[K::RefusedCommentFrozen] },
    LeftOut { rule: "A change later than change_within_hours is refused.", facts: &[K::RefusedChangeWindow] },
];

const UNANSWERED: &[LeftOut] = &[
    LeftOut { rule: "What bots, workflows and macros write answers nobody.", facts: &[K::AutomatedMessage] },
    LeftOut {
        rule: "What is overdue has no response yet, or was closed without one.",
        facts: &[K::FirstResponseOverdue, K::ResponseOverdue],
    },
];

const UNRESOLVED: &[LeftOut] = &[
    LeftOut { rule: "A close with the outcome abandoned resolves nothing.", facts: &[K::Abandoned] },
    LeftOut { rule: "A close of a closed conversation has no effect.", facts: &[K::ClosedAgain] },
    LeftOut { rule: "A reopening takes the resolution back, unless each counts.", facts: &[K::Reopened] },
];

const CLOSED_AGAIN: &[LeftOut] =
    &[LeftOut { rule: "A close of a closed conversation has no effect.", facts: &[K::ClosedAgain] }];

const AUTOMATED: &[LeftOut] =
    &[LeftOut { rule: "What programs write is counted by itself.", facts: &[K::AutomatedMessage] }];

const fn without_target(facts: &'static [FactKind]) -> LeftOut {
    LeftOut { rule: "What ended while no target was in force is not judged.", facts }
}

#[cfg(test)]
mod tests {
    use super::super::entries;
    use super::*;

    #[test]
    fn nothing_is_both_counted_and_left_out() {
        for entry in entries() {
            let counted = entry.facts();
            let left = left_out(&entry.path).iter().flat_map(|of| of.facts);
            let both: Vec<_> = left.filter(|kind| counted.contains(kind)).collect();
            assert_eq!(both, [&K::Started; 0], "{}", entry.path);
        }
    }
}
