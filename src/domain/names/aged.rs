//! Names with the time of the last event that bore them: how those of contacts, which come and go, are forgotten.
//!
//! Nobody counts who refers to a contact. An event refers to it as long as its conversation's life is remembered, so a
//! name is older than every reference once its last event is older than every life. What long lives name is told anew.

use crate::domain::bucket::Bucket;
use crate::domain::compact::growth;
use crate::domain::event::Millis;
use crate::domain::names::texts::Texts;
use crate::domain::names::{Name, Names, hash_of};

/// Names of one kind, and when each was last borne by an event.
#[derive(Debug, Default)]
pub struct AgedNames {
    names: Names,
    /// By number; a bucket is near enough.
    used: Vec<Bucket>,
}

impl AgedNames {
    /// The number of `name`, which an event at `at` bears.
    pub fn intern(&mut self, name: &str, at: Millis) -> Name {
        self.intern_hashed(hash_of(name), name, at)
    }

    /// The same where its hash is known.
    pub fn intern_hashed(&mut self, hash: u64, name: &str, at: Millis) -> Name {
        let number = self.names.intern_hashed(hash, name);
        if self.used.len() <= number.index() {
            growth::push(&mut self.used, Bucket::of(at));
        }
        self.used(number, at);
        number
    }

    /// Has what interning a name with this hash will read first brought into the caches.
    pub fn prefetch(&self, hash: u64) {
        self.names.prefetch(hash);
    }

    /// The same of what it will read then: a little later, since it looks at the first.
    pub fn prefetch_text(&self, hash: u64) {
        self.names.prefetch_text(hash);
    }

    /// Notes that a name is borne by an event at `at`.
    pub fn used(&mut self, name: Name, at: Millis) {
        let used = &mut self.used[name.index()];
        *used = Bucket::of(at).max(*used);
    }

    /// The text of a name.
    pub fn text(&self, name: Name) -> &str {
        self.names.text(name)
    }

    /// The texts as they are now.
    #[must_use]
    pub fn texts(&self) -> &Texts {
        self.names.texts()
    }

    /// How many names are known.
    pub(in crate::domain) fn len(&self) -> usize {
        self.names.len()
    }

    /// Forgets the names whose last event is older than the bucket of `limit`.
    pub fn forget_before(&mut self, limit: Millis) {
        let limit = Bucket::of(limit);
        let old: Vec<Name> = self.names.known().filter(|name| self.used[name.index()] < limit).collect();
        old.into_iter().for_each(|name| self.names.forget(name));
    }
}
