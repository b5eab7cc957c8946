//! What an address asks for, as far as access depends on it.
//!
//! It is read from the address as the router reads it: a fixed part letter by letter, the account decoded.

use axum::http::Uri;

use super::{Problem, unknown_operations_account};

/// The kinds of address behind the guard.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// The LivePerson-compatible API.
    Operations { account: Option<String> },
    /// The native one, and whatever else there is: it needs a key.
    Native { account: Option<String> },
    /// The browser's session.
    Session,
    /// What describes the API, or says where it is, and has nothing of anybody's in it.
    Description,
}

impl Asked {
    pub(super) fn of(address: &Uri) -> Self {
        let mut parts = address.path().split('/').skip(1);
        match [parts.next(), parts.next(), parts.next(), parts.next()] {
            [Some("operations"), Some("api"), Some("account"), account] => {
                Self::Operations { account: account.and_then(decoded) }
            }
            [Some("operations"), ..] => Self::Operations { account: None },
            [Some("v1"), Some("accounts"), account, _] => Self::Native { account: account.and_then(decoded) },
            [Some("v1"), Some("session"), None, _] => Self::Session,
            [Some("openapi.json"), None, ..] => Self::Description,
            [Some("api"), Some("account"), Some(_), Some("service")] => Self::Description,
            _ => Self::Native { account: None },
        }
    }

    /// What is answered to who asks at an address that is no UTF-8: there can be nothing there. The router would say so in
    /// words of its own.
    pub(super) fn unreadable(&self, address: &Uri) -> Option<Problem> {
        let is_text = std::str::from_utf8(&decoded_bytes(address.path())).is_ok();
        (!is_text).then(|| match self {
            Self::Operations { .. } => unknown_operations_account(),
            Self::Native { .. } | Self::Session | Self::Description => Problem::no_such_path(),
        })
    }

    /// The account that is asked of, if it is one account.
    pub(super) fn account(&self) -> Option<&str> {
        match self {
            Self::Operations { account } | Self::Native { account } => account.as_deref(),
            Self::Session | Self::Description => None,
        }
    }
}

/// A part of a path without its percent signs. What is no UTF-8 then is no id, and belongs to nobody.
pub(super) fn decoded(part: &str) -> Option<String> {
    (!part.is_empty()).then(|| String::from_utf8_lossy(&decoded_bytes(part)).into_owned())
}

fn decoded_bytes(part: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let (byte, after) = match (first, after) {
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, after),
                _ => (first, &rest[1..]),
            },
            _ => (first, after),
        };
        bytes.push(byte);
        rest = after;
    }
    bytes
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str) -> Asked {
        Asked::of(&path.parse().expect("an address"))
    }

    #[test]
    fn an_address_names_the_account_that_it_asks_of() {
        let native = |account: &str| Asked::Native { account: Some(account.to_owned()) };
        assert_eq!(of("/v1/accounts/acme/metrics?window=5m"), native("acme"));
        assert_eq!(of("/v1/accounts/%61c%2Fme"), native("ac/me"));
        assert_eq!(of("/v1/accounts/100%"), native("100%"));
        assert_eq!(of("/v1/accounts/%ff/live"), native("\u{fffd}"));
        let operations = Asked::Operations { account: Some("42".to_owned()) };
        assert_eq!(of("/operations/api/account/42/msgcsatdistribution"), operations);
    }

    #[test]
    fn there_is_nothing_at_an_address_that_is_no_text() {
        let status = |path: &str| {
            let address: Uri = path.parse().expect("an address");
            Asked::of(&address).unreadable(&address).map(|problem| problem.status().as_u16())
        };
        assert_eq!(status("/v1/accounts/%ff/live"), Some(404));
        assert_eq!(status("/operations/api/account/%ff/msgcsatdistribution"), Some(401));
        assert_eq!((status("/v1/accounts/%c3%bc/live"), status("/v1/session")), (None, None));
    }

    #[test]
    fn whatever_else_there_is_asks_of_no_account_and_needs_a_key() {
        for path in ["/v1/metrics", "/v1/accounts", "/v1/accounts//live", "/v1/session/x", "/v2", "/openapi.json/x"] {
            assert_eq!(of(path), Asked::Native { account: None }, "{path}");
        }
        assert_eq!(of("/operations/api/accounts/42/x"), Asked::Operations { account: None });
        assert_eq!((of("/v1/session"), of("/openapi.json")), (Asked::Session, Asked::Description));
        assert_eq!(of("/api/account/42/service/leDataReporting/baseURI.json"), Asked::Description);
    }
}
