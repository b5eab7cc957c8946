//! One file of the wallboard, as it is answered: compressed once, and not sent again to who has it.

use std::borrow::Cow;
use std::sync::OnceLock;

use axum::body::{Body, Bytes};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use xxhash_rust::xxh3::xxh3_128;

use crate::serve::compression;
use crate::serve::native::is_known;

/// What browsers are told of everything that belongs to the page. It runs and shows what comes from this server, and nothing
/// else; no other page may hold it in a frame; and no other site learns its address, which names accounts and people.
pub(super) const PROTECTION: [(HeaderName, &str); 3] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
];

/// One file.
pub(super) struct Content {
    kind: &'static str,
    plain: Bytes,
    /// As gzip, from when it is asked for first.
    packed: OnceLock<Bytes>,
    /// The digits by which a client tells whether it has it.
    mark: String,
}

impl Content {
    pub(super) fn new(kind: &'static str, contents: Cow<'static, [u8]>) -> Self {
        let plain = match contents {
            Cow::Borrowed(contents) => Bytes::from_static(contents),
            Cow::Owned(contents) => contents.into(),
        };
        let mark = format!("{:032x}", xxh3_128(&plain));
        Self { kind, plain, packed: OnceLock::new(), mark }
    }

    /// The answer to a request with these headers: the file, or that it is the one that the client has.
    pub(super) fn answer(&self, headers: &HeaderMap) -> Response {
        let packs = compression::is_asked_for(&headers.get_all(header::ACCEPT_ENCODING));
        // What differs in its bytes has another mark.
        let mark = format!("\"{}{}\"", self.mark, if packs { "-gzip" } else { "" });
        let known = is_known(headers, &mark);
        let kept = [(header::CACHE_CONTROL, "no-cache"), (header::VARY, "accept-encoding")];
        let head = (PROTECTION, kept, [(header::ETAG, mark)]);
        if known {
            return (StatusCode::NOT_MODIFIED, head, Body::empty()).into_response();
        }
        let kind = [(header::CONTENT_TYPE, self.kind)];
        if packs {
            let coding = [(header::CONTENT_ENCODING, "gzip")];
            return (head, kind, coding, Body::from(self.packed())).into_response();
        }
        (head, kind, Body::from(self.plain.clone())).into_response()
    }

    fn packed(&self) -> Bytes {
        self.packed.get_or_init(|| compression::gzip_once(&self.plain).into()).clone()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use axum::body::to_bytes;
    use axum::http::HeaderValue;
    use flate2::read::GzDecoder;

    use super::*;

    fn file() -> Content {
        Content::new("text/css; charset=utf-8", Cow::Owned(b"p { color: red }\n".repeat(500)))
    }

    fn asks(file: &Content, headers: &[(HeaderName, &str)]) -> (StatusCode, HeaderMap, Vec<u8>) {
        let value = |value: &str| HeaderValue::from_str(value).expect("a header");
        let asked = headers.iter().map(|(name, of)| (name.clone(), value(of))).collect();
        let (head, body) = file.answer(&asked).into_parts();
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let body = runtime.block_on(to_bytes(body, usize::MAX)).expect("it is there");
        (head.status, head.headers, body.to_vec())
    }

    #[test]
    fn who_takes_gzip_gets_it() {
        let file = file();
        let (status, headers, plain) = asks(&file, &[]);
        assert_eq!((status, headers.get(header::CONTENT_ENCODING)), (StatusCode::OK, None));
        let (_, headers, packed) = asks(&file, &[(header::ACCEPT_ENCODING, "gzip, br")]);
        assert_eq!(
            (&headers[header::CONTENT_ENCODING], &headers[header::VARY]),
            (&"gzip".parse().expect("one"), &"accept-encoding".parse().expect("one"))
        );
        let mut unpacked = Vec::new();
        GzDecoder::new(packed.as_slice()).read_to_end(&mut unpacked).expect("gzip");
        assert!(unpacked == plain && packed.len() * 10 < plain.len());
    }

    #[test]
    fn who_has_it_is_not_sent_it_again() {
        let file = file();
        let gzip = (header::ACCEPT_ENCODING, "gzip");
        let (plain, packed) = (
            asks(&file, &[]).1[header::ETAG].clone(),
            asks(&file, std::slice::from_ref(&gzip)).1[header::ETAG].clone(),
        );
        let (plain, packed) = (plain.to_str().expect("text"), packed.to_str().expect("text"));
        assert!(plain != packed && plain.starts_with('"'), "marks of bytes: {plain} {packed}");
        let (status, headers, body) = asks(&file, &[(header::IF_NONE_MATCH, plain)]);
        assert_eq!((status, body.len(), headers.get(header::CONTENT_TYPE)), (StatusCode::NOT_MODIFIED, 0, None));
        assert_eq!(
            (&headers[header::ETAG], &headers[header::CACHE_CONTROL]),
            (&plain.parse().expect("one"), &"no-cache".parse().expect("one"))
        );
        assert!(headers.contains_key(header::CONTENT_SECURITY_POLICY));
        assert_eq!(asks(&file, &[gzip.clone(), (header::IF_NONE_MATCH, packed)]).0, StatusCode::NOT_MODIFIED);
        assert_eq!(asks(&file, &[gzip, (header::IF_NONE_MATCH, plain)]).0, StatusCode::OK);
        let other = Content::new(file.kind, Cow::Borrowed(b"p { color: blue }"));
        assert_eq!(asks(&other, &[(header::IF_NONE_MATCH, plain)]).0, StatusCode::OK);
    }
}
