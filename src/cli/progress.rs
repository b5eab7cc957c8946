//! How far a long step is, as one line on a terminal's standard error that is overwritten and, at the end, wiped.

use std::io::{IsTerminal as _, Write as _};

use crate::clock;
use crate::domain::event::Millis;

/// How often the line changes.
const CHANGE_EVERY_MS: Millis = 200;
/// What goes back to the line's beginning and wipes it.
const WIPE: &str = "\r\x1b[K";

/// The line of one step. Where standard error is no terminal it says nothing.
#[derive(Debug)]
pub(super) struct Progress {
    /// How much there is to do, if that is known.
    total: Option<u64>,
    began: Millis,
    said_at: Millis,
    heard: bool,
}

impl Progress {
    pub(super) fn new(total: Option<u64>) -> Self {
        let now = clock::now();
        Self { total, began: now, said_at: now, heard: std::io::stderr().is_terminal() }
    }

    /// So much is done; `what` says it in words.
    pub(super) fn say(&mut self, done: u64, what: impl FnOnce() -> String) {
        let now = if self.heard { clock::now() } else { return };
        if now - self.said_at >= CHANGE_EVERY_MS {
            self.said_at = now;
            write(&line(self.total, done, now - self.began, &what()));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.heard {
            write(WIPE);
        }
    }
}

fn line(total: Option<u64>, done: u64, passed_ms: Millis, what: &str) -> String {
    match total {
        Some(total) if (1..total).contains(&done) => {
            let part = done as f64 / total as f64;
            let left_seconds = passed_ms as f64 * (1.0 - part) / part / 1_000.0;
            format!("{WIPE}{:.0} %, {what}, {left_seconds:.0} s left", part * 100.0)
        }
        _ => format!("{WIPE}{what}"),
    }
}

fn write(text: &str) {
    let mut out = std::io::stderr().lock();
    // Where not even this can be written, nobody watches.
    let _nobody_watches = out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_the_share_and_the_time_left_where_the_whole_is_known() {
        assert_eq!(line(Some(400), 100, 5_000, "7 records"), format!("{WIPE}25 %, 7 records, 15 s left"));
        assert_eq!(line(Some(400), 0, 5_000, "7 records"), format!("{WIPE}7 records"));
        assert_eq!(line(None, 100, 5_000, "7 records"), format!("{WIPE}7 records"));
    }
}
