//! A few live numbers of an account in one line, for people who watch a terminal.

use crate::board::AccountView;
use crate::domain::account::{Scope, ScopeKind};
use crate::domain::event::Millis;
use crate::domain::metrics::{Durations, Metrics};

/// The rolling window shown, if there is one of this length; else the longest.
const WINDOW_MINUTES: u32 = 60;

/// The line, once the account is on the board.
pub(super) fn live_line(account: &str, view: &AccountView, windows: &[u32], now: Millis) -> Option<String> {
    let live = view.live.as_ref()?.at(now);
    let shown = windows.iter().position(|minutes| *minutes == WINDOW_MINUTES).unwrap_or(windows.len().checked_sub(1)?);
    let metrics = &view.scopes(ScopeKind::Account).get(&Scope::default())?.metrics[shown];
    let longest = live.longest_waiting.first().map_or_else(String::new, |w| format!(" (longest {})", spoken(w.age_ms)));
    Some(format!(
        "{account:<10} open {:>4}  waiting {:>3}{longest}  agents online {:>3}  |  last {} min: {}",
        live.open,
        live.waiting,
        live.agents_online,
        windows[shown],
        rolling(metrics)
    ))
}

fn rolling(metrics: &Metrics) -> String {
    let csat = metrics.csat.score().map_or("–".to_owned(), |score| format!("{:.0} %", score * 100.0));
    format!(
        "CSAT {csat} (n {})  first response {}  handle {}  resolved {}",
        metrics.csat.total(),
        median(&metrics.first_response),
        median(&metrics.handle),
        metrics.resolved
    )
}

fn median(durations: &Durations) -> String {
    let p50 = durations.percentiles.map_or("–".to_owned(), |p| spoken(p.p50_ms.cast_signed()));
    format!("{p50} (n {})", durations.count)
}

fn spoken(ms: Millis) -> String {
    let seconds = ms / 1_000;
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3_600 => format!("{} m {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} m", seconds / 3_600, seconds / 60 % 60),
    }
}
