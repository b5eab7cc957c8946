//! The keys file on disk: read, read again when it changes, and replaced as a whole.
//!
//! A program that reads it sees the keys of before or of after, never a half: a new file is written beside it and takes
//! its name. It is for its owner's eyes alone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::ConfigError;
use crate::wire::keys::{self, Key};

/// Far beyond any file of keys: some fifty thousand of them.
const LARGEST_BYTES: u64 = 16 << 20;
/// Its owner reads and writes it.
const MODE: u32 = 0o600;

/// The keys of a file.
///
/// # Errors
/// A file that is not there, cannot be read, or is refused, with what is wrong in it.
pub fn read(path: &Path) -> Result<Vec<Key>, ConfigError> {
    let text = text(path).map_err(|error| match error.kind() {
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
    let place = Place::of(path);
    // The folder stands for the file, which is another one after each change.
    let folder = File::open(&place.folder).map_err(unwritable)?;
    folder.lock().map_err(unwritable)?;
    let mut keys = if place.file.exists() { read(&place.file)? } else { Vec::new() };
    let result = change(&mut keys)?;
    place.replace(&keys::to_toml(&keys)).map_err(unwritable)?;
    folder.sync_all().map_err(unwritable)?;
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

/// Where a file lies.
struct Place {
    file: PathBuf,
    folder: PathBuf,
}

impl Place {
    /// Of the file itself where `path` is a link to it.
    fn of(path: &Path) -> Self {
        let file = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).to_owned();
        Self { file, folder }
    }

    /// Writes a new file and has it take the place of the old one.
    fn replace(&self, text: &str) -> io::Result<()> {
        let name = self.file.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
        let new = self.folder.join(format!(".{name}.{}", std::process::id()));
        let written = self.write_new(&new, text).and_then(|()| fs::rename(&new, &self.file));
        if written.is_err() {
            // It is the first failure that is told.
            let _left_behind = fs::remove_file(&new).is_err();
        }
        written
    }

    fn write_new(&self, new: &Path, text: &str) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(MODE).open(new)?;
        // The server may be another user than who makes keys for it: the file stays the server's.
        if let Ok(old) = fs::metadata(&self.file)
            && (old.uid(), old.gid()) != (file.metadata()?.uid(), file.metadata()?.gid())
        {
            std::os::unix::fs::fchown(&file, Some(old.uid()), Some(old.gid()))?;
        }
        file.write_all(text.as_bytes())?;
        file.sync_all()
    }
}

fn text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let bytes = File::open(path)?.take(LARGEST_BYTES).read_to_string(&mut text)?;
    if bytes as u64 == LARGEST_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 16 MiB"));
    }
    Ok(text)
}

fn refused(path: &Path, what: &str) -> ConfigError {
    ConfigError::Keys { path: path.into(), what: what.to_owned() }
}
