//! Keys of the HTTP API: what one is, what it allows, and the file that lists them.
//!
//! A key itself is shown once, to who makes it. All others know its hash: a file that is read by somebody else, or a
//! backup of it, opens nothing.

mod file;
mod secret;
mod session;

use std::collections::BTreeSet;
use std::fmt;

use subtle::ConstantTimeEq as _;

pub use self::file::{WrongKeys, from_toml, is_note, to_toml};
pub use self::secret::{Secret, base62, may_be_key};
pub use self::session::{Claim, Session, SessionSecret};
use crate::domain::event::Millis;

/// What stands for every account, in the file and on the command line.
pub const EVERY_ACCOUNT: &str = "*";

/// One key as the file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// What people call it by, in lists and log lines. It opens nothing.
    pub id: String,
    /// Of the key itself.
    pub hash: KeyHash,
    /// Of which accounts it may ask.
    pub accounts: Accounts,
    /// Whether it may see private text: comments, and the names of contacts and agents.
    pub private: bool,
    /// Whose it is, or what for.
    pub note: String,
    /// When it was made, if the file says so.
    pub created: Option<Millis>,
}

/// Of which accounts somebody may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accounts {
    /// Of all there are, and will be.
    Every,
    /// Of these.
    Listed(BTreeSet<String>),
}

/// The BLAKE3 hash of a key's text. A key has 256 random bits, so a fast hash without salt is enough: nobody can try
/// them all.
#[derive(Clone, Copy, Eq)]
pub struct KeyHash([u8; 32]);

impl Accounts {
    /// From a list in which `*` alone is every account; none for a list that is empty or has anything else in it than
    /// ids.
    #[must_use]
    pub fn from_list(list: &[String]) -> Option<Self> {
        match list {
            [every] if every == EVERY_ACCOUNT => Some(Self::Every),
            [] => None,
            ids => {
                let right = |id: &String| super::text::is_id(id) && id != EVERY_ACCOUNT;
                ids.iter().all(right).then(|| Self::Listed(ids.iter().cloned().collect()))
            }
        }
    }

    /// Whether this account is one of them.
    #[must_use]
    pub fn has(&self, account: &str) -> bool {
        match self {
            Self::Every => true,
            Self::Listed(ids) => ids.contains(account),
        }
    }

    /// As a list, `*` for every account.
    #[must_use]
    pub fn to_list(&self) -> Vec<&str> {
        match self {
            Self::Every => vec![EVERY_ACCOUNT],
            Self::Listed(ids) => ids.iter().map(String::as_str).collect(),
        }
    }
}

impl KeyHash {
    /// Of a key as it was presented.
    #[must_use]
    pub fn of(key: &str) -> Self {
        Self(*blake3::hash(key.as_bytes()).as_bytes())
    }

    /// From 64 hexadecimal digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        blake3::Hash::from_hex(text).ok().map(|hash| Self(*hash.as_bytes()))
    }

    /// Its bytes. That some of them equal those of a key's hash helps nobody to find the key.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// What a key with this hash is called: the first eight of the hash's digits.
    #[must_use]
    pub fn key_id(&self) -> String {
        self.to_string()[..8].to_owned()
    }
}

impl PartialEq for KeyHash {
    /// In a time that does not depend on how many bytes are equal.
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Display for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyHash({}…)", self.key_id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(ids: &[&str]) -> Option<Accounts> {
        Accounts::from_list(&ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn accounts_are_ids_or_a_star_alone() {
        let some = list(&["acme", "globex", "acme"]).expect("ids");
        assert!(some.has("globex") && !some.has("initech") && !some.has("*"));
        assert_eq!(some.to_list(), ["acme", "globex"]);
        assert!(list(&["*"]).expect("every account").has("initech"));
        for wrong in [&[][..], &["*", "acme"], &["a b"], &[""]] {
            assert_eq!(list(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_hash_is_that_of_the_whole_text_and_its_digits_lead_back_to_it() {
        let hash = KeyHash::of("abc");
        let digits = "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85";
        assert_eq!(hash.to_string(), digits, "BLAKE3 of abc, as its authors have it");
        assert_eq!(KeyHash::from_hex(digits), Some(hash));
        assert_eq!((hash.key_id().as_str(), format!("{hash:?}").as_str()), ("6437b3ac", "KeyHash(6437b3ac…)"));
        assert_ne!(KeyHash::of("abd"), hash);
        assert_eq!(KeyHash::from_hex(&digits[1..]), None);
    }
}
