//! The catalogue names every field of a policy that touches a number: with another value in any other field it stays.

use cxpulse::domain::answers::catalogue::{self, PolicyField, entries, policy_fields};
use cxpulse::domain::answers::metrics::Metrics;
use cxpulse::domain::scope::{Scope, ScopeKind};
use cxpulse::wire::output::policy_field::field_name;
use serde_json::{Value, json};

use crate::engine::{book, fold};

use super::random::Set;

/// Each field with two values, of which a version gets the one that it does not have.
fn fields() -> [(PolicyField, [Value; 2]); 14] {
    use PolicyField as F;
    [
        (F::FirstResponseTarget, [json!(60), json!(3600)]),
        (F::ResponseTarget, [json!(60), json!(3600)]),
        (F::ResolutionTarget, [json!(300), json!(7200)]),
        (F::CsatTarget, [json!(0.5), json!(0.9)]),
        (F::MinimumN, [json!(3), json!(1000)]),
        (F::FrtStart, [json!("first_customer_message"), json!("handed_off")]),
        (F::CsatCredit, [json!("last_human_sender"), json!("assignee")]),
        (F::Reopen, [json!("retract"), json!("count_each")]),
        (F::VisitCap, [json!(60), json!(7200)]),
        (F::StatusCap, [json!(60), json!(604_800)]),
        (F::SystemClose, [json!("resolved"), json!("abandoned")]),
        (F::HandleRequiresReply, [json!(false), json!(true)]),
        (F::RateWithin, [json!(1), json!(24)]),
        (F::ChangeWithin, [json!(1), json!(24)]),
    ]
}

/// The numbers that another value of a field changed although the catalogue does not say so.
pub(super) fn broken_by_a_field(set: &Set) -> Vec<String> {
    let before = metrics(set, &versions(set, None));
    let mut broken = vec![];
    for (field, values) in fields() {
        for (scope, other) in metrics(set, &versions(set, Some((field, &values)))) {
            let was = before.iter().find(|(known, _)| *known == scope).map(|(_, metrics)| metrics.clone());
            let was = was.unwrap_or_else(|| other.nothing_alike());
            for entry in entries().iter().filter(|entry| !policy_fields(&entry.path).contains(&field)) {
                let numbers =
                    |metrics: &Metrics| entry.numbers(metrics).filter(|(_, n)| !n.is_zero()).collect::<Vec<_>>();
                if numbers(&was) != numbers(&other) {
                    broken.push(format!("{scope:?}: {} is touched by {}", entry.path, field_name(field)));
                }
            }
        }
    }
    broken
}

/// The policies of a set, each version with another value in a field.
fn versions(set: &Set, changed: Option<(PolicyField, &[Value; 2])>) -> Value {
    let mut policies = set.policies.clone();
    if policies.is_null() {
        policies = json!({"policies": [{"account_id": "*", "versions": [{"effective_from": 0}]}]});
    }
    for record in policies["policies"].as_array_mut().into_iter().flatten() {
        for version in record["versions"].as_array_mut().into_iter().flatten() {
            // Whether agents are named changes no number, but which there are.
            version["agent_metrics"] = json!(true);
            if let Some((field, [one, other])) = changed {
                let has_one = version[field_name(field)] == *one;
                version[field_name(field)] = if has_one { other.clone() } else { one.clone() };
            }
        }
    }
    policies
}

fn metrics(set: &Set, policies: &Value) -> Vec<((String, Scope), Metrics)> {
    let mut all = vec![];
    for (name, account) in fold(&set.lines, &book(policies), set.as_of_ms).asked() {
        for kind in ScopeKind::ALL {
            let scopes = account.all_window_metrics(kind, &[set.window_minutes]);
            all.extend(scopes.into_iter().map(|(scope, mut metrics)| ((name.clone(), scope), metrics.remove(0))));
        }
    }
    all
}

#[test]
fn every_field_that_touches_some_number_has_two_values_here() {
    let named = entries().iter().flat_map(|entry| catalogue::policy_fields(&entry.path));
    assert!(named.into_iter().all(|field| fields().iter().any(|(known, _)| known == field)));
}
