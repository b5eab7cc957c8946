//! What each address answers with.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::exposition::{self, Reading, Row, scope_word};
use super::http::Serving;
use super::selection::{Families, Selection};
use crate::board::AccountView;
use crate::domain::answers::live::Live;
use crate::domain::event::Millis;
use crate::domain::scope::{Scope, ScopeKind};
use crate::telemetry::EXPORT_SERIES_DROPPED;

/// The kind of what people read as it is.
pub(super) const PLAIN: &str = "text/plain; charset=utf-8";

/// What there is to be seen.
pub(super) const INDEX: &str = "\
cxpulse: live contact-centre numbers

/v1/session      which accounts there are for you
/v1/metrics      what every number means
/v1/accounts/ID  /metrics, /explain, /ratings, /conversations, /agents, /live, /stream, /export/facts.csv, /export/buckets.csv
/operations      LivePerson's msgcsatdistribution and msgconversation
/openapi.json    all of these, exactly
/metrics         Prometheus: accounts, skills, live state, and the engine
/metrics/agents  Prometheus: agents, and agents within a skill
/livez           whether the process is alive
/readyz          whether it has caught up

A scrape is narrowed by lists, as in /metrics/agents?account=acme&skill=4,7&agent=9&window=1h&family=csat,handle
";

/// What a page shows where its address says nothing else, and how much.
#[derive(Debug, Clone)]
pub struct Shown {
    /// How many series of one kind of scope it may carry.
    pub series_cap: usize,
    /// The windows of agents (minutes).
    pub agent_windows: Vec<u32>,
    /// The families of agents.
    pub agent_families: Families,
}

/// Which kinds of scope were said to be over the cap: each is said once.
#[derive(Debug, Default)]
pub struct Said([AtomicBool; 4]);

/// Accounts, skills, live state, counters, and the engine.
pub(super) fn metrics(serving: &Serving, selection: &Selection) -> String {
    let all = Families::default();
    let page = Page::new(serving, selection, serving.board.windows(), &all, true);
    let (mut out, wants) = (empty(), |name: &str| page.families.want_plain(name));
    let accounts = page.write(&mut out, ScopeKind::Account);
    let skills = page.write(&mut out, ScopeKind::Skill);
    if selection.wants_kind(ScopeKind::Account) {
        let of = |account: &str| selection.wants_account(account) && !accounts.of.contains(account);
        serving.flows.write_some(&mut out, &wants, &of);
    }
    if selection.wants_engine() {
        push_families(&mut out, &(serving.engine)(), &wants);
    }
    page.tell_dropped(&mut out, &[accounts, skills]);
    out
}

/// Agents, agents within a skill, and what agents own.
pub(super) fn agent_metrics(serving: &Serving, selection: &Selection) -> String {
    let Shown { agent_windows, agent_families, .. } = &serving.shown;
    let page = Page::new(serving, selection, agent_windows, agent_families, false);
    let mut out = empty();
    let dropped = [ScopeKind::Agent, ScopeKind::AgentSkill].map(|kind| page.write(&mut out, kind));
    page.tell_dropped(&mut out, &dropped);
    out
}

fn empty() -> String {
    String::with_capacity(1 << 20)
}

/// What a page is written from.
struct Page<'a> {
    serving: &'a Serving,
    selection: &'a Selection,
    families: &'a Families,
    places: Vec<usize>,
    with_zeros: bool,
    accounts: Vec<(Arc<str>, Arc<AccountView>)>,
    now: Millis,
}

/// What the cap left out of a page, of one kind of scope.
struct Dropped {
    kind: ScopeKind,
    series: usize,
    /// The accounts to which it belongs.
    of: BTreeSet<String>,
}

impl<'a> Page<'a> {
    fn new(
        serving: &'a Serving,
        selection: &'a Selection,
        windows: &[u32],
        families: &'a Families,
        with_zeros: bool,
    ) -> Self {
        let mut accounts = serving.board.accounts();
        accounts.retain(|(account, _)| selection.wants_account(account));
        Self {
            serving,
            selection,
            families: selection.families(families),
            places: selection.windows(serving.board.windows(), windows),
            with_zeros,
            accounts,
            now: (serving.clock)(),
        }
    }

