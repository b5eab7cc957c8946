//! `GET /v1/accounts/{account}/stream`: what an account's numbers are, and how they change, as server-sent events.
//!
//! # Parameters
//!
//! `parts=metrics,live` (the default), and `window`, `group_by`, the filters, `compare=previous` and `metrics`. `from` and
//! `to` are refused: a stream goes on. What a part does not look at changes nothing of it:
//!
//! | part | looks at | what |
//! |---|---|---|
//! | `metrics` | all of them | rows as `GET …/metrics` has them |
//! | `live` | none | the account's live state |
//! | `agents` | `skill` (what agents can do), `agent` (only these), `metrics`; with `window` each has its numbers | rows as `GET …/agents` has them |
//! | `ratings` | `window`, the filters | the 100 newest rows of `GET …/ratings`, each with an `id`; `total_rows` counts them all |
//!
//! `compare=previous` takes a window of 715m at the most: two windows are then of the last 24 hours at any time, also just
//! after the edge of five minutes, when each covers one more of these.
//!
//! # Events
//!
//! The data of each is one JSON object. A *head* is `"account_id","as_of","revision","stale_ms"`, and in a
//! `snapshot` or `update` `"complete_since"` where the view reaches further back than what was read.
//!
//! | event | when | data |
//! |---|---|---|
//! | `hello` | first | `"schema":1`, `"server":{"version","build"}`, `"publish_interval_ms"`, `"heartbeat_ms"`, `"parts":[…]`. A page loads anew when the build is another than before |
//! | `snapshot` | second, and again where this client was too slow for an update | head, `"private"`, and each part whole: `"metrics":{"from","to","group_by","overlapping"?,"total_rows","rows":[…]}`, `"live":{…}` of SPEC §3, `"agents":{"from"?,"to"?,"total_rows","rows":[…]}`, `"ratings":{"from","to","total_rows","rows":[…]}`. It replaces whatever the client had |
//! | `update` | after a pass, if there is news: once in a publishing interval at the most, of more than 100 rows once a second | head, `"private"`, and each part that differs: its members anew, in `"rows"` the rows that are new or changed, whole, in `"gone"` the ids of those that vanished, as `{"skill_id","agent_id"}` |
//! | `heartbeat` | every 5 s | head: how much is known by now. The view is as it was told last, but for what grows |
//! | `bye` | last | `"reason"`: `stopping` (connect again), `revoked` (the key or session does not hold any more), `refused` (the question has come to too much), `failed`; `"detail"` in words |
//!
//! Rows are told apart by their ids, and come in the order of these: of metrics the members named by `group_by`, of agents
//! `agent_id`, of ratings `id`, which is made for streams (a rating that is replaced or commented keeps it); for the newest
//! first sort by `at`. `id` of an event counts the views of the question; a
//! `Last-Event-ID` is ignored, since a new snapshot has everything. Unknown events and members are to be skipped: there may
//! be more of them within a schema.
//!
//! # What can be relied on
//!
//! - A snapshot with all updates since, applied in order, is the answer as of the last one's `as_of`, exactly.
//! - What differs by the passing of time alone (focus, online and away times of what runs) is no news by itself: it comes
//!   with the next update, five seconds later at the latest. `age_ms` of who waits, and `to`, follow from `as_of`: they come
//!   with updates, never for themselves.
//! - A client that reads slowly is sent the newest snapshot when it can be written; nothing is queued for it here. One that
//!   does not read at all is cut off as any other (`Limits::write`).
//! - Who asks the same, with the same rights, shares one computation and one text. While nobody listens nothing is computed.
//!   All views together may take 256 MiB, and one 32 MiB or 10 000 rows of a part; beyond that a stream does not begin (503,
//!   or 400), and one whose own view becomes too large ends.
//! - Rights are looked at before each event: one that is revoked ends the stream.

mod changes;
mod client;
mod content;
mod event;
mod lists;
mod pace;
pub(in crate::serve) mod part;
mod shared;
mod told;
mod wanted;

use std::hash::{BuildHasher as _, Hash};
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use foldhash::fast::FixedState;

use self::client::Client;
use self::wanted::Wanted;
use super::Pairs;
use crate::serve::access::Caller;
use crate::serve::problem::Problem;

pub use self::shared::{StreamSettings, Streams};

/// The path of it.
pub(super) fn routes(streams: Arc<Streams>) -> Router {
    Router::new().route("/v1/accounts/{account}/stream", get(stream)).with_state(streams)
}

async fn stream(
    State(streams): State<Arc<Streams>>,
    Extension(caller): Extension<Caller>,
    Path(account): Path<String>,
    Query(pairs): Pairs,
) -> Result<Response, Problem> {
    let desk = streams.asking().desk(&caller, &account)?;
    let now = desk.ask(|_, moment| moment.as_of);
    let wanted = Arc::new(Wanted::read(&account, desk.private, &pairs, now)?);
    let permit = streams.enter(&account)?;
    let mut newest = streams.listen(&wanted);
    // What cannot be answered is told as a problem, before anything else.
    let _gone = newest.wait_for(Option::is_some).await.is_err();
    client::begun(&newest.borrow())?;
    Ok(event::answer(Client::new(streams, caller, wanted, newest, permit)))
}

/// A number that is another where something is, as good as surely.
fn hash(of: &impl Hash) -> u64 {
    FixedState::default().hash_one(of)
}
