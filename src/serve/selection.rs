//! What of a page is asked for: all that it has by default, or less by the parameters of its address.

use std::collections::BTreeSet;

use super::families;
use super::flows;
use crate::domain::answers::catalogue;
use crate::domain::scope::{Scope, ScopeKind};
use crate::telemetry::{ENGINE_METRICS, EXPORT_SERIES_DROPPED, PROCESS_METRICS};
use crate::wire::text::is_id;
use crate::wire::window;

/// The word that stands for every family.
const ALL: &str = "all";

/// A parameter, or a word in a setting, that nothing here is called by, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} = {value:?}: {what}; right would be {right}")]
pub struct Unknown {
    name: String,
    /// The word.
    pub value: String,
    /// What is wrong with it.
    pub what: &'static str,
    /// What would be right.
    pub right: String,
}

/// Which families are wanted, each by its name, by its name without the scope, or by its object; or all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Families {
    /// None: every one.
    words: Option<BTreeSet<String>>,
}

/// What a scrape asks for; without parameters everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Selection {
    accounts: Option<BTreeSet<String>>,
    skills: Option<BTreeSet<String>>,
    agents: Option<BTreeSet<String>>,
    /// In minutes.
    windows: Option<BTreeSet<u32>>,
    families: Option<Families>,
}

impl Families {
    /// All there are.
    pub const EVERY: Self = Self { words: None };

    /// The families of some words; `name` is the setting or the parameter in which they stand.
    ///
    /// # Errors
    /// The first word that no family is called by.
    pub fn named<'a>(name: &str, words: impl IntoIterator<Item = &'a str>) -> Result<Self, Unknown> {
        let known = known();
        let words: BTreeSet<String> = words.into_iter().map(str::to_owned).collect();
        if words.contains(ALL) {
            return Ok(Self::default());
        }
        match words.iter().find(|word| !known.contains(*word)) {
            Some(word) => Err(unknown(name, word, "there is no such family", &right_families())),
            None => Ok(Self { words: Some(words) }),
        }
    }

    /// Whether a scope's family is wanted, by its whole name and its path in the metrics object.
    pub(super) fn want(&self, name: &str, path: &str) -> bool {
        let of = |words: &BTreeSet<String>| {
            words.contains(name) || words.contains(&families::key(path)) || words.contains(catalogue::object(path))
        };
        self.words.as_ref().is_none_or(of)
    }

    /// Whether a family that has no scope is wanted.
    pub(super) fn want_plain(&self, name: &str) -> bool {
        self.words.as_ref().is_none_or(|words| words.contains(name))
    }
}

impl Selection {
    /// What the parameters of an address say; `windows` are those there are.
    ///
    /// # Errors
    /// The first parameter, or item of its list, that is unknown or can be no id.
    pub fn parse(parameters: &[(String, String)], windows: &[u32]) -> Result<Self, Unknown> {
        let mut selection = Self::default();
        let mut words = Vec::new();
        for (name, list) in parameters {
            let items = || list.split(',').map(str::trim);
            match name.as_str() {
                "account" => ids(&mut selection.accounts, name, items())?,
                "skill" => ids(&mut selection.skills, name, items())?,
                "agent" => ids(&mut selection.agents, name, items())?,
                "window" => lengths(selection.windows.get_or_insert_default(), windows, items())?,
                "family" => words.extend(items()),
                _ => return Err(unknown_parameter(name, list)),
            }
        }
        if !words.is_empty() {
            selection.families = Some(Families::named("family", words)?);
        }
        Ok(selection)
    }

    /// Whether anything of an account is asked for.
    pub(super) fn wants_account(&self, account: &str) -> bool {
        has(&self.accounts, account)
    }

    /// Whether a scope of a wanted account is asked for: where ids of a kind are, one of them must be its own.
    pub(super) fn wants_scope(&self, scope: &Scope) -> bool {
        let named = |wanted: &Option<BTreeSet<String>>, id: &Option<String>| match id {
            Some(id) => has(wanted, id),
            None => wanted.is_none(),
        };
        named(&self.skills, &scope.skill) && named(&self.agents, &scope.agent)
    }

    /// Whether any scope of a kind can be asked for.
    pub(super) fn wants_kind(&self, kind: ScopeKind) -> bool {
        let (skill, agent) = match kind {
            ScopeKind::Account => (false, false),
            ScopeKind::Skill => (true, false),
            ScopeKind::Agent => (false, true),
            ScopeKind::AgentSkill => (true, true),
        };
        (skill || self.skills.is_none()) && (agent || self.agents.is_none())
    }

    /// Whether what belongs to no account is asked for.
    pub(super) fn wants_engine(&self) -> bool {
        self.accounts.is_none() && self.wants_kind(ScopeKind::Account)
    }

    /// The places, in `windows`, of the windows asked for; of `else_these` where none are.
    pub(super) fn windows(&self, windows: &[u32], else_these: &[u32]) -> Vec<usize> {
        let wanted = |minutes: &u32| match &self.windows {
            Some(these) => these.contains(minutes),
            None => else_these.contains(minutes),
        };
        (0..windows.len()).filter(|place| wanted(&windows[*place])).collect()
    }

    /// The families asked for; `else_these` where none are.
    pub(super) fn families<'a>(&'a self, else_these: &'a Families) -> &'a Families {
        self.families.as_ref().unwrap_or(else_these)
    }
}

fn has(wanted: &Option<BTreeSet<String>>, id: &str) -> bool {
    wanted.as_ref().is_none_or(|wanted| wanted.contains(id))
}

