//! Tallies as the numbers that people read.

use crate::domain::day::tally::{Distinct, Tally, Times, whole};
use crate::domain::fact::{DurationKind, FactKind};

use super::metrics::{Availability, ClosedBy, Csat, Durations, Metrics, Moods, Percentiles, Refused, Sla, Utilisation};

impl From<&Tally> for Metrics {
    /// Contacts and presence are left to the scopes that have them.
    fn from(tally: &Tally) -> Self {
        use FactKind as K;
        Self {
            csat: csat(tally),
            mood: moods(tally),
            first_response: durations(tally, DurationKind::FirstResponse),
            response: durations(tally, DurationKind::Response),
            handle: durations(tally, DurationKind::Handle),
            resolution: durations(tally, DurationKind::Resolution),
            first_response_sla: sla(tally, [K::FirstResponseWithin, K::FirstResponseMissed, K::FirstResponseOverdue]),
            response_sla: sla(tally, [K::ResponseWithin, K::ResponseMissed, K::ResponseOverdue]),
            resolution_sla: sla(tally, [K::ResolvedWithin, K::ResolvedMissed, K::ResolutionOverdue]),
            conversations_started: tally.count(K::Started),
            closed: sum(tally, [K::ClosedByAgent, K::ClosedByCustomer, K::ClosedBySystem]),
            closed_by: ClosedBy {
                agent: tally.count(K::ClosedByAgent),
                customer: tally.count(K::ClosedByCustomer),
                system: tally.count(K::ClosedBySystem),
            },
            resolved: sum(tally, [K::Resolved, K::ResolvedWithin, K::ResolvedMissed]),
            abandoned: tally.count(K::Abandoned),
            reopened: tally.count(K::Reopened),
            customer_messages: tally.count(K::CustomerMessage),
            agent_messages: tally.count(K::AgentMessage),
            automated_messages: tally.count(K::AutomatedMessage),
            proactive_messages: tally.count(K::Proactive),
            active_agents: tally.distinct(Distinct::Agents),
            unique_contacts: None,
            focus_ms: whole(tally.times().focus_ms),
            availability: None,
            utilisation: None,
            minimum_n: None,
        }
    }
}

impl Metrics {
    /// With the times of an agent; presence for the agent as a whole alone.
    pub(super) fn with_agent_times(self, times: Times, has_presence: bool) -> Self {
        let (availability, utilisation) = presence(times);
        Self {
            focus_ms: whole(times.focus_ms),
            availability: has_presence.then_some(availability),
            utilisation: has_presence.then_some(utilisation),
            ..self
        }
    }
}

/// Presence, for the scopes that have it.
pub(super) fn presence(times: Times) -> (Availability, Utilisation) {
    let online_ms = whole(times.online_ms);
    (
        Availability { online_ms, away_ms: whole(times.away_ms) },
        Utilisation { focus_ms: whole(times.focus_online_ms), online_ms },
    )
}

fn csat(tally: &Tally) -> Csat {
    use FactKind as K;
    Csat {
        answers: [K::Answer1, K::Answer2, K::Answer3, K::Answer4, K::Answer5].map(|kind| tally.count(kind)),
        sent: tally.count(K::SurveySent),
        sent_answered: tally.count(K::SurveySentAnswered),
        refused: Refused {
            invalid_score: tally.count(K::RefusedInvalidScore),
            rating_window: tally.count(K::RefusedRatingWindow),
            comment_frozen: tally.count(K::RefusedCommentFrozen),
            change_window: tally.count(K::RefusedChangeWindow),
        },
    }
}

fn moods(tally: &Tally) -> Moods {
    Moods {
        happy: tally.count(FactKind::MoodHappy),
        neutral: tally.count(FactKind::MoodNeutral),
        unhappy: tally.count(FactKind::MoodUnhappy),
        prompted: tally.count(FactKind::MoodPrompted),
        prompted_recorded: tally.count(FactKind::MoodPromptedRecorded),
    }
}

fn sla(tally: &Tally, [within, missed, overdue]: [FactKind; 3]) -> Sla {
    Sla { within: tally.count(within), count: sum(tally, [within, missed, overdue]) }
}

/// Those that have a name, ascending.
pub(super) const PERCENTS: [u64; 4] = [50, 90, 95, 99];

fn durations(tally: &Tally, which: DurationKind) -> Durations {
    let durations = tally.durations(which);
    let (count, found) = (durations.bins().count(), durations.bins().percentiles(PERCENTS));
    Durations {
        count,
        sum_ms: durations.sum_ms(),
        percentiles: found.map(|found| exact(found, count, durations.max_ms())),
    }
}

/// Percentiles of so many durations as the middles of bins have them: none is greater than the greatest.
pub(super) fn exact(found: [u64; 4], count: u64, max_ms: u64) -> Percentiles {
    let exact = |middle: u64| if count == 1 { max_ms } else { middle.min(max_ms) };
    let [p50_ms, p90_ms, p95_ms, p99_ms] = found.map(exact);
    Percentiles { p50_ms, p90_ms, p95_ms, p99_ms, max_ms }
}

fn sum<const N: usize>(tally: &Tally, kinds: [FactKind; N]) -> u64 {
    kinds.into_iter().map(|kind| tally.count(kind)).sum()
}
