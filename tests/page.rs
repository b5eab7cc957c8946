//! The wallboard's page and its files as they are served: bound to this server, kept by browsers, and small. And what its
//! first view asks for: which accounts there are to choose from.
//!
//! `make test` builds the page first. Where somebody has not, there is the list of addresses in its place.

use cxpulse::domain::policy::PolicyBook;
use cxpulse::serve::access::{Access, AccessSettings, Keyring};
use cxpulse::serve::wallboard;
use cxpulse::wire::keys::{Accounts, Key, Secret};
use serde_json::{Value, json};

use crate::support::site::{Answer, Site};

/// 2026-01-05T12:00:00Z.
const NOON: i64 = 1_767_614_400_000;

/// All that a browser loads.
const FILES: [(&str, &str); 4] = [
    ("/", "text/html; charset=utf-8"),
    ("/assets/board.js", "text/javascript; charset=utf-8"),
    ("/assets/board.css", "text/css; charset=utf-8"),
    ("/assets/icon.svg", "image/svg+xml"),
];
/// What it may be in bytes, compressed.
const LARGEST: usize = 100_000;

fn access(keys: Option<Vec<Key>>) -> Access {
    let listen = "127.0.0.1:0".parse().expect("an address");
    let settings = AccessSettings { listen, requests_at_once: 32, cors_origins: Vec::new(), session_secret: None };
    let keyring = keys.map(|keys| Keyring::new(keys, Box::new(|| None)));
    Access::new(&settings, keyring, Box::new(|| NOON), || Some([0; 32]))
}

/// A site that knows of these accounts.
fn site_of<'a>(accounts: impl IntoIterator<Item = &'a str>, access: Access) -> Site {
    let event = |account| {
        json!({"account_id": account, "conversation_id": "c", "occurred_at": NOON, "type": "customer_message",
            "characters": 3})
    };
    let lines: Vec<String> = accounts.into_iter().map(|account| event(account).to_string()).collect();
    Site::of(&lines, PolicyBook::default(), NOON + 1_000, access)
}

/// A site without any events.
fn site() -> Site {
    site_of([], access(None))
}

#[track_caller]
fn assert_bound(answer: &Answer) {
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
        base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    assert_eq!(answer.header("content-security-policy"), Some(policy));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
}

/// What stands in quotes after a word, each time that it does.
fn quoted<'t>(text: &'t str, word: &str) -> Vec<&'t str> {
    text.split(word).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn whatever_the_address_asks_for_there_is_the_page_and_it_needs_no_key() {
    let site = site_of([], access(Some(Vec::new())));
    let plain = site.get("/");
    assert_eq!(plain.status, 200);
    assert_bound(&plain);
    for path in ["/?account=acme&skill=4,7&line=%2B4930&window=60m&theme=dark&kiosk=1", "/?x", "/?%ff=%"] {
        assert_eq!(site.get(path).body, plain.body, "{path}");
    }
    let elsewhere = site.asks("/", "host: wall.example.com\r\n");
    assert_eq!(elsewhere.body, plain.body, "there are no numbers in it");
    assert_eq!(site.get("/v1/session").status, 401, "and what it asks for needs a key");
    let head = site.sends("HEAD", "/", "");
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(
        (head.header("content-type"), head.header("etag")),
        (plain.header("content-type"), plain.header("etag"))
    );
}

#[test]
fn a_program_without_the_page_says_so_where_it_would_be() {
    let page = site().get("/");
    let kind = if wallboard::is_built() { "text/html; charset=utf-8" } else { "text/plain; charset=utf-8" };
    assert_eq!(page.header("content-type"), Some(kind));
    assert!(wallboard::is_built() || page.body.contains("`make release`"), "{}", page.body);
}

#[test]
fn a_browser_keeps_each_file_and_asks_whether_it_has_changed() {
    let site = site();
    for (path, kind) in FILES.into_iter().filter(|_| wallboard::is_built()) {
        let answer = site.get(path);
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(kind)), "{path}");
        assert_bound(&answer);
        assert_eq!(answer.header("cache-control"), Some("no-cache"));
        let mark = answer.header("etag").expect("a mark");
        assert!(mark.starts_with('"'), "it is of the bytes: {mark}");
        let again = site.asks(path, &format!("if-none-match: {mark}\r\n"));
        assert_eq!((again.status, again.body.as_str(), again.header("etag")), (304, "", Some(mark)), "{path}");
        assert_eq!(site.asks(path, "if-none-match: \"0\"\r\n").body, answer.body);
        let head = site.sends("HEAD", path, "");
        assert_eq!((head.status, head.body.as_str()), (200, ""));
    }
}

