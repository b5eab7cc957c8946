//! One publishing pass: what changed, all of it as of one moment.

use std::borrow::Cow;
use std::sync::Arc;

use crate::domain::answers::PerWindow;
use crate::domain::answers::live::Live;
use crate::domain::answers::metrics::Metrics;
use crate::domain::answers::rates::Rates;
use crate::domain::bucket::Bucket;
use crate::domain::event::Millis;
use crate::domain::scope::Scope;

/// Everything one pass says.
#[derive(Debug, Clone, Default)]
pub struct Pass {
    /// The moment of every number in it.
    pub as_of: Millis,
    /// The sum of the source positions that had been folded.
    pub revision: u64,
    /// From when on everything had been read, where something before it was gone.
    pub complete_since: Option<Millis>,
    /// When the oldest record folded since the pass before was written: for the latency from event to publication.
    pub oldest_record: Option<Millis>,
    /// Scopes with all their windows, those of an account together.
    pub scopes: Vec<ScopeUpdate>,
    /// Closed buckets.
    pub buckets: Vec<BucketUpdate>,
    /// Live states.
    pub lives: Vec<LiveUpdate>,
}

impl Pass {
    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scopes.is_empty() && self.buckets.is_empty() && self.lives.is_empty()
    }

    /// What each of its records is about.
    pub fn subjects(&self) -> impl Iterator<Item = Subject> + '_ {
        let scopes = self.scopes.iter().map(|update| Subject::Scope(update.account.clone(), update.scope.clone()));
        let lives = self.lives.iter().map(|update| Subject::Live(update.account.clone()));
        let buckets = self.buckets.iter();
        let buckets = buckets.map(|of| Subject::Bucket(of.account.clone(), of.scope.clone(), of.bucket));
        scopes.chain(lives).chain(buckets)
    }

    /// How many records it amounts to.
    #[must_use]
    pub fn len(&self) -> usize {
        self.scopes.len() + self.buckets.len() + self.lives.len()
    }
}

/// One scope over every rolling window.
#[derive(Debug, Clone, PartialEq)]
pub struct ScopeView {
    /// The moment asked for.
    pub as_of: Millis,
    /// The revision then.
    pub revision: u64,
    /// One for each of the board's windows, in their order.
    pub metrics: PerWindow,
    /// How fast they grow by time alone, which is no reason to ask again.
    pub rates: Rates,
    /// The newest bucket of the last day in which the scope had anything, if there was one.
    pub active: Option<Bucket>,
}

impl ScopeView {
    /// The numbers of one window, by its place, at `now`, at which or before they were asked for.
    #[must_use]
    pub fn window_at(&self, place: usize, now: Millis) -> Cow<'_, Metrics> {
        let metrics = &self.metrics[place];
        if self.rates.is_zero() {
            return Cow::Borrowed(metrics);
        }
        Cow::Owned(self.rates.grown(metrics, now - self.as_of))
    }

    /// The newest bucket in which it has anything at `now`, at which or before it was asked for: what runs is active.
    #[must_use]
    pub fn active_at(&self, now: Millis) -> Option<Bucket> {
        if self.rates.is_zero() { self.active } else { Some(Bucket::asked_at(now)) }
    }
}

/// An account's live state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveView {
    /// The moment asked for.
    pub as_of: Millis,
    /// The revision then.
    pub revision: u64,
    /// The state.
    pub live: Live,
}

impl LiveView {
    /// The state at `now`, at which or before it was asked for.
    #[must_use]
    pub fn at(&self, now: Millis) -> Live {
        self.live.grown(now - self.as_of)
    }
}

/// A scope's new numbers.
#[derive(Debug, Clone)]
pub struct ScopeUpdate {
    /// Whose.
    pub account: Arc<str>,
    /// Which scope.
    pub scope: Scope,
    /// The numbers; absent when the scope is to be forgotten (a tombstone).
    pub view: Option<Arc<ScopeView>>,
}

/// A closed bucket's numbers.
#[derive(Debug, Clone)]
pub struct BucketUpdate {
    /// Whose.
    pub account: Arc<str>,
    /// Which scope.
    pub scope: Scope,
    /// Which bucket.
    pub bucket: Bucket,
    /// The numbers.
    pub metrics: Arc<Metrics>,
}

/// An account's new live state.
#[derive(Debug, Clone)]
pub struct LiveUpdate {
    /// Whose.
    pub account: Arc<str>,
    /// The state; absent when it is to be forgotten (a tombstone).
    pub view: Option<Arc<LiveView>>,
}

/// What a record of a pass is about: enough to have it made again when it could not be published.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// A scope with its windows.
    Scope(Arc<str>, Scope),
    /// A closed bucket of a scope.
    Bucket(Arc<str>, Scope, Bucket),
    /// A live state.
    Live(Arc<str>),
}
