//! Joins the keys file, the clock and the system's random numbers into what decides who may ask.

use super::PipelineError;
use crate::config::Settings;
use crate::config::keys_file::KeysWatch;
use crate::serve::access::{Access, AccessSettings, Keyring};
use crate::{clock, random};

/// By the settings; the log is told who may ask.
///
/// # Errors
/// When the keys file is not there, cannot be read, or is refused.
pub(super) fn of(settings: &Settings) -> Result<Access, PipelineError> {
    let of_access = AccessSettings {
        listen: settings.listen,
        requests_at_once: settings.requests_at_once,
        cors_origins: settings.cors_origins.clone(),
    };
    let keyring = keyring(settings)?;
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
