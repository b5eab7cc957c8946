//! The numbers people read: one scope over one window (SPEC §4), as whole numbers and the quotients over them.

use crate::domain::fact::DurationKind;

/// A share's confidence interval: z of 95 %, two-sided.
const Z: f64 = 1.959_963_984_540_054;

/// Everything SPEC §4 says of one scope in one window.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Metrics {
    /// Ratings.
    pub csat: Csat,
    /// Moods as agents saw them.
    pub mood: Moods,
    /// First response time.
    pub first_response: Durations,
    /// Response time.
    pub response: Durations,
    /// Handle time.
    pub handle: Durations,
    /// Resolution time.
    pub resolution: Durations,
    /// First responses against their target.
    pub first_response_sla: Sla,
    /// Responses against their target.
    pub response_sla: Sla,
    /// Resolutions against their target.
    pub resolution_sla: Sla,
    /// `conversation_started`.
    pub conversations_started: u64,
    /// Closes that had an effect.
    pub closed: u64,
    /// The same by the side that closed.
    pub closed_by: ClosedBy,
    /// Conversations whose last close resolved them.
    pub resolved: u64,
    /// Closes with that outcome.
    pub abandoned: u64,
    /// Reopenings.
    pub reopened: u64,
    /// Messages of customers.
    pub customer_messages: u64,
    /// Messages of humans.
    pub agent_messages: u64,
    /// Messages of bots, workflows and macros.
    pub automated_messages: u64,
    /// Human messages before any of the customer.
    pub proactive_messages: u64,
    /// Agents with a human message.
    pub active_agents: u64,
    /// Distinct contacts with a message; account and skill only.
    pub unique_contacts: Option<u64>,
    /// Focus time.
    pub focus_ms: u64,
    /// Account and agent only.
    pub availability: Option<Availability>,
    /// Account and agent only.
    pub utilisation: Option<Utilisation>,
    /// Objects whose count is below it are thin.
    pub minimum_n: Option<u32>,
}

impl Metrics {
    /// The durations of a kind.
    pub(super) fn durations_mut(&mut self, which: DurationKind) -> &mut Durations {
        match which {
            DurationKind::FirstResponse => &mut self.first_response,
            DurationKind::Response => &mut self.response,
            DurationKind::Handle => &mut self.handle,
            DurationKind::Resolution => &mut self.resolution,
        }
    }
}

/// Ratings: answers by score, the cohort of surveys sent, and the refused.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Csat {
    /// Valid answers with score 1, 2, 3, 4, 5.
    pub answers: [u64; 5],
    /// Surveys sent in the window.
    pub sent: u64,
    /// Those of them with a valid answer by now.
    pub sent_answered: u64,
    /// Answers that entered no average.
    pub refused: Refused,
}

/// Refused answers by reason.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Refused {
    /// Not 1–5.
    pub invalid_score: u64,
    /// A first rating too long after the close.
    pub rating_window: u64,
    /// A change after a comment.
    pub comment_frozen: u64,
    /// A change too long after the close.
    pub change_window: u64,
}

impl Refused {
    /// Each reason by its name in outputs, with its count.
    #[must_use]
    pub fn by_reason(&self) -> [(&'static str, u64); 4] {
        [
            ("invalid_score", self.invalid_score),
            ("rating_window", self.rating_window),
            ("comment_frozen", self.comment_frozen),
            ("change_window", self.change_window),
        ]
    }
}

impl Csat {
    /// Valid answers.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.answers.iter().sum()
    }

    /// Answers of 4 and 5.
    #[must_use]
    pub fn positive(&self) -> u64 {
        self.answers[3] + self.answers[4]
    }

    /// Positive ÷ total.
    #[must_use]
    pub fn score(&self) -> Option<f64> {
        quotient(self.positive(), self.total())
    }

    /// Mean score, 1–5.
    #[must_use]
    pub fn average(&self) -> Option<f64> {
        let sum = (1..).zip(self.answers).map(|(score, n)| score * n).sum();
        quotient(sum, self.total())
    }

    /// Wilson score interval of the score at 95 %, clamped to 0–1 (E. B. Wilson, 1927).
    #[must_use]
    pub fn interval(&self) -> Option<[f64; 2]> {
        let n = self.total() as f64;
        let p = self.score()?;
        let z2 = Z * Z;
        let centre = p + z2 / (2.0 * n);
        let spread = Z * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
        let scale = 1.0 + z2 / n;
        Some([(centre - spread) / scale, (centre + spread) / scale].map(|bound| bound.clamp(0.0, 1.0)))
    }

