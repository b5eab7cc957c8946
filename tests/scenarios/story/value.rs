//! Reads the words of a story: times, values and expectations.

use chrono::{DateTime, Duration, NaiveDate, SecondsFormat};
use serde_json::{Value, json};

use super::super::compare::{Check, Expect};

/// The day on which every story plays, 2026-03-02.
const DAY: (i32, u32, u32) = (2026, 3, 2);
/// Fields that hold a time, in events and in answers.
const TIMES: [&str; 6] = ["until", "recorded_at", "closed_at", "expires_at", "as_of", "bucket"];
/// What answers measure in milliseconds; each of these names ends in `_ms` there.
const DURATIONS: [&str; 10] = ["sum", "mean", "p50", "p90", "p95", "p99", "max", "focus", "online", "away"];
/// What policies measure: the name, its unit as the policy writes it, and how many milliseconds that is.
const POLICY_DURATIONS: [(&str, &str, f64); 7] = [
    ("first_response_target", "seconds", 1e3),
    ("response_target", "seconds", 1e3),
    ("resolution_target", "seconds", 1e3),
    ("visit_cap", "seconds", 1e3),
    ("status_cap", "seconds", 1e3),
    ("rate_within", "hours", 3_600e3),
    ("change_within", "hours", 3_600e3),
];

/// Splits at blanks, but not inside quotes, brackets or braces.
pub(crate) fn words(told: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word) = (Vec::new(), String::new());
    let (mut depth, mut quoted, mut escaped) = (0_i32, false, false);
    for letter in told.chars() {
        if letter == ' ' && depth == 0 && !quoted {
            words.push(std::mem::take(&mut word));
            continue;
        }
        match letter {
            '"' if !escaped => quoted = !quoted,
            '[' | '{' if !quoted => depth += 1,
            ']' | '}' if !quoted => depth -= 1,
            _ => {}
        }
        escaped = letter == '\\' && !escaped;
        word.push(letter);
    }
    if quoted || depth != 0 {
        return Err(format!("`{told}` leaves a quote or bracket open"));
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    Ok(words)
}

/// `13:20`, `13:20:00.001`, `+1d 13:20` or a full RFC 3339 time, as Unix ms.
pub(crate) fn parse_time(told: &str) -> Result<i64, String> {
    let told = told.trim().trim_matches('"');
    let wrong = || format!("`{told}` is no time");
    if let Ok(time) = DateTime::parse_from_rfc3339(told) {
        return Ok(time.timestamp_millis());
    }
    let (days, clock) = match told.split_once("d ") {
        Some((days, clock)) => (days.parse::<i64>().map_err(|_| wrong())?, clock.trim()),
        None => (0, told),
    };
    let full = match clock.len() {
        5 => format!("{clock}:00"),
        _ => clock.to_owned(),
    };
    let time = full.parse::<chrono::NaiveTime>().map_err(|_| wrong())?;
    let (year, month, day) = DAY;
    let date = NaiveDate::from_ymd_opt(year, month, day).ok_or_else(wrong)? + Duration::days(days);
    Ok(date.and_time(time).and_utc().timestamp_millis())
}

/// The way every time is written in an answer.
pub(crate) fn rfc3339(at_ms: i64) -> String {
    let time = DateTime::from_timestamp_millis(at_ms).expect("stories play between 1970 and 9999");
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// `x*128` is 128 times `x`; anything else stands for itself.
pub(crate) fn repeat(told: &str) -> String {
    match told.split_once('*') {
        Some((letter, times)) if !letter.is_empty() => match times.parse() {
            Ok(times) => letter.repeat(times),
            Err(_) => told.to_owned(),
        },
        _ => told.to_owned(),
    }
}

/// `7d`, `1m20s`, `59.999s`, `10ms` as milliseconds.
pub(crate) fn duration_ms(told: &str) -> Option<f64> {
    let (mut rest, mut sum_ms) = (told, 0.0);
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?);
        let (unit, after) = after.split_at(after.find(|letter: char| letter.is_ascii_digit()).unwrap_or(after.len()));
        sum_ms += number.parse::<f64>().ok()? * unit_ms(unit)?;
        rest = after;
    }
    // Thousandths of a second are no exact binary numbers; thousandths of a millisecond are nobody's question.
    (!told.is_empty()).then(|| (sum_ms * 1e3).round() / 1e3)
}

fn unit_ms(unit: &str) -> Option<f64> {
    Some(match unit {
        "d" => 86_400e3,
        "h" => 3_600e3,
        "m" => 60e3,
        "s" => 1e3,
        "ms" => 1.0,
        _ => return None,
    })
}

/// `7m`, `1h` as the whole minutes of a window.
pub(crate) fn window_minutes(told: &str) -> Result<u32, String> {
    let minutes = duration_ms(told).map(|ms| ms / 60e3).filter(|minutes| minutes.fract() == 0.0);
    minutes.map(|minutes| minutes as u32).ok_or_else(|| format!("`{told}` is no window"))
}

