//! The secret by which browsers' sessions are known again after a restart: a file of the data directory, made when none is
//! there. Servers behind one address that have the same secret know each other's sessions.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::ConfigError;
use super::whole_file::{WholeFile, text};
use crate::wire::keys::SessionSecret;

/// What the file is called.
pub const NAME: &str = "session-secret";

/// More than it ever has.
const LARGEST_BYTES: u64 = 1 << 10;
/// A new data directory is its owner's.
const FOLDER_MODE: u32 = 0o700;
/// What anybody on the machine may do with it: nothing.
const OTHERS: u32 = 0o007;

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
pub enum NoSecret {
    /// There is a file, but none that may be used: somebody put it there and can put it right.
    #[error(transparent)]
    Refused(#[from] ConfigError),
    /// There is none, and none can be kept.
    #[error("{}: {source}", .path.display())]
    NotKept {
        /// Where it would be.
        path: PathBuf,
        /// Why it is not.
        source: io::Error,
    },
}

/// The secret of a data directory, made of `random` if it has none. Of several who make one the first does.
///
/// # Errors
/// As [`NoSecret`] says.
pub fn of_folder(folder: &Path, random: impl FnOnce() -> io::Result<[u8; 32]>) -> Result<SessionSecret, NoSecret> {
    let path = folder.join(NAME);
    if let Some(secret) = read(&path)? {
        return Ok(secret);
    }
    let not_kept = |source| NoSecret::NotKept { path: path.clone(), source };
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder).map_err(not_kept)?;
    let file = WholeFile::at(&path);
    let held = file.hold().map_err(not_kept)?;
    if let Some(secret) = read(&path)? {
        return Ok(secret);
    }
    let random = random().map_err(not_kept)?;
    file.replace(&held, &SessionSecret::text(random)).map_err(not_kept)?;
    Ok(SessionSecret::new(random))
}

/// None where there is no such file.
fn read(path: &Path) -> Result<Option<SessionSecret>, ConfigError> {
    let unreadable = |source| ConfigError::Unreadable { what: "data_dir", path: path.into(), source };
    let refused = |what, right| ConfigError::SessionSecret { path: path.into(), what, right };
    let mode = match fs::metadata(path) {
        Ok(file) => file.permissions().mode(),
        // Neither is there where the data directory is a file.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(unreadable(error)),
    };
    if mode & OTHERS != 0 {
        return Err(refused("everybody on this machine may read it", "mode 0600, or 0640 for a group"));
    }
    let secret = SessionSecret::from_text(&text(path, LARGEST_BYTES).map_err(unreadable)?);
    let right = "64 hexadecimal digits, or no such file, for another one to be made";
    secret.map(Some).ok_or_else(|| refused("it is no secret of sessions", right))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::keys::{Claim, KeyHash, Session};

    /// A folder of its own for each test, which goes with it.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("cxpulse-secret-{}-{name}", std::process::id()));
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _left_behind = fs::remove_dir_all(&self.0).is_err();
        }
    }

    fn made(folder: &Path, seed: u8) -> SessionSecret {
        of_folder(folder, || Ok([seed; 32])).expect("it can be kept")
    }

    fn same(one: &SessionSecret, other: &SessionSecret) -> bool {
        let (session, key) = (Session { key: "k".to_owned(), mark: "m".to_owned(), until: 0 }, KeyHash::of("k"));
        Claim::of(&one.token(&session, &key)).expect("a token").proven(other, &key).is_some()
    }

    #[test]
    fn it_is_made_once_for_its_owner_alone_and_read_from_then_on() {
        let folder = Folder::new("made");
        let data = folder.0.join("a").join("data");
        let first = made(&data, 1);
        assert!(same(&first, &made(&data, 2)));
        let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        assert_eq!((mode(&data.join(NAME)), mode(&data)), (0o600, 0o700));
        assert_eq!(fs::read_dir(&data).expect("a folder").count(), 1, "nothing is left behind");
        fs::remove_file(data.join(NAME)).expect("it is there");
        assert!(!same(&first, &made(&data, 2)), "a new one ends the sessions of before");
    }

    #[test]
    fn a_file_that_is_no_secret_or_no_secret_any_more_is_refused() {
        let folder = Folder::new("refused");
        made(&folder.0, 1);
        let file = folder.0.join(NAME);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("it is ours");
        let said = of_folder(&folder.0, || Ok([2; 32])).expect_err("open").to_string();
        assert!(said.contains("everybody on this machine may read it; right would be mode 0600"), "{said}");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("it is ours");
        made(&folder.0, 2);
        for text in ["", "hunter2", &"00".repeat(2_000)] {
            fs::write(&file, text).expect("it is ours");
            let error = of_folder(&folder.0, || Ok([2; 32])).expect_err("wrong");
            assert!(matches!(error, NoSecret::Refused(_)) && !error.to_string().contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn where_nothing_can_be_kept_that_is_told() {
        let folder = Folder::new("nowhere");
        fs::write(&folder.0, "a file").expect("a temporary folder");
        let error = of_folder(&folder.0.join("data"), || Ok([1; 32])).expect_err("no folder");
        assert!(matches!(error, NoSecret::NotKept { .. }), "{error}");
        fs::remove_file(&folder.0).expect("it is there");
        let error = of_folder(&folder.0, || Err(io::Error::other("no random numbers"))).expect_err("no secret");
        assert!(error.to_string().ends_with("session-secret: no random numbers"), "{error}");
    }
}
