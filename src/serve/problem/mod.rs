//! What every endpoint answers when it cannot do what it is asked: a problem of RFC 9457, as JSON.
//!
//! There is one constructor for each kind, so that the same fault reads the same everywhere. Where one parameter is to
//! blame it is named, with its value and what would be right.

mod kinds;

use std::borrow::Cow;
use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::traffic::Refused;

/// The media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";
/// How many characters of a wrong value are told back.
const LONGEST_VALUE: usize = 128;

/// Why there is no answer. In a box, so that a `Result` with it is no larger than its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem(Box<Told>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Told {
    #[serde(rename = "type")]
    type_: String,
    title: &'static str,
    #[serde(serialize_with = "as_number")]
    status: StatusCode,
    detail: Cow<'static, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed: Option<String>,
    #[serde(skip)]
    retry_after: Option<Duration>,
    #[serde(skip)]
    challenge: Option<&'static str>,
    #[serde(skip)]
    refused: Option<Refused>,
}

impl Problem {
    /// The status that it is answered with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// What is wrong, in words.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// Its JSON.
    #[must_use]
    pub fn body(&self) -> String {
        serde_json::to_string(&self.0).expect("strings and a number are JSON") + "\n"
    }

    fn new(slug: &str, title: &'static str, status: StatusCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Told {
            type_: format!("/problems/{slug}"),
            title,
            status,
            detail: detail.into(),
            parameter: None,
            value: None,
            allowed: None,
            retry_after: None,
            challenge: None,
            refused: None,
        }))
    }

    /// Says which parameter is to blame.
    fn of_parameter(mut self, parameter: &str) -> Self {
        self.0.parameter = Some(shortened(parameter));
        self
    }

    /// Says which value it had.
    fn with_value(mut self, value: &str) -> Self {
        self.0.value = Some(shortened(value));
        self
    }

    /// Says what would be right.
    fn allowing(mut self, allowed: &str) -> Self {
        self.0.allowed = Some(allowed.to_owned());
        self
    }

    /// Says when to come again.
    fn after(mut self, retry_after: Duration) -> Self {
        self.0.retry_after = Some(retry_after);
        self
    }

    /// Is counted as a client that was refused.
    fn counted(mut self, refused: Refused) -> Self {
        self.0.refused = Some(refused);
        self
    }

    fn asking(mut self, challenge: &'static str) -> Self {
        self.0.challenge = Some(challenge);
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut answer = (self.0.status, self.body()).into_response();
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(after) = self.0.retry_after {
            // In whole seconds, and never sooner than it makes sense.
            let seconds = after.as_millis().div_ceil(1_000).max(1);
            headers.insert(header::RETRY_AFTER, HeaderValue::from(u64::try_from(seconds).unwrap_or(u64::MAX)));
        }
        if let Some(challenge) = self.0.challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(refused) = self.0.refused {
            answer.extensions_mut().insert(refused);
        }
        answer
    }
}

fn as_number<S: serde::Serializer>(status: &StatusCode, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u16(status.as_u16())
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_VALUE) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(problem: &Problem) -> serde_json::Value {
        serde_json::from_str(&problem.body()).expect("JSON")
    }

    #[test]
    fn one_parameter_is_blamed_by_name_with_its_value_and_what_would_be_right() {
        let problem = Problem::invalid_parameter("timeframe", "0", "it is less than a minute", "1 to 1440 minutes");
        assert_eq!(
            json(&problem),
            serde_json::json!({"type": "/problems/invalid-parameter", "title": "A parameter has a wrong value",
                "status": 400, "detail": "it is less than a minute", "parameter": "timeframe", "value": "0",
                "allowed": "1 to 1440 minutes"})
        );
        let long = Problem::invalid_parameter("skill", &"ü".repeat(10_000), "it is no id", "ids");
        assert_eq!(json(&long)["value"].as_str().expect("text").chars().count(), 129);
    }

    #[test]
    fn an_unknown_parameter_is_told_the_nearest_there_is() {
        let known = ["window", "group_by", "interval"];
        let detail =
            |name| json(&Problem::unknown_parameter(name, &known))["detail"].as_str().expect("text").to_owned();
        assert_eq!(detail("groupby"), "there is no parameter \"groupby\" here; did you mean group_by?");
        assert_eq!(detail("windows"), "there is no parameter \"windows\" here; did you mean window?");
        assert_eq!(detail("entirely"), "there is no parameter \"entirely\" here");
        assert_eq!(json(&Problem::unknown_parameter("x", &known))["allowed"], "window, group_by, interval");
    }

    #[test]
    fn a_problem_is_answered_as_such_and_says_when_to_come_again() {
        let answer = Problem::too_many("32 at once", Duration::from_millis(1_200)).into_response();
        assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(answer.headers()[header::RETRY_AFTER], "2");
        assert_eq!(answer.extensions().get::<Refused>(), Some(&Refused::TooMany));
        let none = Problem::no_such_path().into_response();
        assert!(!none.headers().contains_key(header::RETRY_AFTER) && none.extensions().get::<Refused>().is_none());
    }
}
