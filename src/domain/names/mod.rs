//! Names as dense numbers, so that what the fold keeps of an id is four bytes.
//!
//! The numbers depend on the order in which names were first seen, so nothing may be ordered or chosen by them.

pub mod aged;
pub mod combinations;

use std::hash::{BuildHasher, Hasher};
use std::num::NonZeroU32;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use smallvec::SmallVec;

use crate::domain::compact::growth;
use crate::domain::compact::prefetch::{AHEAD, Touched};

/// A name's number: dense from 1, so that an `Option` of it is no larger. Where names are forgotten, the next new ones
/// get their numbers.
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
    /// For each name its number, its length and its bytes, in no order: whoever finds a name has read them all.
    text: Vec<u8>,
    /// Where each begins, by number, or `FREE`.
    starts: Vec<u32>,
    /// Where each begins, by hash.
    index: HashTable<u32>,
    /// Numbers of forgotten names, for the next new ones.
    free: Vec<u32>,
    /// Bytes of `text` that belong to forgotten names.
    unused_bytes: usize,
}

/// Instead of a beginning, where the name of a number has been forgotten.
const FREE: u32 = u32::MAX;

/// Bytes before those of a name: its number and its length.
const HEAD: usize = size_of::<u32>() + 1;

impl Names {
    /// The number of `name`, new if it was not known.
    pub fn intern(&mut self, name: &str) -> Name {
        let hash = hash(name.as_bytes());
        match self.known_by(hash, name) {
            Some(number) => number,
            None => self.add(hash, name),
        }
    }

    /// Forgets a name to which nothing refers any more; its number will be another's.
    pub fn forget(&mut self, name: Name) {
        let start = self.starts[name.index()];
        let forgotten = bytes(&self.text, start);
        let (hash, bytes) = (hash(forgotten), HEAD + forgotten.len());
        let Ok(found) = self.index.find_entry(hash, |&other| other == start) else { return };
        found.remove();
        self.starts[name.index()] = FREE;
        self.free.push(name.index() as u32);
        self.unused_bytes += bytes;
        if self.unused_bytes > self.text.len() / 2 {
            self.close_up();
        }
    }

    /// The number of `name`, if it is known.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Name> {
        self.known_by(hash(name.as_bytes()), name)
    }

    /// The text of a name; nothing of one that was forgotten.
    #[must_use]
    pub fn text(&self, name: Name) -> &str {
        std::str::from_utf8(bytes(&self.text, self.starts[name.index()])).expect("only whole strings go in")
    }

    /// How many names are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether none is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// Every name that is known, by ascending number.
    pub fn known(&self) -> impl Iterator<Item = Name> {
        (0..self.starts.len()).filter(|&place| self.starts[place] != FREE).map(Name::at)
    }

    /// Reads what interning `names` will read, each step for all of them, so that the waits for memory overlap.
    pub fn look_ahead<'a>(&self, names: impl Iterator<Item = &'a str>) -> Touched {
        let hashes: SmallVec<[u64; AHEAD]> = names.map(|name| hash(name.as_bytes())).collect();
        let (mut touched, mut found) = (Touched::default(), SmallVec::<[u32; AHEAD]>::new());
        for hash in &hashes {
            self.index.find(*hash, |&start| {
                found.push(start);
                false
            });
        }
        found.iter().for_each(|start| touched.by(self.text[*start as usize]));
        touched
    }

    fn known_by(&self, hash: u64, name: &str) -> Option<Name> {
        let start = self.index.find(hash, |&start| bytes(&self.text, start) == name.as_bytes())?;
        let number = self.text[*start as usize..].first_chunk().expect("a name begins with its number");
        Some(Name::at(u32::from_le_bytes(*number) as usize))
    }

    fn add(&mut self, hash: u64, name: &str) -> Name {
        let place = self.free.pop().unwrap_or_else(|| {
            growth::push(&mut self.starts, FREE);
            self.starts.len() as u32 - 1
        });
        let start = self.write(place, name);
        self.starts[place as usize] = start;
        let text = &self.text;
        self.index.insert_unique(hash, start, |&start| self::hash(bytes(text, start)));
        Name::at(place as usize)
    }

    fn write(&mut self, place: u32, name: &str) -> u32 {
        let start = self.text.len();
        growth::make_room(&mut self.text, HEAD + name.len());
        self.text.extend_from_slice(&place.to_le_bytes());
        self.text.push(u8::try_from(name.len()).expect("ids and labels have at most 128 bytes"));
        self.text.extend_from_slice(name.as_bytes());
        u32::try_from(start).ok().filter(|start| *start != FREE).expect("fewer than 4 GiB of names")
    }

    /// Leaves out the text of forgotten names.
    fn close_up(&mut self) {
        let mut text = Vec::with_capacity(self.text.len() - self.unused_bytes);
        self.index.clear();
        for start in self.starts.iter_mut().filter(|start| **start != FREE) {
            let name = bytes(&self.text, *start);
            let entry = &self.text[*start as usize..][..HEAD + name.len()];
            *start = text.len() as u32;
            text.extend_from_slice(entry);
            self.index.insert_unique(hash(name), *start, |&start| hash(bytes(&text, start)));
        }
        self.text = text;
        self.unused_bytes = 0;
    }
}

/// The bytes of the name that begins at `start`.
fn bytes(text: &[u8], start: u32) -> &[u8] {
    if start == FREE {
        return &[];
    }
    let name = &text[start as usize + HEAD - 1..];
    &name[1..][..usize::from(name[0])]
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
    fn a_forgotten_name_is_unknown_and_its_number_is_given_to_another() {
        let mut names = Names::default();
        let [ann, bob, eve] = ["ann", "bob", "eve"].map(|name| names.intern(name));
        names.forget(bob);
        names.forget(bob);
        assert_eq!((names.find("bob"), names.text(bob), names.len()), (None, "", 2));
        assert_eq!(names.intern("zoe"), bob);
        assert_eq!([ann, bob, eve].map(|name| names.text(name)), ["ann", "zoe", "eve"]);
    }

    #[test]
    fn the_text_of_forgotten_names_is_given_back() {
        let mut names = Names::default();
        for n in 0..10_000 {
            let name = names.intern(&format!("name-{n}"));
            if n % 100 != 0 {
                names.forget(name);
            }
        }
        assert_eq!((names.len(), names.known().count()), (100, 100));
        assert!(names.text.len() < 3_000, "{}", names.text.len());
        assert!((0..100).all(|n| names.find(&format!("name-{}", n * 100)).is_some()));
    }

    #[test]
    fn none_is_zero_and_nothing_else_is() {
        assert_eq!(Name::from_code(Name::to_code(None)), None);
        assert_eq!(Name::from_code(Name::to_code(Some(Name::at(0)))), Some(Name::at(0)));
    }
}
