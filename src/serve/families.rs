//! Which gauges there are: one for every number of the catalogue, by its path in the metrics object, and those of the
//! live state.
//!
//! The names follow from the paths by the rule of SPEC §7, which stands here once, in [`name`].

use crate::domain::answers::catalogue;
use crate::domain::answers::live::Live;
use crate::domain::scope::ScopeKind;

/// One number of the live state: its path, its help, where it is.
pub(super) type LiveFamily = (&'static str, &'static str, fn(&Live) -> u64);

/// The ages of the longest waiting, by rank.
pub(super) const LONGEST_WAITING: (&str, &str) =
    ("live.longest_waiting.age_ms", "Age of the longest waiting conversations; rank 1 waits longest.");

/// What an agent owns.
pub(super) const OWNED: (&str, &str) = ("live.owned", "Open conversations assigned to the agent.");

/// The live state's plain counts.
pub(super) const LIVE: [LiveFamily; 6] = [
    ("live.open", "Open conversations.", |live| live.open),
    ("live.waiting", "Open conversations with a customer message that no human has answered.", |live| live.waiting),
    ("live.unassigned", "Open conversations without an assignee.", |live| live.unassigned),
    ("live.snoozed", "Open conversations that are snoozed.", |live| live.snoozed),
    ("live.agents_online", "Agents online.", |live| live.agents_online),
    ("live.agents_away", "Agents away.", |live| live.agents_away),
];

/// The family's name: prefix and path, with `_ms` → `_seconds`, a share or score → ratio, an object's count or
/// total → samples. A map's or a list's keys are no part of the path, but a label.
pub(super) fn name(prefix: &str, path: &str) -> String {
    let (object, key) = path.rsplit_once('.').map_or(("", path), |(object, key)| (object, key));
    let key = match key {
        "share" | "score" => "ratio".to_owned(),
        "count" | "total" if !object.is_empty() => "samples".to_owned(),
        _ => key.strip_suffix("_ms").map_or_else(|| key.to_owned(), |stem| format!("{stem}_seconds")),
    };
    let words = [prefix, &object.replace('.', "_"), &key];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}

/// What a family's name has behind its scope: `csat_ratio`.
pub(super) fn key(path: &str) -> String {
    name("", path)
}

/// What the names of a kind of scope's families begin with.
pub(super) fn prefix(kind: ScopeKind) -> &'static str {
    match kind {
        ScopeKind::Account => "cxpulse_account",
        ScopeKind::Skill => "cxpulse_skill",
        ScopeKind::Agent => "cxpulse_agent",
        ScopeKind::AgentSkill => "cxpulse_agent_skill",
    }
}

/// The path of every family there is, with the kind of scope that has it.
pub(super) fn all_paths() -> impl Iterator<Item = (ScopeKind, &'static str)> {
    let kinds = [ScopeKind::Account, ScopeKind::Skill, ScopeKind::Agent, ScopeKind::AgentSkill];
    let windows = || catalogue::entries().iter().map(|entry| entry.path.as_str());
    let of_windows = kinds.into_iter().flat_map(move |kind| windows().map(move |path| (kind, path)));
    let live = LIVE.iter().map(|(path, ..)| *path).chain([LONGEST_WAITING.0, OWNED.0]);
    of_windows.chain(live.map(|path| (ScopeKind::Account, path)))
}
