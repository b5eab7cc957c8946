//! Sessions of browsers: a key is traded for a cookie, so that no page has to keep the key.
//!
//! The cookie says all there is to know and proves it (`wire/keys/session`), so nothing is remembered of who has signed in:
//! a restart signs nobody out. A session has no rights of its own: it leads to a key, which is looked up at each use, so
//! that it ends with the key. What is remembered, for as long as a cookie may last, is who signed out.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::domain::event::Millis;
use crate::wire::keys::{Claim, Key, KeyHash, Session, SessionSecret, base62};

/// A session that is not used for so long ends.
pub(super) const LASTS_MS: Millis = 12 * 3_600_000;
/// Use makes a cookie anew that is older.
const RENEWED_AFTER_MS: Millis = 5 * 60_000;
/// What goes on for long, such as a stream, ends when its cookie is older, since only another answer can make it anew.
const STALE_AFTER_MS: Millis = LASTS_MS / 2;
/// Of one key; one more forgets the one that signed out first. All together are so bounded by the keys there are, and no
/// key can bring back the sessions of another.
const OF_A_KEY: usize = 1_000;

/// What a session is told apart by here: the hash of its mark, so that who reads this memory has no mark by it.
type Mark = [u8; 32];

pub(super) struct Sessions {
    /// None where the system gave no random numbers to make one of: nobody signs in then.
    secret: Option<SessionSecret>,
    signed_out: Mutex<HashMap<Mark, SignedOut>>,
}

struct SignedOut {
    key: String,
    /// From then on no cookie of the session lasts.
    until: Millis,
}

impl Sessions {
    pub(super) fn new(secret: Option<SessionSecret>) -> Self {
        Self { secret, signed_out: Mutex::default() }
    }

    /// Begins one for a key: the text of its cookie.
    pub(super) fn begin(&self, key: &Key, random: [u8; 32], now: Millis) -> Option<String> {
        let session = Session { key: key.id.clone(), mark: base62(random), until: now + LASTS_MS };
        Some(self.secret.as_ref()?.token(&session, &key.hash))
    }

    /// The session of a cookie, which has to be of this key, and last still.
    pub(super) fn of(&self, claim: Claim<'_>, key: &Key, now: Millis) -> Option<Session> {
        let session = claim.proven(self.secret.as_ref()?, &key.hash)?;
        self.goes_on(&session, now).then_some(session)
    }

    /// Whether it lasts, and nobody signed out of it.
    pub(super) fn goes_on(&self, session: &Session, now: Millis) -> bool {
        now < session.until && !self.lock().contains_key(&mark(session))
    }

    /// The session as it goes on from now, with the text of its cookie.
    pub(super) fn renewed(&self, session: &Session, key: &Key, now: Millis) -> Option<(Session, String)> {
        // A clock that is put back makes no session shorter than it was.
        let session = Session { until: session.until.max(now + LASTS_MS), ..session.clone() };
        let token = self.secret.as_ref()?.token(&session, &key.hash);
        Some((session, token))
    }

