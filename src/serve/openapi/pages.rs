//! What needs no key: the wallboard, probes, pages for Prometheus, and the description itself.

use serde_json::json;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::endpoint::Endpoint;
use super::parameters::{ID, comma_list, window};
use super::schemas::{Members as _, Named, component, text, word};
use crate::serve::http::EXPOSITION;
use crate::serve::pages::PLAIN;
use crate::serve::wallboard::{self, ASSETS, KINDS, PAGE_KIND};

pub(super) const TAG: &str = "pages";

const OPENAPI: &str = "OpenApi";
const SERIES: &str = "cxpulse_account_csat_ratio{account=\"acme\",window=\"1h\"} 0.875\n";

pub(super) fn endpoints() -> Vec<Endpoint> {
    let page = |path: &str, id: &str, summary: &str, about: &str| {
        let endpoint = Endpoint::get(path, id).says(TAG, summary, about).takes(selection());
        let endpoint = endpoint.answers_text(200, "A page of metrics.", EXPOSITION, SERIES);
        endpoint.answers_text(
            400,
            "A parameter is unknown or wrong.",
            PLAIN,
            "window = \"25h\": there is no such window\n",
        )
    };
    let narrowed = "Narrowed by lists; a word of `family` is a family's name, its end, or its object.";
    let not_ready = "not ready: what was there at the start is still to be read (cxpulse_restore_progress_ratio)\n";
    vec![
        board(),
        asset(),
        page("/metrics", "prometheus", "For Prometheus: accounts, skills, live state, and the engine", narrowed),
        page("/metrics/agents", "prometheus_agents", "For Prometheus: agents, and agents within a skill", narrowed),
        plain("/livez", "livez", "Whether the process is alive", "alive\n"),
        plain("/readyz", "readyz", "Whether it has caught up", "ready\n").answers_text(
            503,
            "What was there at the start is still being read.",
            PLAIN,
            not_ready,
        ),
        Endpoint::get(super::PATH, "openapi").says(TAG, "This description", "").answers_json(
            "OpenAPI 3.1.",
            OPENAPI,
            json!({"openapi": "3.1.0"}),
        ),
    ]
}

fn board() -> Endpoint {
    let about = "Its parameters are those of the page: which account it shows, and how. A program that was built without \
        the page lists the addresses that there are.";
    let kinds = [(PAGE_KIND, "<!doctype html>\n"), (PLAIN, "cxpulse: live contact-centre numbers\n")];
    let endpoint = Endpoint::get(wallboard::PATH, "wallboard").says(TAG, "The wallboard", about);
    endpoint.answers_any(200, "The page, or the addresses.", kinds)
}

fn asset() -> Endpoint {
    let name = word("Its name.", KINDS.map(|(name, _)| name));
    let name = ParameterBuilder::new().name("file").parameter_in(ParameterIn::Path).schema(Some(name));
    let name = name.required(Required::True).description(Some("Its name.")).build();
    let endpoint = Endpoint::get(ASSETS, "wallboard_file").says(TAG, "What the wallboard loads", "").takes([name]);
    endpoint.answers_any(200, "The file.", KINDS.map(|(_, kind)| (kind, ""))).refuses(&[404])
}

fn plain(path: &str, id: &str, summary: &str, example: &str) -> Endpoint {
    Endpoint::get(path, id).says(TAG, summary, "").answers_text(200, summary, PLAIN, example)
}

fn selection() -> Vec<Parameter> {
    let some_ids = || text("").pattern(Some(ID));
    let of = |name: &str| comma_list(name, &format!("Only these, by id: {name}s."), some_ids(), None);
    let windows = comma_list("window", "Only these rolling windows, of those that there are.", window(""), None);
    let families = comma_list("family", "Only these families; `all` for every one.", some_ids(), None);
    vec![of("account"), of("skill"), of("agent"), windows, families]
}

pub(super) fn schemas() -> Vec<Named> {
    // What is in it is said by those who make OpenAPI.
    let description = ObjectBuilder::new().schema_type(Type::Object).description(Some("A description of an API."));
    vec![component(OPENAPI, description.has("openapi", text("The version of OpenAPI.")))]
}
