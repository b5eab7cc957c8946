//! The numbers at the ends of an answer, under LivePerson's names.

use serde::Serialize;

use crate::domain::answers::questions::results::{BySide, Results};

/// The numbers of one scope.
pub(super) trait Leaf: Serialize {
    /// Those of these results.
    fn of(results: &Results) -> Self;
}

/// What customers answered.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Csat {
    csat_score1_answers: u64,
    csat_score2_answers: u64,
    csat_score3_answers: u64,
    csat_score4_answers: u64,
    csat_score5_answers: u64,
    total_answers: u64,
    positive_answers: u64,
    /// From 0 to 1; 0 without answers.
    csat_score: f32,
}

/// How conversations were resolved. Times are in milliseconds.
#[derive(Debug, PartialEq, Serialize)]
#[expect(non_snake_case, reason = "LivePerson's names")]
pub(super) struct Conversations {
    resolvedConversations_byCCP: u64,
    resolvedConversations_byConsumer: u64,
    resolvedConversations_bySystem: u64,
    totalResolvedConversations: u64,
    totalHandlingTime_resolvedConversations_byCCP: u64,
    totalHandlingTime_resolvedConversations_byConsumer: u64,
    totalHandlingTime_resolvedConversations_bySystem: u64,
    totalHandlingTime_resolvedConversations: u64,
    avgTime_resolvedConversations_byCCP: f32,
    avgTime_resolvedConversations_byConsumer: f32,
    avgTime_resolvedConversations_bySystem: f32,
    avgTime_resolvedConversations: f32,
}

impl Leaf for Csat {
    fn of(results: &Results) -> Self {
        let [one, two, three, four, five] = results.answers;
        let (total, positive) = (results.answers.iter().sum(), four + five);
        Self {
            csat_score1_answers: one,
            csat_score2_answers: two,
            csat_score3_answers: three,
            csat_score4_answers: four,
            csat_score5_answers: five,
            total_answers: total,
            positive_answers: positive,
            csat_score: quotient(positive, total),
        }
    }
}

impl Leaf for Conversations {
    fn of(results: &Results) -> Self {
        let (count, time): (&BySide, &BySide) = (&results.resolved, &results.resolution_ms);
        Self {
            resolvedConversations_byCCP: count.agent,
            resolvedConversations_byConsumer: count.customer,
            resolvedConversations_bySystem: count.system,
            totalResolvedConversations: count.total(),
            totalHandlingTime_resolvedConversations_byCCP: time.agent,
            totalHandlingTime_resolvedConversations_byConsumer: time.customer,
            totalHandlingTime_resolvedConversations_bySystem: time.system,
            totalHandlingTime_resolvedConversations: time.total(),
            avgTime_resolvedConversations_byCCP: quotient(time.agent, count.agent),
            avgTime_resolvedConversations_byConsumer: quotient(time.customer, count.customer),
            avgTime_resolvedConversations_bySystem: quotient(time.system, count.system),
            avgTime_resolvedConversations: quotient(time.total(), count.total()),
        }
    }
}

/// In 32 bits, as LivePerson has it; 0 of nothing.
fn quotient(numerator: u64, denominator: u64) -> f32 {
    if denominator == 0 { 0.0 } else { (numerator as f64 / denominator as f64) as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_a_quotient_of_32_bits_in_its_shortest_form() {
        let results = Results { answers: [1, 0, 0, 2, 3], ..Results::default() };
        let json = serde_json::to_string(&Csat::of(&results)).expect("numbers");
        assert!(json.ends_with(r#""total_answers":6,"positive_answers":5,"csat_score":0.8333333}"#), "{json}");
        assert_eq!(Csat::of(&Results::default()).csat_score, 0.0);
    }

    #[test]
    fn an_average_is_over_the_side_that_closed() {
        let resolved = BySide { agent: 21, customer: 41, system: 0 };
        let resolution_ms = BySide { agent: 426, customer: 1411, system: 0 };
        let leaf = Conversations::of(&Results { resolved, resolution_ms, ..Results::default() });
        assert_eq!(leaf.avgTime_resolvedConversations_byCCP, 20.285_715);
        assert_eq!((leaf.totalResolvedConversations, leaf.avgTime_resolvedConversations_bySystem), (62, 0.0));
        assert_eq!(leaf.totalHandlingTime_resolvedConversations, 1837);
    }
}
