//! Names as dense numbers, so that what the fold keeps of an id is four bytes.
//!
//! The numbers depend on the order in which names were first seen, so nothing may be ordered or chosen by them.

use std::hash::{BuildHasher, Hasher};
use std::num::NonZeroU32;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use smallvec::SmallVec;

use super::ahead::{AHEAD, Touched};
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
    /// For each name its number, its length and its bytes: whoever finds a name has read them all.
    text: Vec<u8>,
    /// Where each stands in `text`, by number.
    places: Vec<u32>,
    /// Where each stands in `text`, by hash.
    index: HashTable<u32>,
}

/// Bytes of a name's number, before its length and its bytes.
const NUMBER: usize = size_of::<u32>();

impl Names {
    /// The number of `name`, new if it was not known. No longer than 255 bytes.
    pub fn intern(&mut self, name: &str) -> Name {
        let hash = hash(name.as_bytes());
        match self.known(hash, name) {
            Some(number) => number,
            None => self.add(hash, name),
        }
    }

    /// The number of `name`, if it is known.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Name> {
        self.known(hash(name.as_bytes()), name)
    }

    /// The text of a name.
    #[must_use]
    pub fn text(&self, name: Name) -> &str {
        std::str::from_utf8(bytes(&self.text, self.places[name.index()])).expect("only whole strings go in")
    }

    /// How many names are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether none is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Reads what interning `names` will read, each step for all of them, so that the waits for memory overlap.
    pub fn look_ahead<'a>(&self, names: impl Iterator<Item = &'a str>) -> Touched {
        let hashes: SmallVec<[u64; AHEAD]> = names.map(|name| hash(name.as_bytes())).collect();
        let (mut touched, mut found) = (Touched::default(), SmallVec::<[u32; AHEAD]>::new());
        for hash in &hashes {
            self.index.find(*hash, |&place| {
                found.push(place);
                false
            });
        }
        found.iter().for_each(|place| touched.by(self.text[*place as usize]));
        touched
    }

    fn known(&self, hash: u64, name: &str) -> Option<Name> {
        let place = self.index.find(hash, |&place| bytes(&self.text, place) == name.as_bytes())?;
        let number = self.text[*place as usize..][..NUMBER].try_into().expect("four bytes of a number");
        Some(Name::at(u32::from_le_bytes(number) as usize))
    }

    fn add(&mut self, hash: u64, name: &str) -> Name {
        let number = Name::at(self.places.len());
        let length = u8::try_from(name.len()).expect("an id is no longer than 128 bytes");
        let place = u32::try_from(self.text.len()).expect("fewer than 4 GiB of names");
        growth::make_room(&mut self.text, NUMBER + 1 + name.len());
        self.text.extend(self.places.len().to_le_bytes().into_iter().take(NUMBER));
        self.text.push(length);
        self.text.extend_from_slice(name.as_bytes());
        growth::push(&mut self.places, place);
        let text = &self.text;
        self.index.insert_unique(hash, place, |&place| self::hash(bytes(text, place)));
        number
    }
}

/// The bytes of the name at a place.
fn bytes(text: &[u8], place: u32) -> &[u8] {
    let at = place as usize + NUMBER;
    &text[at + 1..][..usize::from(text[at])]
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
