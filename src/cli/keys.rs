//! `cxpulse keys create|list|revoke`: who may ask the HTTP API, and of which accounts.
//!
//! A server that runs takes up a change of the file within a second, so that a revoked key opens nothing any more.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::help::examples;
use super::{Failure, output};
use crate::config::{self, Layers, keys_file};
use crate::wire::keys::{Accounts, Key, Secret, is_note};
use crate::wire::time::rfc3339;
use crate::{clock, random};

/// Create, list and revoke keys of the HTTP API
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "cxpulse keys create --account acme --keys-file keys.toml",
    "cxpulse keys list --keys-file keys.toml"
))]
pub(super) struct Keys {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print a new key, this once, and add its hash to the keys file
    Create(Create),
    /// Print what the keys file has: ids, accounts, rights and notes
    List(List),
    /// Take a key out of the keys file; a server that runs refuses it within a second
    Revoke(Revoke),
}

#[derive(Debug, Args)]
#[command(after_help = examples!(
    "cxpulse keys create --account acme,globex --note wall --keys-file keys.toml",
    "cxpulse keys create --account '*' --private --keys-file keys.toml"
))]
struct Create {
    /// Of which accounts it may ask: ids, or * alone for every account
    #[arg(long, value_name = "ACCOUNT,…", value_delimiter = ',', required = true)]
    account: Vec<String>,
    /// It may also see private text: comments, and the names of contacts and agents
    #[arg(long)]
    private: bool,
    /// Whose it is, or what for: at most 200 bytes
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    note: String,
    #[command(flatten)]
    file: KeysFile,
}

#[derive(Debug, Args)]
#[command(after_help = examples!("cxpulse keys list --keys-file keys.toml", "cxpulse keys list --config cxpulse.toml"))]
struct List {
    #[command(flatten)]
    file: KeysFile,
}

#[derive(Debug, Args)]
#[command(after_help = examples!(
    "cxpulse keys revoke 6437b3ac --keys-file keys.toml",
    "cxpulse keys revoke 6437b3ac --config cxpulse.toml"
))]
struct Revoke {
    /// The id of the key, as `cxpulse keys list` prints it
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    file: KeysFile,
}

/// Which file it is about.
#[derive(Debug, Args)]
struct KeysFile {
    /// The keys file that the server reads [env: CXPULSE_KEYS_FILE]
    #[arg(long, value_name = "FILE")]
    keys_file: Option<String>,
    /// The file of settings that names it [env: CXPULSE_CONFIG]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Keys {
    pub(super) fn run(&self) -> Result<(), Failure> {
        match &self.action {
            Action::Create(create) => create.run(),
            Action::List(list) => output::print(table(&keys_file::read(&list.file.path()?)?).as_bytes()),
            Action::Revoke(revoke) => revoke.run(),
        }
    }
}

impl Create {
    fn run(&self) -> Result<(), Failure> {
        let accounts = self.accounts()?;
        if !is_note(&self.note) {
            return Err(Failure::Usage(
                "--note: it is no note; right would be at most 200 bytes without control characters".to_owned(),
            ));
        }
        let path = self.file.path()?;
        let secret = Secret::new(random::bytes().map_err(|error| Failure::Running(error.to_string()))?);
        let id = keys_file::change(&path, |keys| add(keys, self.key(&secret, accounts)))?;
        eprintln!("cxpulse: key {id} is in {}; the key itself is shown this once:", path.display());
        output::print(format!("{}\n", secret.reveal()).as_bytes())
    }

    fn accounts(&self) -> Result<Accounts, Failure> {
        let wrong = || {
            let ids = self.account.join(",");
            let right = "ids separated by commas, such as acme,globex, or * alone for every account";
            Failure::Usage(format!("--account {ids:?}: it is no list of accounts; right would be {right}"))
        };
        Accounts::from_list(&self.account).ok_or_else(wrong)
    }

    fn key(&self, secret: &Secret, accounts: Accounts) -> Key {
        let (hash, note, created) = (secret.hash(), self.note.clone(), Some(clock::now()));
        Key { id: hash.key_id(), hash, accounts, private: self.private, note, created }
    }
}

impl Revoke {
    fn run(&self) -> Result<(), Failure> {
        let path = self.file.path()?;
        keys_file::change(&path, |keys| {
            let before = keys.len();
            keys.retain(|key| key.id != self.id);
            if keys.len() == before {
                let right = "an id that `cxpulse keys list` prints";
                let what = format!("{} has no such key; right would be {right}", path.display());
                return Err(Failure::Usage(format!("ID {:?}: {what}", self.id)));
            }
            Ok(())
        })?;
        eprintln!("cxpulse: key {} is revoked", self.id);
        Ok(())
    }
}

impl KeysFile {
    fn path(&self) -> Result<PathBuf, Failure> {
        let flags = self.keys_file.iter().map(|path| ("keys_file", path.clone())).collect();
        let resolved = config::load(&Layers { flags, file: self.config.clone() })?;
        let none = || resolved.wrong("keys_file", "it names no file", "a path such as keys.toml, as `run` is given it");
        resolved.settings.keys_file.clone().ok_or_else(|| none().into())
    }
}

/// Adds a key under an id that no other key has; the id.
fn add(keys: &mut Vec<Key>, key: Key) -> Result<String, Failure> {
    let mut id = key.id.clone();
    // Among ten thousand keys two have the same eight digits once in a hundred times.
    while keys.iter().any(|other| other.id == id) {
        id.push('x');
    }
    keys.push(Key { id: id.clone(), ..key });
    Ok(id)
}

/// One line a key, columns as wide as they must be.
fn table(keys: &[Key]) -> String {
    let head = ["ID", "ACCOUNTS", "PRIVATE", "CREATED", "NOTE"].map(str::to_owned);
    let rows: Vec<[String; 5]> = std::iter::once(head).chain(keys.iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 4] = std::array::from_fn(width);
    let mut out = String::new();
    for row in &rows {
        let padded = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}  "));
        out.push_str(format!("{}{}", padded.collect::<String>(), row[4]).trim_end());
        out.push('\n');
    }
    out
}

fn row(key: &Key) -> [String; 5] {
    let private = if key.private { "yes" } else { "no" };
    let created = key.created.map(rfc3339).unwrap_or_default();
    [key.id.clone(), key.accounts.to_list().join(","), private.to_owned(), created, key.note.clone()]
}
