//! A few live numbers of every account as a table that goes on, for people who watch a terminal of 80 columns.

use crate::board::{AccountView, Board};
use crate::domain::answers::metrics::{Durations, Metrics};
use crate::domain::event::Millis;
use crate::domain::scope::{Scope, ScopeKind};
use crate::wire::time::rfc3339;
use crate::wire::window;

/// The rolling window shown, if there is one of this length; else the longest.
const WINDOW_MINUTES: u32 = 60;
/// After so many lines the headings come again: before they leave the screen.
const HEADINGS_EVERY: u32 = 20;

/// The table, as far as it was written.
#[derive(Debug, Default)]
pub(super) struct LiveTable {
    lines: u32,
}

impl LiveTable {
    /// A line for each account on the board, below headings where it is time for them.
    pub(super) fn lines(&mut self, board: &Board, now: Millis) -> Vec<String> {
        let windows = board.windows();
        let asked = windows.iter().position(|minutes| *minutes == WINDOW_MINUTES);
        let Some(shown) = asked.or(windows.len().checked_sub(1)) else { return Vec::new() };
        let mut lines = Vec::new();
        for (account, view) in board.accounts() {
            let Some(line) = line(&account, &view, shown, now) else { continue };
            if self.lines.is_multiple_of(HEADINGS_EVERY) {
                lines.push(headings(windows[shown]));
            }
            lines.push(line);
            self.lines += 1;
        }
        lines
    }
}

fn headings(window_minutes: u32) -> String {
    let csat = format!("{} CSAT", window::word(window_minutes));
    row(["UTC", "account", "open", "waiting", "longest", "online", &csat, "n", "first", "handle"])
}

/// The line, once the account is on the board.
fn line(account: &str, view: &AccountView, shown: usize, now: Millis) -> Option<String> {
    let live = view.live.as_ref()?.at(now);
    let metrics = &view.scopes(ScopeKind::Account).get(&Scope::default())?.metrics[shown];
    let longest = live.longest_waiting.first().map_or_else(none, |waiting| spoken(waiting.age_ms));
    let [csat, answers] = csat(metrics);
    Some(row([
        &rfc3339(now)["2026-01-01T".len()..][.."00:00:00".len()],
        account,
        &live.open.to_string(),
        &live.waiting.to_string(),
        &longest,
        &live.agents_online.to_string(),
        &csat,
        &answers,
        &median(&metrics.first_response),
        &median(&metrics.handle),
    ]))
}

/// Ten columns that fill no more than 80: a longer name is cut, and no number of a demonstration is longer.
fn row(columns: [&str; 10]) -> String {
    let [clock, account, open, waiting, longest, online, csat, answers, first, handle] = columns;
    format!(
        "{clock:<8} {account:<10.10} {open:>6} {waiting:>7} {longest:>7} {online:>6} {csat:>10} {answers:>5} {first:>6} \
         {handle:>6}"
    )
}

fn csat(metrics: &Metrics) -> [String; 2] {
    let score = metrics.csat.score().map_or_else(none, |score| format!("{:.0}%", score * 100.0));
    [score, metrics.csat.total().to_string()]
}

fn median(durations: &Durations) -> String {
    durations.percentiles.map_or_else(none, |percentiles| spoken(percentiles.p50_ms.cast_signed()))
}

fn none() -> String {
    "–".to_owned()
}

/// In two units, of six characters at most: `59s`, `59m59s`, `23h59m`, `31d`.
fn spoken(ms: Millis) -> String {
    let seconds = ms / 1_000;
    match seconds {
        ..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        3_600..360_000 => format!("{}h{:02}m", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{}d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_and_the_longest_line_fit_80_columns() {
        let long = [
            "23:59:59",
            "a-long-account",
            "123456",
            "1234567",
            "99h59m",
            "100000",
            "100%",
            "12345",
            "59m59s",
            "99h59m",
        ];
        for line in [headings(1440), headings(1435), row(long)] {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }

    #[test]
    fn a_duration_is_told_in_two_units() {
        let told = [0, 59_999, 60_000, 3_599_000, 3_600_000, 359_999_000, 360_000_000].map(spoken);
        assert_eq!(told, ["0s", "59s", "1m00s", "59m59s", "1h00m", "99h59m", "4d"]);
    }
}
