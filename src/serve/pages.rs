//! What each address answers with.

use std::sync::Arc;

use metrics::gauge;

use super::exposition::{self, Reading, Row};
use super::http::Serving;
use crate::board::{AccountView, Board};
use crate::domain::account::ScopeKind;
use crate::domain::event::Millis;
use crate::domain::live::Live;
use crate::telemetry::EXPORT_SERIES_DROPPED;

/// What there is to be seen.
pub(super) const INDEX: &str = "\
cxpulse: live contact-centre numbers

/metrics         Prometheus: accounts, skills, live state, and the engine
/metrics/agents  Prometheus: agents, and agents within a skill
/livez           whether the process is alive
/readyz          whether it has caught up
";

/// Accounts, skills, live state, counters, and the engine.
pub(super) fn metrics(serving: &Serving) -> String {
    let (accounts, now) = (serving.board.accounts(), (serving.clock)());
    let mut out = String::with_capacity(1 << 20);
    for kind in [ScopeKind::Account, ScopeKind::Skill] {
        windows(&mut out, kind, &accounts, serving, now);
    }
    exposition::write_live(&mut out, &lives(&accounts, now));
    serving.flows.write(&mut out);
    out.push_str(&(serving.engine)());
    out
}

/// Agents, agents within a skill, and what agents own.
pub(super) fn agent_metrics(serving: &Serving) -> String {
    let (accounts, now) = (serving.board.accounts(), (serving.clock)());
    let mut out = String::with_capacity(1 << 20);
    for kind in [ScopeKind::Agent, ScopeKind::AgentSkill] {
        windows(&mut out, kind, &accounts, serving, now);
    }
    exposition::write_owned(&mut out, &lives(&accounts, now));
    out
}

type Accounts = [(Arc<str>, Arc<AccountView>)];

fn windows(out: &mut String, kind: ScopeKind, accounts: &Accounts, serving: &Serving, now: Millis) {
    let board: &Board = &serving.board;
    let scopes = accounts.iter().flat_map(|(account, view)| view.scopes(kind).iter().map(move |of| (account, of)));
    let rows: Vec<Row<'_>> = scopes.map(|(account, (scope, view))| Row { account, scope, view }).collect();
    let reading = Reading { windows: board.windows(), now, cap: serving.series_cap };
    let dropped = exposition::write_windows(out, kind, &rows, reading);
    gauge!(EXPORT_SERIES_DROPPED, "scope" => exposition::scope_word(kind)).set(dropped as f64);
}

fn lives(accounts: &Accounts, now: Millis) -> Vec<(&str, Live)> {
    accounts.iter().filter_map(|(account, view)| Some((&**account, view.live.as_ref()?.at(now)))).collect()
}
