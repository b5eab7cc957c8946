//! The keys there are, taken up anew when their file changes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::domain::event::Millis;
use crate::wire::keys::{Key, KeyHash};

/// The keys if they have changed since it was asked last, or why they cannot be told.
pub type ReadKeys = Box<dyn FnMut() -> Option<Result<Vec<Key>, String>> + Send>;

/// The file is looked at so often at most, and only where somebody asks.
const LOOK_EVERY_MS: Millis = 1_000;
/// No key is longer: what is need not be hashed to know that it is none.
const LONGEST_KEY: usize = 256;

/// The keys of a file.
pub struct Keyring {
    keys: RwLock<Arc<Keys>>,
    file: Mutex<Watched>,
}

/// By hash and by id.
#[derive(Debug, Default)]
struct Keys {
    by_hash: HashMap<[u8; 4], Vec<Arc<Key>>>,
    by_id: HashMap<String, Arc<Key>>,
}

struct Watched {
    read: ReadKeys,
    looked_at: Option<Millis>,
}

impl Keyring {
    /// With these keys to begin with.
    #[must_use]
    pub fn new(keys: Vec<Key>, read: ReadKeys) -> Self {
        let file = Mutex::new(Watched { read, looked_at: None });
        Self { keys: RwLock::new(Arc::new(Keys::new(keys))), file }
    }

    /// The key with this text.
    pub(super) fn find(&self, text: &str, now: Millis) -> Option<Arc<Key>> {
        let keys = self.current(now);
        (text.len() <= LONGEST_KEY).then(|| keys.find(&KeyHash::of(text)))?
    }

    /// The key with this id.
    pub(super) fn by_id(&self, id: &str, now: Millis) -> Option<Arc<Key>> {
        self.current(now).by_id.get(id).cloned()
    }

    /// Whether a key is there still, with the same rights.
    pub(super) fn has(&self, key: &Key, now: Millis) -> bool {
        let same =
            |other: &Key| other.hash == key.hash && other.accounts == key.accounts && other.private == key.private;
        self.current(now).by_id.get(&key.id).is_some_and(|other| same(other))
    }

    fn current(&self, now: Millis) -> Arc<Keys> {
        // While one looks at the file the others go on with the keys of before.
        if let Ok(mut file) = self.file.try_lock()
            && let Some(keys) = file.changed(now)
        {
            *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Keys::new(keys));
        }
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Watched {
    fn changed(&mut self, now: Millis) -> Option<Vec<Key>> {
        // A clock that is put back must not end the looking.
        if self.looked_at.is_some_and(|at| (at..at + LOOK_EVERY_MS).contains(&now)) {
            return None;
        }
        self.looked_at = Some(now);
        match (self.read)()? {
            Ok(keys) => {
                tracing::info!(keys = keys.len(), "the keys file has changed");
                Some(keys)
            }
            Err(error) => {
                tracing::warn!("{error}; the keys of before are used on");
                None
            }
        }
    }
}

impl Keys {
    fn new(keys: Vec<Key>) -> Self {
        let mut all = Self::default();
        for key in keys.into_iter().map(Arc::new) {
            all.by_hash.entry(place(&key.hash)).or_default().push(key.clone());
            all.by_id.insert(key.id.clone(), key);
        }
        all
    }

    /// The keys that share the place are compared in constant time, each of them.
    fn find(&self, hash: &KeyHash) -> Option<Arc<Key>> {
        let candidates = self.by_hash.get(&place(hash))?;
        candidates.iter().fold(None, |found, key| if key.hash == *hash { Some(key.clone()) } else { found })
    }
}

/// The bytes of a hash that its key's id tells everybody anyway.
fn place(hash: &KeyHash) -> [u8; 4] {
    let [a, b, c, d, ..] = *hash.as_bytes();
    [a, b, c, d]
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keyring").finish_non_exhaustive()
    }
}
