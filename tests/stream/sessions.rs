//! Streams of browsers that have traded a key for a cookie.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use cxpulse::domain::policy::PolicyBook;
use cxpulse::serve::access::{Access, AccessSettings, Keyring};
use cxpulse::wire::keys::{Session, SessionSecret};

use super::{Centre, NOON, SOON, key, started};

const HOUR: i64 = 3_600_000;

#[test]
fn a_stream_whose_cookie_grows_old_ends_and_the_next_one_brings_another() {
    let (key, secret) = (key(1, true), SessionSecret::new([7; 32]));
    let session = Session { key: key.id.clone(), mark: "m".to_owned(), until: NOON + 12 * HOUR };
    let token = secret.token(&session, &key.hash);
    let settings = AccessSettings {
        listen: "127.0.0.1:0".parse().expect("an address"),
        requests_at_once: 32,
        cors_origins: Vec::new(),
        session_secret: Some(secret),
    };
    let now = Arc::new(AtomicI64::new(NOON));
    let clock = now.clone();
    let clock = Box::new(move || clock.load(Ordering::SeqCst));
    let access = Access::new(&settings, Some(Keyring::new(vec![key], Box::new(|| None))), clock, || Some([0; 32]));
    let mut centre = Centre::start(PolicyBook::default(), NOON, SOON, access);
    centre.starts("sales");
    let cookie = [format!("cookie: cxpulse_session={token}")];
    let listens = |centre: &Centre| centre.listens_with("", &cookie.each_ref().map(String::as_str));
    let mut first = listens(&centre);
    assert_eq!(first.snapshot()["private"], true);
    now.store(NOON + 6 * HOUR - 1, Ordering::SeqCst);
    centre.starts("sales");
    assert_eq!(started(&first.skip_to("update")), 2);
    now.store(NOON + 6 * HOUR, Ordering::SeqCst);
    let bye = first.skip_to("bye");
    assert_eq!(bye["reason"], "stopping", "to which a page connects again: {bye}");
    assert!(first.is_over());
    // By the same cookie, which the answer makes anew: a page's browser has it from then on.
    let mut next = listens(&centre);
    assert_eq!(next.snapshot()["private"], true);
    centre.starts("sales");
    assert_eq!(started(&next.skip_to("update")), 3);
}
