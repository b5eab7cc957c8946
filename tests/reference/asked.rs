//! Questions of any grouping and filter, over whole buckets, as API §2 has them.

use super::account::{Account, Timelines};
use super::count::{self, Dimension, Part};
use super::numbers::has_nonzero;
use super::policy::Policies;
use super::time::Window;
use super::{Input, shown};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A question about one account.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The moment of the question.
    pub as_of_ms: i64,
    /// A bucket edge.
    pub from_ms: i64,
    /// Another one, left out.
    pub until_ms: i64,
    /// A row for each combination of these.
    pub group_by: Vec<Dimension>,
    /// Of each all, and of the names of one any.
    pub filters: Vec<(Dimension, Vec<String>)>,
    /// How long the intervals are, where there are any.
    pub interval_ms: Option<i64>,
}

/// The rows, `[{"ids","metrics","intervals"},…]`, sorted by ids.
pub fn answer(inputs: &[Input], policies: &Value, account: &str, asked: &Asked) -> Value {
    let policies = Policies::read(policies);
    let timelines = Timelines::read(inputs, asked.as_of_ms);
    let accounts = timelines.accounts(&policies, asked.as_of_ms);
    accounts.iter().find(|one| one.name == account).map_or(json!([]), |account| rows(account, asked))
}

fn rows(account: &Account, asked: &Asked) -> Value {
    let asks_for_agents = asked.group_by.contains(&Dimension::Agent)
        || asked.filters.iter().any(|(dimension, _)| *dimension == Dimension::Agent);
    if asks_for_agents && !account.policy.agent_metrics {
        return json!([]);
    }
    let rows = groups(account, asked).into_iter().map(|(ids, part)| row(account, asked, &ids, &part));
    let is_shown = |row: &Value| asked.group_by.is_empty() || has_nonzero(&row["metrics"]);
    rows.filter(is_shown).collect()
}

fn row(account: &Account, asked: &Asked, ids: &[String], part: &Part) -> Value {
    let metrics = |from_ms, until_ms| count::metrics(account, part, Window::between(from_ms, until_ms, asked.as_of_ms));
    let mut intervals = Vec::new();
    let mut from_ms = asked.from_ms;
    while let Some(length_ms) = asked.interval_ms.filter(|_| from_ms < asked.until_ms) {
        intervals.push(metrics(from_ms, (from_ms + length_ms).min(asked.until_ms)));
        from_ms += length_ms;
    }
    json!({"ids": ids, "metrics": metrics(asked.from_ms, asked.until_ms), "intervals": intervals})
}

/// Every combination of names that anything has and that no filter excludes, with the part of the account that it is.
fn groups(account: &Account, asked: &Asked) -> BTreeMap<Vec<String>, Part> {
    let filters: Vec<(Dimension, Vec<Option<String>>)> =
        asked.filters.iter().map(|(dimension, any_of)| (*dimension, any_of.iter().flat_map(meant).collect())).collect();
    let mut groups = BTreeMap::from([(Vec::new(), Part { wanted: filters.clone() })]);
    for dimension in &asked.group_by {
        let filter = filters.iter().find(|(other, _)| other == dimension).map(|(_, any_of)| any_of);
        let all = names(account, *dimension);
        let shown_ones = all.iter().filter(|name| filter.is_none_or(|any_of| any_of.contains(name)));
        let names: BTreeSet<&Option<String>> = shown_ones.collect();
        groups = groups
            .into_iter()
            .flat_map(|(ids, part)| names.iter().map(move |name| with(&ids, &part, *dimension, name)))
            .collect();
    }
    groups
}

fn with(ids: &[String], part: &Part, dimension: Dimension, name: &Option<String>) -> (Vec<String>, Part) {
    let id = shown(name).to_owned();
    // What is called as nothing is shown with it.
    let wanted = part.wanted.iter().cloned().chain([(dimension, meant(&id).collect())]).collect();
    (ids.iter().cloned().chain([id]).collect(), Part { wanted })
}

/// What a name in a question means: `-1` is none, too.
fn meant(id: &String) -> impl Iterator<Item = Option<String>> {
    [Some(id.clone())].into_iter().chain((id == "-1").then_some(None))
}

/// Every name of a dimension that anything has.
fn names(account: &Account, dimension: Dimension) -> BTreeSet<Option<String>> {
    let facts = account.facts.iter().map(|fact| &fact.credit);
    let of_facts = facts.flat_map(|of| dimension.names(of.agent.as_ref(), of.skill.as_ref(), &of.about));
    let visits = account.visits.iter();
    let of_visits = visits.flat_map(|of| dimension.names(Some(&of.agent), of.skill.as_ref(), &of.about));
    let of_spans = account.spans.iter().flat_map(|of| dimension.names(Some(&of.agent), None, &Default::default()));
    of_facts.chain(of_visits).chain(of_spans).collect()
}
