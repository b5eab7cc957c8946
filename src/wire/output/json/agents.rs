//! Agents one by one, as JSON.

use crate::domain::answers::people::agents::AgentRow;
use crate::wire::words::{PRESENCES, word_of};

use super::listing::Listing;
use super::metrics::write_metrics;
use super::writer::JsonWriter;

/// A list of agents, with their numbers where it has some.
#[must_use]
pub fn agents_json(agents: &Listing<'_, AgentRow>) -> Vec<u8> {
    agents.document(|json, agent| write(json, agents, agent))
}

fn write(json: &mut JsonWriter, of: &Listing<'_, AgentRow>, row: &AgentRow) {
    let (view, is_private) = (of.view, of.head.shows_private());
    let (names, current) = (&view.names, &view.current);
    json.key("agent_id").text(names.agents.text(row.agent));
    json.private_text("agent_name", view.agent_name(row.agent), is_private);
    if let Some((status, since)) = row.status {
        json.key("status").text(word_of(PRESENCES, &status));
        json.key("since").time(since);
    }
    json.key("owned").integer(row.owned);
    json.key("waiting").integer(row.waiting);
    if let Some(capacity) = current.capacity_of(row.agent) {
        json.key("capacity").integer(capacity);
    }
    json.optional_text("focused_on", of.conversation(current.focused_on(row.agent)));
    json.key("skills").array(current.skills_of(row.agent), |json, skill| json.text(names.skills.text(*skill)));
    if let Some(metrics) = &row.metrics {
        write_metrics(json.key("metrics"), metrics);
    }
}
