//! Reads the fields of one JSON event, each by the rules of SPEC §1, so that the list of event types stays readable.

use super::json::{read_list, text, whole_number};
use super::time::read_time;
use std::collections::BTreeMap;

/// A field that makes its event ill-formed.
#[derive(Debug, PartialEq, Eq)]
pub struct IllFormed(pub &'static str);

/// What reading a field gives.
pub type Field<T> = Result<T, IllFormed>;

/// What an `assigned` says about the agent or the skill.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Nothing.
    Keep,
    /// An empty string: there is none any more.
    Clear,
    /// This one from now on.
    Set(String),
}

/// The fields of one event, as they are written.
pub struct Fields<'a>(pub BTreeMap<String, &'a str>);

impl Fields<'_> {
    /// The field, unless it is absent or `null`.
    fn present(&self, name: &str) -> Option<&str> {
        self.0.get(name).copied().filter(|raw| *raw != "null")
    }

    /// A string of any content; an empty one is absent.
    pub fn text(&self, name: &'static str) -> Field<Option<String>> {
        let Some(raw) = self.present(name) else { return Ok(None) };
        let text = text(raw).ok_or(IllFormed(name))?;
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    /// An identity: 1-128 bytes of any content, or an integer.
    pub fn event_id(&self) -> Field<Option<String>> {
        self.text_or_integer("event_id", |text| text.len() <= 128)
    }

    /// An id: 1-128 bytes without control characters, commas or white space, or an integer.
    pub fn id(&self, name: &'static str) -> Field<Option<String>> {
        self.text_or_integer(name, is_id)
    }

    /// An id of an agent or a skill, which `-1` is not.
    pub fn agent_or_skill(&self, name: &'static str) -> Field<Option<String>> {
        self.text_or_integer(name, is_agent_or_skill)
    }

    /// A label: as an id, but with blanks and commas.
    pub fn label(&self, name: &'static str) -> Field<Option<String>> {
        checked(name, self.text(name)?, |text| text.len() <= 128 && !text.chars().any(char::is_control))
    }

    /// One of these words.
    pub fn word(&self, name: &'static str, words: &[&str]) -> Field<Option<String>> {
        checked(name, self.text(name)?, |text| words.contains(&text))
    }

    /// A time, written as `occurred_at` is; an empty string is absent.
    pub fn time(&self, name: &'static str) -> Field<Option<i64>> {
        match self.present(name) {
            None | Some("\"\"") => Ok(None),
            Some(raw) => read_time(raw).map(Some).ok_or(IllFormed(name)),
        }
    }

    /// An integer within the range of the number type asked for.
    pub fn integer<T: TryFrom<i64>>(&self, name: &'static str) -> Field<Option<T>> {
        let Some(raw) = self.present(name) else { return Ok(None) };
        let number = whole_number(raw).and_then(|digits| digits.parse::<i64>().ok());
        number.and_then(|number| T::try_from(number).ok()).map(Some).ok_or(IllFormed(name))
    }

    /// `true` or `false`.
    pub fn flag(&self, name: &'static str) -> Field<Option<bool>> {
        match self.present(name) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(IllFormed(name)),
        }
    }

    /// A list of skills.
    pub fn skills(&self, name: &'static str) -> Field<Vec<String>> {
        let Some(raw) = self.present(name) else { return Ok(Vec::new()) };
        let skill = |item: &str| text(item).or_else(|| whole_number(item)).filter(|text| is_agent_or_skill(text));
        let skills = read_list(raw).and_then(|items| items.into_iter().map(skill).collect());
        skills.ok_or(IllFormed(name))
    }

    /// What an `assigned` says: here alone an empty string differs from an absent field.
    pub fn change(&self, name: &'static str) -> Field<Change> {
        if self.present(name) == Some("\"\"") {
            return Ok(Change::Clear);
        }
        Ok(self.agent_or_skill(name)?.map_or(Change::Keep, Change::Set))
    }

    fn text_or_integer(&self, name: &'static str, is_good: impl Fn(&str) -> bool) -> Field<Option<String>> {
        let digits = self.present(name).and_then(whole_number);
        let text = if digits.is_some() { digits } else { self.text(name)? };
        checked(name, text, is_good)
    }
}

/// A field that must be there.
pub fn required<T>(name: &'static str, field: Option<T>) -> Field<T> {
    field.ok_or(IllFormed(name))
}

fn checked(name: &'static str, text: Option<String>, is_good: impl Fn(&str) -> bool) -> Field<Option<String>> {
    match text {
        Some(text) if !is_good(&text) => Err(IllFormed(name)),
        other => Ok(other),
    }
}

fn is_id(text: &str) -> bool {
    let is_bad = |c: char| c.is_control() || c.is_whitespace() || c == ',';
    (1..=128).contains(&text.len()) && !text.chars().any(is_bad)
}

fn is_agent_or_skill(text: &str) -> bool {
    is_id(text) && text != "-1"
}