    /// Appends every scope of a kind that is asked for and has room.
    fn write(&self, out: &mut String, kind: ScopeKind) -> Dropped {
        let rows = if self.selection.wants_kind(kind) { self.rows(kind) } else { Vec::new() };
        let reading = Reading {
            windows: self.serving.board.windows(),
            places: &self.places,
            families: self.families,
            with_zeros: self.with_zeros,
            now: self.now,
            cap: self.serving.shown.series_cap,
        };
        let left_out = exposition::write_scopes(out, kind, &rows, reading);
        let of = rows.iter().zip(&left_out.rows).filter(|(_, out)| **out).map(|(row, _)| row.account.to_owned());
        Dropped { kind, series: left_out.series, of: of.collect() }
    }

    fn rows(&self, kind: ScopeKind) -> Vec<Row<'_>> {
        let wants = |name: &str| self.families.want_plain(name);
        let elsewhere = if kind == ScopeKind::Account { self.serving.flows.series(&wants) } else { 0 };
        let mut rows = Vec::new();
        for (account, view) in &self.accounts {
            let mut owned = if kind == ScopeKind::Agent { owned(view) } else { BTreeMap::new() };
            for (scope, numbers) in view.scopes(kind).iter().filter(|(scope, _)| self.selection.wants_scope(scope)) {
                let live = if kind == ScopeKind::Account { self.live(view) } else { None };
                let owned = scope.agent.as_deref().and_then(|agent| owned.remove(agent)).unwrap_or(0);
                rows.push(Row { live, owned, elsewhere, ..Row::of(account, scope, numbers) });
            }
            // What is left is owned by agents of whom the last day knows nothing else.
            for (agent, owned) in owned {
                let scope = Scope { skill: None, agent: Some(agent.to_owned()) };
                if self.selection.wants_scope(&scope) {
                    let scope = Cow::Owned(scope);
                    rows.push(Row { account, scope, view: None, live: None, owned, elsewhere: 0 });
                }
            }
        }
        rows
    }

    fn live(&self, view: &AccountView) -> Option<Live> {
        Some(view.live.as_ref()?.at(self.now))
    }

    /// Appends how much was left out, and warns of it.
    fn tell_dropped(&self, out: &mut String, dropped: &[Dropped]) {
        out.push_str(&format!(
            "# HELP {EXPORT_SERIES_DROPPED} Series left out of this page by the cap of their kind of scope.\n\
             # TYPE {EXPORT_SERIES_DROPPED} gauge\n"
        ));
        for Dropped { kind, series, .. } in dropped {
            let scope = scope_word(*kind);
            out.push_str(&format!("{EXPORT_SERIES_DROPPED}{{scope=\"{scope}\"}} {series}\n"));
            if *series > 0 {
                self.serving.said.say(*kind, *series, self.serving.shown.series_cap);
            }
        }
    }
}

impl Said {
    /// Warns, once for each kind of scope.
    fn say(&self, kind: ScopeKind, series: usize, cap: usize) {
        if !self.0[kind as usize].swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "{series} series of the scope {} are over series_cap = {cap} and left out of its page, the longest \
                 inactive first; {EXPORT_SERIES_DROPPED} goes on counting them",
                scope_word(kind)
            );
        }
    }
}

fn owned(view: &AccountView) -> BTreeMap<&str, u64> {
    let live = view.live.iter().flat_map(|view| &view.live.owned);
    live.map(|(agent, conversations)| (agent.as_str(), *conversations)).collect()
}

/// Appends the wanted families of a page that is written already.
fn push_families(out: &mut String, page: &str, wants: &dyn Fn(&str) -> bool) {
    let mut wanted = true;
    for line in page.lines() {
        if let Some(head) = line.strip_prefix("# HELP ").or_else(|| line.strip_prefix("# TYPE ")) {
            wanted = wants(head.split(' ').next().unwrap_or(head));
        }
        if wanted && !line.is_empty() {
            out.push_str(line);
            out.push('\n');
        }
    }
}
