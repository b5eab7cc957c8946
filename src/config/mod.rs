//! The only reader of files and environment: every setting from its four layers, and the policy file.
//!
//! Defaults < TOML file < `CXPULSE_…` environment < flags. A setting is a row of one table (`config/table.rs`), so its
//! flag, its variable, its key in the file, its default and its documentation cannot drift apart.

mod huge_pages;
pub mod keys_file;
mod layers;
pub mod session_secret;
mod settings;
mod table;
mod together;
mod value;
mod whole_file;

use std::path::{Path, PathBuf};

pub use huge_pages::ask_for_huge_pages;
pub use layers::{Layers, Origin, Resolved};
pub use settings::{BucketScopes, LogFormat, OutputFormat, Settings, Topics};
pub use table::{SETTINGS, Setting, Shape, Use};

use crate::domain::policy::PolicyBook;
use crate::wire::policy;

/// What is wrong with the configuration, and what would be right. The process exits with status 2.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A value that its setting does not take.
    #[error("{name} = {value:?} ({origin}): {what}; right would be {right}")]
    Setting {
        /// The setting.
        name: &'static str,
        /// The value given, masked where it may be secret.
        value: String,
        /// Where the value came from.
        origin: Origin,
        /// What is wrong with it.
        what: String,
        /// What would be right.
        right: String,
    },
    /// A key of the file that is no setting.
    #[error("{}: {key:?} is no setting{hint}; `--print-config` prints every setting", .path.display())]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The key.
        key: String,
        /// The nearest setting, if one is near.
        hint: String,
    },
    /// A variable that is no setting's.
    #[error("{variable} (environment) is no setting{hint}; right would be a variable that `cxpulse run --help` names")]
    UnknownVariable {
        /// The variable.
        variable: String,
        /// The nearest one, if one is near.
        hint: String,
    },
    /// A file that is not TOML.
    #[error("{}: not TOML: {what}; right would be lines such as `listen = \"127.0.0.1:8080\"`", .path.display())]
    NotToml {
        /// The file.
        path: PathBuf,
        /// Where and why.
        what: String,
    },
    /// A file that cannot be read.
    #[error("{what} {}: {source}; right would be a file this user can read", .path.display())]
    Unreadable {
        /// What the file is for.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A keys file that is refused, or that cannot be written.
    #[error("keys_file {}: {what}", .path.display())]
    Keys {
        /// The file.
        path: PathBuf,
        /// What is wrong and what would be right; never a key.
        what: String,
    },
    /// A secret of sessions that is refused.
    #[error("data_dir: {}: {what}; right would be {right}", .path.display())]
    SessionSecret {
        /// The file.
        path: PathBuf,
        /// What is wrong; never what stands in it.
        what: &'static str,
        /// What would be right.
        right: &'static str,
    },
    /// A policy file that is refused.
    #[error("policy {}: {what}", .path.display())]
    Policy {
        /// The file.
        path: PathBuf,
        /// The field, what is wrong and what would be right.
        what: String,
    },
}

/// Every setting, from the process's environment, the file that it or a flag names, and the flags given.
///
/// # Errors
/// A variable that is no setting's, else the first wrong setting, in the order of the table.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub fn load(flags: &Layers) -> Result<Resolved, ConfigError> {
    let text = |part: std::ffi::OsString| part.into_string().ok();
    layers::check_variables(std::env::vars_os().filter_map(|(name, value)| Some((text(name)?, text(value)?))))?;
    layers::resolve(flags, &|name| std::env::var(name).ok(), &|path| std::fs::read_to_string(path))
}

/// The same from an environment and files given as functions: what tests use.
///
/// # Errors
/// As [`load`].
pub fn load_from(
    flags: &Layers,
    environment: &dyn Fn(&str) -> Option<String>,
    read: &dyn Fn(&Path) -> std::io::Result<String>,
) -> Result<Resolved, ConfigError> {
    layers::resolve(flags, environment, read)
}

/// Refuses settings with which nothing may be served: other machines could ask without a key.
///
/// # Errors
/// It names both settings, `listen` and `keys_file`.
pub fn check_serving(resolved: &Resolved) -> Result<(), ConfigError> {
    together::check_serving(resolved)
}

/// The policies of a file, or none.
///
/// # Errors
/// A file that cannot be read, or that `wire` refuses, with the field named.
pub fn policy_book(path: Option<&Path>) -> Result<PolicyBook, ConfigError> {
    let Some(path) = path else { return Ok(PolicyBook::default()) };
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
        what: "policy",
        path: path.into(),
        source,
    })?;
    let json = path.extension().is_some_and(|extension| extension == "json");
    let parsed = if json { policy::from_json(text.as_bytes()) } else { policy::from_toml(&text) };
    parsed.map_err(|refused| ConfigError::Policy { path: path.into(), what: refused.to_string() })
}
