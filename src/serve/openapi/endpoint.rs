//! One endpoint of the description: what it takes, and every status that it answers.

use serde_json::Value;
use utoipa::openapi::header::Header;
use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder, Parameter, PathItem};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::Schema;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, ResponseBuilder};

use super::answers::problem_name;
use super::schemas::text;

/// The ways to send a key.
pub(super) const BEARER: &str = "bearer";
/// Likewise.
pub(super) const KEY: &str = "key";
/// Likewise.
pub(super) const SESSION: &str = "session";

/// What may be answered by whatever takes a request: it is too large or too long, others ask for too much, or we failed.
const ANYWHERE: [u16; 4] = [413, 414, 500, 503];
/// What may be answered where a key is needed.
const BEHIND_KEYS: [u16; 2] = [401, 403];

/// An endpoint under construction.
pub(super) struct Endpoint {
    path: String,
    method: HttpMethod,
    operation: OperationBuilder,
}

impl Endpoint {
    /// One that is asked by GET, without a key.
    pub(super) fn get(path: impl Into<String>, id: &str) -> Self {
        Self::new(HttpMethod::Get, path, id)
    }

    /// The same by any method. `id` is what generated clients call it.
    pub(super) fn new(method: HttpMethod, path: impl Into<String>, id: &str) -> Self {
        let operation = OperationBuilder::new().operation_id(Some(id));
        // No requirement, rather than none said: that would be those of the whole description.
        let operation = operation.securities(Some::<[SecurityRequirement; 0]>([]));
        let endpoint = Self { path: path.into(), method, operation };
        endpoint.refuses(&ANYWHERE)
    }

    /// What it is for.
    pub(super) fn says(self, tag: &str, summary: &str, description: &str) -> Self {
        let description = (!description.is_empty()).then_some(description);
        self.with(|operation| operation.tag(tag).summary(Some(summary)).description(description))
    }

    /// That it needs a key.
    pub(super) fn needs_key(self) -> Self {
        let requirement = |name: &str| SecurityRequirement::new(name, [] as [&str; 0]);
        let any_of = [BEARER, KEY, SESSION].map(requirement);
        self.refuses(&BEHIND_KEYS).with(|operation| operation.securities(Some(any_of)))
    }

    /// The parameters that it takes.
    pub(super) fn takes(self, parameters: impl IntoIterator<Item = Parameter>) -> Self {
        parameters
            .into_iter()
            .fold(self, |endpoint, parameter| endpoint.with(|operation| operation.parameter(parameter)))
    }

    /// The body that it takes, as JSON.
    pub(super) fn takes_json(self, schema: &str, example: Value) -> Self {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).example(Some(example)).build();
        let body =
            RequestBodyBuilder::new().content("application/json", content).required(Some(Required::True)).build();
        self.refuses(&[408, 415]).with(|operation| operation.request_body(Some(body)))
    }

    /// That it answers JSON of a component's schema.
    pub(super) fn answers_json(self, about: &str, schema: &str, example: Value) -> Self {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).example(Some(example)).build();
        let answer = ResponseBuilder::new().description(about).content("application/json", content);
        self.with(|operation| operation.response("200", with_request_id(answer).build()))
    }

    /// That it answers text of a kind.
    pub(super) fn answers_text(self, status: u16, about: &str, kind: &str, example: &str) -> Self {
        self.answers_any(status, about, [(kind, example)])
    }

    /// That it answers text of one of some kinds, each with an example.
    pub(super) fn answers_any<'t>(
        self,
        status: u16,
        about: &str,
        kinds: impl IntoIterator<Item = (&'t str, &'t str)>,
    ) -> Self {
        let answer = ResponseBuilder::new().description(about);
        let answer = kinds.into_iter().fold(answer, |answer, (kind, example)| {
            let schema = RefOr::<Schema>::from(text(about));
            let content = ContentBuilder::new().schema(Some(schema)).example(Some(Value::from(example))).build();
            answer.content(kind, content)
        });
        self.with(|operation| operation.response(status.to_string(), answer.build()))
    }

    /// That it answers without a body.
    pub(super) fn answers_nothing(self, status: u16, about: &str) -> Self {
        let answer = with_request_id(ResponseBuilder::new().description(about));
        self.with(|operation| operation.response(status.to_string(), answer.build()))
    }

    /// That it may refuse with problems of these statuses.
    pub(super) fn refuses(self, statuses: &[u16]) -> Self {
        statuses.iter().fold(self, |endpoint, status| {
            let problem = Ref::from_response_name(problem_name(*status));
            endpoint.with(|operation| operation.response(status.to_string(), problem))
        })
    }

    /// Its path, and what the description says of it.
    pub(super) fn described(self) -> (String, PathItem) {
        let operation: Operation = self.operation.build();
        (self.path, PathItem::new(self.method, operation))
    }

    fn with(self, change: impl FnOnce(OperationBuilder) -> OperationBuilder) -> Self {
        Self { operation: change(self.operation), ..self }
    }
}

/// Every answer of the API has one.
fn with_request_id(answer: ResponseBuilder) -> ResponseBuilder {
    let about = "What the request is called in the log: its own `X-Request-Id`, or a new one.";
    answer.header("X-Request-Id", Header::new(text(about)))
}
