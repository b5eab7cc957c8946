//! How fast the times of a scope grow while nothing happens: what runs now runs on.
//!
//! A visit that goes on and a status that holds add a millisecond every millisecond, in every window, since all windows
//! end now. So numbers of a moment ago tell those of now, as long as no event comes and no window moves.

use super::live::Live;
use super::metrics::{Availability, Metrics, Utilisation};
use crate::domain::current::AgentNow;
use crate::domain::event::{Millis, Status};

/// Of each time how many run at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rates {
    /// Visits.
    pub focus: u64,
    /// Visits of agents who are online.
    pub focus_online: u64,
    /// Agents online.
    pub online: u64,
    /// Agents away.
    pub away: u64,
}

impl Rates {
    /// What runs of an agent.
    #[must_use]
    pub fn of(agent: &AgentNow) -> Self {
        let one = |runs: bool| u64::from(runs);
        let status = agent.status.filter(|_| !agent.has_lapsed).map(|held| held.status);
        let (visits, online) = (agent.visit.is_some(), status == Some(Status::Online));
        Self {
            focus: one(visits),
            focus_online: one(visits && online),
            online: one(online),
            away: one(status == Some(Status::Away)),
        }
    }

    /// Adds what runs elsewhere.
    pub fn add(&mut self, other: Self) {
        self.focus += other.focus;
        self.focus_online += other.focus_online;
        self.online += other.online;
        self.away += other.away;
    }

    /// Whether nothing runs.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self == Self::default()
    }

    /// The numbers after so long, if nothing happens meanwhile.
    #[must_use]
    pub fn grown(self, metrics: &Metrics, after_ms: Millis) -> Metrics {
        let passed = after_ms.max(0).unsigned_abs();
        let mut metrics = metrics.clone();
        metrics.focus_ms += self.focus * passed;
        if let Some(availability) = &mut metrics.availability {
            availability.online_ms += self.online * passed;
            availability.away_ms += self.away * passed;
        }
        if let Some(utilisation) = &mut metrics.utilisation {
            utilisation.focus_ms += self.focus_online * passed;
            utilisation.online_ms += self.online * passed;
        }
        metrics
    }
}

impl Metrics {
    /// What does not grow by time alone: of two that have the same, one may be the other a while later.
    #[must_use]
    pub fn still(&self) -> Self {
        let availability = self.availability.as_ref().map(|_| Availability::default());
        let utilisation = self.utilisation.as_ref().map(|_| Utilisation::default());
        Self { focus_ms: 0, availability, utilisation, ..self.clone() }
    }
}

impl Live {
    /// What does not grow by time alone.
    #[must_use]
    pub fn still(&self) -> Self {
        let mut live = self.clone();
        live.longest_waiting.iter_mut().for_each(|waiting| waiting.age_ms = 0);
        live
    }

    /// The state after so long, if nothing happens meanwhile: waits grow.
    #[must_use]
    pub fn grown(&self, after_ms: Millis) -> Self {
        let mut live = self.clone();
        live.longest_waiting.iter_mut().for_each(|waiting| waiting.age_ms += after_ms.max(0));
        live
    }
}
