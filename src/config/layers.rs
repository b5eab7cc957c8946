//! Four layers into one result that remembers where each value came from.

use std::fmt::{self, Write as _};
use std::io;
use std::path::{Path, PathBuf};

use super::ConfigError;
use super::settings::Settings;
use super::table::{SETTINGS, Setting, Shape};
use super::together;
use super::value::{self, Raw, Wrong};
use crate::wire::nearest;

/// What the tests of this project name their own variables by.
const OF_TESTS: &str = "CXPULSE_TEST_";

/// What a command line gave: the uppermost layer, and where the one below the environment is.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    /// Setting names with their values.
    pub flags: Vec<(&'static str, String)>,
    /// The file that `--config` names.
    pub file: Option<PathBuf>,
}

/// Which layer a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Built in.
    Default,
    /// The TOML file.
    File(PathBuf),
    /// This variable.
    Environment(String),
    /// This flag.
    Flag(String),
}

/// Every setting's result, and where it came from.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The results.
    pub settings: Settings,
    /// In the order of the table.
    pub origins: Vec<Origin>,
    values: Vec<Raw>,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Environment(variable) => write!(f, "environment {variable}"),
            Self::Flag(flag) => write!(f, "flag --{flag}"),
        }
    }
}

impl Resolved {
    /// Every setting as a line of TOML with its origin, so that the output is itself a configuration file.
    #[must_use]
    pub fn print(&self) -> String {
        let mut out = String::new();
        for ((setting, raw), origin) in SETTINGS.iter().zip(&self.values).zip(&self.origins) {
            let line = format!("{} = {}", setting.name, shown(setting, raw));
            writeln!(out, "{line:<60} # {origin}").expect("a String takes every write");
        }
        out
    }

    /// Where a setting's value came from.
    #[must_use]
    pub fn origin(&self, name: &str) -> &Origin {
        &self.origins[row(name)]
    }

    /// That a setting's value is wrong, as it was given.
    #[must_use]
    pub fn wrong(&self, name: &str, what: impl Into<String>, right: impl Into<String>) -> ConfigError {
        let row = row(name);
        wrong(&SETTINGS[row], &self.values[row], &self.origins[row], Wrong::new(what, right))
    }
}

pub(super) fn resolve(
    layers: &Layers,
    environment: &dyn Fn(&str) -> Option<String>,
    read: &dyn Fn(&Path) -> io::Result<String>,
) -> Result<Resolved, ConfigError> {
    // A variable that is set to nothing counts as not set: compose files cannot leave one out.
    let variable = |name: &str| environment(name).filter(|value| !value.trim().is_empty());
    let path = layers.file.clone().or_else(|| variable("CXPULSE_CONFIG").map(PathBuf::from));
    let file = path.map(|path| Ok((file_layer(&path, read)?, path))).transpose()?;
    let mut resolved = Resolved { settings: Settings::blank(), origins: Vec::new(), values: Vec::new() };
    for setting in SETTINGS {
        let given = uppermost(setting, layers, &variable, file.as_ref());
        let (raw, origin) =
            given.unwrap_or_else(|| (Raw::Text((setting.fit)(&resolved.settings, setting.default)), Origin::Default));
        (setting.set)(&mut resolved.settings, &raw).map_err(|what| wrong(setting, &raw, &origin, what))?;
        resolved.origins.push(origin);
        resolved.values.push(raw);
    }
    together::check(&resolved)?;
    Ok(resolved)
}

/// Refuses a variable that means to be a setting and is none: a misspelled one would be passed over in silence.
pub(super) fn check_variables(given: impl Iterator<Item = (String, String)>) -> Result<(), ConfigError> {
    let known = |name: &str| name == "CXPULSE_CONFIG" || SETTINGS.iter().any(|setting| setting.variable() == name);
    let ours = |(name, value): &(String, String)| {
        name.starts_with("CXPULSE_") && !name.starts_with(OF_TESTS) && !is_of_a_service(name, value)
    };
    match given.filter(ours).find(|(name, _)| !known(name)) {
        Some((variable, _)) => {
            let key = variable["CXPULSE_".len()..].to_lowercase();
            let hint = nearest(&key).map(|setting| format!(" (did you mean {}?)", setting.variable()));
            Err(ConfigError::UnknownVariable { variable, hint: hint.unwrap_or_default() })
        }
        None => Ok(()),
    }
}

