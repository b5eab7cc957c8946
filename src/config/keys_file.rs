//! The keys file on disk: read, read again when it changes, and replaced as a whole.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::ConfigError;
use super::whole_file::{WholeFile, text};
use crate::wire::keys::{self, Key};

/// Far beyond any file of keys: some fifty thousand of them.
const LARGEST_BYTES: u64 = 16 << 20;

/// The keys of a file.
///
/// # Errors
/// A file that is not there, cannot be read, or is refused, with what is wrong in it.
pub fn read(path: &Path) -> Result<Vec<Key>, ConfigError> {
    let text = text(path, LARGEST_BYTES).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            refused(path, "there is no such file; right would be one that `cxpulse keys create --keys-file` makes")
        }
        _ => refused(path, &format!("{error}; right would be a file of text that this user can read")),
    })?;
    keys::from_toml(&text).map_err(|wrong| refused(path, &wrong.to_string()))
}

/// Changes the keys of a file, which is made if it is not there. Who changes it at the same time waits.
///
/// # Errors
/// A file that cannot be read or written, or is refused; and whatever `change` says, after which nothing is written.
pub fn change<T, E: From<ConfigError>>(
    path: &Path,
    change: impl FnOnce(&mut Vec<Key>) -> Result<T, E>,
) -> Result<T, E> {
    let unwritable = |error: io::Error| {
        let right = "right would be a file in a folder that this user can write to";
        refused(path, &format!("it cannot be written: {error}; {right}"))
    };
    let file = WholeFile::at(path);
    let held = file.hold().map_err(unwritable)?;
    let mut keys = if file.path().exists() { read(file.path())? } else { Vec::new() };
    let result = change(&mut keys)?;
    file.replace(&held, &keys::to_toml(&keys)).map_err(unwritable)?;
    Ok(result)
}

/// Tells when a keys file has changed since it was looked at last.
#[derive(Debug)]
pub struct KeysWatch {
    path: PathBuf,
    seen: Option<Stamp>,
}

/// What differs between a file and the one that takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: SystemTime,
    bytes: u64,
    inode: u64,
}

impl KeysWatch {
    /// Of this file, and the keys it has now.
    ///
    /// # Errors
    /// As [`read`].
    pub fn new(path: &Path) -> Result<(Self, Vec<Key>), ConfigError> {
        // Looked at before it is read: what changes in between is another file at the next look.
        let seen = Stamp::of(path);
        Ok((Self { path: path.into(), seen }, read(path)?))
    }

    /// The keys it has now if it has changed, or why they cannot be told. A file that is gone has no keys: who takes it
    /// away means that nobody may ask.
    pub fn changed(&mut self) -> Option<Result<Vec<Key>, ConfigError>> {
        let now = Stamp::of(&self.path);
        if now == self.seen {
            return None;
        }
        self.seen = now;
        Some(if now.is_none() { Ok(Vec::new()) } else { read(&self.path) })
    }
}

impl Stamp {
    /// None for a file that is not there. One that cannot be looked at is there.
    fn of(path: &Path) -> Option<Self> {
        match fs::metadata(path) {
            Ok(file) => {
                let modified = file.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                Some(Self { modified, bytes: file.len(), inode: file.ino() })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(_) => Some(Self { modified: SystemTime::UNIX_EPOCH, bytes: 0, inode: 0 }),
        }
    }
}

fn refused(path: &Path, what: &str) -> ConfigError {
    ConfigError::Keys { path: path.into(), what: what.to_owned() }
}