#[test]
fn the_page_loads_nothing_from_elsewhere_and_has_no_script_or_style_within() {
    let site = site();
    if !wallboard::is_built() {
        return;
    }
    let page = site.get("/").body;
    let loaded = [quoted(&page, "src=\""), quoted(&page, "href=\"")].concat();
    assert!(loaded.len() >= 3, "{page}");
    for address in loaded {
        assert!(address.starts_with("/assets/"), "{address}");
        assert_eq!(site.get(address).status, 200, "{address}");
    }
    assert!(!page.contains("://") && !page.contains("<style") && !page.contains("style=\""), "{page}");
    let scripts = page.split("<script").skip(1).map(|rest| rest.split_once('>').expect("a tag ends"));
    for (tag, rest) in scripts {
        assert!(tag.contains("src=\"/assets/") && rest.starts_with("</script>"), "{tag}");
    }
    assert!(!page.split_ascii_whitespace().any(|word| word.starts_with("on") && word.contains("=\"")), "{page}");
    let styles = site.get("/assets/board.css").body;
    assert!(!styles.contains("@import") && !styles.contains("://"), "{styles}");
}

#[test]
fn all_of_it_is_small_for_who_takes_it_compressed() {
    let site = site();
    let sizes = FILES.into_iter().filter(|_| wallboard::is_built()).map(|(path, _)| site.packed(path).len());
    let sizes: Vec<usize> = sizes.collect();
    assert!(sizes.iter().sum::<usize>() <= LARGEST, "{sizes:?}");
}

#[test]
fn what_is_no_file_of_the_page_is_a_problem() {
    let site = site();
    for path in
        ["/assets/board.ts", "/assets/", "/assets", "/assets/.gitignore", "/assets/%ff", "/assets/../Cargo.toml"]
    {
        let answer = site.get(path);
        assert_eq!((answer.status, &answer.json()["type"]), (404, &json!("/problems/no-such-path")), "{path}");
    }
    for path in ["/", "/assets/board.js"] {
        let answer = site.sends("PUT", path, "");
        assert_eq!((answer.status, answer.header("allow")), (405, Some("GET,HEAD")), "{path}");
        assert_eq!(answer.json()["type"], "/problems/wrong-method");
    }
}

/// What a caller with a key, or without, is told of the accounts to choose from.
fn known(site: &Site, head: &str) -> Value {
    site.asks("/v1/session", head).json()["known"].clone()
}

#[test]
fn who_may_see_several_accounts_is_told_which_there_are() {
    let key = |seed, accounts| {
        let hash = Secret::new([seed; 32]).hash();
        Key { id: hash.key_id(), hash, accounts, private: false, note: String::new(), created: None }
    };
    let listed = Accounts::Listed(["umbrella", "acme", "globex"].map(str::to_owned).into());
    let keys = vec![key(1, Accounts::Every), key(2, listed)];
    let site = site_of(["initech", "globex", "acme"], access(Some(keys)));
    let bearer = |seed| format!("authorization: Bearer {}\r\n", Secret::new([seed; 32]).reveal());
    assert_eq!(known(&site, &bearer(1)), json!(["acme", "globex", "initech"]));
    assert_eq!(known(&site, &bearer(2)), json!(["acme", "globex"]), "nothing of others, nor of what is not there");
    let without_keys = site_of(["globex", "acme"], access(None));
    assert_eq!(known(&without_keys, ""), json!(["acme", "globex"]));
    assert_eq!(known(&self::site(), ""), json!([]));
}

#[test]
fn of_too_many_accounts_to_choose_from_the_first_are_told() {
    let accounts: Vec<String> = (0..1_200).rev().map(|n| format!("a{n:04}")).collect();
    let told = known(&site_of(accounts.iter().map(String::as_str), access(None)), "");
    let first: Vec<String> = (0..1_000).map(|n| format!("a{n:04}")).collect();
    assert_eq!(told, json!(first));
}
