//! The live state of SPEC §3 as JSON, for the topic and for replay.

use crate::domain::answers::live::{Live, Waiting};
use crate::domain::event::Millis;

use super::writer::JsonWriter;

/// An account's live state; `replay` has no revision.
#[must_use]
pub fn live_json(account: &str, as_of: Millis, revision: Option<u64>, live: &Live) -> Vec<u8> {
    JsonWriter::document(|json| {
        json.key("account_id").text(account);
        json.key("as_of").time(as_of);
        if let Some(revision) = revision {
            json.key("revision").integer(revision);
        }
        json.key("open").integer(live.open);
        json.key("waiting").integer(live.waiting);
        json.key("unassigned").integer(live.unassigned);
        json.key("snoozed").integer(live.snoozed);
        json.key("longest_waiting").array(&live.longest_waiting, waiting);
        json.key("agents_online").integer(live.agents_online);
        json.key("agents_away").integer(live.agents_away);
        json.key("owned").object(|json| {
            for (agent, conversations) in &live.owned {
                json.key(agent).integer(*conversations);
            }
        });
    })
}

fn waiting(json: &mut JsonWriter, waiting: &Waiting) {
    json.object(|json| {
        json.key("conversation_id").text(&waiting.conversation);
        json.key("since").time(waiting.since);
        json.key("age_ms").integer(waiting.age_ms);
    });
}
