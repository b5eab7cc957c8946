//! The only reader of the system's random numbers: keys and sessions must be impossible to guess.
//!
//! Whatever needs one is given this function, as it is given the clock, so that tests can decide what it says.

/// The system has no random numbers to give.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no random numbers: {0}")]
pub struct NoRandomness(getrandom::Error);

/// 256 bits that nobody can guess.
///
/// # Errors
/// When the system has none, which it has from a moment after it starts on.
pub fn bytes() -> Result<[u8; 32], NoRandomness> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(NoRandomness)?;
    Ok(bytes)
}
