//! The keys file as text: TOML, a `[[keys]]` table for each key.
//!
//! A wrong file is refused as a whole: with half of it somebody would have rights that nobody gave, or lack those they have.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Accounts, Key, KeyHash};
use crate::wire::time::{parse_rfc3339, rfc3339};

/// What stands above the keys.
const HEAD: &str = "\
# Keys of the HTTP API, written whole by `cxpulse keys create` and `cxpulse keys revoke`.
# Each has the BLAKE3 hash of a key and what the key may ask for; the key itself stands nowhere.
";

const LONGEST_ID: usize = 64;
const LONGEST_NOTE: usize = 200;

/// What is wrong with a keys file, and where. No value is told: somebody may have put a key where its hash belongs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WrongKeys {
    /// It is no TOML, or not of this form.
    #[error("line {line}: {what}; right would be [[keys]] tables with id, hash, accounts, private, note and created")]
    Form {
        /// Counted from 1.
        line: usize,
        /// What the reader of TOML found.
        what: String,
    },
    /// A field that does not hold what it must.
    #[error("keys[{nth}].{field}: {what}; right would be {right}")]
    Field {
        /// Which key, counted from 0.
        nth: usize,
        /// Which of its fields.
        field: &'static str,
        /// What is wrong.
        what: &'static str,
        /// What would be right.
        right: &'static str,
    },
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    keys: Vec<Row>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    hash: String,
    accounts: Vec<String>,
    #[serde(default)]
    private: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    note: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created: Option<String>,
}

/// The keys of a file, in its order.
///
/// # Errors
/// The first fault found.
pub fn from_toml(text: &str) -> Result<Vec<Key>, WrongKeys> {
    let file: File = toml::from_str(text).map_err(|error| not_of_this_form(&error, text))?;
    let mut seen = BTreeSet::new();
    file.keys.into_iter().enumerate().map(|(nth, row)| key(nth, row, &mut seen)).collect()
}

/// The file of these keys.
#[must_use]
pub fn to_toml(keys: &[Key]) -> String {
    let keys = keys.iter().map(row).collect();
    let tables = toml::to_string(&File { keys }).expect("strings, lists of them and booleans are TOML");
    if tables.trim() == "keys = []" { HEAD.to_owned() } else { format!("{HEAD}\n{tables}") }
}

fn row(key: &Key) -> Row {
    Row {
        id: key.id.clone(),
        hash: key.hash.to_string(),
        accounts: key.accounts.to_list().into_iter().map(str::to_owned).collect(),
        private: key.private,
        note: key.note.clone(),
        created: key.created.map(rfc3339),
    }
}

fn key(nth: usize, row: Row, seen: &mut BTreeSet<String>) -> Result<Key, WrongKeys> {
    let wrong = |field, what, right| WrongKeys::Field { nth, field, what, right };
    if !is_key_id(&row.id) {
        return Err(wrong("id", "it is no id of a key", "1 to 64 of the characters a-z A-Z 0-9 . _ -"));
    }
    if !seen.insert(row.id.clone()) {
        return Err(wrong("id", "another key has it", "an id of its own for each key"));
    }
    let hash = KeyHash::from_hex(&row.hash);
    let hash =
        hash.ok_or_else(|| wrong("hash", "it is no hash", "the BLAKE3 hash of the key as 64 hexadecimal digits"))?;
    let accounts = Accounts::from_list(&row.accounts);
    let accounts = accounts.ok_or_else(|| {
        wrong("accounts", "it is no list of accounts", "[\"acme\", \"globex\"], or [\"*\"] for every account")
    })?;
    if !is_note(&row.note) {
        return Err(wrong("note", "it is no note", "at most 200 bytes without control characters"));
    }
    let created = row.created.map(parse_rfc3339).transpose();
    let created =
        created.map_err(|_| wrong("created", "it is no time", "a string such as \"2026-01-31T09:00:00Z\""))?;
    Ok(Key { id: row.id, hash, accounts, private: row.private, note: row.note, created })
}

/// What a log line and a terminal can show.
fn is_key_id(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    (1..=LONGEST_ID).contains(&text.len()) && text.chars().all(plain)
}

/// Whether a key may have this note.
#[must_use]
pub fn is_note(text: &str) -> bool {
    text.len() <= LONGEST_NOTE && !text.chars().any(char::is_control)
}

/// The reader of TOML quotes values where a type is wrong, so that only what it says up to there is told.
fn not_of_this_form(error: &toml::de::Error, text: &str) -> WrongKeys {
    let at = error.span().map_or(0, |span| span.start.min(text.len()));
    let line = 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
    let said = error.message().lines().next().unwrap_or_default();
    let before_quotes = said.split(['"', '`']).next().unwrap_or_default().trim_end_matches([':', ',', ' ']);
    let what = match before_quotes {
        "" => "not TOML",
        // What is missing is a name of ours.
        "missing field" => said,
        other => other,
    };
    WrongKeys::Form { line, what: what.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::Secret;
    use super::*;

    fn keys() -> Vec<Key> {
        let listed = Accounts::Listed(["acme".to_owned(), "ünit".to_owned()].into());
        let of = |random: u8, accounts, private, note: &str, created| {
            let hash = Secret::new([random; 32]).hash();
            Key { id: hash.key_id(), hash, accounts, private, note: note.to_owned(), created }
        };
        vec![of(1, listed, false, "", None), of(2, Accounts::Every, true, "the \"wall\"", Some(1_767_614_400_123))]
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = to_toml(&keys());
        assert_eq!(from_toml(&text), Ok(keys()), "{text}");
        assert!(
            text.contains("accounts = [\"*\"]") && text.contains("created = \"2026-01-05T12:00:00.123Z\""),
            "{text}"
        );
        assert_eq!(from_toml(&to_toml(&[])), Ok(vec![]));
        assert_eq!(from_toml(""), Ok(vec![]));
    }

    #[test]
    fn what_is_wrong_is_named_by_key_and_field_and_never_by_its_value() {
        let right = to_toml(&keys()[..1]);
        let hash = keys()[0].hash.to_string();
        for (from, to, said) in [
            (hash.as_str(), "cxp_secret", "keys[0].hash: it is no hash; right would be the BLAKE3 hash"),
            ("\"acme\"", "\"a b cxp_secret\"", "keys[0].accounts: it is no list of accounts; right would be [\"acme\""),
            ("\"acme\"", "\"*\"", "keys[0].accounts: it is no list"),
            ("private = false", "private = \"cxp_secret\"", "line 8: invalid type"),
            ("private = false", "cxp_secret = 1", "line 8: unknown field"),
            ("private = false", "created = \"cxp_secret\"", "keys[0].created: it is no time"),
            ("private = false", "note = \"\\u001b[2Jcxp_secret\"", "keys[0].note: it is no note"),
            ("id = \"", "id = \"cxp_secret ", "keys[0].id: it is no id of a key"),
            ("[[keys]]", "[[keys]", "line 4: "),
            ("hash = ", "# hash = ", "line 4: missing field `hash`; right would be [[keys]] tables with id, hash"),
        ] {
            let error = from_toml(&right.replacen(from, to, 1)).expect_err(to).to_string();
            assert!(error.starts_with(said) && error.contains("; right would be "), "{error}");
            assert!(!error.contains("cxp_secret"), "{error}");
        }
        let twice = format!("{right}{}", right.split_once("\n\n").expect("a head and a table").1);
        assert!(
            from_toml(&twice).expect_err("one id for two").to_string().starts_with("keys[1].id: another key has it")
        );
    }
}
