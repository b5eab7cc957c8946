//! What people said of themselves and of others and is kept for a while: private text, and which of two sayings is later.
//!
//! Comments and names are private (SPEC §1): they go to readers who may see them, and nowhere else. So they are wrapped
//! here, and what prints one prints its length.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::event::{Millis, Private};

/// Private text that is kept. A clone shares it; its order is that of its bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kept(Arc<str>);

impl Kept {
    /// Keeps a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(Arc::from(text))
    }

    /// The text itself, for an output that is meant to hold it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&Private::new(self.reveal()), f)
    }
}

impl Deref for Kept {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// As much of a text as fits into so many bytes of UTF-8: whole characters.
#[must_use]
pub fn cut(text: &str, most_bytes: usize) -> &str {
    &text[..text.floor_char_boundary(most_bytes)]
}

/// The event that says something, as far as it tells which of two is later.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Said {
    /// When.
    pub at: Millis,
    /// Its place within the millisecond.
    pub sequence: u32,
    /// Its identity.
    pub identity: u64,
}

/// The latest that was said of something; of what one event says in two copies, the lesser. So it depends on the set of
/// events alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latest<T> {
    /// By which event.
    pub said: Said,
    /// What.
    pub value: T,
}

impl<T> Latest<T> {
    /// Whether another saying takes the place of this one; `is_less` compares its value with that of this one.
    pub fn yields_to(&self, said: Said, is_less: impl FnOnce(&T) -> bool) -> bool {
        said > self.said || said == self.said && is_less(&self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_at_a_character() {
        assert_eq!(["", "aé", "a", "aéx"].map(|text| cut(text, 2)), ["", "a", "a", "a"]);
        assert_eq!(cut("aé", 3), "aé");
        assert_eq!(cut("\u{1f600}", 3), "");
    }

    #[test]
    fn what_is_kept_prints_its_length() {
        assert_eq!(format!("{:?}", Kept::new("Ünlü")), "Private(6 bytes)");
    }

    #[test]
    fn the_later_saying_stands_and_of_one_event_the_lesser() {
        let said = |at| Said { at, sequence: 0, identity: 7 };
        let latest = Latest { said: said(5), value: 3 };
        assert!(latest.yields_to(said(6), |_| false) && !latest.yields_to(said(4), |_| true));
        assert!(latest.yields_to(said(5), |value| 2 < *value) && !latest.yields_to(said(5), |value| 3 < *value));
    }
}
