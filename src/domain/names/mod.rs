//! Names as dense numbers, so that what the fold keeps of an id is four bytes.
//!
//! The numbers depend on the order in which names were first seen, so nothing may be ordered or chosen by them.

pub mod aged;
pub mod called;
pub mod combinations;
mod index;
mod numbered;
pub mod texts;
mod topic_sets;

use std::hash::{BuildHasher, Hasher};
use std::num::NonZeroU32;
use std::sync::{Arc, LazyLock};

use foldhash::fast::FixedState;
use index::Index;
use texts::Texts;

use super::compact::rare::Emptiable;

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
#[derive(Debug, Clone)]
pub struct Names {
    texts: Texts,
    /// Where each text begins, by hash. Shared with readers of kinds that are few; those of kinds that are many take the
    /// texts alone.
    index: Arc<Index>,
    /// Numbers of forgotten names, for the next new ones.
    free: Vec<u32>,
}

impl Default for Names {
    fn default() -> Self {
        // One for all: of most kinds most accounts have no names.
        static NOTHING: LazyLock<Arc<Index>> = LazyLock::new(Arc::default);
        Self { texts: Texts::default(), index: NOTHING.clone(), free: Vec::new() }
    }
}

impl Emptiable for Names {
    fn empty() -> &'static Self {
        static EMPTY: LazyLock<Names> = LazyLock::new(Names::default);
        &EMPTY
    }

    fn is_empty(&self) -> bool {
        self.texts.numbers() == 0
    }
}

impl Names {
    /// The number of `name`, new if it was not known.
    pub fn intern(&mut self, name: &str) -> Name {
        self.intern_hashed(hash_of(name), name)
    }

    /// The same where its hash is known.
    pub fn intern_hashed(&mut self, hash: u64, name: &str) -> Name {
        match self.known_by(hash, name) {
            Some(number) => number,
            None => self.add(hash, name),
        }
    }

    /// Has what interning a name with this hash will read first brought into the caches.
    #[inline]
    pub fn prefetch(&self, hash: u64) {
        self.index.prefetch(hash);
    }

    /// The same of what it will read then: a little later, since it looks at the first.
    #[inline]
    pub fn prefetch_text(&self, hash: u64) {
        if let Some(start) = self.index.likely(hash) {
            self.texts.prefetch_at(start);
        }
    }

    /// Forgets a name to which nothing refers any more; its number will be another's. Who took the texts before still
    /// reads it.
    pub fn forget(&mut self, name: Name) {
        let Some(start) = self.texts.start(name) else { return };
        let hash = hash(self.texts.bytes_at(start));
        Arc::make_mut(&mut self.index).remove(hash, start);
        self.texts.forget(name);
        self.free.push(name.index() as u32);
        if self.texts.is_mostly_unused() {
            self.close_up();
        }
    }

    /// The number of `name`, if it is known.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Name> {
        self.known_by(hash_of(name), name)
    }

    /// The text of a name; nothing of one that was forgotten.
    #[must_use]
    pub fn text(&self, name: Name) -> &str {
        self.texts.text(name)
    }

    /// The texts as they are now.
    #[must_use]
    pub fn texts(&self) -> &Texts {
        &self.texts
    }

    /// How many names are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether none is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index.len() == 0
    }

    /// Every name that is known, by ascending number.
    pub fn known(&self) -> impl Iterator<Item = Name> {
        self.texts.known()
    }

    fn known_by(&self, hash: u64, name: &str) -> Option<Name> {
        let start = self.index.find(hash, |start| self.texts.bytes_at(start) == name.as_bytes())?;
        Some(self.texts.name_at(start))
    }

    fn add(&mut self, hash: u64, name: &str) -> Name {
        let place = self.free.pop().unwrap_or(self.texts.numbers() as u32);
        let start = self.texts.write(place, name);
        let texts = &self.texts;
        Arc::make_mut(&mut self.index).insert(hash, start, |start| self::hash(texts.bytes_at(start)));
        Name::at(place as usize)
    }

    fn close_up(&mut self) {
        self.texts.close_up();
        let (index, texts) = (Arc::make_mut(&mut self.index), &self.texts);
        index.clear();
        for start in texts.known().filter_map(|name| texts.start(name)) {
            index.insert(hash(texts.bytes_at(start)), start, |start| hash(texts.bytes_at(start)));
        }
    }
}

/// The hash of a name, by which it is found.
#[must_use]
pub fn hash_of(name: &str) -> u64 {
    hash(name.as_bytes())
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
        assert!(names.texts.kept_bytes() < 3_000, "{}", names.texts.kept_bytes());
        assert!((0..100).all(|n| names.find(&format!("name-{}", n * 100)).is_some()));
    }

    #[test]
    fn none_is_zero_and_nothing_else_is() {
        assert_eq!(Name::from_code(Name::to_code(None)), None);
        assert_eq!(Name::from_code(Name::to_code(Some(Name::at(0)))), Some(Name::at(0)));
    }
}
