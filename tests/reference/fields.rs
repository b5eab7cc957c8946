//! Reads the fields of one JSON event, each by the rules of SPEC §1, so that the list of event types stays readable.

use super::time::read_time;
use serde_json::{Map, Value};

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

/// The fields of one event.
pub struct Fields<'a>(pub &'a Map<String, Value>);

impl Fields<'_> {
    /// The field, unless it is absent or `null`.
    fn present(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A string of any content; an empty one is absent.
    pub fn text(&self, name: &'static str) -> Field<Option<String>> {
        match self.present(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
            Some(_) => Err(IllFormed(name)),
        }
    }

    /// A string of any content of 1-128 bytes (`event_id`).
    pub fn short_text(&self, name: &'static str) -> Field<Option<String>> {
        self.checked(name, |text| text.len() <= 128)
    }

    /// An id: 1-128 bytes without control characters, commas or white space.
    pub fn id(&self, name: &'static str) -> Field<Option<String>> {
        self.checked(name, is_id)
    }

    /// An id of an agent or a skill, which `-1` is not.
    pub fn agent_or_skill(&self, name: &'static str) -> Field<Option<String>> {
        self.checked(name, is_agent_or_skill)
    }

    /// A label: as an id, but with blanks and commas.
    pub fn label(&self, name: &'static str) -> Field<Option<String>> {
        self.checked(name, |text| text.len() <= 128 && !text.chars().any(char::is_control))
    }

    /// One of these words.
    pub fn word(&self, name: &'static str, words: &[&str]) -> Field<Option<String>> {
        self.checked(name, |text| words.contains(&text))
    }

    /// A time, written as `occurred_at` is; an empty string is absent.
    pub fn time(&self, name: &'static str) -> Field<Option<i64>> {
        match self.present(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(value) => read_time(value).map(Some).ok_or(IllFormed(name)),
        }
    }

    /// A JSON integer within the range of the number type asked for.
    pub fn integer<T: TryFrom<i64>>(&self, name: &'static str) -> Field<Option<T>> {
        let Some(value) = self.present(name) else { return Ok(None) };
        let number = value.as_i64().and_then(|number| T::try_from(number).ok());
        number.map(Some).ok_or(IllFormed(name))
    }

    /// `true` or `false`.
    pub fn flag(&self, name: &'static str) -> Field<Option<bool>> {
        let Some(value) = self.present(name) else { return Ok(None) };
        value.as_bool().map(Some).ok_or(IllFormed(name))
    }

    /// A list of skills.
    pub fn skills(&self, name: &'static str) -> Field<Vec<String>> {
        let Some(value) = self.present(name) else { return Ok(Vec::new()) };
        let items = value.as_array().ok_or(IllFormed(name))?;
        let skill = |item: &Value| item.as_str().filter(|text| is_agent_or_skill(text)).map(str::to_owned);
        items.iter().map(skill).collect::<Option<Vec<String>>>().ok_or(IllFormed(name))
    }

    /// What an `assigned` says: here alone an empty string differs from an absent field.
    pub fn change(&self, name: &'static str) -> Field<Change> {
        if self.present(name).and_then(Value::as_str) == Some("") {
            return Ok(Change::Clear);
        }
        Ok(self.agent_or_skill(name)?.map_or(Change::Keep, Change::Set))
    }

    fn checked(&self, name: &'static str, is_good: impl Fn(&str) -> bool) -> Field<Option<String>> {
        let text = self.text(name)?;
        match text {
            Some(text) if !is_good(&text) => Err(IllFormed(name)),
            other => Ok(other),
        }
    }
}

/// A field that must be there.
pub fn required<T>(name: &'static str, field: Option<T>) -> Field<T> {
    field.ok_or(IllFormed(name))
}

fn is_id(text: &str) -> bool {
    let is_bad = |c: char| c.is_control() || c.is_whitespace() || c == ',';
    (1..=128).contains(&text.len()) && !text.chars().any(is_bad)
}

fn is_agent_or_skill(text: &str) -> bool {
    is_id(text) && text != "-1"
}
