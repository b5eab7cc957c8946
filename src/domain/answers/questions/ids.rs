//! The names of rows. They stand in one text for all rows of an answer: ten thousand texts of their own would take the
//! allocator longer than all of their numbers take.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use smallvec::SmallVec;

use super::MOST_GROUPED;

/// The names of a row, in the order of the grouping; none is `-1`.
pub type Ids = SmallVec<[Id; MOST_GROUPED]>;

/// A name, as part of a text that others share. A clone shares it, too.
#[derive(Clone)]
pub struct Id {
    text: Arc<str>,
    /// Where it begins and ends: names have 128 bytes, and answers thousands of rows.
    from: u32,
    to: u32,
}

impl Id {
    /// Names in one text.
    pub(super) fn together<'t>(names: impl Iterator<Item = &'t str> + Clone) -> Vec<Self> {
        let text: Arc<str> = names.clone().collect::<String>().into();
        let ends = names.scan(0, |end, name| {
            let from = *end;
            *end += name.len() as u32;
            Some((from, *end))
        });
        ends.map(|(from, to)| Self { text: text.clone(), from, to }).collect()
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text[self.from as usize..self.to as usize]
    }
}

impl From<&str> for Id {
    fn from(name: &str) -> Self {
        Self { text: name.into(), from: 0, to: name.len() as u32 }
    }
}

impl Deref for Id {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl Borrow<str> for Id {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for Id {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Id {}

impl PartialOrd for Id {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Id {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for Id {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_one_text_are_those_that_stand_alone() {
        let names = ["anna", "", "ben", "élodie"];
        let together = Id::together(names.into_iter());
        assert_eq!(together, names.map(Id::from));
        assert_eq!(together.iter().map(Id::as_str).collect::<Vec<_>>(), names);
    }
}
