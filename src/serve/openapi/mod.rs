//! The description of the HTTP API (OpenAPI 3.1), made from the code: numbers from the catalogue, parameters from the words
//! that the endpoints read, examples by the writers of the answers.
//!
//! A new endpoint is a line in [`native`], or in the file of its kind; tests compare the lines with the router.

mod answers;
mod endpoint;
mod lists;
mod liveperson;
mod metrics;
mod native;
mod pages;
mod parameters;
mod schemas;
mod session;

use std::sync::LazyLock;

use axum::Router;
use axum::routing::get;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, PathsBuilder,
};

use self::endpoint::Endpoint;
use super::access::{API_KEY, COOKIE};
use super::asking::json;

/// Where it is served.
pub(super) const PATH: &str = "/openapi.json";

const ABOUT: &str = "Live numbers of a contact centre: CSAT, first response, handle time and resolution, by account, skill \
    and agent. Every answer is made from one view of an account, as of the moment that it names.";

/// What belongs together, in the order in which it is shown.
const TAGS: [(&str, &str); 5] = [
    (native::TAG, "Questions about an account."),
    (native::EXPORT_TAG, "What stands behind the numbers, as files."),
    (liveperson::TAG, "LivePerson's methods, so that clients written for them need only another host and key."),
    (session::TAG, "How a browser signs in."),
    (pages::TAG, "The wallboard, probes, pages for Prometheus, and this description."),
];

/// The route of the description, which needs no key.
pub(super) fn routes() -> Router {
    Router::new().route(PATH, get(|| async { json(text().clone()) }))
}

/// The description, as JSON; it is made once.
fn text() -> &'static Vec<u8> {
    static TEXT: LazyLock<Vec<u8>> =
        LazyLock::new(|| serde_json::to_vec(&document()).expect("it is texts and numbers"));
    &TEXT
}

fn document() -> OpenApi {
    let license = LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build();
    let info = InfoBuilder::new().title("cxpulse").version(env!("CARGO_PKG_VERSION")).description(Some(ABOUT));
    let paths = endpoints().into_iter().fold(PathsBuilder::new(), |paths, endpoint| {
        let (path, item) = endpoint.described();
        paths.path(path, item)
    });
    let tag = |(name, about)| TagBuilder::new().name(name).description(Some(about)).build();
    OpenApiBuilder::new()
        .info(info.license(Some(license)).build())
        .paths(paths.build())
        .components(Some(components()))
        .tags(Some(TAGS.map(tag)))
        .build()
}

/// Everything that is served.
fn endpoints() -> Vec<Endpoint> {
    let all =
        [native::endpoints(), lists::endpoints(), liveperson::endpoints(), session::endpoints(), pages::endpoints()];
    all.into_iter().flatten().collect()
}

fn components() -> Components {
    let schemas = [
        answers::schemas(),
        metrics::schemas(),
        native::schemas(),
        lists::schemas(),
        liveperson::schemas(),
        session::schemas(),
        pages::schemas(),
    ];
    let components = ComponentsBuilder::new().schemas_from_iter(schemas.into_iter().flatten());
    let components = components.responses_from_iter(answers::problems());
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("A key of `cxpulse keys create`."));
    let of_header = ApiKeyValue::with_description(API_KEY.as_str(), "The same key.");
    let of_cookie = ApiKeyValue::with_description(COOKIE, "A browser's session, for which it traded a key.");
    components
        .security_scheme(endpoint::BEARER, SecurityScheme::Http(bearer.build()))
        .security_scheme(endpoint::KEY, SecurityScheme::ApiKey(ApiKey::Header(of_header)))
        .security_scheme(endpoint::SESSION, SecurityScheme::ApiKey(ApiKey::Cookie(of_cookie)))
        .build()
}

/// Every path that is described, for tests of the router.
#[cfg(test)]
pub(super) fn paths() -> std::collections::BTreeSet<String> {
    document().paths.paths.into_keys().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    fn value() -> Value {
        serde_json::from_slice(text()).expect("it is JSON")
    }

    /// Everything that stands under a name, wherever.
    fn all<'v>(name: &str, within: &'v Value) -> Vec<&'v Value> {
        let mut found = Vec::new();
        match within {
            Value::Object(members) => {
                for (key, value) in members {
                    found.extend(Some(value).filter(|_| key == name));
                    found.extend(all(name, value));
                }
            }
            Value::Array(items) => items.iter().for_each(|item| found.extend(all(name, item))),
            _ => {}
        }
        found
    }

    #[test]
    fn it_is_openapi_3_1_and_whatever_it_refers_to_is_there() {
        let value = value();
        assert!(value["openapi"].as_str().expect("a version").starts_with("3.1"));
        let references = all("$ref", &value);
        assert!(references.len() > 50, "problems and bodies are referred to");
        for reference in references {
            let place = reference.as_str().and_then(|text| text.strip_prefix('#')).expect("a place in this text");
            assert!(value.pointer(place).is_some(), "{place}");
        }
    }

    #[test]
    fn each_operation_has_a_name_of_its_own_and_says_what_it_answers() {
        let value = value();
        let ids: BTreeSet<&str> = all("operationId", &value).into_iter().filter_map(Value::as_str).collect();
        assert_eq!(ids.len(), endpoints().len());
        for answers in all("responses", &value["paths"]) {
            assert!(answers.as_object().expect("by status").keys().any(|status| status.starts_with('2')));
        }
        for tag in all("tags", &value["paths"]) {
            assert!(TAGS.iter().any(|(name, _)| tag[0] == *name), "{tag}");
        }
    }

    #[test]
    fn each_body_of_json_has_an_example_with_what_its_schema_requires() {
        let value = value();
        for content in all("application/json", &value) {
            let schema = &content["schema"];
            let schema = match schema["$ref"].as_str().and_then(|text| text.strip_prefix('#')) {
                Some(place) => value.pointer(place).expect("it is there"),
                None => schema,
            };
            let example = content["example"].as_object().unwrap_or_else(|| panic!("no example: {content}"));
            for required in schema["required"].as_array().into_iter().flatten() {
                assert!(example.contains_key(required.as_str().expect("a name")), "{required} in {content}");
            }
            let known = schema["properties"].as_object();
            for name in example.keys() {
                assert!(known.is_none_or(|known| known.contains_key(name)), "{name} in {content}");
            }
        }
    }
}