    /// Ends it: neither its cookie nor one that was made of it holds from now on.
    pub(super) fn end(&self, session: &Session, now: Millis) {
        let mut signed_out = self.lock();
        signed_out.retain(|_, ended| now < ended.until);
        let of_key = || signed_out.iter().filter(|(_, ended)| ended.key == session.key);
        if of_key().count() >= OF_A_KEY
            && let Some(oldest) = of_key().min_by_key(|(_, ended)| ended.until).map(|(mark, _)| *mark)
        {
            signed_out.remove(&oldest);
        }
        let until = session.until.max(now + LASTS_MS);
        signed_out.insert(mark(session), SignedOut { key: session.key.clone(), until });
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Mark, SignedOut>> {
        self.signed_out.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a cookie is old enough to be made anew by use.
pub(super) fn is_used_again(session: &Session, now: Millis) -> bool {
    age(session, now) >= RENEWED_AFTER_MS
}

/// Whether it is so old that it must be.
pub(super) fn is_stale(session: &Session, now: Millis) -> bool {
    age(session, now) >= STALE_AFTER_MS
}

fn age(session: &Session, now: Millis) -> Millis {
    now + LASTS_MS - session.until
}

fn mark(session: &Session) -> Mark {
    *KeyHash::of(&session.mark).as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::keys::{Accounts, Secret};

    fn key(seed: u8) -> Key {
        let hash = Secret::new([seed; 32]).hash();
        Key { id: hash.key_id(), hash, accounts: Accounts::Every, private: false, note: String::new(), created: None }
    }

    fn random(n: u16) -> [u8; 32] {
        let mut random = [0; 32];
        random[..2].copy_from_slice(&n.to_be_bytes());
        random
    }

    fn sessions() -> Sessions {
        Sessions::new(Some(SessionSecret::new([7; 32])))
    }

    /// The session of a cookie.
    fn of(sessions: &Sessions, token: &str, key: &Key, now: Millis) -> Option<Session> {
        sessions.of(Claim::of(token)?, key, now)
    }

    fn begun(sessions: &Sessions, key: &Key, n: u16, now: Millis) -> Session {
        of(sessions, &sessions.begin(key, random(n), now).expect("a secret"), key, now).expect("it begins")
    }

    #[test]
    fn a_session_lasts_twelve_hours_and_from_each_time_it_is_made_anew() {
        let (sessions, key) = (sessions(), key(1));
        let token = sessions.begin(&key, random(1), 0).expect("a secret");
        let session = of(&sessions, &token, &key, LASTS_MS - 1).expect("it lasts");
        assert_eq!(of(&sessions, &token, &key, LASTS_MS), None);
        let (later, token) = sessions.renewed(&session, &key, LASTS_MS - 1).expect("a secret");
        assert_eq!(of(&sessions, &token, &key, 2 * LASTS_MS - 2), Some(later));
        assert_eq!(of(&sessions, &token, &key, 2 * LASTS_MS - 1), None);
        let (back, _) = sessions.renewed(&session, &key, -5).expect("a secret");
        assert_eq!(back.until, session.until);
        assert!(!is_used_again(&session, RENEWED_AFTER_MS - 1) && is_used_again(&session, RENEWED_AFTER_MS));
        assert!(!is_stale(&session, STALE_AFTER_MS - 1) && is_stale(&session, STALE_AFTER_MS));
    }

    #[test]
    fn who_signed_out_is_remembered_for_as_long_as_any_cookie_of_the_session_lasts() {
        let (sessions, key) = (sessions(), key(1));
        let session = begun(&sessions, &key, 1, 0);
        let (renewed, token) = sessions.renewed(&session, &key, 1_000).expect("a secret");
        sessions.end(&session, 1_000);
        assert_eq!(of(&sessions, &token, &key, 1_000), None, "{renewed:?}");
        sessions.end(&begun(&sessions, &key, 2, LASTS_MS), LASTS_MS);
        assert_eq!(of(&sessions, &token, &key, LASTS_MS), None);
        sessions.end(&begun(&sessions, &key, 3, 2 * LASTS_MS), 2 * LASTS_MS);
        assert_eq!(sessions.lock().len(), 1, "what no cookie can say any more takes no room");
    }

    #[test]
    fn who_signs_out_too_often_forgets_sessions_of_their_own_key_alone() {
        let (sessions, key, other) = (sessions(), key(1), key(2));
        let others = begun(&sessions, &other, 0, 0);
        sessions.end(&others, 0);
        let ended: Vec<Session> = (1..=1_001).map(|n| begun(&sessions, &key, n, i64::from(n))).collect();
        ended.iter().for_each(|session| sessions.end(session, session.until - LASTS_MS));
        let back: Vec<bool> = ended.iter().map(|session| sessions.goes_on(session, 2_000)).collect();
        assert_eq!((back[0], back.iter().filter(|goes_on| **goes_on).count()), (true, 1));
        assert!(!sessions.goes_on(&others, 2_000));
    }

    #[test]
    fn without_a_secret_nobody_signs_in() {
        let sessions = Sessions::new(None);
        assert_eq!(sessions.begin(&key(1), random(1), 0), None);
    }
}
