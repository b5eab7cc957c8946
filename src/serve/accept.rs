//! What kinds of answer a client takes, by its header `Accept` (RFC 9110 §12.5.1).

use axum::http::{HeaderMap, header};

use super::problem::Problem;

/// That a client takes an answer of a kind, as `text/csv`; without the header it takes any.
///
/// # Errors
/// 406 where it does not.
pub(super) fn takes(headers: &HeaderMap, kind: &str) -> Result<(), Problem> {
    let lines = headers.get_all(header::ACCEPT);
    let ranges = lines.iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    let ranges: Vec<Range<'_>> = ranges.filter_map(Range::read).collect();
    if ranges.is_empty() {
        return Ok(());
    }
    // The range that names the kind most exactly decides: `text/*, text/csv;q=0` takes any text but this.
    let fitting = ranges.iter().filter_map(|range| Some((range.fit(kind)?, range.is_taken)));
    match fitting.max() {
        Some((_, true)) => Ok(()),
        Some((_, false)) | None => Err(Problem::not_acceptable(kind)),
    }
}

/// One of the kinds that are taken, or not.
struct Range<'a> {
    kind: &'a str,
    is_taken: bool,
}

impl<'a> Range<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let kind = parts.next().filter(|kind| !kind.is_empty())?;
        let weights =
            parts.filter_map(|part| part.split_once('=')).filter(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
        let is_nothing = |weight: &str| weight.trim().parse().is_ok_and(|weight: f32| weight <= 0.0);
        let is_taken = !weights.into_iter().any(|(_, weight)| is_nothing(weight));
        Some(Self { kind, is_taken })
    }

    /// How exactly it names a kind, if it does at all.
    fn fit(&self, kind: &str) -> Option<u8> {
        let family = kind.split('/').next().unwrap_or_default();
        let is_family = || self.kind.strip_suffix("/*").is_some_and(|of| of.eq_ignore_ascii_case(family));
        match self.kind {
            "*/*" => Some(0),
            same if same.eq_ignore_ascii_case(kind) => Some(2),
            _ => is_family().then_some(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes_csv(accept: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().expect("a header"));
        takes(&headers, "text/csv").is_ok()
    }

    #[test]
    fn a_kind_is_taken_that_the_most_exact_range_takes() {
        assert!(takes(&HeaderMap::new(), "text/csv").is_ok());
        for accept in
            ["*/*", "text/*", "Text/CSV; charset=utf-8", "application/json, */*;q=0.1", "", "text/*;q=0, text/csv"]
        {
            assert!(takes_csv(accept), "{accept}");
        }
        for accept in ["application/json", "text/html, image/*", "text/csv;q=0, */*", "text/csv; Q=0.000", "text"] {
            assert!(!takes_csv(accept), "{accept}");
        }
    }
}
