//! An account's policies and their versions: what the people who run it decided, and from when (SPEC §5).
//!
//! A fact is judged by the version in force at the event that states it, so a policy is looked up by time, and a
//! version with a past `effective_from` restates what it touches.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use crate::domain::event::{Millis, Outcome};

/// One complete version: absent fields already hold their built-in default.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Target of the first response, if there is one.
    pub first_response_target_ms: Option<Millis>,
    /// Target of every response, if there is one.
    pub response_target_ms: Option<Millis>,
    /// Target of the resolution, if there is one.
    pub resolution_target_ms: Option<Millis>,
    /// Share of positive answers aimed at, 0–1; display only.
    pub csat_target: Option<f64>,
    /// Counts below it are marked thin.
    pub minimum_n: Option<u32>,
    /// Where the first response time starts.
    pub frt_start: FrtStart,
    /// Who is credited with a survey.
    pub csat_credit: CsatCredit,
    /// What a reopening does to the resolution.
    pub reopen: Reopen,
    /// A visit ends when this long passed since the agent's last action in it.
    pub visit_cap_ms: Millis,
    /// How long an agent's status holds without another one.
    pub status_cap_ms: Millis,
    /// How a close by the system ended that does not say: `Resolved` or `Abandoned`.
    pub system_close: Outcome,
    /// Leaves out visits without a human message from the agent.
    pub handle_requires_reply: bool,
    /// How long after the close a first rating is accepted.
    pub rate_within_ms: Option<Millis>,
    /// How long after the close a change of rating is accepted.
    pub change_within_ms: Option<Millis>,
    /// Ask users for ratings.
    pub ask_users: bool,
    /// Ask leads for ratings.
    pub ask_leads: bool,
    /// Ask after outbound conversations.
    pub ask_on_outbound: bool,
    /// Ask after conversations that a workflow or a program began.
    pub ask_on_workflow: bool,
    /// Whether agents are named in the account's outputs.
    pub agent_metrics: bool,
}

/// The built-in defaults, which hold before the first version of any record.
pub const BUILT_IN: Policy = Policy {
    first_response_target_ms: None,
    response_target_ms: None,
    resolution_target_ms: None,
    csat_target: None,
    minimum_n: None,
    frt_start: FrtStart::FirstCustomerMessage,
    csat_credit: CsatCredit::LastHumanSender,
    reopen: Reopen::Retract,
    visit_cap_ms: 1_800_000,
    status_cap_ms: 86_400_000,
    system_close: Outcome::Resolved,
    handle_requires_reply: false,
    rate_within_ms: None,
    change_within_ms: None,
    ask_users: true,
    ask_leads: true,
    ask_on_outbound: true,
    ask_on_workflow: false,
    agent_metrics: true,
};

/// Where the first response time starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrtStart {
    /// With the wait.
    FirstCustomerMessage,
    /// With the first hand-off in the wait, if there was one.
    HandedOff,
}

/// Who is credited with a survey that names no agent itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CsatCredit {
    /// The human who last sent a message.
    LastHumanSender,
    /// The sender of the first response.
    FirstResponder,
    /// The last effective close's own agent.
    Closer,
    /// Whom the conversation is assigned to.
    Assignee,
}

/// What a reopening does to the resolution it undoes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reopen {
    /// Takes it back until the next close.
    Retract,
    /// Leaves it: every resolution counts.
    CountEach,
}

/// The versions of one account, by the moment from which each counts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Policies {
    /// Ascending and without repeats.
    versions: Vec<(Millis, Policy)>,
}

impl Policies {
    /// The versions in order of time; `None` if two share a moment.
    #[must_use]
    pub fn new(mut versions: Vec<(Millis, Policy)>) -> Option<Self> {
        versions.sort_by_key(|(from, _)| *from);
        let distinct = versions.windows(2).all(|pair| pair[0].0 < pair[1].0);
        distinct.then_some(Self { versions })
    }

    /// The version in force at `at`.
    #[must_use]
    pub fn at(&self, at: Millis) -> &Policy {
        match self.versions.partition_point(|(from, _)| *from <= at) {
            0 => &BUILT_IN,
            n => &self.versions[n - 1].1,
        }
    }

    /// The versions in force at any moment from one to another, both included, oldest first, each with the moment from
    /// which it counts; the built-in defaults, which hold before the first version, have none.
    pub fn in_force(&self, from: Millis, to: Millis) -> impl Iterator<Item = (Option<Millis>, &Policy)> {
        let begun = self.versions.partition_point(|(at, _)| *at <= from);
        let built_in = (begun == 0).then_some((None, &BUILT_IN));
        let versions = self.versions[begun.saturating_sub(1)..].iter().take_while(move |(at, _)| *at <= to);
        built_in.into_iter().chain(versions.map(|(at, policy)| (Some(*at), policy)))
    }
}

/// The policies of every account that has some, as a policy file or topic gives them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PolicyBook {
    /// By account id; `*` is the default of those without a record of their own. Accounts share them.
    pub accounts: HashMap<String, Arc<Policies>>,
}

impl PolicyBook {
    /// The policies that hold for `account`.
    #[must_use]
    pub fn of(&self, account: &str) -> Arc<Policies> {
        static BUILT_IN_ALONE: LazyLock<Arc<Policies>> = LazyLock::new(Arc::default);
        self.accounts.get(account).or_else(|| self.accounts.get("*")).unwrap_or(&BUILT_IN_ALONE).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_force_over_a_time_is_the_version_at_its_beginning_and_those_that_follow_in_it() {
        let version = |at| (at, Policy { minimum_n: Some(at as u32), ..BUILT_IN });
        let policies = Policies::new([10, 20, 30].map(version).to_vec()).expect("three moments");
        let found = |from, to| -> Vec<_> { policies.in_force(from, to).map(|(at, _)| at).collect() };
        assert_eq!(found(0, 9), [None]);
        assert_eq!(found(9, 10), [None, Some(10)]);
        assert_eq!(found(10, 19), [Some(10)]);
        assert_eq!(found(25, 40), [Some(20), Some(30)]);
        assert_eq!(Policies::default().in_force(0, 1).collect::<Vec<_>>(), [(None, &BUILT_IN)]);
    }
}
