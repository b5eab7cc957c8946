//! The kinds of problem, one constructor each.

use std::borrow::Cow;
use std::time::Duration;

use axum::http::StatusCode;

use super::{Problem, shortened};
use crate::serve::traffic::Refused;
use crate::wire::nearest::hint;

/// Faults of a request.
impl Problem {
    /// 400: a parameter, in the address or the body, has a value that it cannot have.
    #[must_use]
    pub fn invalid_parameter(parameter: &str, value: &str, what: impl Into<Cow<'static, str>>, allowed: &str) -> Self {
        let problem = Self::new("invalid-parameter", "A parameter has a wrong value", StatusCode::BAD_REQUEST, what);
        problem.of_parameter(parameter).with_value(value).allowing(allowed)
    }

    /// 400: a parameter that must be there is not.
    #[must_use]
    pub fn missing_parameter(parameter: &str, allowed: &str) -> Self {
        let what = format!("{parameter} must be given");
        let problem = Self::new("missing-parameter", "A parameter is missing", StatusCode::BAD_REQUEST, what);
        problem.of_parameter(parameter).allowing(allowed)
    }

    /// 400: a parameter stands there more often than once.
    #[must_use]
    pub fn repeated_parameter(parameter: &str) -> Self {
        let what = format!("{} stands there more than once", shortened(parameter));
        let problem = Self::new("repeated-parameter", "A parameter is repeated", StatusCode::BAD_REQUEST, what);
        problem
            .of_parameter(parameter)
            .allowing("one value, or one list separated by commas where the parameter takes a list")
    }

    /// 400: there is no such parameter among those `known` here; the nearest one is suggested.
    #[must_use]
    pub fn unknown_parameter(parameter: &str, known: &[&str]) -> Self {
        let hint = hint(parameter, known.iter().copied());
        let what = format!("there is no parameter {:?} here{hint}", shortened(parameter));
        let problem = Self::new("unknown-parameter", "A parameter is unknown", StatusCode::BAD_REQUEST, what);
        problem.of_parameter(parameter).allowing(&known.join(", "))
    }

    /// 400: the body is not what is asked for.
    #[must_use]
    pub fn malformed_body(what: impl Into<Cow<'static, str>>) -> Self {
        Self::new("malformed-body", "The body cannot be read", StatusCode::BAD_REQUEST, what)
    }

    /// 404: there is nothing at this address.
    #[must_use]
    pub fn no_such_path() -> Self {
        let what = "there is nothing at this address; /openapi.json lists what there is";
        Self::new("no-such-path", "There is nothing here", StatusCode::NOT_FOUND, what)
    }

    /// 404: nothing is known under this id. For accounts see [`unknown_account`](crate::serve::access::unknown_account).
    #[must_use]
    pub fn unknown_id(parameter: &str, id: &str) -> Self {
        let what = format!("nothing is known of this {}", parameter.trim_end_matches("_id"));
        let problem = Self::new("unknown-id", "The id is unknown", StatusCode::NOT_FOUND, what);
        problem.of_parameter(parameter).with_value(id)
    }

    /// 405: the address knows other methods; the header `Allow`, which the router adds, has them.
    #[must_use]
    pub fn wrong_method() -> Self {
        let what = "the address does not take this method; the header Allow has those that it takes";
        Self::new("wrong-method", "The method is not allowed", StatusCode::METHOD_NOT_ALLOWED, what)
    }

    /// 406: the client takes nothing of what there is.
    #[must_use]
    pub fn not_acceptable(allowed: &str) -> Self {
        let what = "the header Accept allows no form that this answer has";
        let problem = Self::new("not-acceptable", "No form is acceptable", StatusCode::NOT_ACCEPTABLE, what);
        problem.of_parameter("Accept").allowing(allowed)
    }

    /// 408: the request's body did not come in time.
    #[must_use]
    pub fn slow_body() -> Self {
        let what = "the body did not come in time";
        Self::new("slow-body", "The request took too long", StatusCode::REQUEST_TIMEOUT, what)
    }

    /// 410: a page of a revision that is not kept any more.
    #[must_use]
    pub fn page_gone() -> Self {
        let what = "this page is of a revision that is not kept any more; begin again without the parameter page";
        let problem = Self::new("page-gone", "The page is gone", StatusCode::GONE, what);
        problem.of_parameter("page")
    }

