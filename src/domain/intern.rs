//! Names as dense numbers, so that what the fold keeps of an id is four bytes.
//!
//! The numbers depend on the order in which names were first seen, so nothing may be ordered or chosen by them.

use std::hash::{BuildHasher, Hasher};
use std::num::NonZeroU32;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::growth;

/// A name's number: dense from 1, so that an `Option` of it is no larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(NonZeroU32);

impl Name {
    /// Its place in a `Vec` that grows with the names.
    #[must_use]
    pub fn index(self) -> usize {
        self.0.get() as usize - 1
    }

    /// The name at a place.
    #[must_use]
    pub fn at(index: usize) -> Self {
        let number = u32::try_from(index + 1).expect("fewer than 4 G names");
        Self(NonZeroU32::new(number).expect("index + 1 is never zero"))
    }

    /// As a number that is zero for none, and back.
    #[must_use]
    pub fn to_code(name: Option<Self>) -> u32 {
        name.map_or(0, |name| name.0.get())
    }

    /// The inverse of `to_code`.
    #[must_use]
    pub fn from_code(code: u32) -> Option<Self> {
        NonZeroU32::new(code).map(Self)
    }
}

/// The names of one kind in one account.
#[derive(Debug, Default)]
pub struct Names {
    /// All names, one after the other.
    text: Vec<u8>,
    /// Where each ends.
    ends: Vec<u32>,
    index: HashTable<u32>,
}

impl Names {
    /// The number of `name`, new if it was not known.
    pub fn intern(&mut self, name: &str) -> Name {
        let hash = hash(name.as_bytes());
        if let Some(index) = self.index.find(hash, |&at| slice(&self.text, &self.ends, at) == name.as_bytes()) {
            return Name::at(*index as usize);
        }
        let number = Name::at(self.ends.len());
        growth::make_room(&mut self.text, name.len());
        self.text.extend_from_slice(name.as_bytes());
        growth::push(&mut self.ends, u32::try_from(self.text.len()).expect("fewer than 4 GiB of names"));
        let (text, ends) = (&self.text, &self.ends);
        let place = number.index() as u32;
        self.index.insert_unique(hash, place, |&at| self::hash(slice(text, ends, at)));
        number
    }

    /// The number of `name`, if it is known.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Name> {
        let found = self.index.find(hash(name.as_bytes()), |&at| slice(&self.text, &self.ends, at) == name.as_bytes());
        found.map(|&at| Name::at(at as usize))
    }

    /// The text of a name.
    #[must_use]
    pub fn text(&self, name: Name) -> &str {
        std::str::from_utf8(slice(&self.text, &self.ends, name.index() as u32)).expect("only whole strings go in")
    }

    /// How many names are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether none is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

fn slice<'a>(text: &'a [u8], ends: &[u32], at: u32) -> &'a [u8] {
    let at = at as usize;
    let start = if at == 0 { 0 } else { ends[at - 1] as usize };
    &text[start..ends[at] as usize]
}

/// Fixed seed: nothing that is kept or shown depends on the process.
fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = FixedState::default().build_hasher();
    hasher.write(bytes);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_number_and_its_text() {
        let mut names = Names::default();
        let numbers: Vec<Name> = (0..1000).map(|n| names.intern(&format!("name-{n}"))).collect();
        for (n, number) in numbers.iter().enumerate() {
            assert_eq!(names.text(*number), format!("name-{n}"));
            assert_eq!(names.intern(&format!("name-{n}")), *number);
            assert_eq!(names.find(&format!("name-{n}")), Some(*number));
        }
        assert_eq!(names.len(), 1000);
        assert_eq!(names.find("unknown"), None);
    }

    #[test]
    fn none_is_zero_and_nothing_else_is() {
        assert_eq!(Name::from_code(Name::to_code(None)), None);
        assert_eq!(Name::from_code(Name::to_code(Some(Name::at(0)))), Some(Name::at(0)));
    }
}
