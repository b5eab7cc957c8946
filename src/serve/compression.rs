//! Pages as gzip for those who ask for it: text of metrics shrinks to a twentieth, the wallboard to a third.

use std::io::Write as _;

use axum::http::HeaderValue;
use axum::http::header::GetAll;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Whether the `Accept-Encoding` headers of a request ask for gzip.
pub(super) fn is_asked_for(headers: &GetAll<'_, HeaderValue>) -> bool {
    let lists = headers.iter().filter_map(|value| value.to_str().ok());
    let (mut named, mut any) = (None, None);
    for coding in lists.flat_map(|list| list.split(',')) {
        let (name, parameters) = coding.split_once(';').unwrap_or((coding, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => named = Some(is_wanted(parameters)),
            "*" => any = Some(is_wanted(parameters)),
            _ => {}
        }
    }
    named.or(any).unwrap_or(false)
}

/// The text, compressed with more regard to time than to size.
pub(super) fn gzip(text: &str) -> Vec<u8> {
    packed(text.as_bytes(), Compression::fast(), text.len() / 16)
}

/// What is compressed once and sent many times: with more regard to size than to time.
pub(super) fn gzip_once(bytes: &[u8]) -> Vec<u8> {
    packed(bytes, Compression::best(), bytes.len() / 2)
}

fn packed(bytes: &[u8], level: Compression, expected_bytes: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(expected_bytes), level);
    encoder.write_all(bytes).expect("a Vec takes every write");
    encoder.finish().expect("a Vec takes every write")
}

/// A weight of 0 says that a coding must not be used.
fn is_wanted(parameters: &str) -> bool {
    let weights = parameters.split(';').filter_map(|parameter| parameter.trim().strip_prefix("q="));
    weights.filter_map(|weight| weight.trim().parse::<f64>().ok()).all(|weight| weight > 0.0)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, header};

    use super::*;

    fn asked(values: &[&'static str]) -> bool {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
        }
        is_asked_for(&headers.get_all(header::ACCEPT_ENCODING))
    }

    #[test]
    fn gzip_is_sent_to_those_alone_who_ask_for_it() {
        for values in [&["gzip"][..], &["br, GZIP;q=0.5"], &["deflate", "gzip"], &["*"], &["gzip;q=1.0, *;q=0"]] {
            assert!(asked(values), "{values:?}");
        }
        for values in [&[][..], &["identity"], &["br"], &["gzip;q=0"], &["*;q=0"], &["*, gzip; q=0.0"], &["gzipped"]] {
            assert!(!asked(values), "{values:?}");
        }
    }
}