fn ids<'a>(
    wanted: &mut Option<BTreeSet<String>>,
    name: &str,
    items: impl Iterator<Item = &'a str>,
) -> Result<(), Unknown> {
    let wanted = wanted.get_or_insert_default();
    for item in items {
        if !is_id(item) {
            let right = "ids of 1 to 128 bytes without blanks, separated by commas; -1 is no skill or agent";
            return Err(unknown(name, item, "it is no id", right));
        }
        wanted.insert(item.to_owned());
    }
    Ok(())
}

fn lengths<'a>(
    wanted: &mut BTreeSet<u32>,
    windows: &[u32],
    items: impl Iterator<Item = &'a str>,
) -> Result<(), Unknown> {
    for item in items {
        match window::parse(item).filter(|minutes| windows.contains(minutes)) {
            Some(minutes) => wanted.insert(minutes),
            None => {
                let all: Vec<String> = windows.iter().map(|minutes| window::word(*minutes)).collect();
                let right = format!("any of {}", all.join(", "));
                return Err(unknown("window", item, "there is no such window", &right));
            }
        };
    }
    Ok(())
}

fn unknown_parameter(name: &str, value: &str) -> Unknown {
    let right = "any of account, skill, agent, window, family, each with a list separated by commas";
    unknown(name, value, "there is no such parameter", right)
}

fn unknown(name: &str, value: &str, what: &'static str, right: &str) -> Unknown {
    Unknown { name: name.to_owned(), value: value.to_owned(), what, right: right.to_owned() }
}

/// Every word that a family is called by.
fn known() -> BTreeSet<String> {
    let mut known = BTreeSet::from([EXPORT_SERIES_DROPPED.to_owned()]);
    for (kind, path) in families::all_paths() {
        known.insert(families::name(families::prefix(kind), path));
        known.insert(families::key(path));
        known.insert(catalogue::object(path).to_owned());
    }
    known.extend(flows::names());
    known.extend(ENGINE_METRICS.iter().map(|(name, ..)| (*name).to_owned()));
    known.extend(PROCESS_METRICS.iter().map(|name| (*name).to_owned()));
    known
}

fn right_families() -> String {
    let mut objects: Vec<String> = Vec::new();
    for (_, path) in families::all_paths() {
        let object = catalogue::object(path).to_owned();
        if path.contains('.') && !objects.contains(&object) {
            objects.push(object);
        }
    }
    let objects = objects.join(", ");
    format!(
        "a metric's name, such as cxpulse_agent_csat_ratio, its end, csat_ratio, an object of them ({objects}), or all"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &[(&str, &str)]) -> Result<Selection, Unknown> {
        let owned: Vec<_> = query.iter().map(|(name, list)| ((*name).to_owned(), (*list).to_owned())).collect();
        Selection::parse(&owned, &[5, 60, 1440])
    }

    #[test]
    fn sixty_minutes_and_an_hour_are_one_window() {
        let places = |word| parse(&[("window", word)]).expect("a window").windows(&[5, 60, 1440], &[5]);
        assert_eq!(places("60m"), [1]);
        assert_eq!(places("1h"), [1]);
        assert_eq!(places("1440m,5m"), [0, 2]);
        assert_eq!(Selection::default().windows(&[5, 60, 1440], &[5]), [0]);
    }

    #[test]
    fn what_is_unknown_is_named_with_what_would_be_right() {
        for (name, list, said) in [
            ("window", "7m", "window = \"7m\": there is no such window; right would be any of 5m, 1h, 24h"),
            ("window", "1h,", "window = \"\""),
            ("agents", "9", "agents = \"9\": there is no such parameter; right would be any of account, skill, agent"),
            ("family", "csat_rato", "family = \"csat_rato\": there is no such family; right would be a metric's name"),
            ("agent", "a b", "agent = \"a b\": it is no id"),
            ("account", "", "account = \"\": it is no id"),
        ] {
            let error = parse(&[(name, list)]).expect_err(list).to_string();
            assert!(error.starts_with(said), "{error}");
        }
    }

    #[test]
    fn a_family_is_called_by_its_name_its_end_or_its_object() {
        let wants = |words: &[&str], name, path| {
            Families::named("family", words.iter().copied()).expect("known").want(name, path)
        };
        let (name, path) = ("cxpulse_agent_csat_ratio", "csat.score");
        for word in [name, "csat_ratio", "csat", "all"] {
            assert!(wants(&[word], name, path), "{word}");
        }
        assert!(!wants(&["cxpulse_agent_skill_csat_ratio", "csat_samples", "mood", "live"], name, path));
        assert!(wants(&["live"], "cxpulse_account_live_longest_waiting_age_seconds", "live.longest_waiting.age_ms"));
    }

    #[test]
    fn a_scope_that_lacks_what_is_asked_for_is_not_asked_for() {
        let scope = |skill: Option<&str>, agent: Option<&str>| Scope {
            skill: skill.map(str::to_owned),
            agent: agent.map(str::to_owned),
        };
        let selection = parse(&[("agent", "9,-1"), ("agent", "10")]).expect("ids");
        assert!(selection.wants_scope(&scope(None, Some("10"))));
        assert!(selection.wants_scope(&scope(Some("4"), Some("-1"))));
        assert!(!selection.wants_scope(&scope(Some("4"), Some("8"))));
        assert!(!selection.wants_scope(&scope(Some("4"), None)));
        assert!(!selection.wants_kind(ScopeKind::Skill) && !selection.wants_engine());
        assert!(Selection::default().wants_engine());
    }
}
