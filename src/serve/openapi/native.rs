//! The endpoints under `/v1/accounts`, and the catalogue.

use serde_json::{Value, json};
use utoipa::openapi::path::Parameter;
use utoipa::openapi::schema::ObjectBuilder;

use super::endpoint::Endpoint;
use super::metrics::{self, METRICS};
use super::parameters::{account, comma_list, optional, paging, search, time_and_filters};
use super::schemas::{
    Members as _, Named, boolean, component, id, list, named, object, parsed, text, time, whole, word,
};
use crate::domain::answers::catalogue::{self, Metric};
use crate::domain::answers::questions::{Answer, AnswerRow, Dimension, Id, MOST_GROUPED};
use crate::domain::span::Span;
use crate::serve::native::metrics::COMPARED;
use crate::serve::native::{CATALOGUE, catalogue as told, exports};
use crate::wire::output::json::{Head, Table, answer_json, id_key};
use crate::wire::words::{DIMENSIONS, UNITS};

pub(super) const TAG: &str = "questions";
pub(super) const EXPORT_TAG: &str = "exports";

const TABLE: &str = "MetricsAnswer";
const CATALOGUE_SCHEMA: &str = "Catalogue";
/// The pattern of so much time in whole five minutes.
const INTERVAL: &str = "^0*([1-9][0-9]{0,1}[05]|1[0-3][0-9][05]|14[0-3][05]|1440|5)m$|^0*([1-9]|1[0-9]|2[0-4])h$";
/// 12:00 on a working day.
const NOON: i64 = 1_767_614_400_000;

/// A question about an account, which may be wrong, or of an unknown account, or too much.
pub(super) fn question(path: &str, id: &str) -> Endpoint {
    let endpoint = Endpoint::get(format!("/v1/accounts/{{account}}/{path}"), id).needs_key();
    endpoint.takes([account()]).refuses(&[400, 404, 429])
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    let facts = "One line for each fact that stands, the newest five minutes first: when it was so (of what goes on for a \
        while its end), what, milliseconds or points, and whom and what it is credited to. `counts_in` has the kinds of \
        scope in which it counts: the numbers of an account are made of the facts with `account` in it, and so on. Topics \
        and kinds are separated by `;`; `\\` stands before a `;` or `\\` in a topic. What still runs is no fact yet. Values \
        are written as they are: one that begins with `=`, `+` or `@` stands in quotes, and a spreadsheet may take it for a formula.";
    let buckets = "One line for each five minutes, named by their end and the newest first, and each scope (account, skill, \
        agent, agent within a skill) with anything in it; one column for each number of the catalogue, empty where there is none. With \
        filters the numbers are those of the metrics with the same filters.";
    vec![
        Endpoint::get(CATALOGUE, "catalogue").says(TAG, "What every number means", "").needs_key().answers_json(
            "Every number there is.",
            CATALOGUE_SCHEMA,
            first_of_catalogue(),
        ),
        question("metrics", "metrics")
            .says(TAG, "Metrics by any grouping and filter", "")
            .takes(time_and_filters())
            .takes(of_metrics())
            .answers_json("The rows.", TABLE, example())
            .refuses(&[406, 410]),
        export("facts", "export_facts", "The facts behind all numbers", facts, exports::FACTS_EXAMPLE),
        export("buckets", "export_buckets", "The metrics of every five minutes", buckets, exports::BUCKETS_EXAMPLE),
    ]
}

fn export(what: &str, id: &str, summary: &str, about: &str, example: &str) -> Endpoint {
    question(&format!("export/{what}.csv"), id)
        .says(EXPORT_TAG, summary, about)
        .takes(time_and_filters())
        .answers_text(200, "Lines of comma-separated values (RFC 4180), with a header.", exports::KIND, example)
        .refuses(&[406])
}

fn of_metrics() -> Vec<Parameter> {
    let sorted =
        "What rows are sorted by: the path of a number, or one of `group_by`; `-` before it for the greatest first.";
    let interval = "With the numbers of each so much of time: a multiple of five minutes.";
    let mut all = vec![
        optional("interval", interval, text(interval).pattern(Some(INTERVAL))),
        optional("sort", sorted, text(sorted).pattern(Some(sorted_by()))),
        search(),
    ];
    all.extend(of_groups());
    all.extend(paging());
    all
}

