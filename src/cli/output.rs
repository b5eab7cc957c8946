//! Standard output, written whole.

use std::io::{ErrorKind, Write as _};

use super::Failure;

/// Writes to standard output. A reader that has gone away, as `head` does, is no failure.
pub(super) fn print(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::Running(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}
