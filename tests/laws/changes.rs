//! Nothing changes in silence: what is published must hear of every number that events changed.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use cxpulse::domain::answers::Answers;
use cxpulse::domain::answers::live::Live;
use cxpulse::domain::answers::metrics::Metrics;
use cxpulse::domain::bucket::Bucket;
use cxpulse::domain::scope::{Scope, ScopeKind};

use crate::engine::{Folded, add_line, book};

use super::arrival::shuffled_and_repeated;
use super::buckets::{day, every_scope};
use super::random::Set;

const KINDS: [ScopeKind; 4] = [ScopeKind::Account, ScopeKind::Skill, ScopeKind::Agent, ScopeKind::AgentSkill];
const WINDOWS: [u32; 4] = [5, 60, 720, 1440];
/// Events between two looks.
const BATCH: usize = 16;

/// What differs after a batch of events, at the same moment, without being named as changed.
pub(super) fn broken_by_silence(set: &Set) -> Vec<String> {
    let policies = book(&set.policies);
    let mut folded = Folded::nothing();
    let mut before: BTreeMap<String, Numbers> = BTreeMap::new();
    let mut asked: BTreeMap<String, Answers> = BTreeMap::new();
    let mut broken = vec![];
    for batch in shuffled_and_repeated(&set.lines, set.seed).chunks(BATCH) {
        for (number, line) in (1..).zip(batch) {
            add_line(&mut folded, &policies, set.as_of_ms, number, line);
        }
        folded.advance_to(set.as_of_ms);
        for (name, account) in &mut folded.accounts {
            let view = account.view();
            let answers = match asked.entry(name.clone()) {
                Entry::Occupied(known) => {
                    let answers = known.into_mut();
                    answers.renew(view.into());
                    answers
                }
                Entry::Vacant(new) => new.insert(Answers::new(view, true)),
            };
            let after = Numbers::of(answers);
            let earlier = before.insert(name.clone(), after.clone()).unwrap_or_default();
            broken.extend(earlier.unnamed(&after, &Named::drained(answers)));
        }
    }
    broken
}

/// What was named as changed.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) scopes: Vec<Scope>,
    pub(super) buckets: Vec<(Scope, Bucket)>,
    live: bool,
}

impl Named {
    pub(super) fn drained(answers: &mut Answers) -> Self {
        let changes = answers.drain_changes();
        let names = &answers.view().names;
        let buckets = changes.changed.buckets.into_iter().map(|(scope, bucket)| (names.scope(scope), bucket));
        let scopes = changes.changed.scopes.into_iter().map(|scope| names.scope(scope));
        Self { scopes: scopes.collect(), buckets: buckets.collect(), live: changes.live }
    }
}

/// Every number of an account at a moment.
#[derive(Debug, Clone, Default)]
struct Numbers {
    windows: BTreeMap<Scope, Vec<Metrics>>,
    buckets: BTreeMap<(Scope, Bucket), Metrics>,
    live: Live,
}

impl Numbers {
    fn of(account: &Answers) -> Self {
        let windows = KINDS.into_iter().flat_map(|kind| account.all_window_metrics(kind, &WINDOWS));
        let scopes = every_scope(account).into_iter();
        let buckets = scopes.flat_map(|scope| day(account.now()).map(move |bucket| (scope.clone(), bucket)));
        let in_bucket = |of: (Scope, Bucket)| {
            let metrics = account.bucket_metrics(&of.0, of.1);
            (of, metrics)
        };
        let buckets = buckets.map(in_bucket).filter(|(_, metrics)| !metrics.is_zero()).collect();
        let windows = windows.filter(|(_, all)| !all.iter().all(Metrics::is_zero)).collect();
        Self { windows, buckets, live: account.live() }
    }

    /// What is not as it was and not named.
    fn unnamed(&self, after: &Self, changes: &Named) -> Vec<String> {
        let scopes: BTreeSet<&Scope> = changed(&self.windows, &after.windows).collect();
        let scopes = scopes.into_iter().filter(|scope| !changes.scopes.contains(scope));
        let buckets: BTreeSet<_> = changed(&self.buckets, &after.buckets).collect();
        let buckets = buckets.into_iter().filter(|of| !changes.buckets.contains(of));
        let mut unnamed: Vec<String> = scopes.map(|scope| format!("the windows of {scope:?} changed")).collect();
        unnamed.extend(buckets.map(|(scope, bucket)| format!("{scope:?} changed in {bucket:?}")));
        if self.live != after.live && !changes.live {
            unnamed.push("the live state changed".into());
        }
        unnamed
    }
}

fn changed<'a, K: Ord, V: PartialEq>(
    before: &'a BTreeMap<K, V>,
    after: &'a BTreeMap<K, V>,
) -> impl Iterator<Item = &'a K> {
    before.keys().chain(after.keys()).filter(|key| before.get(*key) != after.get(*key))
}
