//! The catalogue of metrics: what every number is called, its unit and formula, and where it exists.

use serde::Serialize;

use crate::domain::answers::catalogue::{Entry, Kind, Scopes, entries, policy_fields};
use crate::domain::fact::FactKind;
use crate::serve::families;
use crate::wire::output::fact_words::fact_word;
use crate::wire::output::policy_field::field_name;
use crate::wire::words::{UNITS, word_of};

#[derive(Serialize)]
struct Catalogue {
    metrics: Vec<Told>,
}

#[derive(Serialize)]
struct Told {
    path: &'static str,
    title: &'static str,
    help: &'static str,
    unit: &'static str,
    formula: &'static str,
    /// The facts above the line, or those counted or summed.
    numerator: Vec<&'static str>,
    /// Those below it, of a quotient.
    denominator: Vec<&'static str>,
    policy: Vec<&'static str>,
    scopes: &'static [&'static str],
    prometheus: String,
    /// The label of a list or map, and its words.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<Label>,
    /// Whether it is true or absent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    flag: bool,
}

#[derive(Serialize)]
struct Label {
    name: &'static str,
    words: &'static [&'static str],
}

/// All of it, as JSON.
pub(in crate::serve) fn json() -> Vec<u8> {
    let catalogue = Catalogue { metrics: entries().iter().map(told).collect() };
    serde_json::to_vec(&catalogue).expect("texts are JSON")
}

fn told(entry: &'static Entry) -> Told {
    let label = entry.label().map(|label| Label { name: label.name, words: label.words });
    Told {
        path: &entry.path,
        title: &entry.title,
        help: &entry.help,
        unit: word_of(UNITS, &entry.unit()),
        formula: &entry.formula,
        numerator: words(&entry.numerator.concat()),
        denominator: words(entry.denominator),
        policy: policy_fields(&entry.path).iter().map(|field| field_name(*field)).collect(),
        scopes: scopes(entry.scopes),
        prometheus: families::key(&entry.path),
        label,
        flag: entry.kind == Kind::Flag,
    }
}

fn words(facts: &[FactKind]) -> Vec<&'static str> {
    let mut words: Vec<&'static str> = facts.iter().map(|kind| fact_word(*kind)).collect();
    words.dedup();
    words
}

fn scopes(scopes: Scopes) -> &'static [&'static str] {
    match scopes {
        Scopes::All => &["account", "skill", "agent", "agent_skill"],
        Scopes::AccountAndSkill => &["account", "skill"],
        Scopes::AccountAndAgent => &["account", "agent"],
    }
}
