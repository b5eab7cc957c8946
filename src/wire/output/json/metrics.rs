//! The `metrics` object of SPEC §4, the same in topics, replay and the HTTP API: the catalogue's numbers, in its order.

use crate::domain::answers::catalogue::{self, Entry, Number, Object, Read};
use crate::domain::answers::metrics::Metrics;

use super::writer::JsonWriter;

/// The `metrics` object as a whole text.
#[must_use]
pub fn metrics_json(metrics: &Metrics) -> Vec<u8> {
    JsonWriter::document(|json| members(json, metrics))
}

/// The `metrics` object as the next value.
pub(super) fn write_metrics(json: &mut JsonWriter, metrics: &Metrics) {
    json.object(|json| members(json, metrics));
}

fn members(json: &mut JsonWriter, metrics: &Metrics) {
    for object in catalogue::objects().iter().filter(|object| object.exists(metrics)) {
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
    match entry.read {
        Read::Each(label, _) if label.keyed => json.key(entry.key()).object(|json| {
            // A map has no zeros: what is not there did not happen.
            for (place, number) in numbers.filter(|(_, number)| !number.is_zero()) {
                write_number(json.key(label.words[place]), number);
            }
        }),
        Read::Each(..) => {
            if numbers.peek().is_some() {
                json.key(entry.key()).array(numbers.map(|(_, number)| number), write_number);
            }
        }
        Read::One(_) | Read::Of(..) | Read::OfSla(..) => {
            numbers.for_each(|(_, number)| write_number(json.key(entry.key()), number));
        }
    }
}

fn write_number(json: &mut JsonWriter, number: Number) {
    match number {
        Number::Count(n) | Number::Millis(n) => json.integer(n),
        Number::MeanMillis(x) | Number::Quotient(x) => json.quotient(x),
        Number::Flag => json.boolean(true),
    }
}
