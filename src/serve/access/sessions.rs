//! Sessions of browsers: a key is traded for a cookie, so that no page has to keep the key.
//!
//! They live in memory. A session has no rights of its own: it leads to a key, which is looked up at each use, so that it
//! ends with the key.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::domain::event::Millis;
use crate::wire::keys::{KeyHash, base62};

/// A session that is not used for so long ends.
pub(super) const LASTS_MS: Millis = 12 * 3_600_000;
/// Of one key; one more ends the one that was not used for longest. All sessions together are so bounded by the keys
/// there are, and no key can end those of another.
const OF_A_KEY: usize = 1_000;

/// What a session is known by here: the hash of its token. Who reads this memory has no token by it, and how long a look
/// for it takes tells nothing of any token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct SessionId([u8; 32]);

#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<HashMap<SessionId, Session>>);

#[derive(Debug)]
struct Session {
    key: String,
    used: Millis,
}

impl SessionId {
    pub(super) fn of(token: &str) -> Self {
        Self(*KeyHash::of(token).as_bytes())
    }
}

impl Sessions {
    /// Begins one for a key; its token, which nobody else knows.
    pub(super) fn begin(&self, key: &str, random: [u8; 32], now: Millis) -> String {
        let token = base62(random);
        let mut sessions = self.lock();
        sessions.retain(|_, session| session.lasts(now));
        let of_key = || sessions.iter().filter(|(_, session)| session.key == key);
        if of_key().count() >= OF_A_KEY
            && let Some(oldest) = of_key().min_by_key(|(_, session)| session.used).map(|(id, _)| *id)
        {
            sessions.remove(&oldest);
        }
        sessions.insert(SessionId::of(&token), Session { key: key.to_owned(), used: now });
        token
    }

    /// The id of the key that a session leads to, and the session goes on from now.
    pub(super) fn key_of(&self, id: &SessionId, now: Millis) -> Option<String> {
        let mut sessions = self.lock();
        let session = sessions.get_mut(id).filter(|session| session.lasts(now))?;
        session.used = session.used.max(now);
        Some(session.key.clone())
    }

    pub(super) fn end(&self, id: &SessionId) {
        self.lock().remove(id);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<SessionId, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    fn lasts(&self, now: Millis) -> bool {
        now - self.used < LASTS_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random(n: u16) -> [u8; 32] {
        let mut random = [0; 32];
        random[..2].copy_from_slice(&n.to_be_bytes());
        random
    }

    #[test]
    fn a_session_lasts_as_long_as_it_is_used() {
        let sessions = Sessions::default();
        let id = SessionId::of(&sessions.begin("k", random(1), 0));
        for now in [LASTS_MS - 1, 2 * LASTS_MS - 2] {
            assert_eq!(sessions.key_of(&id, now).as_deref(), Some("k"));
        }
        assert_eq!(sessions.key_of(&id, 3 * LASTS_MS - 2), None);
        assert_eq!(sessions.key_of(&SessionId::of("guessed"), 0), None);
    }

    #[test]
    fn one_session_too_many_of_a_key_ends_its_least_used_one_and_none_of_another_key() {
        let sessions = Sessions::default();
        let other = SessionId::of(&sessions.begin("other", random(0), 0));
        let ids: Vec<_> = (1..=1_000).map(|n| SessionId::of(&sessions.begin("k", random(n), 1))).collect();
        assert!(sessions.key_of(&ids[0], 2).is_some());
        sessions.begin("k", random(1_001), 3);
        let left = ids.iter().filter(|id| sessions.key_of(id, 3).is_some()).count();
        assert_eq!(left, 999);
        assert!(sessions.key_of(&ids[0], 3).is_some(), "it was used later than the others");
        assert!(sessions.key_of(&other, 3).is_some());
    }

    #[test]
    fn sessions_that_have_ended_take_no_room() {
        let sessions = Sessions::default();
        (0..500).for_each(|n| drop(sessions.begin("k", random(n), 0)));
        sessions.begin("k", random(500), LASTS_MS);
        assert_eq!(sessions.lock().len(), 1);
    }
}
