//! Who asks, and what an endpoint answers to who may not.
//!
//! Nobody learns here which accounts there are: who may not ask of an account is answered the same whether it exists or
//! not.

use std::sync::Arc;

use super::{CHALLENGE_KEY, Problem};
use crate::wire::keys::{Accounts, Key, Session};

/// Who asks: what the guard found out, for endpoints as `Extension<Caller>`.
#[derive(Debug, Clone)]
pub struct Caller {
    rights: Rights,
    session: Option<Arc<Session>>,
}

#[derive(Debug, Clone)]
enum Rights {
    /// There are no keys, or a test says what may be asked.
    Given {
        accounts: Accounts,
        private: bool,
    },
    Of(Arc<Key>),
}

impl Caller {
    /// One who may see all there is, as where there are no keys.
    #[must_use]
    pub fn everything() -> Self {
        Self::with(Accounts::Every, true)
    }

    /// One with these rights and without a key.
    #[must_use]
    pub fn with(accounts: Accounts, private: bool) -> Self {
        Self { rights: Rights::Given { accounts, private }, session: None }
    }

    pub(super) fn of_key(key: Arc<Key>) -> Self {
        Self { rights: Rights::Of(key), session: None }
    }

    pub(super) fn of_session(key: Arc<Key>, session: Session) -> Self {
        Self { rights: Rights::Of(key), session: Some(Arc::new(session)) }
    }

    /// Of which accounts they may ask.
    #[must_use]
    pub fn accounts(&self) -> &Accounts {
        match &self.rights {
            Rights::Given { accounts, .. } => accounts,
            Rights::Of(key) => &key.accounts,
        }
    }

    /// Whether they may ask of this account, be there one or not.
    #[must_use]
    pub fn may_ask(&self, account: &str) -> bool {
        self.accounts().has(account)
    }

    /// Whether they may see comments, and the names of contacts and agents.
    #[must_use]
    pub fn may_see_private(&self) -> bool {
        match &self.rights {
            Rights::Given { private, .. } => *private,
            Rights::Of(key) => key.private,
        }
    }

    /// What their key is called in lists and log lines; none where there are no keys.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key().map(|key| key.id.as_str())
    }

    pub(super) fn key(&self) -> Option<&Arc<Key>> {
        match &self.rights {
            Rights::Given { .. } => None,
            Rights::Of(key) => Some(key),
        }
    }

    pub(super) fn session(&self) -> Option<&Session> {
        self.session.as_deref()
    }
}

/// Whether a caller may ask of an account, on the paths under `/v1`.
///
/// # Errors
/// 403, the same whether or not there is such an account.
pub fn account(caller: &Caller, account: &str) -> Result<(), Problem> {
    if caller.may_ask(account) {
        return Ok(());
    }
    Err(Problem::forbidden("the key does not allow to ask of this account; GET /v1/session tells which it allows"))
}

/// What an endpoint under `/v1` answers where nothing is known of an account: 404 to who may ask of it, and to all
/// others what they are told of accounts that there are.
#[must_use]
pub fn unknown_account(caller: &Caller, id: &str) -> Problem {
    account(caller, id).err().unwrap_or_else(|| Problem::unknown_id("account", id))
}

/// Whether a caller may ask of an account, on the paths of the LivePerson-compatible API.
///
/// # Errors
/// 401, the same as for an account that there is not, and for a wrong key.
pub fn operations_account(caller: &Caller, account: &str) -> Result<(), Problem> {
    if caller.may_ask(account) { Ok(()) } else { Err(unknown_operations_account()) }
}

/// What a path of the LivePerson-compatible API answers where nothing is known of an account: 401, to everybody.
#[must_use]
pub fn unknown_operations_account() -> Problem {
    Problem::unauthorized("the account is unknown, or the key does not allow to ask of it", CHALLENGE_KEY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_not_ask_of_an_account_does_not_learn_whether_there_is_one() {
        let acme = Caller::with(Accounts::Listed(["acme".to_owned()].into()), false);
        assert_eq!(account(&acme, "acme"), Ok(()));
        let refused = account(&acme, "globex").expect_err("not theirs");
        assert_eq!(refused.status(), 403);
        assert_eq!(unknown_account(&acme, "globex"), refused);
        assert_eq!(operations_account(&acme, "globex"), Err(unknown_operations_account()));
        assert_eq!(unknown_operations_account().status(), 401);
    }

    #[test]
    fn who_may_ask_of_an_account_learns_that_nothing_is_known_of_it() {
        assert_eq!(unknown_account(&Caller::everything(), "globex").status(), 404);
    }
}
