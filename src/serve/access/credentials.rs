//! What a request brings to say who asks.

use axum::http::{HeaderMap, HeaderName, header};

/// The header beside `Authorization` that has a key.
pub(in crate::serve) const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
/// The cookie of a browser's session.
pub(in crate::serve) const COOKIE: &str = "cxpulse_session";

/// What was found, the strongest first: a key, then a session.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Presented<'a> {
    /// Some text that may be a key.
    Key(&'a str),
    /// The cookie of a session.
    Session(&'a str),
    /// A signature of OAuth 1, which is not understood.
    OAuth,
    Nothing,
}

impl<'a> Presented<'a> {
    pub(super) fn of(headers: &'a HeaderMap) -> Self {
        // A client that signs as well has two lines; the key is in one of them.
        let lines = headers.get_all(header::AUTHORIZATION).iter().filter_map(|value| value.to_str().ok());
        let said: Vec<(&str, &str)> = lines.filter_map(|line| line.trim().split_once(' ')).collect();
        let by = |scheme: &str| said.iter().find(|(said, _)| said.eq_ignore_ascii_case(scheme));
        if let Some((_, key)) = by("bearer") {
            return Self::Key(key.trim());
        }
        if let Some(key) = headers.get(API_KEY) {
            // What is no text is no key either.
            return Self::Key(key.to_str().unwrap_or_default().trim());
        }
        match session(headers) {
            Some(token) => Self::Session(token),
            None if by("oauth").is_some() => Self::OAuth,
            None => Self::Nothing,
        }
    }
}

/// The token of the session's cookie.
pub(super) fn session(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, token)| token)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        lines.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_key_comes_in_either_header_and_goes_before_a_session() {
        for lines in [
            &[("authorization", "Bearer k")][..],
            &[("authorization", "bearer  k ")],
            &[("x-api-key", "k")],
            &[("x-api-key", "k"), ("authorization", "OAuth oauth_consumer_key=\"x\"")],
            &[("x-api-key", "other"), ("authorization", "Bearer k")],
            &[("authorization", "OAuth oauth_token=\"x\""), ("authorization", "Bearer k")],
            &[("authorization", "Bearer k"), ("authorization", "OAuth oauth_token=\"x\"")],
            &[("x-api-key", "k"), ("cookie", "cxpulse_session=s")],
        ] {
            assert_eq!(Presented::of(&headers(lines)), Presented::Key("k"), "{lines:?}");
        }
    }

    #[test]
    fn without_a_key_there_may_be_a_session_or_what_is_not_understood() {
        let of = |lines| format!("{:?}", Presented::of(&headers(lines)));
        assert_eq!(of(&[("cookie", "a=b; cxpulse_session=s; c=d")]), "Session(\"s\")");
        assert_eq!(of(&[("authorization", "OAuth oauth_consumer_key=\"x\"")]), "OAuth");
        for lines in [&[][..], &[("authorization", "Basic YTpi")], &[("authorization", "Bearer")], &[("cookie", "a=b")]]
        {
            assert_eq!(of(lines), "Nothing");
        }
    }
}
