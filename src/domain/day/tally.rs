//! What one bucket, or one window, knows of one scope: counts, sums and histograms of signed facts.
//!
//! A tally is a group: adding a fact and taking it back leaves no trace, and tallies merge by addition.

use crate::domain::answers::metrics::{
    Availability, ClosedBy, Csat, Durations, Metrics, Moods, Percentiles, Refused, Sla, Utilisation,
};
use crate::domain::day::histogram::Histogram;
use crate::domain::event::Millis;
use crate::domain::fact::{DurationKind, FactKind, Sign};

/// Counts, sums and histograms of one scope.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    counts: Counts,
    durations: [Duration; 4],
    times: Times,
    newest: [i64; 2],
}

/// Who is counted in the bucket of their newest activity, and in no other: the sum over the buckets of a window that
/// reaches up to now is then the number of distinct ones in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Newest {
    /// Contacts, by their messages.
    Contact,
    /// Agents, by theirs.
    Agent,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Counts([u32; FactKind::COUNT]);

impl Default for Counts {
    fn default() -> Self {
        Self([0; FactKind::COUNT])
    }
}

/// Milliseconds spent, cut at bucket edges.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// In visits.
    pub focus_ms: Millis,
    /// In visits, while online.
    pub focus_online_ms: Millis,
    /// Online.
    pub online_ms: Millis,
    /// Away.
    pub away_ms: Millis,
}

impl Times {
    /// Adds, or with −1 takes back.
    pub fn add(&mut self, other: Self, unit: i64) {
        self.focus_ms += unit * other.focus_ms;
        self.focus_online_ms += unit * other.focus_online_ms;
        self.online_ms += unit * other.online_ms;
        self.away_ms += unit * other.away_ms;
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Duration {
    sum_ms: Millis,
    bins: Histogram,
    max_ms: Millis,
}

/// Whether a tally still knows its maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Maximum {
    /// It does.
    Known,
    /// The greatest value was taken back: whoever holds the facts must set the new one.
    Lost(DurationKind),
}

impl Tally {
    /// Adds a fact, or takes one back.
    pub fn add(&mut self, kind: FactKind, value: Millis, sign: Sign) -> Maximum {
        let count = &mut self.counts.0[kind as usize];
        *count = count.wrapping_add_signed(sign.unit() as i32);
        let Some(which) = kind.duration() else { return Maximum::Known };
        self.durations[which as usize].add(value, sign, which)
    }

    /// Adds `units` facts of a kind without a duration; below zero, takes them back.
    pub fn add_count(&mut self, kind: FactKind, units: i64) {
        let count = &mut self.counts.0[kind as usize];
        *count = count.wrapping_add_signed(units as i32);
    }

    /// Counts a contact or agent in, or out, whose newest activity is here.
    pub fn count_newest(&mut self, who: Newest, unit: i64) {
        self.newest[who as usize] += unit;
    }

    /// Adds time spent, or with −1 takes it back.
    pub fn add_times(&mut self, times: Times, unit: i64) {
        self.times.add(times, unit);
    }

    /// After `Maximum::Lost`: the greatest value that is left.
    pub fn set_max(&mut self, which: DurationKind, max_ms: Millis) {
        self.durations[which as usize].max_ms = max_ms;
    }

    /// Adds all that another tally holds.
    pub fn merge(&mut self, other: &Self) {
        self.counts.0.iter_mut().zip(other.counts.0).for_each(|(mine, theirs)| *mine += theirs);
        self.durations.iter_mut().zip(&other.durations).for_each(|(mine, theirs)| mine.merge(theirs));
        self.times.add(other.times, 1);
        self.newest.iter_mut().zip(other.newest).for_each(|(mine, theirs)| *mine += theirs);
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.times == Times::default() && self.counts.0.iter().all(|count| *count == 0)
    }

    /// How many facts of a kind it holds.
    #[must_use]
    pub fn count(&self, kind: FactKind) -> u64 {
        u64::from(self.counts.0[kind as usize])
    }

