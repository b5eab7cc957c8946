//! What is asked: pure functions of a view, a moment and a question.
//!
//! Topics, `/metrics`, `replay` and tests all ask here. `Answers` holds the newest view of an account and what is summed of
//! it; taking up the next view costs what came since. It lives where the questions are asked, never with the fold.

mod activity;
pub mod catalogue;
pub mod explain;
mod in_bucket;
pub mod live;
pub mod metrics;
mod moments;
mod numbers;
mod open_visits;
pub mod people;
mod per_window;
pub mod questions;
pub mod rates;
mod running;
mod standing;
pub mod windows;

use std::sync::Arc;

use crate::domain::bucket::Bucket;
use crate::domain::day::DAY_MINUTES;
use crate::domain::day::flow::Flow;
use crate::domain::day::sums::{Changed, Sums};
use crate::domain::day::view::View;
use crate::domain::event::Millis;
use crate::domain::names::Name;
use crate::domain::scope::{Scope, ScopeId, ScopeKind};

use metrics::{Availability, Metrics, Utilisation};
pub use per_window::PerWindow;
use running::Running;

/// Some fifty facts.
const LITTLE_BYTES: usize = 256;

/// Answers about one account.
#[derive(Debug)]
pub struct Answers {
    /// Shared with those whose questions take their time.
    view: Arc<View>,
    sums: Sums,
    running: Running,
    /// Whether the live state has changed since the last look.
    has_other_live: bool,
}

/// A view, and what is found of it alone: before anybody has to wait for the rest.
#[derive(Debug)]
pub struct Next {
    view: Arc<View>,
    running: Running,
}

impl<V: Into<Arc<View>>> From<V> for Next {
    fn from(view: V) -> Self {
        let view = view.into();
        Self { running: Running::of(&view.current), view }
    }
}

/// What changed since the last look.
#[derive(Debug, Default)]
pub struct Changes {
    /// Scopes and buckets that events changed.
    pub changed: Changed,
    /// Whether the live state may have changed.
    pub live: bool,
}

impl Answers {
    /// Answers as of a view; changed buckets of agents are named if `names_agent_buckets`.
    #[must_use]
    pub fn new(view: impl Into<Arc<View>>, names_agent_buckets: bool) -> Self {
        let Next { view, running } = Next::from(view);
        let mut sums = Sums::new(names_agent_buckets);
        sums.take_up(&view);
        Self { view, sums, running, has_other_live: true }
    }

    /// Goes on to the next view. Gives back the one before, to be let go where nobody waits for it.
    pub fn renew(&mut self, next: Next) -> Next {
        let Next { view, running } = next;
        self.has_other_live |= self.view.current.changes != view.current.changes;
        let view = std::mem::replace(&mut self.view, view);
        self.sums.take_up(&self.view);
        let running = std::mem::replace(&mut self.running, running);
        Next { view, running }
    }

    /// Whether they are made anew in microseconds.
    #[must_use]
    pub fn are_soon_made(&self) -> bool {
        self.view.day.fact_bytes() <= LITTLE_BYTES && self.sums.has_few_places()
    }

    /// The view alone: answers as of it can be made anew, and say the same.
    #[must_use]
    pub fn into_view(self) -> Arc<View> {
        self.view
    }

    /// Lets time pass up to `now`, where nothing has happened since the view.
    pub fn pass_time(&mut self, now: Millis) {
        let view = Arc::make_mut(&mut self.view);
        view.now = now.max(view.now);
        view.day.drop_before(Bucket::window_start(view.now, DAY_MINUTES));
        self.sums.take_up(&self.view);
    }

    /// The moment of every answer.
    #[must_use]
    pub fn now(&self) -> Millis {
        self.view.now
    }

    /// What everything is answered from.
    #[must_use]
    pub fn view(&self) -> &View {
        &self.view
    }

    /// The same for who asks it later: it goes on as it is now.
    #[must_use]
    pub fn shared_view(&self) -> Arc<View> {
        self.view.clone()
    }

    /// What was stated and taken back so far.
    #[must_use]
    pub fn flow(&self) -> &Flow {
        &self.view.day.flow
    }

    /// What events changed since the last call; no agents under `agent_metrics = false`.
    pub fn drain_changes(&mut self) -> Changes {
        let mut changed = self.sums.drain_changed();
        if !self.view.policy().agent_metrics {
            changed.scopes.retain(|scope| !scope.is_of_agent());
            changed.buckets.retain(|(scope, _)| !scope.is_of_agent());
        }
        Changes { changed, live: std::mem::take(&mut self.has_other_live) }
    }

    /// Every scope of a kind with anything in the last day; none of agents under `agent_metrics = false`.
    #[must_use]
    pub fn scope_ids(&self, kind: ScopeKind) -> Vec<ScopeId> {
        let agents = if self.view.policy().agent_metrics { self.sums.agents() } else { 0 };
        let mut scopes: Vec<ScopeId> = match kind {
            ScopeKind::Account => vec![ScopeId::Account],
            ScopeKind::Skill => self.sums.buckets.skills().chain(self.running.skills()).map(ScopeId::Skill).collect(),
            ScopeKind::Agent => (0..agents).map(|code| ScopeId::Agent(Name::from_code(code as u32))).collect(),
            ScopeKind::AgentSkill => (0..agents).flat_map(|code| self.skills_of(code)).collect(),
        };
        scopes.sort_unstable();
        scopes.dedup();
        scopes
    }

    /// The same by name, sorted.
    #[must_use]
    pub fn scopes(&self, kind: ScopeKind) -> Vec<Scope> {
        let mut scopes: Vec<Scope> = self.scope_ids(kind).into_iter().map(|id| self.view.names.scope(id)).collect();
        scopes.sort_unstable();
        scopes
    }

    /// The numbers of a scope; `None` of one that was never heard of, or that is not named to anybody.
    #[must_use]
    pub fn find(&self, scope: &Scope) -> Option<ScopeId> {
        let names_agents = self.view.policy().agent_metrics;
        self.view.names.find(scope).filter(|id| names_agents || !id.is_of_agent())
    }

    fn skills_of(&self, code: usize) -> Vec<ScopeId> {
        let agent = Name::from_code(code as u32);
        let logged = self.sums.agent(code).into_iter().flat_map(|sums| sums.log.skills());
        let visit = self.view.current.agents.get(code).and_then(|now| now.visit).map(|visit| visit.skill);
        logged.chain(visit).map(|skill| ScopeId::AgentSkill(agent, skill)).collect()
    }

    /// The numbers of a scope of which nothing is known.
    fn nothing(&self, kind: ScopeKind) -> Metrics {
        nothing(&self.view, kind)
    }
}

/// The numbers of a scope of which nothing is known.
fn nothing(view: &View, kind: ScopeKind) -> Metrics {
    let has_contacts = matches!(kind, ScopeKind::Account | ScopeKind::Skill);
    let has_presence = matches!(kind, ScopeKind::Account | ScopeKind::Agent);
    Metrics {
        unique_contacts: has_contacts.then_some(0),
        availability: has_presence.then(Availability::default),
        utilisation: has_presence.then(Utilisation::default),
        minimum_n: view.policy().minimum_n,
        ..Metrics::default()
    }
}
