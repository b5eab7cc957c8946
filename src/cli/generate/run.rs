//! A simulated run meets a clock and an output: the hours before the end as fast as it goes, then live at a rate.

use std::io;
use std::time::Duration;

use super::{GenerateArgs, GenerateError};
use crate::cli::progress::Progress;
use crate::domain::event::Millis;
use crate::simulate::{EVENTS_PER_HUNDRED_CONVERSATIONS, Record, Settings, Simulation};
use crate::wire::time::rfc3339;

/// How often a live run looks at the clock.
const TICK_MS: Millis = 10;

/// Takes records, one by one.
pub trait Output {
    /// One record, in the order of their timestamps.
    ///
    /// # Errors
    /// The output takes no more.
    fn write(&mut self, record: Record) -> io::Result<()>;

    /// Passes on what it has held back: a reader waits for it.
    ///
    /// # Errors
    /// The output takes no more.
    fn flush(&mut self) -> io::Result<()>;
}

/// What a live run needs from the world.
pub trait Pace {
    /// The time, in Unix milliseconds.
    fn now(&mut self) -> Millis;

    /// Waits about so long; false when the run is to stop.
    fn wait(&mut self, for_ms: Millis) -> bool;
}

impl GenerateArgs {
    /// Writes all that happens before the end, and with `--rate` goes on until `pace` says stop. On a terminal a
    /// line on standard error shows how far it is. `to` names the output in an error.
    ///
    /// # Errors
    /// `Write` with what `output` answers; a reader that has gone away is no error.
    pub fn run_to(
        &self,
        settings: &Settings,
        output: &mut impl Output,
        pace: &mut impl Pace,
        to: &str,
    ) -> Result<(), GenerateError> {
        match self.write_all(settings, output, pace, to) {
            Err(source) if source.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Err(source) => Err(GenerateError::Write { to: to.to_owned(), source }),
            Ok(()) => Ok(()),
        }
    }

    fn write_all(
        &self,
        settings: &Settings,
        output: &mut impl Output,
        pace: &mut impl Pace,
        to: &str,
    ) -> io::Result<()> {
        let Some(rate) = self.rate else {
            write_history(settings, Simulation::new(settings), output)?;
            return output.flush();
        };
        let mut run = Simulation::endless_at(settings, conversations_per_hour(rate));
        let written = write_history(settings, run.records_until(settings.end_ms), output)?;
        output.flush()?;
        let end = rfc3339(settings.end_ms);
        eprintln!("cxpulse: {written} records up to {end} are in {to}; now {rate} a second, until it is stopped");
        go_on_live(&mut run, rate, output, pace)
    }
}

/// A clock, and waits as long as nobody wakes the thread.
pub(super) struct Ticks<F>(pub(super) F);

impl<F: FnMut() -> Millis> Pace for Ticks<F> {
    fn now(&mut self) -> Millis {
        (self.0)()
    }

    fn wait(&mut self, for_ms: Millis) -> bool {
        std::thread::park_timeout(Duration::from_millis(for_ms.unsigned_abs()));
        true
    }
}

/// As fast as the output takes it; says how many records there were.
fn write_history(
    settings: &Settings,
    records: impl Iterator<Item = Record>,
    output: &mut impl Output,
) -> io::Result<u64> {
    let begin = settings.end_ms - Millis::from(settings.hours) * 3_600_000;
    let mut progress = Progress::new(Some((settings.end_ms - begin).unsigned_abs()));
    let mut written = 0;
    for record in records {
        // To look at the clock costs more than a record.
        if written % 4_096 == 0 {
            progress.say((record.timestamp_ms - begin).max(0).unsigned_abs(), || format!("{written} records"));
        }
        output.write(record)?;
        written += 1;
    }
    Ok(written)
}

/// Writes exactly `rate` records a second from now on, each as if it had just arrived.
///
/// The simulation's own clock follows the records: its load is set so that in the long run both go equally fast.
fn go_on_live(run: &mut Simulation, rate: u64, output: &mut impl Output, pace: &mut impl Pace) -> io::Result<()> {
    let began = pace.now();
    let mut written = 0;
    loop {
        let passed = u64::try_from(pace.now() - began).unwrap_or(0);
        let missing = due(passed, rate).saturating_sub(written);
        for record in run.by_ref().take(usize::try_from(missing).unwrap_or(usize::MAX)) {
            let arrives = began + (written * 1000 / rate) as Millis;
            let by = arrives - record.timestamp_ms;
            output.write(record.moved(by))?;
            written += 1;
        }
        output.flush()?;
        if !pace.wait(TICK_MS) {
            return Ok(());
        }
    }
}

/// How many records are due after `passed` milliseconds.
fn due(passed: u64, rate: u64) -> u64 {
    passed * rate / 1000
}

fn conversations_per_hour(rate: u64) -> u64 {
    rate * 3600 * 100 / EVENTS_PER_HUNDRED_CONVERSATIONS
}
