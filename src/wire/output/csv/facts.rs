//! Facts one by one, a line each.

use crate::domain::answers::questions::listed::Listed;
use crate::domain::fact::Scopes;
use crate::domain::scope::ScopeKind;
use crate::wire::output::fact_words::fact_word;
use crate::wire::words::{SCOPE_KINDS, word_of};

use super::CsvWriter;

/// What each line has.
const COLUMNS: [&str; 12] = [
    "at",
    "fact",
    "value",
    "conversation_id",
    "agent_id",
    "skill_id",
    "line_id",
    "channel",
    "topics",
    "contact_id",
    "company_id",
    "counts_in",
];

/// The kinds of scope in which a fact may count.
const COUNTED_IN: [(Scopes, ScopeKind); 4] = [
    (Scopes::ACCOUNT, ScopeKind::Account),
    (Scopes::SKILL, ScopeKind::Skill),
    (Scopes::AGENT, ScopeKind::Agent),
    (Scopes::AGENT_SKILL, ScopeKind::AgentSkill),
];

/// Writes the line that names the columns.
pub fn begin_facts(csv: &mut CsvWriter) {
    COLUMNS.iter().for_each(|column| csv.text(column));
    csv.end_line();
}

/// Writes a fact.
pub fn write_fact(csv: &mut CsvWriter, fact: &Listed<'_>) {
    csv.time(fact.at);
    csv.text(fact_word(fact.kind));
    match fact.value {
        Some(value) => csv.integer(value),
        None => csv.nothing(),
    }
    csv.optional_text(fact.conversation);
    csv.optional_text(fact.agent);
    csv.text(fact.skill);
    csv.optional_text(fact.line);
    csv.optional_text(fact.channel);
    csv.text(&together(&fact.topics));
    csv.optional_text(fact.contact);
    csv.optional_text(fact.company);
    csv.text(&counts_in(fact.scopes));
    csv.end_line();
}

/// Topics as one text: `;` stands between them, and `\` before a `;` or `\` in one of them.
fn together(topics: &[&str]) -> String {
    let escaped = |topic: &&str| topic.replace('\\', r"\\").replace(';', r"\;");
    topics.iter().map(escaped).collect::<Vec<_>>().join(";")
}

fn counts_in(scopes: Scopes) -> String {
    let kinds = COUNTED_IN.iter().filter(|(kind, _)| scopes.has(*kind));
    kinds.map(|(_, kind)| word_of(SCOPE_KINDS, kind)).collect::<Vec<_>>().join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_can_be_told_apart_whatever_is_in_them() {
        assert_eq!(together(&["a", "b; c", r"d\"]), r"a;b\; c;d\\");
        assert_eq!(together(&[]), "");
    }

    #[test]
    fn a_line_says_in_which_kinds_of_scope_the_fact_counts() {
        assert_eq!(counts_in(Scopes::ALL), "account;skill;agent;agent_skill");
        assert_eq!(counts_in(Scopes::PRESENCE), "account;agent");
    }
}
