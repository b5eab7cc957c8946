//! Who may ask the HTTP API, and how much at once.
//!
//! [`guard()`] stands around the router of all endpoints. It finds out who asks, refuses who may not, and counts how many
//! requests of an account are under way; an endpoint takes `Extension<Caller>` and finds there what it needs to know.

mod asked;
mod at_once;
mod caller;
mod credentials;
mod guard;
mod keyring;
mod request_log;
mod session_routes;
mod sessions;
mod sign_ins;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::http::HeaderValue;

use self::credentials::Presented;
use self::sessions::Sessions;
use self::sign_ins::SignIns;
use super::problem::Problem;
use crate::domain::event::Millis;
use crate::wire::keys::{Claim, Key, Session, SessionSecret};

pub(in crate::serve) use self::at_once::{AtOnce, Permit};
pub use self::caller::{Caller, account, operations_account, unknown_account, unknown_operations_account};
pub(super) use self::credentials::{API_KEY, COOKIE};
pub use self::guard::guard;
pub use self::keyring::{Keyring, ReadKeys};
pub use self::request_log::{REQUEST_ID, RequestId};
pub(super) use self::session_routes::PATH as SESSION_PATH;
pub use self::session_routes::{Known, routes};

/// What 401 asks for.
const CHALLENGE: &str = "Bearer realm=\"cxpulse\"";
/// The same to who presented a key.
const CHALLENGE_KEY: &str = "Bearer realm=\"cxpulse\", error=\"invalid_token\"";

/// 256 bits that nobody can guess, where the system has some.
pub type Random = fn() -> Option<[u8; 32]>;
/// The time, in milliseconds since the Unix epoch.
pub type Clock = Box<dyn Fn() -> Millis + Send + Sync>;

/// What the settings say of access.
#[derive(Debug, Clone)]
pub struct AccessSettings {
    /// Where the server listens.
    pub listen: SocketAddr,
    /// How many requests of one account are answered at once.
    pub requests_at_once: usize,
    /// Origins of web pages that may read answers from elsewhere.
    pub cors_origins: Vec<String>,
    /// What the sessions of browsers are known by; without it they end with the process.
    pub session_secret: Option<SessionSecret>,
}

/// Everything that decides who may ask.
pub struct Access {
    /// None where everything is open to this machine, and to it alone.
    keyring: Option<Keyring>,
    sessions: Sessions,
    sign_ins: SignIns,
    at_once: Arc<AtOnce>,
    origins: Vec<HeaderValue>,
    /// Whether browsers send the cookie over TLS alone.
    secure_cookies: bool,
    /// What the ids of requests made here begin with.
    requests: request_log::Numbering,
    clock: Clock,
    random: Random,
}

impl Access {
    /// By these settings, with the keys of a file or open to this machine.
    #[must_use]
    pub fn new(settings: &AccessSettings, keyring: Option<Keyring>, clock: Clock, random: Random) -> Self {
        let secret = settings.session_secret.clone().or_else(|| random().map(SessionSecret::new));
        let origins = settings.cors_origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
        Self {
            keyring,
            sessions: Sessions::new(secret),
            sign_ins: SignIns::default(),
            at_once: Arc::new(AtOnce::new(settings.requests_at_once)),
            origins: origins.collect(),
            secure_cookies: !settings.listen.ip().to_canonical().is_loopback(),
            requests: request_log::Numbering::new(random().unwrap_or_default()),
            clock,
            random,
        }
    }

    /// Open to whoever reaches it: for tests of what stands behind the guard.
    #[must_use]
    pub fn open() -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let settings = AccessSettings { listen, requests_at_once: 32, cors_origins: Vec::new(), session_secret: None };
        Self::new(&settings, None, Box::new(|| 0), || Some([0; 32]))
    }

    /// Whether everything is open to this machine, since there are no keys.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.keyring.is_none()
    }

    /// Whether a caller still has the rights that it was let in with: an endpoint whose answer goes on, such as a
    /// stream, asks now and then.
    #[must_use]
    pub fn still_holds(&self, caller: &Caller) -> bool {
        match (&self.keyring, caller.key()) {
            (Some(keyring), Some(key)) => {
                let goes_on = |session| self.sessions.goes_on(session, self.now());
                keyring.has(key, self.now()) && caller.session().is_none_or(goes_on)
            }
            _ => true,
        }
    }

    /// Whether a caller's cookie has become so old that what goes on should end, to begin again: the answer of another
    /// request makes it anew, so that a board on a wall stays signed in.
    #[must_use]
    pub fn is_stale(&self, caller: &Caller) -> bool {
        caller.session().is_some_and(|session| sessions::is_stale(session, self.now()))
    }

    /// Who presents this, or why it is nobody.
    fn caller(&self, presented: &Presented<'_>) -> Result<Caller, Problem> {
        let Some(keyring) = &self.keyring else { return Ok(Caller::everything()) };
        match presented {
            Presented::Key(text) => keyring.find(text, self.now()).map(Caller::of_key).ok_or_else(unknown_key),
            Presented::Session(token) => self.caller_of_session(keyring, token),
            Presented::OAuth => Err(Problem::unauthorized(
                "OAuth signatures are not understood here, bearer tokens are: send the key as \
                 `Authorization: Bearer …` or as `X-API-Key: …`",
                CHALLENGE,
            )),
            Presented::Nothing => {
                Err(Problem::unauthorized("send a key as `Authorization: Bearer …` or as `X-API-Key: …`", CHALLENGE))
            }
        }
    }

    fn caller_of_session(&self, keyring: &Keyring, token: &str) -> Result<Caller, Problem> {
        let ended = || Problem::unauthorized("the session has ended; sign in again with a key", CHALLENGE);
        self.session_of(keyring, token).map(|(key, session)| Caller::of_session(key, session)).ok_or_else(ended)
    }

    /// The session of a cookie, and the key that it leads to.
    fn session_of(&self, keyring: &Keyring, token: &str) -> Option<(Arc<Key>, Session)> {
        let claim = Claim::of(token)?;
        let key = keyring.by_id(claim.key(), self.now())?;
        let session = self.sessions.of(claim, &key, self.now())?;
        Some((key, session))
    }

    /// By use a session goes on: the caller as they are from now on, and the cookie to send, if it was old enough.
    fn renewed(&self, caller: &Caller, always: bool) -> Option<(Caller, HeaderValue)> {
        let (key, session) = (caller.key()?, caller.session()?);
        if !always && !sessions::is_used_again(session, self.now()) {
            return None;
        }
        let (session, token) = self.sessions.renewed(session, key, self.now())?;
        let cookie = HeaderValue::try_from(self.cookie(&token, sessions::LASTS_MS / 1_000)).ok()?;
        Some((Caller::of_session(key.clone(), session), cookie))
    }

    /// The key that somebody signs in with.
    fn key(&self, text: &str) -> Option<Arc<Key>> {
        self.keyring.as_ref()?.find(text, self.now())
    }

    fn now(&self) -> Millis {
        (self.clock)()
    }
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access").field("is_open", &self.is_open()).finish_non_exhaustive()
    }
}

fn unknown_key() -> Problem {
    Problem::unauthorized("the key is not known; it may have been revoked", CHALLENGE_KEY)
}
