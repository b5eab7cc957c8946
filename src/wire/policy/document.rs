//! A TOML or JSON document as one tree, and a cursor into it that knows its path: so every fault names its place.
//!
//! Configuration people write by hand deserves better than a parser's "invalid type at line 1": what is wrong, where,
//! and what would be right.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// What is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// It is not the format it should be.
    #[error("not valid {format}: {problem}")]
    Syntax {
        /// JSON or TOML.
        format: &'static str,
        /// What the parser says, with line and column.
        problem: String,
    },
    /// A field is wrong.
    #[error("{path}: {problem}")]
    Field {
        /// Like `policies[0].versions[1].reopen`.
        path: String,
        /// What is wrong, and what would be right.
        problem: String,
    },
}

/// A value of either format.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Null,
    Boolean(bool),
    Integer(i128),
    Fraction(f64),
    Text(String),
    /// TOML's own date-times, as RFC 3339 as far as they go: one without an offset lacks it here too.
    DateTime(String),
    List(Vec<Node>),
    /// In the order written, repeated keys included.
    Table(Vec<(String, Node)>),
}

impl Node {
    pub(super) fn from_json(json: &[u8]) -> Result<Self, DocumentError> {
        serde_json::from_slice(json).map_err(|e| DocumentError::Syntax { format: "JSON", problem: e.to_string() })
    }

    pub(super) fn from_toml(text: &str) -> Result<Self, DocumentError> {
        let parsed = text.parse::<toml::Table>().map(|table| Self::from(toml::Value::Table(table)));
        parsed.map_err(|e| {
            let before = e.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            DocumentError::Syntax { format: "TOML", problem: format!("{} at line {line}", e.message()) }
        })
    }
}

impl Node {
    /// A number without a fractional part, by its value: `5.0` is 5. Beyond 2⁵³ only what is written as an integer is, since
    /// a fraction that large has lost its digits.
    pub(super) fn whole(&self) -> Option<i128> {
        const EXACT_BELOW: f64 = 9_007_199_254_740_992.0;
        match self {
            Self::Integer(number) => Some(*number),
            Self::Fraction(number) if number.fract() == 0.0 && number.abs() < EXACT_BELOW => Some(*number as i128),
            _ => None,
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Fraction(number) => write!(f, "{number:?}"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::DateTime(text) => f.write_str(text),
            Self::List(_) => f.write_str("a list"),
            Self::Table(_) => f.write_str("a table"),
        }
    }
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'n> {
    pub(super) node: &'n Node,
    path: String,
}

impl<'n> Cursor<'n> {
    pub(super) fn root(node: &'n Node) -> Self {
        Self { node, path: String::new() }
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Makes sure this is a table of these members only, none of them twice.
    pub(super) fn expect_table(&self, known: &[&str]) -> Result<(), DocumentError> {
        let Node::Table(members) = self.node else { return Err(self.wrong("a table")) };
        for (i, (name, value)) in members.iter().enumerate() {
            let member = Self { node: value, path: self.path_of(name) };
            if !known.contains(&name.as_str()) {
                return Err(member.fault(format!("unknown field; known here: {}", known.join(", "))));
            }
            if members[..i].iter().any(|(earlier, _)| earlier == name) {
                return Err(member.fault("given twice; keep one".to_owned()));
            }
        }
        Ok(())
    }

    /// The member of that name; `null` is as good as none.
    pub(super) fn member(&self, name: &str) -> Option<Self> {
        let Node::Table(members) = self.node else { return None };
        let (_, node) = members.iter().find(|(known, node)| known == name && *node != Node::Null)?;
        Some(Self { node, path: self.path_of(name) })
    }

    /// The member of that name, which `what` describes.
    pub(super) fn required(&self, name: &str, what: &str) -> Result<Self, DocumentError> {
        let missing = Self { node: &Node::Null, path: self.path_of(name) };
        self.member(name).ok_or_else(|| missing.fault(format!("missing; {what} is required")))
    }

    pub(super) fn items(&self) -> Result<Vec<Self>, DocumentError> {
        let Node::List(items) = self.node else { return Err(self.wrong("a list")) };
        let item = |(i, node)| Self { node, path: format!("{}[{i}]", self.path) };
        Ok(items.iter().enumerate().map(item).collect())
    }

    /// This value is not what it should be, which is `expected`.
    pub(super) fn wrong(&self, expected: &str) -> DocumentError {
        self.fault(format!("{} is not {expected}", self.node))
    }

    pub(super) fn fault(&self, problem: String) -> DocumentError {
        let path = if self.path.is_empty() { "document".to_owned() } else { self.path.clone() };
        DocumentError::Field { path, problem }
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }
}

impl From<toml::Value> for Node {
    fn from(value: toml::Value) -> Self {
        match value {
            toml::Value::String(text) => Self::Text(text),
            toml::Value::Integer(number) => Self::Integer(number.into()),
            toml::Value::Float(number) => Self::Fraction(number),
            toml::Value::Boolean(value) => Self::Boolean(value),
            toml::Value::Datetime(at) => Self::DateTime(with_seconds(at).to_string()),
            toml::Value::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            toml::Value::Table(members) => {
                Self::Table(members.into_iter().map(|(name, value)| (name, Self::from(value))).collect())
            }
        }
    }
}

/// TOML 1.1 lets `09:00` stand for `09:00:00`; RFC 3339 does not.
fn with_seconds(mut at: toml::value::Datetime) -> toml::value::Datetime {
    if let Some(time) = &mut at.time {
        time.second.get_or_insert(0);
    }
    at
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Boolean(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Integer(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok(Node::Integer(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        Ok(Node::Fraction(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Node, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = object.next_entry()? {
            members.push(member);
        }
        Ok(Node::Table(members))
    }
}
