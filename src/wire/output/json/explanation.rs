//! Why a number is what it is, as JSON: the formula, both sides of its line, the rows, what was left out and why.

use crate::domain::answers::catalogue::{PolicyField, policy_fields};
use crate::domain::answers::explain::{Counts, Excluded, Explanation, InForce, Row};
use crate::wire::output::fact_words::row_word;
use crate::wire::output::policy_field::{FieldValue, field_name, field_value};
use crate::wire::words::{UNITS, word_of};

use super::head::{Head, write_span};
use super::metrics::write_value;
use super::writer::JsonWriter;

/// An explanation, with private words where the head says so; `next_page` is what the next page of its rows is asked for by, if there is one.
#[must_use]
pub fn explanation_json(head: &Head<'_>, explanation: &Explanation<'_>, next_page: Option<&str>) -> Vec<u8> {
    let Explanation { metric, span, value, numerator, denominator, conversations, total_rows, .. } = explanation;
    JsonWriter::document(|json| {
        head.write(json, Some(span.from));
        json.key("metric").text(&metric.path());
        json.key("title").text(&metric.title());
        json.key("unit").text(word_of(UNITS, &metric.entry.unit()));
        json.key("formula").text(&metric.entry.formula);
        if let Some(value) = value {
            write_value(json.key("value"), value);
        }
        for (key, side) in [("numerator", numerator), ("denominator", denominator)] {
            if let Some(number) = side {
                json.key(key).integer(*number);
            }
        }
        write_span(json, *span);
        write_policies(json, policy_fields(&metric.entry.path), &explanation.policies);
        json.key("conversations").integer(*conversations);
        let private = head.shows_private();
        json.key("rows").array(&explanation.rows, |json, row| write_row(json, row, private));
        json.key("total_rows").integer(*total_rows);
        json.key("excluded").array(&explanation.excluded, |json, excluded| write_excluded(json, excluded, private));
        json.optional_text("next_page", next_page);
    })
}

/// The versions in force, each with what it says in the fields that touch the number; a field that it leaves open is not
/// there. Where no field touches it, there is nothing to tell.
fn write_policies(json: &mut JsonWriter, fields: &[PolicyField], policies: &[InForce<'_>]) {
    let told = policies.iter().filter(|_| !fields.is_empty());
    json.key("policy").array(told, |json, version| {
        json.object(|json| {
            if let Some(from) = version.effective_from {
                json.key("effective_from").time(from);
            }
            json.key("fields").object(|json| {
                let said = fields.iter().filter_map(|field| Some((field, field_value(*field, version.policy)?)));
                said.for_each(|(field, value)| write_field(json.key(field_name(*field)), value));
            });
        });
    });
}

fn write_field(json: &mut JsonWriter, value: FieldValue) {
    match value {
        FieldValue::Whole(number) => json.integer(number),
        FieldValue::Share(share) => json.quotient(share),
        FieldValue::Word(word) => json.text(word),
        FieldValue::Flag(flag) => json.boolean(flag),
    }
}

fn write_row(json: &mut JsonWriter, row: &Row<'_>, private: bool) {
    json.object(|json| {
        json.optional_text("conversation_id", row.conversation);
        json.key("at").time(row.at);
        json.optional_text("agent_id", row.agent);
        json.key("skill_id").text(row.skill);
        json.optional_text("line_id", row.line);
        json.optional_text("contact_id", row.contact);
        json.private_text("contact_name", row.contact_name, private);
        json.key("fact").text(row_word(row.what));
        if let Some(value) = row.value {
            json.key("value").integer(value);
        }
        json.key("counts").array(sides(row.counts), |json, side| json.text(side));
        json.private_text("comment", row.comment, private);
        if row.running {
            json.key("running").boolean(true);
        }
    });
}

fn sides(counts: Counts) -> impl Iterator<Item = &'static str> {
    let sides = [(counts.numerator, "numerator"), (counts.denominator, "denominator")];
    sides.into_iter().filter(|(counts, _)| *counts).map(|(_, side)| side)
}

fn write_excluded(json: &mut JsonWriter, excluded: &Excluded<'_>, private: bool) {
    json.object(|json| {
        json.key("rule").text(excluded.rule);
        json.key("reason").text(excluded.reason);
        json.key("count").integer(excluded.count);
        json.key("rows").array(&excluded.rows, |json, row| write_row(json, row, private));
    });
}
