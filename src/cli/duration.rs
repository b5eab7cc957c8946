//! Durations as people write them on a command line.

use std::time::Duration;

/// A whole number and a unit: `500ms`, `30s`, `10m`, `1h`.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let unit_ms: Option<u64> = match unit {
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    };
    let ms = unit_ms.and_then(|unit_ms| number.parse::<u64>().ok()?.checked_mul(unit_ms));
    let ms = ms.filter(|ms| *ms > 0);
    ms.map(Duration::from_millis)
        .ok_or_else(|| "right would be a whole number with its unit, such as 30s, 10m or 1h".into())
}
