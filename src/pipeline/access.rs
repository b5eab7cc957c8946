//! Joins the keys file, the clock and the system's random numbers into what decides who may ask.

use super::PipelineError;
use std::io;

use crate::config::Settings;
use crate::config::keys_file::KeysWatch;
use crate::config::session_secret::{self, NoSecret};
use crate::serve::access::{Access, AccessSettings, Keyring};
use crate::wire::keys::SessionSecret;
use crate::{clock, random};

/// By the settings; the log is told who may ask.
///
/// # Errors
/// When the keys file, or the secret of sessions, is refused, or the keys file is not there.
pub(super) fn of(settings: &Settings) -> Result<Access, PipelineError> {
    // Before anything is written: a keys file that is wrong leaves nothing behind.
    let keyring = keyring(settings)?;
    let of_access = AccessSettings {
        listen: settings.listen,
        requests_at_once: settings.requests_at_once,
        cors_origins: settings.cors_origins.clone(),
        session_secret: session_secret(settings)?,
    };
    Ok(Access::new(&of_access, keyring, Box::new(clock::now), || random::bytes().ok()))
}

fn keyring(settings: &Settings) -> Result<Option<Keyring>, PipelineError> {
    let Some(path) = &settings.keys_file else {
        tracing::info!("no keys_file: the HTTP API answers whoever asks on this machine, private text included");
        return Ok(None);
    };
    let (mut watch, keys) = KeysWatch::new(path)?;
    match keys.len() {
        0 => tracing::warn!("keys_file {} has no keys: nobody may ask the HTTP API", path.display()),
        keys => tracing::info!(keys, "keys_file {} says who may ask the HTTP API", path.display()),
    }
    let read = move || watch.changed().map(|keys| keys.map_err(|error| error.to_string()));
    Ok(Some(Keyring::new(keys, Box::new(read))))
}

/// What browsers' sessions outlive a restart by, where there are keys to trade for one.
fn session_secret(settings: &Settings) -> Result<Option<SessionSecret>, PipelineError> {
    if settings.keys_file.is_none() {
        return Ok(None);
    }
    match session_secret::of_folder(&settings.data_dir, || random::bytes().map_err(io::Error::other)) {
        Ok(secret) => Ok(Some(secret)),
        Err(NoSecret::Refused(refused)) => Err(refused.into()),
        Err(not_kept @ NoSecret::NotKept { .. }) => {
            tracing::warn!(
                "data_dir keeps no secret of sessions, so browsers sign in again after a restart: {not_kept}"
            );
            Ok(None)
        }
    }
}
