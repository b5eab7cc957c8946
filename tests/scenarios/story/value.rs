//! Reads the words of a story: times, values and expectations.

use chrono::{DateTime, Duration, NaiveDate, SecondsFormat};
use serde_json::{Value, json};

use super::super::compare::{Check, Expect};

/// The day on which every story plays, 2026-03-02.
const DAY: (i32, u32, u32) = (2026, 3, 2);
/// Fields that hold a time, in events and in answers.
const TIMES: [&str; 6] = ["until", "recorded_at", "closed_at", "expires_at", "as_of", "bucket"];

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
    let value = event_value(last, written)?;
    let expect = if told[at..].starts_with('~') {
        Expect::Near(value.as_f64().ok_or_else(|| format!("`{written}` is no number"))?)
    } else {
        Expect::Equals(value)
    };
    Ok(Check { line, path: path.to_owned(), expect })
}