    /// 413: the body is too large.
    #[must_use]
    pub fn too_large(most_bytes: usize) -> Self {
        let what = format!("the body is larger than {most_bytes} bytes");
        Self::new("too-large", "The body is too large", StatusCode::PAYLOAD_TOO_LARGE, what)
    }

    /// 414: the address is too long.
    #[must_use]
    pub fn too_long(most_bytes: usize) -> Self {
        let what = format!("the address is longer than {most_bytes} bytes");
        Self::new("too-long", "The address is too long", StatusCode::URI_TOO_LONG, what)
    }

    /// 415: the body is of another kind.
    #[must_use]
    pub fn wrong_media_type(allowed: &str) -> Self {
        let what = "the header Content-Type names a kind of body that is not read here";
        let problem =
            Self::new("wrong-media-type", "The body is of another kind", StatusCode::UNSUPPORTED_MEDIA_TYPE, what);
        problem.of_parameter("Content-Type").allowing(allowed)
    }
}

/// Who may not ask, or not so much.
impl Problem {
    /// 401: it is not known who asks. The same whatever accounts there are.
    #[must_use]
    pub fn unauthorized(what: impl Into<Cow<'static, str>>, challenge: &'static str) -> Self {
        let problem = Self::new("unauthorized", "A valid key is needed", StatusCode::UNAUTHORIZED, what);
        problem.asking(challenge).counted(Refused::Unauthorized)
    }

    /// 403: who asks is known, and may not. The same whether or not there is what they ask for.
    #[must_use]
    pub fn forbidden(what: impl Into<Cow<'static, str>>) -> Self {
        let problem = Self::new("forbidden", "This is not allowed", StatusCode::FORBIDDEN, what);
        problem.counted(Refused::Unauthorized)
    }

    /// 403: a parameter asks for what only keys with the right `private` may see.
    #[must_use]
    pub fn needs_private(parameter: &str, allowed: &str) -> Self {
        let what = "this asks for private texts, for which the key has no right (cxpulse keys create --private)";
        Self::forbidden(what).of_parameter(parameter).allowing(allowed)
    }

    /// 429: somebody asks for too much at once, or too often.
    #[must_use]
    pub fn too_many(what: impl Into<Cow<'static, str>>, retry_after: Duration) -> Self {
        let problem = Self::new("too-many-requests", "Too many requests", StatusCode::TOO_MANY_REQUESTS, what);
        problem.after(retry_after).counted(Refused::TooMany)
    }
}

impl Problem {
    /// 429: an address has as many connections as it may have.
    #[must_use]
    pub fn too_many_of_address(most: usize) -> Self {
        let what = format!("{most} connections come from this address, which is half of http_connections");
        Self::too_many(what, Duration::from_secs(1))
    }
}

/// What is no fault of the request.
impl Problem {
    /// 500: a bug of ours.
    #[must_use]
    pub fn internal() -> Self {
        let what = "the answer could not be made, which is a fault of this server; its log says more";
        Self::new("internal", "The server failed", StatusCode::INTERNAL_SERVER_ERROR, what)
    }

    /// 503: others ask for too much at the moment.
    #[must_use]
    pub fn busy() -> Self {
        let what = "others ask for so much at the moment that this has to wait; ask again in a second";
        Self::unavailable("busy", "The server is busy", what).counted(Refused::Busy)
    }

    /// 503: there are as many connections as there may be.
    #[must_use]
    pub fn full() -> Self {
        let what = "there are as many connections as http_connections is";
        Self::unavailable("full", "There is no room for a connection", what).counted(Refused::Connections)
    }

    /// 503: what was there at the start is still being read.
    #[must_use]
    pub fn not_ready() -> Self {
        let what = "what was there at the start is still to be read; /readyz tells when it has been";
        Self::unavailable("not-ready", "The server is not ready", what)
    }

    fn unavailable(slug: &str, title: &'static str, what: &'static str) -> Self {
        let problem = Self::new(slug, title, StatusCode::SERVICE_UNAVAILABLE, what);
        problem.after(Duration::from_secs(1))
    }
}
