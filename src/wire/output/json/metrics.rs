//! The `metrics` object of SPEC §4, the same in topics, replay and the HTTP API: the catalogue's numbers, in its order.

use crate::domain::answers::catalogue::{self, Entry, Label, Number, Object, Value};
use crate::domain::answers::metrics::Metrics;

use super::writer::JsonWriter;

/// The `metrics` object as a whole text.
#[must_use]
pub fn metrics_json(metrics: &Metrics) -> Vec<u8> {
    JsonWriter::document(|json| members(json, metrics, None))
}

/// The `metrics` object as the next value.
pub(super) fn write_metrics(json: &mut JsonWriter, metrics: &Metrics) {
    json.object(|json| members(json, metrics, None));
}

/// The same, cut to the members of these names, if there are some.
pub(super) fn write_some_metrics(json: &mut JsonWriter, metrics: &Metrics, only: Option<&[&str]>) {
    json.object(|json| members(json, metrics, only));
}

fn members(json: &mut JsonWriter, metrics: &Metrics, only: Option<&[&str]>) {
    let is_wanted = |object: &&Object| only.is_none_or(|only| only.contains(&object.name)) && object.exists(metrics);
    for object in catalogue::objects().iter().filter(is_wanted) {
        if object.is_plain() {
            write_entries(json, object, metrics);
        } else {
            json.key(object.name).object(|json| write_entries(json, object, metrics));
        }
    }
}

fn write_entries(json: &mut JsonWriter, object: &Object, metrics: &Metrics) {
    for entry in object.entries {
        write_entry(json, entry, metrics);
    }
}

fn write_entry(json: &mut JsonWriter, entry: &Entry, metrics: &Metrics) {
    let mut numbers = entry.numbers(metrics).peekable();
    match entry.label() {
        None => numbers.for_each(|(_, number)| write_number(json.key(entry.key()), number)),
        Some(label) if label.keyed || numbers.peek().is_some() => write_each(json.key(entry.key()), label, numbers),
        Some(_) => {}
    }
}

/// What a metric comes to, as it stands in the `metrics` object.
pub(super) fn write_value(json: &mut JsonWriter, value: &Value) {
    match value {
        Value::One(number) => write_number(json, *number),
        Value::Each(label, numbers) => write_each(json, *label, numbers.iter().copied()),
    }
}

/// A map or list.
fn write_each(json: &mut JsonWriter, label: Label, numbers: impl Iterator<Item = (usize, Number)>) {
    if !label.keyed {
        return json.array(numbers.map(|(_, number)| number), write_number);
    }
    json.object(|json| {
        // A map has no zeros: what is not there did not happen.
        for (place, number) in numbers.filter(|(_, number)| !number.is_zero()) {
            write_number(json.key(label.words[place]), number);
        }
    });
}

fn write_number(json: &mut JsonWriter, number: Number) {
    match number {
        Number::Count(n) | Number::Millis(n) => json.integer(n),
        Number::MeanMillis(x) | Number::Quotient(x) => json.quotient(x),
        Number::Flag => json.boolean(true),
    }
}
