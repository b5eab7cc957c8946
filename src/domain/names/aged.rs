//! Names with the time of the last event that bore them: how those of contacts, which come and go, are forgotten.
//!
//! Nobody counts who refers to a contact. An event refers to it as long as its conversation's life is remembered, so a
//! name is older than every reference once its last event is older than every life. What long lives name is told anew.

use crate::domain::bucket::Bucket;
use crate::domain::compact::growth;
use crate::domain::event::Millis;
use crate::domain::kept::Said;
use crate::domain::names::called::Called;
use crate::domain::names::texts::Texts;
use crate::domain::names::{Name, Names, hash_of};

/// Names of one kind, and when each was last borne by an event.
#[derive(Debug, Default)]
pub struct AgedNames {
    names: Names,
    /// By number; a bucket is near enough.
    used: Vec<Bucket>,
    called: Called,
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

    /// Hears what one with such an id is called. Whether that is another name than before.
    pub fn hear_name(&mut self, id: Name, said: Said, name: &str) -> bool {
        self.called.hear(id, said, name)
    }

    /// What those with these ids are called.
    #[must_use]
    pub fn called(&self) -> &Called {
        &self.called
    }

    /// Forgets what was said before a moment of what people are called.
    pub fn forget_called_before(&mut self, moment: Millis) {
        self.called.forget_before(moment);
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
        for name in old {
            self.names.forget(name);
            self.called.forget(name);
        }
    }
}
