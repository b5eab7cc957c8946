//! A file that is replaced as a whole and is for its owner's eyes alone.
//!
//! A program that reads it sees what was before or after, never a half: a new file is written beside it and takes its name.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// Its owner reads and writes it.
const MODE: u32 = 0o600;

/// Where such a file lies, or will.
pub(super) struct WholeFile {
    file: PathBuf,
    folder: PathBuf,
}

/// As long as it is held nobody else changes the files of a folder.
pub(super) struct Held(File);

impl WholeFile {
    /// Of the file itself where `path` is a link to it.
    pub(super) fn at(path: &Path) -> Self {
        let file = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).to_owned();
        Self { file, folder }
    }

    pub(super) fn path(&self) -> &Path {
        &self.file
    }

    /// Waits for whoever else changes it. The folder stands for the file, which is another one after each change.
    pub(super) fn hold(&self) -> io::Result<Held> {
        let folder = File::open(&self.folder)?;
        folder.lock()?;
        Ok(Held(folder))
    }

    /// Writes a new file and has it take the place of the old one, whatever befalls this machine then.
    pub(super) fn replace(&self, held: &Held, text: &str) -> io::Result<()> {
        let name = self.file.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
        let new = self.folder.join(format!(".{name}.{}", std::process::id()));
        let written = self.write_new(&new, text).and_then(|()| fs::rename(&new, &self.file));
        if written.is_err() {
            // It is the first failure that is told.
            let _left_behind = fs::remove_file(&new).is_err();
        }
        written.and_then(|()| held.0.sync_all())
    }

    fn write_new(&self, new: &Path, text: &str) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(MODE).open(new)?;
        // The server may be another user than who writes for it: the file stays the server's.
        if let Ok(old) = fs::metadata(&self.file)
            && (old.uid(), old.gid()) != (file.metadata()?.uid(), file.metadata()?.gid())
        {
            std::os::unix::fs::fchown(&file, Some(old.uid()), Some(old.gid()))?;
        }
        file.write_all(text.as_bytes())?;
        file.sync_all()
    }
}

/// The text of a file, if it is shorter than `bytes`.
pub(super) fn text(path: &Path, bytes: u64) -> io::Result<String> {
    let mut text = String::new();
    let read = File::open(path)?.take(bytes).read_to_string(&mut text)?;
    if read as u64 == bytes {
        let what = if bytes < 1 << 20 { format!("{bytes} bytes") } else { format!("{} MiB", bytes >> 20) };
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {what}")));
    }
    Ok(text)
}