/// A policy's duration under the name and in the unit that the policy has for it; nothing if `key` is none.
pub(crate) fn policy_duration(key: &str, written: &str) -> Result<Option<(String, Value)>, String> {
    let Some((_, unit, unit_ms)) = POLICY_DURATIONS.iter().find(|(name, ..)| *name == key) else { return Ok(None) };
    let units = duration_ms(written).map(|ms| ms / unit_ms).filter(|units| units.fract() == 0.0);
    let units = units.ok_or_else(|| format!("`{written}` is no whole number of {unit}"))?;
    Ok(Some((format!("{key}_{unit}"), json!(units as i64))))
}

/// The path in an answer: a duration is told without its unit there, `response.mean` for `response.mean_ms`.
pub(crate) fn full_path(told: &str) -> String {
    if is_duration(told) { format!("{told}_ms") } else { told.to_owned() }
}

fn is_duration(path: &str) -> bool {
    path.rsplit('.').next().is_some_and(|last| DURATIONS.contains(&last))
}

/// A duration in an answer: whole milliseconds are whole there, but a mean need not be.
fn duration_value(written: &str) -> Result<Value, String> {
    let ms = duration_ms(written).ok_or_else(|| format!("`{written}` is no duration, such as 1m20s"))?;
    Ok(if ms.fract() == 0.0 { json!(ms as i64) } else { json!(ms) })
}

/// A field of an event as JSON: numbers and quoted strings as they are written, whether they can be read or not.
pub(crate) fn event_json(key: &str, written: &str) -> Result<String, String> {
    let short_time = TIMES.contains(&key) && parse_time(written).is_ok() && !is_full_time(written);
    let as_it_is = (written.starts_with('"') || is_number(written)) && !short_time;
    if as_it_is { Ok(written.to_owned()) } else { Ok(event_value(key, written)?.to_string()) }
}

/// Whether a word is a number of JSON's grammar, however large.
fn is_number(told: &str) -> bool {
    let begins = told.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    begins && serde_json::from_str::<serde::de::IgnoredAny>(told).is_ok()
}

fn is_full_time(told: &str) -> bool {
    DateTime::parse_from_rfc3339(told.trim_matches('"')).is_ok()
}

/// A value of the field `key`: fields that hold a time may use a story's short times.
pub(crate) fn event_value(key: &str, told: &str) -> Result<Value, String> {
    match parse_time(told) {
        Ok(at_ms) if TIMES.contains(&key) => Ok(json!(rfc3339(at_ms))),
        _ => parse_value(told),
    }
}

/// Numbers, true, false, null, "quoted", [lists], {} and bare words; `2/3` is a quotient, `a@13:20` a wait.
fn parse_value(told: &str) -> Result<Value, String> {
    if told.starts_with('"') || told == "{}" {
        return serde_json::from_str(told).map_err(|error| format!("`{told}`: {error}"));
    }
    if let Some(inner) = told.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let items = items(inner);
        return items.iter().map(|item| parse_value(item)).collect::<Result<Vec<_>, _>>().map(Value::Array);
    }
    if let Some((conversation, since)) = told.split_once('@') {
        let since = rfc3339(parse_time(since)?);
        return Ok(json!({"conversation_id": conversation, "since": since}));
    }
    if let Some(quotient) = quotient(told) {
        return Ok(json!(quotient));
    }
    match serde_json::from_str::<Value>(told) {
        Ok(value @ (Value::Number(_) | Value::Bool(_) | Value::Null)) => Ok(value),
        _ => Ok(json!(repeat(told))),
    }
}

/// Splits a list at its commas, but not inside a list within it.
fn items(inner: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    let split = |letter: char| {
        depth += i32::from(letter == '[') - i32::from(letter == ']');
        letter == ',' && depth == 0
    };
    inner.split(split).map(str::trim).filter(|item| !item.is_empty()).collect()
}

fn quotient(told: &str) -> Option<f64> {
    let (above, below) = told.split_once('/')?;
    let whole = |digits: &str| digits.parse::<u32>().ok().map(f64::from);
    Some(whole(above)? / whole(below)?)
}

/// `path=value`, or `path~value` within 1 %.
pub(crate) fn parse_check(line: usize, told: &str) -> Result<Check, String> {
    let at = told.find(['=', '~']).ok_or_else(|| format!("`{told}` is no path=value, path~value or `lacks path`"))?;
    let (path, written) = (&told[..at], &told[at + 1..]);
    let last = path.rsplit('.').next().unwrap_or(path);
    let value = if is_duration(path) { duration_value(written)? } else { event_value(last, written)? };
    let expect = if told[at..].starts_with('~') {
        Expect::Near(value.as_f64().ok_or_else(|| format!("`{written}` is no number"))?)
    } else {
        Expect::Equals(value)
    };
    Ok(Check { line, path: full_path(path), expect })
}
