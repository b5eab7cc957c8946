//! Agents one by one, as JSON.

use crate::domain::answers::people::agents::AgentRow;
use crate::wire::words::{PRESENCES, word_of};

use super::listing::Listing;
use super::metrics::write_some_metrics;
use super::writer::JsonWriter;

/// A list of agents, with their numbers where it has some.
#[must_use]
pub fn agents_json(agents: &Listing<'_, AgentRow>) -> Vec<u8> {
    agents.document(|json, agent| write(json, agents, agent, None))
}

/// An agent as a stream tells of one: an object of its id alone, which no other row has; the whole row without its numbers;
/// and with them, cut to the members of these names, if there are some.
#[must_use]
pub fn agent_row(of: &Listing<'_, AgentRow>, row: &AgentRow, only: Option<&[&str]>) -> [Vec<u8>; 3] {
    let without = AgentRow { metrics: None, ..*row };
    let id = JsonWriter::document(|json| write_id(json, of, row));
    [
        id,
        JsonWriter::document(|json| write(json, of, &without, only)),
        JsonWriter::document(|json| write(json, of, row, only)),
    ]
}

fn write_id(json: &mut JsonWriter, of: &Listing<'_, AgentRow>, row: &AgentRow) {
    json.key("agent_id").text(of.view.names.agents.text(row.agent));
}

fn write(json: &mut JsonWriter, of: &Listing<'_, AgentRow>, row: &AgentRow, only: Option<&[&str]>) {
    let (view, is_private) = (of.view, of.head.shows_private());
    let (names, current) = (&view.names, &view.current);
    write_id(json, of, row);
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
        write_some_metrics(json.key("metrics"), metrics, only);
    }
}
