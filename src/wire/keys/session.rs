//! A browser's session as the text of its cookie: which key it was traded for, until when it lasts, and a code that only
//! who has the secret can make. So nobody has to remember sessions, and whoever has the secret knows them, also after a
//! restart.
//!
//! The code is BLAKE3's, keyed. It is over the key's hash as well, so that a session is of the key it was traded for and
//! of no other that is called the same; the secret is no part of the file of keys, so that who reads that makes no session.

use std::fmt;

use subtle::ConstantTimeEq as _;

use super::{KeyHash, base62};
use crate::domain::event::Millis;

/// What the secret is for: whatever else is made of it one day has another word, and differs.
const PURPOSE: &str = "cxpulse 2026-11 sessions of browsers";
/// More than any token of ours has: its key's id is the longest part of it.
const LONGEST_TOKEN: usize = 256;

/// What makes codes, and knows them again.
#[derive(Clone)]
pub struct SessionSecret([u8; 32]);

/// A session, as somebody proved it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The id of the key that it was traded for.
    pub key: String,
    /// What it is told apart by, also after its cookie was made anew.
    pub mark: String,
    /// It lasts up to this moment.
    pub until: Millis,
}

/// What a cookie says, be it true or not.
#[derive(Debug)]
pub struct Claim<'t> {
    said: &'t str,
    code: &'t str,
    session: Session,
}

impl SessionSecret {
    /// Of 256 bits that nobody can guess.
    #[must_use]
    pub fn new(random: [u8; 32]) -> Self {
        Self(blake3::derive_key(PURPOSE, &random))
    }

    /// Of the text that [`SessionSecret::text`] made of such bits.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        blake3::Hash::from_hex(text.trim_end()).ok().map(|random| Self::new(*random.as_bytes()))
    }

    /// These bits for a file: 64 hexadecimal digits and the end of a line.
    #[must_use]
    pub fn text(random: [u8; 32]) -> String {
        format!("{}\n", blake3::Hash::from_bytes(random).to_hex())
    }

    /// The cookie of a session of the key with this hash.
    #[must_use]
    pub fn token(&self, session: &Session, key: &KeyHash) -> String {
        let Session { key: id, mark, until } = session;
        let said = format!("{id}.{mark}.{until}");
        let code = self.code(&said, key);
        format!("{said}.{code}")
    }

    fn code(&self, said: &str, key: &KeyHash) -> String {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(key.as_bytes()).update(said.as_bytes());
        base62(*hasher.finalize().as_bytes())
    }
}

impl<'t> Claim<'t> {
    /// What a text says, if it is the text of a session at all. A key's id may have dots in it, and nothing else has.
    #[must_use]
    pub fn of(token: &'t str) -> Option<Self> {
        if token.len() > LONGEST_TOKEN {
            return None;
        }
        let (said, code) = token.rsplit_once('.')?;
        let (whose, until) = said.rsplit_once('.')?;
        let (key, mark) = whose.rsplit_once('.')?;
        let session = Session { key: key.to_owned(), mark: mark.to_owned(), until: until.parse().ok()? };
        Some(Self { said, code, session })
    }

    /// The id of the key that it says to be of.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.session.key
    }

    /// The session, if the code is of this secret and of the key with this hash. How long it takes to find out does not
    /// depend on how much of the code is right.
    #[must_use]
    pub fn proven(self, secret: &SessionSecret, key: &KeyHash) -> Option<Session> {
        let right = secret.code(self.said, key);
        bool::from(right.as_bytes().ct_eq(self.code.as_bytes())).then_some(self.session)
    }
}

impl fmt::Debug for SessionSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> Session {
        Session { key: "a.b-c".to_owned(), mark: base62([9; 32]), until: 1_767_614_400_000 }
    }

    fn read(token: &str, secret: &SessionSecret, key: &KeyHash) -> Option<Session> {
        Claim::of(token).and_then(|claim| claim.proven(secret, key))
    }

    #[test]
    fn a_token_is_known_by_the_secret_it_was_made_with_and_as_of_its_key() {
        let (secret, key) = (SessionSecret::new([1; 32]), KeyHash::of("cxp_one"));
        let token = secret.token(&session(), &key);
        assert_eq!(Claim::of(&token).expect("a token").key(), "a.b-c");
        let kept = SessionSecret::from_text(&SessionSecret::text([1; 32])).expect("its own text");
        assert_eq!(read(&token, &kept, &key), Some(session()));
        assert_eq!(read(&token, &SessionSecret::new([2; 32]), &key), None, "another server's");
        assert_eq!(read(&token, &secret, &KeyHash::of("cxp_two")), None, "another key that is called the same");
    }

    #[test]
    fn a_token_with_any_other_byte_in_it_proves_nothing() {
        let (secret, key) = (SessionSecret::new([1; 32]), KeyHash::of("cxp_one"));
        let token = secret.token(&session(), &key);
        for at in 0..token.len() {
            for byte in ['0', '1', '.', 'z'] {
                let mut other = token.clone();
                other.replace_range(at..=at, &byte.to_string());
                assert!(other == token || read(&other, &secret, &key).is_none(), "{other}");
            }
            assert_eq!(read(&token[..at], &secret, &key), None);
        }
        for text in ["", "...", "a.b.c", "a.b.1", "a.b.1.", &format!("{token}0"), &"9".repeat(300)] {
            assert_eq!(read(text, &secret, &key), None, "{text}");
        }
    }

    #[test]
    fn a_secret_is_64_digits_in_its_file_and_nothing_where_it_is_printed() {
        let text = SessionSecret::text([171; 32]);
        assert_eq!(text, format!("{}\n", "ab".repeat(32)));
        assert_eq!(format!("{:?}", SessionSecret::from_text(&text)), "Some(SessionSecret(…))");
        for wrong in ["", "ab", &"ab".repeat(33), &"xy".repeat(32)] {
            assert!(SessionSecret::from_text(wrong).is_none(), "{wrong}");
        }
    }
}
