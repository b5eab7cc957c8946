//! The `metrics` object, from the catalogue: a number that is added there is described here.

use utoipa::openapi::schema::{ObjectBuilder, Schema};
use utoipa::openapi::{RefOr, schema};

use super::schemas::{Members as _, Named, boolean, component, list, number, object, whole};
use crate::domain::answers::catalogue::{self, Entry, Kind, Label, Object, Scopes, Unit};
use crate::domain::answers::metrics::{Csat, Durations, Metrics};

/// The component's name.
pub(super) const METRICS: &str = "Metrics";

const ABOUT: &str = "The numbers of one scope over one time. A quotient that would divide by nothing is absent. `GET \
    /v1/metrics` says of each what it counts.";

/// The component.
pub(super) fn schemas() -> Vec<Named> {
    let metrics =
        catalogue::objects().iter().fold(object(ABOUT), |metrics, object| metrics.may_have(object.name, of(object)));
    vec![component(METRICS, metrics)]
}

/// Some numbers, as an example.
pub(super) fn example() -> Metrics {
    let csat = Csat { answers: [1, 0, 2, 5, 9], sent: 40, sent_answered: 17, ..Csat::default() };
    let first_response = Durations::default();
    Metrics { csat, first_response, conversations_started: 63, closed: 58, resolved: 51, ..Metrics::default() }
}

/// What stands under one name in it.
fn of(object_of: &Object) -> RefOr<Schema> {
    if object_of.is_plain() {
        return one(&object_of.entries[0]);
    }
    let about = format!("{}{}", titles(object_of), scopes(object_of.entries[0].scopes));
    let members = object_of.entries.iter().fold(object(&about), |members, entry| {
        // What is counted is always there; what follows from it may divide by nothing.
        let is_always = matches!(entry.kind, Kind::Count | Kind::Time | Kind::Map);
        if is_always { members.has(entry.key(), one(entry)) } else { members.may_have(entry.key(), one(entry)) }
    });
    members.into()
}

fn titles(object: &Object) -> String {
    let titles: Vec<&str> = object.entries.iter().map(|entry| entry.title.as_str()).collect();
    format!("{}.", titles.join("; "))
}

fn scopes(scopes: Scopes) -> &'static str {
    match scopes {
        Scopes::All => "",
        Scopes::AccountAndSkill => " Of the account and of skills alone.",
        Scopes::AccountAndAgent => " Of the account and of agents alone.",
    }
}

fn one(entry: &Entry) -> RefOr<Schema> {
    let about = format!("{} ({}.){}", entry.help, entry.formula, scopes(entry.scopes));
    match entry.label() {
        Some(label) if label.keyed => map(&about, label).into(),
        Some(label) => {
            let (words, number) = (Some(label.words.len()), plain("", entry));
            list(&format!("{about} In the order of {}.", label.words.join(", ")), number)
                .min_items(words)
                .max_items(words)
                .into()
        }
        None => plain(&about, entry).into(),
    }
}

/// A map has what happened alone.
fn map(about: &str, label: Label) -> ObjectBuilder {
    label.words.iter().fold(object(about), |map, word| map.may_have(word, whole("How many.").minimum(Some(1))))
}

fn plain(about: &str, entry: &Entry) -> schema::ObjectBuilder {
    match (entry.kind, entry.unit()) {
        (Kind::Count | Kind::Map | Kind::Time | Kind::Percentile, _) => whole(about),
        (Kind::Share | Kind::Interval, _) => number(about, 0.0, Some(1.0)),
        (Kind::Mean, Unit::Ms) => number(about, 0.0, None),
        (Kind::Mean, _) => number(about, 1.0, Some(5.0)),
        (Kind::Flag, _) => boolean(about).enum_values(Some([true])),
    }
}