/// Whether Kubernetes put it there: it tells every container of a service named `cxpulse`, or `cxpulse-…`, in variables.
fn is_of_a_service(name: &str, value: &str) -> bool {
    let address = ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme));
    let part = ["_TCP_", "_UDP_", "_SCTP_"].iter().any(|part| name.contains(part));
    name.ends_with("_SERVICE_HOST") || name.contains("_SERVICE_PORT") || (name.contains("_PORT") && (address || part))
}

fn wrong(setting: &Setting, raw: &Raw, origin: &Origin, Wrong { what, right }: Wrong) -> ConfigError {
    let value = if setting.secret { "…".into() } else { raw.text() };
    ConfigError::Setting { name: setting.name, value, origin: origin.clone(), what, right }
}

fn row(name: &str) -> usize {
    SETTINGS.iter().position(|setting| setting.name == name).expect("callers name settings of the table")
}

fn uppermost(
    setting: &Setting,
    layers: &Layers,
    variable: &dyn Fn(&str) -> Option<String>,
    file: Option<&(toml::Table, PathBuf)>,
) -> Option<(Raw, Origin)> {
    if let Some((_, value)) = layers.flags.iter().rev().find(|(name, _)| *name == setting.name) {
        return Some((Raw::Text(value.clone()), Origin::Flag(setting.flag())));
    }
    if let Some(value) = variable(&setting.variable()) {
        return Some((Raw::Text(value), Origin::Environment(setting.variable())));
    }
    let (table, path) = file?;
    Some((raw(table.get(setting.name)?), Origin::File(path.clone())))
}

fn file_layer(path: &Path, read: &dyn Fn(&Path) -> io::Result<String>) -> Result<toml::Table, ConfigError> {
    let unreadable = |source| ConfigError::Unreadable { what: "configuration", path: path.into(), source };
    let text = read(path).map_err(unreadable)?;
    let table: toml::Table = text
        .parse()
        .map_err(|e: toml::de::Error| ConfigError::NotToml { path: path.into(), what: one_line(&e, &text) })?;
    match table.keys().find(|key| SETTINGS.iter().all(|setting| setting.name != *key)) {
        Some(key) => {
            let hint = nearest(key).map(|setting| format!(" (did you mean {:?}?)", setting.name)).unwrap_or_default();
            Err(ConfigError::UnknownKey { path: path.into(), key: key.clone(), hint })
        }
        None => Ok(table),
    }
}

fn one_line(error: &toml::de::Error, text: &str) -> String {
    let at = error.span().map_or(0, |span| span.start.min(text.len()));
    let line = 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
    format!("line {line}: {}", error.message().replace('\n', " "))
}

fn raw(value: &toml::Value) -> Raw {
    match value {
        toml::Value::Array(items) => Raw::List(items.iter().map(scalar).collect()),
        toml::Value::Table(pairs) => Raw::List(pairs.iter().map(|(k, v)| format!("{k}={}", scalar(v))).collect()),
        other => Raw::Text(scalar(other)),
    }
}

fn scalar(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn shown(setting: &Setting, raw: &Raw) -> String {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let list = |item: &dyn Fn(&str) -> String| {
        format!("[{}]", raw.items().iter().map(|text| item(text)).collect::<Vec<_>>().join(", "))
    };
    match setting.shape {
        Shape::Number | Shape::Switch => raw.text(),
        Shape::Text => quoted(&raw.text()),
        Shape::Numbers => list(&str::to_owned),
        Shape::Texts if setting.secret => list(&|pair| quoted(&masked(pair))),
        Shape::Texts => list(&quoted),
        // However they were spelled, they are printed by their one word.
        Shape::Windows => list(&|item| quoted(&value::window_word(item))),
    }
}

/// The key of a pair stays readable, its value does not.
fn masked(pair: &str) -> String {
    pair.split_once('=').map_or_else(|| "…".to_owned(), |(key, _)| format!("{key}=…"))
}

fn nearest(key: &str) -> Option<&'static Setting> {
    let nearest = nearest::nearest(key, SETTINGS.iter().map(|setting| setting.name))?;
    SETTINGS.iter().find(|setting| setting.name == nearest)
}
