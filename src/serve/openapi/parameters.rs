//! The parameters that questions know, from the words that the endpoints read.

use serde_json::Value;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn, ParameterStyle};
use utoipa::openapi::schema::{ObjectBuilder, Schema};
use utoipa::openapi::{RefOr, Required};

use super::schemas::{id, list, text, time, whole};
use crate::domain::answers::questions::Dimension;
use crate::serve::native::asked::{FILTERS, LONGEST_SEARCH, TIME};
use crate::serve::native::paging::MOST_ROWS;
use crate::wire::window::RIGHT;
use crate::wire::words::{DIMENSIONS, value_of};

/// The pattern of a window.
const WINDOW: &str = "^0*([1-9][0-9]{0,2}|1[0-3][0-9]{2}|14[0-3][0-9]|1440)m$|^0*([1-9]|1[0-9]|2[0-4])h$";
/// That of what can be an id, but for its length in bytes.
pub(super) const ID: &str = r"^[^\s,\x00-\x1f\x7f-\x9f]{1,128}$";
/// That of a label without a comma.
const LABEL: &str = r"^[^\s,\x00-\x1f\x7f-\x9f]([^,\x00-\x1f\x7f-\x9f]{0,126}[^\s,\x00-\x1f\x7f-\x9f])?$";

/// The account in the path.
pub(super) fn account() -> Parameter {
    let about = "The account's id, percent-encoded.";
    let parameter = ParameterBuilder::new().name("account").parameter_in(ParameterIn::Path).required(Required::True);
    parameter.description(Some(about)).schema(Some(id(about))).example(Some(Value::from("acme"))).build()
}

/// Time and filters, which every question knows.
pub(super) fn time_and_filters() -> Vec<Parameter> {
    let times = TIME.into_iter().map(of_time);
    times.chain(FILTERS.into_iter().map(filter)).collect()
}

/// Time alone.
pub(super) fn time_only() -> Vec<Parameter> {
    TIME.into_iter().map(of_time).collect()
}

/// The window alone: what goes on has no other time.
pub(super) fn of_window() -> Parameter {
    of_time("window")
}

/// Filters alone.
pub(super) fn filters() -> Vec<Parameter> {
    FILTERS.into_iter().map(filter).collect()
}

/// Which rows of all.
pub(super) fn paging() -> Vec<Parameter> {
    let limit = whole("").minimum(Some(1)).maximum(Some(MOST_ROWS));
    let page = text("").pattern(Some("^[0-9a-f]{16}-[0-9]{1,10}$"));
    vec![
        optional("limit", "How many rows at most; 100 where nothing else is said.", limit),
        optional("page", "What `next_page` says, with the other parameters as they were.", page),
    ]
}

/// A text that is searched for.
pub(super) fn search() -> Parameter {
    let about = "Only rows with this in an id or, for keys with the right, in a name; in small letters or large.";
    optional("search", about, text(about).min_length(Some(1)).max_length(Some(LONGEST_SEARCH)))
}

/// A parameter of the address that may be left out.
pub(super) fn optional(name: &str, about: &str, schema: impl Into<RefOr<Schema>>) -> Parameter {
    query(name, about).schema(Some(schema)).build()
}

/// One that must be there.
pub(super) fn required(name: &str, about: &str, schema: impl Into<RefOr<Schema>>) -> Parameter {
    query(name, about).required(Required::True).schema(Some(schema)).build()
}

/// A list, separated by commas; where it has so many items at most, each once.
pub(super) fn comma_list(name: &str, about: &str, of: ObjectBuilder, most: Option<usize>) -> Parameter {
    let list = list(about, of).min_items(Some(1)).max_items(most).unique_items(most.is_some());
    query(name, about).style(Some(ParameterStyle::Form)).explode(Some(false)).schema(Some(list)).build()
}

/// A window as a word.
pub(super) fn window(about: &str) -> ObjectBuilder {
    text(about).pattern(Some(WINDOW))
}

fn query(name: &str, about: &str) -> ParameterBuilder {
    let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query);
    parameter.required(Required::False).description(Some(about))
}

fn of_time(name: &str) -> Parameter {
    match name {
        "window" => {
            let about = format!(
                "The last so much of time, in whole five minutes: {RIGHT}. Not beside `from`. An hour if no time is given."
            );
            optional(name, &about, window(&about).default(Some(Value::from("60m"))))
        }
        "from" => {
            let about =
                "From when on, within the last 24 hours; from the beginning of the five minutes in which it lies.";
            optional(name, about, time(about))
        }
        _ => {
            let about = "Until when; now if it is not given. Needs `from`.";
            optional(name, about, time(about))
        }
    }
}

fn filter(name: &str) -> Parameter {
    let about = format!("Only what is credited to any of these, -1 for none: each {name}.");
    let is_label = matches!(value_of(DIMENSIONS, name), Some(Dimension::Channel | Dimension::Topic));
    let item = text("").pattern(Some(if is_label { LABEL } else { ID }));
    comma_list(name, &about, item, None)
}