    /// The numbers people read; contacts and presence only where the scope has them.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        use FactKind as K;
        Metrics {
            csat: self.csat(),
            mood: self.moods(),
            first_response: self.durations_of(DurationKind::FirstResponse),
            response: self.durations_of(DurationKind::Response),
            handle: self.durations_of(DurationKind::Handle),
            resolution: self.durations_of(DurationKind::Resolution),
            first_response_sla: self.sla(K::FirstResponseWithin, K::FirstResponseMissed, K::FirstResponseOverdue),
            response_sla: self.sla(K::ResponseWithin, K::ResponseMissed, K::ResponseOverdue),
            resolution_sla: self.sla(K::ResolvedWithin, K::ResolvedMissed, K::ResolutionOverdue),
            conversations_started: self.count(K::Started),
            closed: self.sum([K::ClosedByAgent, K::ClosedByCustomer, K::ClosedBySystem]),
            closed_by: ClosedBy {
                agent: self.count(K::ClosedByAgent),
                customer: self.count(K::ClosedByCustomer),
                system: self.count(K::ClosedBySystem),
            },
            resolved: self.sum([K::Resolved, K::ResolvedWithin, K::ResolvedMissed]),
            abandoned: self.count(K::Abandoned),
            reopened: self.count(K::Reopened),
            customer_messages: self.count(K::CustomerMessage),
            agent_messages: self.count(K::AgentMessage),
            automated_messages: self.count(K::AutomatedMessage),
            proactive_messages: self.count(K::Proactive),
            active_agents: whole(self.newest[Newest::Agent as usize]),
            unique_contacts: None,
            focus_ms: whole(self.times.focus_ms),
            availability: None,
            utilisation: None,
            minimum_n: None,
        }
    }

    /// Distinct contacts, for the scopes that have them.
    #[must_use]
    pub fn contacts(&self) -> u64 {
        whole(self.newest[Newest::Contact as usize])
    }

    /// Presence, for the scopes that have it.
    #[must_use]
    pub fn presence(&self) -> (Availability, Utilisation) {
        let online_ms = whole(self.times.online_ms);
        (
            Availability { online_ms, away_ms: whole(self.times.away_ms) },
            Utilisation { focus_ms: whole(self.times.focus_online_ms), online_ms },
        )
    }

    fn csat(&self) -> Csat {
        use FactKind as K;
        Csat {
            answers: [K::Answer1, K::Answer2, K::Answer3, K::Answer4, K::Answer5].map(|kind| self.count(kind)),
            sent: self.count(K::SurveySent),
            sent_answered: self.count(K::SurveySentAnswered),
            refused: Refused {
                invalid_score: self.count(K::RefusedInvalidScore),
                rating_window: self.count(K::RefusedRatingWindow),
                comment_frozen: self.count(K::RefusedCommentFrozen),
                change_window: self.count(K::RefusedChangeWindow),
            },
        }
    }

    fn moods(&self) -> Moods {
        Moods {
            happy: self.count(FactKind::MoodHappy),
            neutral: self.count(FactKind::MoodNeutral),
            unhappy: self.count(FactKind::MoodUnhappy),
            prompted: self.count(FactKind::MoodPrompted),
            prompted_recorded: self.count(FactKind::MoodPromptedRecorded),
        }
    }

    fn sla(&self, within: FactKind, missed: FactKind, overdue: FactKind) -> Sla {
        Sla { within: self.count(within), count: self.sum([within, missed, overdue]) }
    }

    fn durations_of(&self, which: DurationKind) -> Durations {
        let Duration { sum_ms, bins, max_ms } = &self.durations[which as usize];
        let max_ms = whole(*max_ms);
        let is_single = bins.count() == 1;
        let percentiles = bins.percentiles([50, 90, 95, 99]).map(|found| {
            let exact = |middle: u64| if is_single { max_ms } else { middle.min(max_ms) };
            let [p50_ms, p90_ms, p95_ms, p99_ms] = found.map(exact);
            Percentiles { p50_ms, p90_ms, p95_ms, p99_ms, max_ms }
        });
        Durations { count: bins.count(), sum_ms: whole(*sum_ms), percentiles }
    }

    fn sum<const N: usize>(&self, kinds: [FactKind; N]) -> u64 {
        kinds.into_iter().map(|kind| self.count(kind)).sum()
    }
}

impl Duration {
    fn add(&mut self, value: Millis, sign: Sign, which: DurationKind) -> Maximum {
        self.sum_ms += sign.unit() * value;
        match sign {
            Sign::State => {
                self.bins.add(value as u64);
                self.max_ms = self.max_ms.max(value);
                Maximum::Known
            }
            Sign::Retract => {
                self.bins.subtract(value as u64);
                if value == self.max_ms { Maximum::Lost(which) } else { Maximum::Known }
            }
        }
    }

    fn merge(&mut self, other: &Self) {
        self.sum_ms += other.sum_ms;
        self.max_ms = self.max_ms.max(other.max_ms);
        self.bins.merge(&other.bins);
    }
}

/// Sums of signed facts are never below zero: what is taken back was stated.
fn whole(sum: Millis) -> u64 {
    debug_assert!(sum >= 0, "a sum of facts is never negative");
    sum.max(0) as u64
}
