//! How a browser trades a key for a cookie.

use serde_json::json;
use utoipa::openapi::path::HttpMethod;
use utoipa::openapi::schema::OneOfBuilder;

use super::endpoint::Endpoint;
use super::schemas::{Members as _, Named, boolean, component, id, list, object, text, word};
use crate::serve::access::SESSION_PATH;
use crate::serve::asking::MOST_KNOWN;

pub(super) const TAG: &str = "session";

const RIGHTS: &str = "Rights";
const SIGN_IN: &str = "SignIn";

pub(super) fn endpoints() -> Vec<Endpoint> {
    let rights = || json!({"accounts": ["acme", "globex"], "known": ["acme"], "private": false});
    let key = format!("cxp_{}", "0".repeat(43));
    vec![
        Endpoint::get(SESSION_PATH, "session").says(TAG, "What the caller may see", "").needs_key().answers_json(
            "The accounts, those that are known, and whether private text.",
            RIGHTS,
            rights(),
        ),
        Endpoint::new(HttpMethod::Post, SESSION_PATH, "sign_in")
            .says(
                TAG,
                "Signs in",
                "The cookie ends after 12 hours without use, and with its key. Answers make it anew as it is used.",
            )
            .takes_json(SIGN_IN, json!({"key": key}))
            .answers_json("What the key allows; the cookie comes with it.", RIGHTS, rights())
            .refuses(&[400, 401, 403, 429]),
        Endpoint::new(HttpMethod::Delete, SESSION_PATH, "sign_out")
            .says(TAG, "Signs out", "")
            .answers_nothing(204, "The session has ended, if there was one.")
            .refuses(&[403]),
    ]
}

pub(super) fn schemas() -> Vec<Named> {
    let every = word("Every account.", ["*"]);
    let known = "Those of them of which anything is known, sorted by id: the first thousand.";
    let accounts = OneOfBuilder::new().item(every).item(list("These.", id(""))).description(Some("Which accounts."));
    let rights = object("What a key allows.")
        .has("accounts", accounts)
        .has("known", list(known, id("")).max_items(Some(MOST_KNOWN)))
        .has("private", boolean("Whether comments, and the names of contacts and agents."));
    let sign_in = object("A key.").has("key", text("What `cxpulse keys create` printed."));
    vec![component(RIGHTS, rights), component(SIGN_IN, sign_in)]
}
