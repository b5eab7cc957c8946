//! Reads a line of JSON into fields of raw text, so that what nobody asks for is skipped unread (SPEC §1).

use serde::de::IgnoredAny;
use serde_json::Deserializer;
use std::collections::BTreeMap;

/// The fields of an object, each value as it is written. Of a repeated name the last counts. A name that is no text
/// names no field of ours.
pub fn read_object(line: &str) -> Option<BTreeMap<String, &str>> {
    let mut fields = BTreeMap::new();
    let mut rest = after(line, '{')?;
    let mut end = after(rest, '}');
    while end.is_none() {
        let (name, after_name) = value(rest).filter(|(name, _)| name.starts_with('"'))?;
        let (raw, after_value) = value(after(after_name, ':')?)?;
        if let Some(name) = text(name) {
            fields.insert(name, raw);
        }
        end = after(after_value, '}');
        rest = if end.is_some() { "" } else { after(after_value, ',')? };
    }
    unpadded(end?).is_empty().then_some(fields)
}

/// The items of a list, each as it is written.
pub fn read_list(raw: &str) -> Option<Vec<&str>> {
    let mut items = Vec::new();
    let mut rest = after(raw, '[')?;
    while after(rest, ']').is_none() {
        let (item, after_item) = value(rest)?;
        items.push(item);
        rest = after(after_item, ',').unwrap_or(after_item);
    }
    Some(items)
}

/// The text of a string; none if it is no string, or holds half of a surrogate pair.
pub fn text(raw: &str) -> Option<String> {
    serde_json::from_str(raw).ok()
}

/// The exact digits of a number without a fractional part, judged by value: `5.0` is `5`, `1e3` is `1000`, `-0` is `0`.
/// More than 128 digits are no number of ours.
pub fn whole_number(raw: &str) -> Option<String> {
    let (sign, unsigned) = raw.strip_prefix('-').map_or(("", raw), |unsigned| ("-", unsigned));
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (before, behind) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{before}{behind}");
    if !unsigned.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let significant = digits.trim_matches('0');
    if significant.is_empty() {
        return Some("0".to_owned());
    }
    let trailing = digits.len() - digits.trim_end_matches('0').len();
    let zeros = exponent.parse::<i64>().ok()?.checked_sub(behind.len() as i64)?.checked_add(trailing as i64)?;
    let zeros = usize::try_from(zeros).ok().filter(|zeros| significant.len().saturating_add(*zeros) <= 128)?;
    Some(format!("{sign}{significant}{}", "0".repeat(zeros)))
}

/// The value that comes next, and what comes after it.
fn value(rest: &str) -> Option<(&str, &str)> {
    let rest = unpadded(rest);
    let mut values = Deserializer::from_str(rest).into_iter::<IgnoredAny>();
    values.next()?.ok()?;
    Some(rest.split_at(values.byte_offset()))
}

fn after(rest: &str, sign: char) -> Option<&str> {
    unpadded(rest).strip_prefix(sign)
}

fn unpadded(rest: &str) -> &str {
    rest.trim_start_matches([' ', '\t', '\r', '\n'])
}
