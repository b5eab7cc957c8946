//! Whether there are the families that a setting names: `serve` knows them, and `config` names no stage.

use crate::config::{ConfigError, Resolved};
use crate::serve::selection::Families;

/// Refuses a word by which no family is called, before anything is printed or begun.
pub(super) fn check(resolved: &Resolved) -> Result<(), ConfigError> {
    let name = "agent_metrics_families";
    let words = resolved.settings.agent_metrics_families.iter().map(String::as_str);
    match Families::named(name, words) {
        Ok(_) => Ok(()),
        Err(unknown) => Err(resolved.wrong(name, format!("{:?}: {}", unknown.value, unknown.what), unknown.right)),
    }
}