/// What rows there are, and what of them is told.
pub(super) fn of_groups() -> Vec<Parameter> {
    let dimension = || word("", DIMENSIONS.iter().map(|(word, _)| *word));
    let members = word("", catalogue::objects().iter().map(|object| object.name));
    let grouped = format!("By what rows are told apart: up to {MOST_GROUPED} different ones. None: one row.");
    vec![
        comma_list("group_by", &grouped, dimension(), Some(MOST_GROUPED)),
        optional("compare", "Beside each row the time just before.", word("", COMPARED.iter().map(|(word, _)| *word))),
        comma_list("metrics", "Only these members of `metrics`.", members, None),
    ]
}

/// The pattern of what rows can be sorted by.
fn sorted_by() -> String {
    let numbers = Metric::all().filter(Metric::is_one_number).map(|metric| metric.path().replace('.', r"\."));
    let all: Vec<String> = numbers.chain(DIMENSIONS.iter().map(|(word, _)| (*word).to_owned())).collect();
    format!("^-?({})$", all.join("|"))
}

/// The schemas of their bodies.
pub(super) fn schemas() -> Vec<Named> {
    vec![component(TABLE, table()), component(CATALOGUE_SCHEMA, of_catalogue())]
}

/// How every answer about an account begins.
pub(super) fn head(about: &str) -> ObjectBuilder {
    object(about)
        .has("account_id", id("The account."))
        .has("as_of", time("The moment of every number."))
        .has("revision", whole("How much had been read then: it never falls."))
        .has("stale_ms", whole("How far behind the source this instance may be."))
        .may_have(
            "complete_since",
            time("From when on everything has been read, where the question reaches further back."),
        )
}

pub(super) fn span(of: ObjectBuilder) -> ObjectBuilder {
    of.has("from", time("From when on.")).has("to", time("Until when."))
}

fn table() -> ObjectBuilder {
    let dimension = word("", DIMENSIONS.iter().map(|(word, _)| *word));
    let of_time = || span(object("The numbers of a time.")).has("metrics", named(METRICS));
    let row = DIMENSIONS.iter().fold(object("One group."), |row, (_, dimension)| {
        row.may_have(id_key(*dimension), id("Whom or what it is of, where it is grouped by that; -1 for none."))
    });
    let row = row
        .may_have("agent_name", text("What the agent is called."))
        .may_have("contact_name", text("What the contact is called."))
        .has("metrics", named(METRICS))
        .may_have("previous", of_time())
        .may_have("intervals", list("From the oldest on.", of_time()));
    span(head("Metrics by group."))
        .has("group_by", list("By what rows are told apart.", dimension))
        .may_have("overlapping", boolean("Whether something may count in several rows, as with several topics."))
        .may_have("private", boolean("Whether private texts are told, where rows are of people."))
        .has("rows", list("The groups; those that are zero in everything are left out.", row))
        .has("total_rows", whole("How many there are on all pages."))
        .may_have("next_page", text("What the next page is asked for by."))
}

fn example() -> Value {
    let head = Head { revision: Some(48_213), stale_ms: Some(0), ..Head::of_files("acme", NOON) };
    let metrics = Box::new(metrics::example());
    let row = AnswerRow { ids: [Id::from("4")].into_iter().collect(), metrics, intervals: Vec::new() };
    let span = Span { from: NOON - 3_600_000, to: NOON };
    let answer = Answer { span, intervals: Vec::new(), rows: vec![row], overlapping: false };
    parsed(answer_json(&Table::whole(head, &[Dimension::Skill], &answer)))
}

fn of_catalogue() -> ObjectBuilder {
    let texts = |about: &str| list(about, text(""));
    let label = object("What tells the values of a list or map apart.")
        .has("name", text("What it is called."))
        .has("words", texts("The values, in their order."));
    let entry = object("A number, or a list or map of numbers.")
        .has("path", text("Where it stands in `metrics`."))
        .has("title", text("What people call it."))
        .has("help", text("One sentence."))
        .has("unit", word("Its unit.", UNITS.iter().map(|(word, _)| *word)))
        .has("formula", text("How it is calculated, in words."))
        .has("numerator", texts("The facts above the line, or those counted or summed."))
        .has("denominator", texts("The facts below the line of a quotient."))
        .has("policy", texts("The policy's fields that touch it."))
        .has("scopes", texts("The scopes in which it exists."))
        .has("prometheus", text("Its name on `/metrics`, after that of the scope."))
        .may_have("label", label)
        .may_have("flag", boolean("Whether it is true or absent."));
    object("What every number is called, counts, and where it exists.")
        .has("metrics", list("In the order of the object.", entry))
}

fn first_of_catalogue() -> Value {
    let whole = parsed(told::json());
    json!({"metrics": [whole["metrics"][0]]})
}
