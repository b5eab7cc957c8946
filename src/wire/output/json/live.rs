//! The live state of SPEC §3 as JSON, for the topic, for replay and for those who ask.

use crate::domain::answers::live::{Live, Waiting};
use crate::domain::event::Millis;

use super::head::Head;
use super::writer::JsonWriter;

/// An account's live state, for the topic; `replay` has no revision.
#[must_use]
pub fn live_json(account: &str, as_of: Millis, revision: Option<u64>, live: &Live) -> Vec<u8> {
    live_answer_json(&Head { revision, ..Head::of_files(account, as_of) }, live)
}

/// The same as an answer begins.
#[must_use]
pub fn live_answer_json(head: &Head<'_>, live: &Live) -> Vec<u8> {
    JsonWriter::document(|json| {
        head.write(json, None);
        write_live(json, live);
    })
}

/// What a live state says, as members of an object.
#[must_use]
pub fn live_members(live: &Live) -> Vec<u8> {
    JsonWriter::members(|json| write_live(json, live))
}

fn write_live(json: &mut JsonWriter, live: &Live) {
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
}

fn waiting(json: &mut JsonWriter, waiting: &Waiting) {
    json.object(|json| {
        json.key("conversation_id").text(&waiting.conversation);
        json.key("since").time(waiting.since);
        json.key("age_ms").integer(waiting.age_ms);
    });
}