    /// Answered ÷ sent.
    #[must_use]
    pub fn response_rate(&self) -> Option<f64> {
        quotient(self.sent_answered, self.sent)
    }
}

/// Moods: the latest of each agent on a conversation, and the cohort of those prompted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Moods {
    /// 5.
    pub happy: u64,
    /// 3.
    pub neutral: u64,
    /// 1.
    pub unhappy: u64,
    /// Pairs of conversation and agent first prompted in the window.
    pub prompted: u64,
    /// Those of them with a mood by now.
    pub prompted_recorded: u64,
}

impl Moods {
    /// All three together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.happy + self.neutral + self.unhappy
    }

    /// Mean mood, 1–5.
    #[must_use]
    pub fn average(&self) -> Option<f64> {
        quotient(5 * self.happy + 3 * self.neutral + self.unhappy, self.total())
    }

    /// Recorded ÷ prompted.
    #[must_use]
    pub fn completion(&self) -> Option<f64> {
        quotient(self.prompted_recorded, self.prompted)
    }
}

/// A duration's count, sum and percentiles.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Durations {
    /// How many.
    pub count: u64,
    /// Their sum.
    pub sum_ms: u64,
    /// Absent when there are none.
    pub percentiles: Option<Percentiles>,
}

impl Durations {
    /// Sum ÷ count.
    #[must_use]
    pub fn mean_ms(&self) -> Option<f64> {
        quotient(self.sum_ms, self.count)
    }
}

/// Nearest-rank percentiles, each within 1 % of the exact value, and the exact maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Percentiles {
    /// Median.
    pub p50_ms: u64,
    /// 90 %.
    pub p90_ms: u64,
    /// 95 %.
    pub p95_ms: u64,
    /// 99 %.
    pub p99_ms: u64,
    /// The greatest, exactly.
    pub max_ms: u64,
}

/// How many kept to their target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Sla {
    /// At most the target.
    pub within: u64,
    /// All judged, the overdue included.
    pub count: u64,
}

impl Sla {
    /// Within ÷ count.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        quotient(self.within, self.count)
    }
}

/// Closes by side.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ClosedBy {
    /// By an agent.
    pub agent: u64,
    /// By the customer.
    pub customer: u64,
    /// By the system.
    pub system: u64,
}

/// Presence of agents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Availability {
    /// Online.
    pub online_ms: u64,
    /// Away.
    pub away_ms: u64,
}

impl Availability {
    /// Online ÷ (online + away).
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        quotient(self.online_ms, self.online_ms + self.away_ms)
    }
}

/// What agents did while online.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Utilisation {
    /// Focus while online.
    pub focus_ms: u64,
    /// Online.
    pub online_ms: u64,
}

impl Utilisation {
    /// Focus ÷ online.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        quotient(self.focus_ms, self.online_ms)
    }
}

impl Metrics {
    /// Zeros in the same members: what another time has of the same scope where nothing happened in it.
    #[must_use]
    pub fn nothing_alike(&self) -> Self {
        Self {
            unique_contacts: self.unique_contacts.map(|_| 0),
            availability: self.availability.as_ref().map(|_| Availability::default()),
            utilisation: self.utilisation.as_ref().map(|_| Utilisation::default()),
            minimum_n: self.minimum_n,
            ..Self::default()
        }
    }

    /// Whether no number differs from zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        // Of nearly all that are not zero one of these is not.
        if self.customer_messages + self.agent_messages + self.closed + self.focus_ms > 0 {
            return false;
        }
        let zero = |n: Option<u64>| n.is_none_or(|n| n == 0);
        let availability = self.availability.as_ref().map(|a| a.online_ms + a.away_ms);
        let utilisation = self.utilisation.as_ref().map(|u| u.focus_ms + u.online_ms);
        let rest =
            Self { unique_contacts: None, availability: None, utilisation: None, minimum_n: None, ..self.clone() };
        zero(self.unique_contacts) && zero(availability) && zero(utilisation) && rest == Self::default()
    }
}

fn quotient(numerator: u64, denominator: u64) -> Option<f64> {
    (denominator > 0).then(|| numerator as f64 / denominator as f64)
}
