//! Rows by name, as a reader sees them.

use super::light::Light;
use super::{Row, What};
use crate::domain::answers::people::named;
use crate::domain::day::view::View;
use crate::domain::kept::Kept;

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
        contact_name: credit.contact.and_then(|contact| view.contact_name(contact)),
        comment: comment(view, light),
        counts,
        running,
    }
}

fn comment<'v>(view: &'v View, light: &Light) -> Option<&'v Kept> {
    let What::Fact(kind) = light.what else { return None };
    named::comment(view, light.conversation, light.at, kind, light.value.unwrap_or_default())
}
