//! Rows by name, as a reader sees them.

use super::Row;
use super::light::Light;
use crate::domain::day::view::View;

/// A row with the names that its numbers stand for. No agent is named where the policy says so.
pub(super) fn row<'v>(view: &'v View, light: &Light) -> Row<'v> {
    let Light { at, what, value, conversation, credit, counts, running } = *light;
    let names = &view.names;
    let [line, ..] = names.combinations.origins(credit.via);
    Row {
        at,
        what,
        value,
        conversation: conversation.map(|name| names.conversations.text(name)),
        agent: view.policy().agent_metrics.then(|| names.agent_text(credit.agent)),
        skill: names.skill_text(credit.skill),
        line: line.map(|name| names.lines.text(name)),
        contact: credit.contact.map(|name| names.contacts.text(name)),
        counts,
        running,
    }
}
